"""A claim's document in every state: what it asks for, and that it asks for nothing once nothing is asked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.reports.report_samples import facts, music_audit, music_claim, music_contract, music_lines
from vendoreval.claims.decisions import ACCEPTED, REJECTED, Decision
from vendoreval.claims.decisions import standing as stands
from vendoreval.claims.disputes import LineState
from vendoreval.claims.moves import Kind, Move, Ruling
from vendoreval.claims.records import Claim, Demand, Struck
from vendoreval.contracts.terms import Acceptance
from vendoreval.money import Money
from vendoreval.reports.claim_first_page import claim_answers, figures
from vendoreval.reports.claim_standing import Standing, nothing_asked, stamp
from vendoreval.reports.claim_view import claim_view
from vendoreval.reports.claim_words import (
    conditional_in_words,
    kept_back_in_words,
    lines_in_words,
    silence_in_words,
    total_in_words,
)
from vendoreval.reports.delivery_parts import decided_words
from vendoreval.reports.render import to_html

AT = datetime(2026, 1, 20, 9, tzinfo=UTC)
ASKS = re.compile(r"We ask|We claim|Answer line by line|Asked now|Answer due|guideline_ambiguous")
OVER = ["withdrawn", "settled", "superseded", "fell", "replaced"]


def ended(kind: Kind, **told: Any) -> Move:
    return Move("claim-1", 2, kind, AT, "Ann", "", told=told)


def in_state(name: str, demands: tuple[Demand, ...] | None = None) -> tuple[Claim, Standing]:
    """Version 2 of a claim, one line struck out, and what became of it."""
    first = music_claim(music_lines(12))
    if demands is not None:
        first = replace(first, demands=demands)
    claim = replace(first, version=2, lines=first.lines[1:], struck=(Struck(1, "Gold is wrong.", "Ann"),))
    known = Standing(first, first, 2, turns=((date(2026, 1, 22), "vendor", "Answer 11 lines of the claim."),))
    match name:
        case "withdrawn":
            return replace(claim, state=name), replace(known, end=ended(name, reason="We erred."), turns=())
        case "settled":
            end = ended(name, minor=1250, currency="USD", how="credit", reference="CN-1")
            return replace(claim, state=name), replace(known, end=end, turns=())
        case "superseded":
            return replace(claim, state=name), replace(known, replaced_by="claim-2", turns=())
        case "fell":
            return replace(claim, verdict="inconclusive", demands=(), extrapolations=()), known
        case "replaced":
            return claim, replace(known, newest=3, turns=())
    return claim, known


def text(claim: Claim, standing: Standing) -> str:
    page = to_html(claim_view(music_contract(), claim, music_audit(), facts(), standing=standing))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style>.*?</style>", "", page)))


def test_a_standing_version_asks() -> None:
    found = text(*in_state("issued"))
    assert {"We claim", "Answer line by line", "guideline_ambiguous"} <= set(ASKS.findall(found))
    assert "USD 564.80" in found
    assert "1 struck out" not in found
    assert "besides 1 that was struck out" in found


@pytest.mark.parametrize("name", OVER)
def test_no_sentence_asks_for_anything_once_it_is_over(name: str) -> None:
    claim, standing = in_state(name)
    found = text(claim, standing)
    assert not ASKS.findall(found)
    assert "no longer" in found or name == "fell"
    view = claim_view(music_contract(), claim, music_audit(), facts(), standing=standing).view
    assert view["verdict"]["key"] == ("inconclusive" if name == "fell" else "not_run")
    assert view["demands_title"] == "What this version asked for"
    assert not view["rebuttals"]


def test_the_end_is_told_as_it_was_recorded() -> None:
    assert nothing_asked(*in_state("withdrawn")) == (
        "The buyer took this claim back on 20\u202fJanuary 2026: We erred. Nothing is asked any more."
    ).replace("\u202f", "\u00a0")
    assert "USD 12.50, by credit, reference CN-1. Nothing is asked beyond that." in nothing_asked(
        *in_state("settled")
    )
    assert "Claim claim-2" in nothing_asked(*in_state("superseded"))
    assert stamp(*in_state("replaced")) == "Replaced by version 3"
    assert (stamp(*in_state("fell")), nothing_asked(*in_state("issued"))) == ("", "")


def test_a_claim_that_fell_tells_what_is_still_open_with_others() -> None:
    claim, standing = in_state("fell")
    standing = replace(
        standing, turns=(*standing.turns, (date(2026, 2, 3), "arbiter", "Decide 1 line of the claim."))
    )
    rows = dict(claim_answers(music_contract(), claim, facts(), standing))
    assert rows["By when"] == "None for the vendor."
    assert (
        rows["Still open"].replace("\u00a0", " ") == "Arbiter, by 3 February 2026: Decide 1 line of the claim."
    )


def test_lines_that_weigh_less_are_told_once() -> None:
    claim, standing = in_state("issued")
    lighter = tuple(replace(line, severity="minor") for line in claim.lines)
    before = replace(claim, lines=tuple(replace(line, severity="major") for line in claim.lines))
    changed = claim_view(
        music_contract(), replace(claim, lines=lighter), music_audit(), facts(),
        standing=replace(standing, before=before),
    ).view["changes"]  # fmt: skip
    assert changed["graver"].startswith("Less grave than before: lines 2, 3,")
    assert changed["graver"].endswith("and 12, from major to minor.")
    assert "11\N{NO-BREAK SPACE}lines weigh less than before." in changed["said"]


def demand(kind: str, cents: int | None, rounds: int) -> Demand:
    return Demand(
        kind, kind, "", None if cents is None else Money(cents, "USD"), None, None, after_rework=rounds
    )


DEMANDS = st.lists(
    st.builds(
        demand, st.sampled_from(["rework", "credit", "refund", "audit_cost", "withhold"]),
        st.none() | st.integers(1, 10**9), st.integers(0, 2),
    ),
    max_size=6,
).map(tuple)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(DEMANDS)
def test_only_unconditional_payments_are_in_the_total(demands: tuple[Demand, ...]) -> None:
    claim, standing = in_state("issued", demands)
    cents = 0
    fixed = False
    for one in demands:  # an own sum, beside that of claims/sums.py
        if one.after_rework == 0 and one.kind != "withhold" and one.amount is not None:
            cents, fixed = cents + one.amount.minor, True
    written = f"USD {cents // 100:,}.{cents % 100:02}"
    box = {one["label"]: one["value"] for one in figures(claim, standing)}
    assert box.get("Asked now, in total", "").replace("\u00a0", " ") == (written if fixed else "")
    said = total_in_words(claim).replace("\u00a0", " ")
    assert said.startswith(written if fixed else "No sum of money is asked for now.")
    assert bool(conditional_in_words(claim)) == any(one.after_rework for one in demands)
    held = any(one.kind == "withhold" and not one.after_rework for one in demands)
    assert bool(kept_back_in_words(claim)) == held


@settings(max_examples=40, deadline=None)
@given(
    DEMANDS,
    st.sampled_from(OVER),
    st.dictionaries(st.integers(2, 12), st.sampled_from(["upheld", "escalated"])),
)
def test_whatever_was_asked_and_ruled_an_ended_claim_asks_nothing(
    demands: tuple[Demand, ...], name: str, ruled: dict[int, str]
) -> None:
    claim, standing = in_state(name, demands)
    lines = {
        number: LineState(number, how, ruling=Ruling(number, how, "Why.", "Ann"))
        for number, how in ruled.items()
    }
    standing = replace(standing, lines=lines)
    assert [one["label"] for one in figures(claim, standing)] == ["Defects listed"]
    rows = {name for name, _ in claim_answers(music_contract(), claim, facts(), standing)}
    assert not rows & {"On a condition", "Kept back", "Next", "Answer to", "How to answer", "Silence"}
    view = claim_view(music_contract(), claim, music_audit(), facts(), standing=standing).view
    assert all((row["when"], row["due"]) == ("no longer", "") for row in view["demands"])


def test_decisions_are_told_only_as_recorded() -> None:
    received = date(2026, 1, 5)
    silent = replace(music_contract(), acceptance=Acceptance(10, "accepted"))
    later = received + timedelta(days=60)
    assert decided_words(stands(music_contract(), received, (), later)) == ""
    assert decided_words(stands(silent, received, (), received)) == ""
    assert decided_words(stands(silent, received, (), later)).startswith(
        "No decision is recorded; by the contract"
    )
    in_time = Decision(REJECTED, date(2026, 1, 9), "Boxes are off.", "Ann", date(2026, 1, 9))
    found = decided_words(stands(silent, received, (in_time,), later)).replace("\u00a0", " ")
    assert found == "Rejected on 9 January 2026 by Ann, within the acceptance window: Boxes are off."
    late = Decision(ACCEPTED, date(2026, 1, 9), "Good", "Ann", date(2026, 2, 27))
    assert "recorded on 27" in decided_words(stands(music_contract(), received, (late,), later))
    after = Decision(REJECTED, date(2026, 2, 20), "Bad", "Ann", date(2026, 2, 20))
    found = decided_words(stands(silent, received, (after,), later))
    assert "after the acceptance window ended" in found
    assert found.endswith("By the contract, silence until the end of the window accepts.")
    page = to_html(
        claim_view(music_contract(), music_claim(), music_audit(), facts(decided="Rejected by Ann."))
    )
    assert page.count("Rejected by Ann.") == 1


def test_words_of_lines_and_silence() -> None:
    assert lines_in_words([3]) == "line 3"
    assert lines_in_words(list(range(1, 41)), 2) == "lines 1, 2 and 38 more"
    assert silence_in_words("accepted").endswith("counts as accepted.")
    assert "is not accepted by that" in silence_in_words("not_accepted")
