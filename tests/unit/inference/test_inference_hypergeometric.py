"""Exact finite-population inference against scipy, long integers, R (STATISTICS §a1) and enumeration."""

from decimal import Decimal, localcontext
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom, norm

from vendoreval.inference.hypergeometric import (
    allowed_errors,
    errors_at_least,
    errors_at_most,
    p_breach,
    p_kept,
    tail_of_sum,
)


@pytest.mark.parametrize(("errors", "expected"), [(37, 0.0484784314445792), (36, 0.0704295), (40, 0.0134569)])
def test_published_tails(errors: int, expected: float) -> None:
    assert p_breach(10_000, 300, 935, errors) == pytest.approx(expected, abs=5e-8)


@pytest.mark.parametrize(
    ("population", "allowed", "beyond", "n", "c", "type_1", "type_2"),
    [
        (1000, 30, 50, 524, 20, 0.036658355608335566, 0.04879519739252518),
        (10000, 100, 300, 473, 8, 0.04671003629137057, 0.049893179469753836),
        # the stored table has a digit wrong in this row's second risk (…6497… for …6477…): taken from exact
        # integers, as test_a_plan_in_exact_integers shows
        (100000, 3000, 5000, 1012, 39, 0.04973976636931919, 0.04969647747798846),
        (1000000, 30000, 50000, 1036, 40, 0.04756252760323411, 0.04941201978118335),
    ],
)
def test_published_plans_have_the_published_risks(
    population: int, allowed: int, beyond: int, n: int, c: int, type_1: float, type_2: float
) -> None:
    assert p_breach(population, allowed, n, c + 1) == pytest.approx(type_1, rel=1e-9)
    assert p_kept(population, beyond - 1, n, c) == pytest.approx(type_2, rel=1e-9)


def test_a_plan_in_exact_integers() -> None:
    cases = sum(comb(5000, i) * comb(95_000, 1012 - i) for i in range(40))
    expected = float(Fraction(cases, comb(100_000, 1012)))
    assert p_kept(100_000, 4999, 1012, 39) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("errors", "sample", "population", "alpha", "low", "high"),
    [
        (0, 50, 800, 0.05, 0, 45),
        (0, 50, 800, 0.025, 0, 55),
        (10, 50, 2000, 0.05, 228, 628),
        (0, 50, 2000, 0.05, 0, 114),
        (16, 200, 1000, 0.05, 54, 114),
        (16, 200, 1000, 0.025, 50, 121),
    ],
)
def test_bounds_of_r_exactcione(
    errors: int, sample: int, population: int, alpha: float, low: int, high: int
) -> None:
    assert errors_at_least(population, sample, errors, alpha) == low
    assert errors_at_most(population, sample, errors, alpha) == high


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_tails_equal_scipy(data: st.DataObject) -> None:
    population = data.draw(st.integers(1, 20_000))
    allowed = data.draw(st.integers(0, population - 1))
    sample = data.draw(st.integers(1, population))
    errors = data.draw(st.integers(0, sample))
    expected = hypergeom.sf(errors - 1, population, allowed, sample)
    assert p_breach(population, allowed, sample, errors) == pytest.approx(expected, rel=1e-10, abs=1e-290)
    expected = hypergeom.cdf(errors, population, allowed + 1, sample)
    assert p_kept(population, allowed, sample, errors) == pytest.approx(expected, rel=1e-10, abs=1e-290)


def _by_long_decimals(population: int, wrong: int, sample: int, errors: int) -> float:
    """P(S >= errors) from term ratios in 40 digits; scipy is off by 2e-9 at 10^8."""

    def walk(i: int, step: int) -> dict[int, Decimal]:
        weight, found = Decimal(1), {}
        while weight > Decimal("1e-40"):
            found[i] = weight
            j = i if step > 0 else i - 1
            ratio = Decimal((wrong - j) * (sample - j)) / ((j + 1) * (population - wrong - sample + j + 1))
            weight = weight * ratio if step > 0 else weight / ratio
            i += step
        return found

    with localcontext() as context:
        context.prec = 40
        mode = (sample + 1) * (wrong + 1) // (population + 2)
        weights = walk(mode, 1) | walk(mode, -1)
        tail = sum((w for i, w in weights.items() if i >= errors), Decimal(0))
        return float(tail / sum(weights.values()))


def test_a_hundred_million_units_are_exact() -> None:
    expected = _by_long_decimals(10**8, 3 * 10**6, 10**6, 30_300)
    assert p_breach(10**8, 3 * 10**6, 10**6, 30_300) == pytest.approx(expected, rel=1e-11)
    low = errors_at_least(10**8, 10**6, 30_300, 0.05)
    assert p_breach(10**8, low, 10**6, 30_300) > 0.05 >= p_breach(10**8, low - 1, 10**6, 30_300)


@given(st.integers(1, 400), st.data())
@settings(deadline=None)
def test_bounds_are_the_inverted_tests(population: int, data: st.DataObject) -> None:
    sample = data.draw(st.integers(1, population))
    errors = data.draw(st.integers(0, sample))
    alpha = data.draw(st.sampled_from([0.0100003, 0.0500003, 0.1000003]))  # no tail ties with these
    last = population - (sample - errors)
    possible = range(errors, last + 1)
    low = min(k for k in possible if hypergeom.sf(errors - 1, population, k, sample) > alpha)
    high = max(k for k in possible if hypergeom.cdf(errors, population, k, sample) > alpha)
    assert errors_at_least(population, sample, errors, alpha) == low
    assert errors_at_most(population, sample, errors, alpha) == high


def test_false_breach_and_false_kept_stay_within_their_risk_for_every_delivery() -> None:
    limit, alpha = Fraction("0.9"), 0.05
    for population in (10, 23, 40):
        allowed = allowed_errors(population, limit)
        for sample in range(1, population + 1):
            breach = [p_breach(population, allowed, sample, s) <= alpha for s in range(sample + 1)]
            kept = [p_kept(population, allowed, sample, s) <= alpha for s in range(sample + 1)]
            for wrong in range(population + 1):
                chance = np.asarray(hypergeom.pmf(range(sample + 1), population, wrong, sample))
                false = breach if wrong <= allowed else kept
                assert chance @ false <= alpha + 1e-12


@pytest.mark.parametrize(("limit", "allowed"), [("0.97", 30), ("0.971", 29), ("1", 0), ("0", 1000)])
def test_allowed_errors_are_exact_where_floats_are_not(limit: str, allowed: int) -> None:
    assert allowed_errors(1000, Fraction(limit)) == allowed


def test_a_census_is_certain() -> None:
    assert (p_breach(1000, 30, 1000, 31), p_kept(1000, 30, 1000, 31)) == (0.0, 1.0)
    assert (p_breach(1000, 30, 1000, 30), p_kept(1000, 30, 1000, 30)) == (1.0, 0.0)


def test_a_limit_of_nothing_is_always_kept() -> None:
    assert p_kept(1000, 1000, 10, 10) == 0.0


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_the_tail_of_a_sum_is_that_of_scipys_chances(drawn: list[tuple[int, int, int]]) -> None:
    parts = [(n, min(wrong, n), min(sample, n)) for n, wrong, sample in drawn]
    total = np.ones(1)
    for n, wrong, sample in parts:
        total = np.convolve(total, hypergeom.pmf(np.arange(sample + 1), n, wrong, sample))
    for errors in range(len(total) + 1):
        assert tail_of_sum(parts, errors) == pytest.approx(total[errors:].sum(), rel=1e-9, abs=1e-15)


def test_the_tail_of_a_long_sum_is_near_the_normal_one() -> None:
    parts = [(3000, 300, 1500)] * 500
    deviation = (500 * 1500 * 0.1 * 0.9 * 0.5 * 3000 / 2999) ** 0.5
    assert tail_of_sum(parts, 75_000 + round(3 * deviation)) == pytest.approx(norm.sf(3), rel=0.02)
