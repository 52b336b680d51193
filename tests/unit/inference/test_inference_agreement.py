"""Coefficients of agreement against R irrCAC, published tables, `krippendorff` and resampling.

Figures are those of STATISTICS.md §f (R irrCAC 1.4 unless another source is named).
"""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.inference.agreement import (
    METRICS,
    SCALES,
    Metric,
    Scale,
    agreement,
    agreements,
    bootstrap,
    parts,
)
from vendoreval.inference.tally import Tally, tally

_ = np.nan
# Krippendorff 2011, four observers on twelve units
OBSERVERS = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
])  # fmt: skip
README = np.array([
    [_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3],
    [1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _],
    [_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4],
])  # fmt: skip
# Fleiss 1971, Table 1: six raters' diagnoses (1 depression … 5 other) of 30 patients
FLEISS = [str(unit) for unit in (
    444444, 222555, 233335, 555555, 222444, 113333, 333355, 113334, 114444, 555555,
    144444, 124444, 222333, 144444, 224445, 333335, 111455, 111112, 224444, 133555,
    555555, 244444, 224555, 114444, 144445, 222224, 111155, 224444, 133333, 555555,
)]  # fmt: skip
WIKIPEDIA = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
             [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]  # fmt: skip
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
DIAGNOSIS = [[40, 6, 4, 15], [4, 25, 1, 5], [4, 2, 21, 9], [17, 13, 12, 45]]


def by_rater(ratings: NDArray[np.float64]) -> Tally:
    rater, item = np.nonzero(~np.isnan(ratings))
    values, label = np.unique(ratings[rater, item], return_inverse=True)
    return tally(item, label, [f"{value:g}" for value in values])


def by_counts(counts: list[list[int]]) -> Tally:
    classes = [str(k + 1) for k in range(len(counts[0]))]
    rows = [{k: n for k, n in zip(classes, row, strict=True) if n} for row in counts]
    return Tally.from_rows([{"items": 1, "labels": row} for row in rows], classes)


def by_pair(table: list[list[int]]) -> Tally:
    cells = np.repeat(np.arange(len(table) ** 2), np.ravel(table))
    item = np.arange(len(cells))
    label = np.concatenate([cells // len(table), cells % len(table)])
    return tally(np.tile(item, 2), label, [str(k + 1) for k in range(len(table))])


def estimate(counts: Tally, metric: Metric, scale: Scale = "nominal", weights: str = "") -> float | None:
    return agreement(counts, metric, scale=scale, weights=weights).estimate


GWET = {  # weights: AC1/AC2, Fleiss, Brennan-Prediger, percent agreement of cac.raw4raters
    "": (0.77544, 0.76117, 0.77273, 0.81818),
    "ordinal": (0.89894, 0.85021, 0.88636, 0.96818),
    "linear": (0.85874, 0.81794, 0.84848, 0.93939),
    "quadratic": (0.91400, 0.86494, 0.90152, 0.97538),
    "ratio": (0.85737, 0.82134, 0.84024, 0.95411),
}


@pytest.mark.parametrize("weights", GWET)
def test_four_raters_of_r_irrcac(weights: str) -> None:
    metrics: tuple[Metric, ...] = ("ac1", "kappa", "brennan_prediger", "percent_agreement")
    found = [estimate(by_rater(OBSERVERS), metric, weights=weights) for metric in metrics]
    assert found == pytest.approx(GWET[weights], abs=6e-6)


@pytest.mark.parametrize(
    ("ratings", "scale", "known"),
    [
        (OBSERVERS, "nominal", 0.743421), (OBSERVERS, "ordinal", 0.815388),
        (OBSERVERS, "interval", 0.849107), (OBSERVERS, "ratio", 0.797403),
        (README, "nominal", 0.691358), (README, "interval", 0.810845),
    ],
)  # fmt: skip
def test_alpha_of_krippendorffs_examples(ratings: NDArray[np.float64], scale: Scale, known: float) -> None:
    found = agreement(by_rater(ratings), "alpha", scale=scale)
    assert found.estimate == pytest.approx(known, abs=6e-7)
    assert found.observed is not None
    assert found.chance is not None
    assert found.estimate == pytest.approx((found.observed - found.chance) / (1 - found.chance))


def test_alphas_error_and_interval_are_near_r_irrcac() -> None:
    found = agreement(by_rater(OBSERVERS), "alpha")
    assert found.standard_error == pytest.approx(0.14548, abs=5e-3)
    assert (found.low, found.high) == pytest.approx((0.423, 1.0), abs=6e-3)


def test_with_single_labels_the_error_is_that_of_the_bootstrap() -> None:
    # irrCAC gives 0.14295 here: it counts the compared items (11 of 12) as fixed, not as random
    counts = by_rater(OBSERVERS)
    drawn = bootstrap(counts, [parts(counts, "ac1")], resamples=4000, seed=5)[0]
    assert agreement(counts, "ac1").standard_error == pytest.approx(np.nanstd(drawn), rel=0.1)


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (ABSTRACTORS, {"kappa": (0.7962397, 0.0590547), "ac1": (0.8493305, 0.0432175),
                       "brennan_prediger": (0.835, 0.0469335), "alpha": (0.7972585, None),
                       "percent_agreement": (0.89, None)}),
        (DIAGNOSIS, {"kappa": (0.4303406, None), "ac1": (0.4561576, None),
                     "brennan_prediger": (0.4499253, None), "alpha": (0.4316178, None)}),
    ],
)  # fmt: skip
def test_tables_of_two_raters(table: list[list[int]], known: dict[Metric, tuple[float, float | None]]) -> None:
    counts = by_pair(table)
    n = int(counts.items.sum())
    for metric, (value, error) in known.items():
        found = agreement(counts, metric)
        assert found.estimate == pytest.approx(value, abs=6e-8)
        if error:  # irrCAC divides by n where a table of two raters is given, we by n - 1
            assert found.standard_error == pytest.approx(error * np.sqrt(n / (n - 1)), abs=6e-8)


def test_weighted_tables_of_two_raters() -> None:
    counts = by_pair(DIAGNOSIS)
    found = [estimate(counts, metric, weights="quadratic") for metric in ("kappa", "ac1", "brennan_prediger")]
    assert found == pytest.approx([0.3820304, 0.298573, 0.2358744], abs=6e-7)
    assert estimate(counts, "alpha", "interval") == pytest.approx(0.3834160, abs=6e-8)


def test_fleiss_of_published_tables() -> None:
    ratings = np.array([[float(label) for label in unit] for unit in FLEISS]).T
    assert estimate(by_rater(ratings), "kappa") == pytest.approx(0.430245, abs=6e-7)
    wikipedia = by_counts(WIKIPEDIA)
    assert estimate(wikipedia, "kappa") == pytest.approx(0.209931, abs=6e-7)
    assert estimate(wikipedia, "brennan_prediger") == pytest.approx(0.222527, abs=6e-7)


def test_first_fifteen_patients_of_fleiss_in_r_irrcac() -> None:
    ratings = np.array([[float(label) for label in unit] for unit in FLEISS[:15]]).T
    found = [estimate(by_rater(ratings), m) for m in ("ac1", "kappa", "alpha", "brennan_prediger")]
    assert found == pytest.approx([0.4448007, 0.4139265, 0.4204384, 0.4388889], abs=6e-8)


def test_rare_classes_drag_kappa_below_zero_while_labels_agree() -> None:
    counts = by_pair([[118, 5], [2, 0]])
    found = {a.metric: a.estimate for a in agreements(counts)}
    assert found["percent_agreement"] == pytest.approx(0.944)
    assert found["ac1"] == pytest.approx(0.9408, abs=6e-5)
    assert found["brennan_prediger"] == pytest.approx(0.888)
    assert found["kappa"] is not None
    assert found["kappa"] < 0


def random_ratings(seed: int, items: int, raters: int = 3, missing: float = 0.2) -> NDArray[np.float64]:
    rng = np.random.Generator(np.random.PCG64(seed))
    truth = rng.integers(1, 6, items)
    given = np.where(rng.random((raters, items)) < 0.6, truth, rng.integers(1, 6, (raters, items))).astype(
        float
    )
    given[rng.random(given.shape) < missing] = np.nan
    return given


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_alpha_equals_the_package_krippendorff(scale: Scale, seed: int) -> None:
    ratings = random_ratings(seed, 60, raters=seed + 2)
    theirs = krippendorff.alpha(ratings, level_of_measurement=scale)
    assert estimate(by_rater(ratings), "alpha", scale) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("scale", SCALES)
def test_alphas_standard_error_equals_the_jackknife(scale: Scale) -> None:
    ratings = random_ratings(7, 250, missing=0.0)
    left = [krippendorff.alpha(np.delete(ratings, k, 1), level_of_measurement=scale) for k in range(250)]
    jackknife = np.sqrt(249 / 250 * ((np.asarray(left) - np.mean(left)) ** 2).sum())
    assert agreement(by_rater(ratings), "alpha", scale=scale).standard_error == pytest.approx(
        jackknife, rel=0.01
    )


def test_the_bootstrap_resamples_items() -> None:
    ratings = random_ratings(11, 40)
    rng = np.random.Generator(np.random.PCG64(1))
    draws = [ratings[:, rng.integers(0, 40, 40)] for _run in range(2000)]
    plain = [krippendorff.alpha(draw, level_of_measurement="nominal") for draw in draws]
    found = agreements(by_rater(ratings), ("alpha",), resamples=4000, seed=2)[0]
    assert (found.low, found.high) == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.02)
    again = agreements(by_rater(ratings), ("alpha",), resamples=4000, seed=2)[0]
    assert again == found
    assert agreements(by_rater(ratings), ("alpha",), resamples=4000, seed=3)[0].low != found.low


def test_the_bootstrap_of_krippendorffs_example() -> None:
    found = agreements(by_rater(OBSERVERS), ("alpha",), resamples=4000, seed=0)[0]
    assert (found.low, found.high) == pytest.approx((0.41, 1.0), abs=0.03)


@given(st.integers(0, 10_000), st.sampled_from(SCALES))
def test_properties(seed: int, scale: Scale) -> None:
    ratings = random_ratings(seed, 12)
    counts = by_rater(ratings)
    for metric in METRICS:
        found = agreement(counts, metric, scale=scale)
        if found.estimate is None or found.low is None or found.high is None:
            continue
        assert -1 <= found.low <= found.estimate <= found.high <= 1
    mixed = by_rater(np.random.Generator(np.random.PCG64(seed)).permutation(ratings.T).T)
    assert estimate(mixed, "alpha", scale) == estimate(counts, "alpha", scale)


@pytest.mark.parametrize("scale", SCALES)
def test_labels_against_themselves_agree_fully(scale: Scale) -> None:
    one = random_ratings(3, 30, raters=1, missing=0.0)
    for found in agreements(by_rater(np.vstack([one, one, one])), scale=scale, resamples=200):
        assert found.estimate == pytest.approx(1.0, abs=1e-12)


def test_one_class_is_no_variation() -> None:
    counts = by_rater(np.full((3, 5), 0.1))
    for scale in SCALES:
        assert estimate(counts, "alpha", scale) is None
    assert estimate(counts, "kappa") is None
    assert estimate(counts, "percent_agreement") == 1
    two = by_counts([[3, 0]] * 5)  # another class could have been given, and nobody took it
    assert estimate(two, "ac1") == 1
    assert estimate(two, "alpha") is None


def test_nothing_to_compare() -> None:
    found = agreement(by_rater(np.array([[1.0, 2.0, 1.0]])), "alpha")
    assert (found.estimate, found.low, found.items) == (None, None, 0)
    assert (
        agreements(tally(np.empty(0, np.int64), np.empty(0, np.int64), ("a", "b")), resamples=10)[0].items == 0
    )


def test_words_have_no_distance() -> None:
    counts = Tally.from_rows([{"items": 2, "labels": {"low": 1, "high": 1}}])
    with pytest.raises(InputError, match="no numbers"):
        agreement(counts, "alpha", scale="interval")
    with pytest.raises(InputError, match="'high' has no place"):
        agreement(counts, "alpha", scale="ordinal", order=("low", "middle"))
    assert agreement(counts, "alpha", scale="ordinal", order=("low", "high")).estimate is not None
    with pytest.raises(InputError, match="no weights"):
        agreement(counts, "kappa", weights="square", order=("low", "high"))


def test_parts_of_a_sum_are_additive() -> None:
    ratings = random_ratings(5, 50)
    whole = parts(by_rater(ratings), "kappa").totals()
    halves = [parts(by_rater(ratings[:, half]), "kappa").totals() for half in (slice(25), slice(25, 50))]
    assert halves[0] + halves[1] == pytest.approx(whole)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["alpha", "kappa", "ac1"])
def test_intervals_cover_the_true_agreement(metric: Metric) -> None:
    # Two of five classes chosen at random when not sure: both coefficients are known exactly.
    runs, items, raters, sure = 1500, 100, 3, 0.8
    rng = np.random.Generator(np.random.PCG64(99))
    use = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    chance = (use**2).sum()
    spread = (use * (1 - use)).sum() / 4
    observed = sure**2 + (1 - sure**2) * chance
    true = (observed - (spread if metric == "ac1" else chance)) / (1 - (spread if metric == "ac1" else chance))
    hit = 0
    for _run in range(runs):
        truth = rng.choice(5, items, p=use)
        label = np.where(rng.random((raters, items)) < sure, truth, rng.choice(5, (raters, items), p=use))
        found = agreement(tally(np.tile(np.arange(items), raters), label.ravel(), "12345"), metric)
        assert found.low is not None
        assert found.high is not None
        hit += found.low <= true <= found.high
    assert 0.93 <= hit / runs <= 0.97


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=2, max_size=12),
    st.integers(0, 10**6),
)
def test_alpha_of_numbers_far_from_zero_is_that_of_krippendorffs_package(
    pairs: list[tuple[int, int]], far: int
) -> None:

    ratings = np.asarray(pairs, dtype=np.float64).T + far
    values = sorted({f"{one:.1f}" for one in ratings.ravel().tolist()})
    if len(values) < 2:
        return
    label = np.asarray([values.index(f"{one:.1f}") for one in ratings.T.ravel().tolist()])
    counts = tally(np.repeat(np.arange(len(pairs)), 2), label, values)
    theirs = krippendorff.alpha(ratings - far, level_of_measurement="interval")
    found = agreement(counts, "alpha", scale="interval").estimate
    assert found == pytest.approx(theirs, abs=1e-9)
