"""The log's chain: every alteration is found, and named by its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.chain import GENESIS, Event, link, verify_chain

_START = datetime(2026, 3, 1, tzinfo=UTC)


def _log(length: int) -> list[Event]:
    events: list[Event] = []
    for number in range(length):
        events.append(
            link(
                events[-1] if events else None,
                at=_START + timedelta(minutes=number),
                actor="ana",
                kind="vendor.added",
                subject=f"vendor-{number}",
                data={"number": number, "share": 0.5},
            )
        )
    return events


def test_the_first_event_hashes_its_canonical_fields() -> None:
    (first,) = _log(1)
    assert first.hash == sha256_hex(
        b'{"actor":"ana","at":"2026-03-01T00:00:00.000000Z","data":{"number":0,"share":0.5},'
        b'"kind":"vendor.added","previous":"' + GENESIS.encode() + b'",'
        b'"schema":"vendoreval/event/1","seq":1,"subject":"vendor-0"}'
    )


def test_a_sound_log_gives_the_hash_of_its_last_event() -> None:
    log = _log(5)
    assert verify_chain(log) == log[-1].hash
    assert verify_chain([]) == GENESIS
    assert verify_chain(log[2:], after=log[1]) == log[-1].hash


def test_events_travel_as_json() -> None:
    log = [Event.from_json(json.loads(json.dumps(event.to_json()))) for event in _log(3)]
    assert log == _log(3)
    with pytest.raises(EvidenceError, match="hash"):
        Event.from_json({name: value for name, value in log[0].to_json().items() if name != "hash"})


@given(st.integers(0, 5), st.sampled_from(["at", "actor", "kind", "subject", "data", "hash", "previous"]))
def test_an_altered_event_is_named(place: int, field: str) -> None:
    log = _log(6)
    changed: dict[str, Any] = {field: {"number": -1} if field == "data" else "0" * 63 + "x"}
    log[place] = replace(log[place], **changed)
    with pytest.raises(EvidenceError, match=f"^Event {place + 1} "):
        verify_chain(log)


@given(st.integers(0, 4))
def test_a_removed_event_is_named(place: int) -> None:
    log = _log(6)
    del log[place]
    with pytest.raises(EvidenceError, match=f"^Event {place + 1} of the log is missing"):
        verify_chain(log)


def test_a_rewritten_event_breaks_the_next_one() -> None:
    log = _log(3)
    log[1] = link(log[0], at=_START, actor="eve", kind="vendor.added", subject="vendor-1", data={})
    with pytest.raises(EvidenceError, match=r"^Event 3 of the log does not follow"):
        verify_chain(log)


def test_data_that_json_cannot_carry() -> None:
    with pytest.raises(InputError):
        link(None, at=_START, actor="ana", kind="k", subject="s", data={"n": float("nan")})
