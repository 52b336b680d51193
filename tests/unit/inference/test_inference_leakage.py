"""Known gold, flattering numbers, model answers and times that are all alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest, fisher_exact, nchypergeom_fisher

from tests.unit.inference.real_labels import real
from tests.unit.inference.test_inference_copying import clone, vendor
from vendoreval.inference.leakage import known_gold, model_copies, own_number, same_values


def sides(known: tuple[int, int], blind: tuple[int, int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(right, n) on either side as rows."""
    wrong = np.concatenate([np.arange(n) >= right for right, n in (known, blind)])
    return wrong, np.arange(known[1] + blind[1]) < known[1]


def test_the_oracle_of_the_statistics_note() -> None:
    wrong, known = sides((291, 300), (270, 300))
    found = known_gold(wrong, known, np.arange(600))
    assert found is not None
    assert found.p == pytest.approx(0.00036190, abs=5e-9)
    assert (-found.low, -found.high) == pytest.approx((-0.0310, -0.1116), abs=5e-5)
    assert found.difference == pytest.approx(0.07)
    assert found.flag()
    assert "retire the gold set" in found.sentence


def test_scipys_fisher_test() -> None:
    for counts in (((90, 100), (160, 200)), ((19, 20), (30, 40)), ((5, 5), (5, 5))):
        wrong, known = sides(*counts)
        (a, n), (b, m) = counts
        found = known_gold(wrong, known, np.arange(n + m))
        assert found is not None
        assert found.p == pytest.approx(
            fisher_exact(np.asarray([[m - b, b], [n - a, a]]), "greater")[1], rel=1e-9
        )


def test_strata_by_the_exact_conditional_distribution() -> None:
    """Sum of two hypergeometric counts, from scipy's distribution; one stratum is Fisher's test."""
    rng = np.random.default_rng(1)
    stratum = rng.integers(0, 2, 300)
    known = rng.random(300) < np.where(stratum == 0, 0.7, 0.2)
    wrong = rng.random(300) < np.where(stratum == 0, 0.05, 0.3)
    found = known_gold(wrong, known, np.arange(300), stratum)
    assert found is not None
    total = np.asarray([1.0])
    for code in (0, 1):
        rows = stratum == code
        size, bad, drawn = int(rows.sum()), int(wrong[rows].sum()), int((rows & ~known).sum())
        total = np.convolve(total, nchypergeom_fisher.pmf(np.arange(bad + 1), size, bad, drawn, 1.0))
    assert found.p == pytest.approx(total[int(wrong[~known].sum()) :].sum(), rel=1e-6)
    plain = known_gold(wrong, known, np.arange(300))
    assert plain is not None
    assert plain.flag()  # the blind sample holds the harder class
    assert not found.flag()
    assert "no proof" in found.sentence


def test_one_side_only_is_no_comparison() -> None:
    wrong, known = sides((3, 4), (0, 0))
    assert known_gold(wrong, known, np.arange(4)) is None


def test_the_vendors_number() -> None:
    found = own_number(0.95, 240, 300)
    assert found.p == pytest.approx(binomtest(240, 300, 0.95, "less").pvalue)
    exact = binomtest(240, 300).proportion_ci(0.95, "exact")
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high))
    assert found.share == 0.8
    assert "do not pay by it" in found.sentence
    assert "do not contradict" in own_number(0.95, 280, 300).sentence
    doubled = own_number(0.9, 520, 600, design_effect=2.0)  # two equal labels an item count once
    assert doubled.p == pytest.approx(own_number(0.9, 260, 300).p)
    assert (doubled.n, doubled.share) == (600, 520 / 600)


def test_a_person_who_hands_in_the_models_answers() -> None:
    """Annotator 11 stands for the model, 5 copies it."""
    columns = vendor(np.random.default_rng(2), 500, 12, 5, 0.8, difficulty=1.0)
    for cheat, expected in ((True, [5]), (False, [])):
        item, who, label, gold = clone(columns, 11, 5) if cheat else columns
        found = model_copies(item, who, label, gold, who == 11)
        assert [pair.first for pair in found.pairs] == expected


def test_real_times_that_are_all_alike() -> None:
    labels = real("zencrowd_two_vendors")
    found = same_values(labels.annotator, pd.to_numeric(labels.rows["duration_s"]).to_numpy(dtype=np.float64))
    assert [(one.value, one.n, one.same) for one in found] == [(3.0, 1905, 1280)]


def test_no_times() -> None:
    assert same_values(np.zeros(50, np.int64), np.full(50, np.nan)) == ()


@pytest.mark.slow
def test_false_alarms_stay_below_the_level() -> None:
    rng = np.random.default_rng(3)
    leaks = numbers = times = 0
    for _ in range(1000):
        item = np.repeat(np.arange(100), 3)
        hard = rng.beta(2, 8, 100)
        wrong = rng.random(300) < hard[item]
        found = known_gold(wrong, item < 50, item)
        leaks += found is not None and found.flag(0.05)
        numbers += own_number(0.9, int(rng.binomial(200, 0.9)), 200).p <= 0.05
        who = np.repeat(np.arange(5), 60)
        times += bool(same_values(who, rng.integers(0, 2, 300).astype(float), 0.05))
    allowed = 50 + 2 * (1000 * 0.05 * 0.95) ** 0.5
    assert leaks <= allowed
    assert numbers <= allowed
    assert times <= allowed
