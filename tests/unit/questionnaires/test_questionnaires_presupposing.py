"""Questions that presuppose another answer: read from a bank, scored by hand, and of no use for dodging."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.questionnaires.test_questionnaires_scoring import CORE, MINI, answers, level
from vendoreval.errors import InvalidDocument
from vendoreval.questionnaires.answers import STATES, Answer, EvidenceItem
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank, Presupposed, template_hash, weights_hash
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.scoring import score

GATED = {"G2": "G1", "G3": "G1", "G5": "G1", "A2": "A1", "R2": "R1", "E2": "E1", "E5": "E1"}


def bank() -> Bank:
    """MINI, in which X2 presupposes level 2 of X1."""
    made = [replace(q, applies_if=None, presupposes=Presupposed("X1", 2)) if q.id == "X2" else q
            for q in MINI.questions]  # fmt: skip
    return replace(MINI, questions=tuple(made))


def parts(result: Assessment) -> tuple[float, float, str, bool]:
    row = next(row for row in result.questions if row.question_id == "X2")
    return row.level, result.coverage, row.state, any(f.question_id == "X2" for f in result.follow_ups)


def test_the_core_bank_asks_in_steps() -> None:
    found = {q.id: q.presupposes.question for q in CORE.questions if q.presupposes}
    assert found == GATED


@pytest.mark.parametrize(
    ("ground", "expected"),
    [
        (level("X1", 2), (3, 100.0, "answered", False)),
        (level("X1", 1), (0, 100.0, "answered", False)),  # nothing to ask, nothing to take up
        (Answer("X1", state="declined"), (0, 3 / 7 * 100, "answered", True)),
        (Answer("X1", state="na", na_reason="not us"), (0, 3 / 7 * 100, "answered", True)),
        (Answer("X1", state="na", na_reason="true", na_approved=True), (3, 100.0, "answered", False)),
    ],
)
def test_a_question_counts_once_its_ground_is_there(
    ground: Answer, expected: tuple[float, float, str, bool]
) -> None:
    result = score(bank(), answers(ground, level("X2", 3), level("Y1", 3)))
    assert parts(result) == pytest.approx(expected)
    flagged = {flag.question_id for flag in result.flags if flag.kind == "no_ground"}
    assert flagged == ({"X2"} if ground.level == 1 else set())


def test_it_need_not_be_answered_where_there_is_nothing_to_ask() -> None:
    result = score(bank(), answers(level("X1", 0), level("Y1", 3)))
    assert parts(result) == (0, 100.0, "not asked", False)
    assert not [flag for flag in result.flags if flag.question_id == "X2"]


def chained() -> Bank:
    """MINI, in which X2 presupposes level 2 of X1, and Y1 level 2 of X2."""
    made = [replace(q, presupposes=Presupposed("X2", 2)) if q.id == "Y1" else q for q in bank().questions]
    return replace(bank(), questions=tuple(made))


def test_steps_follow_each_other() -> None:
    result = score(chained(), answers(level("X1", 1), level("X2", 4), level("Y1", 4)))
    assert [row.level for row in result.questions if row.question_id != "Y2"] == [1, 0, 0]
    reached = score(chained(), answers(level("X1", 2), level("X2", 2), level("Y1", 4)))
    assert [row.level for row in reached.questions if row.question_id != "Y2"] == [2, 2, 4]


def test_the_ground_counts_as_far_as_it_is_worth() -> None:
    commit = [replace(q, type="commit") if q.id == "X1" else q for q in bank().questions]
    refused = score(
        replace(bank(), questions=tuple(commit)), answers(level("X1", 4, commitment="no"), level("X2", 4))
    )
    assert parts(refused)[0] == 0  # outside the contract level 4 is worth 1
    pilot = EvidenceItem("measured", "pilot", level=1)
    cut = score(bank(), answers(replace(level("X1", 4), evidence=(pilot,)), level("X2", 4)))
    assert parts(cut)[0] == 0


def test_a_ground_that_is_not_asked_for_does_not_stand_in_the_way() -> None:
    made = [replace(q, applies_if="personal_data") if q.id == "X1" else q for q in bank().questions]
    result = score(
        replace(bank(), questions=tuple(made)), answers(level("X2", 3)), facts={"personal_data": False}
    )
    assert parts(result)[0] == 3


def test_a_mode_asks_what_its_questions_presuppose() -> None:
    text = CORE.source.replace('applies_if = "A1.level >= 1"', 'applies_if = "G4.level >= 1"')
    text = text.replace('id = "A2"\n', 'id = "A2"\nshort = true\n')
    with pytest.raises(InvalidDocument) as caught:
        parse_bank(text, "bank.toml")
    assert "the mode short asks this question and not G4" in str(caught.value)


state = st.builds(
    lambda value, state: (value if state == "answered" else None, state),
    st.integers(0, 4), st.sampled_from(["answered"] * 4 + list(STATES)),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    st.lists(state, min_size=45, max_size=45), st.sampled_from(sorted(set(GATED.values()))), st.integers(0, 4)
)
def test_no_state_of_the_ground_beats_an_honest_answer(
    rows: list[tuple[int | None, str]], ground: str, value: int
) -> None:
    given_answers = {q.id: Answer(q.id, *row) for q, row in zip(CORE.questions, rows, strict=True)}  # type: ignore[arg-type]
    honest = score(CORE, given_answers | {ground: Answer(ground, value)})
    for dodge in STATES[1:]:
        dodged = score(CORE, given_answers | {ground: Answer(ground, None, dodge, na_reason="x")})
        assert dodged.claimed <= honest.claimed
        assert dodged.evidenced <= honest.evidenced
        assert dodged.coverage <= honest.coverage


def test_conditions_are_part_of_what_is_asked_and_judged() -> None:
    assert template_hash(bank()) != template_hash(MINI)
    plain = replace(bank(), questions=tuple(replace(q, presupposes=None) for q in bank().questions))
    assert weights_hash(bank()) != weights_hash(plain)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ('"Q0.level >= 1"', "no question 'Q0' stands before this one"),
        ('"A2.level >= 1"', "no question 'A2' stands before this one"),
        ('"E5.level >= 1"', "no question 'E5' stands before this one"),
        ('"A1.level >= 5"', "is neither a fact, such as personal_data, nor a level"),
        ('"A1.level < 3"', "is neither a fact"),
        ('"personal data"', "is neither a fact"),
    ],
)
def test_conditions_that_make_no_sense_are_refused(written: str, says: str) -> None:
    text = CORE.source.replace('applies_if = "A1.level >= 1"', f"applies_if = {written}")
    with pytest.raises(InvalidDocument) as caught:
        parse_bank(text, "bank.toml")
    assert says in str(caught.value)
    assert "question.A2.applies_if" in str(caught.value)
