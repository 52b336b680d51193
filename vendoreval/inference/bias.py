"""Bias: classes that are missed more often than others, and answers that lean one way.

Four questions, each with its own null hypothesis; `expected` is what gold says, `delivered` what was
answered, both as class codes:
- `weak_classes`: one class is missed no more often than the others together;
- `asymmetries`: a is taken for b no more often than b for a, as shares of each class;
- `majority_default`: wrong answers fall on the most frequent class no more often than its share of gold;
- `class_shifts`: labels move into a class as often as out of it (sign test; for all classes together
  Stuart & Maxwell's test of marginal homogeneity).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr, stdtr

from vendoreval.inference.binomial import at_least, clopper_pearson
from vendoreval.inference.comparing import (
    Codes,
    Comparison,
    Contrast,
    Mask,
    compare_shares,
    contrast,
    repeats,
)
from vendoreval.inference.ordering import dense

Ints = NDArray[np.int64]
LEAST_CONFUSED = 5  # times that two classes are confused to be tested
MOST_PAIRS = 60  # the pairs of classes that are confused most often; the rest is not tested


@dataclass(frozen=True)
class Moves:
    """Labels that moved into a class and out of it; `gold` and `delivered` count the class's labels.

    `net` is the shift as a share of gold's count; p is that of the sign test, two-sided. `shift` looks at the
    clusters too, which can only make p larger.
    """

    klass: int
    gold: int
    delivered: int
    moved_in: int
    moved_out: int
    p: float
    shift: Callable[[], Shift]

    @property
    def net(self) -> float:
        return (self.moved_in - self.moved_out) / self.gold


@dataclass(frozen=True)
class Shift:
    """The net shift of a class with its 95 % interval and its two-sided p, clustered by item."""

    net: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Default:
    """Of `n` wrong answers on other classes, `errors` name the most frequent class `klass`.

    `expected` is the share that guessing by the classes' frequency would give.
    """

    klass: int
    n: int
    errors: int
    share: float
    expected: float
    low: float
    high: float
    p: float


def weak_classes(wrong: Mask, expected: Codes, item: Codes) -> dict[int, Contrast]:
    """Every class of gold against all other classes."""
    n = np.bincount(expected)
    errors = np.bincount(expected[wrong], minlength=len(n))
    total, all_errors = len(wrong), int(errors.sum())

    def compared(klass: int) -> Comparison:
        found = compare_shares(wrong, expected == klass, item)
        assert found is not None
        return found

    return {
        klass: contrast(
            int(n[klass]), int(errors[klass]), total - int(n[klass]), all_errors - int(errors[klass]),
            partial(compared, klass),
        )
        for klass in np.flatnonzero(n).tolist()
        if n[klass] < total
    }  # fmt: skip


def asymmetries(expected: Codes, delivered: Codes, item: Codes) -> dict[tuple[int, int], Contrast]:
    """For pairs (a, b) that are confused: a taken for b against b taken for a; p is two-sided.

    The pair stands in the order of the larger share. The choice of pairs looks only at how often the
    two are confused in either direction, which Fisher's test takes as given.
    """
    width = int(max(expected.max(initial=0), delivered.max(initial=0))) + 1
    table = np.bincount(expected.astype(np.int64) * width + delivered, minlength=width * width)
    table = table.reshape(width, width)
    both = np.triu(table + table.T, 1)
    often = np.flatnonzero(both >= LEAST_CONFUSED)
    often = often[np.argsort(-both.ravel()[often], kind="stable")[:MOST_PAIRS]]
    units = table.sum(axis=1)

    def compared(a: int, b: int) -> Comparison:
        rows = np.flatnonzero((expected == a) | (expected == b))
        from_a = expected[rows] == a
        taken = delivered[rows] == np.where(from_a, b, a)
        found = compare_shares(taken, from_a, item[rows])
        assert found is not None
        return replace(found, p=min(1.0, 2 * found.p))

    found = {}
    for a, b in zip(*(part.tolist() for part in np.unravel_index(often, both.shape)), strict=True):
        if not units[a] or not units[b]:
            continue
        if table[a, b] * units[b] < table[b, a] * units[a]:
            a, b = b, a
        n, errors, rest_n, rest_errors = units[a], table[a, b], units[b], table[b, a]
        one_sided = contrast(int(n), int(errors), int(rest_n), int(rest_errors), partial(compared, a, b))
        found[a, b] = replace(one_sided, p=min(1.0, 2 * one_sided.p))
    return found


def majority_default(expected: Codes, delivered: Codes, item: Codes) -> Default | None:
    """Wrong answers that fall on gold's most frequent class; None with fewer than three classes."""
    gold = np.bincount(expected, minlength=int(delivered.max(initial=0)) + 1)
    if np.count_nonzero(gold) < 3:
        return None
    klass = int(gold.argmax())
    rows = np.flatnonzero((expected != klass) & (expected != delivered))
    if not len(rows):
        return None
    chance = gold[klass] / (len(expected) - gold[expected[rows]])
    on_it = delivered[rows] == klass
    n, errors, mean = len(rows), int(on_it.sum()), float(chance.mean())
    p = max(at_least(errors, n, mean), _mean_p(on_it - chance, item[rows]))
    low, high = clopper_pearson(errors, n, 0.95)
    return Default(klass, n, errors, errors / n, mean, low, high, p)


def class_shifts(expected: Codes, delivered: Codes, item: Codes) -> tuple[Moves, ...]:
    """Every class of gold: labels moved in and out, sign test, clustered by item where labels share one."""
    width = int(max(expected.max(initial=0), delivered.max(initial=0))) + 1
    gold = np.bincount(expected, minlength=width)
    given = np.bincount(delivered, minlength=width)
    kept = np.bincount(expected[expected == delivered], minlength=width)

    def shift(klass: int, net: float, p: float) -> Shift:
        step = (delivered == klass).astype(np.int64) - (expected == klass)
        half = 1.959964 * math.sqrt(_variance(step - step.mean(), item)) / int(gold[klass])
        return Shift(net, net - half, net + half, max(p, _two_sided(step, item)))

    found = []
    for klass in np.flatnonzero(gold).tolist():
        moved_in, moved_out = int(given[klass] - kept[klass]), int(gold[klass] - kept[klass])
        moves = moved_in + moved_out
        p = min(1.0, 2 * at_least(max(moved_in, moved_out), moves, 0.5)) if moves else 1.0
        net = (moved_in - moved_out) / int(gold[klass])
        counts = klass, int(gold[klass]), int(given[klass]), moved_in, moved_out
        found.append(Moves(*counts, p, partial(shift, klass, net, p)))
    return tuple(found)


def marginal_homogeneity(table: Ints) -> tuple[float, int, float]:
    """Stuart & Maxwell's test of equal row and column totals: statistic, degrees of freedom, p.

    The covariance of the differences is the Laplacian of the graph of confusions. So classes that were
    never confused play no part, and with one class of each connected group left out it can be inverted.
    """
    moved = (table - np.diag(np.diag(table))).astype(np.float64)
    used = np.flatnonzero(moved.sum(axis=0) + moved.sum(axis=1))
    if not len(used):
        return 0.0, 0, 1.0
    moved = moved[np.ix_(used, used)]
    flow, difference = moved + moved.T, moved.sum(axis=1) - moved.sum(axis=0)
    group = _joined(flow > 0)
    free = np.flatnonzero(group != np.arange(len(used)))
    covariance = np.diag(flow.sum(axis=0)) - flow
    solved = np.linalg.solve(covariance[np.ix_(free, free)], difference[free])
    statistic, df = float(difference[free] @ solved), len(free)
    return statistic, df, float(chdtrc(df, statistic))


def _joined(flow: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each class the first of those that it is joined with, directly or by others."""
    group = np.arange(len(flow))
    while True:
        nearest = np.minimum(group, np.where(flow, group, len(flow)).min(axis=1))
        if (nearest == group).all():
            return group
        group = nearest


def _variance(values: NDArray[np.float64], item: Codes) -> float:
    """Variance of the values' sum, items being clusters."""
    sums = np.bincount(dense(item)[1], weights=values)
    return float((sums**2).sum()) * len(sums) / max(len(sums) - 1, 1)


def _mean_p(values: NDArray[np.float64], item: Codes) -> float:
    """One-sided p of a positive sum, clustered by item; 0 where each item has one value."""
    clusters = len(dense(item)[0])
    if clusters == len(item):
        return 0.0
    variance = _variance(values, item)
    if clusters < 2 or variance <= 0:
        return 1.0
    return float(stdtr(clusters - 1, -float(values.sum()) / math.sqrt(variance)))


def _two_sided(step: Ints, item: Codes) -> float:
    moved = step != 0
    if not moved.any() or not repeats(item[moved]):
        return 0.0
    variance = _variance(step[moved].astype(np.float64), item[moved])
    if variance <= 0:  # what moves in moves out on the same item
        return 1.0
    return float(2 * ndtr(-abs(float(step.sum())) / math.sqrt(variance)))
