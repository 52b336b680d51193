"""The reader's own files for `python -m vendoreval.evidence`, told apart by what they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from vendoreval.errors import InputError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.own_dispute import is_claim
from vendoreval.evidence.signed import PAYLOAD_TYPE, PUBLIC, PublicKey, public_key
from vendoreval.evidence.verify import Held
from vendoreval.jsonfile import parse_json

_PDF, _ZIP, _PEM, _TOML = b"%PDF", b"PK", b"-----BEGIN CERTIFICATE-----", ".toml"


def held_files(files: Iterable[tuple[str, bytes]]) -> Held:
    """What the reader gave, by name and bytes: receipts, claims (JSON), public keys, heads of the log (signed,
    or earlier bundles), certificates of time-stamping authorities (PEM), the contract (.toml); else answers.

    Raises InputError for a PDF, which is not opened here, and for JSON that cannot be read.
    """
    receipts: list[Any] = []
    claims: list[Any] = []
    answers: list[str] = []
    heads: list[bytes] = []
    signers: list[PublicKey] = []
    contract, tsa = None, b""
    for name, data in files:
        record = parse_json(data, name) if name.lower().endswith(".json") else None
        kind = record if isinstance(record, dict) else {}
        if data.startswith(_PDF):
            raise InputError(
                "A PDF is not opened here.", file=name, remedy="Give the claim.json that is attached to it."
            )
        if _is_bundle(name, data) or kind.get("payloadType") == PAYLOAD_TYPE:
            heads.append(data)
        elif is_claim(record):
            claims.append(record)
        elif kind.get("schema") == PUBLIC:
            signers.append(public_key(record))
        elif record is not None:
            receipts.append(record)
        elif name.lower().endswith(_TOML):
            contract = data
        elif _PEM in data:
            tsa += data
        else:
            answers.append(sha256_hex(data))
    return Held(
        receipts, contract, claims=claims, answers=answers, heads=heads, signers=signers, tsa=tsa
    )  # fmt: skip


def _is_bundle(name: str, data: bytes) -> bool:
    """Workbooks are zip archives as well, and are answers."""
    return data.startswith(_ZIP) and name.lower().endswith(".zip")
