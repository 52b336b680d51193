"""Scores between 0 and 1 (overlap, share of right words, partial credit): tests by betting.

Scores are drawn from N without replacement, so that after t of them with total S the mean of what is
left is (N m - S) / (N - t) if m is the delivery's mean. Bet a share f of your money on every score
against that figure: under the null the money is expected not to grow, and it ever reaches 1/alpha with
a chance of at most alpha (Waudby-Smith & Ramdas, Estimating means of bounded random variables by
betting, JRSS B 2024). The money is spread over a grid of shares f, so nothing has to be tuned, and
evidence is monotone in m, so that bounds come from bisection.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.dynamic import BREACHED, INCONCLUSIVE, KEPT
from vendoreval.errors import InputError

Floats = NDArray[np.float64]

_SHARES = np.geomspace(0.002, 0.98, 16)
_HALVINGS = 30  # bounds to 1e-9
_ROUNDING = 1e-9  # differences of means below it are none


@dataclass(frozen=True)
class ScoreAudit:
    """Where an audit of scores stands after `n` of them, at its first decision or at the end.

    The e-values speak against "the mean reaches the threshold" and "it does not exceed the tolerated".
    """

    n: int
    mean: float
    verdict: str
    e_breached: float
    e_kept: float


def audit_scores(
    scores: Sequence[float],
    population: int,
    threshold: float,
    tolerated: float | None = None,
    alpha: float = 0.05,
    beta: float = 0.05,
) -> ScoreAudit:
    """Follow the scores in the order of the draw to the first decision.

    *breached*: the delivery's mean is below `threshold`, wrongly said with a chance of at most `alpha`;
    *kept*: it is above `tolerated` (default: the threshold), wrongly said with at most `beta`.
    """
    values = _checked(scores, population)
    floor = _floor(threshold, tolerated)
    against = _log_money(1 - values, population, 1 - threshold)
    for_ = _log_money(values, population, floor)
    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    return _first_decision(means, against, for_, alpha, beta)


def audit_clusters(
    right: Sequence[int],
    units: Sequence[int],
    population: int,
    most_units: int,
    threshold: float,
    tolerated: float | None = None,
    alpha: float = 0.05,
    beta: float = 0.05,
) -> ScoreAudit:
    """The same for the share of right units when items are drawn whole, with any number of units each.

    `right` of `units` are right on each drawn item, of `population` items; no item of the delivery has
    more than `most_units`. A share A of right units is at least a exactly where the mean over items of
    a + (right - a units) / most_units is, and that score lies between 0 and 1: no assumption is made on
    how errors cluster. `mean` of the result is the share of right units.
    """
    whole, good = np.asarray(units, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if whole.shape != good.shape or not ((good >= 0) & (good <= whole) & (whole <= most_units)).all():
        raise InputError(
            "Every item needs its units and how many of them are right.",
            remedy=f"No item may have more than {most_units} units, nor more right ones than it has.",
        )
    floor = _floor(threshold, tolerated)

    def scores(share: float) -> Floats:
        return _checked(_item_scores(good, whole, most_units, share), population)

    against = _log_money(1 - scores(threshold), population, 1 - threshold)
    for_ = _log_money(scores(floor), population, floor)
    shares = np.cumsum(good) / np.maximum(np.cumsum(whole), 1)
    return _first_decision(shares, against, for_, alpha, beta)


def mean_bounds(scores: Sequence[float], population: int, confidence: float) -> tuple[float, float]:
    """(low, high) for the delivery's mean score, two-sided, valid at any stopping time."""
    values = _checked(scores, population)
    enough = -math.log((1 - confidence) / 2)
    return _lower(values, population, enough), 1 - _lower(1 - values, population, enough)


def cluster_bounds(
    right: Sequence[int], units: Sequence[int], population: int, most_units: int, confidence: float
) -> tuple[float, float]:
    """(low, high) for the share of right units of items drawn whole, valid at any stopping time.

    The shares that the scores of `audit_clusters` have not disproved; evidence is monotone in the share.
    """
    whole, good = np.asarray(units, dtype=np.float64), np.asarray(right, dtype=np.float64)
    enough = -math.log((1 - confidence) / 2)

    def above(share: float) -> bool:
        money = _log_money(_item_scores(good, whole, most_units, share), population, share)
        return bool(money.max(initial=0.0) >= enough)

    def below(share: float) -> bool:
        money = _log_money(1 - _item_scores(good, whole, most_units, share), population, 1 - share)
        return bool(money.max(initial=0.0) >= enough)

    return _last(above), 1 - _last(lambda gap: below(1 - gap))


def _item_scores(good: Floats, whole: Floats, most_units: int, share: float) -> Floats:
    return np.asarray(np.clip(share + (good - share * whole) / most_units, 0, 1))


def _last(disproved: Callable[[float], bool]) -> float:
    """The largest value in [0, 1], to 1e-9, that is disproved; 0 when none is."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if disproved(middle) else (low, middle)
    return low


def _lower(values: Floats, population: int, enough: float) -> float:
    """The largest mean, to 1e-9, that some moment of the audit has disproved from above."""
    return _last(lambda mean: bool(_log_money(values, population, mean).max(initial=0.0) >= enough))


def _floor(threshold: float, tolerated: float | None) -> float:
    floor = threshold if tolerated is None else tolerated
    if not 0 < floor <= threshold < 1:
        raise InputError(
            f"A mean score cannot be tested against {threshold:g} and {floor:g}.",
            remedy="Use thresholds between 0 and 1, the tolerated one not above the other.",
        )
    return floor


def _first_decision(means: Floats, against: Floats, for_: Floats, alpha: float, beta: float) -> ScoreAudit:
    """The first moment at which either money reaches its goal, else the last one."""
    if not len(means):
        return ScoreAudit(0, math.nan, INCONCLUSIVE, 1.0, 1.0)
    breached = against >= -math.log(alpha)
    decided = np.flatnonzero(breached | (for_ >= -math.log(beta)))
    last = int(decided[0]) if len(decided) else len(means) - 1
    verdict = INCONCLUSIVE
    if len(decided):
        verdict = BREACHED if breached[last] else KEPT
    with np.errstate(over="ignore"):
        e_breached, e_kept = float(np.exp(against[last])), float(np.exp(for_[last]))
    return ScoreAudit(last + 1, float(means[last]), verdict, e_breached, e_kept)


def _checked(scores: Sequence[float] | Floats, population: int) -> Floats:
    values = np.asarray(scores, dtype=np.float64)
    if len(values) > population:
        raise InputError(f"{len(values)} scores were given of a delivery of {population} units.")
    if not ((values >= 0) & (values <= 1)).all():
        raise InputError("A score lies outside 0 to 1.", remedy="Scale the scores to 0 … 1 first.")
    return values


def _log_money(values: Floats, population: int, mean: float) -> Floats:
    """log of the money after each score, betting that the delivery's mean is above `mean`.

    Infinite from where the scores alone exceed what a delivery with this mean can hold.
    """
    seen = np.arange(len(values), dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(values)])
    left = (population * mean - total[:-1]) / (population - seen)
    gains = np.divide(values, left, out=np.ones(len(values)), where=left > _ROUNDING)
    logs = np.cumsum(np.log1p(_SHARES[:, None] * (gains - 1)), axis=1)
    highest = logs.max(axis=0)
    money = highest + np.log(np.exp(logs - highest).mean(axis=0))
    certain = total[1:] / population > mean + _ROUNDING
    return np.asarray(np.where(certain, np.inf, money))
