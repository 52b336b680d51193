"""`evidence sign` and `evidence timestamp`: PDFs, bundles, records, and the head of the log.

A PDF and a bundle take their signatures in; every other file gets an envelope beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.errors import Conflict
from vendoreval.evidence.bundle import SEAL, SIGNATURES, from_zip, to_zip
from vendoreval.evidence.bundle_signatures import ENVELOPE, STAMP
from vendoreval.evidence.canonical import sha256_hex, utc_text
from vendoreval.evidence.opened_bundle import open_bundle
from vendoreval.evidence.signed import envelope, statement
from vendoreval.evidence.stamped import Stamp
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import now
from vendoreval.workflow.evidence.checkpoints import note_head, read_head
from vendoreval.workflow.evidence.keys import Signer, check_time
from vendoreval.workflow.evidence.pdf_signing import sign_pdf
from vendoreval.workflow.evidence.tsa import Authority, stamp
from vendoreval.workflow.evidence.verify_signed import is_bundle
from vendoreval.workflow.files import read_bytes, write_whole


@dataclass(frozen=True)
class Signed:
    """What was signed: the kind of signature, the file that holds it, the SHA-256 that it is about, the
    timestamp (a PDF's lies within it), and whether the head of a log was noted in the key folder."""

    kind: str
    file: Path
    sha256: str
    stamp: Stamp | None = None
    stamp_file: Path | None = None
    head_noted: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/signed/1", "kind": self.kind, "file": str(self.file), "sha256": self.sha256,
            "stamp": self.stamp.to_json() if self.stamp else None,
            "stamp_file": str(self.stamp_file) if self.stamp_file else None, "head_noted": self.head_noted,
        }  # fmt: skip


@dataclass(frozen=True)
class How:
    """Who signs, for which side (`buyer`, `vendor` or empty), and who puts a time on it."""

    signer: Signer
    side: str = ""
    tsa: Authority | None = None


def sign_file(path: Path, how: How, out: Path | None = None, workspace: Workspace | None = None) -> Signed:
    """Sign a file. A PDF and a bundle are written to `out`, by default in their own place; for any other file
    the envelope is written to `out`, by default FILE.dsse.json.

    The head of the `workspace`'s log is noted in the key folder with it. Raises UsageError for a certificate
    that is not valid now, InputError for what cannot be read or stamped, Conflict for a signature that is there
    already, and EvidenceError for a bundle whose seal does not hold. Nothing is written then.
    """
    check_time(how.signer.chain, now())
    data = read_bytes(path, "memory")
    head = read_head(workspace) if workspace else None
    if data.startswith(b"%PDF-"):
        write_whole(out or path, sign_pdf_now(data, how))
        signed = Signed("pdf", out or path, sha256_hex(data))
    elif is_bundle(data):
        signed = _sign_bundle(data, how, out or path)
    else:
        signed = _sign_record(data, how, path, out)
    if head is None:
        return signed
    note_head(how.signer.folder, head)
    return replace(signed, head_noted=True)


def sign_pdf_now(data: bytes, how: How) -> bytes:
    """The PDF, signed at this moment; raises as `sign_pdf`, and UsageError for a certificate that has ended."""
    check_time(how.signer.chain, now())
    return sign_pdf(data, how.signer, how.side, now(), how.tsa)


def sign_log(workspace: Workspace, how: How, out: Path) -> Signed:
    """Sign the head of the workspace's log, write it to `out`, and note it in the key folder."""
    check_time(how.signer.chain, now())
    head = read_head(workspace)
    data = envelope(head.statement(), how.signer.public.fingerprint, how.signer.sign)
    _refuse_existing(out)
    answer, said = stamp(data, how.tsa) if how.tsa else (b"", None)
    beside = _write_stamp(answer, out) if answer else None
    write_whole(out, data)
    note_head(how.signer.folder, head)
    return Signed("log", out, head.head, said, beside, head_noted=True)


def stamp_file(path: Path, tsa: Authority, out: Path | None = None) -> Signed:
    """Have a time put on a file, and write it to `out`, by default FILE.tsr; raises as `tsa.stamp` does."""
    data = read_bytes(path, "memory")
    place = out or path.with_name(path.name + STAMP)
    _refuse_existing(place)
    answer, said = stamp(data, tsa)
    write_whole(place, answer)
    return Signed("timestamp", place, sha256_hex(data), said, place)


def _sign_bundle(data: bytes, how: How, out: Path) -> Signed:
    files = from_zip(data)
    open_bundle(files)  # nobody signs what was altered
    name = f"{SIGNATURES}{how.signer.public.name}"
    if name + ENVELOPE in files:
        raise Conflict(f"The bundle is signed with the key {how.signer.public.name!r} already.")
    sha = sha256_hex(files[SEAL])
    signed, answer, said = _enveloped(SEAL, sha, how)
    further = {name + ENVELOPE: signed} | ({name + STAMP: answer} if answer else {})
    write_whole(out, to_zip({**files, **further}))
    return Signed("bundle", out, sha, said)


def _sign_record(data: bytes, how: How, path: Path, out: Path | None) -> Signed:
    place = out or path.with_name(path.name + ENVELOPE)
    _refuse_existing(place)
    sha = sha256_hex(data)
    signed, answer, said = _enveloped(path.name, sha, how)
    beside = _write_stamp(answer, place) if answer else None
    write_whole(place, signed)
    return Signed("record", place, sha, said, beside)


def _enveloped(name: str, sha: str, how: How) -> tuple[bytes, bytes, Stamp | None]:
    """The envelope on a file, and the timestamp on the envelope."""
    public = how.signer.public
    said = {
        "schema": "vendoreval/signature/1", "side": how.side, "person": public.person,
        "organisation": public.organisation, "signed_at": utc_text(now()),
        "made_with": f"vendoreval {__version__}",
    }  # fmt: skip
    signed = envelope(statement(name, sha, said), public.fingerprint, how.signer.sign)
    if how.tsa is None:
        return signed, b"", None
    answer, stamped = stamp(signed, how.tsa)
    return signed, answer, stamped


def _write_stamp(answer: bytes, place: Path) -> Path:
    """The timestamp beside an envelope: FILE.tsr for FILE.dsse.json."""
    name = place.name.removesuffix(ENVELOPE) if place.name.endswith(ENVELOPE) else place.name
    beside = place.with_name(name + STAMP)
    _refuse_existing(beside)
    write_whole(beside, answer)
    return beside


def _refuse_existing(place: Path) -> None:
    if place.exists():
        raise Conflict(f"{place} is there already.", remedy="Name another file with --out.")
