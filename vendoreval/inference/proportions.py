"""The share of right units in a delivery, from a sample: estimate, interval and both p-values.

Three designs, one record. `simple`: units drawn one by one, exact. `clustered`: items drawn, each with
any number of units. `macro`: items drawn, mean of the shares of several classes. The last two use the
effective sample size of Korn & Graubard (Survey Methodology 24, 1998); inference.drawn says what is added.

`p_breach <= alpha` says that the share is below the limit, `p_kept <= beta` that it is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.inference import binomial, hypergeometric
from vendoreval.inference.drawn import Drawn, Hidden
from vendoreval.inference.effective import effective_size, size_for_kept, tails
from vendoreval.inference.hypergeometric import smallest

Totals = NDArray[np.int64]

CENSUS = "census"
HYPERGEOMETRIC = "exact hypergeometric"
BINOMIAL = "exact binomial (Clopper-Pearson)"
CLUSTERED = "ratio over items (Korn-Graubard)"
MACRO = "mean of class ratios over items (Korn-Graubard)"

_WORD = 2**62
_HORIZON = 10**12  # a sample of more items than this will not be audited


@dataclass(frozen=True)
class Proportion:
    """A share of right units with its uncertainty.

    `low` and `high` are two-sided at `confidence`. `n` units (the denominators' total) were counted on
    `clusters` of the `items` drawn; items without a unit belong to the draw, yet carry no information.
    `errors` is denominators' minus numerators' total. `effective_n` independent units would tell as much;
    `design_effect` is the variance over that of as many units drawn singly. `population`: units of the
    delivery for a simple draw, items of the delivery else. `exact` is the estimate as a fraction.
    `drawn` is the evidence behind the p-values where items were drawn, but for a census.
    """

    estimate: float
    low: float
    high: float
    confidence: float
    method: str
    n: int
    clusters: int
    effective_n: float
    design_effect: float
    p_breach: float
    p_kept: float
    population: int | None
    errors: int
    items: int
    exact: Fraction
    drawn: Drawn | None = None


def simple(right: int, n: int, limit: Fraction, *, confidence: float, population: int | None) -> Proportion:
    """`right` of `n` units drawn one by one from a delivery of `population` units (None = unknown).

    Exact: hypergeometric where the population is known, else binomial. A census gives the share itself
    and p-values of 0 or 1. Raises InputError where the counts cannot be.
    """
    if n < 1 or not 0 <= right <= n:
        raise InputError(f"{right} right of {n} units is not a share.", remedy="Check the counts.")
    _check_draw(n, population, "units")
    share, errors, alpha = Fraction(right, n), n - right, round(1 - confidence, 12)
    if population is None:
        method = BINOMIAL
        low, high = binomial.clopper_pearson(right, n, confidence)
        p_breach, p_kept = tails(errors, n, limit)
    else:
        method = CENSUS if n == population else HYPERGEOMETRIC
        low = float(1 - Fraction(hypergeometric.errors_at_most(population, n, errors, alpha / 2), population))
        high = float(1 - Fraction(hypergeometric.errors_at_least(population, n, errors, alpha / 2), population))
        p_breach, p_kept = _exact_tails(population, limit, n, errors)
    return Proportion(
        float(share), low, high, confidence, method, n, n, float(n), 1.0, p_breach, p_kept, population,
        errors, n, share,
    )  # fmt: skip


def clustered(
    y: Totals,
    x: Totals,
    limit: Fraction,
    *,
    confidence: float,
    population_clusters: int | None,
    hidden: Hidden | None = None,
    scale: int = 1,
) -> Proportion:
    """Sum of `y` over sum of `x`: per-item totals of right units and of counted units, 0 <= y <= x.

    With a `scale`, `y` holds whole `scale`-ths of a unit (scores); a score is judged as if a unit were right
    with that chance, than which no score between 0 and 1 varies more.

    The items were drawn from `population_clusters` items (None = unknown); `hidden`: what those not drawn
    may hold, without which no allowance is made for them. Ratio estimator with finite population
    correction; where no variance shows (all right, all wrong, one item) the number of items with a unit is
    the effective sample size. Raises InputError where no unit is counted.
    """
    return _of_items([y], [x], limit, confidence, population_clusters, CLUSTERED, hidden, scale=scale)


def of_process(y: Totals, x: Totals, limit: Fraction, confidence: float = 0.95) -> Proportion:
    """The share of right units as an estimate for the work to come: no correction for a finite population.

    `y` right of `x` counted units, one pair an item; binomial where no item has several units.
    """
    if int(x.max()) == 1:
        return simple(int(y.sum()), len(x), limit, confidence=confidence, population=None)
    return clustered(y, x, limit, confidence=confidence, population_clusters=None)


def macro(
    ys: Sequence[Totals],
    xs: Sequence[Totals],
    limit: Fraction,
    *,
    confidence: float,
    population_clusters: int | None,
    hidden: Hidden | None = None,
    absent: int = 0,
    scale: int = 1,
) -> Proportion:
    """Mean over classes of sum(y) over sum(x), one pair of per-item totals a class; `scale` as in `clustered`.

    The variance is linearised over items: z_i = mean over classes of (y_ic - R_c x_ic) / X_c. F1 is
    such a ratio with y = 2 TP and x = 2 TP + FP + FN. The estimate is of the classes given; `absent`
    further ones, without a unit in the sample, may have any share: p-values and interval take the worse
    end, but for a census, where they do not occur. Raises InputError where a class counts no unit.
    """
    return _of_items(ys, xs, limit, confidence, population_clusters, MACRO, hidden, absent, scale)


def more_items_needed(p: Proportion, limit: Fraction, alpha: float, beta: float) -> int | None:
    """How many further items would decide, at the same estimate and design effect; 0 if decided.

    Decided means p_breach <= alpha or p_kept <= beta. None when the estimate equals the limit, when the
    delivery has not that many items, or when it would take more than 10^12. Errors of an exact sample
    are rounded in favour of the limit, so the answer may be a few items more than luck would need.
    """
    if p.p_breach <= alpha or p.p_kept <= beta:
        return 0
    if p.exact == limit:
        return None
    below = p.exact < limit

    def decides(items: int) -> bool:
        p_breach, p_kept = _tails_with(p, items, limit)
        return p_breach <= alpha if below else p_kept <= beta

    last = p.items + 1
    end = p.population or _HORIZON
    while last < end and not decides(last):
        last *= 2
    last = min(last, end)
    return smallest(decides, p.items + 1, last) - p.items if decides(last) else None


def _tails_with(p: Proportion, items: int, limit: Fraction) -> tuple[float, float]:
    """Both p-values if `items` had been drawn, with the same share of errors."""
    wrong = 1 - p.exact
    if p.method == HYPERGEOMETRIC and p.population is not None:
        round_ = math.floor if p.exact < limit else math.ceil
        return _exact_tails(p.population, limit, items, round_(items * wrong))
    if p.drawn is None and p.population is None:
        return tails(items * float(wrong), items, limit)
    if p.drawn is None or items == p.population:
        return float(p.exact >= limit), float(p.exact < limit)
    grown = p.drawn.grown(items)
    return grown.p_breach(limit), grown.p_kept(limit)


def _of_items(
    ys: Sequence[Totals],
    xs: Sequence[Totals],
    limit: Fraction,
    confidence: float,
    population: int | None,
    method: str,
    hidden: Hidden | None,
    absent: int = 0,
    scale: int = 1,
) -> Proportion:
    ys, xs = [np.asarray(y, np.int64) for y in ys], [np.asarray(x, np.int64) for x in xs]
    items = len(xs[0]) if xs else 0
    sums = [int(x.sum()) for x in xs]
    if not sums or min(sums) < 1:
        raise InputError("There is no unit to count.", remedy="Leave out classes that have none.")
    _check_draw(items, population, "items")
    ratios = [Fraction(int(y.sum()), total * scale) for y, total in zip(ys, sums, strict=True)]
    share = sum(ratios, Fraction(0)) / len(ratios)
    n, errors = sum(sums), sum(int((x * scale - y).sum()) for y, x in zip(ys, xs, strict=True)) // scale
    clusters = int(np.count_nonzero(np.sum(xs, axis=0)))
    if items == population:
        breached = share < limit
        return Proportion(
            float(share), float(share), float(share), confidence, CENSUS, n, clusters, float(n), 1.0,
            float(not breached), float(breached), population, errors, items, share,
        )  # fmt: skip
    variance = _variance(ys, xs, sums, clusters, scale)
    drawn = Drawn(
        tuple(float(1 - ratio) for ratio in ratios), tuple(total / items for total in sums),
        *_sizes(ys, xs, sums, variance, confidence, scale), items, population, hidden, absent,
    )  # fmt: skip
    low, high = drawn.interval(confidence)
    estimate, size = float(share), drawn.effective
    left = 1 - items / population if population else 1
    design_effect = variance * left * (n - 1) / (estimate * (1 - estimate)) if variance > 0 else n / size
    return Proportion(
        estimate, low, high, confidence, method, n, clusters, size, design_effect, drawn.p_breach(limit),
        drawn.p_kept(limit), population, errors, items, share, drawn,
    )  # fmt: skip


def _sizes(
    ys: Sequence[Totals], xs: Sequence[Totals], sums: Sequence[int], variance: float, confidence: float,
    scale: int,
) -> tuple[float, float]:  # fmt: skip
    """The effective size of items drawn from a large delivery, and the one behind the word kept.

    Never above the number of units: a finite delivery may still tell more than that (Drawn.effective).
    """
    share = sum(int(y.sum()) / (total * scale) for y, total in zip(ys, sums, strict=True)) / len(ys)
    clusters = int(np.count_nonzero(np.sum(xs, axis=0)))
    if variance > 0:
        size = min(effective_size(share, variance, sum(sums), clusters - 1, confidence), _balanced(sums))
    else:
        size = min(_balanced([int(np.count_nonzero(x)) for x in xs]), clusters)
    faulty = int(np.count_nonzero(np.sum([x * scale - y for y, x in zip(ys, xs, strict=True)], axis=0)))
    return size, size_for_kept(size, clusters, faulty)


def _variance(
    ys: Sequence[Totals], xs: Sequence[Totals], sums: Sequence[int], clusters: int, scale: int
) -> float:
    """Variance of the mean ratio, items drawn with replacement; exactly 0 where all ratios are equal."""
    z = np.zeros(len(xs[0]))
    for y, x, total in zip(ys, xs, sums, strict=True):
        of_item = _residuals(y, x, total) / scale / total**2  # integers up to here: no rounding hides a 0
        z += of_item.astype(np.float64)
    total_square = math.fsum(((z / len(xs)) ** 2).tolist())  # exact, so the order of items never matters
    return clusters / (clusters - 1) * total_square if clusters > 1 else 0.0


def _residuals(y: Totals, x: Totals, total: int) -> Totals:
    """y · sum(x) - x · sum(y), exact; sums of scores may need whole numbers of any length."""
    right = int(y.sum())
    if max(int(y.max()) * total, int(x.max()) * right) < _WORD:
        return y * total - x * right
    exact: Totals = y.astype(object) * total - x.astype(object) * right
    return exact


def _balanced(sizes: Sequence[int]) -> float:
    """Units that tell as much about one share as the classes' `sizes` about their mean share."""
    return min(len(sizes) ** 2 / sum(1 / size for size in sizes), sum(sizes))


def _exact_tails(population: int, limit: Fraction, sample: int, errors: int) -> tuple[float, float]:
    allowed = hypergeometric.allowed_errors(population, limit)
    return (
        hypergeometric.p_breach(population, allowed, sample, errors),
        hypergeometric.p_kept(population, allowed, sample, errors),
    )


def _check_draw(drawn: int, population: int | None, what: str) -> None:
    if population is not None and drawn > population:
        raise InputError(
            f"{drawn:,} {what} cannot be drawn from a delivery of {population:,}.",
            remedy="Check that the audit and the delivery belong together.",
        )
