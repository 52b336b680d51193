"""The core bank is complete, and a faulty bank is explained with line numbers."""

from __future__ import annotations

import re

import pytest

from vendoreval.errors import InvalidDocument
from vendoreval.questionnaires.bank import Bank, template_hash, weights_hash
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.resources import resource

TEXT = (resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8")

# QUESTIONNAIRE §4.4: I column (C critical, S standard, m minor) and the knock-outs.
IMPORTANCE = {
    "critical": "G1 G3 G4 A1 A4 R3 R5 E1 E4 C1 C2 C3 P2 P5 S1 S3 S4 M1 M4",
    "standard": "G2 A2 A3 A5 R1 R2 E2 E3 E5 C4 C5 C6 C7 C8 P1 P3 S2 S5 M2 M3 M5 M6",
    "minor": "G5 R4 P4 P6",
}
KNOCK_OUTS = "G1 A1 R5 E1 C1 C3 P2 S3 S4 M4"


@pytest.fixture(scope="module")
def bank() -> Bank:
    return parse_bank(TEXT, "annotation-core.toml")


def test_counts_of_the_three_modes(bank: Bank) -> None:
    assert [len(bank.asked(mode)) for mode in ("full", "core", "short")] == [45, 40, 5]
    assert [question.id for question in bank.asked("short")] == ["G1", "A1", "R1", "E1", "C1"]
    left_out = {question.id for question in bank.questions} - {question.id for question in bank.asked("core")}
    assert left_out == {"G5", "R4", "P4", "P6", "C8"}


def test_sections_and_weights(bank: Bank) -> None:
    assert {section.id: section.weight for section in bank.sections} == {
        "G": 18,
        "A": 14,
        "R": 10,
        "E": 12,
        "C": 18,
        "P": 10,
        "S": 8,
        "M": 10,
    }


def test_importance_and_knock_outs(bank: Bank) -> None:
    for importance, ids in IMPORTANCE.items():
        assert {q.id for q in bank.questions if q.importance == importance} == set(ids.split())
    assert {q.id for q in bank.questions if q.min_level is not None} == set(KNOCK_OUTS.split())
    assert {q.id: q.applies_if for q in bank.questions if q.applies_if} == {"S3": "personal_data"}


def test_every_question_is_written_out(bank: Bank) -> None:
    for question in bank.questions:
        assert len(question.levels) == 5
        assert all(len(level) >= 3 and level.endswith((".", "’")) for level in question.levels), question.id
        assert question.why
        assert question.follow_up.endswith("?") or question.follow_up.endswith(".")
        assert question.evidence.wanted
        assert question.red_flags, question.id
        assert set(question.evidence.min_for_level) <= {2, 3, 4}


def test_template_hash_ignores_weights_and_sees_words() -> None:
    bank = parse_bank(TEXT, "x")
    heavier = parse_bank(TEXT.replace('importance = "minor"', 'importance = "standard"'), "x")
    other = parse_bank(TEXT.replace("Nobody in particular", "Nobody"), "x")
    assert template_hash(bank) == template_hash(heavier) != template_hash(other)
    assert weights_hash(bank) != weights_hash(heavier)
    assert re.fullmatch("[0-9a-f]{64}", template_hash(bank))


BROKEN = """schema = "vendoreval/questionnaire/1"
id = "mini"
version = "1"
title = "Mini"
colour = "red"

[[section]]
id = "A"
title = "One"
weight = "40"

[[section]]
id = "A"
title = "Two"
weight = 120

[[question]]
id = "A1"
section = "Z"
text = ""
type = "singel"
importance = "critical"
levels = ["a", "b"]
knock_out = { min_level = 7 }
knockout = 2

[[question]]
id = "A1"
section = "A"
text = "Really?"
type = "single"
importance = "critical"
levels = ["a", "b", "c", "d", "d"]
evidence.min_for_level = { 9 = "document", 3 = "rumour" }
"""


def test_all_problems_at_once_with_lines() -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_bank(BROKEN, "mini.toml")
    found = {(problem.line, problem.field) for problem in caught.value.problems}
    assert found >= {
        (5, "colour"),
        (10, "section.A.weight"),
        (13, "section.A.id"),
        (15, "section.A.weight"),
        (19, "question.A1.section"),
        (20, "question.A1.text"),
        (21, "question.A1.type"),
        (23, "question.A1.levels"),
        (24, "question.A1.knock_out.min_level"),
        (25, "question.A1.knockout"),
        (28, "question.A1.id"),
        (33, "question.A1.levels"),
        (34, "question.A1.evidence.min_for_level.3"),
        (34, "question.A1.evidence.min_for_level.9"),
    }
    message = str(caught.value)
    assert "Did you mean 'knock_out'?" in message
    assert "not text" in message
    assert "first on line 18" in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "at least one [[section]]"),
        ('schema = "vendoreval/contract/1"', "must be 'vendoreval/questionnaire/1'"),
        ("id = ", "not valid TOML"),
        ("section = 3", "at least one [[section]]"),
        (TEXT.replace("weight = 18", "weight = 17", 1), "sum to 99"),
        (TEXT.replace('section = "P"', 'section = "M"'), "section 'P' has no question"),
        (TEXT.replace('id = "G2"', 'id = "2 G"'), "is no id"),
    ],
)
def test_faults_are_said_plainly(text: str, says: str) -> None:
    with pytest.raises(InvalidDocument, match=re.escape(says)):
        parse_bank(text, "x.toml")
