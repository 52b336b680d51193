"""Drafts from answers: what was said becomes terms, what was not is proposed and said to be."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.questionnaires.test_questionnaires_scoring import CORE
from vendoreval.audits.contract_draft import PLACEHOLDERS, Draft, Wanted, draft_contract
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.starting import main_unit
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.weaknesses import warnings
from vendoreval.contracts.writing import plain, to_toml
from vendoreval.inference.power import power
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.promises import Measured

WANTED = Wanted("c-1", "acme", "Labels", "USD", "classification", ("cat", "dog"), price=Decimal("0.08"))


def drafted(*answers: Answer, wanted: Wanted = WANTED) -> Draft:
    made = draft_contract(CORE, {answer.question_id: answer for answer in answers}, wanted)
    text = to_toml(plain(made.contract), made.comments)
    assert parse_contract(text) == made.contract
    return made


def test_answers_become_terms() -> None:
    made = drafted(
        Answer("C1", 4, value="97.5 %", commitment="yes"),
        Answer("C3", 3, value="7", commitment="yes"),
        Answer("C5", 3, value="15"),
        Answer("A1", 4, value="0.82"),
    )
    contract = made.contract
    accuracy = contract.clause("accuracy")
    assert accuracy.threshold == "0.975"
    items = accuracy.decision.options["items"]
    assert power(items, Fraction("0.975"), 0.05, 2.0) >= 0.9
    assert contract.clause("class-floor").threshold == "0.925"
    assert contract.remedy("rework").deadline_days == 7
    assert contract.acceptance is not None
    assert contract.acceptance.window_days == 15
    assert "C1 says: 97.5 %, to go into the contract." in made.comments["clause.accuracy"][0]
    assert contract.clause("agreement").threshold == "0.82"
    # Several labels an item: a rule that counts items with one answer must have a majority to count.
    assert (contract.task.answers, drafted().contract.task.answers) == ("consensus", "each")
    assert "the majority of an item" in made.comments["task"][1]


def test_silence_is_filled_with_proposals_that_say_so() -> None:
    made = drafted()
    assert made.contract.clause("accuracy").threshold == "0.95"
    assert "95 % is OUR proposal" in made.comments["clause.accuracy"][0]
    assert made.contract.acceptance is not None
    assert made.contract.acceptance.window_days == 10


def test_a_refused_promise_is_asked_for_all_the_same() -> None:
    made = drafted(Answer("C1", 1, value="98", commitment="no"), Answer("C2", 3, commitment="changes"))
    assert made.contract.clause("accuracy").threshold == "0.98"
    assert any("NOT in the contract" in point for point in made.open_points)
    assert any("yes, with changes" in point and "C2" in point for point in made.open_points)


def test_what_was_measured_stands_beside_what_was_said() -> None:
    answers = {"C1": Answer("C1", 4, value="99 %"), "A1": Answer("A1", 3, value="0.7")}
    measured = {
        "accuracy": Measured(84.7, 124, "answers", "pilot p", 77.1, 90.5),
        "agreement": Measured(0.72, 80, "items", "delivery p", 0.66, 0.78),
        "volume": Measured(900, 1, "week", "delivery p"),
    }
    made = draft_contract(CORE, answers, WANTED, measured)
    assert made.comments["clause.accuracy"][1] == (
        "Measured so far: 84.7 % (77.1 % to 90.5 %), 124 answers, pilot p."
    )
    assert "0.72 (0.66 to 0.78)" in made.comments["clause.agreement"][1]
    assert [point[:2] for point in made.open_points if "measured" in point] == ["C1"]  # A1 is undecided
    assert made.contract.clause("accuracy").threshold == "0.99"  # what was said stays what is asked for


def test_without_price_and_classes() -> None:
    made = drafted(wanted=Wanted("c-1", "acme", "Labels", "USD", "classification", ()))
    assert made.contract.task.classes == PLACEHOLDERS
    assert "credit" not in {remedy.id for remedy in made.contract.remedies}
    assert any("no [price]" in point for point in made.open_points)


@pytest.mark.parametrize("kind", TASK_TYPES)
@pytest.mark.parametrize("rule", ["fixed", "claim"])
def test_every_task_type_gives_a_contract_that_reads(kind: str, rule: str) -> None:
    wanted = Wanted("c-1", "acme", "Labels", "USD", kind, ("a", "b"), main_unit(kind), rule=rule)
    assert drafted(wanted=wanted).contract.task.type == kind


@given(st.floats(-10, 200).map(str) | st.text(max_size=8))
def test_any_figure_gives_a_threshold_that_can_be_kept(value: str) -> None:
    made = draft_contract(CORE, {"C1": Answer("C1", 3, value=value)}, WANTED)
    threshold = Fraction(made.contract.clause("accuracy").threshold)
    assert Fraction(1, 2) <= threshold < 1
    weak = {weakness.field for weakness in warnings(made.contract)}
    assert "clause.accuracy.threshold" not in weak


@pytest.mark.parametrize("sign", ["\n", "\r", "\u2028", "\x85", "\x00"])
def test_what_a_vendor_writes_becomes_no_term(sign: str) -> None:
    hostile = f'5 days{sign}[[remedy]]{sign}id = "only"{sign}kind = "credit"{sign}sole = true{sign}#'
    plain_one = drafted(Answer("C3", 4, value="5 days", commitment="yes"), Answer("C1", 4, commitment="yes"))
    made = drafted(
        Answer("C3", 4, value=hostile, commitment="yes"), Answer("C1", 4, text=hostile, commitment="yes")
    )
    assert made.contract == plain_one.contract
    assert drafted(Answer("C5", 4, value="1000")).contract.acceptance.window_days == 365  # type: ignore[union-attr]


@pytest.mark.parametrize(("standing", "said"), [("fell", True), ("open", True), ("held", False)])
def test_peaks_are_to_be_settled_where_the_surge_did_not_hold(standing: str, said: bool) -> None:
    figure = {"calm": 0.95, "surge": 0.81, "standing": standing}
    surge = {"standing": standing, "accuracy": figure, "agreement": None, "turnaround": None}
    points = draft_contract(CORE, {}, WANTED, surge=surge).open_points
    assert any("accuracy went from 95.0 to 81.0 %" in point for point in points) is said
