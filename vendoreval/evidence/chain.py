"""The log as a chain: every event carries the hash of the one before it.

Changing, removing or inserting an event breaks every later link. What a chain alone cannot show is
that its newest events were cut off; therefore receipts, reports and bundles carry the hash of the last one.

An event is shown in one of two forms. *Opened* it tells everything. *Closed* it keeps its place, its kind
and its tag, a keyed name of the delivery that it is about, and hides the rest behind a salted hash:

    body = SHA-256 of {at, actor, subject, data, salt}
    hash = SHA-256 of {schema, seq, kind, tag, body, previous}        both as canonical JSON

So a log given away still forms a chain, every event about one delivery can be asked for, and nobody can
read the others. Events of schema `/1` hash all their fields at once: closed, they keep their hash only, and
their link to the event before cannot be shown. None of them can follow an event of schema `/2`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import hash_of, utc_text

GENESIS = "0" * 64
FIRST, SECOND = "vendoreval/event/1", "vendoreval/event/2"
TAG_DIGITS = 32
_ABOUT_DELIVERIES = ("audit.", "claim.", "evidence.")
_CONTENT = ("at", "actor", "subject", "data", "salt")


@dataclass(frozen=True)
class Event:
    """Who did what to what, and when. `seq` counts from 1; `at` is ISO-8601 text in UTC.

    `tag` names the delivery for those who hold the key, and is empty where there is none; `salt` (64
    hexadecimal digits) is empty in events of schema `/1`.
    """

    seq: int
    at: str
    actor: str
    kind: str
    subject: str
    data: Mapping[str, Any]
    previous: str
    hash: str
    tag: str = ""
    salt: str = ""

    @property
    def schema(self) -> str:
        return SECOND if self.salt else FIRST

    @property
    def body(self) -> str:
        """The salted hash of all that a closed event hides; empty in events of schema `/1`."""
        return hash_of({name: getattr(self, name) for name in _CONTENT}) if self.salt else ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values (record `vendoreval/event/2`, or `/1` as it was written)."""
        plain: dict[str, Any] = {"schema": self.schema, **vars(self), "data": dict(self.data)}
        if self.salt:
            return {**plain, "body": self.body}
        return {name: value for name, value in plain.items() if name not in ("tag", "salt")}

    def closed(self) -> Closed | ClosedFirst:
        """The same event without anything that it tells."""
        if not self.salt:
            return ClosedFirst(self.seq, self.hash)
        return Closed(self.seq, self.kind, self.tag, self.body, self.previous, self.hash)

    def digest(self) -> str:
        """The hash that this event must carry."""
        if self.salt:
            return _digest(self.seq, self.kind, self.tag, self.body, self.previous)
        return hash_of({name: value for name, value in self.to_json().items() if name != "hash"})


@dataclass(frozen=True)
class Closed:
    """An event whose content is not shown."""

    seq: int
    kind: str
    tag: str
    body: str
    previous: str
    hash: str

    schema = SECOND

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values (record `vendoreval/event/2`)."""
        return {"schema": self.schema, **vars(self)}

    def digest(self) -> str:
        """The hash that this event must carry."""
        return _digest(self.seq, self.kind, self.tag, self.body, self.previous)


@dataclass(frozen=True)
class ClosedFirst:
    """An event of schema `/1` that is not shown: nothing binds it to the event before it."""

    seq: int
    hash: str

    schema = FIRST

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values (record `vendoreval/event/1`)."""
        return {"schema": self.schema, **vars(self)}


Entry = Event | Closed | ClosedFirst


def link(
    previous: Entry | None, *, at: datetime, actor: str, kind: str, subject: str, data: Mapping[str, Any],
    salt: str, tag: str = "",
) -> Event:  # fmt: skip
    """The event that follows `previous` (None: the first of the log).

    `salt`: 32 fresh random bytes as hexadecimal digits; `tag`: `delivery_tag`, or empty. Raises InputError
    when `data` cannot be written as JSON.
    """
    if not _is_hex(salt, 64):
        raise ValueError("a salt has 64 hexadecimal digits")
    seq, before = (previous.seq + 1, previous.hash) if previous else (1, GENESIS)
    plain = Event(seq, utc_text(at), actor, kind, subject, data, before, "", tag, salt)
    return Event(**{**vars(plain), "hash": plain.digest()})


def delivery_tag(key: bytes, delivery: str) -> str:
    """The name of a delivery for those who hold the workspace's key: 32 hexadecimal digits."""
    return _keyed(key, f"delivery:{delivery}")[:TAG_DIGITS]


def sealed(key: bytes, sha: str) -> str:
    """A hash that tells nothing to those without the key: what it stands for cannot be found by trying."""
    return _keyed(key, f"sha256:{sha}")


def from_json(plain: Mapping[str, Any]) -> Entry:
    """Read an event back, opened or closed; raises EvidenceError when it has not its form."""
    if not isinstance(plain, Mapping) or plain.get("schema") not in (FIRST, SECOND):
        raise EvidenceError(f"The log holds something that is no {SECOND}.")
    fields = {name: value for name, value in plain.items() if name != "schema"}
    opened, second = "at" in fields, plain["schema"] == SECOND
    form = Event if opened else Closed if second else ClosedFirst
    wanted = {*form.__dataclass_fields__, "body"} if second else {*form.__dataclass_fields__} - {"tag", "salt"}
    for name in sorted(wanted ^ set(fields)):
        what = "has no" if name in wanted else "has an unknown field"
        raise EvidenceError(f"An event of the log {what} {name!r}.")
    for name, value in fields.items():
        _check_field(name, value)
    body = fields.pop("body") if opened and second else ""
    entry: Entry = form(**fields)
    if isinstance(entry, Event) and body != entry.body:
        raise _altered(entry)
    return entry


def verify_chain(entries: Iterable[Entry], *, after: Entry | None = None) -> str:
    """Check every link and return the hash of the last event.

    The chain must begin at the start of the log, or directly behind `after`, which is trusted. A closed
    event of schema `/1` is taken as it stands: `unshown` lists those. Raises EvidenceError naming the first
    event that does not fit.
    """
    seq, head = (after.seq, after.hash) if after else (0, GENESIS)
    second = after is not None and after.schema == SECOND
    for entry in entries:
        seq += 1
        if entry.seq != seq:
            raise EvidenceError(f"Event {seq} of the log is missing; the next one found is {entry.seq}.")
        if second and entry.schema == FIRST:
            raise EvidenceError(f"Event {seq} of the log has an older form than the event before it.")
        second = entry.schema == SECOND
        if not isinstance(entry, ClosedFirst):
            _check_link(entry, head)
        head = entry.hash
    return head


def unshown(entries: Iterable[Entry]) -> tuple[int, ...]:
    """Numbers of the events whose link to the event before them cannot be shown: closed ones of `/1`."""
    return tuple(entry.seq for entry in entries if isinstance(entry, ClosedFirst))


def unopened(entries: Iterable[Entry], tag: str) -> tuple[int, ...]:
    """Numbers of the closed events about the delivery that `tag` names."""
    return tuple(entry.seq for entry in entries if isinstance(entry, Closed) and entry.tag == tag)


def strays(entries: Iterable[Entry]) -> tuple[int, ...]:
    """Numbers of the events about audits, claims and exports that carry the tag of no delivery before them.

    An audit that was logged under the name of no delivery would stay closed in every bundle. Events of schema
    `/1` carry no tags, so a log that begins with them shows nothing here.
    """
    arrived: set[str] = set()
    found = []
    for entry in entries:
        if isinstance(entry, ClosedFirst) or entry.schema == FIRST:
            return ()
        if entry.kind == "delivery.added":
            arrived.add(entry.tag)
        elif entry.kind.startswith(_ABOUT_DELIVERIES) and (not entry.tag or entry.tag not in arrived):
            found.append(entry.seq)
    return tuple(found)


def _check_link(entry: Event | Closed, head: str) -> None:
    if entry.previous != head:
        raise EvidenceError(f"Event {entry.seq} of the log does not follow the event before it.")
    if entry.digest() != entry.hash:
        raise _altered(entry)


def _altered(entry: Event | Closed) -> EvidenceError:
    told = f"{entry.kind} {entry.subject}" if isinstance(entry, Event) else f"{entry.kind}, closed"
    return EvidenceError(f"Event {entry.seq} of the log ({told}) was altered.")


def _check_field(name: str, value: Any) -> None:
    form: type = int if name == "seq" else Mapping if name == "data" else str
    fits = isinstance(value, form) and not isinstance(value, bool)
    if fits and name == "salt":
        fits = _is_hex(value, 64)
    if not fits:
        raise EvidenceError(f"An event of the log has an odd {name}: {value!r}.")


def _digest(seq: int, kind: str, tag: str, body: str, previous: str) -> str:
    plain = {"seq": seq, "kind": kind, "tag": tag, "body": body, "previous": previous}
    return hash_of({"schema": SECOND, **plain})


def _keyed(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _is_hex(text: str, digits: int) -> bool:
    return len(text) == digits and not set(text) - set("0123456789abcdef")
