"""A vendor's deliveries as the scorecard prints them: how long they took, and what was asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from vendoreval.claims.decisions import IN_WORDS, OPEN, SILENT, UNANSWERED, Standing
from vendoreval.reports.parts import Plain
from vendoreval.reports.wording import day, percent


@dataclass(frozen=True)
class Received:
    """One delivery. `kind` says what it was when it was no production, such as a pilot or a rework.

    `days` are business days from order to receipt, `escalated` the share of items asked about, `answered`
    the longest time, in business days, that the vendor and the buyer took to answer a question; None where
    nothing is known. `rework_of` names the delivery that this one replaces; `standing` says whether
    it was accepted or rejected, by word or by silence; None for a pilot, which is judged.
    """

    delivery: str
    kind: str
    ordered: date | None
    received: date
    days: int | None
    items: int
    escalated: float | None
    answered: tuple[int | None, int | None]
    rework_of: str = ""
    standing: Standing | None = None


def decided_words(found: Standing) -> str:
    """What the buyer is recorded to have said of a delivery; empty where nothing is recorded or follows."""
    last, silence = found.last, "silence until the end of the window accepts"
    if last is None:
        return f"No decision is recorded; by the contract, {silence}." if found.state == SILENT else ""
    said = f"{last.decision.capitalize()} on {day(last.decided)} by {last.person}"
    if found.timely is not None:
        said += ", within the acceptance window" if found.timely else ", after the acceptance window ended"
    if last.recorded and last.recorded > last.decided:
        said += f", recorded on {day(last.recorded)}"
    said += f": {last.reason.rstrip('.')}."
    return said + (f" By the contract, {silence}." if found.state == SILENT else "")


def delivery_rows(deliveries: Sequence[Received]) -> list[Plain]:
    """One row a delivery, oldest first."""
    return [
        {
            "delivery": one.delivery,
            "kind": one.kind,
            "ordered": day(one.ordered) if one.ordered else "–",
            "received": day(one.received),
            "stands": _stands(one.standing) if one.standing else "",
            "days": "–" if one.days is None else f"{one.days:,}",
            "count": f"{one.items:,}",
            "escalated": "–" if one.escalated is None else percent(one.escalated),
            "answered": " / ".join("–" if days is None else f"{days:,}" for days in one.answered),
        }
        for one in deliveries
    ]


def _stands(found: Standing) -> str:
    """The standing in a few words, with the day that it rests on."""
    said = IN_WORDS[found.state]
    if found.state in (OPEN, SILENT, UNANSWERED):
        return f"{said}, window until {day(found.until)}" if found.until else said
    on = day(found.last.decided if found.last else None)
    return f"{said} on {on}{', late' if found.timely is False else ''}"
