"""Bounds on the wrong units of a delivery that hold at all times of an audit at once.

After a sequential audit a fixed-sample interval is wrong, because the stopping was no accident. These
bounds stay valid at any stopping time: {K : prior(K) / posterior(K) < 1 / alpha} at every n, intersected
over n (Waudby-Smith & Ramdas 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.inference.falling import Floats, log_prior_posterior

DEFAULT_PRIOR = (1.0, 20.0)  # most weight on error rates of a few per cent


def wrong_bounds(
    population: int,
    wrong: Sequence[bool],
    alpha: float,
    prior: tuple[float, float] = DEFAULT_PRIOR,
) -> tuple[int, int]:
    """(fewest, most) wrong units of the delivery, both held at once with confidence 1 - `alpha`.

    `wrong` says for each unit of the draw, in order, whether it was wrong. `prior` (a Beta's two
    parameters) only decides how narrow the bounds are. Raises InputError for more units than the
    delivery has.
    """
    if len(wrong) > population:
        raise InputError(f"{len(wrong)} units were given of a delivery of {population}.")
    n = np.arange(1, len(wrong) + 1, dtype=np.float64)
    errors = np.cumsum(np.asarray(wrong, dtype=np.float64))
    if not len(n):
        return 0, population
    likeliest = np.clip(np.floor(errors * (population + 1) / n), errors, population - n + errors)

    def excluded(candidates: Floats) -> NDArray[np.bool_]:
        values = log_prior_posterior(population, candidates, n, errors, prior)
        return np.asarray(values >= -np.log(alpha))

    low = _first(lambda k: ~excluded(k), errors, likeliest)
    high = _first(excluded, likeliest, population - n + errors + 1) - 1
    fewest, most = int(low.max()), int(high.min())
    if fewest > most:  # has a chance of at most alpha; the last look alone is valid too
        fewest, most = int(low[-1]), int(high[-1])
    return fewest, most


def _first(holds: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """For each entry the first integer in [low, high] at which it holds; it must hold at `high`."""
    low, high = low.copy(), high.copy()
    while (low < high).any():
        middle = np.floor((low + high) / 2)
        found = holds(middle)
        high = np.where(found, middle, high)
        low = np.where(found | (low >= high), low, middle + 1)
    return low
