"""Checking the signatures of a PDF: who signed, whether anything was changed since, when, and on whose word.

1.  the file is whole, and holds at least one signature;
2.  every signature is over exactly the bytes that it says, and by the key of its certificate;
3.  what was added after a signature is no more than further signatures and what they are checked with;
4.  each signer that the reader names signed: by the certificate's fingerprint, got by another channel;
5.  the time lies within the certificate's: that of an authority that the reader trusts, else the signer's word.

A certificate that the reader does not hold is not shown to be anybody's. Whether one that a company got from
another was withdrawn is not looked up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from vendoreval.errors import EvidenceError, VendorevalError
from vendoreval.evidence.canonical import sha256_hex, utc_text
from vendoreval.evidence.signed import PublicKey
from vendoreval.evidence.stamped import Stamp, check_stamp
from vendoreval.workflow.evidence.keys import sha256_of_certificate
from vendoreval.workflow.evidence.pdf_reading import Reader

logging.getLogger("pyhanko").addHandler(logging.NullHandler())  # what it finds is told in our words
_ALLOWED = (ModificationLevel.NONE, ModificationLevel.LTA_UPDATES, ModificationLevel.FORM_FILLING)
_LEVELS = {
    ModificationLevel.NONE: "nothing",
    ModificationLevel.LTA_UPDATES: "what it is checked with",
    ModificationLevel.FORM_FILLING: "further signatures",
}


@dataclass(frozen=True)
class PdfSignature:
    """One signature that is right. `key`: the reader's own public key for it, where it holds one.

    `level`: B-B, B-T or B-LT (PAdES). `added`: what was added to the file since. `stated`: the time that the
    signer states; `stamp`: that of a time-stamping authority. `lasts`: when the certificate ends.
    """

    name: str
    certificate_sha256: str
    key: PublicKey | None
    certifies: bool
    level: str
    added: str
    stated: datetime | None
    stamp: Stamp | None
    lasts: datetime
    self_signed: bool

    @property
    def at(self) -> datetime | None:
        """When it was signed: at the latest, where an authority vouches for it."""
        return self.stamp.at if self.stamp and self.stamp.shown else self.stated

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name, "certificate_sha256": self.certificate_sha256,
            "signer": self.key.whose if self.key else None, "certifies": self.certifies, "level": self.level,
            "added": self.added, "stated": utc_text(self.stated) if self.stated else None,
            "stamp": self.stamp.to_json() if self.stamp else None, "certificate_ends": utc_text(self.lasts),
        }  # fmt: skip


@dataclass(frozen=True)
class PdfVerification:
    """What fits about a signed PDF, and what the reader could not be shown, one sentence each."""

    sha256: str
    signatures: tuple[PdfSignature, ...]
    checks: tuple[str, ...]
    not_shown: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/pdf-verification/1",
            "sha256": self.sha256,
            "signatures": [one.to_json() for one in self.signatures],
            "checks": list(self.checks),
            "not_shown": list(self.not_shown),
        }


def verify_pdf(
    data: bytes, keys: Sequence[PublicKey] = (), tsa: bytes = b"", today: datetime | None = None
) -> PdfVerification:
    """Check the rules above; each of `keys` must have signed. `tsa`: certificates that vouch for authorities.

    `today`: the moment of checking, against which certificates are held. Raises EvidenceError naming the first
    thing that does not fit.
    """
    with _reading("The PDF cannot be read, for it was cut off or damaged"):
        reader = Reader(data)
        embedded = list(reader.embedded_regular_signatures)
        lasting = "/DSS" in reader.root
    if not embedded:
        raise EvidenceError(
            "The PDF holds no signature: it was never signed, or its signatures were taken out."
        )
    held = {key.certificate_sha256: key for key in keys}
    with _reading("A signature of the PDF cannot be read"):
        found = tuple(_checked(one, held, tsa, lasting) for one in embedded)
    by = {one.certificate_sha256 for one in found}
    for key in keys:
        if key.certificate_sha256 not in by:
            raise EvidenceError(
                f"{key.whose} did not sign this file: no signature in it is by the certificate "
                f"{key.certificate_sha256[:16]}…. It was taken out, or made with another key."
            )
    checks = [sentence for one in found for sentence in _fits(one)]
    return PdfVerification(sha256_hex(data), found, tuple(checks), tuple(_open(found, today)))


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Tell of whatever pyHanko and the parsers below it raise at a damaged file, zlib.error among them."""
    try:
        yield
    except VendorevalError:
        raise
    except Exception as error:
        raise EvidenceError(f"{what}: {str(error) or type(error).__name__}.") from error


def _checked(
    embedded: EmbeddedPdfSignature, held: dict[str, PublicKey], tsa: bytes, lasting: bool
) -> PdfSignature:
    certificate = x509.load_der_x509_certificate(embedded.signer_cert.dump())
    status = validate_pdf_signature(embedded, _no_roots(embedded))
    stated = embedded.self_reported_timestamp
    sha = sha256_of_certificate(certificate)
    key = held.get(sha)
    who = key.whose if key else _name(certificate)
    if not (status.intact and status.valid):
        raise EvidenceError(f"The signature of {who} is wrong: the file was changed after it was signed.")
    if embedded.pkcs7_content[len(cms.ContentInfo.load(embedded.pkcs7_content).dump()) :].strip(b"\0"):
        raise EvidenceError(f"Something stands behind the signature of {who}, where nothing is signed.")
    level = _changed_only_as_may_be(status, who)
    stamp = _stamp(embedded, tsa, who)
    one = PdfSignature(
        who, sha, key, embedded.docmdp_level is not None, _level(stamp, lasting), _LEVELS[level],
        stated.astimezone(UTC) if stated else None, stamp, certificate.not_valid_after_utc,
        certificate.issuer == certificate.subject,
    )  # fmt: skip
    if one.at and not certificate.not_valid_before_utc <= one.at <= certificate.not_valid_after_utc:
        raise EvidenceError(
            f"{who} signed on {one.at:%Y-%m-%d}, when the certificate was not valid "
            f"({certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d})."
        )
    return one


def _changed_only_as_may_be(status: PdfSignatureStatus, who: str) -> ModificationLevel:
    """What was added since; raises EvidenceError where it is more than signatures, or bytes without use."""
    level, coverage = status.modification_level, status.coverage
    if level not in _ALLOWED or not status.docmdp_ok:
        raise EvidenceError(
            f"The file was changed after {who} signed it: more was added than further signatures."
        )
    if (
        coverage is None
        or coverage < SignatureCoverageLevel.ENTIRE_REVISION
        or (level is ModificationLevel.NONE and coverage is not SignatureCoverageLevel.ENTIRE_FILE)
    ):
        raise EvidenceError(
            f"Bytes follow what {who} signed that are no part of the PDF: it was cut or added to."
        )
    return level


def _no_roots(embedded: EmbeddedPdfSignature) -> ValidationContext:
    """Nothing is fetched and nobody trusted: who signed is settled by fingerprints."""
    return ValidationContext(trust_roots=[embedded.signer_cert], allow_fetching=False)


def _stamp(embedded: EmbeddedPdfSignature, tsa: bytes, who: str) -> Stamp | None:
    """The timestamp within a signature; it is on the signature's own bytes."""
    tokens = [
        attribute["values"][0].dump()
        for attribute in embedded.signer_info["unsigned_attrs"]
        if attribute["type"].native == "signature_time_stamp_token"
    ]
    if not tokens:
        return None
    try:
        return check_stamp(_answered(tokens[0]), sha256_hex(embedded.signer_info["signature"].native), tsa)
    except EvidenceError as error:
        raise EvidenceError(f"The timestamp of {who} is wrong. {error.what}", remedy=error.remedy) from error


def _answered(token: bytes) -> bytes:
    """A bare token as the answer that it came in: `granted`, and the token."""
    inner = bytes.fromhex("3003020100") + token
    size = len(inner).to_bytes((len(inner).bit_length() + 7) // 8, "big")
    return b"0" + (bytes([len(inner)]) if len(inner) < 128 else bytes([0x80 | len(size)]) + size) + inner


def _level(stamp: Stamp | None, lasting: bool) -> str:
    return "B-B" if stamp is None else "B-LT" if lasting else "B-T"


def _name(certificate: x509.Certificate) -> str:
    found = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else certificate.subject.rfc4514_string()


def _fits(one: PdfSignature) -> list[str]:
    kind = "certified" if one.certifies else "signed"
    said = [f"{one.name} {kind} the file (PAdES {one.level}); added since: {one.added}"]
    if one.stamp and one.stamp.shown:
        said.append(f"signed before {one.stamp.at:%Y-%m-%d %H:%M} UTC, which {one.stamp.tsa} vouches for")
    return said


def _open(found: Sequence[PdfSignature], today: datetime | None) -> list[str]:
    said = []
    for one in found:
        if one.key is None:
            said.append(
                f"who holds the key of the certificate {one.certificate_sha256} ({one.name}): give --signer"
            )
        if one.stamp and not one.stamp.shown:
            said.append(
                f"that the timestamp of {one.stamp.at:%Y-%m-%d %H:%M} UTC is right: give --tsa-certificate"
            )
        elif one.stamp is None:
            when = f"{one.stated:%Y-%m-%d %H:%M} UTC" if one.stated else "no time"
            said.append(f"when {one.name} signed: {when} is the signer's word")
        if today and today > one.lasts and not (one.stamp and one.stamp.shown):
            said.append(f"that {one.name} signed before the certificate ended on {one.lasts:%Y-%m-%d}")
        if not one.self_signed:
            said.append(f"whether the certificate of {one.name} was withdrawn by those who issued it")
    return said
