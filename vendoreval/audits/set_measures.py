"""Totals of answers that are sets of classes: how much of both sets is common, how many classes are wrong."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from vendoreval.audits.totals import Measure, loss, per_item, totals_of
from vendoreval.audits.units import Counting, counted
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes


def jaccard(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """The mean over answers of common classes ÷ all classes; two empty sets are equal, or left out."""
    kept = counted(outcomes, how, group)
    if how.without_empty:
        kept &= outcomes.outcome != np.int8(CODE["empty_agreed"])
    y, x = totals_of(outcomes, how, kept, outcomes.right * ONE)
    right, _ = totals_of(outcomes, how, kept, outcomes.right.astype(np.int64))
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(right.sum()), scale=ONE)


def hamming(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """The mean over answers of classes given wrongly or left out ÷ all classes of the contract."""
    kept = counted(outcomes, how, group)
    right, answers = totals_of(outcomes, how, kept, outcomes.right.astype(np.int64))
    wrong = per_item(outcomes, how, kept & ~outcomes.right)
    n = int(answers.sum())
    return loss(wrong, answers, Fraction(1), n, n - int(right.sum()), scale=max(len(how.scale), 1))
