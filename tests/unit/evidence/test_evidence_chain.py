"""The log's chain: every alteration is found, and named by its place, in events that are shown or closed."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.chain import (
    FIRST,
    GENESIS,
    Closed,
    ClosedFirst,
    Entry,
    Event,
    delivery_tag,
    from_json,
    link,
    sealed,
    strays,
    unopened,
    unshown,
    verify_chain,
)

_START = datetime(2026, 3, 1, tzinfo=UTC)
_TAG = "0f" * 16
_SECRETS = ("ana", "vendor-", "2026", "number", "share")
PATTERNS = ("open", "closed", "mixed")


def _log(length: int, *, first: int = 0) -> list[Event]:
    """A log whose first events are of schema /1; every second event is about a delivery."""
    events: list[Event] = []
    for number in range(length):
        told: dict[str, Any] = {
            "at": _START + timedelta(minutes=number),
            "actor": "ana",
            "kind": "audit.run" if number % 2 else "vendor.added",
            "subject": f"vendor-{number}",
            "data": {"number": number, "share": 0.5},
        }
        before = events[-1] if events else None
        if number < first:
            events.append(_old(before, **told))
        else:
            tag = _TAG if number % 2 else ""
            events.append(link(before, **told, salt=f"{number:064x}", tag=tag))
    return events


def _old(before: Event | None, *, at: datetime, **told: Any) -> Event:
    """An event as schema /1 was written: the hash is over all other fields."""
    seq, head = (before.seq + 1, before.hash) if before else (1, GENESIS)
    plain = {"schema": FIRST, "seq": seq, "at": at.isoformat().replace("+00:00", ".000000Z"), **told}
    plain["previous"] = head
    text = json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()
    read = from_json({**plain, "hash": hashlib.sha256(text).hexdigest()})
    assert isinstance(read, Event)
    return read


def _shown(log: list[Event], pattern: str) -> list[Entry]:
    every = {"open": len(log) + 1, "closed": 1, "mixed": 3}[pattern]
    return [event.closed() if event.seq % every == 0 else event for event in log]


def test_the_hash_is_over_the_closed_form_and_the_body_over_the_rest() -> None:
    first, second = _log(2)
    body = sha256_hex(
        b'{"actor":"ana","at":"2026-03-01T00:01:00.000000Z","data":{"number":1,"share":0.5},'
        b'"salt":"' + b"0" * 63 + b'1","subject":"vendor-1"}'
    )
    assert second.hash == sha256_hex(
        f'{{"body":"{body}","kind":"audit.run","previous":"{first.hash}",'
        f'"schema":"vendoreval/event/2","seq":2,"tag":"{_TAG}"}}'.encode()
    )
    assert first.previous == GENESIS


def test_an_event_of_schema_1_is_read_as_it_was_written() -> None:
    (old,) = _log(1, first=1)
    assert old.hash == sha256_hex(
        b'{"actor":"ana","at":"2026-03-01T00:00:00.000000Z","data":{"number":0,"share":0.5},'
        b'"kind":"vendor.added","previous":"' + GENESIS.encode() + b'",'
        b'"schema":"vendoreval/event/1","seq":1,"subject":"vendor-0"}'
    )
    assert verify_chain([old]) == old.hash


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("first", [0, 2, 5])
def test_a_sound_log_gives_the_hash_of_its_last_event(first: int, pattern: str) -> None:
    log = _log(5, first=first)
    shown = _shown(log, pattern)
    assert verify_chain(shown) == log[-1].hash
    assert verify_chain(shown[2:], after=shown[1]) == log[-1].hash
    assert verify_chain([]) == GENESIS


@pytest.mark.parametrize("pattern", PATTERNS)
def test_events_travel_as_json(pattern: str) -> None:
    shown = _shown(_log(6, first=3), pattern)
    again = [from_json(json.loads(json.dumps(entry.to_json()))) for entry in shown]
    assert again == shown
    for entry in shown:
        for name in entry.to_json():
            if name not in ("schema", "at"):
                with pytest.raises(EvidenceError, match=r"(has no|is no) .*"):
                    from_json({k: value for k, value in entry.to_json().items() if k != name})
        with pytest.raises(EvidenceError, match="unknown field 'note'"):
            from_json({**entry.to_json(), "note": "x"})


@pytest.mark.parametrize("odd", [None, [], "x", {}, {"schema": "vendoreval/event/3"}, {"schema": FIRST}])
def test_what_is_no_event_is_said(odd: Any) -> None:
    with pytest.raises(EvidenceError):
        from_json(odd)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", True),
        ("seq", "1"),
        ("data", []),
        ("actor", None),
        ("salt", "x"),
        ("salt", ""),
        ("body", "0" * 64),
    ],
)
def test_an_odd_field_is_said(field: str, value: Any) -> None:
    with pytest.raises(EvidenceError):
        from_json({**_log(1)[0].to_json(), field: value})


def test_a_closed_event_tells_only_its_kind_and_tag() -> None:
    old, _, event = _log(3, first=1)
    closed = event.closed()
    assert set(closed.to_json()) == {"schema", "seq", "kind", "tag", "body", "previous", "hash"}
    text = json.dumps([closed.to_json(), old.closed().to_json()])
    assert not [word for word in (*_SECRETS, event.salt) if word in text]
    assert set(old.closed().to_json()) == {"schema", "seq", "hash"}


def test_equal_events_cannot_be_recognised_when_closed() -> None:
    told: Any = {"at": _START, "actor": "ana", "kind": "k", "subject": "s", "data": {}}
    one, two = (link(None, **told, salt=salt * 64) for salt in "ab")
    assert one.body != two.body


def test_tags_and_sealed_hashes_are_keyed() -> None:
    key = b"k" * 32
    tag = hmac.digest(key, b"delivery:batch-1", "sha256").hex()
    assert delivery_tag(key, "batch-1") == tag[:32]
    assert delivery_tag(b"x" * 32, "batch-1") != delivery_tag(key, "batch-1")
    assert sealed(key, "ab") == hmac.digest(key, b"sha256:ab", "sha256").hex()


def test_what_is_not_opened_or_not_shown_is_counted() -> None:
    shown = _shown(_log(8, first=3), "closed")
    assert unshown(shown) == (1, 2, 3)
    assert unopened(shown, _TAG) == (4, 6, 8)
    assert unopened(_log(8), _TAG) == ()


def test_an_audit_of_no_delivery_is_a_stray() -> None:
    log: list[Event] = []
    for kind, tag in (
        ("delivery.added", _TAG), ("audit.run", _TAG), ("audit.run", "ab" * 16), ("claim.issued", ""),
        ("vendor.added", ""),
    ):  # fmt: skip
        before, salt = (log[-1] if log else None), "0" * 64
        log.append(link(before, at=_START, actor="ana", kind=kind, subject="s", data={}, salt=salt, tag=tag))
    assert strays(log) == strays(_shown(log, "closed")) == (3, 4)
    assert strays(_shown(_log(6, first=2), "mixed")) == ()


@given(
    st.integers(0, 5),
    st.sampled_from(["at", "actor", "kind", "subject", "data", "hash", "previous", "tag", "salt"]),
    st.sampled_from([0, 6]),
)
def test_an_altered_event_is_named(place: int, field: str, first: int) -> None:
    log = _log(6, first=first)
    changed: dict[str, Any] = {field: {"number": -1} if field == "data" else "0" * 63 + "f"}
    altered = replace(log[place], **changed)
    if first and field == "tag":
        return  # events of schema /1 have none
    log[place] = altered
    with pytest.raises(EvidenceError, match=f"^Event {place + 1} "):
        verify_chain(log)


@given(st.integers(0, 5), st.sampled_from(["kind", "body", "hash", "previous", "tag"]))
def test_an_altered_closed_event_is_named(place: int, field: str) -> None:
    shown = _shown(_log(6), "closed")
    shown[place] = replace(shown[place], **{field: "0" * 63 + "f"})  # type: ignore[arg-type]
    with pytest.raises(EvidenceError, match=f"^Event {place + 1} "):
        verify_chain(shown)


@given(st.integers(0, 4), st.sampled_from(PATTERNS), st.sampled_from([0, 3, 6]))
def test_a_removed_event_is_named(place: int, pattern: str, first: int) -> None:
    shown = _shown(_log(6, first=first), pattern)
    del shown[place]
    with pytest.raises(EvidenceError, match=f"^Event {place + 1} of the log is missing"):
        verify_chain(shown)


def test_a_rewritten_event_breaks_the_next_one() -> None:
    log = _log(3)
    told: Any = {"at": _START, "actor": "eve", "kind": "vendor.added", "subject": "vendor-1", "data": {}}
    log[1] = link(log[0], **told, salt="e" * 64)
    with pytest.raises(EvidenceError, match=r"^Event 3 of the log does not follow"):
        verify_chain(log)


def test_a_newer_event_cannot_pass_for_an_older_one() -> None:
    shown: list[Entry] = [*_log(4)]
    shown[2] = ClosedFirst(3, shown[2].hash)  # would hide its kind and its tag
    with pytest.raises(EvidenceError, match=r"^Event 3 of the log has an older form"):
        verify_chain(shown)
    with pytest.raises(EvidenceError, match="older form"):
        verify_chain(shown[2:], after=shown[1])


def test_a_closed_event_of_schema_1_is_bound_by_the_one_after_it_only() -> None:
    shown = _shown(_log(4, first=2), "closed")
    shown[0] = ClosedFirst(1, "0" * 64)  # nothing shows that it is not so, hence `unshown`
    assert verify_chain(shown) == shown[-1].hash
    shown[1] = ClosedFirst(2, "0" * 64)
    with pytest.raises(EvidenceError, match=r"^Event 3 of the log does not follow"):
        verify_chain(shown)


def test_data_that_json_cannot_carry() -> None:
    told: Any = {"at": _START, "actor": "ana", "kind": "k", "subject": "s"}
    with pytest.raises(InputError):
        link(None, **told, data={"n": float("nan")}, salt="a" * 64)
    with pytest.raises(ValueError, match="salt"):
        link(None, **told, data={}, salt="short")


def test_closed_events_know_their_schema() -> None:
    assert isinstance(_log(1)[0].closed(), Closed)
    assert isinstance(_log(1, first=1)[0].closed(), ClosedFirst)
