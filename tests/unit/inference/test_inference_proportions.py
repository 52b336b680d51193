"""Shares of a sample against R survey (Korn-Graubard), scipy, enumeration and simulation."""

import csv
import math
import time
from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import betainc
from scipy.stats import binom, hypergeom

from vendoreval.errors import InputError
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.effective import effective_size
from vendoreval.inference.proportions import (
    BINOMIAL,
    CENSUS,
    HYPERGEOMETRIC,
    Proportion,
    clustered,
    macro,
    more_items_needed,
    simple,
)
from vendoreval.inference.striking import strikeouts

ORACLES = Path(__file__).parents[3].parent / "shared" / "oracles"
LIMIT = Fraction("0.97")
Totals = NDArray[np.int64]


def ints(*values: int) -> Totals:
    return np.array(values, dtype=np.int64)


def api(name: str) -> list[dict[str, str]]:
    with (ORACLES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def apiclus1() -> tuple[Totals, Totals]:
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in api("apiclus1_min.csv"):
        totals[row["dnum"]][0] += row["ell"] == "0"
        totals[row["dnum"]][1] += 1
    y, x = np.array(list(totals.values()), dtype=np.int64).T
    return y, x


# ---------------------------------------------------------------- single units


def test_simple_with_known_population_is_hypergeometric() -> None:
    p = simple(184, 200, LIMIT, confidence=0.95, population=1000)
    assert (p.low, p.high) == (1 - 121 / 1000, 1 - 50 / 1000)  # R ExactCIone
    assert p.p_breach == pytest.approx(hypergeom.sf(15, 1000, 30, 200), rel=1e-10)
    assert p.p_kept == pytest.approx(hypergeom.cdf(16, 1000, 31, 200), rel=1e-10)
    assert (p.method, p.n, p.clusters, p.errors, p.population) == (HYPERGEOMETRIC, 200, 200, 16, 1000)
    assert (p.estimate, p.exact, p.effective_n, p.design_effect) == (0.92, Fraction(23, 25), 200.0, 1.0)


def test_simple_without_population_is_binomial() -> None:
    p = simple(291, 300, LIMIT, confidence=0.95, population=None)
    assert (p.low, p.high) == pytest.approx((0.943816, 0.986192), abs=6e-7)
    assert p.p_breach == pytest.approx(binom.sf(8, 300, 0.03), rel=1e-9)
    assert p.p_kept == pytest.approx(binom.cdf(9, 300, 0.03), rel=1e-9)
    assert (p.method, p.population) == (BINOMIAL, None)


@pytest.mark.parametrize(("right", "p_breach", "p_kept"), [(970, 1.0, 0.0), (969, 0.0, 1.0)])
def test_a_census_compares_integers(right: int, p_breach: float, p_kept: float) -> None:
    p = simple(right, 1000, LIMIT, confidence=0.95, population=1000)
    assert p.low == p.high == p.estimate
    assert (p.method, p.p_breach, p.p_kept) == (CENSUS, p_breach, p_kept)


samples = st.integers(1, 300).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.just(n), st.one_of(st.none(), st.integers(n, 2000)))
)


@given(samples, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
@settings(deadline=None)
@example((0, 1, 100), 0.9)  # a chance of exactly alpha / 2
def test_simple_intervals_contain_and_mirror_the_estimate(
    sample: tuple[int, int, int | None], confidence: float
) -> None:
    right, n, population = sample
    p = simple(right, n, LIMIT, confidence=confidence, population=population)
    mirror = simple(n - right, n, LIMIT, confidence=confidence, population=population)
    assert 0 <= p.low <= p.estimate <= p.high <= 1
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((p.low, p.high), abs=1e-9)


@given(st.integers(2, 60), st.one_of(st.none(), st.integers(60, 1000)))
@settings(deadline=None, max_examples=40)
def test_more_errors_always_look_worse(n: int, population: int | None) -> None:
    found = [simple(right, n, LIMIT, confidence=0.95, population=population) for right in range(n + 1)]
    for worse, better in pairwise(found):
        assert worse.p_breach <= better.p_breach + 1e-14
        assert worse.p_kept >= better.p_kept - 1e-14
        assert worse.low <= better.low
        assert worse.high <= better.high
    assert all(0 <= p.p_breach <= 1 and 0 <= p.p_kept <= 1 for p in found)


# ---------------------------------------------------------------- clustered items


def test_korn_graubard_of_r_survey_on_a_cluster_sample() -> None:
    y, x = apiclus1()
    p = clustered(y, x, LIMIT, confidence=0.95, population_clusters=757)
    assert p.estimate == pytest.approx(0.021857924, abs=1e-9)
    assert (p.low, p.high) == pytest.approx((0.00021614683, 0.13750776), abs=1e-8)
    assert p.design_effect == pytest.approx(4.35652, abs=1e-5)
    assert p.effective_n == pytest.approx(35.3551, abs=5e-4)
    assert (p.n, p.clusters, p.errors) == (183, 15, 179)


def test_korn_graubard_of_r_survey_on_a_stratified_sample() -> None:
    """The effective size alone: strata, where it may exceed n, are not drawn here."""
    strata: dict[str, list[bool]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for row in api("apistrat_min.csv"):
        strata[row["stype"]].append(row["sch.wide"] == "Yes")
        sizes[row["stype"]] = int(row["fpc"])
    total = sum(sizes.values())
    share = variance = 0.0
    for name, values in strata.items():
        weight, p, n = sizes[name] / total, float(np.mean(values)), len(values)
        share += weight * p
        variance += weight**2 * (1 - n / sizes[name]) * p * (1 - p) / (n - 1)
    assert math.sqrt(variance) == pytest.approx(0.0243448, abs=1e-7)
    size = effective_size(share, variance, 200, 197, 0.95)
    assert size == pytest.approx(240.3236, abs=5e-3)
    assert clopper_pearson(size * share, size, 0.95) == pytest.approx((0.77417133, 0.87343159), abs=1e-8)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=40))
@settings(deadline=None)
def test_clustered_properties(pairs: list[tuple[int, int]]) -> None:
    y = ints(*(min(pair) for pair in pairs))
    x = ints(*(max(pair) for pair in pairs))
    if not x.sum():
        return
    p = clustered(y, x, LIMIT, confidence=0.95, population_clusters=None)
    assert 0 <= p.low <= p.estimate + 1e-12
    assert p.estimate - 1e-12 <= p.high <= 1
    assert 0 < p.effective_n <= p.n
    order = np.random.default_rng(len(pairs)).permutation(len(pairs))
    shuffled = clustered(y[order], x[order], LIMIT, confidence=0.95, population_clusters=None)
    assert (shuffled.low, shuffled.p_breach) == pytest.approx((p.low, p.p_breach), rel=1e-9)
    padded = clustered(
        np.append(y, [0, 0]), np.append(x, [0, 0]), LIMIT, confidence=0.95, population_clusters=None
    )
    assert (padded.low, padded.high, padded.clusters) == pytest.approx((p.low, p.high, p.clusters), rel=1e-9)
    mirror = clustered(x - y, x, LIMIT, confidence=0.95, population_clusters=None)
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((p.low, p.high), abs=1e-9)


def test_items_of_one_unit_tell_as_much_as_single_units() -> None:
    y = np.repeat(ints(1, 0), [285, 15])
    p = clustered(y, np.ones_like(y), LIMIT, confidence=0.95, population_clusters=None)
    q = simple(285, 300, LIMIT, confidence=0.95, population=None)
    assert p.design_effect == pytest.approx(1)
    assert (p.low, p.high, p.p_breach) == pytest.approx((q.low, q.high, q.p_breach), rel=0.02)


def test_the_finite_population_narrows_the_interval() -> None:
    y, x = apiclus1()
    wide = clustered(y, x, LIMIT, confidence=0.95, population_clusters=None)
    narrow = clustered(y, x, LIMIT, confidence=0.95, population_clusters=20)
    assert narrow.high - narrow.low < wide.high - wide.low


@pytest.mark.parametrize("right", [0, 10])
def test_without_variance_the_items_are_counted(right: int) -> None:
    y, x = np.full(40, right, dtype=np.int64), np.full(40, 10, dtype=np.int64)
    p = clustered(np.append(y, 0), np.append(x, 0), LIMIT, confidence=0.95, population_clusters=None)
    q = simple(4 * right, 40, LIMIT, confidence=0.95, population=None)
    assert (p.effective_n, p.design_effect, p.items, p.clusters) == (40, 10, 41, 40)
    assert (p.low, p.high, p.p_breach, p.p_kept) == pytest.approx((q.low, q.high, q.p_breach, q.p_kept))


def test_one_item_counts_once() -> None:
    p = clustered(ints(3), ints(6), LIMIT, confidence=0.95, population_clusters=None)
    assert p.effective_n == 1
    assert p.low < 0.05
    assert p.high > 0.95


@pytest.mark.parametrize(("right", "p_breach", "p_kept"), [(97, 1.0, 0.0), (96, 0.0, 1.0)])
def test_a_census_of_items_compares_integers(right: int, p_breach: float, p_kept: float) -> None:
    p = clustered(ints(right - 50, 50, 0), ints(50, 50, 0), LIMIT, confidence=0.95, population_clusters=3)
    assert p.low == p.high == p.estimate == right / 100
    assert (p.method, p.p_breach, p.p_kept) == (CENSUS, p_breach, p_kept)


# ---------------------------------------------------------------- means over classes


def test_macro_of_one_class_is_the_ratio() -> None:
    y, x = apiclus1()
    one = macro([y], [x], LIMIT, confidence=0.95, population_clusters=757)
    same = clustered(y, x, LIMIT, confidence=0.95, population_clusters=757)
    assert vars(one) == vars(same) | {"method": one.method}


def test_macro_variance_equals_the_jackknife() -> None:
    rng = np.random.default_rng(3)
    xs = [rng.integers(1, 5, 400) for _ in range(3)]
    ys = [rng.binomial(x, share) for x, share in zip(xs, (0.7, 0.9, 0.8), strict=True)]
    p = macro(ys, xs, LIMIT, confidence=0.95, population_clusters=None)

    def mean_ratio(keep: NDArray[np.bool_]) -> float:
        return float(np.mean([y[keep].sum() / x[keep].sum() for y, x in zip(ys, xs, strict=True)]))

    left_out = [mean_ratio(np.arange(400) != i) for i in range(400)]
    jackknife = 399 / 400 * sum((value - np.mean(left_out)) ** 2 for value in left_out)
    linearised = p.design_effect * p.estimate * (1 - p.estimate) / (p.n - 1)
    assert linearised == pytest.approx(jackknife, rel=0.01)


def test_a_rare_class_weighs_on_a_macro_mean() -> None:
    common, rare = np.repeat(ints(1, 0), [500, 3]), np.repeat(ints(0, 1), [500, 3])
    p = macro([common, rare], [common, rare], LIMIT, confidence=0.95, population_clusters=None)
    assert p.estimate == 1.0
    assert p.effective_n == pytest.approx(4 / (1 / 500 + 1 / 3))  # about 12, not 503
    assert p.p_kept > 0.5


def test_macro_census_at_a_tie_is_kept() -> None:
    ys, xs = [ints(9, 0), ints(0, 2)], [ints(10, 0), ints(0, 3)]
    exact = Fraction(9, 10) / 2 + Fraction(2, 3) / 2
    p = macro(ys, xs, exact, confidence=0.95, population_clusters=2)
    assert (p.p_breach, p.p_kept, p.exact) == (1.0, 0.0, exact)
    p = macro(ys, xs, exact + Fraction(1, 10**20), confidence=0.95, population_clusters=2)
    assert (p.p_breach, p.p_kept) == (0.0, 1.0)


# ---------------------------------------------------------------- margins


def test_nothing_is_needed_once_it_is_decided() -> None:
    p = simple(280, 300, LIMIT, confidence=0.95, population=10_000)
    assert p.p_breach <= 0.05
    assert more_items_needed(p, LIMIT, 0.05, 0.05) == 0


@pytest.mark.parametrize("right", [288, 294])
def test_more_items_of_a_binomial_sample_are_the_fewest(right: int) -> None:
    p = simple(right, 300, LIMIT, confidence=0.95, population=None)
    more = more_items_needed(p, LIMIT, 0.05, 0.05)
    assert more is not None
    decided = []
    for n in (300 + more - 1, 300 + more):
        errors = n * (300 - right) / 300  # a fraction, as the effective size is
        tail = betainc(errors, n - errors + 1, 0.03) if right < 291 else betainc(n - errors, errors + 1, 0.97)
        decided.append(bool(tail <= 0.05))
    assert decided == [False, True]


@given(st.integers(10, 400), st.floats(0.85, 1), st.integers(400, 5000))
@settings(deadline=None)
def test_more_items_of_an_exact_sample_are_enough(n: int, share: float, population: int) -> None:
    right = round(n * share)
    p = simple(right, n, LIMIT, confidence=0.95, population=population)
    more = more_items_needed(p, LIMIT, 0.05, 0.1)
    if more is None or more == 0:
        return
    assert n + more <= population
    expected = (n + more) * (1 - p.exact)
    errors = math.floor(expected) if p.exact < LIMIT else math.ceil(expected)
    q = simple(n + more - errors, n + more, LIMIT, confidence=0.95, population=population)
    assert q.p_breach <= 0.05 or q.p_kept <= 0.1


def test_no_number_of_items_decides_at_the_limit() -> None:
    p = simple(970, 1000, LIMIT, confidence=0.95, population=None)
    assert more_items_needed(p, LIMIT, 0.05, 0.05) is None


def test_a_delivery_can_be_too_small_to_decide() -> None:
    p = simple(9, 10, Fraction("0.91"), confidence=0.95, population=12)  # 1 of 12 may be wrong
    assert more_items_needed(p, Fraction("0.91"), 0.05, 0.05) is None


def test_more_items_of_clusters_scale_with_the_design_effect() -> None:
    rng = np.random.default_rng(5)
    x = np.full(100, 10, dtype=np.int64)
    loose = clustered(rng.binomial(x, 0.96), x, LIMIT, confidence=0.95, population_clusters=None)
    tight = clustered(
        10 * rng.permutation(np.repeat(ints(1, 0), [96, 4])), x, LIMIT, confidence=0.95,
        population_clusters=None,
    )  # fmt: skip
    few, many = (more_items_needed(p, LIMIT, 0.05, 0.05) for p in (loose, tight))
    assert few is not None
    assert many is not None
    assert many > 3 * few + 100
    capped = clustered(rng.binomial(x, 0.96), x, LIMIT, confidence=0.95, population_clusters=1000)
    more = more_items_needed(capped, LIMIT, 0.05, 0.05)
    assert more is not None
    assert more <= 900


def test_more_items_is_quick() -> None:
    p = simple(969_999, 10**6, LIMIT, confidence=0.95, population=10**8)
    start = time.perf_counter()
    assert more_items_needed(p, LIMIT, 0.05, 0.1) is not None
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("population", [None, 400, 10_000])
def test_strikeouts_of_single_units_are_counted_one_by_one(population: int | None) -> None:
    p = simple(370, 400, LIMIT, confidence=0.95, population=population)
    j = strikeouts(p, LIMIT, 0.05)
    assert simple(370 + j, 400, LIMIT, confidence=0.95, population=population).p_breach <= 0.05
    assert simple(371 + j, 400, LIMIT, confidence=0.95, population=population).p_breach > 0.05


def test_strikeouts_without_a_breach_are_none() -> None:
    assert strikeouts(simple(970, 1000, LIMIT, confidence=0.95, population=None), LIMIT, 0.05) == 0


def test_strikeouts_of_a_census_stop_at_the_tie() -> None:
    p = clustered(ints(45, 50, 0), ints(50, 50, 0), LIMIT, confidence=0.95, population_clusters=3)
    assert strikeouts(p, LIMIT, 0.05) == 1  # 5 errors of 100: with 4 the clause is broken, with 3 kept


def test_strikeouts_of_clusters_keep_the_effective_size() -> None:
    rng = np.random.default_rng(2)
    x = np.full(200, 10, dtype=np.int64)
    p = clustered(rng.binomial(x, 0.93), x, LIMIT, confidence=0.95, population_clusters=None)
    j = strikeouts(p, LIMIT, 0.05)
    assert 0 < j < p.errors
    left = p.effective_n * (p.errors - j) / p.n
    assert binom.sf(math.floor(left), math.ceil(p.effective_n), 0.03) <= 0.05


# ---------------------------------------------------------------- refusals and simulation


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(InputError):
        simple(11, 10, LIMIT, confidence=0.95, population=None)
    with pytest.raises(InputError):
        simple(9, 10, LIMIT, confidence=0.95, population=9)
    with pytest.raises(InputError):
        clustered(ints(0), ints(0), LIMIT, confidence=0.95, population_clusters=None)
    with pytest.raises(InputError):
        clustered(ints(1, 1), ints(1, 1), LIMIT, confidence=0.95, population_clusters=1)
    with pytest.raises(InputError):
        macro([], [], LIMIT, confidence=0.95, population_clusters=None)


@pytest.mark.slow
def test_simple_intervals_cover_exactly_enough() -> None:
    """By enumeration, not chance: every number of wrong units in a small delivery."""
    population, sample = 60, 20
    found = [
        simple(sample - s, sample, LIMIT, confidence=0.9, population=population) for s in range(sample + 1)
    ]
    for wrong in range(population + 1):
        share = 1 - wrong / population
        covers = [p.low - 1e-12 <= share <= p.high + 1e-12 for p in found]
        assert np.asarray(hypergeom.pmf(range(sample + 1), population, wrong, sample)) @ covers >= 0.9 - 1e-12


def _boxes(rng: np.random.Generator, correlation: float, share: float) -> Proportion:
    """100 images of 10 boxes, right with `share` and the given correlation inside an image."""
    x = np.full(100, 10, dtype=np.int64)
    spread = 1 / correlation - 1 if correlation else 0
    chance = rng.beta(share * spread, (1 - share) * spread, 100) if correlation else share
    return clustered(rng.binomial(x, chance), x, LIMIT, confidence=0.95, population_clusters=None)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.4])
def test_false_breaches_stay_within_alpha_whatever_the_clustering(correlation: float) -> None:
    rng = np.random.default_rng(20261124)
    runs = 3000
    found = [_boxes(rng, correlation, 0.97) for _ in range(runs)]
    error = math.sqrt(0.05 * 0.95 / runs)
    assert np.mean([p.p_breach <= 0.05 for p in found]) <= 0.05 + 2 * error
    assert np.mean([p.low > 0.97 for p in found]) <= 0.10
    naive = np.mean([binom.sf(p.errors - 1, p.n, 0.03) <= 0.05 for p in found])
    assert correlation == 0 or naive > 0.1  # what would happen if boxes were taken as independent
