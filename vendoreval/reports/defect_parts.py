"""Single wrong units as reports show them: the list of lines, pictures, and how good the matches are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.terms import Task
from vendoreval.reports.charts.histogram import Histogram
from vendoreval.reports.parts import Plain
from vendoreval.reports.pictures.defect_pictures import DefectPictures
from vendoreval.reports.pictures.marks import LOOKS
from vendoreval.reports.wording import joined
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.rules import matching_value

STEPS = 10
_SEVERITY = {"critical": 0, "major": 1, "minor": 2}
# By task type: what the quality of a match is called, and the key of the rule that sets its limit.
_QUALITY = {
    "boxes": ("intersection ÷ union (IoU)", "iou"),
    "polygons": ("intersection ÷ union (IoU)", "iou"),
    "masks": ("intersection ÷ union (IoU)", "iou"),
    "keypoints": ("object keypoint similarity (OKS)", "oks"),
}


@dataclass(frozen=True)
class UnitsShown:
    """What a certificate shows of the audited units beside the figures; nothing for types of one unit an item.

    `lines` are the defects of all judged clauses, the gravest first.
    """

    lines: tuple[ClaimLine, ...] = ()
    pictures: DefectPictures = DefectPictures()
    quality: Histogram | None = None


def by_gravity(lines: Sequence[ClaimLine]) -> list[ClaimLine]:
    """The lines, gravest first."""
    return sorted(lines, key=lambda line: (_SEVERITY.get(line.severity, 3), line.number))


def line_rows(lines: Sequence[ClaimLine]) -> list[Plain]:
    """One row a line; `what` and `where` are empty for answers of one unit an item."""
    return [
        {
            "number": f"{line.number}",
            "item": line.shown,
            "what": what_is_wrong(line) if line.where else "",
            "where": line.where or "",
            "expected": line.expected if line.expected is not None else "–",
            "delivered": line.delivered if line.delivered is not None else "nothing",
            "annotator": line.annotator if line.annotator is not None else "–",
            "severity": line.severity,
            "clause": joined([line.clause, *line.also]),
        }
        for line in lines
    ]


def what_is_wrong(line: ClaimLine) -> str:
    """The outcome in words."""
    look = LOOKS.get(line.outcome)
    return look.word if look else line.outcome.replace("_", " ")


def quality(units: Outcomes, task: Task) -> Histogram | None:
    """How well matched units fit, whatever their labels; None where a match has no degrees."""
    named = _QUALITY.get(task.type)
    if named is None or units.expected_row is None or units.delivered_row is None:
        return None
    words, key = named
    matched = (units.expected_row >= 0) & (units.delivered_row >= 0) & units.at("object")
    steps = np.minimum(units.score[matched] * STEPS // ONE, STEPS - 1)
    limits = [(float(matching_value(task, key)), "matched from here on")]
    if below := float(matching_value(task, "imprecise_below")):
        limits.append((below, "precise from here on"))
    counts = tuple(np.bincount(steps, minlength=STEPS).tolist())
    return Histogram("How well matched objects fit", words, counts, tuple(limits)) if sum(counts) else None
