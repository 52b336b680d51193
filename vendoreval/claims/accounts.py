"""A vendor's account: for every claim what was asked, what fell, what was settled and what is open.

    asked + come due  =  fallen + waived + settled + open          for each claim, and for each currency in all

Asked is what version 1 asks to be paid at once; a step that waited for a failed rework comes due when it fails.
Fallen is what versions took away. What a settlement leaves of the newest version is waived. What is kept back
of the price and what is still conditional stand apart, in no sum. Of a claim that is superseded or withdrawn
nothing is asked. Sums of two currencies are never added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from vendoreval.claims.disputes import Dispute
from vendoreval.claims.records import Claim
from vendoreval.claims.sums import asked_now, conditional, kept_back, total, unknown_sums
from vendoreval.money import Money

SCHEMA = "vendoreval/statement/1"
GONE = ("superseded", "withdrawn")


@dataclass(frozen=True)
class Sums:
    """Minor units of one currency. `conceded` is the part of `open` that is beyond dispute."""

    asked: int = 0
    come_due: int = 0
    fallen: int = 0
    waived: int = 0
    settled: int = 0
    open: int = 0
    conceded: int = 0
    kept_back: int = 0
    conditional: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Sums)))


@dataclass(frozen=True)
class Settled:
    """How a claim was settled, as its move tells."""

    on: date
    how: str
    reference: str
    note: str


@dataclass(frozen=True)
class Entry:
    """One claim on the account. `invoiced`: a step asks for a sum that only the invoice tells."""

    claim: str
    version: int
    delivery: str
    contract: str
    issued: date
    stage: str
    currency: str
    sums: Sums
    settled: Settled | None = None
    due: tuple[tuple[date, str, str], ...] = ()
    invoiced: bool = False

    def money(self, name: str) -> Money:
        """One of its sums."""
        return Money(getattr(self.sums, name), self.currency)

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        settled = self.settled
        return {
            "claim": self.claim, "version": self.version, "delivery": self.delivery,
            "contract": self.contract, "issued": self.issued.isoformat(), "stage": self.stage,
            "currency": self.currency, "sums": dict(vars(self.sums)),
            "settled": {**vars(settled), "on": settled.on.isoformat()} if settled else None,
            "due": [{"on": on.isoformat(), "who": who, "what": what} for on, who, what in self.due],
            "invoiced": self.invoiced,
        }  # fmt: skip


@dataclass(frozen=True)
class Account:
    """A vendor's account on a day, its claims in the order in which they were issued."""

    vendor: str
    on: date
    entries: tuple[Entry, ...]

    @property
    def totals(self) -> dict[str, Sums]:
        """The sums of all claims, by currency."""
        found: dict[str, Sums] = {}
        for entry in self.entries:
            found[entry.currency] = found.get(entry.currency, Sums()) + entry.sums
        return dict(sorted(found.items()))

    @property
    def due(self) -> tuple[tuple[date, str, str, str], ...]:
        """What somebody must do until when: day, who, claim, what; earliest first."""
        return tuple(
            sorted((on, who, entry.claim, what) for entry in self.entries for on, who, what in entry.due)
        )

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/statement/1`."""
        return {
            "schema": SCHEMA, "vendor": self.vendor, "on": self.on.isoformat(),
            "claims": [entry.to_json() for entry in self.entries],
            "totals": [{"currency": name, **vars(sums)} for name, sums in self.totals.items()],
        }  # fmt: skip


def account(vendor: str, on: date, entries: Iterable[Entry]) -> Account:
    """The account of a vendor."""
    return Account(vendor, on, tuple(sorted(entries, key=lambda entry: (entry.issued, entry.claim))))


def entry_of(newest: Claim, dispute: Dispute, beyond_dispute: Claim) -> Entry:
    """A claim on the account: its newest version, and what of it would stand without what is still argued.

    Raises ValueError for a claim that was not issued.
    """
    first = dispute.claim
    if first.issued is None:
        raise ValueError(f"claim {first.id} was not issued")
    running = dispute.state == "issued"
    return Entry(
        first.id, newest.version, first.delivery, first.contract, first.issued, dispute.stage, first.currency,
        Sums() if dispute.state in GONE else _sums(newest, dispute, beyond_dispute),
        _settled(dispute), _due(newest, dispute) if running else (), running and unknown_sums(newest),
    )  # fmt: skip


def _sums(newest: Claim, dispute: Dispute, beyond_dispute: Claim) -> Sums:
    first, now = dispute.claim, asked_now(newest).minor
    asked = asked_now(first).minor
    since = dispute.failed_reworks - first.failed_reworks  # rounds of rework that failed after it was issued
    come_due = _of(first, [one.remedy for one in first.conditional if one.after_rework <= since])
    fallen = asked + come_due - now
    if dispute.state == "settled":
        paid = int(dispute.moves[-1].told.get("minor", 0))
        more = max(0, paid - now)  # of a sum that only the invoice told
        return Sums(asked, come_due + more, fallen, now + more - paid, paid)
    conceded = min(asked_now(beyond_dispute).minor, now)
    return Sums(
        asked, come_due, fallen, open=now, conceded=conceded, kept_back=kept_back(newest).minor,
        conditional=conditional(newest).minor,
    )  # fmt: skip


def _of(claim: Claim, remedies: Sequence[str]) -> int:
    found = total([one for one in claim.demands if one.remedy in remedies])
    return found.minor if found else 0


def _settled(dispute: Dispute) -> Settled | None:
    if dispute.state != "settled":
        return None
    move = dispute.moves[-1]
    how, reference, note = (str(move.told.get(name, "")) for name in ("how", "reference", "note"))
    at: datetime = move.at
    return Settled(at.date(), how, reference, note)


def _due(newest: Claim, dispute: Dispute) -> tuple[tuple[date, str, str], ...]:
    """Whose turn it is, and until when the steps are to be taken that are asked for now."""
    steps = (
        (one.due, "vendor", f"{one.kind.replace('_', ' ').capitalize()}: {one.amount}." if one.amount
         else f"{one.kind.replace('_', ' ').capitalize()}.")
        for one in newest.asked_now if one.due
    )  # fmt: skip
    return tuple(sorted((*dispute.turns, *steps)))


_TEXTS = ("claim", "version", "delivery", "contract", "issued", "stage", "currency")
_SUMS = tuple(one.name for one in fields(Sums))
CSV_HEADER = (*_TEXTS, *_SUMS, "settled_on", "how", "reference", "note", "next_due")


def csv_rows(found: Account) -> list[list[str]]:
    """One row a claim, and one a currency with its totals, under CSV_HEADER; sums in major units."""
    rows = [_row(entry) for entry in found.entries]
    for currency, sums in found.totals.items():
        texts = ["total", "", "", "", "", "", currency]
        rows.append([*texts, *_amounts(sums, currency), "", "", "", "", ""])
    return rows


def _row(entry: Entry) -> list[str]:
    settled = entry.settled
    told = [settled.on.isoformat(), settled.how, settled.reference, settled.note] if settled else [""] * 4
    next_due = entry.due[0][0].isoformat() if entry.due else ""
    texts = [str(getattr(entry, name)) for name in _TEXTS]
    return [*texts, *_amounts(entry.sums, entry.currency), *told, next_due]


def _amounts(sums: Sums, currency: str) -> list[str]:
    return [f"{Money(getattr(sums, name), currency).amount:f}" for name in _SUMS]
