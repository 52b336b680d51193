"""Samples drawn separately from strata (classes, sites, times, a frozen judge's flag): one answer for all.

Strata are fixed before the draw and their sizes known for the whole delivery. For display there is the
weighted estimate with its standard error; a claim needs one of the exact tests, because normal
intervals miss badly where errors are rare. Both tests take the worst way in which the allowed errors
could lie in the strata: the nuisance-maximised exact test for two strata, the union-intersection of
e-values for any number and at any time.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vendoreval.designs.sequential import EValues
from vendoreval.errors import InputError
from vendoreval.inference.confidence_sequence import DEFAULT_PRIOR
from vendoreval.inference.falling import Floats, log_draw, log_falling, log_prior_posterior

_CELLS = 512  # ways to split the errors over two strata that are looked at together


@dataclass(frozen=True)
class Stratum:
    """`population` units of the delivery, `n` of them drawn, `errors` of these wrong."""

    population: int
    n: int
    errors: int

    def __post_init__(self) -> None:
        if not 0 <= self.errors <= self.n <= self.population or self.population < 1:
            raise InputError(
                f"{self.errors} errors among {self.n} units do not fit a stratum of {self.population}."
            )


@dataclass(frozen=True)
class StratifiedShare:
    """Share of right units over all strata, with its standard error (None with single-unit samples)."""

    estimate: float
    standard_error: float | None


def allocate(sizes: Sequence[int], n: int, floor: int = 0) -> tuple[int, ...]:
    """Split a sample of `n` over strata of these sizes, in proportion, each at least `floor` units.

    No stratum gets more than it has. After the floors every unit goes where it is most missing (largest
    size / (2 given + 1), Sainte-Laguë's rule), ties to the earlier stratum. Raises InputError when the
    floors or the delivery leave no room.
    """
    given = [min(floor, size) for size in sizes]
    if not sum(given) <= n <= sum(sizes):
        raise InputError(
            f"{n} units cannot be split: the strata need at least {sum(given)} and have {sum(sizes)}.",
            remedy="Change the sample or the floor.",
        )
    queue = [(-Fraction(size, 2 * given[h] + 1), h) for h, size in enumerate(sizes) if given[h] < size]
    heapq.heapify(queue)
    for _ in range(n - sum(given)):
        _, h = heapq.heappop(queue)
        given[h] += 1
        if given[h] < sizes[h]:
            heapq.heappush(queue, (-Fraction(sizes[h], 2 * given[h] + 1), h))
    return tuple(given)


def stratified_share(strata: Sequence[Stratum]) -> StratifiedShare:
    """The share of right units, strata weighted by their true sizes; for display, not for claims.

    Its variance is sum W_h² (1 - f_h) p_h (1 - p_h) / (n_h - 1) with weights W_h and sampled shares f_h
    (Cochran, Sampling Techniques, 1977, ch. 5). Raises InputError for a stratum without a drawn unit.
    """
    if not strata or min(stratum.n for stratum in strata) == 0:
        raise InputError(
            "A stratum has no audited unit.", remedy="Merge it with another one, or audit some of its units."
        )
    total = sum(stratum.population for stratum in strata)
    wrong = variance = 0.0
    for stratum in strata:
        weight, rate = stratum.population / total, stratum.errors / stratum.n
        wrong += weight * rate
        if stratum.n > 1:
            unseen = 1 - stratum.n / stratum.population
            variance += weight**2 * unseen * rate * (1 - rate) / (stratum.n - 1)
        elif stratum.population > 1:
            variance = math.nan
    return StratifiedShare(1 - wrong, None if math.isnan(variance) else math.sqrt(variance))


def two_strata_p_breached(first: Stratum, second: Stratum, allowed: int) -> float:
    """p-value of "at most `allowed` wrong units", at the worst way to split them over both strata.

    The statistic is the weighted estimate T = sum N_h s_h / n_h, compared in whole numbers; many splits
    are bounded together from above, which can only raise the p-value, and by little.
    """
    low, high = _splits(first, second, allowed)
    # more wrong units in either stratum only raise T: the highest corner bounds a cell of splits
    return _highest_tail(first, second, high, allowed - low, reverse=False)


def two_strata_p_kept(first: Stratum, second: Stratum, intolerable: int) -> float:
    """p-value of "at least `intolerable` wrong units", at the worst way to split them over both strata."""
    low, high = _splits(first, second, intolerable)
    return _highest_tail(first, second, low, intolerable - high, reverse=True)


def stratified_e_values(
    strata: Sequence[Stratum],
    allowed: int,
    intolerable: int,
    prior: tuple[float, float] = DEFAULT_PRIOR,
) -> EValues:
    """Evidence from any number of strata against both nulls, valid at any time and in any interleaving.

    For each split K_1 + K_2 + … of the errors the prior-posterior ratios of the strata multiply; the
    smallest product over all splits of the null is the evidence (union-intersection, Stark 2020). Each
    factor is convex in K_h, so the best split takes the smallest increments of all strata together.
    """
    found = sum(stratum.errors for stratum in strata)
    base = 0.0
    steps = []
    for stratum in strata:
        possible = np.arange(stratum.errors, stratum.population - (stratum.n - stratum.errors) + 1.0)
        logs = log_prior_posterior(stratum.population, possible, stratum.n, stratum.errors, prior)
        base += float(logs[0])
        steps.append(np.diff(logs))
    ascending = np.sort(np.concatenate(steps))
    falling = np.minimum(ascending, 0.0)
    against = for_ = math.inf
    if found <= allowed:
        against = base + float(falling[: allowed - found].sum())
    needed = max(intolerable - found, 0)
    if needed <= len(ascending):
        for_ = base + float(ascending[:needed].sum() + falling[needed:].sum())
    with np.errstate(over="ignore"):
        return EValues(float(np.exp(against)), float(np.exp(for_)))


def _splits(first: Stratum, second: Stratum, wrong: int) -> tuple[Floats, Floats]:
    """Cells [low, high] of wrong units in the first stratum that cover all splits of `wrong`."""
    least, most = max(0, wrong - second.population), min(wrong, first.population)
    if least > most:
        raise InputError(f"{wrong} wrong units do not fit into both strata.")
    edges = np.unique(np.linspace(least, most + 1, min(_CELLS, most - least + 1) + 1).round())
    return edges[:-1], edges[1:] - 1


def _highest_tail(
    first: Stratum, second: Stratum, wrong_first: Floats, wrong_second: Floats, *, reverse: bool
) -> float:
    """max over the given pairs of P(T >= t), or of P(T <= t) with `reverse`."""
    if not (first.n and second.n):
        raise InputError("A stratum has no audited unit.", remedy="Audit some of its units.")
    unit_first, unit_second = first.population * second.n, second.population * first.n
    observed = unit_first * first.errors + unit_second * second.errors
    counts = np.arange(first.n + 1)
    chances_first = _chances(first, wrong_first)
    below = np.cumsum(np.pad(_chances(second, wrong_second), ((0, 0), (1, 0))), axis=1)  # P(S < j) at j
    if reverse:
        within = np.clip((observed - unit_first * counts) // unit_second + 1, 0, second.n + 1)
        tails = (chances_first * below[:, within]).sum(axis=1)
    else:
        needed = np.clip(-((unit_first * counts - observed) // unit_second), 0, second.n + 1)
        tails = (chances_first * (below[:, -1:] - below[:, needed])).sum(axis=1)
    return min(float(tails.max()), 1.0)


def _chances(stratum: Stratum, wrong: Floats) -> Floats:
    """Hypergeometric chances of 0 … n errors, one row for each number of wrong units."""
    capped = np.clip(wrong, 0, stratum.population)[:, None]
    errors = np.arange(stratum.n + 1.0)
    ways = log_falling(float(stratum.n), errors) - log_falling(errors, errors)
    return np.exp(ways + log_draw(stratum.population, capped, float(stratum.n), errors))
