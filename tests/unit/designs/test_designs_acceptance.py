"""Fixed, staged and declared-quality plans against R AcceptanceSampling, published plans (STATISTICS §b)
and whole numbers."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from vendoreval.designs.acceptance import (
    curtailed_limits,
    find_plan,
    find_plan_binomial,
    limiting_quality_size,
    single_limits,
    staged_limits,
    zero_defect_size,
)
from vendoreval.designs.declared import declared_level
from vendoreval.designs.double_plans import find_double_plan
from vendoreval.designs.dynamic import operating_rows, operating_rows_binomial
from vendoreval.designs.group_sequential import group_sequential_limits
from vendoreval.errors import InputError

ACCURACIES = [
    Fraction(a, 1000) for a in (900, 920, 940, 950, 960, 965, 970, 975, 980, 985, 990)
]  # columns of the tables


@pytest.mark.parametrize(
    ("population", "allowed", "intolerable", "alpha", "beta", "n", "c"),
    [
        (1000, 30, 50, 0.05, 0.05, 524, 20),
        (10_000, 300, 500, 0.05, 0.05, 935, 36),
        (10_000, 100, 300, 0.05, 0.05, 473, 8),
        (100, 5, 15, 0.05, 0.20, 33, 3),
        (1000, 50, 100, 0.15, 0.075, 154, 10),
        (500, 40, 50, 0.05, 0.10, 391, 35),
        (6000, 39, 120, 0.02, 0.10, 634, 8),
        (100_000, 3000, 5000, 0.05, 0.05, 1012, 39),
        (1_000_000, 30_000, 50_000, 0.05, 0.05, 1036, 40),
        (10_000, 300, 500, 0.01, 0.01, 1702, 66),
        (10_000, 300, 350, 0.05, 0.05, 5785, 187),
        (100_000, 3000, 3500, 0.05, 0.05, 11_982, 388),
    ],
)
def test_published_plans(
    population: int, allowed: int, intolerable: int, alpha: float, beta: float, n: int, c: int
) -> None:
    plan = find_plan(population, allowed, intolerable, alpha, beta)
    assert (plan.n, plan.c) == (n, c)
    assert plan.producer_risk == pytest.approx(hypergeom.sf(c, population, allowed, n), rel=1e-6)
    assert plan.consumer_risk == pytest.approx(hypergeom.cdf(c, population, intolerable, n), rel=1e-6)


@pytest.mark.parametrize(
    ("good", "bad", "alpha", "beta", "n", "c"),
    [
        ("0.05", "0.15", 0.05, 0.075, 80, 7),
        ("0.03", "0.05", 0.05, 0.05, 1036, 40),
        ("0.01", "0.08", 0.05, 0.10, 65, 2),
        ("0.0065", "0.02", 0.05, 0.10, 587, 7),
    ],
)
def test_published_binomial_plans(good: str, bad: str, alpha: float, beta: float, n: int, c: int) -> None:
    plan = find_plan_binomial(Fraction(good), Fraction(bad), alpha, beta)
    assert (plan.n, plan.c) == (n, c)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_smaller_plan_has_both_risks(data: st.DataObject) -> None:
    population = data.draw(st.integers(2, 60))
    allowed = data.draw(st.integers(0, population - 1))
    intolerable = data.draw(st.integers(allowed + 1, population))
    alpha, beta = data.draw(st.sampled_from([(0.05, 0.1), (0.2, 0.2), (0.01, 0.4)]))
    found = find_plan(population, allowed, intolerable, alpha, beta)

    def fits(n: int, c: int) -> bool:
        all_ways = comb(population, n)

        def accepted(wrong: int) -> float:
            ways = sum(comb(wrong, s) * comb(population - wrong, n - s) for s in range(min(c, n) + 1))
            return ways / all_ways

        return 1 - accepted(allowed) <= alpha + 1e-12 and accepted(intolerable) <= beta + 1e-12

    assert fits(found.n, found.c)
    assert not any(fits(n, c) for n in range(1, found.n) for c in range(n + 1))


def test_curtailed_plan_decides_alike_with_fewer_units() -> None:
    whole = operating_rows(single_limits(935, 36), 10_000, ACCURACIES)
    short = operating_rows(curtailed_limits(935, 36), 10_000, ACCURACIES)
    assert [round(row.expected_items) for row in short] == [
        370, 462, 616, 736, 870, 911, 924, 922, 917, 913, 908,
    ]  # fmt: skip
    for long_row, short_row in zip(whole, short, strict=True):
        assert long_row.expected_items == pytest.approx(935)
        assert short_row.p_breached == pytest.approx(long_row.p_breached, abs=1e-12)
        assert short_row.p_kept == pytest.approx(long_row.p_kept, abs=1e-12)


def test_operating_characteristics_of_r_acceptance_sampling() -> None:
    def accepted(sizes: list[int], accept: list[int], reject: list[int], *rates: str) -> list[float]:
        limits = staged_limits(sizes, accept, reject)
        return [row.p_kept for row in operating_rows_binomial(limits, [1 - Fraction(r) for r in rates])]

    assert accepted([10], [3], [4], "0.05", "0.10") == pytest.approx([0.9989715, 0.9872048], abs=5e-8)
    assert accepted([8, 8], [0, 1], [2, 2], "0.01", "0.05", "0.1", "0.2") == pytest.approx(
        [0.9915494, 0.8487369, 0.5951801, 0.2240672], abs=5e-8
    )
    assert accepted([20], [0], [1], "0.05", "0.15") == pytest.approx([0.35848592, 0.03875953], abs=5e-9)
    assert accepted([125], [7], [8], "0.025", "0.03", "0.05", "0.08") == pytest.approx(
        [0.9864, 0.9648, 0.7117, 0.2090], abs=5e-5
    )


def test_operating_characteristics_without_replacement() -> None:
    double = staged_limits([80, 80], [2, 6], [5, 7])
    rows = operating_rows(double, 2000, [1 - Fraction(k, 2000) for k in (20, 40, 60, 100, 200)])
    assert [row.p_kept for row in rows] == pytest.approx(
        [0.99880605, 0.96114666, 0.81229634, 0.35377012, 0.01067968], abs=5e-9
    )
    rows = operating_rows(
        single_limits(200, 10), 10_000, [1 - Fraction(k, 10_000) for k in (100, 250, 300, 500, 700)]
    )
    assert [row.p_kept for row in rows] == pytest.approx([1, 0.9883, 0.9615, 0.5831, 0.1635], abs=5e-5)


@pytest.mark.parametrize(
    ("population", "intolerable", "n"), [(10_000, 301, 98), (1000, 31, 91), (500, 16, 85), (100, 4, 52)]
)
def test_zero_defect_sizes(population: int, intolerable: int, n: int) -> None:
    assert zero_defect_size(population, intolerable, 0.05) == n
    assert (
        hypergeom.pmf(0, population, intolerable, n) <= 0.05 < hypergeom.pmf(0, population, intolerable, n - 1)
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(10, 3000), st.integers(0, 8), st.data())
def test_limiting_quality_is_the_smallest_sample(population: int, c: int, data: st.DataObject) -> None:
    intolerable = data.draw(st.integers(min(c + 1, population), population))
    n = limiting_quality_size(population, intolerable, c)
    assert hypergeom.cdf(c, population, intolerable, n) <= 0.1 + 1e-9
    assert n == c + 1 or hypergeom.cdf(c, population, intolerable, n - 1) > 0.1 - 1e-9


@pytest.mark.parametrize(
    ("good", "bad", "beta", "expected", "asn", "curtailed"),
    [
        ("0.01", "0.05", 0.10, (69, 0, 3), (103.155, 104.599), (101.982, 85.538)),
        ("0.05", "0.1", 0.075, (95, 4, 12), (144.137, 172.368), None),
    ],
)
def test_published_double_plans(
    good: str,
    bad: str,
    beta: float,
    expected: tuple[int, int, int],
    asn: tuple[float, float],
    curtailed: tuple[float, float] | None,
) -> None:
    alpha = {"0.01": 0.05, "0.05": 0.15}[good]
    plan = find_double_plan(Fraction(good), Fraction(bad), alpha, beta)
    assert (plan.n, plan.c1, plan.c2) == expected
    rows = operating_rows_binomial(plan.limits(), [1 - Fraction(good), 1 - Fraction(bad)])
    assert [row.expected_items for row in rows] == pytest.approx(asn, abs=6e-4)
    assert rows[0].p_kept >= 1 - alpha
    assert rows[1].p_kept <= beta
    if curtailed is not None:
        rows = operating_rows_binomial(plan.curtailed_limits(), [1 - Fraction(good), 1 - Fraction(bad)])
        assert [row.expected_items for row in rows] == pytest.approx(curtailed, abs=6e-4)


@pytest.mark.parametrize(
    ("population", "looks", "near"),
    [
        (10_000, 5, [243, 260, 374, 547, 742, 716, 600, 476, 383, 313, 264]),
        (10_000, 10, [149, 195, 328, 498, 710, 687, 557, 418, 319, 258, 218]),
        (100_000, 10, [163, 209, 348, 539, 774, 747, 603, 449, 338, 262, 205]),
    ],
)
def test_group_sequential_spends_both_risks(population: int, looks: int, near: list[int]) -> None:
    allowed, intolerable = population * 3 // 100, population * 5 // 100
    limits = group_sequential_limits(population, allowed, intolerable, 0.05, 0.05, looks)
    rows = operating_rows(limits, population, ACCURACIES)
    assert 0.045 < rows[6].p_breached <= 0.05
    assert 0.045 < rows[3].p_kept <= 0.05
    assert all(row.p_inconclusive == 0 for row in rows)
    assert np.count_nonzero(limits.reject_at <= np.arange(limits.cap + 1)) == looks
    # the table's plan spends its risks a little differently; its sample numbers are met to 5 %
    assert [row.expected_items for row in rows] == pytest.approx(near, rel=0.05)


def test_declared_level_trusts_until_contradicted() -> None:
    check = declared_level(10_000, 300, 935)
    assert check.critical == 36
    assert check.risk == pytest.approx(0.0484784314, abs=1e-9)
    assert not check.contradicts(36)
    assert check.contradicts(37)
    limiting = check.limiting_wrong
    assert limiting is not None
    assert hypergeom.cdf(36, 10_000, limiting, 935) <= 0.1 < hypergeom.cdf(36, 10_000, limiting - 1, 935)
    assert declared_level(100, 98, 1).limiting_wrong is None
    assert declared_level(100, 3, 100).critical == 3


def test_what_no_plan_can_do_is_refused() -> None:
    with pytest.raises(InputError, match="No plan tells"):
        find_plan(100, 5, 5, 0.05, 0.05)
    with pytest.raises(InputError, match="No plan tells"):
        find_plan_binomial(Fraction(1, 10), Fraction(1, 20), 0.05, 0.05)
    with pytest.raises(InputError, match="Every stage"):
        staged_limits([10, 0], [0, 1], [2, 2])
    with pytest.raises(InputError, match="cannot refuse"):
        limiting_quality_size(100, 3, 3)
    with pytest.raises(InputError, match="cannot check"):
        declared_level(100, 3, 101)
    with pytest.raises(InputError, match="looks"):
        group_sequential_limits(1000, 30, 50, 0.05, 0.05, 0)
    with pytest.raises(InputError, match="double"):
        find_double_plan(Fraction("0.05"), Fraction("0.0501"), 0.05, 0.05)
