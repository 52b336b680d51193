"""Whether a delivery stands accepted: the buyer's decisions, the contract's window, and its rule on silence.

    open                  the window runs, or there is none; nobody decided
    accepted, rejected    the buyer said so; `timely` says whether within the window
    accepted_by_silence   the window ended without an answer, and the contract takes that for acceptance; a
                          rejection that came later is a fact, and changes nothing
    unanswered            the window ended without an answer, and by the contract that accepts nothing

A rejection may be followed by an acceptance, after a rework or a settlement. An acceptance is not taken back:
what comes up later is a claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from vendoreval.claims.deadlines import deadlines
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, UsageError

ACCEPTED, REJECTED = "accepted", "rejected"
OPEN, SILENT, UNANSWERED = "open", "accepted_by_silence", "unanswered"
IN_WORDS = {
    OPEN: "not decided", ACCEPTED: "accepted", REJECTED: "rejected", SILENT: "accepted by silence",
    UNANSWERED: "not answered in time",
}  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """What the buyer said of a delivery, as of the day `decided`, and on which day it was recorded."""

    decision: str
    decided: date
    reason: str
    person: str
    recorded: date | None = None

    def to_json(self) -> dict[str, Any]:
        """The decision as plain JSON values."""
        recorded = self.recorded.isoformat() if self.recorded else None
        return {**vars(self), "decided": self.decided.isoformat(), "recorded": recorded}


@dataclass(frozen=True)
class Standing:
    """Where a delivery stands. `until`: the last day of the window (None: the contract has none)."""

    state: str
    until: date | None = None
    decisions: tuple[Decision, ...] = ()

    @property
    def last(self) -> Decision | None:
        """The newest decision."""
        return self.decisions[-1] if self.decisions else None

    @property
    def timely(self) -> bool | None:
        """Whether the newest decision came within the window; None without one of the two."""
        return None if self.until is None or self.last is None else self.last.decided <= self.until

    @property
    def waits(self) -> bool:
        """Whether a decision of the buyer is still wanted."""
        return self.state in (OPEN, UNANSWERED)

    @property
    def text(self) -> str:
        """The standing in a sentence, without a full stop."""
        said = IN_WORDS[self.state]
        if self.state == OPEN and self.until:
            return f"{said}; the window ends on {self.until}"
        if self.state == UNANSWERED:
            return f"{said}: the window ended on {self.until}; by the contract silence accepts nothing"
        if self.state == SILENT:
            late = f"; a rejection of {self.last.decided} came late" if self.last else ""
            return f"{said}: the window ended on {self.until}{late}"
        if self.last is None:
            return said
        late = f", after the window that ended on {self.until}" if self.timely is False else ""
        if self.timely and self.last.recorded and self.until and self.last.recorded > self.until:
            late = f", recorded on {self.last.recorded}, after the window that ended on {self.until}"
        return f"{said} on {self.last.decided} by {self.last.person}{late}: {self.last.reason.rstrip('.')}"

    def to_json(self) -> dict[str, Any]:
        """The standing as plain JSON values."""
        return {
            "state": self.state, "until": self.until.isoformat() if self.until else None, "timely": self.timely,
            "decisions": [one.to_json() for one in self.decisions],
        }  # fmt: skip


def standing(contract: Contract, received: date, decisions: Sequence[Decision], today: date) -> Standing:
    """Where a delivery that was `received` stands on the day `today`."""
    until = next((d.due for d in deadlines(contract, received=received) if d.name == "acceptance"), None)
    known = tuple(decisions)
    silence = contract.acceptance.silence if contract.acceptance else "not_accepted"
    in_time = [one for one in known if until is None or one.decided <= until]
    if known and not (silence == "accepted" and not in_time and known[-1].decision == REJECTED):
        return Standing(known[-1].decision, until, known)
    if until is None or today <= until:
        return Standing(OPEN, until, known)
    return Standing(SILENT if silence == "accepted" else UNANSWERED, until, known)


def check_decision(before: Standing, new: Decision, received: date, today: date, delivery: str) -> None:
    """Refuse a decision that cannot follow; raises UsageError for its day or words, Conflict for the rest."""
    if not new.reason.strip():
        raise UsageError("A decision has a reason.", remedy="Give it with --reason.")
    if not received <= new.decided <= today:
        raise UsageError(
            f"{new.decided} is no day between the receipt, {received}, and today, {today}.",
            remedy="Correct it with --on.",
        )
    last = before.last
    if last is None:
        return
    if last.decision == new.decision:
        raise Conflict(f"Delivery {delivery!r} was {last.decision} on {last.decided} already.")
    if last.decision == ACCEPTED:
        raise Conflict(
            f"Delivery {delivery!r} was accepted on {last.decided}, and that is not taken back.",
            remedy="What an audit finds later is a claim: vendoreval claim draft AUDIT",
        )
    if new.decided < last.decided:
        raise UsageError(f"It was {last.decision} on {last.decided}, later than {new.decided}.")
