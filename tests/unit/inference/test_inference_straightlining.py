"""Straight-lining and speed: exact chances, real workers, planted ones, and few false alarms."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from tests.unit.inference.real_labels import real
from vendoreval.inference.consensus import dawid_skene
from vendoreval.inference.straightlining import (
    FAST,
    StraightLine,
    _longest,
    _others_median,
    longest_run,
    one_answer_to_all,
    straight_lines,
    too_fast,
)

Ints = NDArray[np.int64]


def honest(rng: np.random.Generator, people: int = 10, items: int = 120) -> tuple[Ints, Ints, Ints]:
    """Everybody labels all items in the same order; classes come in blocks, as sorted files have them."""
    truth = np.sort(rng.integers(0, 3, items))
    who = np.repeat(np.arange(people), items)
    reference = np.tile(truth, people)
    right = rng.random(len(who)) < 0.8
    return who, np.where(right, reference, rng.integers(0, 3, len(who))), reference


def test_longest_run_of_the_r_package() -> None:
    assert longest_run(np.asarray([1, 1, 1, 2, 2, 3, 3, 3, 3, 1])) == 4  # careless: longstring
    assert longest_run(np.asarray([], dtype=np.int64)) == 0


def test_the_chance_of_a_run_by_enumeration() -> None:
    """p is never below the true chance that a run so improbable comes up, over all orders."""
    label, classes = (0, 0, 0, 0, 1, 1), np.asarray([0, 1, 0, 1, 0, 1])

    def p_of(given: tuple[int, ...]) -> float:
        answers = np.asarray(given)
        own = np.bincount(classes * 2 + answers, minlength=4).reshape(2, 2)
        return _longest(0, answers, classes, own).p

    found = []
    for zeros in permutations(range(3)):
        for ones in permutations(range(3)):
            dealt = [0] * 6
            for place, source in enumerate(zeros):
                dealt[2 * place] = label[2 * source]
            for place, source in enumerate(ones):
                dealt[2 * place + 1] = label[2 * source + 1]
            found.append(p_of(tuple(dealt)))
    values = np.asarray(found)
    for p in values:
        assert (values <= p + 1e-12).mean() <= p + 1e-12


def test_workers_of_the_weather_set_who_gave_one_answer() -> None:
    """Two of 571 workers; by gold they have 24 and 25 % right, all others together 72 %."""
    labels = real("weather_sentiment_two_vendors")
    item, who, label, gold = labels.columns
    consensus = dawid_skene(item, who, label, len(labels.classes)).label
    found = straight_lines(who, label, consensus[item])
    assert [(one.kind, one.length, one.n) for one in found] == [
        ("one answer", 106, 107),
        ("one answer", 61, 64),
    ]
    for one in found:
        assert (label == gold)[who == one.code].mean() < 0.26


def test_a_worker_of_zencrowd_who_took_three_seconds() -> None:
    labels = real("zencrowd_two_vendors")
    seconds = pd.to_numeric(labels.rows["duration_s"]).to_numpy(dtype=np.float64)
    found = too_fast(labels.item, labels.annotator, seconds)
    assert [(one.n, one.fast) for one in found] == [(1905, 1870)]
    assert found[0].ratio == pytest.approx(0.12, abs=0.01)
    assert (labels.label == labels.gold)[labels.annotator == found[0].code].mean() < 0.70


@pytest.mark.parametrize("name", ["bluebirds", "zencrowd_two_vendors", "music_genre"])
def test_nobody_else_is_accused_on_real_labels(name: str) -> None:
    labels = real(name)
    assert straight_lines(labels.annotator, labels.label, labels.gold) == ()


def test_planted_runs_are_found() -> None:
    who, label, reference = honest(np.random.default_rng(1))
    order = np.random.default_rng(2).permutation(120)
    label = label.reshape(10, 120)[:, order].ravel()
    reference = reference.reshape(10, 120)[:, order].ravel()
    label[4 * 120 + 30 : 4 * 120 + 70] = 2
    found = straight_lines(who, label, reference)
    assert [(one.code, one.kind, one.label) for one in found] == [(4, "run", 2)]
    assert found[0].length >= 40
    assert 20 <= found[0].start <= 30


def test_inverted_answers_are_no_straight_line() -> None:
    rng = np.random.default_rng(3)
    reference = np.tile(rng.integers(0, 2, 100), 5)
    who = np.repeat(np.arange(5), 100)
    label = np.where(who == 2, 1 - reference, reference)
    assert straight_lines(who, label, reference) == ()


def test_median_of_the_others_by_a_plain_loop() -> None:
    rng = np.random.default_rng(4)
    item, seconds = rng.integers(0, 30, 150), rng.integers(1, 20, 150).astype(np.float64)
    found = _others_median(item, seconds)
    for row in range(150):
        others = np.delete(seconds, row)[np.delete(item, row) == item[row]]
        if len(others) < 2:
            assert np.isnan(found[row])
        else:
            assert found[row] == np.median(others)


def test_nothing_to_test() -> None:
    none = np.empty(0, np.int64)
    assert straight_lines(none, none, none) == ()
    assert too_fast(none, none, np.empty(0)) == ()
    assert isinstance(StraightLine(0, "run", 0, 20, 5, 0, 1.0, 1.0), StraightLine)


@pytest.mark.slow
def test_false_alarms_stay_below_the_level() -> None:
    rng, lines, fast = np.random.default_rng(5), 0, 0
    for _ in range(400):
        who, label, reference = honest(rng)
        lines += bool(straight_lines(who, label, reference, 0.05))
        item = np.tile(np.arange(120), 10)
        usual = rng.lognormal(2, 0.5, 120)[item] * np.where(who == 0, FAST, 1.0)  # one at the very limit
        fast += bool(too_fast(item, who, usual * rng.lognormal(0, 0.4, len(item)), 0.05))
    assert lines <= 400 * 0.05
    assert fast <= 400 * 0.05 + 2 * (400 * 0.05 * 0.95) ** 0.5


def answers_to_all(rng: np.random.Generator, lazy: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three people an item, of whom person 0 answers a share `lazy` of the items with answer 0, unlooked."""
    item, who = np.repeat(np.arange(120), 3), np.tile(np.arange(3), 120)
    truth = np.where(rng.random(120) < 0.3, 0, 1 + np.arange(120))  # 0: nothing there, else like no other
    content = np.where(rng.random(360) < 0.9, truth[item], 1000 + np.arange(360))
    return item, who, np.where((who == 0) & (rng.random(360) < lazy), 0, content)


def test_one_answer_to_everything_is_named() -> None:
    (found,) = one_answer_to_all(*answers_to_all(np.random.default_rng(1), 0.97))
    assert (found.code, found.kind, found.label) == (0, "one answer", 0)
    assert found.length >= 0.9 * found.n
    assert one_answer_to_all(*answers_to_all(np.random.default_rng(1), 0.3)) == ()
    item, who = np.repeat(np.arange(60), 2), np.tile(np.arange(2), 60)
    assert one_answer_to_all(item, who, np.zeros(120, dtype=np.int64)) == ()  # everybody says so


def test_honest_people_are_seldom_named_for_one_answer() -> None:
    rng = np.random.default_rng(7)
    named = sum(bool(one_answer_to_all(*answers_to_all(rng, 0.0))) for _ in range(100))
    half_blind = sum(bool(one_answer_to_all(*answers_to_all(rng, 0.5))) for _ in range(100))
    assert (named, half_blind) == (0, 0)
