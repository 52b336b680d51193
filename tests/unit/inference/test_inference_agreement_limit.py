"""Agreement against a limit: properties, and both error rates on simulated annotators."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from tests.unit.inference.test_inference_agreement import ABSTRACTORS, by_pair, by_rater, random_ratings
from vendoreval.inference.agreement import METRICS, Metric
from vendoreval.inference.agreement_limit import Held, against_limit
from vendoreval.inference.tally import Tally, tally

LIMIT = Fraction("0.8")


def held(counts: Tally, metric: Metric = "alpha", limit: Fraction = LIMIT) -> Held:
    found = against_limit(counts, metric, limit)
    assert found is not None
    return found


def test_the_interval_is_near_the_linearised_one() -> None:
    for metric in METRICS:
        found = held(by_rater(random_ratings(4, 2000)), metric)
        assert (found.low, found.high) == pytest.approx((found.found.low, found.found.high), abs=2e-3)


def test_p_values_and_interval_agree() -> None:
    counts = by_rater(random_ratings(4, 300))
    found = held(counts)
    below = held(counts, limit=Fraction(found.low).limit_denominator(10**9))
    above = held(counts, limit=Fraction(found.high).limit_denominator(10**9))
    assert below.p_kept == pytest.approx(0.025, abs=0.005)
    assert above.p_breach == pytest.approx(0.025, abs=0.005)


def test_a_higher_limit_is_harder_to_keep() -> None:
    counts = by_rater(random_ratings(9, 60))
    found = [held(counts, limit=Fraction(k, 20)) for k in range(1, 20)]
    assert [one.p_kept for one in found] == sorted(one.p_kept for one in found)
    assert [one.p_breach for one in found] == sorted((one.p_breach for one in found), reverse=True)


def test_full_agreement_on_few_items_proves_little() -> None:
    few = Tally.from_rows([{"items": 3, "labels": {"a": 2}}, {"items": 2, "labels": {"b": 2}}])
    found = held(few)
    assert found.found.estimate == 1
    assert found.p_kept > 0.3  # 5 items agree by luck often enough
    many = Tally.from_rows([{"items": 300, "labels": {"a": 2}}, {"items": 200, "labels": {"b": 2}}])
    assert held(many).p_kept < 1e-6


def test_full_disagreement() -> None:
    found = held(Tally.from_rows([{"items": 40, "labels": {"a": 1, "b": 1}}]))
    assert found.p_breach < 1e-6
    assert found.p_kept == 1
    assert found.low <= (found.found.estimate or 0) <= found.high


def test_undefined_agreement_is_not_held() -> None:
    assert against_limit(Tally.from_rows([{"items": 9, "labels": {"a": 2}}], ("b",)), "alpha", LIMIT) is None
    assert against_limit(Tally.from_rows([{"items": 9, "labels": {"a": 1}}], ("b",)), "ac1", LIMIT) is None


def test_one_item_decides_nothing() -> None:
    found = held(Tally.from_rows([{"items": 1, "labels": {"a": 1, "b": 1}}]))
    assert found.p_breach > 0.05


def test_more_items_decide() -> None:
    counts = by_pair(ABSTRACTORS)
    found = held(counts, limit=Fraction("0.72"))
    assert found.p_kept > 0.05 < found.p_breach
    more = found.more_items(0.05, 0.10)
    assert more is not None
    times = 1 + more / int(counts.items.sum())
    grown = by_pair((np.asarray(ABSTRACTORS) * times * 1.05).round().astype(int).tolist())
    assert held(grown, limit=Fraction("0.72")).p_kept <= 0.10


def simulated(
    rng: np.random.Generator, limit: float, items: int, people: int, use: list[float], hard: bool
) -> Tally:
    """Annotators whose true alpha is `limit`: sure of the truth or guessing, alone or all together."""
    truth = rng.choice(len(use), items, p=use)
    sure = rng.random(items) < limit if hard else rng.random((people, items)) < np.sqrt(limit)
    guess = rng.choice(len(use), (people, items), p=use)
    label = np.where(np.broadcast_to(sure, (people, items)), truth, guess)
    return tally(np.tile(np.arange(items), people), label.ravel(), [str(k) for k in range(len(use))])


def hold_their_levels(found: Sequence[Held | None]) -> None:
    """Of vendors just at the limit, no more than 5 % are called breached and 10 % kept (2.5 sigma)."""
    breached = np.mean([one is not None and one.p_breach <= 0.05 for one in found])
    kept = np.mean([one is not None and one.p_kept <= 0.10 for one in found])
    assert breached <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / len(found))
    assert kept <= 0.10 + 2.5 * np.sqrt(0.10 * 0.90 / len(found))


@pytest.mark.slow
@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("use", [[0.5, 0.5], [0.9, 0.1], [0.97, 0.03], [0.4, 0.3, 0.15, 0.1, 0.05]])
@pytest.mark.parametrize(("items", "people"), [(20, 8), (40, 2), (100, 3)])
def test_false_words_stay_at_their_level(items: int, people: int, use: list[float], hard: bool) -> None:
    runs, rng = 300, np.random.Generator(np.random.PCG64(20260301))
    for limit in (0.4, 0.667, 0.8, 0.95):
        found = [
            against_limit(simulated(rng, limit, items, people, use, hard), "alpha", Fraction(str(limit)))
            for _run in range(runs)
        ]
        hold_their_levels(found)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["kappa", "ac1"])
def test_kappa_and_ac1_keep_their_level_too(metric: Metric) -> None:
    runs, items, people, use = 600, 80, 3, np.array([0.6, 0.3, 0.1])
    rng = np.random.Generator(np.random.PCG64(7))
    chance = (use**2).sum()
    observed = 0.7 + 0.3 * chance
    expected = chance if metric == "kappa" else (use * (1 - use)).sum() / 2
    limit = Fraction((observed - expected) / (1 - expected)).limit_denominator(10**6)
    found = [
        held(simulated(rng, 0.7, items, people, use.tolist(), hard=False), metric, limit)
        for _run in range(runs)
    ]
    assert np.mean([one.p_breach <= 0.05 for one in found]) <= 0.07
    assert np.mean([one.p_kept <= 0.10 for one in found]) <= 0.13


@pytest.mark.slow
def test_poor_agreement_is_found() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    found = [held(simulated(rng, 0.6, 100, 3, [0.5, 0.3, 0.2], hard=False)) for _run in range(200)]
    assert np.mean([one.p_breach <= 0.05 for one in found]) > 0.95
