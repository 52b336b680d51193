"""How far annotators agree beyond chance: coefficients over items, with intervals.

    coefficient = (observed - chance) / (1 - chance)

alpha   Krippendorff 2011, "Computing Krippendorff's alpha-reliability": disagreement of pairs within items
        against that of all pairs of labels; items with one label drop out. Scales: nominal, ordinal
        (distance of midranks), interval, ratio.
kappa   Fleiss 1971 (Scott's pi with two annotators), ac1 Gwet 2008 (AC2 with weights), brennan_prediger
        1981: as generalised to unequal numbers of labels by Gwet, Handbook of Inter-Rater Reliability.

Each is a function of sums over items. So its standard error comes from its derivative with respect to
these sums (linearisation; for the coefficients named above it equals Gwet's formulas), and the bootstrap
over items from multinomial weights on the distinct combinations of labels.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import stdtrit

from vendoreval.errors import InputError
from vendoreval.inference.tally import Tally
from vendoreval.labels.numbers import decimal_of

Scale = Literal["nominal", "ordinal", "interval", "ratio"]
Metric = Literal["alpha", "kappa", "ac1", "brennan_prediger", "percent_agreement"]
Sums = NDArray[Any]  # float, or complex where a derivative is taken
Floats = NDArray[np.float64]

SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval", "ratio")
METRICS: tuple[Metric, ...] = ("alpha", "kappa", "ac1", "brennan_prediger", "percent_agreement")
ANALYTIC = "linearised over items (t)"
BOOTSTRAP = "bootstrap over items (percentile)"
MOST_DRAWS = 40_000_000  # combinations × resamples; beyond, the linearised interval is as good
_STEP = 1e-100
_CHUNK = 1 << 21


@dataclass(frozen=True)
class Agreement:
    """One coefficient with its uncertainty; None where it is not defined (nobody compared, one class).

    `observed` and `chance` are the agreements that it is made of, from 0 to 1. `items` have two labels
    or more; `labels` are theirs. The interval is two-sided at `confidence`.
    """

    metric: str
    scale: str
    estimate: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    confidence: float
    method: str
    observed: float | None
    chance: float | None
    items: int
    labels: int


@dataclass(frozen=True, eq=False)
class Parts:
    """A coefficient as a function of sums: one row of summands a combination, and what is made of them."""

    summands: Any  # sparse, combinations × sums
    items: NDArray[np.int64]
    levels: Callable[[Sums], tuple[Sums, Sums]]  # sums -> observed and chance agreement
    among: NDArray[np.bool_]  # which combinations of the tally these are

    def value(self, sums: Sums) -> Sums:
        """The coefficient for each row of sums; NaN where it is not defined."""
        observed, chance = self.levels(sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(chance == 1, np.nan, (observed - chance) / (1 - chance))

    def totals(self) -> Floats:
        """The sums over all items."""
        return np.asarray(self.summands.T @ self.items.astype(np.float64))

    def standard_error(self) -> float:
        """Linearised over items; NaN with fewer than two of them."""
        n = int(self.items.sum())
        if n < 2:
            return float("nan")
        change = self.summands @ self._gradient()
        centred = change - (self.items * change).sum() / n
        return float(np.sqrt(n / (n - 1) * (self.items * centred**2).sum()))

    def _gradient(self) -> Floats:
        """The derivative by each sum, to machine precision (complex step: Squire & Trapp 1998)."""
        totals = self.totals()
        gradient = np.empty(len(totals))
        rows = max(_CHUNK // 16 // len(totals), 1)
        for begin in range(0, len(totals), rows):
            here = np.arange(begin, min(begin + rows, len(totals)))
            stepped = np.tile(totals.astype(np.complex128), (len(here), 1))
            stepped[np.arange(len(here)), here] += _STEP * 1j
            gradient[here] = self.value(stepped).imag / _STEP
        return gradient


def agreement(
    counts: Tally,
    metric: Metric,
    *,
    scale: Scale = "nominal",
    order: Sequence[str] = (),
    weights: str = "",
    confidence: float = 0.95,
) -> Agreement:
    """One coefficient of `counts` with its linearised interval (t, items - 1 degrees of freedom).

    `order` gives the classes of an ordinal scale from low to high (default: as numbers); an interval or
    ratio scale takes the classes as numbers. `weights` for kappa, ac1 and the others: see
    `agreement_weights`; with "" labels agree only when they are equal. Raises InputError where classes
    are no numbers, or the order leaves one out.
    """
    made = parts(counts, metric, scale=scale, order=order, weights=weights)
    return _estimate(counts, metric, scale, made, confidence)


def agreements(
    counts: Tally,
    metrics: Sequence[Metric] = METRICS,
    *,
    scale: Scale = "nominal",
    order: Sequence[str] = (),
    weights: str = "",
    confidence: float = 0.95,
    resamples: int = 0,
    seed: int = 0,
) -> tuple[Agreement, ...]:
    """Several coefficients; with `resamples`, percentile intervals from one bootstrap over items.

    All coefficients are taken from the same resamples, drawn from PCG64(`seed`). Where resampling would
    take more than MOST_DRAWS draws the linearised interval is given instead; `method` says which.
    """
    made = [parts(counts, metric, scale=scale, order=order, weights=weights) for metric in metrics]
    plain = [_estimate(counts, m, scale, p, confidence) for m, p in zip(metrics, made, strict=True)]
    if not resamples or not len(counts.items) or resamples * len(counts.items) > MOST_DRAWS:
        return tuple(plain)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    drawn = bootstrap(counts, made, resamples=resamples, seed=seed)
    result = []
    for found, values in zip(plain, drawn, strict=True):
        usable = values[~np.isnan(values)]
        if found.estimate is None or not len(usable):
            result.append(found)
            continue
        low, high = np.quantile(usable, tails).tolist()
        result.append(_with(found, low, high, f"{BOOTSTRAP}, {resamples:,} resamples, seed {seed}"))
    return tuple(result)


def bootstrap(counts: Tally, made: Sequence[Parts], *, resamples: int, seed: int) -> list[Floats]:
    """The coefficients' values in `resamples` draws of as many items with replacement."""
    rng = np.random.Generator(np.random.PCG64(seed))
    n = int(counts.items.sum())
    shares = counts.items / n
    step = max(_CHUNK // len(shares), 1)
    values: list[list[Floats]] = [[] for _ in made]
    for begin in range(0, resamples, step):
        weights = rng.multinomial(n, shares, size=min(step, resamples - begin)).astype(np.float64)
        for kept, part in zip(values, made, strict=True):
            kept.append(
                np.asarray(part.value((part.summands.T @ weights[:, part.among].T).T), dtype=np.float64)
            )
    return [np.concatenate(kept) for kept in values]


def parts(
    counts: Tally, metric: Metric, *, scale: Scale = "nominal", order: Sequence[str] = (), weights: str = ""
) -> Parts:
    """The sums behind a coefficient; see `agreement` for the arguments."""
    if metric == "alpha":
        return _alpha_parts(counts, scale, points(counts.values, scale, order))
    table = agreement_weights(weights, points(counts.values, "ordinal", order)) if weights else None
    return _weighted_parts(counts, metric, table)


def points(values: Sequence[str], scale: Scale, order: Sequence[str] = ()) -> Floats:
    """Where each class lies on its scale; ranks for an ordinal scale. Zeros for a nominal one.

    On an interval scale classes with an `order` that are no numbers lie one step apart.
    """
    if scale == "nominal":
        return np.zeros(len(values))
    if order and (scale == "ordinal" or (scale == "interval" and not _all_numbers(values))):
        place = {name: rank for rank, name in enumerate(order)}
        absent = [name for name in values if name not in place]
        if absent:
            raise InputError(
                f"The class {absent[0]!r} has no place in the order of classes.",
                remedy="List every class from low to high.",
            )
        return np.asarray([place[name] for name in values], dtype=np.float64)
    try:
        return np.asarray([float(name) for name in values])
    except ValueError as error:
        raise InputError(
            f"The classes are no numbers ({error}), so the scale cannot be {scale}.",
            remedy="Take the nominal scale, or give the order of the classes for an ordinal one.",
        ) from error


def _all_numbers(values: Sequence[str]) -> bool:
    return all(decimal_of(name) is not None for name in values)


def agreement_weights(name: str, at: Floats) -> Floats:
    """How far two classes agree, from 0 to 1: linear, quadratic, ordinal or ratio (Gwet's tables).

    `at` are the classes' places on their scale.
    """
    gap = np.abs(at[:, None] - at[None, :])
    if name == "linear":
        loss = gap
    elif name == "quadratic":
        loss = gap**2
    elif name == "ordinal":
        rank = np.argsort(np.argsort(at)).astype(np.float64)
        steps = np.abs(rank[:, None] - rank[None, :])
        loss = steps * (steps + 1) / 2
    elif name == "ratio":
        with np.errstate(divide="ignore", invalid="ignore"):
            loss = np.nan_to_num((gap / (at[:, None] + at[None, :])) ** 2)
    else:
        raise InputError(f"There are no weights {name!r}.", remedy="Take linear, quadratic, ordinal or ratio.")
    largest = loss.max(initial=0.0)
    return 1 - loss / largest if largest else np.ones_like(loss)


def _estimate(counts: Tally, metric: str, scale: str, made: Parts, confidence: float) -> Agreement:
    several = counts.sizes >= 2
    items = int(counts.items[several].sum())
    labels = int((counts.items * counts.sizes)[several].sum())
    value = float(made.value(made.totals())) if items else float("nan")
    if np.isnan(value):
        return Agreement(metric, scale, None, None, None, None, confidence, "", None, None, items, labels)
    observed, chance = (float(level) for level in made.levels(made.totals()))
    error = made.standard_error()
    df = int(made.items.sum()) - 1
    half = float(stdtrit(df, (1 + confidence) / 2)) * error if df > 0 else float("nan")
    known = not np.isnan(half)
    return Agreement(
        metric, scale, value, error if known else None, max(value - half, -1.0) if known else None,
        min(value + half, 1.0) if known else None, confidence, ANALYTIC, observed, chance, items, labels,
    )  # fmt: skip


def _with(found: Agreement, low: float, high: float, method: str) -> Agreement:
    return Agreement(**{**vars(found), "low": low, "high": high, "method": method})


def _alpha_parts(counts: Tally, scale: Scale, at: Floats) -> Parts:
    """Krippendorff's alpha: disagreement within items, and labels by class, of items that are compared."""
    paired, several = counts.compared(), counts.sizes >= 2
    table, n = paired.matrix, paired.sizes.astype(np.float64)
    if scale == "ordinal":
        ranked = np.argsort(at, kind="stable")
        by_rank = table[:, ranked[np.isin(ranked, paired.label)]]
        return Parts(_coincidences(by_rank, n), paired.items, _ordinal, several)
    if scale == "interval":
        return Parts(_moments(table, n, at), paired.items, partial(_interval, float(np.ptp(at)) ** 2), several)
    if scale == "nominal":
        within = n**2 - _row_sums(table.power(2))
    else:
        within = _row_sums(table.multiply(table @ _ratio_distance(at)))
    summands = sparse.hstack([_column(within / (n - 1)), table], format="csr")

    def levels(sums: Sums) -> tuple[Sums, Sums]:
        disagreement, labels = sums[..., 0], sums[..., 1:]
        total = labels.sum(axis=-1)
        if scale == "nominal":
            between, largest = total**2 - (labels**2).sum(axis=-1), 1.0
        else:
            distance = _ratio_distance(at)
            between, largest = ((labels @ distance) * labels).sum(axis=-1), float(distance.max(initial=0.0))
        return _levels(disagreement, between, total, largest)

    return Parts(summands, paired.items, levels, several)


def _moments(table: Any, n: Floats, at: Floats) -> Any:
    """Of each combination: its disagreement, labels, and their sum and sum of squares about the middle.

    Squared differences need no more, however many numbers there are.
    """
    middle = at - (at.min() + at.max()) / 2 if len(at) else at
    first, second = table @ middle, table @ middle**2
    within = 2 * (n * second - first**2) / (n - 1)
    return sparse.hstack([_column(one) for one in (within, n, first, second)], format="csr")


def _interval(largest: float, sums: Sums) -> tuple[Sums, Sums]:
    """From the sums of `_moments`."""
    disagreement, total, first, second = (sums[..., k] for k in range(4))
    return _levels(disagreement, 2 * (total * second - first**2), total, largest)


def _levels(disagreement: Sums, between: Sums, total: Sums, largest: Any) -> tuple[Sums, Sums]:
    """Observed and chance agreement from summed disagreements, on a scale where the largest is 1."""
    rounding = 1e-13 * np.abs(total**2 * largest)
    between = np.where(np.abs(between) <= rounding, 0, between)  # one class alone, whatever its number
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - disagreement / total / largest, 1 - between / (total * (total - 1)) / largest


def _ordinal(sums: Sums) -> tuple[Sums, Sums]:
    """From coincidences in the order of the scale; the distance is that of the classes' midranks."""
    classes = math.isqrt(sums.shape[-1])
    pairs = sums.reshape(*sums.shape[:-1], classes, classes)
    labels = pairs.sum(axis=-1)
    total = labels.sum(axis=-1)
    midrank = np.cumsum(labels, axis=-1) - labels / 2
    apart = (midrank[..., :, None] - midrank[..., None, :]) ** 2
    disagreement = (pairs * apart).sum(axis=(-1, -2))
    mean = (labels * midrank).sum(axis=-1, keepdims=True) / total[..., None]
    between = 2 * total * (labels * (midrank - mean) ** 2).sum(axis=-1)
    return _levels(disagreement, between, total, (midrank[..., -1] - midrank[..., 0]) ** 2)


def _coincidences(table: Any, n: Floats) -> Any:
    """Each combination's pairs of classes, weighted 1 / (labels - 1): its part of the coincidence matrix."""
    starts, classes = table.indptr, table.shape[1]
    rows, cells, values = [], [], []
    for p in range(table.shape[0]):
        here = slice(starts[p], starts[p + 1])
        code, count = table.indices[here], table.data[here]
        pairs = np.outer(count, count)
        pairs[np.diag_indices(len(code))] -= count
        rows.append(np.full(pairs.size, p))
        cells.append((code[:, None] * classes + code[None, :]).ravel())
        values.append((pairs / (n[p] - 1)).ravel())
    if not rows:
        return sparse.csr_array((0, classes**2))
    place = (np.concatenate(rows), np.concatenate(cells))
    return sparse.csr_array((np.concatenate(values), place), shape=(table.shape[0], classes**2))


def _ratio_distance(at: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(((at[:, None] - at[None, :]) / (at[:, None] + at[None, :])) ** 2)


def _weighted_parts(counts: Tally, metric: str, weights: Floats | None) -> Parts:
    """Gwet's family: items, items compared, their agreement, and the items' mean share of each class."""
    table, n, classes = counts.matrix, counts.sizes.astype(np.float64), len(counts.values)
    several = n >= 2
    met = table.power(2) if weights is None else table.multiply(table @ weights)
    agreed = np.where(several, (_row_sums(met) - n) / np.maximum(n * (n - 1), 1), 0.0)
    share = sparse.diags_array(1 / n) @ table if len(n) else table
    heads = [_column(np.ones(len(n))), _column(several.astype(np.float64)), _column(agreed)]
    weight_sum = float(classes if weights is None else weights.sum())

    def plain(sums: Sums) -> tuple[Sums, Sums]:
        with np.errstate(divide="ignore", invalid="ignore"):
            observed = sums[..., 2] / sums[..., 1]
        return observed, np.zeros_like(observed)

    def levels(sums: Sums) -> tuple[Sums, Sums]:
        with np.errstate(divide="ignore", invalid="ignore"):
            observed, share = sums[..., 2] / sums[..., 1], sums[..., 3:] / sums[..., :1]
        if classes < 2:
            return observed, np.ones_like(observed)  # no other class could have been given
        if metric == "kappa":
            met = share if weights is None else share @ weights
            return observed, (met * share).sum(axis=-1)
        if metric == "ac1":
            spread = (share * (1 - share)).sum(axis=-1)
            return observed, weight_sum / (classes * (classes - 1)) * spread
        return observed, np.full_like(observed, weight_sum / classes**2)

    every = np.ones(len(n), dtype=np.bool_)
    if metric == "percent_agreement":
        return Parts(sparse.hstack(heads, format="csr"), counts.items, plain, every)
    return Parts(sparse.hstack([*heads, share], format="csr"), counts.items, levels, every)


def _row_sums(table: Any) -> Floats:
    return np.asarray(table.sum(axis=1), dtype=np.float64).ravel()


def _column(values: Floats) -> Any:
    return sparse.csr_array(values.reshape(-1, 1))
