"""Scoring: cases worked out by hand, and the properties every fair score must have."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.questionnaires.answers import STATES, Answer, EvidenceItem, State
from vendoreval.questionnaires.assessment import Assessment, Waiver
from vendoreval.questionnaires.bank import Bank, Cap, EvidenceWanted, Question, Section
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.reviews import Review, unclear_replies
from vendoreval.questionnaires.scoring import score
from vendoreval.questionnaires.worth import PilotFinding
from vendoreval.resources import resource

CORE = parse_bank((resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8"), "core")


def question(question_id: str, section: str, importance: str, **more: object) -> Question:
    made = Question(question_id, section, "Text?", "", "single", importance, ("a.", "b.", "c.", "d.", "e."))
    return replace(made, **more)  # type: ignore[arg-type]


# X: critical 20 + standard 10, weight 60; Y: minor 5 + info 0, weight 40.
MINI = Bank(
    "mini",
    "1",
    "Mini",
    "en",
    "",
    (Section("X", "Ex", 60), Section("Y", "Why", 40)),
    (
        question(
            "X1",
            "X",
            "critical",
            min_level=2,
            evidence=EvidenceWanted(("paper",), {3: "document", 4: "independent"}, 365),
        ),
        question("X2", "X", "standard", cap=Cap(2, 50), applies_if="personal_data", core=False),
        question("Y1", "Y", "minor", type="commit", short=True),
        question("Y2", "Y", "info"),
    ),
)


def level(question_id: str, value: int | None, *kinds: str, **more: object) -> Answer:
    pieces = tuple(EvidenceItem(kind, f"{kind}.pdf") for kind in kinds)
    return replace(Answer(question_id, value, evidence=pieces, commitment="yes"), **more)  # type: ignore[arg-type]


def answers(*given_answers: Answer) -> dict[str, Answer]:
    return {answer.question_id: answer for answer in given_answers}


def flags(result: Assessment) -> set[tuple[str, str | None]]:
    return {(flag.kind, flag.question_id) for flag in result.flags}


CUT = PilotFinding("pilot p", False, 1, "ambiguous: 9 of 9 missed.", date(2026, 1, 1))
HELD = replace(CUT, held=True, because="ambiguous: none missed.")


def test_what_a_pilot_contradicts_is_worth_its_ceiling_and_gains_nothing() -> None:
    given_answers = answers(level("X1", 4, "document"), level("X2", 4), level("Y1", 4))
    plain, cut = score(MINI, given_answers), score(MINI, given_answers, pilot={"X1": CUT})
    assert cut.claimed == plain.claimed  # what is claimed stays said
    assert (cut.questions[0].evidenced_level, cut.questions[0].evidence) == (1, "document")
    assert ("contradicted", "X1") in flags(cut)
    assert str(cut.knock_outs[0]) == (
        "X1: level 1 (level 4 is claimed, pilot p showed less), at least 2 is required"
    )
    # Time does not restore a claim, and neither does the answer of another day.
    assert score(MINI, given_answers, pilot={"X1": CUT}, as_of=date(2030, 1, 1)).knock_outs
    for other in (level("X1", 1), level("X1", 4, "independent"), level("X1", 4, state="declined")):
        assert score(MINI, answers(other), pilot={"X1": CUT}).questions[0].evidenced_level <= 1


def test_what_a_pilot_bears_out_counts_fully_as_far_as_evidence_goes() -> None:
    held = score(MINI, answers(level("X1", 4, "document")), pilot={"X1": HELD})
    first = held.questions[0]
    assert (first.evidenced_level, first.evidence, first.strength) == (3, "measured", 1.0)  # 4 asks for more
    aged = replace(MINI.questions[0], evidence=replace(MINI.questions[0].evidence, max_age_days=100))
    bank = replace(MINI, questions=(aged, *MINI.questions[1:]))
    for day, kind in ((date(2026, 4, 11), "measured"), (date(2026, 4, 12), "none")):
        assert score(bank, answers(level("X1", 4)), pilot={"X1": HELD}, as_of=day).questions[0].evidence == kind
    refused = score(MINI, answers(level("X1", 4, state="declined")), pilot={"X1": HELD})
    assert [one.question_id for one in refused.knock_outs] == ["X1"]


def test_claimed_and_evidenced_by_hand() -> None:
    result = score(MINI, answers(level("X1", 4, "document"), level("X2", 2), level("Y1", 3, "demo")))
    # X claimed (20*1 + 10*.5)/30 = 25/30; Y claimed 3/4; total .6*25/30 + .4*.75 = .8
    assert result.claimed == 80.0
    # X1: level 4 asks for independent, a document supports 3: .75*.7; X2: .5*.4; Y1: .75*.85
    # X (20*.525 + 10*.2)/30 = 12.5/30; total .6*12.5/30 + .4*.6375 = .25 + .255
    assert result.evidenced == 50.5
    assert result.gap == pytest.approx(29.5)
    assert result.sections[0].claimed == pytest.approx(100 * 25 / 30)
    assert (result.status, result.ranked, result.coverage) == ("eligible", True, 100.0)
    assert flags(result) == {("gap", None), ("unsupported", "X1")}
    shares = {row.question_id: row.share for row in result.questions}
    assert shares == {"X1": 40.0, "X2": 20.0, "Y1": 40.0, "Y2": 0.0}


def test_measured_level_replaces_the_claim() -> None:
    pilot = EvidenceItem("measured", "pilot", level=1)
    result = score(MINI, answers(replace(level("X1", 4), evidence=(pilot,)), level("X2", 4), level("Y1", 4)))
    assert result.sections[0].claimed == 100.0
    assert result.sections[0].evidenced == pytest.approx(100 * (20 * 0.25 * 1.0 + 10 * 1 * 0.4) / 30)
    assert result.status == "not eligible"
    assert ("contradicted", "X1") in flags(result)
    better = EvidenceItem("measured", "audit 2", level=4)
    again = score(MINI, answers(replace(level("X1", 3), evidence=(pilot, better))))
    assert again.knock_outs == ()
    assert again.questions[0].evidenced_level == 3  # a measurement never exceeds the claim
    for state in ("declined", "na", "unknown"):  # nor does it stand for an answer that is taken back
        taken = replace(Answer("X1", state=state), evidence=(better,))
        assert [one.question_id for one in score(MINI, answers(taken)).knock_outs] == ["X1"]


def test_time_restores_no_claim_that_an_audit_refuted() -> None:
    low = EvidenceItem("measured", "audit 1", dated=date(2026, 1, 10), level=1)
    said = answers(replace(level("X1", 4, "independent"), evidence=(low,)), level("X2", 4), level("Y1", 4))
    for day in (date(2026, 6, 1), date(2027, 1, 10), date(2027, 1, 11), date(2030, 1, 1)):
        result = score(MINI, said, as_of=day)
        assert [one.question_id for one in result.knock_outs] == ["X1"]
        assert result.questions[0].evidenced_level == 1
        assert ("contradicted", "X1") in flags(result)
    assert (
        score(MINI, said, as_of=date(2030, 1, 1)).evidenced
        < score(MINI, said, as_of=date(2026, 6, 1)).evidenced
    )


def test_section_cap() -> None:
    result = score(MINI, answers(level("X1", 4, "independent"), level("X2", 1), level("Y1", 4)))
    # (20*1 + 10*.25)/30 = .75, capped at .5
    assert result.sections[0].claimed == 50.0
    assert result.sections[0].capped_by == ("X2",)
    assert result.claimed == 0.6 * 50 + 40


def test_knock_out_waiver_and_expiry() -> None:
    given_answers = answers(level("X1", 1), level("X2", 4), level("Y1", 4))
    waiver = Waiver("X1", "J. Doe", "only for the pilot", date(2026, 6, 30))
    assert score(MINI, given_answers).status == "not eligible"
    waived = score(MINI, given_answers, waivers=[waiver], as_of=date(2026, 6, 30))
    assert (waived.status, waived.ranked) == ("waived", True)
    assert waived.to_json()["knock_outs"][0]["waiver"] == {
        "person": "J. Doe",
        "reason": "only for the pilot",
        "expires": "2026-06-30",
    }
    assert score(MINI, given_answers, waivers=[waiver], as_of=date(2026, 7, 1)).status == "not eligible"


def test_outdated_evidence_counts_as_none() -> None:
    old = EvidenceItem("document", "old.pdf", dated=date(2025, 1, 1))
    expired = EvidenceItem("independent", "iso.pdf", expires=date(2025, 12, 31))
    given_answers = answers(replace(level("X1", 4), evidence=(old, expired)))
    assert score(MINI, given_answers).questions[0].evidence == "independent"
    later = score(MINI, given_answers, as_of=date(2026, 1, 1))
    assert (later.questions[0].evidence, later.questions[0].evidenced_level) == ("document", 3)
    last = score(MINI, given_answers, as_of=date(2026, 1, 2))
    assert (last.questions[0].evidence, last.questions[0].evidenced_level) == ("none", 2)
    assert sum(flag.kind == "outdated" for flag in last.flags) == 2


def test_coverage_gates_the_rank() -> None:
    # Y1 (weight 5 of 35) open: 30/35 = 85.7 %
    result = score(MINI, answers(level("X1", 4), level("X2", 4)))
    assert result.coverage == pytest.approx(100 * 30 / 35)
    assert not result.ranked
    without_level = score(MINI, answers(level("X1", 4), level("X2", 4), level("Y1", None, text="Great!")))
    assert without_level.coverage == result.coverage


def test_not_applicable_declined_unknown() -> None:
    full = answers(level("X1", 4), level("X2", 4), level("Y1", 4))
    na = replace(level("X2", None), state="na", na_reason="no such data")
    pending = score(MINI, full | {"X2": na})
    assert pending.sections[0].claimed == 50.0  # 20/30, and X2's level 0 trips the cap
    assert ("not_approved", "X2") in flags(pending)
    approved = score(MINI, full | {"X2": replace(na, na_approved=True)})
    assert (approved.sections[0].claimed, approved.coverage) == (100.0, 100.0)
    by_fact = score(MINI, full, facts={"personal_data": False})
    assert by_fact.sections[0].claimed == 100.0
    assert not by_fact.questions[1].applies
    declined = score(MINI, full | {"Y1": replace(level("Y1", None), state="declined")})
    assert declined.sections[1].claimed == 0.0
    assert ("declined", "Y1") in flags(declined)


def test_words_outside_the_contract_count_little() -> None:
    for commitment, expected in (("yes", 100.0), ("changes", 75.0), ("no", 25.0), (None, 25.0)):
        result = score(MINI, answers(replace(level("Y1", 4), commitment=commitment)))  # type: ignore[arg-type]
        assert result.sections[1].claimed == expected
        assert (("uncommitted", "Y1") in flags(result)) is (commitment in ("no", None))


def test_follow_ups_name_their_reasons() -> None:
    result = score(MINI, answers(level("X1", 2), level("X2", 3), level("Y1", 4)))
    found = {follow.question_id: follow.reasons for follow in result.follow_ups}
    assert found == {"X1": ("level 2", "no evidence"), "Y2": ("unanswered",)}


def test_a_reply_that_nobody_calls_clear_is_taken_up() -> None:
    result = score(MINI, answers(level("X1", 4, "independent")), unclear=("X1",))
    assert [one.reasons for one in result.follow_ups if one.question_id == "X1"] == [("no clear reply",)]
    coded = [
        Review("X1", "ann", 3, "ambivalent"),
        Review("X2", "ann", 3, "clear"),
        Review("X2", "bob", 3, "non_reply"),
    ]
    assert unclear_replies(coded) == {"X1"}


def test_modes_ask_their_own_questions() -> None:
    short = score(MINI, answers(level("Y1", 4)), "short")
    assert (short.claimed, short.coverage, [row.id for row in short.sections]) == (100.0, 100.0, ["Y"])
    five = score(CORE, {q.id: level(q.id, 4) for q in CORE.asked("short")}, "short")
    assert (five.claimed, five.coverage, len(five.questions)) == (100.0, 100.0, 5)


def test_empty_answers_and_json() -> None:
    result = score(CORE, {})
    assert (result.claimed, result.evidenced, result.coverage, result.status) == (0.0, 0.0, 0.0, "not eligible")
    record = json.loads(json.dumps(result.to_json()))
    assert record["schema"] == "vendoreval/assessment/1"
    assert len(record["questions"]) == len(record["follow_ups"]) == 45


# ------------------------------------------------------------------ properties

TODAY = date(2026, 6, 1)
PIECES = [
    *(EvidenceItem(kind, kind, expires=expires) for kind in ("document", "demo", "independent")
      for expires in (None, date(2026, 1, 1))),
    *(EvidenceItem("measured", f"audit {found}", level=found, dated=dated) for found in (0, 2, 4)
      for dated in (date(2020, 1, 1), TODAY)),
]  # fmt: skip
one_answer = st.builds(
    lambda value, state, pieces, commitment: (
        value if state == "answered" else None,
        state,
        tuple(pieces),
        commitment,
    ),
    st.integers(0, 4),
    st.sampled_from(["answered"] * 5 + list(STATES)),
    st.lists(st.sampled_from(PIECES), max_size=2),
    st.sampled_from([None, "yes", "changes", "no"]),
)


@st.composite
def all_answers(draw: st.DrawFn) -> dict[str, Answer]:
    made = {}
    for one in CORE.questions:
        value, state, pieces, commitment = draw(one_answer)
        made[one.id] = Answer(one.id, value, state, commitment=commitment, evidence=pieces)
    return made


def passed(result: Assessment) -> set[str]:
    return {q.id for q in CORE.questions if q.min_level} - {failed.question_id for failed in result.knock_outs}


questions = st.sampled_from([one.id for one in CORE.questions])
pilots = st.dictionaries(
    questions,
    st.builds(
        lambda held, ceiling, year: PilotFinding("pilot", held, ceiling, "", date(year, 1, 1)),
        st.sampled_from([True, False, None]), st.integers(0, 4), st.sampled_from([2020, 2026]),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(all_answers(), questions, st.integers(0, 4), st.integers(0, 4), pilots)
def test_monotone_in_every_level(
    given_answers: dict[str, Answer], one: str, low: int, high: int, pilot: dict[str, PilotFinding]
) -> None:
    low, high = sorted((low, high))
    before, after = (
        score(
            CORE, given_answers | {one: replace(given_answers[one], state="answered", level=value)},
            as_of=TODAY, pilot=pilot,
        )
        for value in (low, high)
    )  # fmt: skip
    assert before.claimed <= after.claimed
    assert before.evidenced <= after.evidenced
    assert passed(before) <= passed(after)


@settings(max_examples=60, deadline=None)
@given(all_answers(), questions, st.integers(0, 4), st.sampled_from(STATES[1:]), pilots)
def test_no_way_of_not_answering_gains_anything(
    given_answers: dict[str, Answer], one: str, value: int, state: State, pilot: dict[str, PilotFinding]
) -> None:
    """Not even where something was measured or tried: not applicable, declined, unknown, left open."""
    said = replace(given_answers[one], state="answered", level=value)
    silent = replace(said, state=state, level=None, na_reason="not us")
    answered = score(CORE, given_answers | {one: said}, as_of=TODAY, pilot=pilot)
    dodged = score(CORE, given_answers | {one: silent}, as_of=TODAY, pilot=pilot)
    assert dodged.claimed <= answered.claimed
    assert dodged.evidenced <= answered.evidenced
    assert dodged.coverage <= answered.coverage
    assert passed(dodged) <= passed(answered)


@settings(max_examples=30, deadline=None)
@given(all_answers(), st.sampled_from([q.id for q in CORE.questions if q.min_level]))
def test_a_knock_out_dominates(given_answers: dict[str, Answer], one: str) -> None:
    perfect = {q.id: level(q.id, 4, "independent") for q in CORE.questions}
    assert score(CORE, perfect).status == "eligible"
    failed = score(CORE, perfect | {one: Answer(one, 1)})
    assert (failed.status, failed.ranked) == ("not eligible", False)


@settings(max_examples=30, deadline=None)
@given(all_answers(), st.randoms(use_true_random=False))
def test_order_means_nothing(given_answers: dict[str, Answer], random: object) -> None:
    shuffled = list(given_answers.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = replace(CORE, questions=tuple(reversed(CORE.questions)))
    first, second, third = score(CORE, given_answers), score(CORE, dict(shuffled)), score(turned, given_answers)
    assert first == second
    assert (first.claimed, first.evidenced, first.coverage) == (third.claimed, third.evidenced, third.coverage)


@settings(max_examples=30, deadline=None)
@given(all_answers(), st.integers(0, 4))
def test_a_new_question_moves_no_other_section(given_answers: dict[str, Answer], value: int) -> None:
    grown = replace(CORE, questions=(*CORE.questions, question("G9", "G", "critical")))
    before = score(CORE, given_answers)
    after = score(grown, given_answers | {"G9": Answer("G9", value)})
    assert before.sections[1:] == after.sections[1:]


@settings(max_examples=60, deadline=None)
@given(all_answers(), questions, pilots, st.integers(0, 4))
def test_a_pilot_that_contradicts_never_helps(
    given_answers: dict[str, Answer], one: str, pilot: dict[str, PilotFinding], ceiling: int
) -> None:
    without = score(CORE, given_answers, as_of=TODAY, pilot={**pilot, one: replace(CUT, held=None)})
    cut = score(CORE, given_answers, as_of=TODAY, pilot={**pilot, one: replace(CUT, ceiling=ceiling)})
    assert cut.claimed <= without.claimed  # a capped section is capped in both scores
    assert cut.evidenced <= without.evidenced
    assert passed(cut) <= passed(without)


@settings(max_examples=30, deadline=None)
@given(all_answers(), questions, st.sampled_from(["document", "demo", "independent"]))
def test_more_evidence_never_hurts(given_answers: dict[str, Answer], one: str, kind: str) -> None:
    before = given_answers[one]
    more = replace(before, evidence=(*before.evidence, EvidenceItem(kind, "more")))
    assert score(CORE, given_answers).evidenced <= score(CORE, given_answers | {one: more}).evidenced
