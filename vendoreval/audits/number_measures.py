"""Totals of answers on a scale and of numbers: how far they lie from gold, and whether they are equal to it.

A label without a place on the scale, and an item that was sent and not answered, lose the most that the
contract says a unit can lose (audits.units: Counting.cap). Differences are exact fractions; they are rounded
only where digits of the delivery are finer than a billionth of that most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.totals import Measure, loss, per_item, totals_of
from vendoreval.audits.units import Counting, counted, many
from vendoreval.labels.numbers import exact
from vendoreval.tasks.outcomes import ONE, Outcomes

Place = Callable[[str], Fraction | None]
_MOST = 1 << 61  # what all losses of an audit sum up to at most, in whole parts


def mean_absolute_error(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]
) -> Measure:  # fmt: skip
    """The mean difference from gold, in steps of the scale `how.scale`, or of numbers where it is empty."""
    kept = counted(outcomes, how, group)
    cap = how.cap or Fraction(1)
    rows = np.flatnonzero(kept)
    width = len(outcomes.delivered.values) + 1
    key = outcomes.expected.codes[rows].astype(np.int64) * width + outcomes.delivered.codes[rows] + 1
    pairs, pair = np.unique(key, return_inverse=True)
    gaps = _gaps(outcomes, pairs.tolist(), width, _places(how.scale), cap)
    parts = _parts(gaps, cap)
    most = _MOST // max(len(rows) * cap.denominator, 1)
    of_pair = np.asarray([min(round(gap * parts), most) for gap in gaps] or [0], dtype=np.int64)
    value = np.zeros(len(outcomes), dtype=np.int64)
    value[rows] = of_pair[pair]
    errors = int((kept & ~outcomes.right).sum())
    lost, units = per_item(outcomes, how, kept, value), per_item(outcomes, how, kept)
    return loss(lost, units, cap, int(units.sum()), errors, parts)


def exact_match(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """The share of answers that are gold's, whatever the contract tolerates besides."""
    same = outcomes.right if many(outcomes) else outcomes.right & equal(outcomes)
    kept = counted(outcomes, how, group)
    y, x = totals_of(outcomes, how, kept, same.astype(np.int64))
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(y.sum()))


def equal(outcomes: Outcomes) -> NDArray[np.bool_]:
    """Rows whose answer is gold's: the same text, or the same number."""
    found: NDArray[np.bool_] = outcomes.expected.codes == outcomes.delivered.codes
    other = np.flatnonzero(outcomes.right & ~found)
    numbers = [exact(text) for text in outcomes.expected.values]
    for row in other.tolist():
        one, two = numbers[outcomes.expected.codes[row]], numbers[outcomes.delivered.codes[row]]
        found[row] = one is not None and one == two
    return found


def _places(scale: Sequence[str]) -> Place:
    """Where a label lies: on the scale of the contract's classes, or as the number that it is."""
    if not scale:
        return exact
    step = {name: Fraction(place) for place, name in enumerate(scale)}
    return step.get


def _gaps(
    outcomes: Outcomes, pairs: Sequence[int], width: int, place: Place, cap: Fraction
) -> list[Fraction]:  # fmt: skip
    """How far the delivered answer of each pair lies from gold's."""
    found = []
    for pair in pairs:
        expected = place(outcomes.expected.values[pair // width])
        given = pair % width - 1
        delivered = place(outcomes.delivered.values[given]) if given >= 0 else None
        known = expected is not None and delivered is not None
        found.append(abs(delivered - expected) if known else cap)  # type: ignore[operator]
    return found


def _parts(gaps: Sequence[Fraction], cap: Fraction) -> int:
    """Into how many parts one is divided, so that every difference is whole, or finer than it needs to be."""
    most = max(ONE // max(cap.numerator, 1), 1)
    parts = 1
    for gap in gaps:
        parts = lcm(parts, gap.denominator)
        if parts > most:
            return most
    return parts
