"""Commit to gold before labels are seen; reveal single items later without showing the rest.

Every record becomes a Merkle leaf `salt || canonical(record)`, hashed as RFC 6962 hashes leaves:
SHA-256(0x00 || salt || canonical(record)). Labels are few and easy to guess, so without a secret
salt a leaf a vendor could find the answers by trying them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical, hash_of
from vendoreval.evidence.gold_texts import GoldText
from vendoreval.evidence.merkle import Tree, leaf_hash, root, verify_inclusion, verify_subset

SALT_BYTES = 32
ALGORITHM = "RFC 6962 Merkle tree, SHA-256; leaf = 32-byte salt, then the record as RFC 8785 JSON"

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Commitment:
    """What is published: the root (64 hexadecimal digits) over `size` records in a fixed order."""

    root: str
    size: int


@dataclass(frozen=True)
class Reveal:
    """One opened record: its place, its salt, and the hashes that lead to the published root."""

    index: int
    record: Record
    salt: bytes
    proof: tuple[bytes, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values (record `vendoreval/reveal/1`)."""
        return {
            "schema": "vendoreval/reveal/1",
            "index": self.index,
            "record": dict(self.record),
            "salt": self.salt.hex(),
            "proof": [step.hex() for step in self.proof],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Reveal:
        """Read back `to_json`; raises EvidenceError when a field is missing or of the wrong kind."""
        try:
            proof = tuple(bytes.fromhex(step) for step in plain["proof"])
            return cls(int(plain["index"]), dict(plain["record"]), bytes.fromhex(plain["salt"]), proof)
        except (KeyError, TypeError, ValueError) as error:
            raise EvidenceError(f"This is not a revealed item: {error!r}.") from error


class Opened(NamedTuple):
    """A record opened together with others: its place, its salt, itself. There may be hundreds of thousands."""

    place: int
    salt: bytes
    record: GoldText


def commit(records: Sequence[GoldText], salts: Sequence[bytes]) -> Commitment:
    """Commit to `records` in their order with one secret salt (32 random bytes) each."""
    return Commitment(root(_leaves(records, salts)).hex(), len(records))


def reveal(records: Sequence[Record], salts: Sequence[bytes], indices: Iterable[int]) -> tuple[Reveal, ...]:
    """Open the records at `indices`; the rest stays secret."""
    tree = Tree(_leaves(list(map(GoldText.of, records)), salts))
    return tuple(Reveal(i, records[i], salts[i], tree.inclusion_proof(i)) for i in indices)


def verify_reveal(commitment: Commitment, opened: Reveal) -> bool:
    """Whether the opened record is the one committed to at its place."""
    if len(opened.salt) != SALT_BYTES:
        return False
    leaf = opened.salt + canonical(opened.record)
    published = bytes.fromhex(commitment.root)
    return verify_inclusion(leaf, opened.index, commitment.size, opened.proof, published)


def open_all(
    records: Sequence[GoldText], salts: Sequence[bytes], indices: Sequence[int]
) -> tuple[tuple[Opened, ...], tuple[bytes, ...]]:
    """Open the records at `indices` at once, with the one proof that serves all of them."""
    proof = Tree(_leaves(records, salts)).subset_proof(indices)
    return tuple(Opened(index, salts[index], records[index]) for index in indices), proof


def check_opened(commitment: Commitment, opened: Iterable[Opened], proof: Sequence[bytes]) -> int:
    """How many records are opened; raises EvidenceError unless all were committed to, none of them twice."""
    leaves: dict[int, bytes] = {}
    items: set[str] = set()
    for one in opened:
        item = one.record.item
        if one.place in leaves or item in items:
            raise EvidenceError(f"The gold item {item!r} is used twice.")
        if len(one.salt) != SALT_BYTES:
            raise EvidenceError(f"The salt of the gold item {item!r} has not {SALT_BYTES} bytes.")
        leaves[one.place] = one.salt + one.record.hashed
        items.add(item)
    if not verify_subset(leaves, commitment.size, proof, bytes.fromhex(commitment.root)):
        raise EvidenceError("The gold of the bundle is not the gold that was committed to: its proof fails.")
    return len(leaves)


def gold_leaf(one: Opened) -> str:
    """The hash of a gold record's leaf: it tells nothing of the answer, for it is salted."""
    return leaf_hash(one.salt + one.record.hashed).hex()


def seeding_root(tasks: Sequence[Record], size: int, key: bytes) -> str:
    """The root over the gold tasks of a task list, filled up with blanks to the list's `size`.

    The vendor learns the list's length, which it knows, and not how many tasks of it are gold. A seeding
    is opened whole: its salts are HMAC-SHA256(key, place), the place as 8 bytes, so the key opens it.
    """
    if len(tasks) > size:
        raise ValueError("a list holds no more gold than tasks")
    blanks = ({"blank": True} for _ in range(size - len(tasks)))
    return root(_salt(key, place) + canonical(one) for place, one in enumerate((*tasks, *blanks))).hex()


def payload_hash(row: Mapping[str, str]) -> str:
    """What a seeding commits to of a task: the hash of its columns as the vendor got them, without the id."""
    return hash_of({name: value for name, value in row.items() if name != "task_id"})


def _salt(key: bytes, place: int) -> bytes:
    return hmac.new(key, place.to_bytes(8, "big"), hashlib.sha256).digest()


def _leaves(records: Sequence[GoldText], salts: Sequence[bytes]) -> list[bytes]:
    if any(len(salt) != SALT_BYTES for salt in salts):
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return [salt + record.hashed for record, salt in zip(records, salts, strict=True)]
