"""Paired differences against statsmodels, scipy, a published example, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar

from vendoreval.errors import InputError
from vendoreval.inference.paired import MCNEMAR, RATIOS, bonett_price, mcnemar, paired


def _totals(values: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.asarray(values, dtype=np.int64)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_equals_statsmodels(b: int, c: int) -> None:
    theirs = float(reference_mcnemar([[5, b], [c, 7]], exact=True).pvalue) if b + c else 1.0
    assert mcnemar(b, c) == pytest.approx(min(theirs, 1.0), abs=1e-12)


def test_the_interval_equals_the_published_one() -> None:
    # Airway hyper-responsiveness before and after stem cell transplantation: 21 children, 1 against 7
    # discordant (Fagerland, Lydersen & Laake, Statistics in Medicine 33, 2014): -0.508 to -0.013.
    low, high = bonett_price(1, 7, 21, 0.95)
    assert (round(low, 3), round(high, 3)) == (-0.508, -0.013)


def test_equally_many_labels_an_item_are_a_paired_t_test() -> None:
    rng = np.random.default_rng(5)
    x = np.full(60, 5, dtype=np.int64)
    y1, y2 = rng.binomial(5, 0.8, 60), rng.binomial(5, 0.7, 60)
    found = paired(y1, x, y2, x, 0.95)
    theirs = ttest_rel(y1 / 5, y2 / 5)
    interval = theirs.confidence_interval(0.95)
    assert found.method == RATIOS
    assert found.p == pytest.approx(float(theirs.pvalue))
    assert (found.low, found.high) == pytest.approx((float(interval.low), float(interval.high)))
    assert found.difference == pytest.approx(float((y1 - y2).sum()) / 300)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=30), st.randoms())
def test_order_of_items_and_of_vendors(rows: list[tuple[int, int]], random: object) -> None:
    y1, y2 = (_totals([row[side] for row in rows]) for side in (0, 1))
    x = np.full(len(rows), 3, dtype=np.int64)
    one = paired(y1, x, y2, x, 0.95)
    back = paired(y1[::-1], x, y2[::-1], x, 0.95)
    swapped = paired(y2, x, y1, x, 0.95)
    assert (one.difference, one.p) == pytest.approx((back.difference, back.p))
    assert swapped.difference == pytest.approx(-one.difference)
    assert (swapped.low, swapped.high) == pytest.approx((-one.high, -one.low))
    assert swapped.p == pytest.approx(one.p)
    assert one.low <= one.difference <= one.high


def test_a_vendor_against_itself_shows_nothing() -> None:
    for x in (_totals([1] * 8), _totals([4] * 8)):
        y = _totals([1, 0, 1, 1, 0, 1, 1, 1])
        found = paired(y, x, y, x, 0.95)
        assert (found.difference, found.p) == (0, 1)


def test_single_units_take_the_exact_test() -> None:
    y1, y2 = _totals([1] * 9 + [0]), _totals([0] * 9 + [1])
    x = _totals([1] * 10)
    found = paired(y1, x, y2, x, 0.95)
    assert (found.method, found.first_only, found.second_only) == (MCNEMAR, 9, 1)
    assert found.p == pytest.approx(2 * (1 + 10) / 2**10)


def test_no_common_item_is_refused() -> None:
    with pytest.raises(InputError, match="no common item"):
        paired(_totals([]), _totals([]), _totals([]), _totals([]), 0.95)
    with pytest.raises(InputError, match="no common item"):
        paired(_totals([0]), _totals([0]), _totals([1]), _totals([1]), 0.95)


def test_one_item_with_several_units_decides_nothing() -> None:
    found = paired(_totals([3]), _totals([3]), _totals([0]), _totals([3]), 0.95)
    assert (found.p, found.low, found.high) == (1, -1, 1)


@pytest.mark.parametrize("labels", [1, 4])
def test_coverage_and_level_by_simulation(labels: int) -> None:
    """Items are easy or hard for both; 95 % intervals cover the true gap, and the test keeps its level."""
    rng = np.random.default_rng(20261124 + labels)
    covered = alarms = 0
    runs, items = 2000, 150
    x = np.full(items, labels, dtype=np.int64)
    for _ in range(runs):
        hard = rng.random(items) < 0.3
        p1, p2 = np.where(hard, 0.5, 0.95), np.where(hard, 0.4, 0.93)
        found = paired(rng.binomial(labels, p1), x, rng.binomial(labels, p2), x, 0.95)
        covered += found.low <= 0.3 * 0.1 + 0.7 * 0.02 <= found.high
        even = paired(rng.binomial(labels, p1), x, rng.binomial(labels, p1), x, 0.95)
        alarms += even.p <= 0.05
    assert covered / runs > 0.94
    assert alarms / runs < 0.06
