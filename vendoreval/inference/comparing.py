"""The share of errors in a group of units against the rest, singly drawn or in clusters.

Two p-values are computed and the larger one counts. The exact one (Fisher: hypergeometric, given the
total of errors) is right where units fail independently; the other one measures how errors cluster
(score test with the variance between clusters, Student's t). So the test never gains from clustering,
and a sample of single units is judged exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from vendoreval.inference.binomial import wilson
from vendoreval.inference.hypergeometric import p_breach

Mask = NDArray[np.bool_]
Codes = NDArray[np.int32] | NDArray[np.int64]
Key = TypeVar("Key")
Rank = TypeVar("Rank", bound=Any)  # what can be held against its like
Found = TypeVar("Found")

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


@dataclass(frozen=True)
class Contrast:
    """A group's wrong units against the rest's, as far as counts tell. `compared` looks at the clusters too.

    That takes longer and can only make `p` larger, so that the group that stands out most is found with few of
    them (`least`).
    """

    n: int
    errors: int
    rest_n: int
    rest_errors: int
    p: float
    compared: Callable[[], Comparison]

    @property
    def share(self) -> float:
        return self.errors / self.n

    @property
    def rest_share(self) -> float:
        return self.rest_errors / self.rest_n

    @property
    def difference(self) -> float:
        return self.share - self.rest_share


def contrast(
    n: int, errors: int, rest_n: int, rest_errors: int, compared: Callable[[], Comparison]
) -> Contrast:
    """The contrast of two groups of these counts, both with units, with Fisher's one-sided p."""
    return Contrast(
        n, errors, rest_n, rest_errors, p_breach(n + rest_n, errors + rest_errors, n, errors), compared
    )


def least(bounds: Mapping[Key, Rank], exact: Callable[[Key], tuple[Rank, Found]]) -> Found:
    """What `exact` finds at the key of the least rank, where no rank is below its bound.

    Keys are looked at in the order of their bounds, until no other one can be less; there must be one.
    """
    ordered = iter(sorted(bounds, key=lambda key: bounds[key]))
    rank, best = exact(next(ordered))
    for key in ordered:
        if not bounds[key] < rank:
            break
        other, found = exact(key)
        if other < rank:
            rank, best = other, found
    return best


def compare_shares(wrong: Mask, inside: Mask, *clusterings: Codes) -> Comparison | None:
    """The units `inside` against all others; None where one of the two groups is empty.

    Each of `clusterings` numbers the unit's cluster, 0 and up (its item, its annotator's day …).
    """
    n, total = int(np.count_nonzero(inside)), len(wrong)
    if not 0 < n < total:
        return None
    errors, all_errors = int(np.count_nonzero(wrong & inside)), int(np.count_nonzero(wrong))
    rest, rest_errors = total - n, all_errors - errors
    sizes = [float(n), float(rest)]
    grouped = [clusters for clusters in clusterings if repeats(clusters)]
    for clusters in grouped:
        for k, rows in enumerate((np.flatnonzero(inside), np.flatnonzero(~inside))):
            sizes[k] = min(sizes[k], _effective(wrong[rows], clusters[rows]))
    share, rest_share = errors / n, rest_errors / rest
    low, high = newcombe(share * sizes[0], sizes[0], rest_share * sizes[1], sizes[1], 0.95)
    return Comparison(
        n, errors, rest, rest_errors, share, rest_share, share - rest_share, low, high,
        one_sided_p(wrong, inside, *grouped), CLUSTERED if grouped else FISHER,
    )  # fmt: skip


def one_sided_p(wrong: Mask, inside: Mask, *clusterings: Codes) -> float:
    """The p-value of `compare_shares` alone; both groups must have units."""
    n, errors = int(np.count_nonzero(inside)), int(np.count_nonzero(wrong & inside))
    p = p_breach(len(wrong), int(np.count_nonzero(wrong)), n, errors)
    return max([p, *(clustered_p(wrong, inside, c) for c in clusterings if repeats(c))])


def clustered_p(wrong: Mask, inside: Mask, clusters: Codes) -> float:
    """One-sided score test of a larger share inside, with the variance between clusters.

    1 where a side has fewer than two clusters, for then nothing tells how errors cluster.
    """
    total, all_errors = len(wrong), int(np.count_nonzero(wrong))
    n, errors = int(np.count_nonzero(inside)), int(np.count_nonzero(wrong & inside))
    rest, rest_errors, mean = total - n, all_errors - errors, all_errors / total
    size = np.bincount(clusters)
    within = np.bincount(clusters[np.flatnonzero(inside)], minlength=len(size))
    df = min(np.count_nonzero(within), np.count_nonzero(size - within)) - 1
    weight = np.asarray([side * (one - mean) for side in (-1 / rest, 1 / n) for one in (0, 1)])
    sums = np.bincount(clusters, weights=weight[2 * inside.view(np.int8) + wrong])
    difference = errors / n - rest_errors / rest
    variance = float((sums**2).sum()) * (df + 1) / df if df > 0 else 0.0
    if variance <= 0:
        return 1.0
    return float(stdtr(df, -difference / math.sqrt(variance)))


def repeats(clusters: Codes) -> bool:
    """Whether any cluster holds more than one unit."""
    return bool(np.bincount(clusters).max() > 1)


def _effective(wrong: Mask, clusters: Codes) -> float:
    """Independent units that tell as much about the share; the number of clusters where no error varies."""
    n, mean = len(wrong), float(wrong.mean())
    sums = np.bincount(clusters, weights=wrong - mean)[np.bincount(clusters) > 0]
    if len(sums) < 2 or mean in (0.0, 1.0):
        return float(len(sums))
    between = float((sums**2).sum()) * len(sums) / (len(sums) - 1)
    return n * min(1.0, n * mean * (1 - mean) / between) if between > 0 else float(n)
