"""Many tests at once: adjusted p-values, and bounds that hold for all groups together.

An adjusted p-value is compared with the risk itself: Holm keeps the chance of any false alarm below it,
Benjamini-Hochberg the expected share of false ones among the alarms (for independent or positively
dependent tests), Benjamini-Yekutieli the same under any dependence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vendoreval.inference.binomial import lower_bound, upper_bound

Floats = NDArray[np.float64]


def holm(p: ArrayLike) -> Floats:
    """Holm's adjusted p-values, in the order given (Holm, Scandinavian J. Statistics 6, 1979)."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    return _back(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def holm_steps(p: ArrayLike, alpha: float) -> tuple[int, ...]:
    """Into how many parts Holm's method splits `alpha` for each p-value, in the order given.

    A test is rejected exactly when its p is at most alpha ÷ its number. Those that are not rejected have the
    number of the first that fails. A rejected one stays so with any p up to alpha ÷ its number.
    """
    values = np.asarray(p, dtype=np.float64)
    m, order = len(values), np.argsort(values, kind="stable")
    fails = np.flatnonzero(values[order] > alpha / np.arange(m, 0, -1))
    passed = int(fails[0]) if len(fails) else m
    steps = np.empty(m, dtype=np.int64)
    steps[order] = m - np.minimum(np.arange(m), min(passed, m - 1))
    return tuple(steps.tolist())


def benjamini_hochberg(p: ArrayLike, tests: int | None = None) -> Floats:
    """Adjusted p-values of the false discovery rate (Benjamini & Hochberg, JRSS B 57, 1995).

    `tests` is the number of tests where some with p = 1 were left out of `p`.
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = values[order] * (tests or len(values)) / np.arange(1, len(values) + 1)
    return _back(np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0), order)


def benjamini_yekutieli(p: ArrayLike, tests: int | None = None) -> Floats:
    """The same under any dependence (Benjamini & Yekutieli, Annals of Statistics 29, 2001)."""
    values = np.asarray(p, dtype=np.float64)
    count = tests or len(values)
    harmonic = float((1 / np.arange(1, count + 1)).sum())
    return np.minimum(benjamini_hochberg(values, count) * harmonic, 1.0)


def e_benjamini_hochberg(e: Sequence[float], alpha: float) -> tuple[int, ...]:
    """Positions that e-BH discovers among e-values: valid under any dependence and at any time.

    The largest k for which the k-th largest value reaches m / (alpha k) (Wang & Ramdas, JRSS B 84, 2022).
    """
    order = sorted(range(len(e)), key=lambda k: (-e[k], k))
    enough = [rank for rank, k in enumerate(order, 1) if e[k] * alpha * rank >= len(e)]
    return tuple(sorted(order[: max(enough, default=0)]))


def joint_bounds(right: Sequence[int], n: Sequence[int], confidence: float) -> tuple[tuple[float, float], ...]:
    """(low, high) of each group's share; all hold together with `confidence` (exact, Bonferroni)."""
    single = 1 - (1 - confidence) / (2 * max(len(n), 1))
    return tuple(
        (lower_bound(good, count, single), upper_bound(good, count, single))
        for good, count in zip(right, n, strict=True)
    )


def _back(values: Floats, order: NDArray[np.int64]) -> Floats:
    placed = np.empty_like(values)
    placed[order] = values
    return placed
