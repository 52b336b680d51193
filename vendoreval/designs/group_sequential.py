"""A few planned looks instead of one: group-sequential audits with exactly spent risks.

At look i of k the two risks spent so far are at most risk * ln(1 + (e - 1) i / k) (Lan & DeMets 1983,
Pocock's kind); the limits are the integers that spend as much of it as they can, found by the exact
dynamic programme without replacement. The sample is the smallest with which the last look decides.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.acceptance import find_plan, staged_limits
from vendoreval.designs.dynamic import Boundaries, ErrorCounts
from vendoreval.errors import InputError
from vendoreval.inference.hypergeometric import smallest

Floats = NDArray[np.float64]


def group_sequential_limits(
    population: int, allowed: int, intolerable: int, alpha: float, beta: float, looks: int
) -> Boundaries:
    """The tables of a plan with `looks` equally spaced looks.

    `alpha` bounds the chance of *breached* with `allowed` wrong units, `beta` that of *kept* with
    `intolerable`. Raises InputError where the delivery is too small for so many looks.
    """
    fixed = find_plan(population, allowed, intolerable, alpha, beta).n
    if not 1 <= looks <= fixed:
        raise InputError(f"A plan of about {fixed} units cannot have {looks} looks.")

    def limits(n: int) -> tuple[Boundaries, bool]:
        return _limits(population, (allowed, intolerable), (alpha, beta), n, looks)

    n = smallest(lambda n: n >= population or limits(n)[1], fixed, min(2 * fixed, population))
    while n > looks and limits(n - 1)[1]:  # whole units let it flicker at the edge
        n -= 1
    return limits(n)[0]


def _limits(
    population: int, wrong: tuple[int, int], risks: tuple[float, float], n: int, looks: int
) -> tuple[Boundaries, bool]:
    """The tables for `n` units, and whether the last look keeps both risks.

    The last look always decides; a plan that is too small there spends more than `beta`.
    """
    counts = ErrorCounts(np.array(wrong, dtype=np.float64), population, n)
    ends = [n * look // looks for look in range(1, looks + 1)]
    spent = np.zeros(2)
    accept, reject = [], []
    for look, end in enumerate(ends, 1):
        while counts.n < end:
            counts.advance()
        share = math.log(1 + (math.e - 1) * look / looks)
        at_limit, beyond = counts.chances
        refused = counts.low + _most_right(at_limit, risks[0] * share - spent[0])
        accepted = counts.low + _most_left(beyond, risks[1] * share - spent[1]) - 1
        fits = accepted >= refused - 1
        if look == looks or fits:
            accepted = refused - 1
        accept.append(accepted)
        reject.append(refused)
        ended = np.asarray(counts.end_from(refused)) * np.array([1.0, 0.0])
        spent = spent + ended + np.asarray(counts.end_up_to(accepted)) * np.array([0.0, 1.0])
    sizes = np.diff([0, *ends]).tolist()
    return staged_limits(sizes, accept, reject), fits


def _most_right(chances: Floats, room: float) -> int:
    """The first column from which on all chances together fit into `room`."""
    tails = np.cumsum(chances[::-1])[::-1]
    return int(np.count_nonzero(tails > room))


def _most_left(chances: Floats, room: float) -> int:
    """The number of columns from the left whose chances together fit into `room`."""
    return int(np.count_nonzero(np.cumsum(chances) <= room))
