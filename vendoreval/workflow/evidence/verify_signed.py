"""`evidence verify` for what is signed and no bundle: PDFs, and files with an envelope beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vendoreval.errors import EvidenceError
from vendoreval.evidence.bundle import SEAL
from vendoreval.evidence.bundle_signatures import ENVELOPE, STAMP, Signing, check_all_signed, check_signing
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.reveals import RevealVerification, check_reveal, is_reveal
from vendoreval.evidence.signed import PublicKey, public_key
from vendoreval.jsonfile import parse_json
from vendoreval.workflow.context import now
from vendoreval.workflow.files import read_bytes

if TYPE_CHECKING:
    from vendoreval.workflow.evidence.pdf_signatures import PdfVerification


@dataclass(frozen=True)
class RecordVerification:
    """What fits about a file with an envelope beside it, and what the reader could not be shown."""

    sha256: str
    signatures: tuple[Signing, ...]

    @property
    def checks(self) -> tuple[str, ...]:
        return tuple(line for one in self.signatures for line in one.fits())

    @property
    def not_shown(self) -> tuple[str, ...]:
        return tuple(line for one in self.signatures for line in one.open())

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/record-verification/1",
            "sha256": self.sha256,
            "signatures": [one.to_json() for one in self.signatures],
            "checks": list(self.checks),
            "not_shown": list(self.not_shown),
        }


def is_bundle(data: bytes) -> bool:
    """Whether a file is a zip archive that holds a bundle's seal; other archives are records like any file."""
    return data.startswith(b"PK") and SEAL.encode() in data


def to_be_computed(path: Path) -> bool:
    """Whether to verify a file as a bundle: it is one, or is named like one and no signature lies beside it."""
    if is_bundle(read_bytes(path, "memory")):
        return True
    return path.suffix.lower() == ".zip" and not path.with_name(path.name + ENVELOPE).exists()


def is_reveal_file(path: Path) -> bool:
    """Whether a file holds revealed gold items."""
    return path.suffix.lower() == ".json" and is_reveal(parse_json(read_bytes(path, "memory"), path.name))


def verify_reveal_file(
    path: Path, receipts: Sequence[Path], signers: Sequence[Path] = (), tsa: Path | None = None
) -> RevealVerification:
    """Check revealed gold items against receipts, and the signature beside their file where there is one.

    Raises EvidenceError naming the first thing that does not fit.
    """
    held = [parse_json(read_bytes(one), one.name) for one in receipts]
    found = check_reveal(parse_json(read_bytes(path, "memory"), path.name), held)
    if not signers and not path.with_name(path.name + ENVELOPE).exists():
        return found
    signed = verify_signed(path, signers, tsa)
    open_ = {f"signature_{number}": what for number, what in enumerate(signed.not_shown, start=1)}
    return replace(found, checks=(*found.checks, *signed.checks), not_shown={**found.not_shown, **open_})


def read_signers(paths: Sequence[Path]) -> tuple[PublicKey, ...]:
    """The public keys in files NAME.public.json."""
    return tuple(public_key(parse_json(read_bytes(path), path.name)) for path in paths)


def verify_signed(
    path: Path, signers: Sequence[Path] = (), tsa: Path | None = None
) -> PdfVerification | RecordVerification:
    """Check the signatures of a PDF, or those beside another file; each of `signers` must have signed.

    `tsa`: certificates that vouch for time-stamping authorities (PEM). Raises EvidenceError naming the first
    thing that does not fit.
    """
    data, keys = read_bytes(path, "memory"), read_signers(signers)
    trusted = read_bytes(tsa) if tsa else b""
    if data.startswith(b"%PDF-"):
        from vendoreval.workflow.evidence.pdf_signatures import verify_pdf

        return verify_pdf(data, keys, trusted, now())
    beside = path.with_name(path.name + ENVELOPE)
    if not beside.exists():
        raise EvidenceError(
            f"{path.name} is no bundle and no PDF, and no signature {beside.name} lies beside it.",
            remedy="Put the signature beside the file.",
        )
    stamp = path.with_name(path.name + STAMP)
    found = check_signing(
        beside.name,
        read_bytes(beside),
        sha256_hex(data),
        read_bytes(stamp) if stamp.exists() else None,
        keys,
        trusted,
    )
    check_all_signed(keys, [found])
    return RecordVerification(sha256_hex(data), (found,))
