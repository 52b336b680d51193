"""Bias: statsmodels' tests of symmetry, exact sign tests, silence under even errors, planted leanings found."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2, fisher_exact
from statsmodels.stats.contingency_tables import SquareTable

from vendoreval.inference.bias import (
    asymmetries,
    class_shifts,
    majority_default,
    marginal_homogeneity,
    weak_classes,
)

TABLE = np.array([[50, 9, 3], [2, 40, 1], [12, 5, 30]])


def rows(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    expected, delivered = np.indices(table.shape).reshape(2, -1)
    counts = table.ravel()
    return np.repeat(expected, counts), np.repeat(delivered, counts), np.arange(counts.sum())


def even(rng: np.random.Generator, n: int, shares: list[float], rate: float) -> tuple[np.ndarray, np.ndarray]:
    expected = rng.choice(len(shares), n, p=shares)
    step = rng.integers(1, len(shares), n)
    return expected, np.where(rng.random(n) < rate, (expected + step) % len(shares), expected)


def test_marginal_homogeneity_equals_statsmodels() -> None:
    theirs = SquareTable(TABLE, shift_zeros=False).homogeneity()
    assert marginal_homogeneity(TABLE) == pytest.approx((theirs.statistic, theirs.df, theirs.pvalue))
    assert marginal_homogeneity(np.diag([3, 4]))[2] == 1.0


def test_marginal_homogeneity_of_classes_in_groups_that_are_never_confused() -> None:
    """Held against the definition: the pseudo-inverse of the covariance without the last class."""
    rng = np.random.default_rng(3)
    table = np.zeros((11, 11), dtype=np.int64)
    for group in ((0, 2, 5, 7), (1, 3, 10), (4, 9)):  # classes 6 and 8 are never confused
        table[np.ix_(group, group)] = rng.integers(1, 9, (len(group), len(group)))
    table[6, 6] = 5
    difference = (table.sum(axis=1) - table.sum(axis=0))[:-1]
    covariance = -(table + table.T) + np.diag(table.sum(axis=0) + table.sum(axis=1))
    inner = covariance[:-1, :-1].astype(float)
    statistic, df, p = marginal_homogeneity(table)
    assert df == np.linalg.matrix_rank(inner) == 3 + 2 + 1
    assert statistic == pytest.approx(float(difference @ np.linalg.pinv(inner) @ difference))
    assert p == pytest.approx(float(chi2.sf(statistic, df)))


def test_weak_classes_are_fisher_tests() -> None:
    expected, delivered, item = rows(TABLE)
    found = weak_classes(expected != delivered, expected, item)
    assert (
        found[2].compared().p
        == found[2].p
        == pytest.approx(fisher_exact(np.array([[17, 30], [15, 90]]), "greater")[1], rel=1e-9)
    )
    assert found.keys() == {0, 1, 2}


def test_asymmetry_holds_the_two_directions_of_a_pair_against_each_other() -> None:
    expected, delivered, item = rows(TABLE)
    found = asymmetries(expected, delivered, item)
    pair = found[2, 0]
    assert (pair.errors, pair.n, pair.rest_errors, pair.rest_n) == (12, 47, 3, 62)
    assert (
        pair.compared().p
        == pair.p
        == pytest.approx(2 * fisher_exact(np.array([[12, 35], [3, 59]]), "greater")[1], rel=1e-9)
    )


def test_shifts_are_sign_tests() -> None:
    expected, delivered, item = rows(TABLE)
    first = class_shifts(expected, delivered, item)[0]
    assert (first.gold, first.delivered, first.moved_in, first.moved_out) == (62, 64, 14, 12)
    assert first.shift().p == first.p == pytest.approx(binomtest(14, 26).pvalue, rel=1e-9)
    assert first.shift().low < first.net < first.shift().high


def test_default_counts_wrong_answers_on_the_most_frequent_class() -> None:
    expected, delivered, item = rows(TABLE)
    found = majority_default(expected, delivered, item)
    assert found is not None
    assert (found.klass, found.n, found.errors) == (0, 20, 14)
    chances = [62 / (152 - 43)] * 3 + [62 / (152 - 47)] * 17
    assert found.expected == pytest.approx(np.mean(chances))
    two = rows(TABLE[:2, :2])
    assert majority_default(*two) is None


def test_order_of_rows_plays_no_part() -> None:
    rng = np.random.default_rng(1)
    expected, delivered = even(rng, 600, [0.5, 0.3, 0.2], 0.2)
    item, order = rng.integers(0, 200, 600), rng.permutation(600)
    turned = expected[order], delivered[order], item[order]
    moved, again = class_shifts(*turned)[1], class_shifts(expected, delivered, item)[1]
    assert (moved.moved_in, moved.moved_out, moved.p) == (again.moved_in, again.moved_out, again.p)
    assert vars(moved.shift()) == pytest.approx(vars(again.shift()))
    one, two = majority_default(*turned), majority_default(expected, delivered, item)
    assert one is not None
    assert two is not None
    assert vars(one) == pytest.approx(vars(two))
    pairs, others = asymmetries(*turned), asymmetries(expected, delivered, item)
    assert {key: pytest.approx(vars(value.compared())) for key, value in pairs.items()} == {
        key: vars(value.compared()) for key, value in others.items()
    }


@pytest.mark.slow
def test_even_errors_raise_no_alarm_and_leanings_do() -> None:
    rng = np.random.default_rng(2)
    shares, item = [0.6, 0.3, 0.1], np.arange(800)
    weak = pairs = default = found = 0
    for _ in range(200):
        expected, delivered = even(rng, 800, shares, 0.1)
        wrong = expected != delivered
        weak += 3 * min(one.compared().p for one in weak_classes(wrong, expected, item).values()) <= 0.05
        pairs += 3 * min(one.compared().p for one in asymmetries(expected, delivered, item).values()) <= 0.05
        lazy = majority_default(expected, delivered, item)
        default += lazy is not None and lazy.p <= 0.05
        leaning = np.where(wrong & (expected > 0), 0, delivered)
        lazy = majority_default(expected, leaning, item)
        found += lazy is not None and lazy.p <= 0.05
    assert max(weak, pairs, default) / 200 <= 0.06
    assert found / 200 >= 0.9


def test_shifts_seldom_alarm_when_labels_move_both_ways_alike() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(300):
        expected, delivered = even(rng, 500, [0.5, 0.5], 0.1)
        alarms += class_shifts(expected, delivered, np.arange(500))[0].shift().p <= 0.05
    assert alarms / 300 <= 0.05
