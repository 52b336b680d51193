"""Commitments: bind to every record, tell nothing, open one record at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.commitments import Commitment, Reveal, commit, reveal, verify_reveal
from vendoreval.evidence.gold_texts import GoldText
from vendoreval.evidence.merkle import root
from vendoreval.evidence.receipts import receipt

_RECORDS: list[dict[str, Any]] = [
    {"item_id": f"item-{number}", "accepted": ["bunting" if number % 2 else "grosbeak"], "edge_case": -1}
    for number in range(11)
]
_SALTS = [hashlib.sha256(bytes([number])).digest() for number in range(11)]


def committed(records: Sequence[Mapping[str, Any]], salts: Sequence[bytes]) -> Commitment:
    return commit(list(map(GoldText.of, records)), salts)


def test_the_leaf_is_the_salt_and_the_canonical_record() -> None:
    alone = committed(_RECORDS[:1], _SALTS[:1])
    expected = hashlib.sha256(b"\x00" + _SALTS[0] + canonical(_RECORDS[0])).hexdigest()
    assert alone == Commitment(expected, 1)
    leaves = [salt + canonical(record) for record, salt in zip(_RECORDS, _SALTS, strict=True)]
    assert committed(_RECORDS, _SALTS).root == root(leaves).hex()


def test_any_change_changes_the_root() -> None:
    published = committed(_RECORDS, _SALTS)
    changed = [{**_RECORDS[0], "accepted": ["bunting"]}, *_RECORDS[1:]]
    assert committed(changed, _SALTS) != published
    assert committed(_RECORDS[::-1], _SALTS[::-1]) != published
    assert committed(_RECORDS, [bytes(32), *_SALTS[1:]]) != published


def test_every_record_can_be_opened_alone() -> None:
    published = committed(_RECORDS, _SALTS)
    opened = reveal(_RECORDS, _SALTS, range(11))
    assert [one.record for one in opened] == _RECORDS
    for one in opened:
        sent = json.loads(json.dumps(one.to_json()))
        assert verify_reveal(published, Reveal.from_json(sent))


def test_what_was_not_committed_does_not_verify() -> None:
    published = committed(_RECORDS, _SALTS)
    (one,) = reveal(_RECORDS, _SALTS, [4])
    assert not verify_reveal(published, replace(one, record={**one.record, "accepted": ["x"]}))
    assert not verify_reveal(published, replace(one, index=5))
    assert not verify_reveal(published, replace(one, salt=bytes(32)))
    # Bytes must not move between salt and record.
    assert not verify_reveal(published, replace(one, salt=one.salt + b"{"))
    assert not verify_reveal(replace(published, size=12), replace(one, index=11))


@pytest.mark.parametrize(
    "plain", [{}, {"index": 0, "record": {}, "salt": "zz", "proof": []}, {"index": 0, "record": 1, "salt": ""}]
)
def test_an_unreadable_reveal(plain: dict[str, Any]) -> None:
    with pytest.raises(EvidenceError, match="not a revealed item"):
        Reveal.from_json(plain)


def test_the_receipt_gives_nothing_away() -> None:
    published = committed(_RECORDS, _SALTS)
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    said = {"gold": "gold-1", "items": published.size, "root": published.root}
    sent = receipt("gold", contract="acme-birds-2026", number=3, log_head="ab" * 32, committed_at=at, **said)
    assert sent == {
        "schema": "vendoreval/commitment/2",
        "kind": "gold",
        "contract": "acme-birds-2026",
        "number": 3,
        "gold": "gold-1",
        "items": 11,
        "algorithm": "RFC 6962 Merkle tree, SHA-256; leaf = 32-byte salt, then the record as RFC 8785 JSON",
        "root": published.root,
        "committed_at": "2026-03-01T09:00:00.000000Z",
        "log_head": "ab" * 32,
    }
    text = json.dumps(sent)
    assert not any(secret in text for secret in ("item-", "bunting", "grosbeak", *(s.hex() for s in _SALTS)))


def test_a_salt_for_every_record_and_of_full_length() -> None:
    with pytest.raises(ValueError):
        committed(_RECORDS, _SALTS[:-1])
    with pytest.raises(ValueError, match="32 bytes"):
        committed(_RECORDS[:1], [b"short"])
