"""Chances of patterns: against scipy, against every order counted, and against seeded shuffles."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from vendoreval.gold.chance import at_least, expected_runs, few_runs, runs_of


@given(st.integers(1, 60), st.data())
def test_tail_is_the_hypergeometric_one(population: int, data: st.DataObject) -> None:
    marked = data.draw(st.integers(0, population))
    drawn = data.draw(st.integers(0, population))
    hits = data.draw(st.integers(0, drawn + 1))
    expected = hypergeom.sf(hits - 1, population, marked, drawn)
    assert at_least(population, marked, drawn, hits) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("marked", "others"), [(1, 1), (2, 3), (4, 4), (5, 2), (1, 6), (0, 3)])
def test_runs_agree_with_every_order_counted(marked: int, others: int) -> None:
    orders = set(permutations("a" * marked + "b" * others))
    for runs in range(1, marked + others + 1):
        counted = sum(runs_of(order) <= runs for order in orders) / len(orders)
        assert few_runs(marked, others, runs) == pytest.approx(counted if marked else 1.0, abs=1e-12)


@pytest.mark.parametrize("letters", ["aabb", "aaab", "abcd", "aabbcc"])
def test_expected_runs_are_the_mean_over_every_order(letters: str) -> None:
    orders = list(permutations(letters))
    assert expected_runs(letters) == pytest.approx(sum(map(runs_of, orders)) / len(orders))
