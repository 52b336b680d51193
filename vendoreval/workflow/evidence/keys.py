"""A signer's key folder: what is in it, and opening it.

    ed25519.pem         the private key of envelopes (bundles, records, heads of the log)
    certificate.key     the private key of PDFs, PEM
    certificate.pem     its certificate, and those that lead to its root, where there are any
    NAME.public.json    what is given away
    checkpoints.jsonl   the heads of logs that were signed with it

It lies outside of every workspace: who can change the records should not find the key beside them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from vendoreval.errors import InputError, UsageError
from vendoreval.evidence.signed import PublicKey, public_key
from vendoreval.jsonfile import parse_json
from vendoreval.workflow.files import read_bytes

ENVELOPE_KEY, PDF_KEY, CERTIFICATE = "ed25519.pem", "certificate.key", "certificate.pem"
PASSPHRASE = "VENDOREVAL_KEY_PASSPHRASE"  # noqa: S105 - the variable's name
_KEYS = "VENDOREVAL_KEYS"
_LEAST_RSA = 2048
PdfKey = EllipticCurvePrivateKey | RSAPrivateKey
Ask = Callable[[], str]


@dataclass(frozen=True)
class Signer:
    """Opened keys. `chain`: the certificate of PDFs first, then those that lead to its root.

    `warnings`: what about the folder its owner should mend.
    """

    folder: Path
    public: PublicKey
    ed25519: Ed25519PrivateKey
    pdf: PdfKey
    chain: tuple[x509.Certificate, ...]
    warnings: tuple[str, ...] = ()

    def sign(self, message: bytes) -> bytes:
        """The Ed25519 signature over `message`."""
        return self.ed25519.sign(message)


def key_place(named: str) -> Path:
    """The folder of a key: `named` itself where it is a folder, else of that name where keys lie."""
    return Path(named) if Path(named).is_dir() else keys_place() / named


def keys_place() -> Path:
    """Where keys lie by default: VENDOREVAL_KEYS, else the user's own settings."""
    if os.environ.get(_KEYS):
        return Path(os.environ[_KEYS])
    settings = os.environ.get("XDG_CONFIG_HOME")
    return (Path(settings) if settings else Path.home() / ".config") / "vendoreval" / "keys"


def read_public(named: str) -> PublicKey:
    """The public key in a file NAME.public.json, or of a key folder; needs no passphrase."""
    path = Path(named)
    if not path.is_file():
        path = _public_file(key_place(named))
    return public_key(parse_json(read_bytes(path), path.name))


def open_keys(named: str, ask: Ask) -> Signer:
    """Open a key folder; `ask` gives the passphrase, where one is needed and the environment has none.

    Raises InputError for keys that are lost, of another kind, not to be opened, or not each other's.
    """
    folder = key_place(named)
    public = read_public(str(folder))
    said = Passphrase(ask)
    envelope = private_key(_read(folder / ENVELOPE_KEY), said, ENVELOPE_KEY)
    if not isinstance(envelope, Ed25519PrivateKey):
        raise InputError("The key is of another kind than Ed25519.", file=str(folder / ENVELOPE_KEY))
    if envelope.public_key().public_bytes_raw() != public.ed25519:
        raise InputError(
            f"The private key is not the one of {public.name}.public.json.", file=str(folder / ENVELOPE_KEY),
            remedy="Put the folder's own files back together.",
        )  # fmt: skip
    pdf = pdf_key(private_key(_read(folder / PDF_KEY), said, PDF_KEY), PDF_KEY)
    chain = certificates(_read(folder / CERTIFICATE), CERTIFICATE)
    check_pair(chain[0], pdf)
    if sha256_of_certificate(chain[0]) != public.certificate_sha256:
        raise InputError(
            f"The certificate is not the one of {public.name}.public.json.", file=str(folder / CERTIFICATE)
        )
    return Signer(folder, public, envelope, pdf, chain, tuple(_open_to_others(folder)))


def check_time(chain: tuple[x509.Certificate, ...], at: datetime) -> None:
    """Raise UsageError unless the certificate is valid at the moment `at`."""
    since, until = chain[0].not_valid_before_utc, chain[0].not_valid_after_utc
    if at > until:
        raise UsageError(
            f"The certificate of this key ended on {until.date()}: nothing can be signed with it any more.",
            remedy="Make a new key with: vendoreval evidence keygen NAME.",
        )
    if at < since:
        raise UsageError(f"The certificate of this key is valid only from {since:%Y-%m-%d %H:%M} UTC on.")


class Passphrase:
    """The passphrase of the environment, else asked for once; `known` is empty before."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.known = os.environ.get(PASSPHRASE, "")

    def __call__(self) -> bytes:
        self.known = self.known or self._ask()
        return self.known.encode()


def private_key(data: bytes, said: Passphrase, name: str) -> Any:
    """A private key in PEM, opened with the passphrase that `said` gives where it needs one."""
    try:
        return load_pem_private_key(data, None)
    except TypeError:  # it is encrypted
        pass
    except ValueError as error:
        raise _unreadable(name) from error
    try:
        return load_pem_private_key(data, said())
    except (ValueError, TypeError) as error:
        raise InputError("The passphrase does not open the key.", file=name) from error


def pdf_key(key: Any, name: str) -> PdfKey:
    """`key` where PDFs can be signed with it so that every reader can check: elliptic curve, or RSA."""
    if isinstance(key, EllipticCurvePrivateKey):
        return key
    if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_RSA:
        return key
    raise InputError(
        "The key is of another kind than is needed for PDFs.", file=name,
        remedy=f"Use one on an elliptic curve (P-256), or RSA of {_LEAST_RSA} bits or more.",
    )  # fmt: skip


def certificates(data: bytes, name: str) -> tuple[x509.Certificate, ...]:
    """Certificates in PEM, one after the other."""
    try:
        return tuple(x509.load_pem_x509_certificates(data))
    except ValueError as error:
        raise InputError("This is no certificate in PEM.", file=name) from error


def check_pair(certificate: x509.Certificate, key: PdfKey) -> None:
    """Raise InputError unless the certificate is that of the private key."""
    if certificate.public_key() != key.public_key():
        raise InputError(
            "The certificate and the private key do not belong together.",
            remedy="Give the certificate that was issued for this key.",
        )


def sha256_of_certificate(certificate: x509.Certificate) -> str:
    """The fingerprint that PDF readers and `openssl x509 -fingerprint -sha256` show, in hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _public_file(folder: Path) -> Path:
    found = sorted(folder.glob("*.public.json"))
    if len(found) != 1:
        what = "There is no key" if not found else "There are several keys"
        raise InputError(
            f"{what} in {folder}.",
            remedy="Name the folder that `vendoreval evidence keygen` made. A lost key cannot be made again: "
            "make a new one, and give its public part away." if not found else "Keep each in its own folder.",
        )  # fmt: skip
    return found[0]


def _read(path: Path) -> bytes:
    if not path.exists():
        raise InputError(
            f"The key folder has no {path.name} any more: the key is lost.", file=str(path.parent),
            remedy="Put it back from a copy, or make a new key and give its public part away.",
        )  # fmt: skip
    return read_bytes(path)


def _open_to_others(folder: Path) -> list[str]:
    """A word on each private key that others on this machine can read."""
    if os.name != "posix":
        return []
    return [
        f"others on this machine can read {folder / name}: chmod 600 it"
        for name in (ENVELOPE_KEY, PDF_KEY)
        if (folder / name).stat().st_mode & 0o077
    ]


def _unreadable(name: str) -> InputError:
    return InputError("This is no private key in PEM.", file=name)
