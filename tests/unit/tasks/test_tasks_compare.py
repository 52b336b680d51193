"""Classification outcomes and the consensus against a row-by-row reference in plain Python."""

from __future__ import annotations

from collections import Counter
from typing import Literal, NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import compare
from vendoreval.tasks.consensus import TIE, count_ties, majority

CLASSES = ("a", "b", "c")


class Row(NamedTuple):
    """One label as it was delivered."""

    item: str
    annotator: str | None
    label: str | None


items = st.sampled_from(["i1", "i2", "i3", "i4", "not gold"])
rows = st.lists(
    st.builds(
        Row, items, st.sampled_from(["w1", "w2", "w3", None]), st.sampled_from(["a", "b", "c", "d", None])
    ),
    max_size=30,
)
golds = st.dictionaries(
    st.sampled_from(["i1", "i2", "i3", "i4"]),
    st.lists(st.sampled_from(["a", "b", "c", "e"]), min_size=1, max_size=3, unique=True),
    min_size=1,
)
ties = st.sampled_from(["smallest_label", "first_answer", "wrong"])
Ties = Literal["smallest_label", "first_answer", "wrong"]


def labels(given: list[Row]) -> LabelTable:
    return LabelTable(
        Coded.from_text([row.item for row in given]),
        Coded.from_text([row.annotator for row in given]),
        {"label": Coded.from_text([row.label for row in given])},
    )


def gold_of(accepted: dict[str, list[str]]) -> GoldSet:
    count = len(accepted)
    return GoldSet(
        "g",
        LabelTable(
            Coded.from_text(accepted),
            Coded(np.full(count, -1, dtype=np.int32), ()),
            {"label": Coded.from_text([answers[0] for answers in accepted.values()])},
        ),
        tuple(tuple(answers) for answers in accepted.values()),
    )


@given(golds, rows)
def test_outcomes_equal_the_reference(accepted: dict[str, list[str]], given_rows: list[Row]) -> None:
    expected = []
    for row in given_rows:
        if row.item in accepted:
            answers = accepted[row.item]
            right = row.label in answers
            word = "missing" if row.label is None else "correct" if right else "wrong_label"
            expected.append((row.item, row.annotator, row.label if right else answers[0], row.label, word))
    answered = {row.item for row in given_rows}
    expected += [
        (item, None, answers[0], None, "missing") for item, answers in accepted.items() if item not in answered
    ]
    found = compare(gold_of(accepted), labels(given_rows), CLASSES).rows()
    keys = ("item_id", "annotator_id", "expected", "delivered", "outcome")
    assert [tuple(row[key] for key in keys) for row in found] == expected


@given(golds)
def test_gold_against_itself_is_all_right(accepted: dict[str, list[str]]) -> None:
    found = compare(gold_of(accepted), labels([Row(item, "w", a[-1]) for item, a in accepted.items()]), CLASSES)
    assert found.right.all()
    assert len(found) == len(accepted)


def consensus(given_rows: list[Row], rule: Ties) -> dict[str, str]:
    """The reference: votes counted item by item."""
    result = {}
    for item in {row.item for row in given_rows}:
        votes = [row.label for row in given_rows if row.item == item and row.label is not None]
        if not votes:
            continue
        counts = Counter(votes)
        tied = [label for label, count in counts.items() if count == max(counts.values())]
        first = next(label for label in votes if label in tied)
        one = {"smallest_label": min(tied), "first_answer": first, "wrong": TIE}[rule]
        result[item] = tied[0] if len(tied) == 1 else one
    return result


@given(rows, ties)
def test_the_consensus_equals_the_reference(given_rows: list[Row], rule: Ties) -> None:
    made = majority(labels(given_rows), rule)
    answer = made.answers["label"]
    assert isinstance(answer, Coded)
    found = dict(zip(made.item.text(), answer.text(), strict=True))
    assert found == consensus(given_rows, rule)
    assert count_ties(labels(given_rows)) == list(consensus(given_rows, "wrong").values()).count(TIE)


@given(rows.flatmap(lambda given: st.tuples(st.just(given), st.permutations(given))))
def test_row_order_does_not_change_the_consensus(orders: tuple[list[Row], list[Row]]) -> None:
    one, two = (majority(labels(order), "smallest_label") for order in orders)
    first, second = one.answers["label"], two.answers["label"]
    assert isinstance(first, Coded)
    assert isinstance(second, Coded)
    assert (one.item.text(), first.text()) == (two.item.text(), second.text())


def test_the_first_answer_goes_by_time_where_times_are_known() -> None:
    times = np.asarray(["2026-01-02", "2026-01-01"], dtype="datetime64[us]")
    late = labels([Row("i1", "w1", "a"), Row("i1", "w2", "b")])
    timed = LabelTable(late.item, late.annotator, late.answers, labelled_at=times)
    answer = majority(timed, "first_answer").answers["label"]
    assert isinstance(answer, Coded)
    assert answer.text() == ["b"]
