"""How good is each annotator? Shares of right labels with intervals, and a ranking that is fair to few labels.

The ranking is empirical Bayes: the annotators' true rates are taken to follow a beta distribution, fitted
to all of them by maximum likelihood (beta-binomial; Skellam, J. R. Statistical Society B 10, 1948), and
each annotator is ranked by the mean of what is then known of them. So three right of three do not outrank
290 of 300. An annotator without a label has the common mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln, digamma

from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.consensus import Consensus
from vendoreval.inference.tally import Codes

Floats = NDArray[np.float64]
_CONCENTRATION = 1e6  # annotators who are all equally good: the beta distribution is as good as a point


@dataclass(frozen=True)
class Quality:
    """One annotator's rate of right labels: `right` of `n` (expected number where gold is missing).

    `low` and `high` are the interval from their own labels alone; `shrunk` with `shrunk_low` and
    `shrunk_high` takes the other annotators into account. `rank` 1 is the best by `shrunk`; equal ones
    share a rank. The rate and interval are None without a label.
    """

    code: int
    n: int
    right: float
    rate: float | None
    low: float | None
    high: float | None
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    rank: int


def from_gold(
    annotator: Codes, label_right: NDArray[np.bool_], people: int, confidence: float = 0.95
) -> tuple[Quality, ...]:
    """Every annotator 0 … people - 1 by labels on gold items; intervals are exact (Clopper & Pearson)."""
    named = annotator >= 0
    n = np.bincount(annotator[named], minlength=people)
    right = np.bincount(annotator[named], weights=label_right[named], minlength=people)
    return _qualities(right.astype(np.float64), n.astype(np.float64), n, confidence)


def from_consensus(
    found: Consensus, item: Codes, annotator: Codes, label: Codes, confidence: float = 0.95
) -> tuple[Quality, ...]:
    """Every annotator by a model's posterior, without gold.

    An annotator's rate is the mean chance that their labels are right. Its interval is exact for as many
    labels as tell equally much: the variance has the binomial part and that of not knowing the classes.
    It holds as far as the model does.
    """
    right, spread, n = found.right(item, annotator, label)
    count = np.maximum(n, 1)
    rate = right / count
    binomial = rate * (1 - rate) / count
    unknown = spread / count**2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(binomial > 0, binomial / (binomial + unknown), 1.0)
    return _qualities(rate * (n * share), np.asarray(n * share, dtype=np.float64), n, confidence)


def beta_prior(right: Floats, n: Floats) -> tuple[float, float]:
    """The beta distribution that makes `right` of `n` likeliest; (1, 1) without labels.

    Counts may be fractions. Rates that vary no more than chance would have give a very narrow one.
    """
    some = n > 0
    right, n = right[some], n[some]
    if not len(n):
        return 1.0, 1.0
    mean = float(np.clip((right.sum() + 0.5) / (n.sum() + 1), 1e-6, 1 - 1e-6))

    def cost(at: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, and its slope: by differences, last digits of counts would move ranks."""
        centre, size = 1 / (1 + np.exp(-at[0])), np.exp(at[1])
        a, b = centre * size, (1 - centre) * size
        whole = digamma(n + size) - digamma(size)
        by_a = (digamma(right + a) - digamma(a) - whole).sum()
        by_b = (digamma(n - right + b) - digamma(b) - whole).sum()
        slope = [size * centre * (1 - centre) * (by_a - by_b), a * by_a + b * by_b]
        return -float((betaln(right + a, n - right + b) - betaln(a, b)).sum()), -np.asarray(slope)

    bounds = [(-14.0, 14.0), (np.log(0.1), np.log(_CONCENTRATION))]
    starts = [np.asarray([np.log(mean / (1 - mean)), np.log(size)]) for size in (2.0, 20.0, 500.0)]
    from scipy.optimize import minimize  # takes long to import

    fits = [
        minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-15, "gtol": 1e-8})
        for start in starts
    ]
    best = min(fits, key=lambda fit: float(fit.fun))
    centre, size = 1 / (1 + np.exp(-best.x[0])), np.exp(best.x[1])
    return float(centre * size), float((1 - centre) * size)


def _qualities(
    right: Floats, n: Floats, labels: NDArray[np.integer[Any]], confidence: float
) -> tuple[Quality, ...]:
    a, b = beta_prior(right, n)
    shrunk = (right + a) / (n + a + b)
    tail = (1 - confidence) / 2
    low, high = (betaincinv(right + a, n - right + b, t) for t in (tail, 1 - tail))
    rounded = np.round(shrunk, 12)
    rank = len(rounded) - np.searchsorted(np.sort(rounded), rounded, side="right") + 1
    result = []
    for code in range(len(n)):
        some = bool(labels[code])
        own = clopper_pearson(float(right[code]), float(n[code]), confidence)
        result.append(
            Quality(
                code,
                int(labels[code]),
                float(right[code] * (labels[code] / n[code])) if some else 0.0,
                float(right[code] / n[code]) if some else None,
                own[0] if some else None,
                own[1] if some else None,
                float(shrunk[code]),
                float(low[code]),
                float(high[code]),
                int(rank[code]),
            )
        )
    return tuple(result)
