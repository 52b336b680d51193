"""Contradictions between answers, and the rules of the core bank."""

from __future__ import annotations

import re

import pytest

from vendoreval.errors import InvalidDocument
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.consistency import contradictions, parse_condition
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.promises import claimed_figures
from vendoreval.resources import resource

TEXT = (resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8")
BANK = parse_bank(TEXT, "core")


def tripped(*answers: Answer) -> list[str]:
    current = {one.question_id: one for one in answers}
    found = contradictions(BANK.rules, current, claimed_figures(BANK, current))
    return [one.rule for one in found]


def test_a_guarantee_above_the_own_escape_rate() -> None:
    assert tripped(Answer("C1", 4, value="99 %"), Answer("R3", 3, value="2.5")) == ["accuracy-and-escape-rate"]
    assert tripped(Answer("C1", 4, value="97,5"), Answer("R3", 3, value="2.5 %")) == []  # exactly 100
    assert tripped(Answer("C1", 4, value="99"), Answer("R3", 3, value="low")) == []
    assert tripped(Answer("C1", 4, value="99")) == []
    assert tripped(Answer("C1", 4, value="0.97"), Answer("R3", 3, value="5 %")) == ["accuracy-and-escape-rate"]


def test_quotes_are_given() -> None:
    answers = {"E5": Answer("E5", 1, value="0"), "E2": Answer("E2", 3, text="We keep\n a register.")}
    (found,) = contradictions(BANK.rules, answers, {"E5": 0})
    assert found.quotes == (("E5", "level 1, 0"), ("E2", "level 3, “We keep a register.”"))


def test_what_was_not_answered_trips_nothing() -> None:
    assert tripped(Answer("E5", None, "declined", value="0"), Answer("E2", 3)) == []
    assert contradictions(BANK.rules, {}, {}) == ()


def test_words_are_compared_as_words() -> None:
    answers = {"C3": Answer("C3", 4, commitment="no")}
    assert parse_condition("C3.commitment == no").holds(answers, {})
    assert parse_condition("C3.commitment != yes").holds(answers, {})
    assert parse_condition("C3.state == answered").holds(answers, {})
    assert not parse_condition("C4.commitment == no").holds(answers, {})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("E5", "is no condition"),
        ("E5.colour == 1", "is no term"),
        ("E5.value == much", "is no number"),
        ("C3.commitment > no", "only be compared by"),
    ],
)
def test_faulty_conditions(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_condition(text)


def test_the_bank_names_the_line_of_a_faulty_rule() -> None:
    faulty = TEXT + '\n[[consistency]]\nid = "x"\nall = ["Z9.level == 1", "huh"]\nsays = "?"\n'
    with pytest.raises(InvalidDocument, match=re.escape("'huh' is no condition")) as caught:
        parse_bank(faulty, "x")
    assert {problem.line for problem in caught.value.problems} == {faulty.count("\n") - 1}
    assert "there is no question 'Z9'" in str(caught.value)
