"""How rebuttals fared, against counts by hand and against a second count by hypothesis."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from tests.unit.claims.test_claims_disputes import CLAIM, CONTRACT, answered, move, opened
from vendoreval.claims.disputes import Dispute, LineState, follow
from vendoreval.claims.history import move_in_words
from vendoreval.claims.moves import Position
from vendoreval.claims.rebuttals import Fared, rebuttals


def line(number: int, state: str, code: str = "", position: str = "rebutted") -> LineState:
    return LineState(number, state, Position(number, position, code) if code else None)


def dispute(*lines: LineState) -> Dispute:
    return replace(opened(), lines={one.number: one for one in lines})


def test_counted_by_hand() -> None:
    first = dispute(
        line(1, "withdrawn", "gold_wrong"), line(2, "upheld", "gold_wrong"),
        line(3, "downgraded", "out_of_scope"), line(4, "rebutted", "gold_wrong"),
        line(5, "escalated", "out_of_scope"),
        line(6, "withdrawn"),  # struck out without a word of the vendor: no rebuttal
        line(7, "accepted", "", "accepted"), line(8, "raised"),
        line(9, "withdrawn", "x", "accepted"),  # accepted, and given up all the same
    )  # fmt: skip
    second = dispute(line(1, "withdrawn", "gold_wrong"))
    found = rebuttals([first, second])
    assert found.by_code == {"gold_wrong": Fared(2, 0, 1, 1), "out_of_scope": Fared(0, 1, 0, 1)}
    assert found.all == Fared(2, 1, 1, 2)
    assert found.all.decided == 4
    known = binomtest(2, 4).proportion_ci(0.95, "exact")
    assert found.all.interval == pytest.approx((known.low, known.high))
    record = found.to_json()
    assert record["all"]["share"]["estimate"] == 0.5
    assert [one["code"] for one in record["by_code"]] == ["gold_wrong", "out_of_scope"]
    assert record["by_code"][1]["share"]["estimate"] == 0
    assert rebuttals([]).to_json()["all"] == {**vars(Fared()), "share": None}


def test_a_rebuttal_that_was_not_ruled_on_is_open() -> None:
    found = rebuttals([follow(opened(), CONTRACT, answered(1, 2))])
    assert (found.all.open, found.all.decided) == (2, 0)


STATES = ("raised", "accepted", "rebutted", "upheld", "downgraded", "withdrawn", "escalated")
LINES = st.lists(
    st.tuples(
        st.sampled_from(STATES), st.sampled_from(["", "a", "b"]), st.sampled_from(["accepted", "rebutted"])
    )
)


@given(st.lists(LINES, max_size=4))
def test_every_rebutted_line_is_counted_once(disputes: list[list[tuple[str, str, str]]]) -> None:
    found = rebuttals(dispute(*(line(n, *told) for n, told in enumerate(lines))) for lines in disputes)
    rebutted = [told for lines in disputes for told in lines if told[1] and told[2] == "rebutted"]
    counts = Counter(code for _, code, _ in rebutted)
    assert {code: one.decided + one.open for code, one in found.by_code.items()} == counts
    assert found.all.decided + found.all.open == len(rebutted)
    assert found.all.succeeded == sum(state == "withdrawn" for state, _, _ in rebutted)
    low, high = found.all.interval
    assert found.all.decided == 0 or low <= found.all.succeeded / found.all.decided <= high


def test_a_settlement_in_words_names_its_sum() -> None:
    told = {"minor": 12345, "currency": CLAIM.currency, "how": "credit", "reference": "CN-1"}
    assert move_in_words(move("settled", told=told)) == "settled: EUR 123.45, credit, CN-1"
