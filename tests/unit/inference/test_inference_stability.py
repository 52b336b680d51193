"""Annotators with each other, with themselves, and against colleagues on the same items."""

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.stats import fisher_exact

from vendoreval.inference.stability import ALONE, SHARED, between_people, people, with_oneself

LIMIT = Fraction("0.94")
ANSWER = np.array([0, 1, 2, 0, 0, 1, 1, 2, 2, 0])
RIGHT = np.array([1, 1, 0, 1, 0, 0, 1, 0, 0, 1], dtype=bool)
WHO = np.array([0, 1, 1, 2, 0, 0, 1, 0, 1, 0])
ITEM = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])


def pairs(same_person: bool) -> tuple[int, int]:
    said = [-1 if good else int(a) for a, good in zip(ANSWER, RIGHT, strict=True)]
    found = [
        said[i] == said[j]
        for i, j in combinations(range(10), 2)
        if ITEM[i] == ITEM[j] and (WHO[i] == WHO[j]) == same_person
    ]
    return sum(found), len(found)


def test_pairs_equal_plain_counting() -> None:
    for count, same in ((between_people, False), (with_oneself, True)):
        found = count(ANSWER, RIGHT, WHO, ITEM, LIMIT)
        agreeing, all_ = pairs(same)
        assert found is not None
        assert (found.exact, found.n) == (Fraction(agreeing, all_), all_)


def test_nothing_to_pair() -> None:
    alone = np.arange(3)
    right = np.ones(3, dtype=bool)
    assert between_people(alone, right, alone, alone, LIMIT) is None
    assert with_oneself(alone, right, alone, alone, LIMIT) is None


def test_people_equal_the_enumeration_of_errors_within_items() -> None:
    wrong, who = np.array([1, 0, 0, 1, 1, 0, 0], dtype=bool), np.array([0, 1, 2, 0, 1, 0, 1])
    item = np.array([0, 0, 0, 1, 1, 2, 2])
    outcomes = []
    for a in set(permutations(wrong[:3].tolist())):
        for b in set(permutations(wrong[3:5].tolist())):
            for c in set(permutations(wrong[5:].tolist())):
                outcomes.append(a[0] + b[0] + c[0])
    found = people(wrong, who, item)
    assert found[0].errors == 2
    assert found[0].expected == pytest.approx(1 / 3 + 1)
    assert found[0].p == pytest.approx(np.mean(np.array(outcomes) >= 2))
    assert {one.method for one in found} == {SHARED}


def test_a_person_alone_on_the_items_is_held_against_all_others() -> None:
    wrong = np.r_[np.arange(30) < 9, np.arange(90) < 5]
    who = np.r_[np.zeros(30, dtype=int), np.repeat([1, 2, 3], 30)]
    found = people(wrong, who, np.arange(120))
    assert found[0].method == ALONE
    assert found[0].p == pytest.approx(fisher_exact(np.array([[9, 21], [5, 85]]), "greater")[1], rel=1e-9)


def test_order_of_rows_plays_no_part() -> None:
    rng = np.random.default_rng(1)
    who, item, wrong = rng.integers(0, 8, 300), rng.integers(0, 60, 300), rng.random(300) < 0.2
    order = rng.permutation(300)
    first, again = people(wrong, who, item), people(wrong[order], who[order], item[order])
    assert [vars(one) for one in first] == [pytest.approx(vars(one)) for one in again]
    answer = rng.integers(0, 3, 300)
    one = between_people(answer, ~wrong, who, item, LIMIT)
    two = between_people(answer[order], ~wrong[order], who[order], item[order], LIMIT)
    assert one is not None
    assert two is not None
    assert one.exact == two.exact
    assert one.p_breach == pytest.approx(two.p_breach)


def test_nobody_is_accused_when_items_differ_and_people_do_not() -> None:
    """Hard items go to few people: plain comparison would accuse them, the test within items does not."""
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(200):
        item = np.repeat(np.arange(100), 3)
        hard = item < 20
        who = np.where(hard, rng.integers(0, 3, 300), rng.integers(3, 10, 300))
        wrong = rng.random(300) < np.where(hard, 0.5, 0.03)
        alarms += min(one.p for one in people(wrong, who, item)) * 10 <= 0.05
    assert alarms / 200 <= 0.05


def test_pairs_of_people_who_keep_the_clause_seldom_break_the_bound() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(300):
        item = np.repeat(np.arange(150), 3)
        right = rng.random(450) >= 0.03
        found = between_people(rng.integers(0, 3, 450), right, np.tile(np.arange(3), 150), item, LIMIT)
        assert found is not None
        alarms += found.p_breach <= 0.05
    assert alarms / 300 <= 0.05
