"""The first page of a claim: what happened, how sure that is, what is asked in total, by when, and to whom."""

from __future__ import annotations

from vendoreval.claims.disputes import VENDOR
from vendoreval.claims.records import Claim
from vendoreval.claims.sums import total
from vendoreval.contracts.metrics import TIME, amount
from vendoreval.contracts.terms import Contract
from vendoreval.reports.claim_standing import Standing, changed_in_words, nothing_asked
from vendoreval.reports.claim_words import (
    asked_in_words,
    conditional_in_words,
    dates_in_words,
    defects_in_words,
    kept_back_in_words,
    kind_words,
    most_wrong,
    silence_in_words,
    total_in_words,
)
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.provenance_parts import reservations
from vendoreval.reports.wording import count, day, joined, percent


def headline(claim: Claim, standing: Standing) -> str:
    """What happened and what is asked, or why nothing is asked any more."""
    over = nothing_asked(claim, standing)
    if over:
        return over
    draft = claim.state == "draft"
    said = "This draft lists" if draft else "We claim"
    said = f"{said} {defects_in_words(claim)} in delivery {claim.delivery}."
    asked = joined(dict.fromkeys(kind_words(demand) for demand in claim.asked_now))
    if asked:
        said += f" {'Once issued, it asks' if draft else 'We ask'} for {asked}."
    return said + (f" This claim takes the place of {joined(claim.supersedes)}." if claim.supersedes else "")


def figures(claim: Claim, standing: Standing) -> list[Plain]:
    """The numbers of the summary box; no sum and no date where nothing is asked."""
    note = "each with item and gold answer"
    if claim.struck:
        note = f"besides {len(claim.struck):,} that {'was' if len(claim.struck) == 1 else 'were'} struck out"
    found = [{"label": "Defects listed", "value": f"{len(claim.lines):,}", "note": note}]
    if nothing_asked(claim, standing):
        return found
    if claim.extrapolations:
        worst, _ = most_wrong(claim)
        what = "of wrong time" if worst.unit == TIME else "wrong units"
        note = f"{what} in the delivery, {percent(worst.confidence, digits=0)} sure"
        if worst.population == worst.sample:
            note = f"{what}, all of them found" if worst.unit != TIME else f"{what}, all of it found"
        found.append({"label": "At least", "value": amount(worst.at_least, worst.unit), "note": note})
    whole = total(claim.asked_now)
    if whole is not None:
        found.append({"label": "Asked now, in total", "value": str(whole), "note": "all these steps together"})
    if claim.answer_by:
        found.append({"label": "Answer by", "value": day(claim.answer_by), "note": "line by line"})
    return found


def claim_answers(contract: Contract, claim: Claim, facts: Facts, standing: Standing) -> list[list[str]]:
    """The first page's rows: the four that every report has, then what only a claim says."""
    over = nothing_asked(claim, standing)
    if over:
        listed = f"{defects_in_words(claim)} listed one by one."
        still = _turns(standing, but=VENDOR)
        rows = answers(
            listed, over, "None for the vendor." if still else "No date is running.", _was_asked(claim)
        )
        return [*rows, *_since(claim, standing), *([["Still open", still]] if still else [])]
    rows = answers(
        _sure(claim, facts), asked_in_words(claim), dates_in_words(claim, facts.printed.date()),
        total_in_words(claim),
    )  # fmt: skip
    further = [
        ["On a condition", conditional_in_words(claim)],
        ["Kept back", kept_back_in_words(claim)],
        *_since(claim, standing),
        ["Next", _turns(standing)],
        ["Answer to", _addressed(facts)],
        [
            "How to answer",
            "Line by line (section 9), on the answer sheet of this claim; ask for it if it is missing.",
        ],
        ["Silence", silence_in_words(contract.dispute.silence)],
    ]
    return [*rows, *(row for row in further if row[1])]


def _turns(standing: Standing, but: str = "") -> str:
    """Who acts next and until when; `but`: whose turn is left out."""
    turns = [f"{who.capitalize()}, by {day(due)}: {text}" for due, who, text in standing.turns if who != but]
    return " ".join(turns)


def _since(claim: Claim, standing: Standing) -> list[list[str]]:
    if standing.before is None:
        return []
    return [[f"Since version {standing.before.version}", changed_in_words(claim, standing.before)]]


def _was_asked(claim: Claim) -> str:
    """What the version asked for while it stood; nothing where no sum was fixed."""
    whole = total(claim.asked_now)
    return "No sum of money." if whole is None else f"This version asked for {whole}; see what is said above."


def _addressed(facts: Facts) -> str:
    """To whom answers go, as the letterhead says it; empty where it says nothing."""
    head = facts.letterhead
    if head is None or not (head.buyer.reached or head.buyer.address):
        return ""
    return ", ".join(part for part in (head.buyer.name, *head.buyer.address, head.buyer.reached) if part)


def _sure(claim: Claim, facts: Facts) -> str:
    said = f"{defects_in_words(claim)} listed one by one."
    if claim.extrapolations:
        worst, wrong = most_wrong(claim)
        if worst.population == worst.sample:
            were = "was" if worst.unit == TIME or worst.at_least == 1 else "were"
            said += f" {wrong} {were} found, and nothing is extrapolated."
        else:
            sure = percent(worst.confidence, digits=0)
            said += f" {sure} sure of at least {wrong} among {amount(worst.population, worst.unit)}."
        said += _stands(claim)
    also = reservations(facts.rests)
    return said + (f" To be known: {joined(also)} (see 5)." if also else "")


def _stands(claim: Claim) -> str:
    """How many errors may be struck out before the breach falls."""
    if any(row.by_scores for row in claim.extrapolations):
        return " After each ruling the draw is judged again."
    least = min((row.strikeouts for row in claim.extrapolations if row.by_count), default=None)
    if least is None:
        return ""
    if not least:
        return " The breach falls if a single error is struck out."
    return f" The breach stands if up to {count(least, 'error')} {'is' if least == 1 else 'are'} struck out."
