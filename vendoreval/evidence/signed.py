"""Signatures over evidence: an in-toto Statement in a DSSE envelope, signed with Ed25519.

What is signed is the *pre-authentication encoding* of type and payload (DSSE v1, secure-systems-lab/dsse,
protocol.md):

    PAE = "DSSEv1" SP len(type) SP type SP len(payload) SP payload          lengths as decimal text

The payload is a Statement (in-toto attestation v1) whose subject is named by its SHA-256: for a bundle that of
`bundle.json`, which lists all other files; for any other file that of its bytes. A `keyid` is a hint only: who
signed is whose public key the reader holds. A key is named by its fingerprint, the SHA-256 of its
SubjectPublicKeyInfo (RFC 8410), which `openssl pkey -pubin -outform DER | sha256sum` prints too.

Only `valid` needs the library cryptography; it is imported there.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.jsonfile import parse_json

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
SIGNATURE, LOG_HEAD = "urn:vendoreval:signature:1", "urn:vendoreval:log-head:1"  # kinds of predicate
PUBLIC = "vendoreval/public-key/1"
_SPKI = bytes.fromhex(
    "302a300506032b6570032100"
)  # what stands before the 32 bytes of an Ed25519 key (RFC 8410)
_TEXTS = ("name", "person", "organisation", "ed25519", "fingerprint", "certificate", "certificate_sha256")


@dataclass(frozen=True)
class PublicKey:
    """What a signer gives away (record `vendoreval/public-key/1`).

    `ed25519`: the 32 bytes that check envelopes. `certificate`: PEM text of the one that checks PDFs, and
    `certificate_sha256` its fingerprint.
    """

    name: str
    person: str
    organisation: str
    ed25519: bytes
    certificate: str
    certificate_sha256: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.ed25519)

    @property
    def whose(self) -> str:
        """Person and organisation, where they are said, else the name of the key."""
        return ", ".join(filter(None, (self.person, self.organisation))) or self.name

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": PUBLIC, "name": self.name, "person": self.person, "organisation": self.organisation,
            "ed25519": base64.b64encode(self.ed25519).decode(), "fingerprint": self.fingerprint,
            "certificate": self.certificate, "certificate_sha256": self.certificate_sha256,
        }  # fmt: skip


@dataclass(frozen=True)
class Envelope:
    """An envelope whose signatures were checked: the statement, the keys that signed it, and the names of keys
    that the reader does not hold, whose signatures could not be checked."""

    statement: Mapping[str, Any]
    by: tuple[PublicKey, ...]
    unknown: tuple[str, ...]

    @property
    def said(self) -> Mapping[str, Any]:
        """What the signer states beside the subject: when it signed, for which side."""
        found = self.statement.get("predicate")
        return found if isinstance(found, Mapping) else {}


def fingerprint(ed25519: bytes) -> str:
    """The name of a key: SHA-256 of its SubjectPublicKeyInfo, in hexadecimal."""
    return sha256_hex(_SPKI + ed25519)


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed (DSSE v1)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def statement(
    name: str, sha256: str, said: Mapping[str, Any], predicate_type: str = SIGNATURE
) -> dict[str, Any]:
    """An in-toto Statement on the one subject of that name and SHA-256; `said` is its predicate."""
    return {
        "_type": STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": sha256}}],
        "predicateType": predicate_type,
        "predicate": dict(said),
    }


def envelope(plain: Mapping[str, Any], keyid: str, sign: Callable[[bytes], bytes]) -> bytes:
    """The DSSE envelope of a statement, as canonical JSON; `sign` gives the signature over the PAE."""
    payload = canonical(plain)
    signature = base64.b64encode(sign(pae(PAYLOAD_TYPE, payload))).decode()
    return canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": keyid, "sig": signature}],
        }
    )


def public_key(plain: Any) -> PublicKey:
    """The key of a record `vendoreval/public-key/1`; raises EvidenceError when it is none."""
    if not isinstance(plain, Mapping) or plain.get("schema") != PUBLIC:
        raise EvidenceError(
            "This is no public key of vendoreval.", remedy="Give the signer's NAME.public.json."
        )
    for name in _TEXTS:
        if not isinstance(plain.get(name), str):
            raise EvidenceError(f"The public key has no {name}.")
    raw = _bytes(plain["ed25519"], "The public key")
    if len(raw) != 32 or fingerprint(raw) != plain["fingerprint"]:
        raise EvidenceError("The public key was altered: its fingerprint is not that of its bytes.")
    return PublicKey(
        plain["name"], plain["person"], plain["organisation"], raw, plain["certificate"],
        plain["certificate_sha256"],
    )  # fmt: skip


def check_envelope(data: bytes, subject_sha: str, keys: Sequence[PublicKey]) -> Envelope:
    """An envelope about the file of SHA-256 `subject_sha`, checked with the keys that the reader holds.

    A signature that names one of them must be right; one that names another key is listed as unknown. Raises
    EvidenceError for a wrong signature, for another subject, and for what is no envelope.
    """
    try:
        kind, payload, signatures = _opened(parse_json(data, "envelope"))
        plain = parse_json(payload, "statement")
    except InputError as error:
        raise EvidenceError(f"The signature cannot be read: {error.what}") from error
    by, unknown = _signers(pae(kind, payload), signatures, {key.fingerprint: key for key in keys})
    if not isinstance(plain, Mapping) or plain.get("_type") != STATEMENT:
        raise EvidenceError("The signature is on something else than an in-toto statement.")
    if subject_sha not in _subjects(plain):
        raise EvidenceError("The signature is of another file, or the file was changed after it was signed.")
    return Envelope(plain, by, unknown)


def claimed_subject(data: bytes) -> str:
    """The SHA-256 that an envelope says it is about, for a reader without the file; raises EvidenceError."""
    try:
        plain = parse_json(_opened(parse_json(data, "envelope"))[1], "statement")
    except InputError as error:
        raise EvidenceError(f"The signature cannot be read: {error.what}") from error
    subjects = _subjects(plain) if isinstance(plain, Mapping) else []
    if len(subjects) != 1:
        raise EvidenceError("The signature names no one thing that it is about.")
    return subjects[0]


def valid(key: PublicKey, signature: bytes, message: bytes) -> bool:
    """Whether the signature is the key's own on the message (Ed25519, RFC 8032)."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.ed25519).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _signers(
    message: bytes, signatures: Sequence[tuple[str, bytes]], known: Mapping[str, PublicKey]
) -> tuple[tuple[PublicKey, ...], tuple[str, ...]]:
    by, unknown = [], []
    for keyid, signature in signatures:
        named = [known[keyid]] if keyid in known else list(known.values())
        key = next((key for key in named if valid(key, signature, message)), None)
        if key is not None:
            by.append(key)
        elif keyid in known:
            raise EvidenceError(
                f"The signature of {known[keyid].whose} is wrong: it or what was signed was changed."
            )
        else:
            unknown.append(keyid)
    return tuple(by), tuple(unknown)


def _opened(plain: Any) -> tuple[str, bytes, list[tuple[str, bytes]]]:
    """Type, payload, and signatures with the keys they name."""
    if not isinstance(plain, Mapping) or plain.get("payloadType") != PAYLOAD_TYPE:
        raise EvidenceError(f"The signature is no DSSE envelope of {PAYLOAD_TYPE}.")
    listed = plain.get("signatures")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, Mapping) for one in listed):
        raise EvidenceError("The envelope holds no signature.")
    pairs = [(str(one.get("keyid") or ""), _bytes(one.get("sig"), "A signature")) for one in listed]
    return PAYLOAD_TYPE, _bytes(plain.get("payload"), "The payload"), pairs


def _subjects(plain: Mapping[str, Any]) -> list[str]:
    """The SHA-256 of what a statement is about."""
    listed = plain.get("subject")
    digests = (
        [one.get("digest") for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    )
    return [str(one.get("sha256")) for one in digests if isinstance(one, Mapping)]


def _bytes(text: Any, what: str) -> bytes:
    """Base64, in the standard or the URL-safe alphabet, as DSSE allows."""
    if not isinstance(text, str):
        raise EvidenceError(f"{what} is not base64 text.")
    try:
        return base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise EvidenceError(f"{what} is not base64 text.") from error
