"""The log as a chain: every event carries the hash of the one before it.

Changing, removing or inserting an event breaks every later link. What a chain alone cannot show is
that its newest events were cut off; therefore reports and bundles print the hash of the last event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import hash_of, utc_text

GENESIS = "0" * 64


@dataclass(frozen=True)
class Event:
    """Who did what to what, and when. `seq` counts from 1; `at` is ISO-8601 text in UTC."""

    seq: int
    at: str
    actor: str
    kind: str
    subject: str
    data: Mapping[str, Any]
    previous: str
    hash: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values (record `vendoreval/event/1`)."""
        return {"schema": "vendoreval/event/1", **vars(self), "data": dict(self.data)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Event:
        """Read back `to_json`; raises EvidenceError when a field is missing."""
        try:
            return cls(**{name: plain[name] for name in cls.__dataclass_fields__})
        except KeyError as error:
            raise EvidenceError(f"An event of the log has no {error}.") from error

    def digest(self) -> str:
        """The hash that this event must carry: over all its other fields as canonical JSON."""
        return hash_of({name: value for name, value in self.to_json().items() if name != "hash"})


def link(
    previous: Event | None, *, at: datetime, actor: str, kind: str, subject: str, data: Mapping[str, Any]
) -> Event:
    """The event that follows `previous` (None: the first of the log).

    Raises InputError when `data` cannot be written as JSON.
    """
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    plain = Event(seq, utc_text(at), actor, kind, subject, data, before, "")
    return Event(**{**vars(plain), "hash": plain.digest()})


def verify_chain(events: Iterable[Event], *, after: Event | None = None) -> str:
    """Check every link and return the hash of the last event.

    The chain must begin at the start of the log, or directly behind `after`, which is trusted.
    Raises EvidenceError naming the first event that does not fit.
    """
    seq, head = (after.seq, after.hash) if after else (0, GENESIS)
    for event in events:
        seq += 1
        if event.seq != seq:
            raise EvidenceError(f"Event {seq} of the log is missing; the next one found is {event.seq}.")
        if event.previous != head:
            raise EvidenceError(f"Event {seq} of the log does not follow the event before it.")
        if event.digest() != event.hash:
            raise EvidenceError(f"Event {seq} of the log ({event.kind} {event.subject}) was altered.")
        head = event.hash
    return head
