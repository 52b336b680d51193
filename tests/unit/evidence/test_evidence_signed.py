"""Envelopes: the encoding of the DSSE specification, keys as OpenSSL names them, and every alteration."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import EvidenceError
from vendoreval.evidence.signed import (
    PAYLOAD_TYPE,
    PublicKey,
    check_envelope,
    envelope,
    fingerprint,
    pae,
    public_key,
    statement,
    valid,
)

SHA = hashlib.sha256(b"claim").hexdigest()


def _key(seed: int) -> tuple[Ed25519PrivateKey, PublicKey]:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))
    raw = private.public_key().public_bytes_raw()
    return private, PublicKey(f"key-{seed}", "Ada Lovelace", "Acme", raw, "", "")


ADA, ADAS = _key(1)
BOB, BOBS = _key(2)
SIGNED = envelope(statement("claim.json", SHA, {"side": "buyer"}), ADAS.fingerprint, ADA.sign)


def test_the_encoding_is_that_of_the_specification() -> None:
    """The example of secure-systems-lab/dsse, protocol.md."""
    said = pae("http://example.com/HelloWorld", b"hello world")
    assert said == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("ü", b"") == b"DSSEv1 2 \xc3\xbc 0 "  # bytes are counted, not characters


def test_signatures_are_those_of_rfc_8032() -> None:
    """RFC 8032 §7.1, test 2."""
    raw = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    key = PublicKey("k", "", "", raw, "", "")
    assert valid(key, signature, b"\x72")
    assert not valid(key, signature, b"\x73")


def test_a_key_is_named_as_openssl_names_it(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(
        ADA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    words = ["openssl", "pkey", "-pubin", "-in", "key.pem", "-outform", "DER"]
    der = subprocess.run(words, cwd=tmp_path, capture_output=True, check=True).stdout
    assert hashlib.sha256(der).hexdigest() == fingerprint(ADAS.ed25519)


def test_openssl_agrees_that_the_envelope_is_signed(tmp_path: Path) -> None:
    plain = json.loads(SIGNED)
    message = pae(plain["payloadType"], base64.b64decode(plain["payload"]))
    (tmp_path / "message").write_bytes(message)
    (tmp_path / "signature").write_bytes(base64.b64decode(plain["signatures"][0]["sig"]))
    (tmp_path / "key.pem").write_bytes(
        ADA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    words = ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "key.pem", "-in", "message",
             "-sigfile", "signature"]  # fmt: skip
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in done.stdout


def test_who_signed_is_whose_key_the_reader_holds() -> None:
    found = check_envelope(SIGNED, SHA, [BOBS, ADAS])
    assert (found.by, found.unknown) == ((ADAS,), ())
    assert found.said == {"side": "buyer"}
    stranger = check_envelope(SIGNED, SHA, [BOBS])
    assert (stranger.by, stranger.unknown) == ((), (ADAS.fingerprint,))


def test_a_name_of_a_key_is_a_hint_only() -> None:
    """Whoever changes it hides nothing, and nobody signs by naming another's key."""
    plain = json.loads(SIGNED)
    plain["signatures"][0]["keyid"] = "somebody"
    assert check_envelope(json.dumps(plain).encode(), SHA, [ADAS]).by == (ADAS,)
    plain["signatures"][0]["keyid"] = BOBS.fingerprint
    with pytest.raises(EvidenceError, match="The signature of Ada Lovelace, Acme is wrong"):
        check_envelope(json.dumps(plain).encode(), SHA, [BOBS])


def test_two_may_sign_one_envelope() -> None:
    plain, other = json.loads(SIGNED), json.loads(envelope(statement("claim.json", SHA, {"side": "buyer"}),
                                                           BOBS.fingerprint, BOB.sign))  # fmt: skip
    plain["signatures"] += other["signatures"]
    assert check_envelope(json.dumps(plain).encode(), SHA, [ADAS, BOBS]).by == (ADAS, BOBS)


def test_another_file_is_named() -> None:
    with pytest.raises(EvidenceError, match="of another file, or the file was changed"):
        check_envelope(SIGNED, "0" * 64, [ADAS])


@given(st.data())
def test_no_byte_of_what_was_signed_can_change(data: st.DataObject) -> None:
    plain = json.loads(SIGNED)
    field = data.draw(st.sampled_from(["payload", "sig"]))
    part = plain if field == "payload" else plain["signatures"][0]
    raw = bytearray(base64.b64decode(part[field]))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    part[field] = base64.b64encode(raw).decode()
    with pytest.raises(EvidenceError):
        check_envelope(json.dumps(plain).encode(), SHA, [ADAS])


@pytest.mark.parametrize(
    "plain",
    [
        None, [], {}, {"payloadType": PAYLOAD_TYPE}, {"payloadType": PAYLOAD_TYPE, "signatures": []},
        {"payloadType": PAYLOAD_TYPE, "signatures": [1], "payload": "e30="},
        {"payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "?"}], "payload": "e30="},
        {"payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AA=="}]},
        {"payloadType": PAYLOAD_TYPE, "signatures": [{"sig": "AA=="}], "payload": "e30="},
        {"payloadType": "text/plain", "signatures": [{"sig": "AA=="}], "payload": "e30="},
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_said(plain: Any) -> None:
    with pytest.raises(EvidenceError):
        check_envelope(json.dumps(plain).encode(), SHA, [ADAS])


def test_a_public_key_reads_back_and_an_altered_one_does_not() -> None:
    plain = ADAS.to_json()
    assert public_key(plain) == ADAS
    for change in (
        {"ed25519": BOBS.to_json()["ed25519"]},
        {"schema": "x"},
        {"person": None},
        {"ed25519": "AA=="},
    ):
        with pytest.raises(EvidenceError):
            public_key({**plain, **change})
