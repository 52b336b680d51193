"""People who answer alike are noticed without gold, and honest ones rarely; what copies do to the model."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from tests.unit.inference.real_labels import real
from tests.unit.inference.test_inference_copying import Ints, clone, vendor
from vendoreval.inference.alike import LEAST_USUAL, alike
from vendoreval.inference.annotators import from_consensus
from vendoreval.inference.consensus import dawid_skene


def with_clones(rng: np.random.Generator, people: int, clones: int, items: int = 300) -> tuple[Ints, ...]:
    columns = vendor(rng, items, people, people, 0.8, classes=3)
    for by in range(1, clones):
        columns = clone(columns, 0, by)
    return columns


def test_five_clones_push_every_honest_interval_below_the_truth_and_are_noticed() -> None:
    item, who, label, gold = with_clones(np.random.default_rng(0), 10, 5)
    found = from_consensus(dawid_skene(item, who, label, 3), item, who, label)
    truth = [float((label == gold)[who == person].mean()) for person in range(10)]
    assert min(one.low or 0 for one in found[:5]) > max(truth[:5])  # the clones are believed right
    below = [(one.high or 1) < right for one, right in zip(found[5:], truth[5:], strict=True)]
    assert sum(below) >= 4
    seen = alike(item, who, label)
    assert seen.groups == ((0, 1, 2, 3, 4),)
    assert "5 people answer so much alike" in seen.reason


@pytest.mark.parametrize(("people", "clones"), [(10, 2), (6, 5), (12, 8)])
def test_clones_are_noticed_as_few_and_as_majority(people: int, clones: int) -> None:
    item, who, label, _ = with_clones(np.random.default_rng(1), people, clones)
    assert alike(item, who, label).groups == (tuple(range(clones)),)


def test_the_usual_share_is_that_of_people_who_are_not_alike() -> None:
    item, who, label, _ = with_clones(np.random.default_rng(2), 6, 4, items=200)
    answers = {(i, w): given for i, w, given in zip(item.tolist(), who.tolist(), label.tolist(), strict=True)}
    pairs = [(a, b) for a, b in combinations(range(6), 2) if b > 3]
    differ = sum(answers[i, a] != answers[i, b] for a, b in pairs for i in range(200))
    assert alike(item, who, label).usual == pytest.approx(differ / (200 * len(pairs)))


def test_people_who_never_differ_cannot_be_ranked_and_unknown_rows_are_left_out() -> None:
    copied = real("hitspam_copied_consensus")
    everybody = alike(copied.item, copied.annotator, copied.label)
    assert everybody.usual < LEAST_USUAL
    assert "cannot be told" in everybody.reason
    alone = np.zeros(5, dtype=np.int64)
    assert alike(np.arange(5), alone, alone).reason == ""
    assert alike(np.arange(5), alone - 1, alone).reason == ""


@pytest.mark.parametrize("name", ["bluebirds", "weather_sentiment_two_vendors"])
def test_crowds_of_people_who_differ_are_ranked(name: str) -> None:
    labels = real(name)
    assert alike(labels.item, labels.annotator, labels.label).reason == ""


@pytest.mark.slow
def test_equally_good_independent_people_are_rarely_alike() -> None:
    rng = np.random.default_rng(3)
    noticed = 0
    for _ in range(300):
        item, who, label, _ = vendor(rng, 200, 8, 4, 0.85, difficulty=1.0)
        noticed += bool(alike(item, who, label, alpha=0.05).groups)
    assert noticed <= 300 * 0.05
