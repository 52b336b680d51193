"""Evidence files of answers: stored by their hash, compared with what the form names, checked again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from vendoreval.errors import Conflict, EvidenceError, InputError, UsageError
from vendoreval.questionnaires.answers import Amendment, Answer, EvidenceItem, FileState, Piece
from vendoreval.questionnaires.bank import Bank
from vendoreval.questionnaires.worth import is_outdated
from vendoreval.store.questionnaire_tables import ContactRow
from vendoreval.store.tables import AuditRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import read_bytes
from vendoreval.workflow.questionnaires import amend, current_answers


def stored_piece(
    workspace: Workspace, kind: str, path: Path, dated: date | None, expires: date | None
) -> EvidenceItem:
    """A file as a piece of evidence, stored by its hash; raises InputError when it cannot be read."""
    return EvidenceItem(kind, path.name, workspace.objects.put_bytes(read_bytes(path)), dated, expires)


def seen_piece(kind: str, name: str, dated: date | None, expires: date | None) -> EvidenceItem:
    """What a person saw and that is no file, such as a live demo or a reference that was called."""
    return EvidenceItem(kind, name, "", dated, expires, seen_by=actor())


def measured_piece(workspace: Workspace, audit: str, level: int) -> EvidenceItem:
    """The level that an audit or a pilot of ours showed; it takes the place of the one claimed.

    Raises NotFound for an unknown audit. The piece is dated by the day the audit ran.
    """
    with workspace.read() as reader:
        row = reader.require(AuditRow, audit, "audit")
    return EvidenceItem("measured", f"audit {audit}", row.result_sha, dated=row.ran_at.date(), level=level)


def pieces(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Piece, ...]:
    """Every piece of evidence of a vendor's current answers; stored files are hashed again."""
    current, today = current_answers(workspace, vendor, bank), now().date()
    with workspace.read() as reader:
        received = {
            row.quote.rpartition(" ")[2]
            for row in reader.all(ContactRow, vendor_id=vendor, kind="evidence_received")
        }
    return tuple(
        Piece(question.id, item, _state(workspace, item, received), is_outdated(item, question, today))
        for question in bank.questions
        if question.id in current
        for item in current[question.id].evidence
        if item.kind != "measured"
    )


def _state(workspace: Workspace, item: EvidenceItem, received: set[str]) -> FileState:
    if not item.sha256:
        return "seen" if item.seen_by else "not arrived"
    if not workspace.objects.has(item.sha256):
        return "lost" if item.sha256 in received else "not arrived"
    try:
        workspace.objects.verify(item.sha256)
    except EvidenceError:
        return "altered"
    return "stored"


def attach(
    workspace: Workspace,
    vendor: str,
    bank: Bank,
    files: Sequence[Path],
    *,
    question: str | None = None,
    kind: str | None = None,
    dated: date | None = None,
    expires: date | None = None,
    replaces: bool = False,
) -> tuple[Piece, ...]:
    """Store evidence files and tie them to the answers that name them, or to `question`.

    A file belongs to the pieces of its name, or of its SHA-256 where the form gives one. Raises
    UsageError for a file that no answer names, and Conflict for one that is not the file that was named
    or stored before (`replaces` takes the new one); then nothing is stored.
    """
    current = current_answers(workspace, vendor, bank)
    read = [(path.name, read_bytes(path)) for path in files]
    changes: dict[str, list[EvidenceItem]] = {}
    for name, data in read:
        sha = hashlib.sha256(data).hexdigest()
        found = _named(current.values(), name, sha, question)
        if not found and question is None:
            raise UsageError(
                f"No answer of {vendor} names the file {name!r}.", remedy="Say which with --question."
            )
        for question_id, item in found or [(question or "", EvidenceItem(kind or "document", name))]:
            if item.sha256 not in ("", sha) and not replaces:
                raise _differs(item, sha)
            fresh = replace(
                item, kind=kind or item.kind, sha256=sha, dated=dated or item.dated,
                expires=expires or item.expires,
            )  # fmt: skip
            changes.setdefault(question_id, []).append(fresh)
    for _, data in read:
        workspace.objects.put_bytes(data)
    for question_id, items in changes.items():
        channel = current[question_id].channel if question_id in current else "cli"
        amend(workspace, vendor, bank, question_id, Amendment(evidence=tuple(items), channel=channel))
    new = {item.name for items in changes.values() for item in items}
    return tuple(piece for piece in pieces(workspace, vendor, bank) if piece.item.name in new)


def attach_folder(workspace: Workspace, vendor: str, bank: Bank, folder: Path) -> tuple[Piece, ...]:
    """Store the files of a folder that answers name and that have not arrived; the rest is left alone."""
    if not folder.is_dir():
        raise InputError("is not a folder.", file=str(folder), remedy="Name the folder with the evidence.")
    wanted = {piece.item.name for piece in pieces(workspace, vendor, bank) if piece.state == "not arrived"}
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name in wanted)
    return attach(workspace, vendor, bank, files) if files else ()


def _named(
    answers: Iterable[Answer], name: str, sha: str, question: str | None
) -> list[tuple[str, EvidenceItem]]:
    return [
        (answer.question_id, item)
        for answer in answers
        if question in (None, answer.question_id)
        for item in answer.evidence
        if item.kind != "measured" and (item.name == name or item.sha256 == sha)
    ]


def _differs(item: EvidenceItem, sha: str) -> Conflict:
    return Conflict(
        f"This {item.name!r} is not the file that was named or stored before: its SHA-256 begins {sha[:12]}, "
        f"the other's {item.sha256[:12]}. Nothing was stored.",
        remedy="Ask the vendor which one counts; --replace takes this one.",
    )
