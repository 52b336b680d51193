"""Annotator quality: intervals that hold, and a ranking that is fair to few labels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom, binomtest

from tests.unit.inference.real_labels import real
from vendoreval.inference.annotators import beta_prior, from_consensus, from_gold
from vendoreval.inference.consensus import dawid_skene


def test_intervals_are_scipys_exact_ones() -> None:
    labels = real("bluebirds")
    right = labels.label == labels.gold
    found = from_gold(labels.annotator, right, 39)
    assert sum(one.n for one in found) == 4212
    assert sum(one.right for one in found) == 2677  # FACTS
    for one in found:
        exact = binomtest(int(one.right), one.n).proportion_ci(0.95, "exact")
        assert (one.low, one.high) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_the_prior_is_the_likeliest_beta_distribution() -> None:
    """No grid point of scipy's beta-binomial is likelier."""
    rng = np.random.default_rng(1)
    n = rng.integers(5, 200, 60)
    right = rng.binomial(n, rng.beta(8, 2, 60))
    a, b = beta_prior(right.astype(float), n.astype(float))
    best = float(np.sum(betabinom.logpmf(right, n, a, b)))
    for mean in np.linspace(0.6, 0.95, 36).tolist():
        for size in np.geomspace(1, 300, 40).tolist():
            assert np.sum(betabinom.logpmf(right, n, mean * size, (1 - mean) * size)) <= best + 1e-6
    assert a / (a + b) == pytest.approx(0.8, abs=0.04)


def test_three_of_three_do_not_outrank_290_of_300() -> None:
    counts = [(3, 3), (290, 300), (150, 200), (180, 200), (160, 220), (0, 0)]
    who = np.repeat(np.arange(6), [n for _, n in counts])
    right = np.concatenate([np.arange(n) < good for good, n in counts])
    found = from_gold(who, right, 6)
    assert found[1].rank == 1
    assert found[0].rate == 1.0
    assert found[0].rank > 1
    assert found[5].rate is None
    assert found[5].low is None
    assert 0 < found[5].shrunk_low < found[5].shrunk < found[5].shrunk_high < 1
    assert sorted(one.rank for one in found) == [1, 2, 3, 4, 5, 6]


def test_people_without_any_label_share_a_rank() -> None:
    found = from_gold(np.empty(0, np.int64), np.empty(0, bool), 3)
    assert [one.rank for one in found] == [1, 1, 1]


def test_equally_good_people_are_drawn_together() -> None:
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(40), 30)
    found = from_gold(who, rng.random(len(who)) < 0.9, 40)
    shrunk = [one.shrunk for one in found]
    assert max(shrunk) - min(shrunk) < 0.05
    assert max(one.rate or 0 for one in found) - min(one.rate or 0 for one in found) > 0.1


def test_without_gold_close_to_gold_on_real_labels() -> None:
    labels = real("weather_sentiment_two_vendors")
    item, who, label, gold = labels.columns
    people = int(who.max()) + 1
    blind = from_consensus(dawid_skene(item, who, label, len(labels.classes)), item, who, label)
    known = from_gold(who, label == gold, people)
    many = [(b, k) for b, k in zip(blind, known, strict=True) if k.n >= 100]
    assert len(many) >= 15
    gaps = [abs((b.rate or 0) - (k.rate or 0)) for b, k in many]
    assert np.mean(gaps) < 0.05
    assert np.corrcoef([b.shrunk for b, _ in many], [k.shrunk for _, k in many])[0, 1] > 0.9


@pytest.mark.slow
def test_intervals_cover() -> None:
    """Own intervals hold at 95 %; shrunken ones and those of the model come near (their prior is estimated)."""
    rng = np.random.default_rng(3)
    hits = np.zeros(4)
    total = 0
    for _ in range(20):
        people, items = 30, 400
        rate = rng.beta(12, 3, people)
        truth = rng.integers(0, 3, items)
        who = np.argsort(rng.random((items, people)), axis=1)[:, :5].ravel()
        item = np.repeat(np.arange(items), 5)
        wrong = (truth[item] + rng.integers(1, 3, len(item))) % 3
        label = np.where(rng.random(len(item)) < rate[who], truth[item], wrong)
        gold = from_gold(who, label == truth[item], people)
        blind = from_consensus(dawid_skene(item, who, label, 3), item, who, label)
        for at, found in enumerate((gold, blind)):
            for one in found:
                assert one.low is not None
                assert one.high is not None
                hits[2 * at] += one.low <= rate[one.code] <= one.high
                hits[2 * at + 1] += one.shrunk_low <= rate[one.code] <= one.shrunk_high
        total += people
    coverage = hits / total
    assert coverage[0] >= 0.95
    assert coverage[1] >= 0.90
    assert (coverage[2:] >= 0.90).all(), coverage
