"""Rankings against gold: pairs counted by hand, and Kendall's tau by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau

from tests.unit.tasks.rows_samples import Rows, delivery_of, distance, gold_of, judged
from tests.unit.tasks.span_samples import shuffled
from vendoreval.contracts.terms import Task
from vendoreval.tasks.ranking import TYPE

TASK = Task("ranking", ())
EITHER = Task("ranking", (), matching={"tied": "either"})
NAMES = "abcdef"
ranks = st.lists(st.integers(1, 4), max_size=5)


def rows(*listed: int) -> Rows:
    return [{"label": NAMES[k], "rank": rank} for k, rank in enumerate(listed)]


def test_pairs_counted_by_hand() -> None:
    found = judged(TASK, rows(1, 2, 3), rows(1, 3, 2))
    assert found.counts()["correct"] == 2
    assert found.counts()["wrong_label"] == 1
    wrong = next(row for row in found.rows() if row["outcome"] == "wrong_label")
    assert (wrong["expected"], wrong["delivered"], wrong["where"]) == ("b > c", "c > b", "b and c")


def test_what_is_not_ranked_is_missing_and_what_gold_has_not_is_extra() -> None:
    counts = judged(TASK, rows(1, 2, 3), [*rows(1, 2), {"label": "z", "rank": 3}]).counts()
    assert (counts["correct"], counts["missing"], counts["extra"]) == (1, 2, 2)


def test_ties_by_the_contracts_rule() -> None:
    assert judged(TASK, rows(1, 1), rows(2, 2)).counts()["correct"] == 1
    assert judged(TASK, rows(1, 1), rows(1, 2)).counts()["wrong_label"] == 1
    assert judged(EITHER, rows(1, 1), rows(2, 1)).counts()["correct"] == 1
    assert judged(EITHER, rows(1, 2), rows(1, 1)).counts()["wrong_label"] == 1  # a tie orders nothing


def test_the_best_of_the_accepted_rankings_counts() -> None:
    gold = gold_of("ranking", {"i": [rows(1, 2, 3), rows(3, 2, 1)]})
    found = TYPE.compare(
        gold, delivery_of("ranking", {("i", "a"): rows(3, 2, 1), ("i", "b"): rows(1, 2, 3)}), TASK
    )
    assert found.counts()["correct"] == 6


@settings(deadline=None)
@given(st.integers(2, 6).flatmap(lambda n: st.tuples(st.permutations(range(n)), st.permutations(range(n)))))
def test_the_share_of_right_pairs_is_kendalls(both: tuple[list[int], list[int]]) -> None:
    one, other = both
    found = judged(TASK, rows(*one), rows(*other))
    tau = kendalltau(one, other).statistic
    assert found.right.mean() == pytest.approx((1 + tau) / 2)
    assert distance(TASK, rows(*one), rows(*other)) == pytest.approx((1 - tau) / 2)


@settings(deadline=None)
@given(ranks, ranks, st.integers(0, 9))
def test_order_and_steps_of_ranks_never_matter(one: list[int], other: list[int], seed: int) -> None:
    gold = gold_of("ranking", {"i": [rows(*one)]})
    labels = delivery_of("ranking", {("i", "b"): rows(*other), ("i", "a"): rows(*one)})
    spread = delivery_of("ranking", {("i", "b"): rows(*(10 * r for r in other)), ("i", "a"): rows(*one)})
    found = TYPE.compare(gold, labels, TASK)
    assert list(found.rows()) == list(TYPE.compare(gold, shuffled(labels, seed), TASK).rows())
    assert found.counts() == TYPE.compare(gold, spread, TASK).counts()
    assert judged(TASK, rows(*one), rows(*one)).right.all()
    assert distance(TASK, rows(*one), rows(*other)) == distance(TASK, rows(*other), rows(*one))


def test_rows_point_at_those_of_the_files() -> None:
    gold = gold_of("ranking", {"i": [rows(1, 2)], "j": [rows(2, 1, 3)]})
    labels = delivery_of("ranking", {("j", "a"): rows(1, 2, 3), ("i", "a"): rows(2, 1)})
    found = TYPE.compare(gold, labels, TASK)
    assert found.delivered_row is not None
    for row, at in zip(found.rows(), found.delivered_row.tolist(), strict=True):
        assert labels.item[at] == row["item_id"]
        assert labels.text("label")[at] in (row["delivered"] or "")
    assert TYPE.most_units(4) == len(np.triu_indices(4, 1)[0])


def test_how_an_answer_is_written_is_no_error() -> None:
    gold = [{"label": "caf\u00e9", "rank": 1}, {"label": "b  c", "rank": 2}]
    assert judged(TASK, gold, [{"label": "cafe\u0301 ", "rank": 1}, {"label": "b c", "rank": 2}]).right.all()


def test_what_is_ranked_twice_alike_counts_once() -> None:
    counts = judged(TASK, rows(1, 2, 3), [*rows(1, 2, 3), *rows(1, 2)]).counts()
    assert (counts["correct"], counts["extra"]) == (3, 0)
