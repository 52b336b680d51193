"""The claims on a scorecard: where each stands, what is asked now, what is settled, how rebuttals fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vendoreval.claims.accounts import GONE, Account, Entry, Sums, account
from vendoreval.claims.rebuttals import CONFIDENCE, Fared, Rebuttals
from vendoreval.claims.records import Claim
from vendoreval.claims.sums import conditional
from vendoreval.money import Money
from vendoreval.reports.claim_standing import fell
from vendoreval.reports.claim_words import asked_in_words, conditional_in_words
from vendoreval.reports.parts import Plain
from vendoreval.reports.wording import count, day, joined, percent

_ENDED = (*GONE, "settled")


@dataclass(frozen=True)
class Claimed:
    """A claim's newest version and its entry on the vendor's account; a draft has none, and asks nothing."""

    claim: Claim
    entry: Entry | None = None

    @property
    def stage(self) -> str:
        """Where it stands, in a word or two."""
        if self.entry is None:
            return "draft"
        return "fallen" if self.entry.stage not in _ENDED and fell(self.claim) else self.entry.stage

    @property
    def asks(self) -> bool:
        """Whether something is asked by it today."""
        return self.stage not in (*_ENDED, "draft", "fallen")


def asked(claims: Sequence[Claimed]) -> list[str]:
    """What each claim that is open asks for, a sentence or two each."""
    found = []
    for one in claims:
        if one.asks:
            steps = asked_in_words(one.claim)
            also = conditional_in_words(one.claim)
            found.append(f"Claim {one.claim.id}: {steps[:1].lower()}{steps[1:]}{f' {also}' if also else ''}")
    return found


def next_date(claims: Sequence[Claimed], today: date) -> str:
    """The earliest date that runs on an open claim."""
    dates = account_of([one for one in claims if one.asks], today).due
    if not dates:
        return "No date is running."
    on, who, claim, what = dates[0]
    return f"{'Overdue since ' if on < today else ''}{day(on)}, {who}, claim {claim}: {what}"


def sums_in_words(claims: Sequence[Claimed], today: date) -> str:
    """The account in a sentence, each currency for itself; empty where no claim was issued."""
    known = account_of(claims, today)
    said = [_currency(name, sums) for name, sums in known.totals.items()]
    invoiced = [entry.claim for entry in known.entries if entry.invoiced]
    more = f" A further sum of {joined(invoiced)} follows from the invoice." if invoiced else ""
    return f"{'; '.join(said)}.{more}" if said else ""


def _currency(name: str, sums: Sums) -> str:
    told = [
        (sums.asked + sums.come_due, "asked", True), (sums.fallen, "fallen", False),
        (sums.waived, "waived", False), (sums.settled, "settled", True), (sums.open, "open", True),
        (sums.kept_back, "of the price kept back", False),
    ]  # fmt: skip
    return ", ".join(f"{Money(minor, name)} {word}" for minor, word, always in told if minor or always)


def account_of(claims: Sequence[Claimed], today: date) -> Account:
    """The account that the claims' entries come to."""
    vendor = claims[0].claim.vendor if claims else ""
    return account(vendor, today, [one.entry for one in claims if one.entry])


def claim_row(one: Claimed) -> Plain:
    """A claim's row; sums and dates only where something is asked, the settlement as it was recorded."""
    claim, entry = one.claim, one.entry
    least = min((row.strikeouts for row in claim.extrapolations), default=None)
    later = conditional(claim)
    due = entry.due[0] if entry and entry.due and one.asks else None
    return {
        "id": f"{claim.id} v{claim.version}",
        "delivery": claim.delivery,
        "state": one.stage,
        "issued": day(claim.issued),
        "lines": f"{len(claim.lines):,}",
        "amount": str(entry.money("open")) if entry and one.asks else "–",
        "conditional": str(later) if one.asks and later.minor else "–",
        "settled": _settled(entry) if entry else "–",
        "turn": f"{due[1]}, until {day(due[0])}" if due else "–",
        "what": due[2] if due else "",
        "strikeouts": "–" if least is None or not one.asks else f"{least:,}",
    }


def _settled(entry: Entry) -> str:
    if entry.settled is None:
        return "–"
    told = (str(entry.money("settled")), entry.settled.how, entry.settled.reference)
    return f"{', '.join(filter(None, told))}, {day(entry.settled.on)}"


def rebuttals_view(found: Rebuttals) -> Plain | None:
    """How the vendor's rebuttals fared, one row a reason code; None where nothing was rebutted."""
    if not found.by_code:
        return None
    rows = [_fared(code.replace("_", " "), fared) for code, fared in found.by_code.items()]
    return {
        "words": _share(found.all),
        "rows": [*rows, _fared("all", found.all)] if len(rows) > 1 else rows,
        "record": found.to_json(),
    }


def _share(all_: Fared) -> str:
    if not all_.decided:
        return f"{count(all_.open, 'rebuttal')} not decided yet."
    low, high = all_.interval
    return (
        f"Of {count(all_.decided, 'decided rebuttal')}, {all_.succeeded:,} succeeded: "
        f"{percent(all_.succeeded / all_.decided)} ({percent(CONFIDENCE, digits=0)} interval {percent(low)} to "
        f"{percent(high)}, exact)."
    )


def _fared(name: str, fared: Fared) -> list[str]:
    told = (fared.succeeded, fared.downgraded, fared.failed, fared.open)
    return [name, *(f"{number:,}" for number in told)]
