"""How likely chance alone would give such a pattern: exact probabilities, no simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

Logs = NDArray[np.float64]


def at_least(population: int, marked: int, drawn: int, hits: int) -> float:
    """P(at least `hits` marked among `drawn` of `population`, of which `marked` are marked).

    The upper tail of the hypergeometric distribution.
    """
    if hits <= max(0, drawn - (population - marked)):
        return 1.0
    found = np.arange(hits, min(drawn, marked) + 1)
    logs = _log_choose(marked, found) + _log_choose(population - marked, drawn - found)
    return _sum(logs - _log_choose(population, np.asarray([drawn])))


def few_runs(marked: int, others: int, runs: int) -> float:
    """P(at most `runs` stretches) when `marked` and `others` stand in random order.

    The lower tail of the exact runs test: A. Wald, J. Wolfowitz, On a test whether two samples are from
    the same population, Ann. Math. Statist. 11 (1940) 147-162.
    """
    if not marked or not others or runs >= marked + others:
        return 1.0
    first = np.arange(2, runs + 1)
    a, b = (first + 1) // 2 - 1, first // 2 - 1  # stretches of the kind that begins and of the other, less 1
    begins = _log_choose(marked - 1, a) + _log_choose(others - 1, b)
    ends = _log_choose(marked - 1, b) + _log_choose(others - 1, a)
    return _sum(np.logaddexp(begins, ends) - _log_choose(marked + others, np.asarray([marked])))


def runs_of(values: Sequence[Hashable]) -> int:
    """The number of stretches of equal neighbours."""
    return sum(1 for row in range(len(values)) if row == 0 or values[row] != values[row - 1])


def expected_runs(values: Sequence[Hashable]) -> float:
    """The mean number of stretches over all orders of `values`."""
    n = len(values)
    same = sum(count * (count - 1) for count in Counter(values).values())
    return 1 + (n - 1) * (1 - same / (n * (n - 1))) if n > 1 else float(n)


def _log_choose(n: int, k: NDArray[np.int64]) -> Logs:
    """log C(n, k) for each k; -inf where no choice exists."""
    from scipy.special import gammaln

    inside = np.clip(k, 0, n)
    logs: Logs = gammaln(n + 1) - gammaln(inside + 1) - gammaln(n - inside + 1)
    return np.where((k < 0) | (k > n), -np.inf, logs)


def _sum(logs: Logs) -> float:
    return min(1.0, float(np.exp(logs).sum()))
