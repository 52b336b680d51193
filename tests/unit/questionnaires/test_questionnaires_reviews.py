"""Blind reviews: spread, moderation, frozen weights, and agreement against an independent oracle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vendoreval.errors import Conflict
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import weights_hash
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.reviews import (
    Freeze,
    Moderation,
    Review,
    check_frozen,
    clarity_agreement,
    consensus,
    level_agreement,
    visible_to,
    with_reviewed_levels,
)
from vendoreval.resources import resource

TEXT = (resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REVIEWS = [
    Review("G1", "ann", 3, "clear"),
    Review("G1", "bob", 3, "clear"),
    Review("A1", "ann", 2, "ambivalent"),
    Review("A1", "bob", 3, "clear"),
    Review("C1", "ann", 4, "clear"),
    Review("C1", "bob", 1, "non_reply"),
    Review("C1", "bob", 2, "non_reply"),  # bob thought again
]


def test_states_of_consensus() -> None:
    found = consensus(REVIEWS)
    assert [(one.state, one.level, one.spread) for one in found.values()] == [
        ("agreed", 3, 0),
        ("close", 2, 1),
        ("moderation needed", None, 2),
    ]
    settled = consensus(REVIEWS, [Moderation("C1", 3, "The draft clause names a floor.", "eve")])["C1"]
    assert (settled.state, settled.level, settled.levels) == ("moderated", 3, (("ann", 4), ("bob", 2)))


def test_moderation_needs_a_reason_and_levels_a_range() -> None:
    with pytest.raises(ValueError, match="no rationale"):
        consensus(REVIEWS, [Moderation("C1", 3, " ", "eve")])
    with pytest.raises(ValueError, match="outside 0 to 4"):
        consensus([Review("G1", "ann", 5)])


def test_reviewed_levels_replace_the_vendors_own() -> None:
    answers = {"G1": Answer("G1", 4), "A1": Answer("A1", None, "declined"), "C1": Answer("C1", 4)}
    with pytest.raises(Conflict, match="C1"):
        with_reviewed_levels(answers, consensus(REVIEWS))
    found = with_reviewed_levels(answers, consensus(REVIEWS, [Moderation("C1", 2, "no floor", "eve")]))
    assert [found[one].level for one in ("G1", "A1", "C1")] == [3, None, 2]


@pytest.mark.parametrize(("now", "counts"), [(0, 0), (2, 2), (4, 3), (None, None)])
def test_a_level_belongs_to_the_answer_that_was_judged(now: int | None, counts: int | None) -> None:
    reviews = [Review("G1", "ann", 3, outdated=True), Review("G1", "bob", 3)]
    found = with_reviewed_levels({"G1": Answer("G1", now)}, consensus(reviews))
    assert found["G1"].level == counts
    settled = [Moderation("G1", 3, "seen again", "eve")]
    assert with_reviewed_levels({"G1": Answer("G1", 0)}, consensus(reviews, settled))["G1"].level == 3


def test_reviewers_are_blind_until_the_round_closes() -> None:
    assert {review.reviewer for review in visible_to("ann", REVIEWS, closed=False)} == {"ann"}
    assert visible_to("ann", REVIEWS, closed=True) == tuple(REVIEWS)


def test_weights_are_frozen_before_answers_are_opened() -> None:
    bank = parse_bank(TEXT, "x")
    freeze = Freeze(weights_hash(bank), NOON)
    check_frozen(bank, freeze, NOON)
    with pytest.raises(Conflict, match="opened before"):
        check_frozen(bank, freeze, NOON - timedelta(seconds=1))
    changed = parse_bank(TEXT.replace('importance = "minor"', 'importance = "critical"'), "x")
    with pytest.raises(Conflict, match="differ from those"):
        check_frozen(changed, freeze, NOON)


def test_agreement_by_hand() -> None:
    found = level_agreement(REVIEWS)
    # pairs (3,3), (2,3), (4,2)
    assert found.questions == 3
    assert found.exact == pytest.approx(1 / 3)
    assert found.within_one == pytest.approx(2 / 3)
    assert level_agreement([Review("G1", "ann", 3)]).alpha is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.none() | st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=8))
def test_alpha_against_the_krippendorff_package(table: list[list[int | None]]) -> None:
    reviews = [
        Review(f"Q{row}", f"r{column}", level)
        for row, levels in enumerate(table)
        for column, level in enumerate(levels)
        if level is not None
    ]
    paired = [[level for level in row if level is not None] for row in table]
    values = {level for row in paired if len(row) > 1 for level in row}
    assume(len(values) > 1)
    data = np.array([[np.nan if level is None else level for level in row] for row in table], dtype=float).T
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement="interval")
    assert level_agreement(reviews).alpha == pytest.approx(expected, abs=1e-9)


def test_clarity_alpha_against_the_package() -> None:
    codes = {"clear": 0, "ambivalent": 1, "non_reply": 2}
    data = [
        [codes["clear"], codes["ambivalent"], codes["clear"]],
        [codes["clear"], codes["clear"], codes["non_reply"]],
    ]
    expected = krippendorff.alpha(reliability_data=np.array(data, dtype=float), level_of_measurement="nominal")
    assert clarity_agreement(REVIEWS) == pytest.approx(expected)
