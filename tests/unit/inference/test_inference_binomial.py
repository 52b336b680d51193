"""Binomial bounds and tails against statsmodels, R's printed numbers and scipy.stats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from statsmodels.stats.proportion import proportion_confint

from vendoreval.inference.binomial import (
    at_least,
    at_most,
    clopper_pearson,
    lower_bound,
    upper_bound,
    wilson,
)

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("right", "n", "exact", "score"),
    [
        (16, 200, (0.04641761, 0.12666486), (0.049841, 0.125989)),
        (0, 100, (0, 0.036217), (0, 0.036993)),
        (291, 300, (0.943816, 0.986192), (0.943977, 0.984138)),
    ],
)
def test_published_intervals(
    right: int, n: int, exact: tuple[float, float], score: tuple[float, float]
) -> None:
    assert clopper_pearson(right, n, 0.95) == pytest.approx(exact, abs=6e-7)
    assert wilson(right, n, 0.95) == pytest.approx(score, abs=6e-7)


@given(counts, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_intervals_equal_statsmodels(count: tuple[int, int], confidence: float) -> None:
    right, n = count
    alpha = 1 - confidence
    assert clopper_pearson(right, n, confidence) == pytest.approx(
        proportion_confint(right, n, alpha, "beta"), abs=1e-9
    )
    assert wilson(right, n, confidence) == pytest.approx(
        proportion_confint(right, n, alpha, "wilson"), abs=1e-12
    )


@given(counts, st.floats(0.001, 0.999))
def test_tails_equal_scipy(count: tuple[int, int], rate: float) -> None:
    x, n = count
    assert at_least(x, n, rate) == pytest.approx(binom.sf(x - 1, n, rate), rel=1e-9, abs=1e-250)
    assert at_most(x, n, rate) == pytest.approx(binom.cdf(x, n, rate), rel=1e-9, abs=1e-250)


@given(counts, st.sampled_from([0.8, 0.95]))
def test_intervals_contain_the_share_and_mirror(count: tuple[int, int], confidence: float) -> None:
    right, n = count
    for interval in (clopper_pearson, wilson):
        low, high = interval(right, n, confidence)
        assert low <= right / n <= high
        assert interval(n - right, n, confidence) == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_one_sided_bounds_invert_the_tails() -> None:
    assert at_least(5, 80, lower_bound(5, 80, 0.95)) == pytest.approx(0.05)
    assert at_most(5, 80, upper_bound(5, 80, 0.95)) == pytest.approx(0.05)


def test_without_units_everything_is_possible() -> None:
    assert clopper_pearson(0, 0, 0.95) == wilson(0, 0, 0.95) == (0, 1)


def test_counts_outside_the_sample() -> None:
    assert (at_least(11, 10, 0.5), at_least(0, 10, 0.5)) == (0.0, 1.0)
    assert (at_most(10, 10, 0.5), at_most(-1, 10, 0.5)) == (1.0, 0.0)
