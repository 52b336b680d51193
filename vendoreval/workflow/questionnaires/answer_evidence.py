"""Evidence files of answers: stored by their hash, compared with what the form names, checked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from vendoreval.errors import Conflict, InputError, NotFound, UsageError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.questionnaires.answers import Amendment, Answer, EvidenceItem, FileState, Piece, amended
from vendoreval.questionnaires.bank import Bank
from vendoreval.questionnaires.worth import is_outdated, valid_until
from vendoreval.store.tables import AuditRow, ContractRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import read_bytes
from vendoreval.workflow.questionnaires.questionnaires import (
    File,
    append,
    current_answers,
    received_evidence,
    require_question,
    stored_evidence,
)


def stored_piece(
    workspace: Workspace, kind: str, path: Path, dated: date | None, expires: date | None
) -> EvidenceItem:
    """A file as a piece of evidence, stored by its hash.

    Raises InputError when it cannot be read, UsageError for a day to come.
    """
    if dated and dated > now().date():
        raise UsageError(f"{path.name!r} would be dated {dated}, which is to come.", remedy="Check --dated.")
    file = read_file(path)
    return EvidenceItem(kind, file.name, workspace.objects.put_bytes(file.data), dated, expires)


def seen_piece(kind: str, name: str, dated: date | None, expires: date | None) -> EvidenceItem:
    """What a person saw and that is no file, such as a live demo or a reference that was called."""
    return EvidenceItem(kind, name, "", dated, expires, seen_by=actor())


def measured_piece(workspace: Workspace, vendor: str, audit: str, level: int) -> EvidenceItem:
    """The level that an audit of ours showed; up to the one claimed it takes the place of other evidence.

    Raises NotFound for an unknown audit, UsageError for one of another vendor. The piece is dated by the day
    the audit ran.
    """
    with workspace.read() as reader:
        (row,) = as_revised(reader, [reader.require(AuditRow, audit, "audit")])
        owner = {one.vendor_id for one in reader.all(ContractRow, id=row.contract_id)}
    if vendor not in owner:
        raise UsageError(f"Audit {audit!r} measured {', '.join(sorted(owner))}, not {vendor}.")
    return EvidenceItem("measured", f"audit {audit}", row.result_sha, dated=row.ran_at.date(), level=level)


def pieces(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Piece, ...]:
    """Every piece of evidence of a vendor's current answers; stored files are hashed again."""
    current, today = current_answers(workspace, vendor, bank), now().date()
    received = received_evidence(workspace, vendor)
    return tuple(
        Piece(
            question.id,
            item,
            _state(workspace, item, received),
            is_outdated(item, question, today),
            valid_until(item, question),
        )
        for question in bank.questions
        if question.id in current
        for item in current[question.id].evidence
        if item.kind != "measured"
    )


def _state(workspace: Workspace, item: EvidenceItem, received: Collection[str]) -> FileState:
    if item.rejected:
        return "rejected"
    if not item.sha256:
        return "seen" if item.seen_by else "not arrived"
    if item.sha256 not in received:
        return "not arrived"
    if not workspace.objects.has(item.sha256):
        return "lost"
    return "stored" if workspace.objects.intact(item.sha256) else "altered"


_NO_LINKS = "Put the file itself there, or leave it out."


@dataclass(frozen=True)
class Tie:
    """How files are tied to answers: to one question, as a kind, with dates, also where another was named."""

    question: str | None = None
    kind: str | None = None
    dated: date | None = None
    expires: date | None = None
    replaces: bool = False


def attach(
    workspace: Workspace, vendor: str, bank: Bank, files: Sequence[Path], tie: Tie = Tie()
) -> tuple[Piece, ...]:
    """Store evidence files and tie them to the answers that name them, or to the question of `tie`.

    A file belongs to the pieces of its name, or of its SHA-256 where the form gives one. Raises
    UsageError for a file that no answer names, and Conflict for one that is not the file that was named
    or stored before (`replaces` takes the new one); then nothing is stored.
    """
    if tie.question:
        require_question(bank, tie.question)
    read = [read_file(path) for path in files]
    current = current_answers(workspace, vendor, bank)
    for file in read:
        if not tie.question and not _named(current.values(), file, None):
            raise UsageError(
                f"No answer of {vendor} names the file {file.name!r}.", remedy="Say which with --question."
            )
    here = stored_evidence(workspace, vendor)
    changed = with_files(current, read, here, tie)
    if changed:
        append(workspace, vendor, bank, list(changed.values()), files=read)
    for file in read:  # known already; one that was altered on the disk is healed
        workspace.objects.put_bytes(file.data)
    hashes = {file.sha256 for file in read}
    return tuple(piece for piece in pieces(workspace, vendor, bank) if piece.item.sha256 in hashes)


def accept(
    workspace: Workspace, vendor: str, bank: Bank, name: str, question: str | None = None, *, rejected: str = ""
) -> tuple[Piece, ...]:
    """Reject a piece of evidence, with the reason why it counts as none, or accept it again (no reason).

    Raises NotFound where no answer names it.
    """
    current = current_answers(workspace, vendor, bank)
    known = _given(current.values(), question)
    found = [(answer, item) for answer, item in known if item.name == name]
    if not found:
        raise NotFound("piece of evidence", name, tuple(sorted({item.name for _, item in known})))
    changed = [_with_piece(answer, replace(item, rejected=rejected.strip())) for answer, item in found]
    append(workspace, vendor, bank, changed)
    return tuple(piece for piece in pieces(workspace, vendor, bank) if piece.item.name == name)


def with_files(
    answers: Mapping[str, Answer], files: Sequence[File], here: Collection[str], tie: Tie = Tie()
) -> dict[str, Answer]:
    """The answers that files change, with their hashes; who answered, and when, stays. Files that are `here`
    (hashes) and tied already change nothing.

    Raises Conflict for a file that is not the one that was named or stored before.
    """
    changed: dict[str, Answer] = {}
    for file in files:
        fallback = (tie.question or "", EvidenceItem(tie.kind or "document", file.name))
        for question_id, item in _named(answers.values(), file, tie.question) or [fallback]:
            if item.sha256 not in ("", file.sha256) and not tie.replaces:
                raise _differs(item, file.sha256)
            fresh = replace(
                item, kind=tie.kind or item.kind, sha256=file.sha256, dated=tie.dated or item.dated,
                expires=tie.expires or item.expires,
                rejected=item.rejected if item.sha256 == file.sha256 else "",
            )  # fmt: skip
            if fresh == item and file.sha256 in here:
                continue
            before = changed.get(question_id) or answers.get(question_id) or _new(question_id)
            changed[question_id] = _with_piece(before, fresh)
    return changed


def _with_piece(answer: Answer, piece: EvidenceItem) -> Answer:
    """The answer with a piece of its evidence as we know it now; who answered, how and when, stays."""
    after = amended(answer, Amendment(evidence=(piece,), channel=answer.channel))
    return replace(after, answered_at=answer.answered_at, actor=answer.actor)


def _new(question_id: str) -> Answer:
    return Answer(question_id, state="unanswered", channel="cli", answered_at=now(), actor=actor())


def read_file(path: Path) -> File:
    """A file by its name, bytes and hash; raises InputError when it cannot be read, and for a link.

    A link in a folder that a vendor sent would store a file of ours as the vendor's evidence.
    """
    if path.is_symlink():
        raise InputError("is a link to another file, so it was not read.", file=str(path), remedy=_NO_LINKS)
    data = read_bytes(path, "memory")
    return File(path.name, data, sha256_hex(data))


def files_in(folder: Path) -> tuple[File, ...]:
    """The files of a folder by name; raises InputError where it is none, or holds a link."""
    if not folder.is_dir():
        raise InputError("is not a folder.", file=str(folder), remedy="Name the folder with the evidence.")
    return tuple(read_file(path) for path in sorted(folder.iterdir()) if path.is_symlink() or path.is_file())


def _given(answers: Iterable[Answer], question: str | None) -> list[tuple[Answer, EvidenceItem]]:
    """Pieces that came from the vendor or were seen, with their answers; of one question where it is named."""
    return [
        (answer, item)
        for answer in answers
        if question in (None, answer.question_id)
        for item in answer.evidence
        if item.kind != "measured"
    ]


def _named(answers: Iterable[Answer], file: File, question: str | None) -> list[tuple[str, EvidenceItem]]:
    return [
        (answer.question_id, item)
        for answer, item in _given(answers, question)
        if item.name == file.name or item.sha256 == file.sha256
    ]


def _differs(item: EvidenceItem, sha: str) -> Conflict:
    return Conflict(
        f"This {item.name!r} is not the file that was named or stored before: its SHA-256 begins {sha[:12]}, "
        f"the other's {item.sha256[:12]}. Nothing was stored or imported.",
        remedy="Ask the vendor which one counts; `questionnaire evidence --replace` takes this one.",
    )
