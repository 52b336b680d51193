"""Tests and bounds for scores: fair under the null exactly, decided by a plain loop, valid in simulation."""

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.designs.betting import audit_clusters, audit_scores, mean_bounds
from vendoreval.errors import InputError
from vendoreval.inference.binomial import at_least

SHARES = [0.002 * (0.98 / 0.002) ** (i / 15) for i in range(16)]


def money_above(scores: list[float], population: int, mean: float) -> float:
    """The gambler's money, share by share and score by score."""
    total, left = 0.0, population * mean
    for share in SHARES:
        money, left = 1.0, population * mean
        for seen, score in enumerate(scores):
            fair = left / (population - seen)
            money *= 1 + share * (score / fair - 1)
            left -= score
        total += money
    return total / len(SHARES)


def test_money_equals_the_plain_loop() -> None:
    scores = [0.9, 0.8, 1.0, 0.7, 0.95]
    audit = audit_scores(scores, 100, 0.93, 0.6)
    assert audit.verdict == "inconclusive"
    assert audit.mean == pytest.approx(0.87)
    assert audit.e_kept == pytest.approx(money_above(scores, 100, 0.6), rel=1e-12)
    assert audit.e_breached == pytest.approx(money_above([1 - s for s in scores], 100, 0.07), rel=1e-9)


@pytest.mark.parametrize("drawn", [1, 3, 6])
def test_the_game_is_fair_where_the_mean_is_the_threshold(drawn: int) -> None:
    """Over all orders of the draw both kinds of money keep their expectation of 1."""
    delivery = [0.2, 0.9, 1.0, 0.55, 0.7, 0.85]
    mean = sum(delivery) / 6
    audits = [audit_scores(order[:drawn], 6, mean, alpha=1e-9, beta=1e-9) for order in permutations(delivery)]
    if drawn < 6:
        assert np.mean([audit.e_breached for audit in audits]) == pytest.approx(1)
        assert np.mean([audit.e_kept for audit in audits]) == pytest.approx(1)
    assert all(audit.verdict == "inconclusive" for audit in audits)


def test_clear_cases_end_early() -> None:
    rng = np.random.default_rng(7)
    good = rng.beta(30, 2, 1000).tolist()
    kept = audit_scores(good, 10_000, 0.8)
    assert (kept.verdict, kept.n < 100) == ("kept", True)
    breached = audit_scores(good, 10_000, 0.99)
    assert (breached.verdict, breached.n < 100) == ("breached", True)
    zone = audit_scores(good, 10_000, 0.96, 0.90)
    assert zone.verdict in ("kept", "breached")
    assert audit_scores([], 10, 0.9).verdict == "inconclusive"


def test_a_census_decides() -> None:
    assert audit_scores([1.0] * 9 + [0.5], 10, 0.94).verdict == "kept"
    assert audit_scores([0.9] * 10, 10, 0.95).verdict == "breached"
    low, high = mean_bounds([0.25, 0.75, 1.0, 0.0], 4, 0.95)
    assert low == pytest.approx(0.5, abs=1e-6)
    assert high == pytest.approx(0.5, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(0, 500))
def test_bounds_surround_what_is_possible(scores: list[float], more: int) -> None:
    population = len(scores) + more
    low, high = mean_bounds(scores, population, 0.95)
    assert 0 <= low <= high <= 1
    assert low <= (sum(scores) + more) / population + 1e-6
    assert high >= sum(scores) / population - 1e-6
    mirrored = mean_bounds([1 - score for score in scores], population, 0.95)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-6)
    wider = mean_bounds(scores, population, 0.99)
    assert wider[0] <= low
    assert wider[1] >= high


def test_clusters_of_one_are_scores() -> None:
    right = [1, 1, 0, 1, 1, 1, 0, 1]
    assert audit_clusters(right, [1] * 8, 50, 1, 0.9, 0.7) == audit_scores(right, 50, 0.9, 0.7)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=25))
def test_a_census_of_clusters_decides_by_the_share(pairs: list[tuple[int, int]]) -> None:
    units = [max(pair) for pair in pairs]
    right = [min(pair) for pair in pairs]
    audit = audit_clusters(right, units, len(pairs), 6, 0.8, alpha=1e-12, beta=1e-12)
    if 10 * sum(right) < 8 * sum(units):
        assert audit.verdict == "breached"
    if 10 * sum(right) > 8 * sum(units):
        assert audit.verdict == "kept"
    if 10 * sum(right) == 8 * sum(units):
        assert audit.verdict == "inconclusive"


def test_what_is_no_cluster_is_refused() -> None:
    with pytest.raises(InputError, match="Every item needs"):
        audit_clusters([2], [1], 10, 5, 0.9)
    with pytest.raises(InputError, match="Every item needs"):
        audit_clusters([2], [6], 10, 5, 0.9)
    with pytest.raises(InputError, match="Every item needs"):
        audit_clusters([2], [6, 7], 10, 9, 0.9)


@pytest.mark.slow
@pytest.mark.parametrize("icc", [0.1, 0.4])
def test_false_breaches_with_clusters_by_simulation(icc: float) -> None:
    """Boxes in images, exactly 97 % right in the delivery: units taken as independent accuse too often."""
    rng = np.random.default_rng(20261124)
    images, runs = 4000, 1000
    units = rng.integers(5, 16, images)
    strength = (1 - icc) / icc
    wrong = rng.binomial(units, rng.beta(0.03 * strength, 0.97 * strength, images))
    threshold = 1 - wrong.sum() / units.sum()
    betting = naive = 0
    for _ in range(runs):
        drawn = rng.permutation(images)[:100]
        good = units[drawn] - wrong[drawn]
        audit = audit_clusters(good.tolist(), units[drawn].tolist(), images, 15, float(threshold))
        betting += audit.verdict == "breached"
        n, errors = int(units[drawn].sum()), int(wrong[drawn].sum())
        naive += at_least(errors, n, float(1 - threshold)) <= 0.05
    assert betting / runs <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert naive / runs > (0.06 if icc < 0.2 else 0.12)


def test_what_is_no_score_is_refused() -> None:
    with pytest.raises(InputError, match="outside 0 to 1"):
        audit_scores([0.5, 1.2], 10, 0.9)
    with pytest.raises(InputError, match="outside 0 to 1"):
        mean_bounds([math.nan], 10, 0.95)
    with pytest.raises(InputError, match="3 scores"):
        mean_bounds([1, 1, 1], 2, 0.95)
    with pytest.raises(InputError, match="cannot be tested"):
        audit_scores([0.5], 10, 0.9, 0.95)


def deliveries(mean: float) -> list[np.ndarray]:
    """Scores with exactly this mean: right or wrong, spread out, and nearly all perfect."""
    binary = np.repeat([1.0, 0.0], [round(2000 * mean), round(2000 * (1 - mean))])
    spread = np.random.default_rng(3).beta(4, 1, 2000)
    skewed = np.where(np.arange(2000) % 10 < 8, 1.0, 0.3)
    fitted = [scores * (mean / scores.mean()) for scores in (spread, skewed)]
    capped = [scores for scores in fitted if scores.max() <= 1]
    return [binary, *capped]


@pytest.mark.slow
@pytest.mark.parametrize("mean", [0.95, 0.6])
def test_false_verdicts_and_coverage_by_simulation(mean: float) -> None:
    rng = np.random.default_rng(20261124)
    runs = 500
    allowed = 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    for delivery in deliveries(mean):
        wrong_breach = wrong_kept = missed = 0
        for run in range(runs):
            sample = rng.permutation(delivery)[:600]
            audit = audit_scores(sample.tolist(), 2000, float(delivery.mean()))
            wrong_breach += audit.verdict == "breached"
            wrong_kept += audit.verdict == "kept"
            if run < 80:
                low, high = mean_bounds(sample.tolist(), 2000, 0.90)
                missed += not low <= delivery.mean() <= high
        assert wrong_breach / runs <= allowed
        assert wrong_kept / runs <= allowed
        assert missed / 80 <= 0.10 + 3 * math.sqrt(0.1 * 0.9 / 80)
