"""From outcomes to the totals that a clause's metric is a ratio of.

Every metric here is a ratio of totals over items (accuracy = right units ÷ counted units, F1 = 2TP ÷
(2TP+FP+FN), mean IoU = sum of scores ÷ counted units) or a mean of such ratios over classes. So one inference
serves all of them, whether an item holds one unit or many. Which units count: audits.units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.units import (
    Counting,
    Mask,
    Side,
    Totals,
    by_sheet,
    counted,
    drawn,
    has_score,
    many,
    sheets,
)
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

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
    number of items above the cap. Made by `loss`. `root`: the metric is the square root of its ratio, as in
    HOTA.
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

    @property
    def one_unit_an_item(self) -> bool:
        """Whether items hold at most one unit, so that the exact single-unit inference applies."""
        return self.scale == 1 and len(self.xs) == 1 and bool((self.xs[0] <= 1).all())


def loss(losses: Totals, units: Totals, cap: Fraction, n: int, errors: int, scale: int = 1) -> Measure:
    """The measure of a loss: per item what it lost in whole `scale`-ths, and its counted units.

    Items that lost something without a unit (words where the reference has none) count in `lost` only.
    """
    whole, total = scale * cap.numerator, int(units.sum())
    left = units * whole - losses * cap.denominator
    return Measure(
        (np.maximum(left, 0),), (units,), n, errors, scale=whole, cap=cap,
        lost=Fraction(int(losses.sum()), total * scale) if total else Fraction(0),
        beyond=int((left < 0).sum()),
    )  # fmt: skip


Measurer = Callable[[Outcomes, Counting, str | None, tuple[str, ...]], Measure]


def measure(
    metric: str,
    outcomes: Outcomes,
    group: str | None,
    classes: tuple[str, ...],
    how: Counting = Counting(),
) -> Measure:
    """Totals of `metric` over `outcomes`, for the class `group` where one is judged.

    Items come in the order of their codes, those without a counted unit included. Raises KeyError for a metric
    without totals.
    """
    return _MEASURES[metric](outcomes, how, group, classes)


def side_of(metric: str) -> Side:
    """The side by which the metric's units belong to a class."""
    return _SIDES.get(metric.removeprefix("macro_"), "own")


def is_score(metric: str) -> bool:
    """Whether the metric averages degrees of agreement, not right and wrong."""
    return metric in _SCORES


def errors_of(metric: str, outcomes: Outcomes, how: Counting) -> Mask | None:
    """The rows that are errors under a metric of tracks, which may be of several levels.

    None: under this metric they are the wrong ones of its units.
    """
    if metric not in OF_TRACKS:
        return None
    from vendoreval.audits.track_measures import errors

    return errors(metric, outcomes, how)


def scores(metric: str, outcomes: Outcomes) -> Values:
    """The score of each row under a metric that averages them, in whole billionths.

    mean_dice is taken from the overlap: Dice = 2 IoU ÷ (1 + IoU), rounded to the next billionth.
    """
    found = np.clip(outcomes.score, 0, ONE)
    return (2 * found * ONE + (ONE + found) // 2) // (ONE + found) if metric == "mean_dice" else found


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


def _totals(outcomes: Outcomes, how: Counting, kept: Mask, value: Values) -> tuple[Totals, Totals]:
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


def _share(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], side: Side = "own"
) -> Measure:
    kept = counted(outcomes, how, group, side)
    if by_sheet(outcomes, how):
        y, x = _totals(outcomes, how, kept, outcomes.right.astype(np.int64))
    else:
        y, x = per_item(outcomes, how, kept & outcomes.right), per_item(outcomes, how, kept)
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(y.sum()))


def _completeness(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    every = Counting(how.unit, how.empty, omissions=True)
    answers = per_item(outcomes, every, ~outcomes.unanswered)
    delivered = (answers > 0).astype(np.int64)  # an item counts once, however many labels it has
    n, present = len(delivered), int(delivered.sum())
    return Measure((delivered,), (np.ones(n, dtype=np.int64),), n, n - present)


def _f1(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """A right unit counts on both sides, and so does one of the right class that is too imprecise."""
    kept = counted(outcomes, how, group, "either")
    right = per_item(outcomes, how, kept & outcomes.right)
    n, good = int(kept.sum()), int(right.sum())
    return Measure(
        (2 * right,), (_both_sides(outcomes, how, group),), n, n - good, weight=2,
        wrong_weight=2 if many(outcomes) else 1,
    )  # fmt: skip


def _both_sides(outcomes: Outcomes, how: Counting, group: str | None) -> Totals:
    expected = per_item(outcomes, how, counted(outcomes, how, group, "expected"))
    return expected + per_item(outcomes, how, counted(outcomes, how, group, "delivered"))


def _score(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], metric: str
) -> Measure:
    """Mean score of the counted units; what is missing or extra has 0."""
    scored = counted(outcomes, how, group) & has_score(outcomes)
    y, x = _totals(outcomes, how, scored, scores(metric, outcomes))
    right, _ = _totals(outcomes, how, scored, outcomes.right.astype(np.int64))
    n = int(x.sum())
    return Measure((y,), (x,), n, n - int(right.sum()), scale=ONE)


def _pq(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Panoptic quality of one class: 2 × scores of its matched units ÷ (2TP+FP+FN).

    Kirillov et al., Panoptic segmentation, CVPR 2019. A unit of the right class is matched, however precise.
    """
    kept = counted(outcomes, how, group, "either")
    matched = kept & np.isin(outcomes.outcome, (CODE["correct"], CODE["imprecise"]))
    y = 2 * per_item(outcomes, how, matched, scores("pq", outcomes))
    n = int(kept.sum())
    return Measure(
        (y,), (_both_sides(outcomes, how, group),), n, n - int((kept & outcomes.right).sum()),
        weight=2, wrong_weight=2, scale=ONE,
    )  # fmt: skip


def _macro(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], single: Measurer
) -> Measure:
    parts = {name: single(outcomes, how, name, classes) for name in classes}
    present = [part for part in parts.values() if part.xs[0].any()]
    whole = _share(outcomes, how, None, classes)
    return Measure(
        tuple(part.ys[0] for part in present), tuple(part.xs[0] for part in present), whole.n, whole.errors,
        weight=max((part.weight for part in present), default=1),
        wrong_weight=max((part.wrong_weight for part in present), default=1),
        scale=max((part.scale for part in present), default=1),
        absent=tuple(name for name, part in parts.items() if not part.xs[0].any()),
    )  # fmt: skip


def _pq_of(outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Of one class, or the mean over the classes."""
    if group is not None:
        return _pq(outcomes, how, group, classes)
    return _macro(outcomes, how, None, classes, _pq)


def _of_tracks(
    outcomes: Outcomes, how: Counting, group: str | None, classes: tuple[str, ...], metric: str
) -> Measure:
    from vendoreval.audits.track_measures import TRACK_MEASURES

    return TRACK_MEASURES[metric](outcomes, how, group, classes)


_recall = partial(_share, side="expected")
_precision = partial(_share, side="delivered")
_SIDES: Mapping[str, Side] = {"recall": "expected", "precision": "delivered", "f1": "either", "pq": "either"}
OF_TRACKS = ("idf1", "assa", "hota", "id_switches", "mota_loss")
_SCORES = ("mean_iou", "mean_dice", "oks", "nearness", "pq")
_MEASURES: Mapping[str, Measurer] = {
    "accuracy": _share,
    "error_rate": _share,
    "pck": _share,
    "completeness": _completeness,
    "recall": _recall,
    "precision": _precision,
    "f1": _f1,
    "macro_recall": partial(_macro, single=_recall),
    "macro_precision": partial(_macro, single=_precision),
    "macro_f1": partial(_macro, single=_f1),
    "mean_iou": partial(_score, metric="mean_iou"),
    "mean_dice": partial(_score, metric="mean_dice"),
    "oks": partial(_score, metric="oks"),
    "nearness": partial(_score, metric="nearness"),
    "pq": _pq_of,
    **{name: partial(_of_tracks, metric=name) for name in OF_TRACKS},
}
MEASURED = frozenset(_MEASURES)
