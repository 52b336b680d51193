"""The share of errors in a group of units against the rest, singly drawn or in clusters.

Two p-values are computed and the larger one counts. The exact one (Fisher: hypergeometric, given the
total of errors) is right where units fail independently; the other one measures how errors cluster
(score test with the variance between clusters, Student's t). So the test never gains from clustering,
and a sample of single units is judged exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from vendoreval.inference.binomial import wilson
from vendoreval.inference.hypergeometric import p_breach

Mask = NDArray[np.bool_]
Codes = NDArray[np.int32] | NDArray[np.int64]

FISHER = "Fisher's exact test; Newcombe interval of the difference"
CLUSTERED = (
    "Fisher's exact test and cluster-robust score test, the larger p; Newcombe interval of effective size"
)


@dataclass(frozen=True)
class Comparison:
    """A group's share of wrong units against the rest's; [low, high] is the 95 % interval of the difference.

    `p` is one-sided: how likely the group would look so bad if it were no worse than the rest.
    """

    n: int
    errors: int
    rest_n: int
    rest_errors: int
    share: float
    rest_share: float
    difference: float
    low: float
    high: float
    p: float
    method: str


def newcombe(
    errors: float, n: float, rest_errors: float, rest_n: float, confidence: float
) -> tuple[float, float]:
    """Interval of a difference of two shares (Newcombe, Statistics in Medicine 17, 1998, method 10)."""
    first, second = errors / n, rest_errors / rest_n
    low, high = wilson(errors, n, confidence)
    rest_low, rest_high = wilson(rest_errors, rest_n, confidence)
    difference = first - second
    return (
        difference - math.hypot(first - low, rest_high - second),
        difference + math.hypot(high - first, second - rest_low),
    )


def compare_shares(wrong: Mask, inside: Mask, *clusterings: Codes) -> Comparison | None:
    """The units `inside` against all others; None where one of the two groups is empty.

    Each of `clusterings` numbers the unit's cluster, 0 and up (its item, its annotator's day …).
    """
    n, total = int(inside.sum()), len(wrong)
    if not 0 < n < total:
        return None
    errors, all_errors = int(wrong[inside].sum()), int(wrong.sum())
    rest, rest_errors = total - n, all_errors - errors
    sizes = [float(n), float(rest)]
    grouped = [clusters for clusters in clusterings if _repeats(clusters)]
    for clusters in grouped:
        for k, mask in enumerate((inside, ~inside)):
            sizes[k] = min(sizes[k], _effective(wrong[mask], clusters[mask]))
    share, rest_share = errors / n, rest_errors / rest
    low, high = newcombe(share * sizes[0], sizes[0], rest_share * sizes[1], sizes[1], 0.95)
    return Comparison(
        n, errors, rest, rest_errors, share, rest_share, share - rest_share, low, high,
        one_sided_p(wrong, inside, *grouped), CLUSTERED if grouped else FISHER,
    )  # fmt: skip


def one_sided_p(wrong: Mask, inside: Mask, *clusterings: Codes) -> float:
    """The p-value of `compare_shares` alone; both groups must have units."""
    n, errors = int(inside.sum()), int(wrong[inside].sum())
    p = p_breach(len(wrong), int(wrong.sum()), n, errors)
    return max([p, *(clustered_p(wrong, inside, c) for c in clusterings if _repeats(c))])


def clustered_p(wrong: Mask, inside: Mask, clusters: Codes) -> float:
    """One-sided score test of a larger share inside, with the variance between clusters.

    1 where a side has fewer than two clusters, for then nothing tells how errors cluster.
    """
    n, rest = int(inside.sum()), int((~inside).sum())
    mean = float(wrong.mean())
    within = np.bincount(clusters[inside])
    df = min(np.count_nonzero(within), np.count_nonzero(np.bincount(clusters[~inside]))) - 1
    sums = np.bincount(clusters, weights=(wrong - mean) * np.where(inside, 1 / n, -1 / rest))
    difference = float(wrong[inside].mean() - wrong[~inside].mean())
    variance = float((sums**2).sum()) * (df + 1) / df if df > 0 else 0.0
    if variance <= 0:
        return 1.0
    return float(stdtr(df, -difference / math.sqrt(variance)))


def _repeats(clusters: Codes) -> bool:
    """Whether any cluster holds more than one unit."""
    return bool(np.bincount(clusters).max() > 1)


def _effective(wrong: Mask, clusters: Codes) -> float:
    """Independent units that tell as much about the share; the number of clusters where no error varies."""
    n, mean = len(wrong), float(wrong.mean())
    _, index = np.unique(clusters, return_inverse=True)
    sums = np.bincount(index, weights=wrong - mean)
    if len(sums) < 2 or mean in (0.0, 1.0):
        return float(len(sums))
    between = float((sums**2).sum()) * len(sums) / (len(sums) - 1)
    return n * min(1.0, n * mean * (1 - mean) / between) if between > 0 else float(n)
