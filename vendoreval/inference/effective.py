"""Effective sample size: a clustered sample as the independent units that would tell as much.

Korn & Graubard, Survey Methodology 24 (1998): n* = p(1-p)/V, shortened for the degrees of freedom of V.
"""

from __future__ import annotations

from fractions import Fraction

from scipy.special import stdtrit

from vendoreval.inference.binomial import at_least, at_most


def effective_size(estimate: float, variance: float, n: int, df: int, confidence: float) -> float:
    """Effective size of `n` units whose share's variance was estimated with `df` degrees of freedom.

    Needs variance > 0, df >= 1 and n >= 2. Not yet capped: strata may make it exceed n.
    """
    tail = (1 + confidence) / 2
    shortened = float(stdtrit(n - 1, tail) / stdtrit(df, tail))
    return estimate * (1 - estimate) / variance * shortened**2


def size_for_kept(size: float, clusters: int, faulty: int) -> float:
    """Effective size for the word kept, where only `faulty` of `clusters` items show an error.

    A few faulty items cannot tell how errors cluster, so that one error would prove more than none.
    The degrees of freedom are therefore those of the faulty items; never below one unit an item.
    Own rule, held against the simulation in tests/unit/inference/test_inference_false_kept.py.
    """
    if not 0 < faulty < clusters - 1:
        return size
    shortened = float(stdtrit(clusters - 1, 0.975) / stdtrit(faulty, 0.975))
    return max(min(clusters, size), size * shortened**2)


def tails(errors: float, size: float, limit: Fraction) -> tuple[float, float]:
    """One-sided p-values (p_breach, p_kept) of `errors` among `size` independent units.

    P(X >= errors) and P(X <= errors) where the share of errors is 1 - `limit`, just what is allowed.
    """
    rate = float(1 - limit)
    return at_least(errors, size, rate), at_most(errors, size, rate)
