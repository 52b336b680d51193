"""The vendor's answers to a claim, taken from a sheet or a form with the evidence files that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vendoreval.claims.disputes import follow
from vendoreval.claims.moves import Move, Position
from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.formats.forms.claim_answers import Read, read_answers
from vendoreval.formats.forms.filled_table import FilledRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.claims import claim_rows
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute, make_move
from vendoreval.workflow.context import now
from vendoreval.workflow.files import read_bytes, sha256_of


@dataclass(frozen=True)
class Answered:
    """What was taken from a file, or would be: `after` is the dispute with it, `recorded` whether it stands."""

    after: StoredDispute
    file: Path
    read: Read
    positions: tuple[Position, ...]
    by: str
    late: bool
    recorded: bool

    def lines(self, position: str) -> tuple[int, ...]:
        """The lines of which the file says so for the first time."""
        return tuple(one.line for one in self.positions if one.position == position)

    @property
    def evidence(self) -> dict[str, str]:
        """SHA-256 of the evidence files by name."""
        return {name: sha for one in self.positions for name, sha in one.evidence.items()}

    def to_json(self) -> dict[str, Any]:
        """The record of the command."""
        until = self.after.dispute.answer_by
        return {
            "schema": "vendoreval/claim_answers/1", "claim": self.after.dispute.claim.id,
            "file": str(self.file), "version": self.read.version, "recorded": self.recorded, "by": self.by,
            "late": self.late, "positions": [one.to_json() for one in self.positions],
            "unchanged": list(self.read.unchanged), "unanswered": list(self.read.silent),
            "notes": list(self.read.notes), "stage": self.after.dispute.stage,
            "answer_by": until.isoformat() if until else None,
        }  # fmt: skip


def respond(
    workspace: Workspace, claim_id: str, file: Path, *, by: str = "", evidence: Path | None = None,
    late: bool = False, check: bool = False,
) -> Answered:  # fmt: skip
    """Take the vendor's answers from a filled sheet or form: all of them, or none where anything is wrong.

    `by` answered (default: the vendor); the evidence files that it names lie in the folder `evidence`, or
    beside it. `late`: take it after the deadline all the same. `check`: record nothing. Raises Conflict for a
    claim that takes no answer (any more), InputError for a file that is no sheet of it, InvalidDocument with
    every cell that cannot be taken.
    """
    before = load_dispute(workspace, claim_id)
    until = before.dispute.answer_by
    overdue = late and until is not None and now().date() > until
    who = by or before.dispute.claim.vendor
    # What may not be answered at all is said before any cell is looked at.
    move = Move(claim_id, len(before.rows) + 1, "answered", now(), who, "", late=overdue)
    follow(before.dispute, before.contract, move)
    shas = (row.claim_sha for row in claim_rows(workspace, claim_id))
    versions = dict(zip(shas, before.versions, strict=True))
    source = read_bytes(file)
    read = read_answers(file, versions, before.dispute, before.contract.dispute.reasons)
    folder = _folder(evidence) if evidence else file.parent
    found = {name: folder / name for _, one in read.said for name in one.evidence if _is_file(folder, name)}
    problems = (*read.problems, *_missing(before, read, found))
    if problems:
        raise InvalidDocument(file.name, problems)
    if not read.said and not read.unchanged and not read.notes:
        raise InputError("It holds no answer.", file=str(file), remedy="Choose positions, and try again.")
    hashed = {name: sha256_of(path) for name, path in found.items()}
    positions = tuple(_with_evidence(before, one, hashed) for _, one in read.said)
    after = follow(before.dispute, before.contract, replace(move, positions=positions))
    made = replace(before, dispute=after)
    recorded = bool(positions) and not check
    if recorded:
        for name, path in found.items():
            _store(workspace, path, hashed[name])
        made = make_move(
            workspace, claim_id, "answered", by=who, positions=positions, late=overdue,
            source=workspace.objects.put_bytes(source),
        )  # fmt: skip
    return Answered(made, file, read, positions, who, overdue, recorded)


def _folder(folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError("is not a folder.", file=str(folder), remedy="Name the folder with the evidence.")
    return folder


def _is_file(folder: Path, name: str) -> bool:
    """Whether a file of that very name lies in the folder; a link could name a file of ours as evidence."""
    path = folder / name
    try:
        return Path(name).name == name and path.is_file() and not path.is_symlink()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _missing(before: StoredDispute, read: Read, found: Mapping[str, Path]) -> Iterator[Problem]:
    for row, one in read.said:
        for name in one.evidence:
            if name not in found and name not in _held(before, one.line):
                yield _lacks(row, name)


def _lacks(row: FilledRow, name: str) -> Problem:
    remedy = "Lay it beside the sheet, name its folder with --evidence, or clear the cell and send it later."
    return row.problem("evidence files", f"there is no file {name!r}.", remedy)


def _held(before: StoredDispute, line: int) -> Mapping[str, str]:
    """The evidence that came with an earlier answer to a line."""
    position = before.dispute.lines[line].position
    return position.evidence if position else {}


def _with_evidence(before: StoredDispute, one: Position, hashed: Mapping[str, str]) -> Position:
    held = _held(before, one.line)
    return replace(one, evidence={name: hashed.get(name) or held[name] for name in one.evidence})


def _store(workspace: Workspace, path: Path, sha: str) -> None:
    if workspace.objects.put_file(path) != sha:
        raise InputError("changed while it was read.", file=str(path), remedy="Try again.")
