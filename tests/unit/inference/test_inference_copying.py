"""Copied answers: found where they are, and not where people merely fail on the same hard items."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.inference.real_labels import real
from vendoreval.inference.copying import COMMON, DEPARTS, _tail, copied_pairs, same_errors
from vendoreval.inference.copying_in_turn import copiers

Ints = NDArray[np.int64]


def vendor(
    rng: np.random.Generator, items: int, people: int, per_item: int, accuracy: float, classes: int = 3,
    difficulty: float = 0.0, gold_wrong: float = 0.0,
) -> tuple[Ints, Ints, Ints, Ints]:  # fmt: skip
    """Independent people on items of unequal difficulty (logit scale), some with wrong gold."""
    truth = rng.integers(0, classes, items)
    who = np.argsort(rng.random((items, people)), axis=1)[:, :per_item].ravel()
    item = np.repeat(np.arange(items), per_item)
    skill = np.log(accuracy / (1 - accuracy)) + rng.normal(0, 0.5, people)
    hard = rng.normal(0, 1, items) * difficulty
    right = rng.random(len(item)) < 1 / (1 + np.exp(hard[item] - skill[who]))
    trap = (truth + 1) % classes  # hard items lead most people to the same wrong class
    other = np.where(rng.random(len(item)) < 0.7, trap[item], (truth[item] + classes - 1) % classes)
    label = np.where(right, truth[item], other)
    gold = np.where(rng.random(items) < gold_wrong, trap, truth)
    return item, who.astype(np.int64), label, gold[item]


def clone(columns: tuple[Ints, Ints, Ints, Ints], whom: int, by: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Annotator `by` answers what `whom` answered, on all of whose items."""
    item, who, label, gold = columns
    mine = who == whom
    keep = ~((who == by) & np.isin(item, item[mine]))
    parts = zip(
        (item, who, label, gold), (item[mine], np.full(mine.sum(), by), label[mine], gold[mine]), strict=True
    )
    a, b, c, d = (np.concatenate((old[keep], new)) for old, new in parts)
    return a, b, c, d


def test_copied_consensus_is_caught() -> None:
    found = same_errors(*real("hitspam_copied_consensus").columns)
    assert (found.items, found.wrong, found.same) == (100, 34, 34)  # 66 of 100 right: FACTS
    assert found.expected < 0.01
    assert found.flag()
    assert "count them as one label" in found.sentence


@pytest.mark.parametrize(
    "name",
    ["bluebirds", "zencrowd_two_vendors", "weather_sentiment_two_vendors", "music_genre", "adultcontent2"],
)
def test_independent_people_are_not_accused(name: str) -> None:
    labels = real(name)
    everybody = same_errors(*labels.columns)
    assert not everybody.flag()
    assert "no proof" in everybody.sentence
    assert copied_pairs(*labels.columns).pairs == ()


@pytest.mark.parametrize("vendor_id", ["mturk_india", "mturk_us"])
def test_one_vendor_alone(vendor_id: str) -> None:
    labels = real("zencrowd_two_vendors", vendor_id)
    assert not same_errors(*labels.columns).flag()
    assert copied_pairs(*labels.columns).pairs == ()


def test_counts_against_a_plain_loop() -> None:
    rng = np.random.default_rng(4)
    columns = clone(vendor(rng, 200, 6, 4, 0.6, difficulty=1.0), 1, 2)
    item, who, label, gold = (column.tolist() for column in columns)
    given: dict[int, dict[int, int]] = {}
    right = dict(zip(item, gold, strict=True))
    for i, a, answer in zip(item, who, label, strict=True):
        given.setdefault(i, {})[a] = answer
    wrong = [i for i, said in given.items() if any(answer != right[i] for answer in said.values())]
    same = [i for i in wrong if len(set(given[i].values())) == 1]
    found = same_errors(*columns)
    assert (found.wrong, found.same) == (len(wrong), len(same))
    pairs = copied_pairs(*columns, alpha=1.0)
    seen = {(pair.first, pair.second): pair for pair in pairs.pairs}
    for a, b in combinations(range(6), 2):
        met = [(said[a], said[b], right[i]) for i, said in given.items() if a in said and b in said]
        either = sum(x != g or y != g for x, y, g in met)
        if (a, b) in seen:
            assert seen[a, b].items == len(met)
            assert seen[a, b].wrong == either
            assert seen[a, b].same == sum(x == y != g for x, y, g in met)
    assert pairs.tested == 15


def test_a_copying_pair_is_named_and_nobody_else() -> None:
    rng = np.random.default_rng(1)
    found = copied_pairs(*clone(vendor(rng, 500, 12, 5, 0.75, difficulty=1.0), 3, 7))
    assert found.groups == ((3, 7),)
    assert found.pairs[0].share == 1.0
    assert found.pairs[0].q < 1e-6


def test_a_ring_is_one_group() -> None:
    columns = vendor(np.random.default_rng(2), 600, 12, 5, 0.75, difficulty=1.0)
    found = copied_pairs(*clone(clone(columns, 3, 7), 3, 9))
    assert found.groups == ((3, 7, 9),)


def test_order_of_rows_never_matters() -> None:
    rng = np.random.default_rng(3)
    columns = clone(vendor(rng, 300, 8, 4, 0.7, difficulty=1.0), 0, 1)
    order = rng.permutation(len(columns[0]))
    turned = [column[order] for column in columns]
    assert same_errors(*turned) == same_errors(*columns)
    assert copied_pairs(*turned).pairs == copied_pairs(*columns).pairs


def test_no_gold_and_no_error() -> None:
    item, who, label, _ = vendor(np.random.default_rng(5), 50, 5, 3, 0.8)
    unknown = np.full(len(item), -1)
    assert same_errors(item, who, label, unknown).p == 1.0
    assert copied_pairs(item, who, label, unknown).tested == 0
    assert same_errors(item, who, label, label).p == 1.0


def test_the_tail_is_never_below_the_exact_one() -> None:
    rng = np.random.default_rng(6)
    for _ in range(200):
        chances = rng.uniform(0.05, 0.95, 12)
        exact = np.array([1.0])
        for chance in chances:
            exact = np.convolve(exact, [1 - chance, chance])
        tails = exact[::-1].cumsum()[::-1]
        for count in range(1, 13):
            assert _tail(count, chances) >= tails[count] - 1e-12


def test_wrong_gold_and_inverted_people_are_no_copies() -> None:
    rng = np.random.default_rng(7)
    accurate = vendor(rng, 1500, 10, 5, 0.995, gold_wrong=0.03)  # nearly all errors are the gold's
    assert not same_errors(*accurate).flag()
    assert copied_pairs(*accurate).pairs == ()
    item, who, label, gold = vendor(rng, 600, 10, 5, 0.9, classes=2)
    inverted = np.where(who < 2, 1 - label, label)  # two people took yes for no
    assert copied_pairs(item, who, inverted, gold).pairs == ()


@pytest.mark.slow
def test_false_alarms_stay_below_the_level() -> None:
    """Independent people on items of very unequal difficulty, 400 vendors, level 5 %."""
    rng = np.random.default_rng(8)
    pairs = everybody = 0
    for _ in range(400):
        columns = vendor(rng, 200, 8, 4, 0.7, classes=2, difficulty=2.0, gold_wrong=0.02)
        pairs += bool(copied_pairs(*columns, alpha=0.05).pairs)
        everybody += same_errors(*columns).flag(0.05)
    assert pairs <= 400 * 0.05
    assert everybody <= 400 * 0.05


@pytest.mark.slow
def test_false_alarms_at_the_edge_of_the_null() -> None:
    """COMMON of the items lead all astray, on the others each departs with DEPARTS: the worst allowed."""
    rng, alarms = np.random.default_rng(9), 0
    for _ in range(1000):
        items, per = 300, 4
        first = rng.random(items) < 0.3
        led = rng.random(items) < COMMON
        follows = rng.random((items, per)) > DEPARTS
        follows[:, 0] = True
        wrong = np.where(led[:, None], True, first[:, None] & follows)
        item = np.repeat(np.arange(items), per)
        who = np.tile(np.arange(per), items)
        alarms += same_errors(item, who, wrong.ravel().astype(np.int64), np.zeros(items * per, int)).flag(0.05)
    assert alarms <= 1000 * 0.05


def in_turn(
    rng: np.random.Generator, columns: tuple[Ints, Ints, Ints, Ints], by: int, share: float = 1.0
) -> tuple[Ints, Ints, Ints, Ints]:
    """Annotator `by` takes a share of the answers from some other person on the item, now this, now that."""
    order = np.argsort(columns[0], kind="stable")
    item, who, label, gold = (column[order] for column in columns)
    copied = label.copy()
    for rows in np.split(np.arange(len(item)), np.flatnonzero(np.diff(item)) + 1):
        mine, others = rows[who[rows] == by], rows[who[rows] != by]
        if len(mine) and len(others) and rng.random() < share:
            copied[mine[0]] = label[rng.choice(others)]
    return item, who, copied, gold


@pytest.mark.parametrize(("classes", "seed"), [(2, 1), (3, 2)])
def test_who_copies_the_neighbours_in_turn_is_found_where_no_pair_is(classes: int, seed: int) -> None:
    """One of ten, 3,000 items with three labels each: the case that pairs never show."""
    rng = np.random.default_rng(seed)
    columns = in_turn(rng, vendor(rng, 3000, 10, 3, 0.9, classes=classes), 4)
    assert copied_pairs(*columns).pairs == ()
    found = copiers(*columns)
    assert [one.code for one in found.found] == [4]
    (one,) = found.found
    assert one.shared == one.errors  # never alone
    assert one.followed / one.lone == pytest.approx(0.5, abs=0.12)  # the right one of two, half of the time
    shuffled = rng.permutation(len(columns[0]))
    assert copiers(*(column[shuffled] for column in columns)) == found


def test_counts_of_copying_in_turn_are_those_of_a_slow_count() -> None:
    rng = np.random.default_rng(3)
    item, who, label, gold = in_turn(rng, vendor(rng, 2000, 6, 3, 0.85, classes=3), 2)
    (one,) = copiers(item, who, label, gold).found
    answers: dict[int, dict[int, int]] = {}
    truth = dict(zip(item.tolist(), gold.tolist(), strict=True))
    for i, w, given in zip(item.tolist(), who.tolist(), label.tolist(), strict=True):
        answers.setdefault(i, {})[w] = given
    mine = [i for i, said in answers.items() if 2 in said]
    wrong = Counter((truth[i], answers[i][2]) for i in mine if answers[i][2] != truth[i])
    usual = min(cell for cell, count in wrong.items() if count == max(wrong.values()))
    errors = shared = lone = followed = 0
    for i in mine:
        own = answers[i][2]
        others = [given for w, given in answers[i].items() if w != 2]
        if own != truth[i] and (truth[i], own) != usual:
            errors += 1
            shared += own in others
        astray = [given for given in others if given != truth[i]]
        if len(astray) == 1 and (truth[i], astray[0]) != usual:
            lone += 1
            followed += own == astray[0]
    assert (one.errors, one.shared, one.lone, one.followed) == (errors, shared, lone, followed)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_half_copied_is_not_called_copying_in_turn(share: float) -> None:
    rng = np.random.default_rng(4)
    for _ in range(5):
        assert copiers(*in_turn(rng, vendor(rng, 1500, 10, 3, 0.9), 4, share)).found == ()


@pytest.mark.parametrize(
    "name",
    ["bluebirds", "zencrowd_two_vendors", "weather_sentiment_two_vendors", "music_genre", "adultcontent2"],
)
def test_nobody_on_public_data_copies_in_turn(name: str) -> None:
    assert copiers(*real(name).columns).found == ()


@pytest.mark.slow
def test_experts_weak_people_and_misread_guidelines_are_no_copying_in_turn() -> None:
    """Level 5 %: skills that differ much, hard items, wrong gold, a rule misread by half of the people."""
    rng, alarms, vendors = np.random.default_rng(5), 0, 0
    for per, classes, difficulty, misread in ((3, 2, 0.0, 0), (3, 3, 3.0, 0), (2, 2, 3.0, 0), (5, 3, 1.0, 3)):
        for _ in range(100):
            item, who, label, gold = vendor(
                rng, 1000, 6, per, 0.9, classes=classes, difficulty=difficulty, gold_wrong=0.01
            )
            skilled = (who == 0) & (rng.random(len(who)) < 0.8)
            label = np.where(skilled, gold, label)
            label = np.where((who < misread) & (gold == 0), 1, label)
            alarms += bool(copiers(item, who, label, gold, alpha=0.05).found)
            vendors += 1
    assert alarms <= vendors * 0.05
