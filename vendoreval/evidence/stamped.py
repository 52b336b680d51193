"""Timestamps: what a time-stamping authority (TSA) answers to the SHA-256 of a file (RFC 3161).

A timestamp shows that the file existed at that time, if the reader trusts the TSA. Whom it trusts it says
itself, by certificates that it got elsewhere; those inside the answer only lead to them. A `.tsr` file holds
the whole answer, as `openssl ts -verify -in FILE.tsr -data FILE -CAfile CA.pem` reads it.

The libraries rfc3161-client and cryptography are imported where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.canonical import utc_text

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

_SHA256 = "2.16.840.1.101.3.4.2.1"
_CERTIFICATES = 0xA0  # the tag of the certificates within SignedData (RFC 5652 §5.1)


@dataclass(frozen=True)
class Stamp:
    """A timestamp that is of the right file. `shown`: it was signed by a TSA that the reader trusts."""

    at: datetime
    tsa: str
    policy: str
    shown: bool

    def to_json(self) -> dict[str, Any]:
        return {"at": utc_text(self.at), "tsa": self.tsa, "policy": self.policy, "shown": self.shown}


def read_answer(data: bytes) -> TimeStampResponse:
    """A TSA's answer, parsed; raises EvidenceError where it is none."""
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(_ordered(data))
    except (ValueError, IndexError) as error:
        raise EvidenceError(f"This is no timestamp (RFC 3161): {error}.") from error


def check_stamp(data: bytes, sha256: str, trusted: bytes = b"") -> Stamp:
    """The timestamp `data` on the file of that SHA-256.

    `trusted`: certificates that vouch for the TSA, PEM one after the other, their root among them. Without
    any, only the file's hash is compared, and the stamp is not `shown`. Raises EvidenceError where it is of
    another file, or not signed by a TSA for which they vouch at that time; InputError for other `trusted`.
    """
    answer = read_answer(data)
    if answer.status not in (0, 1):
        raise EvidenceError("The timestamping authority refused: this is no timestamp.")
    told = answer.tst_info
    imprint = told.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message.hex() != sha256:
        raise EvidenceError("The timestamp is of another file, or the file was changed after it.")
    if trusted:
        _check_signature(answer, sha256, trusted)
    return Stamp(told.gen_time.astimezone(UTC), _signer(answer), told.policy.dotted_string, bool(trusted))


def _check_signature(answer: TimeStampResponse, sha256: str, trusted: bytes) -> None:
    from cryptography.x509 import load_pem_x509_certificates
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        roots = load_pem_x509_certificates(trusted)
    except ValueError as error:
        raise InputError(
            f"The certificates of the timestamping authority cannot be read: {error}.",
            remedy="Give them as PEM, one after the other.",
        ) from error
    try:
        VerifierBuilder(roots=roots).build().verify(answer, bytes.fromhex(sha256))
    except (VerificationError, ValueError) as error:
        raise EvidenceError(
            "The timestamp is not signed by an authority that your certificates vouch for.",
            remedy="Give the root and the certificates between with --tsa-certificate, if you trust them.",
            details=(f"  {str(error).split(':')[-1].strip()[:200]}",),
        ) from error


def _signer(answer: TimeStampResponse) -> str:
    """The name on the certificate that signed; empty where the answer does not hold it."""
    from cryptography.x509 import load_der_x509_certificate

    signers = {(one.issuer, one.serial_number) for one in answer.signed_data.signer_infos}
    certificates = map(load_der_x509_certificate, answer.signed_data.certificates)
    return next(
        (one.subject.rfc4514_string() for one in certificates if (one.issuer, one.serial_number) in signers), ""
    )


def _ordered(data: bytes) -> bytes:
    """The answer with its certificates in the order of DER.

    OpenSSL and others write them as they were configured, which RFC 5652 allows (its sets may be BER) and
    rfc3161-client refuses. Their order is not signed, and their bytes stay what they are.
    """
    answer = list(_parts(data, *_inside(data, 0)))
    if len(answer) < 2:  # a refusal carries no token
        return data
    _, content = _parts(data, *answer[1][1:])
    (signed,) = _parts(data, *content[1:])
    for place, start, end in _parts(data, *signed[1:]):
        if data[place] == _CERTIFICATES:
            ordered = sorted(data[one:stop] for one, _, stop in _parts(data, start, end))
            return data[:start] + b"".join(ordered) + data[end:]
    return data


def _parts(data: bytes, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Where each DER value between `place` and `end` begins, where its content begins, and where it ends."""
    while place < end:
        start, stop = _inside(data, place)
        if stop > end:
            raise ValueError("a part reaches beyond the whole")
        yield place, start, stop
        place = stop


def _inside(data: bytes, place: int) -> tuple[int, int]:
    """Where the content of the DER value at `place` begins and ends."""
    size, start = data[place + 1], place + 2
    if size & 0x80:
        digits = size & 0x7F
        size, start = int.from_bytes(data[start : start + digits], "big"), start + digits
    return start, start + size
