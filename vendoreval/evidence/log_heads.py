"""Signed heads of a log: how many events it had at a time, and the hash of the last one.

A chain shows that no event was changed; that its newest events were cut off, or that all of it was written
anew, shows against a head that was noted elsewhere and signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.chain import GENESIS, Event
from vendoreval.evidence.signed import LOG_HEAD, PublicKey, check_envelope, claimed_subject, statement

SCHEMA = "vendoreval/log-head/1"
_FIELDS = {"workspace": str, "events": int, "head": str, "at": str}


@dataclass(frozen=True)
class LogHead:
    """A log at the moment `at` (ISO-8601 text): the workspace's id, how many events, the hash of the last."""

    workspace: str
    events: int
    head: str
    at: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values (record `vendoreval/log-head/1`)."""
        return {"schema": SCHEMA, **vars(self)}

    def statement(self) -> dict[str, Any]:
        """What is signed: its subject is the last event's hash."""
        return statement(f"log of workspace {self.workspace}", self.head, self.to_json(), LOG_HEAD)

    def misfit(self, events: Sequence[Event]) -> str:
        """What is wrong with a log that had this head once; empty where it goes on from there."""
        when = f"{self.events:,} events were signed on {self.at[:10]}"
        if len(events) < self.events:
            return f"{when}, {len(events):,} are left: newer ones were cut off"
        place = events[self.events - 1].hash if self.events else GENESIS
        return (
            "" if place == self.head else f"{when}, and event {self.events:,} is another: it was written anew"
        )


def log_head(plain: Any) -> LogHead:
    """The head in a record or in what a statement says; raises EvidenceError for anything else."""
    if not isinstance(plain, Mapping) or plain.get("schema") != SCHEMA:
        raise EvidenceError("This is no head of a log.", remedy="Give what `evidence sign --log` wrote.")
    for name, form in _FIELDS.items():
        if not isinstance(plain.get(name), form) or isinstance(plain[name], bool):
            raise EvidenceError(f"The head of the log says {name} {plain.get(name)!r}.")
    if plain["events"] < 0:
        raise EvidenceError(f"The head of the log says events {plain['events']!r}.")
    return LogHead(plain["workspace"], plain["events"], plain["head"], plain["at"])


def signed_head(data: bytes, keys: Sequence[PublicKey]) -> tuple[LogHead, tuple[PublicKey, ...]]:
    """The head that `evidence sign --log` wrote, and which of `keys` signed it; raises EvidenceError."""
    found = check_envelope(data, claimed_subject(data), keys)
    head = log_head(found.said)
    if head.statement() != found.statement:
        raise EvidenceError("What was signed is no head of a log.")
    return head, found.by
