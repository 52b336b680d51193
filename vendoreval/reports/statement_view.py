"""The statement of account: what was asked of a vendor, what fell, what was settled, and what is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vendoreval.claims.accounts import CSV_HEADER, Account, Entry, Sums, csv_rows
from vendoreval.evidence.canonical import canonical
from vendoreval.money import Money
from vendoreval.reports import parts
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.report import Attached, Report
from vendoreval.reports.wording import count, day, joined
from vendoreval.safe_text import csv_bytes

_MOST_FIGURES = 2  # currencies in the box, those with open sums first; the table has all


def statement_view(account: Account, facts: Facts) -> Report:
    """The statement of one vendor; pure. Carries all claims as CSV and as canonical JSON."""
    files = (
        Attached("statement.csv", csv_bytes(CSV_HEADER, csv_rows(account)), "All claims, one row each", "Data"),
        Attached("statement.json", canonical(account.to_json()), "The account, machine-readable", "Source"),
    )
    view = {
        "schema": "vendoreval/statement_report/1",
        **parts.head(facts.vendor, "Statement of account", "Statement", facts),
        "verdict": None,
        "headline": _headline(account),
        "figures": _figures(account),
        "answers": _answers(account),
        "on": day(account.on),
        "totals": [_totals(name, sums) for name, sums in account.totals.items()],
        "claims": [_claim(entry) for entry in account.entries],
        "apart": [_apart(entry) for entry in account.entries if entry.sums.kept_back or entry.sums.conditional],
        "settled": [_settled(entry) for entry in account.entries if entry.settled],
        "due": [[day(on), who, claim, what] for on, who, claim, what in account.due],
        "notes": _notes(account),
        "integrity": parts.integrity(facts, files),
        "record": account.to_json(),
    }
    return Report("statement", facts.printed, view, files)


def _headline(account: Account) -> str:
    if not account.entries:
        return "No claim was issued against this vendor."
    told = f"{count(len(account.entries), 'claim')} issued until {day(account.on)}."
    return f"{told} {_each(account, 'Open', lambda sums: sums.open)}."


def _each(account: Account, word: str, of: Callable[[Sums], int]) -> str:
    """`Open: EUR 12.00 and USD 3.00`; currencies stand beside each other and are never added."""
    return f"{word}: {joined(str(Money(of(sums), name)) for name, sums in account.totals.items())}"


def _figures(account: Account) -> list[Plain]:
    found = []
    for name, sums in sorted(account.totals.items(), key=lambda total: not total[1].open)[:_MOST_FIGURES]:
        conceded = f"{Money(sums.conceded, name)} of it beyond dispute"
        found.append({"label": f"Open in {name}", "value": str(Money(sums.open, name)), "note": conceded})
        asked = f"of {Money(sums.asked + sums.come_due, name)} asked"
        found.append({"label": f"Settled in {name}", "value": str(Money(sums.settled, name)), "note": asked})
    return found


def _answers(account: Account) -> list[list[str]]:
    if not account.entries:
        return answers("There is no claim.", "Nothing.", "No date is running.", "Nothing is open.")
    still = [entry for entry in account.entries if entry.sums.open]
    asked = joined(f"{entry.money('open')} by claim {entry.claim}" for entry in still)
    first = account.due[0] if account.due else None
    return answers(
        "Sums are those of each claim's newest version, as the rulings left it. "
        f"{_each(account, 'Beyond dispute', lambda sums: sums.conceded)}.",
        f"{asked}." if asked else "Nothing is open.",
        f"{day(first[0])}, {first[1]} ({first[2]}): {first[3]}" if first else "No date is running.",
        f"{_each(account, 'Asked', lambda s: s.asked + s.come_due)}. "
        f"{_each(account, 'Settled', lambda s: s.settled)}. {_each(account, 'Open', lambda s: s.open)}.",
    )


def _totals(currency: str, sums: Sums) -> Plain:
    said = {name: f"{Money(value, currency).amount:,f}" for name, value in vars(sums).items()}
    return {"currency": currency, **said, "all": f"{Money(sums.asked + sums.come_due, currency).amount:,f}"}


def _claim(entry: Entry) -> Plain:
    return {
        **_totals(entry.currency, entry.sums),
        "claim": f"{entry.claim} v{entry.version}",
        "delivery": entry.delivery,
        "contract": entry.contract,
        "issued": day(entry.issued),
        "stage": entry.stage,
    }


def _apart(entry: Entry) -> list[str]:
    return [
        entry.claim,
        str(entry.money("kept_back")) if entry.sums.kept_back else "–",
        str(entry.money("conditional")) if entry.sums.conditional else "–",
    ]


def _settled(entry: Entry) -> Plain:
    settled = entry.settled
    told: dict[str, Any] = vars(settled) if settled else {}
    return {
        **told, "claim": entry.claim, "on": day(settled.on if settled else None),
        "sum": str(entry.money("settled")), "reference": told.get("reference") or "–",
        "note": told.get("note") or "–",
    }  # fmt: skip


def _notes(account: Account) -> list[str]:
    said = [
        "Asked is what the issued claim asks to be paid at once. Fallen is what rulings took away; waived is "
        "what a settlement left.",
        "In every row asked is the sum of fallen, waived, settled and open; conceded is a part of open.",
    ]
    if any(entry.sums.come_due for entry in account.entries):
        said.append("Steps that waited for a failed rework are counted in asked once it failed.")
    if any(entry.stage in ("superseded", "withdrawn") for entry in account.entries):
        said.append("A claim that was superseded or withdrawn asks for nothing.")
    invoiced = [entry.claim for entry in account.entries if entry.invoiced]
    if invoiced:
        said.append(f"A further sum of {joined(invoiced)} follows from the invoice and is in no figure here.")
    if len(account.totals) > 1:
        said.append("Sums of different currencies are not added.")
    said.append("Settled says what both sides agreed on; that it was paid is not recorded here.")
    return said
