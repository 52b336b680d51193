"""Exact inference on the number of errors K in a delivery of N units, n of them drawn blindly.

S, the errors among the n drawn without replacement, is hypergeometric. Its probabilities are built
from the ratios of neighbouring terms, starting at the mode, and divided by their own sum: no factorial
and no gamma function is evaluated, so nothing cancels however large N is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

_NEGLIGIBLE = 1e-60  # of a chance that is added to others


def allowed_errors(population: int, limit: Fraction) -> int:
    """The most wrong units with which `population` units still have a right share of `limit`."""
    return math.floor(population * (1 - limit))


def p_breach(population: int, allowed: int, sample: int, errors: int) -> float:
    """P(S >= errors | K = allowed): how likely a delivery that just keeps the limit looks this bad.

    It is the p-value of "at most `allowed` wrong units".
    """
    start, weights = _weights(population, allowed, sample)
    return _share(weights, from_=errors - start)


def p_kept(population: int, allowed: int, sample: int, errors: int) -> float:
    """P(S <= errors | K = allowed + 1): how likely a delivery that just breaks the limit looks this good.

    It is the p-value of "more than `allowed` wrong units"; 0 where no delivery can have so many.
    """
    if allowed >= population:
        return 0.0
    start, weights = _weights(population, allowed + 1, sample)
    return _share(weights, to=errors - start + 1)


def chances(population: int, wrong: int, sample: int) -> NDArray[np.float64]:
    """P(S = k) for k = 0, 1, … up to the most errors that `sample` units can show."""
    start, weights = _weights(population, wrong, sample)
    found = np.zeros(min(wrong, sample) + 1)
    found[start : start + len(weights)] = weights / weights.sum()
    return found


def tail_of_sum(parts: Iterable[tuple[int, int, int]], errors: int) -> float:
    """P(at least `errors` in all samples together): `parts` are population, wrong and sample of each.

    What is less likely than _NEGLIGIBLE is left out on the way, so that the work grows with the spread of the
    sums and not with the number of errors.
    """
    start, total = 0, np.ones(1)
    for part in parts:
        first, weights = _weights(*part)
        skipped, likely = _likely(weights / weights.sum())
        more, total = _likely(np.convolve(total, likely))
        start += first + skipped + more
    return min(1.0, float(total[max(errors - start, 0) :].sum()))


def _likely(chances: NDArray[np.float64]) -> tuple[int, NDArray[np.float64]]:
    """The chances without what is negligible at both ends, and how many were left out before them."""
    kept = np.flatnonzero(chances > _NEGLIGIBLE)
    return int(kept[0]), chances[kept[0] : kept[-1] + 1]


def errors_at_least(population: int, sample: int, errors: int, alpha: float) -> int:
    """Lower bound on K, wrong with a chance of at most `alpha`: min{K : P(S >= errors | K) > alpha}."""
    last = population - (sample - errors)
    return smallest(lambda k: p_breach(population, k, sample, errors) > alpha, errors, last)


def errors_at_most(population: int, sample: int, errors: int, alpha: float) -> int:
    """Upper bound on K, wrong with a chance of at most `alpha`: max{K : P(S <= errors | K) > alpha}."""
    last = population - (sample - errors)
    return smallest(lambda k: p_kept(population, k, sample, errors) <= alpha, errors, last)


def smallest(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest integer in [low, high] for which `holds`; it must hold at `high` and never fall back."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _weights(population: int, wrong: int, sample: int) -> tuple[int, NDArray[np.float64]]:
    """Probabilities of S, up to a common factor, from the first value returned upwards.

    The window reaches 40 standard deviations and 1000 errors to both sides of the mode. By Bernstein's
    inequality, which holds without replacement too, less than 1e-370 lies outside: 0 as a double.
    """
    mode = (sample + 1) * (wrong + 1) // (population + 2)
    rate = wrong / population
    reach = 1000 + math.ceil(40 * math.sqrt(sample * rate * (1 - rate)))
    first = max(0, sample - (population - wrong), mode - reach)
    last = min(sample, wrong, mode + reach)
    i = np.arange(first, last, dtype=np.float64)
    steps = np.log((wrong - i) * (sample - i) / ((i + 1) * (population - wrong - sample + i + 1)))
    above = np.cumsum(steps[mode - first :])
    below = -np.cumsum(steps[: mode - first][::-1])[::-1]
    return first, np.exp(np.concatenate([below, [0.0], above]))


def _share(weights: NDArray[np.float64], from_: int = 0, to: int | None = None) -> float:
    """The part of all weight in [from_, to), exactly 0 or 1 where it is none or all.

    Rounded to 12 significant digits, so that a chance which is exactly alpha compares as equal to it.
    """
    stop = len(weights) if to is None else min(to, len(weights))
    start = max(from_, 0)
    if start == 0 and stop == len(weights):
        return 1.0
    share = weights[start:stop].sum() / weights.sum() if start < stop else 0.0
    return min(float(f"{share:.12g}"), 1.0)
