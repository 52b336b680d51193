"""The figures beside the verdicts: by class, by annotator, confusion, the three unit rules.

They count what was answered and can be scored (audits.units). An object that was missed has no delivered
class and one that is extra no class of gold: each stands under a name of its own.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from vendoreval.audits.measures import measure
from vendoreval.audits.records import AnnotatorFigures, ClassFigures, UnitRule
from vendoreval.audits.units import MAIN, OPPORTUNITY, Counting, counted, main_unit, many
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.proportions import of_process
from vendoreval.tasks.outcomes import Outcomes

CONFIDENCE = 0.95
MISSED, EXTRA = "(missing)", "(extra)"  # the delivered side of what was missed, gold's side of what is extra
UNIT_RULES = ("item", MAIN, OPPORTUNITY)


def answered(outcomes: Outcomes) -> Outcomes:
    """Only the units that somebody answered and that can be scored."""
    return outcomes.take(np.flatnonzero(counted(outcomes, Counting(main_unit(outcomes)))))


def confusion(outcomes: Outcomes) -> dict[str, dict[str, int]]:
    """Number of answered units by expected class, then delivered class; empty cells left out."""
    seen = answered(outcomes)
    names, width = seen.expected.values, len(seen.expected.values) + 1  # -1, no class, comes last
    expected = seen.expected.codes.astype(np.int64) % width
    cells, counts = np.unique(expected * width + seen.delivered.codes % width, return_counts=True)
    table: dict[str, dict[str, int]] = {}
    for cell, count in zip(cells.tolist(), counts.tolist(), strict=True):
        row, column = (*names, EXTRA)[cell // width], (*names, MISSED)[cell % width]
        table.setdefault(row, {})[column] = count
    return table


def by_class(outcomes: Outcomes) -> tuple[ClassFigures, ...]:
    """Precision, recall and F1 of every class that gold or the delivery uses; None stands for 0/0.

    Where a neighbouring class passes, what is right counts for gold's class and for the one delivered.
    """
    seen = answered(outcomes)
    width = len(seen.expected.values)
    sides = (seen.expected.codes, seen.delivered.codes)
    expected, delivered, correct, fitting = (
        np.bincount(codes[codes >= 0], minlength=width).tolist()
        for codes in (*sides, *(side[seen.right] for side in sides))
    )
    return tuple(
        ClassFigures(
            name, n, right, given,
            precision=fits / given if given else None,
            recall=right / n if n else None,
            f1=(right + fits) / (n + given),
        )
        for name, n, right, given, fits in zip(
            seen.expected.values, expected, correct, delivered, fitting, strict=True
        )
        if n or given
    )  # fmt: skip


def by_annotator(outcomes: Outcomes) -> tuple[AnnotatorFigures, ...]:
    """Each annotator's answered units with the 95 % interval, by name.

    Exact (Clopper–Pearson); clustered by item where an item has several units.
    """
    seen = answered(outcomes)
    known = seen.annotator.codes >= 0
    width = len(seen.annotator.values)
    totals = np.bincount(seen.annotator.codes[known], minlength=width).tolist()
    right = np.bincount(seen.annotator.codes[known & seen.right], minlength=width).tolist()
    rows = sorted(
        (name, code, n, good)
        for code, (name, n, good) in enumerate(zip(seen.annotator.values, totals, right, strict=True))
        if n
    )
    return tuple(
        AnnotatorFigures(name, n, n - good, good / n, *_interval(seen, code, good, n))
        for name, code, n, good in rows
    )


def _interval(seen: Outcomes, code: int, right: int, n: int) -> tuple[float, float]:
    if not many(seen):
        return clopper_pearson(right, n, CONFIDENCE)
    own = measure("accuracy", seen.take(np.flatnonzero(seen.annotator.codes == code)), None, (), Counting(MAIN))
    share = of_process(own.ys[0], own.xs[0], Fraction(1, 2), CONFIDENCE)  # only the interval is used
    return share.low, share.high


def unit_rules(outcomes: Outcomes, how: Counting) -> tuple[UnitRule, ...]:
    """The answers under each of the three unit rules, for types of several units an item."""
    if not many(outcomes):
        return ()
    rules = []
    for unit in UNIT_RULES:
        found = measure("accuracy", outcomes, None, (), replace(how, unit=unit))
        right = found.n - found.errors
        rules.append(UnitRule(unit, found.n, right, found.errors, right / found.n if found.n else None))
    return tuple(rules)
