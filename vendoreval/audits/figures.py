"""The figures beside the verdicts: by class, by annotator, confusion. Counted from outcomes."""

from __future__ import annotations

import numpy as np

from vendoreval.audits.records import AnnotatorFigures, ClassFigures
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.tasks.outcomes import CODE, Outcomes

CONFIDENCE = 0.95


def answered(outcomes: Outcomes) -> Outcomes:
    """Only the units that somebody answered and that can be scored."""
    out = (CODE["missing"], CODE["unscorable"])
    return outcomes.take(np.flatnonzero(~np.isin(outcomes.outcome, out)))


def confusion(outcomes: Outcomes) -> dict[str, dict[str, int]]:
    """Number of answered units by expected class, then delivered class; empty cells left out."""
    seen = answered(outcomes)
    names, width = seen.expected.values, len(seen.expected.values)
    cells, counts = np.unique(
        seen.expected.codes.astype(np.int64) * width + seen.delivered.codes, return_counts=True
    )
    table: dict[str, dict[str, int]] = {}
    for cell, count in zip(cells.tolist(), counts.tolist(), strict=True):
        table.setdefault(names[cell // width], {})[names[cell % width]] = count
    return table


def by_class(outcomes: Outcomes) -> tuple[ClassFigures, ...]:
    """Precision, recall and F1 of every class that gold or the delivery uses; None stands for 0/0."""
    seen = answered(outcomes)
    width = len(seen.expected.values)
    expected = np.bincount(seen.expected.codes, minlength=width).tolist()
    delivered = np.bincount(seen.delivered.codes, minlength=width).tolist()
    correct = np.bincount(seen.expected.codes[seen.right], minlength=width).tolist()
    return tuple(
        ClassFigures(
            name, n, right, given,
            precision=right / given if given else None,
            recall=right / n if n else None,
            f1=2 * right / (n + given),
        )
        for name, n, right, given in zip(seen.expected.values, expected, correct, delivered, strict=True)
        if n or given
    )  # fmt: skip


def by_annotator(outcomes: Outcomes) -> tuple[AnnotatorFigures, ...]:
    """Each annotator's answered units with the exact (Clopper–Pearson) 95 % interval, by name."""
    seen = answered(outcomes)
    known = seen.annotator.codes >= 0
    width = len(seen.annotator.values)
    totals = np.bincount(seen.annotator.codes[known], minlength=width).tolist()
    right = np.bincount(seen.annotator.codes[known & seen.right], minlength=width).tolist()
    rows = sorted(
        (name, n, good) for name, n, good in zip(seen.annotator.values, totals, right, strict=True) if n
    )
    return tuple(
        AnnotatorFigures(name, n, n - good, good / n, *clopper_pearson(good, n, CONFIDENCE))
        for name, n, good in rows
    )
