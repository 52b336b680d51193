"""Single wrong units as reports show them: the list of lines, pictures, and how good the matches are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import NOT_RUN, AuditResult
from vendoreval.claims.defects import claim_lines
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.metrics import METRICS, OBJECTS
from vendoreval.contracts.terms import Contract, Task
from vendoreval.reports import parts
from vendoreval.reports.charts.histogram import Histogram
from vendoreval.reports.line_words import what_is_wrong
from vendoreval.reports.parts import Plain
from vendoreval.reports.pictures.backdrops import Images
from vendoreval.reports.pictures.defect_pictures import MOST_PICTURES, DefectPictures, defect_pictures
from vendoreval.reports.unit_words import unit_word
from vendoreval.reports.wording import count, joined, percent
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.polylines import CVAT_LEAST
from vendoreval.tasks.rules import matching_value, matching_word

STEPS = 10
MOST_BESIDE = 6  # pictures of a certificate; a claim has more
_SEVERITY = {"critical": 0, "major": 1, "minor": 2}
# By task type: what the quality of a match is called, and the key of the rule that sets its limit.
_QUALITY = {
    "boxes": ("intersection ÷ union (IoU)", "iou"),
    "polygons": ("intersection ÷ union (IoU)", "iou"),
    "masks": ("intersection ÷ union (IoU)", "iou"),
    "segments": ("intersection ÷ union (IoU)", "iou"),
    "panoptic": ("intersection ÷ union (IoU)", ""),
    "tracks": ("intersection ÷ union (IoU)", "iou"),
    "cuboids": ("intersection ÷ union (IoU) in space", "iou"),
    "keypoints": ("object keypoint similarity (OKS)", "oks"),
    "polylines": ("nearness (1 - distance ÷ twice the limit)", ""),
}


@dataclass(frozen=True)
class UnitsShown:
    """What a certificate shows of the audited units beside the figures; nothing for types of one unit an item.

    `lines` are the defects of all judged clauses, the gravest first.
    """

    lines: tuple[ClaimLine, ...] = ()
    pictures: DefectPictures = field(default_factory=DefectPictures)
    quality: Histogram | None = None


def units_shown(seen: AuditInput, result: AuditResult, task: Task, images: Images | None = None) -> UnitsShown:
    """What the certificate of `result` shows of the units that it looked at."""
    if not result.unit_rules:
        return UnitsShown()
    judged = tuple(finding for finding in result.findings if finding.verdict != NOT_RUN)
    lines = claim_lines(judged, seen, task)
    return UnitsShown(lines, pictures_of(lines, seen, images, MOST_BESIDE), quality(seen.by_label, task))


def pictures_of(
    lines: Sequence[ClaimLine], seen: AuditInput, images: Images | None = None, most: int = MOST_PICTURES
) -> DefectPictures:
    """The pictures of `lines`; none where a consensus was judged, which no single answer shows."""
    if seen.units is not seen.by_label:
        return DefectPictures()
    return defect_pictures(by_gravity(lines), seen.units, seen.gold, seen.delivered, images, most)


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
            "expected": line.expected
            if line.expected is not None
            else "nothing"
            if line.outcome == "extra"
            else "–",
            "delivered": line.delivered if line.delivered is not None else "nothing",
            "annotator": line.annotator if line.annotator is not None else "–",
            "severity": line.severity,
            "clause": joined([line.clause, *line.also]),
        }
        for line in lines
    ]


def quality(units: Outcomes, task: Task) -> Histogram | None:
    """How well matched units fit, whatever their labels; None where a match has no degrees."""
    named = _QUALITY.get(task.type)
    if named is None or units.expected_row is None or units.delivered_row is None:
        return None
    words, key = named
    matched = (units.expected_row >= 0) & (units.delivered_row >= 0) & units.at("object")
    steps = np.minimum(units.score[matched] * STEPS // ONE, STEPS - 1)
    by_it = task.type != "cuboids" or matching_word(task, "match") == key
    if task.type == "segments":
        by_it = not matching_value(task, "boundary")
    limits = [(_least(task, key), "matched from here on")] if by_it else []
    if below := float(matching_value(task, "imprecise_below")):
        limits.append((below, "precise from here on"))
    counts = tuple(np.bincount(steps, minlength=STEPS).tolist())
    return Histogram("How well matched objects fit", words, counts, tuple(limits)) if sum(counts) else None


def _least(task: Task, key: str) -> float:
    """The least quality of a match; without a key it is a half, of CVAT's lines CVAT's."""
    if key:
        return float(matching_value(task, key))
    return float(CVAT_LEAST) if task.matching.get("preset") == "cvat" else 0.5


def defects_view(shown: UnitsShown) -> Plain | None:
    """The gravest defects of an audit; None where there is none to list."""
    if not shown.lines:
        return None
    told = by_gravity(shown.lines)[: parts.MOST_ROWS]
    note = f"All {count(len(told), 'defect')} that the judged clauses count."
    if len(shown.lines) > len(told):
        note = (
            f"The {len(told)} gravest of {len(shown.lines):,} that the judged clauses count; the attached "
            "defects.csv holds all."
        )
    return {"note": note, "rows": line_rows(told), "pictures": shown.pictures.view()}


_COUNTED = {
    "item": "a person’s whole answer on an item: right where every {unit} is",
    "object": "{a} {unit}: right, wrong, missing or extra",
    "opportunity": "{a} {unit} that is right in everything, or an error of any kind",
}


def unit_rules(result: AuditResult, contract: Contract | None) -> list[Plain]:
    """The same answers counted by the three unit rules, for types of several units an item."""
    unit = unit_word(contract.task) if contract else "object"
    decided: dict[str, list[str]] = {}
    for clause in contract.clauses if contract else ():
        if METRICS[clause.metric].kind != "agreement" and clause.metric != "completeness":
            decided.setdefault(_rule_of(clause.unit), []).append(clause.id)
    return [
        {
            "unit": {"object": unit, "opportunity": "error"}.get(rule.unit, rule.unit),
            "words": _COUNTED[rule.unit].format(unit=unit, a="an" if unit[0] in "aeiou" else "a"),
            "decides": f"Decides {joined(decided[rule.unit])}." if rule.unit in decided else "",
            "n": f"{rule.n:,}",
            "errors": f"{rule.errors:,}",
            "share": "–" if rule.estimate is None else percent(rule.estimate),
        }
        for rule in result.unit_rules
    ]


def _rule_of(unit: str) -> str:
    if unit in OBJECTS:
        return "object"
    return "item" if unit == "label" else unit


def absent_sides(result: AuditResult) -> Mapping[str, Mapping[str, int]] | None:
    """The confusion, where a unit may be missing or extra; None for answers of one unit an item."""
    return result.confusion if result.unit_rules else None
