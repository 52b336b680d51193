"""Drift: NIST's chart, exact run lengths, false alarms without a change, power and place of a planted one."""

from itertools import permutations, product

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from vendoreval.inference.drift import (
    Cusum,
    change,
    p_chart,
    shiryaev_roberts,
    tenure_change,
    watch,
)

NIST = [
    12,
    15,
    8,
    10,
    4,
    7,
    16,
    9,
    14,
    10,
    5,
    6,
    17,
    12,
    22,
    8,
    10,
    5,
    13,
    11,
    20,
    18,
    24,
    15,
    9,
    12,
    7,
    13,
    9,
    6,
]


def test_p_chart_of_the_nist_handbook() -> None:
    chart = p_chart([50] * 30, NIST)
    assert chart.centre == pytest.approx(0.231333, abs=5e-7)
    assert chart.upper[0] == pytest.approx(0.410239, abs=5e-6)
    assert chart.lower[0] == pytest.approx(0.052428, abs=5e-6)
    assert [k + 1 for k in chart.outside] == [15, 23]


@pytest.mark.parametrize(
    ("limit", "runs"),
    [
        (60, (542.8, 104.3, 44.2)),
        (80, (1248.1, 152.5, 59.8)),
        (100, (2630.0, 202.6, 75.2)),
        (120, (5292.1, 253.9, 90.6)),
    ],
)
def test_mean_runs_of_the_bernoulli_cusum(limit: int, runs: tuple[float, ...]) -> None:
    chart = Cusum.between(0.03, 0.06, limit)
    assert chart.up == 23
    assert [chart.mean_run(rate) for rate in (0.03, 0.06, 0.10)] == pytest.approx(runs, abs=0.06)


def test_cusum_alarms_after_as_many_units_as_its_chain_says() -> None:
    rng, chart = np.random.default_rng(3), Cusum.between(0.03, 0.06, 60)
    runs = [chart.alarm(rng.random(3000) < 0.10) or 3000 for _ in range(400)]
    assert np.mean(runs) == pytest.approx(44.2, rel=0.1)
    assert chart.alarm([False] * 100) is None


def test_shiryaev_roberts_grows_as_defined() -> None:
    path = shiryaev_roberts([True, False], 0.03, 0.06)
    assert path == pytest.approx([2.0, 3.0 * 0.94 / 0.97])


def test_watch_is_a_fair_bet_at_every_rate() -> None:
    """Over all sequences of 8 units the expectation is at most 1, whatever the constant rate."""
    for rate in (0.0, 0.05, 0.3, 0.7):
        mean = 0.0
        for sequence in product((False, True), repeat=8):
            chance = rate ** sum(sequence) * (1 - rate) ** (8 - sum(sequence))
            mean += chance * float(watch(sequence)[-1]) if chance else 0.0
        assert mean <= 1


def test_watch_over_deliveries_is_a_fair_bet_and_sees_a_bad_one() -> None:
    for rate in (0.1, 0.4):
        mean = 0.0
        for errors in product(range(4), repeat=3):
            chance = float(np.prod(binom.pmf(errors, 3, rate)))
            mean += chance * float(watch(errors, [3, 3, 3])[-1])
        assert mean <= 1
    path = watch([6, 5, 7, 30, 28], [200] * 5)
    assert path[2] < 1
    assert path[4] > 20


def test_watch_seldom_alarms_without_a_change_and_does_with_one() -> None:
    rng = np.random.default_rng(4)
    false = [float(watch(rng.random(600) < 0.05, every=10).max()) for _ in range(200)]
    assert np.mean(np.array(false) >= 20) <= 0.05
    found = [
        float(watch(np.r_[rng.random(400) < 0.03, rng.random(400) < 0.15], every=10).max()) for _ in range(50)
    ]
    assert np.mean(np.array(found) >= 20) >= 0.9


def test_change_compares_the_later_units_with_the_earlier() -> None:
    wrong = np.arange(100) >= 50
    found = change(wrong, np.arange(100) * 7)
    assert found is not None
    assert found.onset == 350
    assert (found.later.n, found.later.errors, found.later.rest_errors) == (50, 50, 0)
    assert found.p == pytest.approx(19 * hypergeom.sf(49, 100, 50, 50), rel=1e-9)


def test_change_needs_two_times_and_parts_none() -> None:
    wrong = np.array([True, False, True, False])
    assert change(wrong, np.zeros(4, dtype=np.int64)) is None
    found = change(wrong, np.array([1, 1, 2, 2]))
    assert found is not None
    assert found.p == pytest.approx(5 / 6)  # one cut: 1 - P(no error among the two later)


def test_order_of_rows_plays_no_part() -> None:
    rng = np.random.default_rng(6)
    wrong, when = rng.random(500) < 0.1, rng.integers(0, 60, 500)
    item, who = rng.integers(0, 200, 500), rng.integers(0, 9, 500)
    order = rng.permutation(500)
    again = change(wrong[order], when[order], item[order])
    assert again is not None
    first = change(wrong, when, item)
    assert first is not None
    assert (first.p, first.onset) == pytest.approx((again.p, again.onset))
    one = tenure_change(wrong, who, when, item)
    two = tenure_change(wrong[order], who[order], when[order], item[order])
    assert one is not None
    assert two is not None
    assert vars(one) == pytest.approx(vars(two))


def test_tenure_equals_the_enumeration_of_orders_within_people() -> None:
    wrong = np.array([False, False, True, True, False, True])
    who, when = np.array([0, 0, 0, 0, 1, 1]), np.arange(6)
    found = tenure_change(wrong, who, when, np.arange(6))
    assert found is not None
    seen = [
        sum(first[2:]) + second[1]
        for first, second in product(permutations(wrong[:4]), permutations(wrong[4:]))
    ]
    assert found.p == pytest.approx(np.mean(np.array(seen) >= 3))


def test_tenure_is_not_disturbed_by_weak_people_who_come_late() -> None:
    """Pooled over people, the later units are far worse; nobody has become worse."""
    rng = np.random.default_rng(7)
    alarms = pooled = 0
    for _ in range(300):
        who = np.repeat(np.arange(10), 40)
        wrong = rng.random(400) < np.where(who < 5, 0.02, 0.2)
        when = np.arange(400)
        found, all_ = tenure_change(wrong, who, when, when), change(wrong, when)
        alarms += found is not None and found.p <= 0.05
        pooled += all_ is not None and all_.p <= 0.05
    assert alarms / 300 <= 0.05
    assert pooled / 300 > 0.9


@pytest.mark.slow
def test_false_alarms_without_a_change() -> None:
    """Singles, items that fail as a whole, and people of unequal skill who work in sessions."""
    rng = np.random.default_rng(8)
    single = clustered = sessions = 0
    for _ in range(400):
        found = change(rng.random(600) < 0.06, np.arange(600))
        single += found is not None and found.p <= 0.05
        item = np.repeat(np.arange(150), 4)
        wrong = (rng.random(150) < 0.08)[item] & (rng.random(600) < 0.9)
        found = change(wrong, item, item)
        clustered += found is not None and found.p <= 0.05
        session = np.repeat(np.arange(60), 10)
        skill = rng.choice([0.02, 0.05, 0.2], 60)
        found = change(rng.random(600) < skill[session], np.arange(600), np.arange(600), session)
        sessions += found is not None and found.p <= 0.05
    assert single / 400 <= 0.05
    assert clustered / 400 <= 0.065
    assert sessions / 400 <= 0.065


@pytest.mark.slow
def test_power_and_onset_of_a_planted_change() -> None:
    rng = np.random.default_rng(9)
    found = held = 0
    for _ in range(300):
        onset = int(rng.integers(300, 700))
        wrong = rng.random(1000) < np.where(np.arange(1000) >= onset, 0.15, 0.04)
        seen = change(wrong, np.arange(1000))
        assert seen is not None
        found += seen.p <= 0.05
        held += seen.onset_low <= onset <= seen.onset_high
    assert found / 300 >= 0.95
    assert held / 300 >= 0.88
