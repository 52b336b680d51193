"""Bounds and tails for n independent units, through the incomplete beta function.

Counts may be fractions: an effective sample size (inference.proportions) seldom is an integer.
`confidence` is two-sided for intervals and one-sided for single bounds.
"""

from __future__ import annotations

import math

from scipy.special import betainc, betaincinv, ndtri


def at_least(count: float, n: float, rate: float) -> float:
    """P(X >= count) for X binomial with `n` and `rate`."""
    if count <= 0:
        return 1.0
    return float(betainc(count, n - count + 1, rate)) if count <= n else 0.0


def at_most(count: float, n: float, rate: float) -> float:
    """P(X <= count) for X binomial with `n` and `rate`."""
    if count >= n:
        return 1.0
    return float(betainc(n - count, count + 1, 1 - rate)) if count >= 0 else 0.0


def lower_bound(right: float, n: float, confidence: float) -> float:
    """The smallest share with which `right` or more of `n` is not improbable (exact, one-sided)."""
    return float(betaincinv(right, n - right + 1, 1 - confidence)) if right > 0 else 0.0


def upper_bound(right: float, n: float, confidence: float) -> float:
    """The largest share with which `right` or fewer of `n` is not improbable (exact, one-sided)."""
    return float(betaincinv(right + 1, n - right, confidence)) if right < n else 1.0


def clopper_pearson(right: float, n: float, confidence: float) -> tuple[float, float]:
    """The exact two-sided interval of a share (Clopper & Pearson 1934); (0, 1) without units."""
    one_sided = (1 + confidence) / 2
    return lower_bound(right, n, one_sided), upper_bound(right, n, one_sided)


def wilson(right: float, n: float, confidence: float) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), for display: near its level on average, not exact."""
    if n == 0:
        return 0.0, 1.0
    z = float(ndtri((1 + confidence) / 2))
    share = right / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if right == 0 else max(centre - half, 0.0)
    high = 1.0 if right == n else min(centre + half, 1.0)
    return low, high
