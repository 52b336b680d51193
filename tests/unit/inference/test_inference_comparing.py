"""A group against the rest: scipy's Fisher test, Newcombe's interval, and false alarms under clustering."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.proportion import confint_proportions_2indep

from vendoreval.inference.comparing import compare_shares, newcombe, one_sided_p


def rows(errors: int, n: int, rest_errors: int, rest: int) -> tuple[np.ndarray, np.ndarray]:
    wrong = np.r_[np.arange(n) < errors, np.arange(rest) < rest_errors]
    return wrong, np.r_[np.ones(n, dtype=bool), np.zeros(rest, dtype=bool)]


def test_the_table_of_the_house() -> None:
    found = compare_shares(*rows(30, 300, 9, 300))
    assert found is not None
    assert found.p == pytest.approx(0.00036190, abs=5e-9)
    assert (found.low, found.high) == pytest.approx((0.0310, 0.1116), abs=5e-5)


@given(st.integers(1, 40), st.integers(1, 40), st.data())
@settings(max_examples=60, deadline=None)
def test_single_units_are_judged_by_fishers_test(n: int, rest: int, data: st.DataObject) -> None:
    errors, rest_errors = data.draw(st.integers(0, n)), data.draw(st.integers(0, rest))
    found = compare_shares(*rows(errors, n, rest_errors, rest), np.arange(n + rest))
    assert found is not None
    table = [[errors, n - errors], [rest_errors, rest - rest_errors]]
    assert found.p == pytest.approx(fisher_exact(np.array(table), "greater")[1], rel=1e-9)
    theirs = confint_proportions_2indep(errors, n, rest_errors, rest, method="newcomb")
    assert newcombe(errors, n, rest_errors, rest, 0.95) == pytest.approx(theirs, abs=1e-9)


def test_clusters_of_one_unit_each_change_nothing() -> None:
    wrong, inside = rows(5, 20, 2, 30)
    assert one_sided_p(wrong, inside, np.arange(50)) == one_sided_p(wrong, inside)


def test_an_empty_group_is_not_compared() -> None:
    assert compare_shares(np.array([True, False]), np.array([True, True])) is None
    assert compare_shares(np.array([True, False]), np.array([False, False])) is None


def test_order_of_rows_and_names_of_clusters_play_no_part() -> None:
    rng = np.random.default_rng(1)
    wrong, inside, item = rng.random(200) < 0.2, rng.random(200) < 0.4, rng.integers(0, 50, 200)
    order = rng.permutation(200)
    first = compare_shares(wrong, inside, item)
    again = compare_shares(wrong[order], inside[order], 99 - item[order])
    assert first is not None
    assert again is not None
    assert vars(first) == pytest.approx(vars(again))


def test_false_alarms_stay_below_five_percent_when_items_fail_as_a_whole() -> None:
    rng = np.random.default_rng(2)
    item = np.repeat(np.arange(120), 5)
    alarms = naive = 0
    for _ in range(1000):
        bad = rng.random(120) < 0.1
        wrong = bad[item] & (rng.random(600) < 0.9)
        inside = (rng.random(120) < 0.25)[item]
        found = compare_shares(wrong, inside, item)
        alarms += found is not None and found.p <= 0.05
        single = compare_shares(wrong, inside)
        naive += single is not None and single.p <= 0.05
    assert alarms / 1000 <= 0.06
    assert naive / 1000 > 0.1  # what the exact test alone would do
