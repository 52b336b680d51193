"""Strata against R survey, the powers of STATISTICS §e5, and enumeration in whole numbers."""

import csv
import math
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from vendoreval.designs.strata import (
    Stratum,
    allocate,
    stratified_e_values,
    stratified_share,
    two_strata_p_breached,
    two_strata_p_kept,
)
from vendoreval.errors import InputError
from vendoreval.inference.falling import log_prior_posterior

ORACLE = Path(__file__).parents[3].parent / "shared" / "oracles" / "apistrat_min.csv"


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=8), st.integers(0, 40), st.data())
def test_allocation(sizes: list[int], floor: int, data: st.DataObject) -> None:
    least = [min(floor, size) for size in sizes]
    n = data.draw(st.integers(sum(least), sum(sizes)))
    given_ = allocate(sizes, n, floor)
    assert sum(given_) == n
    assert all(low <= got <= size for low, got, size in zip(least, given_, sizes, strict=True))
    if n < sum(sizes):
        assert all(b >= a for a, b in zip(given_, allocate(sizes, n + 1, floor), strict=True))


def test_allocation_is_proportional() -> None:
    assert allocate([700, 200, 100], 50) == (35, 10, 5)
    assert allocate([9000, 900, 100], 100, floor=20) == (60, 20, 20)
    assert allocate([5, 5], 5) == (3, 2)
    assert allocate([3, 1000], 100, floor=10) == (3, 97)
    with pytest.raises(InputError, match="cannot be split"):
        allocate([100, 100], 19, floor=10)
    with pytest.raises(InputError, match="cannot be split"):
        allocate([100, 100], 201)


def test_share_and_error_of_r_survey() -> None:
    """svydesign(strata = stype, fpc), share of schools that met their growth target (apistrat)."""
    groups: dict[str, list[bool]] = {}
    sizes: dict[str, int] = {}
    with ORACLE.open(newline="") as file:
        for row in csv.DictReader(file):
            groups.setdefault(row["stype"], []).append(row["sch.wide"] != "Yes")
            sizes[row["stype"]] = round(float(row["fpc"]))
    strata = [Stratum(sizes[name], len(wrong), sum(wrong)) for name, wrong in groups.items()]
    share = stratified_share(strata)
    assert share.estimate == pytest.approx(0.82794801, abs=1e-8)
    assert share.standard_error == pytest.approx(0.0243448, abs=1e-7)


def test_share_needs_units() -> None:
    assert stratified_share([Stratum(10, 1, 0), Stratum(10, 5, 1)]).standard_error is None
    assert stratified_share([Stratum(10, 10, 3)]).standard_error == 0
    with pytest.raises(InputError, match="no audited unit"):
        stratified_share([Stratum(10, 0, 0), Stratum(10, 5, 1)])
    with pytest.raises(InputError, match="do not fit"):
        Stratum(10, 5, 6)


@cache
def exact_chance(population: int, n: int, wrong: int, errors: int) -> Fraction:
    if not 0 <= wrong <= population or errors > wrong or n - errors > population - wrong:
        return Fraction(0)
    return Fraction(comb(wrong, errors) * comb(population - wrong, n - errors), comb(population, n))


def splits(first: int, second: int, wrong: int) -> Iterator[tuple[int, int]]:
    return ((k, wrong - k) for k in range(max(0, wrong - second), min(wrong, first) + 1))


def exact_p(first: Stratum, second: Stratum, wrong: int, sign: int) -> Fraction:
    def total(a: int, b: int) -> Fraction:
        return sign * (Fraction(first.population * a, first.n) + Fraction(second.population * b, second.n))

    observed = total(first.errors, second.errors)
    return max(
        sum(
            (
                exact_chance(first.population, first.n, k, a) * exact_chance(second.population, second.n, j, b)
                for a in range(first.n + 1)
                for b in range(second.n + 1)
                if total(a, b) >= observed
            ),
            Fraction(0),
        )
        for k, j in splits(first.population, second.population, wrong)
    )


small = st.integers(2, 14).flatmap(
    lambda population: st.integers(1, min(population, 6)).flatmap(
        lambda n: st.integers(0, n).map(lambda errors: Stratum(population, n, errors))
    )
)


@settings(max_examples=60, deadline=None)
@given(small, small, st.data())
def test_two_strata_equal_the_enumeration(first: Stratum, second: Stratum, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, first.population + second.population))
    expected = float(exact_p(first, second, wrong, 1))
    assert two_strata_p_breached(first, second, wrong) == pytest.approx(expected, abs=1e-9)
    expected = float(exact_p(first, second, wrong, -1))
    assert two_strata_p_kept(first, second, wrong) == pytest.approx(expected, abs=1e-9)


def test_many_splits_are_bounded_from_above() -> None:
    first, second = Stratum(4000, 60, 9), Stratum(30_000, 300, 12)
    allowed = 1100

    def tail(k: int) -> float:
        other = hypergeom.sf(np.arange(-1, 301), 30_000, allowed - k, 300)  # P(S >= j) at j
        observed = 4000 * 300 * 9 + 30_000 * 60 * 12
        needed = [max(0, -((4000 * 300 * a - observed) // (30_000 * 60))) for a in range(61)]
        mine = hypergeom.pmf(np.arange(61), 4000, k, 60)
        return float(sum(m * (other[j] if j <= 300 else 0.0) for m, j in zip(mine, needed, strict=True)))

    exact = max(tail(k) for k in range(0, allowed + 1, 5))
    found = two_strata_p_breached(first, second, allowed)
    assert exact - 1e-9 <= found <= exact * 1.01


def region_power(
    kind: str, accuracy: str, sensitivity: float, specificity: float, n: int, share: float
) -> float:
    """Chance that the two-strata test at 5 % decides, threshold 97 %, a judge's flag as stratum."""
    population, allowed = 20_000, 600
    wrong = round(population * (1 - Fraction(accuracy)))
    wrong_flagged = round(sensitivity * wrong)
    flagged = wrong_flagged + round((1 - specificity) * (population - wrong))
    n_flagged = round(share * n)
    n_rest, rest = n - n_flagged, population - flagged
    chances = np.outer(
        hypergeom.pmf(np.arange(n_flagged + 1), flagged, wrong_flagged, n_flagged),
        hypergeom.pmf(np.arange(n_rest + 1), rest, wrong - wrong_flagged, n_rest),
    )
    totals = np.add.outer(flagged * n_rest * np.arange(n_flagged + 1), rest * n_flagged * np.arange(n_rest + 1))
    points = {int(totals[i, j]): (i, j) for i, j in np.argwhere(chances > 1e-9).tolist()}
    ordered = sorted(points, reverse=kind == "kept")

    def decides(total: int) -> bool:
        i, j = points[total]
        first, second = Stratum(flagged, n_flagged, i), Stratum(rest, n_rest, j)
        if kind == "kept":
            return two_strata_p_kept(first, second, allowed + 1) <= 0.05
        return two_strata_p_breached(first, second, allowed) <= 0.05

    low, high = 0, len(ordered) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(ordered[middle]) else (middle + 1, high)
    region = totals <= ordered[low] if kind == "kept" else totals >= ordered[low]
    return float(chances[region].sum())


@pytest.mark.parametrize(
    ("kind", "accuracy", "judge", "n", "share", "power"),
    [
        ("breached", "0.95", (0.9, 0.98), 300, 0.15, 0.656),
        ("breached", "0.95", (0.9, 0.98), 300, 0.30, 0.491),
        ("breached", "0.95", (0.9, 0.98), 300, 0.50, 0.154),
        ("kept", "0.99", (0.9, 0.98), 300, 0.15, 0.904),
        ("kept", "0.99", (0.9, 0.98), 300, 0.30, 0.802),
        ("kept", "0.99", (0.9, 0.98), 300, 0.50, 0.002),
        ("breached", "0.95", (0.9, 0.98), 400, 0.15, 0.825),
        ("kept", "0.99", (0.9, 0.98), 400, 0.15, 0.980),
        ("breached", "0.95", (0.6, 0.95), 300, 0.15, 0.615),
        ("kept", "0.99", (0.6, 0.95), 300, 0.15, 0.867),
        ("breached", "0.96", (0.9, 0.98), 300, 0.15, 0.065),
    ],
)
def test_powers_with_a_judge(
    kind: str, accuracy: str, judge: tuple[float, float], n: int, share: float, power: float
) -> None:
    assert region_power(kind, accuracy, *judge, n, share) == pytest.approx(power, abs=6e-4)


@settings(max_examples=40, deadline=None)
@given(st.lists(small, min_size=1, max_size=3), st.data())
def test_e_values_equal_the_smallest_product(strata: list[Stratum], data: st.DataObject) -> None:
    total = sum(stratum.population for stratum in strata)
    allowed = data.draw(st.integers(0, total - 1))
    products = {0: 0.0}
    for stratum in strata:
        logs = log_prior_posterior(
            stratum.population, np.arange(stratum.population + 1.0), stratum.n, stratum.errors, (1.0, 20.0)
        )
        following: dict[int, float] = {}
        for wrong, product in products.items():
            for k, log in enumerate(logs.tolist()):
                following[wrong + k] = min(following.get(wrong + k, math.inf), product + log)
        products = following
    found = stratified_e_values(strata, allowed, allowed + 1)
    against = min((value for wrong, value in products.items() if wrong <= allowed), default=math.inf)
    for_ = min((value for wrong, value in products.items() if wrong > allowed), default=math.inf)
    assert found.breached == pytest.approx(math.exp(against), rel=1e-9)
    assert found.kept == pytest.approx(math.exp(for_), rel=1e-9)


@pytest.mark.parametrize(("wrong_first", "wrong_second"), [(0, 3), (1, 2), (3, 0), (2, 1)])
def test_e_values_are_not_expected_to_grow_under_the_null(wrong_first: int, wrong_second: int) -> None:
    """Exact expectation over all samples of 5 of 9 and 4 of 12, with just the allowed errors."""
    mean = 0.0
    for a in range(6):
        for b in range(5):
            chance = float(exact_chance(9, 5, wrong_first, a) * exact_chance(12, 4, wrong_second, b))
            if chance:
                mean += chance * stratified_e_values([Stratum(9, 5, a), Stratum(12, 4, b)], 3, 4).breached
    assert mean <= 1 + 1e-9


def test_splits_that_cannot_be() -> None:
    with pytest.raises(InputError, match="do not fit into both"):
        two_strata_p_breached(Stratum(5, 2, 0), Stratum(5, 2, 0), 11)
    with pytest.raises(InputError, match="no audited unit"):
        two_strata_p_kept(Stratum(5, 0, 0), Stratum(5, 2, 0), 3)
