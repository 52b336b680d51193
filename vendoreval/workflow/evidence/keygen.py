"""Making a signer's keys: its own, or around the certificate of its company."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from vendoreval.errors import Conflict, InputError, UsageError
from vendoreval.evidence.signed import PublicKey
from vendoreval.store.workspace import MARKER
from vendoreval.workflow.context import now, slug
from vendoreval.workflow.evidence.keys import (
    CERTIFICATE,
    ENVELOPE_KEY,
    PDF_KEY,
    Ask,
    Passphrase,
    PdfKey,
    certificates,
    check_pair,
    check_time,
    keys_place,
    pdf_key,
    private_key,
    sha256_of_certificate,
)
from vendoreval.workflow.files import read_bytes

_CLOCKS = timedelta(hours=1)  # by which the clocks of others may be behind
_LONGEST = 64  # characters of a name in a certificate (RFC 5280, ub-common-name)


@dataclass(frozen=True)
class Company:
    """A certificate that was issued to the signer: PEM files of certificate and key, or both in one PKCS#12."""

    certificate: Path | None = None
    private_key: Path | None = None
    p12: Path | None = None

    @property
    def given(self) -> bool:
        if self.p12 and (self.certificate or self.private_key):
            raise UsageError("A PKCS#12 file holds certificate and key already.", remedy="Give only --p12.")
        if bool(self.certificate) != bool(self.private_key):
            raise UsageError("Give --certificate and --private-key together.")
        return bool(self.p12 or self.certificate)


@dataclass(frozen=True)
class NewKeys:
    """What `make_keys` is told: the key's name, who signs with it, for how many days, and how it is kept."""

    name: str
    person: str = ""
    organisation: str = ""
    days: int = 1095
    company: Company = Company()
    protect: bool = False  # ask for a passphrase


def make_keys(wanted: NewKeys, folder: Path | None, ask: Ask, inside_workspace: bool = False) -> PublicKey:
    """Make a key folder, whole or not at all, and return what may be given away.

    Raises UsageError inside a workspace, Conflict where the folder exists, and InputError for a company's
    certificate that cannot be used.
    """
    slug(wanted.name, "key")
    place = folder or keys_place() / wanted.name
    _check_place(place, inside_workspace)
    said = Passphrase(ask)
    if wanted.protect:
        said()
    envelope = Ed25519PrivateKey.generate()
    pdf, chain = _company(wanted.company, said) if wanted.company.given else _own(wanted)
    public = PublicKey(
        wanted.name,
        wanted.person or (_named(chain[0], NameOID.COMMON_NAME) if wanted.company.given else ""),
        wanted.organisation or _named(chain[0], NameOID.ORGANIZATION_NAME),
        envelope.public_key().public_bytes_raw(), chain[0].public_bytes(Encoding.PEM).decode(),
        sha256_of_certificate(chain[0]),
    )  # fmt: skip
    _write(
        place,
        {
            ENVELOPE_KEY: _closed(envelope, said),
            PDF_KEY: _closed(pdf, said),
            CERTIFICATE: b"".join(one.public_bytes(Encoding.PEM) for one in chain),
            f"{wanted.name}.public.json": (json.dumps(public.to_json(), indent=2) + "\n").encode(),
        },
    )
    return public


def _check_place(place: Path, inside_workspace: bool) -> None:
    whole = place.resolve()
    if not inside_workspace and any((above / MARKER).exists() for above in (whole, *whole.parents)):
        raise UsageError(
            f"{place} lies inside a workspace: whoever can change the records would find the key beside them.",
            remedy="Leave out --out, or say --inside-workspace.",
        )
    if place.exists():
        raise Conflict(
            f"There is a key in {place} already, and keys are never overwritten.",
            remedy="Choose another name or folder.",
        )


def _own(wanted: NewKeys) -> tuple[PdfKey, tuple[x509.Certificate, ...]]:
    """A new key and a certificate that it signs itself: it says who claims to hold it, and no more."""
    named = {NameOID.COMMON_NAME: wanted.person or wanted.name, NameOID.ORGANIZATION_NAME: wanted.organisation}
    if any(len(text) > _LONGEST for text in named.values()):
        raise UsageError(f"A name in a certificate has at most {_LONGEST} characters.")
    key, since = generate_private_key(SECP256R1()), now() - _CLOCKS
    name = x509.Name([x509.NameAttribute(kind, text) for kind, text in named.items() if text])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since).not_valid_after(_end(now(), wanted.days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
                encipher_only=False, decipher_only=False,
            ), critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )  # fmt: skip
    return key, (made.sign(key, hashes.SHA256()),)


def _end(since: datetime, days: int) -> datetime:
    try:
        return since + timedelta(days=days)
    except OverflowError as error:
        raise UsageError("So many days no certificate can last.") from error


def _company(given: Company, said: Passphrase) -> tuple[PdfKey, tuple[x509.Certificate, ...]]:
    if given.p12:
        key, chain = _from_p12(given.p12, said)
    else:
        assert given.certificate is not None
        assert given.private_key is not None
        chain = certificates(read_bytes(given.certificate), given.certificate.name)
        key = pdf_key(
            private_key(read_bytes(given.private_key), said, given.private_key.name), given.private_key.name
        )
    check_pair(chain[0], key)
    check_time(chain, now())
    return key, chain


def _from_p12(path: Path, said: Passphrase) -> tuple[PdfKey, tuple[x509.Certificate, ...]]:
    data = read_bytes(path)
    try:
        key, own, others = _opened(data, None)
    except ValueError:  # it needs a passphrase, or it is none
        try:
            key, own, others = _opened(data, said())
        except ValueError as error:
            raise InputError(
                "This is no PKCS#12 file, or the passphrase does not open it.", file=path.name
            ) from error
    if key is None or own is None:
        raise InputError("The file holds no private key with its certificate.", file=path.name)
    return pdf_key(key, path.name), (own, *others)


def _opened(
    data: bytes, passphrase: bytes | None
) -> tuple[object, x509.Certificate | None, list[x509.Certificate]]:
    return pkcs12.load_key_and_certificates(data, passphrase)


def _named(certificate: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(kind)
    return str(found[0].value) if found else ""


def _closed(key: Ed25519PrivateKey | PdfKey, said: Passphrase) -> bytes:
    """The private key as PEM, encrypted where a passphrase is known."""
    closing = BestAvailableEncryption(said.known.encode()) if said.known else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, closing)


def _write(place: Path, files: dict[str, bytes]) -> None:
    """Write the folder for its owner's eyes only, under another name until it is whole."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))  # mode 0700
        try:
            for name, data in files.items():
                handle = os.open(unfinished / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            unfinished.rename(place)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror}.") from error
