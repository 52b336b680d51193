"""From outcomes to the totals that a clause's metric is a ratio of.

Every metric here is a ratio of totals over items (accuracy = right units ÷ counted units, F1 = 2TP ÷
(2TP+FP+FN)) or a mean of such ratios over classes. So one inference serves all of them, whether an
item holds one unit or many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vendoreval.tasks.outcomes import CODE, Outcomes

Totals = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Measure:
    """Per-item totals of one metric: numerators and denominators, one pair of arrays a class.

    Shares have one pair. `errors` and `n` count units (not doubled as in F1) for the reader. `weight`: so
    often a right unit counts in a denominator. `absent`: classes of the mean without any unit.
    """

    ys: tuple[Totals, ...]
    xs: tuple[Totals, ...]
    n: int
    errors: int
    weight: int = 1
    absent: tuple[str, ...] = ()

    @property
    def one_unit_an_item(self) -> bool:
        """Whether items hold at most one unit, so that the exact single-unit inference applies."""
        return len(self.xs) == 1 and bool((self.xs[0] <= 1).all())


def measure(metric: str, outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
    """Totals of `metric` over `outcomes`, for the class `group` where the metric needs one.

    `unscorable` units are out of every denominator. Raises KeyError for a metric without totals.
    """
    return _MEASURES[metric](outcomes, group, classes)


def _per_item(outcomes: Outcomes, mask: Mask) -> Totals:
    items, item = np.unique(outcomes.item.codes, return_inverse=True)
    return np.bincount(item[mask], minlength=len(items)).astype(np.int64)


def _share(outcomes: Outcomes, right: Mask, counted: Mask) -> Measure:
    n, good = int(counted.sum()), int(right.sum())
    return Measure((_per_item(outcomes, right),), (_per_item(outcomes, counted),), n, n - good)


def _scored(outcomes: Outcomes) -> Mask:
    scored: Mask = outcomes.outcome != np.int8(CODE["unscorable"])
    return scored


def _accuracy(outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
    if group is not None:
        return _recall(outcomes, group, classes)
    return _share(outcomes, outcomes.right, _scored(outcomes))


def _completeness(outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
    answers = _per_item(outcomes, outcomes.outcome != CODE["missing"])
    delivered = (answers > 0).astype(np.int64)  # an item counts once, however many labels it has
    n, present = len(delivered), int(delivered.sum())
    return Measure((delivered,), (np.ones(n, dtype=np.int64),), n, n - present)


def _is(outcomes: Outcomes, group: str | None, side: Literal["expected", "delivered"]) -> Mask:
    column = outcomes.expected if side == "expected" else outcomes.delivered
    if group is None or group not in column.values:
        return np.zeros(len(outcomes), dtype=np.bool_)
    return np.isin(column.codes, [column.values.index(group)])


def _recall(outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
    counted = _is(outcomes, group, "expected") & _scored(outcomes)
    return _share(outcomes, counted & outcomes.right, counted)


def _precision(outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
    counted = _is(outcomes, group, "delivered") & _scored(outcomes)
    return _share(outcomes, counted & outcomes.right, counted)


def _f1(outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
    recall, precision = _recall(outcomes, group, classes), _precision(outcomes, group, classes)
    right = recall.ys[0]
    n = recall.n + precision.n - int(right.sum())  # units that touch the class on either side
    both = recall.xs[0] + precision.xs[0]
    return Measure((2 * right,), (both,), n, n - int(right.sum()), weight=2)


def _macro(single: Callable[[Outcomes, str | None, tuple[str, ...]], Measure]) -> Callable[..., Measure]:
    def macro(outcomes: Outcomes, group: str | None, classes: tuple[str, ...]) -> Measure:
        parts = {name: single(outcomes, name, classes) for name in classes}
        counted = [part for part in parts.values() if part.xs[0].any()]
        whole = _accuracy(outcomes, None, classes)
        return Measure(
            tuple(part.ys[0] for part in counted), tuple(part.xs[0] for part in counted), whole.n, whole.errors,
            weight=max((part.weight for part in counted), default=1),
            absent=tuple(name for name, part in parts.items() if not part.xs[0].any()),
        )  # fmt: skip

    return macro


_MEASURES: dict[str, Callable[[Outcomes, str | None, tuple[str, ...]], Measure]] = {
    "accuracy": _accuracy,
    "error_rate": _accuracy,
    "completeness": _completeness,
    "recall": _recall,
    "precision": _precision,
    "f1": _f1,
    "macro_recall": _macro(_recall),
    "macro_precision": _macro(_precision),
    "macro_f1": _macro(_f1),
}
MEASURED = frozenset(_MEASURES)
