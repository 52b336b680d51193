"""Double sampling: a second sample of the same size only where the first leaves doubt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy.special import bdtr, gammaln

from vendoreval.designs.acceptance import staged_limits
from vendoreval.designs.dynamic import Boundaries
from vendoreval.errors import InputError
from vendoreval.inference.hypergeometric import smallest

_MOST_ERRORS = 60
_MOST_UNITS = 10**7


@dataclass(frozen=True)
class DoublePlan:
    """Two samples of `n` units: `c1` errors or fewer in the first accept, more than `c2` refuse.

    Else the second sample decides: `c2` or fewer errors in both together accept.
    """

    n: int
    c1: int
    c2: int

    def limits(self) -> Boundaries:
        """The tables of the plan, read at the end of each sample."""
        return staged_limits([self.n, self.n], [self.c1, self.c2], [self.c2 + 1, self.c2 + 1])

    def curtailed_limits(self) -> Boundaries:
        """The same decisions, but the second sample stops when the delivery is bound to be refused."""
        whole = self.limits()
        reject_at = whole.reject_at.copy()
        reject_at[self.n + 1 :] = self.c2 + 1
        return Boundaries(reject_at, whole.accept_at)


def find_double_plan(good: Fraction, bad: Fraction, alpha: float, beta: float) -> DoublePlan:
    """The double plan that looks at the fewest units, on average, where the error rate is `good`.

    For independent units. Refuses `good` with a chance of at most `alpha` and accepts `bad` with at most
    `beta`. Raises InputError where more than 60 errors would have to be tolerated.
    """
    best: DoublePlan | None = None
    fewest = math.inf
    for c2 in range(1, _MOST_ERRORS + 1):
        if _size(0, c2, float(bad), beta) >= fewest:  # its first sample alone is larger
            break
        for c1 in range(c2):
            n = _size(c1, c2, float(bad), beta)
            first = np.asarray(bdtr([c1, c2], n, float(good)))
            mean = n * (1 + float(first[1] - first[0]))
            if mean < fewest and _accepted(n, c1, c2, float(good)) >= 1 - alpha:
                best, fewest = DoublePlan(n, c1, c2), mean
    if best is None:
        raise InputError(
            "The two error rates are too near to each other for a double plan.",
            remedy="Use rates that are further apart, or the sequential rule.",
        )
    return best


def _size(c1: int, c2: int, bad: float, beta: float) -> int:
    return smallest(lambda n: n >= _MOST_UNITS or _accepted(n, c1, c2, bad) <= beta, c2 + 1, _MOST_UNITS)


def _accepted(n: int, c1: int, c2: int, rate: float) -> float:
    """Chance that the plan accepts, in each sample of `n` independent units."""
    between = np.arange(c1 + 1, c2 + 1, dtype=np.float64)
    chances = gammaln(n + 1.0) - gammaln(between + 1) - gammaln(n - between + 1)
    chances += between * np.log(rate) + (n - between) * np.log1p(-rate)
    return float(bdtr(c1, n, rate) + np.exp(chances) @ bdtr(c2 - between, n, rate))
