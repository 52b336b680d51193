"""Bounds at all times against confseq's vectors, whole numbers and enumeration."""

import json
import math
from fractions import Fraction
from itertools import combinations
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.inference.confidence_sequence import wrong_bounds
from vendoreval.inference.falling import log_prior_posterior

VECTORS = json.loads((Path(__file__).parents[3].parent / "shared" / "oracles" / "vectors.json").read_text())


def test_prior_posterior_ratio_equals_confseq() -> None:
    vector = VECTORS["bbhg_ppr"]
    positions = VECTORS["wor_lr"]["error_positions"]
    for n, expected in vector["M_at"].items():
        errors = sum(position <= int(n) for position in positions)
        ratio = math.exp(float(log_prior_posterior(vector["N"], vector["K0"], int(n), errors, (1.0, 1.0))))
        assert ratio == pytest.approx(expected, rel=1e-11)


def uniform_ratio(population: int, wrong: int, n: int, errors: int) -> Fraction | float:
    """prior(K) / posterior(K) for a uniform prior over 0 … N, in whole numbers."""

    def ways(k: int) -> int:
        return comb(k, errors) * comb(population - k, n - errors)

    if not ways(wrong):
        return math.inf
    return Fraction(sum(map(ways, range(population + 1))), (population + 1) * ways(wrong))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.data())
def test_bounds_are_those_of_the_whole_set(population: int, data: st.DataObject) -> None:
    """Beta(1, 1) is the uniform prior: the set of K never excluded, taken value by value."""
    wrong = data.draw(st.lists(st.booleans(), max_size=population))
    alpha = data.draw(st.sampled_from([0.05, 0.31]))
    left = set(range(population + 1))
    for n in range(1, len(wrong) + 1):
        errors = sum(wrong[:n])
        left &= {k for k in left if uniform_ratio(population, k, n, errors) < 1 / alpha}
    low, high = wrong_bounds(population, wrong, alpha, (1.0, 1.0))
    if left:
        assert (low, high) == (min(left), max(left))
    assert low <= high


@pytest.mark.parametrize("wrong", [0, 1, 4, 9])
def test_coverage_over_all_orders(wrong: int) -> None:
    population = 10
    orders = list(combinations(range(population), wrong))
    missed = 0
    for places in orders:
        for prior in [(1.0, 1.0)]:
            low, high = wrong_bounds(population, [i in places for i in range(7)], 0.2, prior)
            missed += not low <= wrong <= high
    assert missed <= 0.2 * len(orders)


def test_census_leaves_no_doubt() -> None:
    assert wrong_bounds(50, [i % 7 == 0 for i in range(50)], 0.05) == (8, 8)
    assert wrong_bounds(50, [], 0.05) == (0, 50)
    with pytest.raises(InputError, match="51 units"):
        wrong_bounds(50, [False] * 51, 0.05)


@pytest.mark.slow
def test_coverage_by_simulation() -> None:
    rng = np.random.default_rng(20261124)
    population, wrong, runs = 5000, 150, 1500
    missed = 0
    delivery = np.arange(population) < wrong
    for _ in range(runs):
        sample = rng.permutation(delivery)[: int(rng.integers(50, 1500))]
        low, high = wrong_bounds(population, sample.tolist(), 0.05)
        missed += not low <= wrong <= high
    assert missed / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
