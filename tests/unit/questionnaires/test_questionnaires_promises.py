"""Promises side by side: figures read from answers, gaps and standings by hand-computed cases."""

from __future__ import annotations

import pytest

from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.promises import WORDS, Measured, Promise, promises, standing
from vendoreval.questionnaires.scoring import score
from vendoreval.resources import resource

BANK = parse_bank(
    (resource("questionnaires") / "annotation-core.toml").read_text("utf-8"), "annotation-core.toml"
)


def side_by_side(answers: list[Answer], measured: dict[str, Measured]) -> dict[str, Promise]:
    given = {answer.question_id: answer for answer in answers}
    found = promises(BANK, given, score(BANK, given), measured, {"accuracy": "at least 0.97 §4.2"})
    return {one.name: one for one in found}


def test_every_promise_of_the_bank_has_words() -> None:
    assert {question.promise for question in BANK.questions if question.promise} == set(WORDS)


def test_claimed_evidenced_and_measured() -> None:
    answers = [
        Answer("C1", 4, value="99 %", commitment="no", evidence=(EvidenceItem("document", "draft.pdf"),)),
        Answer("R3", 3, value="about 1,5 %"),
        Answer("A1", state="declined", value="0.9"),
    ]
    measured = {
        "accuracy": Measured(95.0, 300, "audited items", "audit a", 91.9, 97.2),
        "escape_rate": Measured(5.0, 300, "audited items", "audit a", 2.8, 8.1),
        "agreement": Measured(0.7, 100, "items", "delivery d", 0.6, 0.8),
        "first_pass_acceptance": Measured(50.0, 2, "audited deliveries", "first audits", 1.3, 98.7),
    }
    found = side_by_side(answers, measured)
    assert list(found) == ["agreement", "escape_rate", "accuracy", "first_pass_acceptance"]  # the bank's order
    accuracy = found["accuracy"]
    assert (accuracy.claimed, accuracy.gap, accuracy.standing) == (99.0, -4.0, "missed")
    assert (accuracy.level, accuracy.evidenced_level, accuracy.evidence) == (1, 1, "document")  # refused
    assert accuracy.contract == "at least 0.97 §4.2"
    assert (found["escape_rate"].gap, found["escape_rate"].standing) == (3.5, "missed")
    assert (found["agreement"].claimed, found["agreement"].standing) == (None, "measured")  # it was declined
    assert found["first_pass_acceptance"].said == ""
    assert accuracy.to_json()["measured"]["n"] == 300


@pytest.mark.parametrize(("said", "claimed"), [("0.97", 97.0), ("97", 97.0), ("97,5 %", 97.5), ("1", 100.0)])
def test_an_accuracy_may_be_written_as_a_share(said: str, claimed: float) -> None:
    assert side_by_side([Answer("C1", 4, value=said)], {})["accuracy"].claimed == claimed


@pytest.mark.parametrize(
    ("name", "claimed", "ends", "stands"),
    [
        ("accuracy", 97.0, (98.0, 97.0, 99.0), "kept"),
        ("accuracy", 97.0, (98.0, 96.9, 99.0), "undecided"),
        ("accuracy", 97.0, (95.0, 93.0, 97.0), "undecided"),
        ("accuracy", 97.0, (95.0, 93.0, 96.9), "missed"),
        ("escape_rate", 3.0, (2.0, 1.0, 3.0), "kept"),
        ("escape_rate", 3.0, (2.0, 1.0, 3.1), "undecided"),
        ("escape_rate", 3.0, (5.0, 3.1, 7.0), "missed"),
        ("escape_rate", 3.0, (3.0, None, None), "kept"),
        ("escape_rate", 10.0, (100 * (1 - 0.9) + 1e-14, None, None), "kept"),  # noise of binary fractions
        ("capacity", 9000.0, (300.0, None, None), "measured"),
        ("accuracy", None, (95.0, 93.0, 97.0), "measured"),
    ],
)
def test_standing(
    name: str, claimed: float | None, ends: tuple[float, float | None, float | None], stands: str
) -> None:
    value, low, high = ends
    assert standing(name, claimed, Measured(value, 9, "", "", low, high)) == stands


def test_nothing_measured() -> None:
    found = side_by_side([Answer("C1", 4, value="99")], {})["accuracy"]
    assert (found.measured, found.gap, found.standing) == (None, None, "not measured")
