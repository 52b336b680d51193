"""Per-item totals: what every metric's ratio is made of, and how its units are summed over items.

Every module of measures (audits.measures and those beside it) makes its totals from these.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.units import Counting, Mask, Side, Totals, by_sheet, counted, drawn, sheets
from vendoreval.tasks.outcomes import Outcomes

Values = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Measure:
    """Per-item totals of one metric: numerators and denominators, one pair of arrays a class.

    Shares have one pair. `errors` and `n` count units (not doubled as in F1) for the reader. So often a unit
    counts in a denominator: `weight` times where it is right, `wrong_weight` in that of one class where it is
    not. Numerators are whole `scale`-ths of a unit. `absent`: classes of the mean without any unit.

    A loss, such as word errors for each reference word, has a `cap`: no item loses more than so much a unit, as
    the contract states. It is judged as the share of what could be lost that was not; an item that lost more
    counts with the cap, so that a breach never rests on it. `lost` is the loss a unit as it is, `beyond` the
    number of items above the cap, `told` what the loss consists of. Made by `loss`. `root`: the metric is the
    square root of its ratio, as in HOTA.
    """

    ys: tuple[Totals, ...]
    xs: tuple[Totals, ...]
    n: int
    errors: int
    weight: int = 1
    wrong_weight: int = 1
    scale: int = 1
    absent: tuple[str, ...] = ()
    cap: Fraction | None = None
    lost: Fraction = Fraction(0)
    beyond: int = 0
    root: bool = False
    told: str = ""

    @property
    def one_unit_an_item(self) -> bool:
        """Whether items hold at most one unit, so that the exact single-unit inference applies."""
        return self.scale == 1 and len(self.xs) == 1 and bool((self.xs[0] <= 1).all())


def loss(
    losses: Totals, units: Totals, cap: Fraction, n: int, errors: int, scale: int = 1, told: str = ""
) -> Measure:  # fmt: skip
    """The measure of a loss: per item what it lost in whole `scale`-ths, and its counted units.

    Items that lost something without a unit (words where the reference has none) count in `lost` only.
    """
    whole, total = scale * cap.numerator, int(units.sum())
    left = units * whole - losses * cap.denominator
    return Measure(
        (np.maximum(left, 0),), (units,), n, errors, scale=whole, cap=cap,
        lost=Fraction(int(losses.sum()), total * scale) if total else Fraction(0),
        beyond=int((left < 0).sum()), told=told,
    )  # fmt: skip


Measurer = Callable[[Outcomes, Counting, str | None, tuple[str, ...]], Measure]


def per_item(outcomes: Outcomes, how: Counting, mask: Mask, value: Values | None = None) -> Totals:
    """The rows of `mask`, or the sum of their `value`, on each item of the sample."""
    codes, width = outcomes.item.codes, len(outcomes.item.values)
    inside = drawn(outcomes, how)
    if width > 4 * len(codes):  # few rows of many items
        items, place = np.unique(codes[inside], return_inverse=True)
        return _summed(place, mask[inside], None if value is None else value[inside], len(items))
    present = np.zeros(width, dtype=np.bool_)
    present[codes[inside]] = True
    return _summed(codes, mask, value, width)[present]


def _summed(codes: NDArray[Any], mask: Mask, value: Values | None, width: int) -> Totals:
    if value is None:
        return np.bincount(codes[mask], minlength=width).astype(np.int64)
    sums = np.bincount(codes[mask], weights=value[mask], minlength=width)  # whole numbers below 2^53: exact
    return np.rint(sums).astype(np.int64)


def totals_of(outcomes: Outcomes, how: Counting, kept: Mask, value: Values) -> tuple[Totals, Totals]:
    """Per item the sum of `value` over its units, and the units; `value` is 0 or 1 for right and wrong.

    A sheet that is a unit has its lowest right or wrong, or the mean of its scores.
    """
    if not by_sheet(outcomes, how):
        return per_item(outcomes, how, kept, value), per_item(outcomes, how, kept)
    _, sheet = sheets(outcomes, kept)
    rows = np.bincount(sheet)
    of_sheet = np.rint(np.bincount(sheet, weights=value[kept])).astype(np.int64) // np.maximum(rows, 1)
    first = np.flatnonzero(kept)[np.unique(sheet, return_index=True)[1]]
    units = np.zeros(len(outcomes), dtype=np.bool_)
    units[first] = True
    spread = np.zeros(len(outcomes), dtype=np.int64)
    spread[first] = of_sheet
    return per_item(outcomes, how, units, spread), per_item(outcomes, how, units)


def share(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], side: Side = "own"
) -> Measure:
    kept = counted(outcomes, how, group, side)
    if by_sheet(outcomes, how):
        y, x = totals_of(outcomes, how, kept, outcomes.right.astype(np.int64))
    else:
        y, x = per_item(outcomes, how, kept & outcomes.right), per_item(outcomes, how, kept)
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(y.sum()))
