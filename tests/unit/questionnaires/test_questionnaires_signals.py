"""Signs of hesitation: business hours, and each flag with what trips it and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.questionnaires.answer_words import deferrals
from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.questionnaires.business_hours import BusinessHours
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.reviews import Review
from vendoreval.questionnaires.signals import Contact, Signal, signals
from vendoreval.resources import resource

BANK = parse_bank((resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8"), "core")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOURS = BusinessHours()


def kinds(found: tuple[Signal, ...]) -> list[tuple[str, str, str]]:
    return [(one.kind, one.question_id, one.severity) for one in found]


# ------------------------------------------------------------------ business hours


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 12, 30, tzinfo=UTC), 2.5),
        (datetime(2026, 3, 2, 16, tzinfo=UTC), datetime(2026, 3, 3, 10, tzinfo=UTC), 2.0),
        (datetime(2026, 3, 6, 16, tzinfo=UTC), datetime(2026, 3, 9, 10, tzinfo=UTC), 2.0),  # over a weekend
        (datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 3, 8, 20, tzinfo=UTC), 0.0),
        (datetime(2026, 3, 2, 18, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC), 0.0),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 9, 9, tzinfo=UTC), 40.0),
    ],
)
def test_business_hours_by_hand(start: datetime, end: datetime, hours: float) -> None:
    assert HOURS.between(start, end) == hours


def test_zone_and_holidays_are_the_vendors() -> None:
    manila = BusinessHours(zone=ZoneInfo("Asia/Manila"), holidays=frozenset({date(2026, 3, 3)}))
    # 9:00 to 17:00 in Manila is 1:00 to 9:00 UTC
    assert manila.between(datetime(2026, 3, 2, 0, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)) == 8.0
    assert manila.between(datetime(2026, 3, 2, 12, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)) == 0.0


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, moments, moments)
def test_hours_add_up(a: datetime, b: datetime, c: datetime) -> None:
    a, b, c = sorted((a, b, c))
    assert HOURS.between(a, c) == pytest.approx(HOURS.between(a, b) + HOURS.between(b, c))


# ------------------------------------------------------------------ flags


def asked(*ids: str) -> list[Contact]:
    return [Contact("asked", one, MONDAY) for one in ids]


def at(question: str, hours: float, **more: object) -> Answer:
    answer = Answer(question, 3, answered_at=MONDAY + timedelta(hours=hours), channel="html")
    return replace(answer, **more)  # type: ignore[arg-type]


def test_delay_against_the_own_median() -> None:
    # G1, G2, G3 and A5 are of type single: three quick answers and one after seven working days
    events = [at("G1", 1), at("G2", 2), at("G3", 3), at("A5", 24 * 9)]
    assert kinds(signals(BANK, events, asked("G1", "G2", "G3", "A5"))) == [("delay", "A5", "low")]
    slow_everywhere = [at(one, 24 * 9) for one in ("G1", "G2", "G3", "A5")]
    assert signals(BANK, slow_everywhere, asked("G1", "G2", "G3", "A5")) == ()
    by_file = [replace(event, channel="form") for event in events]
    assert signals(BANK, by_file, asked("G1", "G2", "G3", "A5")) == ()


def test_a_figure_that_stays_outside_the_contract() -> None:
    refused = Answer("C1", 4, value="99 %", commitment="no")
    (found,) = signals(BANK, [refused])
    assert kinds((found,)) == [("commitment_gap", "C1", "high")]
    assert found.quote == "level 4, in the contract: no, 99 %"
    assert kinds(signals(BANK, [replace(refused, commitment="changes")])) == [
        ("commitment_gap", "C1", "medium")
    ]
    assert signals(BANK, [replace(refused, commitment="yes")]) == ()
    assert signals(BANK, [replace(refused, value="")]) == ()


def test_evidence_refused_substituted_and_late() -> None:
    contacts = [
        *(Contact("evidence_requested", one, MONDAY) for one in ("G1", "G3", "A1", "E2", "S1")),
        *(Contact("evidence_received", one, MONDAY + timedelta(hours=2)) for one in ("G1", "G3", "A1")),
        Contact("evidence_received", "E2", MONDAY + timedelta(days=10)),
        Contact("evidence_refused", "S1", MONDAY + timedelta(days=1), "Not for outsiders."),
        Contact("evidence_substituted", "G2", MONDAY, "Here is our brochure."),
    ]
    found = signals(BANK, [], contacts)
    assert kinds(found) == [
        ("evidence", "S1", "high"),
        ("evidence", "G2", "medium"),
        ("evidence_lag", "E2", "low"),
    ]
    assert found[0].quote == "Not for outsiders."


def test_revisions_by_direction() -> None:
    weaker = [at("G1", 1, level=4), at("G1", 30, level=2)]
    assert kinds(signals(BANK, weaker)) == [("revision", "G1", "medium")]
    shortlisted = [Contact("shortlisted", "", MONDAY + timedelta(hours=20))]
    assert kinds(signals(BANK, weaker, shortlisted)) == [("revision", "G1", "high")]
    stronger = [at("G2", 1, level=1), at("G2", 2, level=3)]
    assert kinds(signals(BANK, stronger)) == [("revision", "G2", "low")]
    proven = [stronger[0], replace(stronger[1], evidence=(EvidenceItem("document", "raci.pdf"),))]
    assert signals(BANK, proven) == ()


@pytest.mark.parametrize(
    ("question", "before", "after", "weaker"),
    [
        ("C1", {"value": "99 %"}, {"value": "95 %"}, "went from 99 to 95"),
        ("C1", {"value": "0.99"}, {"value": "99 %"}, ""),
        ("C1", {"value": "95 %"}, {"value": "99 %"}, ""),
        ("C1", {"value": "95 %"}, {"value": ""}, "taken back"),
        ("R3", {"value": "2 %"}, {"value": "4 %"}, "went from 2 to 4"),
        ("R3", {"value": "4 %"}, {"value": "2 %"}, ""),
        ("R5", {"commitment": "yes"}, {"commitment": "no"}, "no longer offered"),
        ("R5", {"commitment": "yes"}, {"commitment": "changes"}, "no longer offered"),
        ("R5", {"commitment": "no"}, {"commitment": "yes"}, ""),
    ],
)
def test_weaker_terms_and_figures_are_revisions(
    question: str, before: dict[str, str], after: dict[str, str], weaker: str
) -> None:
    terms: dict[str, Any] = {"commitment": "yes"}
    events = [at(question, 1, level=3, **terms | before), at(question, 30, level=3, **terms | after)]
    found = [one for one in signals(BANK, events) if one.kind == "revision"]
    assert [weaker in one.what for one in found] == ([True] if weaker else [])


def test_a_term_in_words_is_a_figure_and_a_chapter_is_none() -> None:
    for text, gap in (
        ("Our accuracy is 99.5 %.", True),
        ("within 5 business days", True),
        ("chapter 5", False),
    ):
        found = signals(BANK, [Answer("C4", 3, text=text, commitment="no")])
        assert ("commitment_gap" in {one.kind for one in found}) is gap


def test_a_delay_ends_when_the_answer_was_begun() -> None:
    asked = [Contact("asked", question, MONDAY) for question in ("G1", "G2", "G3", "G4")]
    quick = [at(question, 1) for question in ("G1", "G2", "G3")]
    late = replace(at("G4", 90), channel="html")
    assert kinds(signals(BANK, [*quick, late], asked)) == [("delay", "G4", "low")]
    begun = replace(late, first_saved_at=MONDAY + timedelta(hours=1))
    assert signals(BANK, [*quick, begun], asked) == ()


def test_many_rounds_contradictions_clarity_and_hedges() -> None:
    contacts = [Contact("clarification", "A2", MONDAY, f"round {number}") for number in (1, 2, 3)]
    events = [
        Answer("A2", 1, text="Typically we act, up to a point; typically."),
        Answer("E5", 1, value="0"),
        Answer("E2", 3),
    ]
    reviews = [
        Review("A2", "ann", 1, "ambivalent"),
        Review("A2", "bob", 1, "non_reply"),
        Review("E2", "ann", 3, "non_reply"),
    ]
    found = signals(BANK, events, contacts, reviews)
    assert kinds(found) == [
        ("contradiction", "E5", "high"),
        ("clarification", "A2", "medium"),
        ("clarity", "A2", "medium"),
        ("hedges", "A2", "low"),
    ]
    assert found[1].quote == "round 3"
    assert found[3].what == "Hedging words: typically, up to."
    assert {one.to_json()["weight"] for one in found} == {0}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("To be discussed.", ("to be discussed",)),
        ("TBD", ("tbd",)),
        ("t.b.d., as the terms are\nto  be agreed", ("t.b.d.", "to be agreed")),
        ("We can discuss this on a call; the price is negotiable.", ("we can discuss", "negotiable")),
        ("Let’s talk about it. Reports are available upon request.", ("let’s talk", "upon request")),
        ("Still open for discussion, subject to further negotiation",
         ("open for discussion", "subject to further negotiation")),
        ("Not yet defined; we will come back to you.", ("not yet defined", "will come back to you")),
        # how work is done, not an answer put off
        ("Disagreements will be discussed in a weekly meeting and decided by the lead.", ()),
        ("Each label has to be confirmed by a second person; annotators are in agreement.", ()),
        ("We will get back to you within one business day.", ()),
        ("The debate on tbdX is not negotiable, nor non-negotiable.", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_answers_that_are_put_off(text: str, found: tuple[str, ...]) -> None:
    assert deferrals(text) == found


def test_put_off_terms_weigh_more_and_remarks_are_read() -> None:
    events = [
        Answer("C4", 1, text="To be discussed case by case.", commitment="changes"),
        Answer("C1", 3, value="tbc", commitment="yes"),
        Answer("G2", 2, note="TBD"),
    ]
    found = [one for one in signals(BANK, events) if one.kind == "deferred"]
    assert kinds(tuple(found)) == [("deferred", "C1", "medium"), ("deferred", "C4", "medium"),
                                   ("deferred", "G2", "low")]  # fmt: skip
    assert found[1].what == "The answer is put off: to be discussed."
    assert found[1].quote == "level 1, in the contract: changes, “To be discussed case by case.”"


def test_one_text_for_several_questions() -> None:
    text = "Our quality team ensures the highest standards."
    events = [
        Answer("G1", 3, text=text),
        Answer("A2", 3, text=" our quality  team ensures the highest standards "),
        Answer("R1", 3, text="Yes, always."),
        Answer("R2", 3, text="Yes, always."),  # too short to tell anything
        Answer("E1", 2, text="A sentence of its own, said once."),
    ]
    assert kinds(signals(BANK, events)) == [("pasted", "G1", "low")]
    more = signals(BANK, [*events, Answer("M2", 3, text=text.upper())])
    assert kinds(more) == [("pasted", "G1", "medium")]
    assert more[0].what == "The same text answers 3 questions: G1, A2, M2."
    assert more[0].quote == text
    withdrawn = [*events, Answer("A2", 3, text="The person who labels is called the same day.")]
    assert [one.kind for one in signals(BANK, withdrawn) if one.kind == "pasted"] == []


def test_two_rounds_and_one_reviewer_are_no_flag() -> None:
    contacts = [Contact("clarification", "A2", MONDAY)] * 2
    assert signals(BANK, [Answer("A2", 1)], contacts, [Review("A2", "ann", 1, "non_reply")]) == ()
