"""The covering letter of a claim: one page on what happened, what is asked, by when, and what is enclosed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vendoreval.claims.records import Claim
from vendoreval.contracts.metrics import TIME, amount
from vendoreval.contracts.terms import Contract
from vendoreval.reports import parts
from vendoreval.reports.claim_standing import Standing, stamp
from vendoreval.reports.claim_words import (
    asked_in_words,
    conditional_in_words,
    dates_in_words,
    defects_in_words,
    kept_back_in_words,
    most_wrong,
    silence_in_words,
    total_in_words,
)
from vendoreval.reports.facts import Facts
from vendoreval.reports.letterhead import Party
from vendoreval.reports.parts import Plain
from vendoreval.reports.report import Report
from vendoreval.reports.wording import count, day, joined, percent

RIGHTS = (
    "This letter changes nothing in the contract. What is not asked for here is not given up; all rights stay "
    "reserved."
)


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a letter: its name, its SHA-256, and its size in bytes."""

    name: str
    sha256: str
    size: int


def letter_view(
    contract: Contract, claim: Claim, facts: Facts, standing: Standing, enclosed: Sequence[Enclosed] = ()
) -> Report:
    """The letter to a version of a claim that asks for something; pure. A draft is marked as one."""
    subject = f"Claim about delivery {claim.delivery}"
    view = {
        "schema": "vendoreval/letter_report/1",
        **parts.head(subject, "Letter", f"{claim.id} v{claim.version}", facts, stamp(claim, standing)),
        "addressee": _addressee(facts),
        "on": day(facts.printed),
        "references": _references(contract, claim, facts),
        "greeting": _greeting(facts),
        "headline": _happened(claim, facts),
        "asked": _asked(contract, claim, facts),
        "enclosed": [
            {"name": one.name, "size": f"{one.size:,} bytes", "sha256": one.sha256} for one in enclosed
        ],
        "verify": _verify(enclosed),
        "rights": RIGHTS,
        "signed": f"For {facts.buyer or 'the buyer'}: name, function, date",
        "record": {name: value for name, value in claim.to_json().items() if name not in ("schema", "lines")},
    }
    return Report("letter", facts.printed, view)


def _addressee(facts: Facts) -> list[str]:
    to = _vendor(facts)
    return [to.name, *([to.contact] if to.contact else []), *to.address]


def _vendor(facts: Facts) -> Party:
    head = facts.letterhead
    return head.vendor if head and head.vendor else Party(facts.vendor)


def _greeting(facts: Facts) -> str:
    return f"Dear {_vendor(facts).contact or 'Sir or Madam'},"


def _references(contract: Contract, claim: Claim, facts: Facts) -> list[list[str]]:
    received = f", received on {day(facts.delivered)}" if facts.delivered else ""
    issued = f", issued on {day(claim.issued)}" if claim.issued else ", a draft"
    return [
        ["Our reference", f"claim {claim.id}, version {claim.version}{issued}"],
        ["Contract", f"{contract.id}, version {contract.version}: {contract.title}"],
        ["Delivery", f"{claim.delivery}{received}"],
    ]


def _happened(claim: Claim, facts: Facts) -> str:
    """Two sentences: what was found under which clauses, and how much of the delivery that is."""
    clauses = list(dict.fromkeys(row.clause for row in claim.extrapolations))
    under = f" under {'clause' if len(clauses) == 1 else 'clauses'} {joined(clauses)} of the contract"
    said = f"Our audit of the delivery lists {defects_in_words(claim)}{under if clauses else ''}"
    fallen = count(len(claim.struck), "line")
    said += (
        f"; {fallen} of the claim {'is' if len(claim.struck) == 1 else 'are'} struck out."
        if claim.struck
        else "."
    )
    if not claim.extrapolations:
        return f"{said} The claim has each with its item and the gold answer."
    worst, wrong = most_wrong(claim)
    if worst.population == worst.sample:
        if worst.unit == TIME:
            whole = f"Of {amount(worst.population, TIME)}, all of it audited,"
            return f"{said} {whole} {amount(worst.at_least, TIME)} is wrong."
        verb = "is" if worst.at_least == 1 else "are"
        whole = f"Of {count(worst.population, 'unit')}, all of them audited,"
        return f"{said} {whole} {worst.at_least:,} {verb} wrong."
    return (
        f"{said} We are {percent(worst.confidence, digits=0)} sure of at least "
        f"{wrong} among {amount(worst.population, worst.unit)}."
    )


def _asked(contract: Contract, claim: Claim, facts: Facts) -> list[list[str]]:
    draft = claim.issued is None
    rows = [
        ["Once issued, we ask" if draft else "We ask", asked_in_words(claim)],
        ["In total, now", total_in_words(claim)],
        ["On a condition", conditional_in_words(claim)],
        ["Kept back", kept_back_in_words(claim)],
        ["By when", dates_in_words(claim, facts.printed.date())],
        ["Silence", silence_in_words(contract.dispute.silence)],
        ["Answer to", _answers_to(facts)],
    ]
    return [row for row in rows if row[1]]


def _answers_to(facts: Facts) -> str:
    """Who is reached how; the address stands in the head of the letter."""
    buyer = facts.letterhead.buyer if facts.letterhead else Party(facts.buyer)
    said = buyer.reached or ("the address above" if buyer.address else "")
    return f"{buyer.name}, {said}" if said else ""


def _verify(enclosed: Sequence[Enclosed]) -> list[Plain]:
    """How to check what is enclosed; empty where nothing is."""
    if not enclosed:
        return []
    return [
        {
            "words": "A file is the one meant here where its SHA-256 is the one printed above:",
            "command": "sha256sum FILE",
        },
        {
            "words": "Signed PDFs and evidence bundles are checked with:",
            "command": "vendoreval evidence verify FILE",
        },
    ]
