"""The blind arbiter: escalated lines go out on a sheet that names no party, and come back as rulings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.claims.arbitration import (
    NEITHER,
    Case,
    Decision,
    key_cases,
    key_record,
    opened,
    ruling_on,
    shuffled,
)
from vendoreval.claims.moves import ESCALATED
from vendoreval.errors import Conflict, InputError, InvalidDocument, Problem, UsageError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.formats.forms.arbiter_sheet import arbiter_sheet, read_decisions
from vendoreval.formats.forms.filled_table import FilledRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.blind_cases import Blind
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute, make_move
from vendoreval.workflow.claims.rulings import numbers
from vendoreval.workflow.claims.steps import Step
from vendoreval.workflow.context import secret
from vendoreval.workflow.files import read_bytes, write_whole
from vendoreval.workflow.gold.payload import shown
from vendoreval.workflow.vendors.vendors import show_vendor

Shown = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sent:
    """A sheet that was written for the arbiter. `notes`: what is less than it could be."""

    claim: str
    sheet: str
    file: str
    lines: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def cases(self) -> int:
        """How many cases stand on it."""
        return len(self.lines)

    def to_json(self) -> dict[str, Any]:
        """What was sent, as plain JSON values."""
        return {
            "schema": "vendoreval/arbiter_sheet/1", "claim": self.claim, "sheet": self.sheet,
            "file": self.file, "lines": list(self.lines), "notes": list(self.notes),
        }  # fmt: skip


def send_to_arbiter(
    workspace: Workspace, claim_id: str, out: Path, *, lines: str = "", images: Path | None = None,
    payload: Path | None = None,
) -> Sent:  # fmt: skip
    """Write a sheet with a case for each escalated line, or for those that `lines` names.

    `images` is a folder with the items' pictures, `payload` a row file with what the arbiter shall see of them.
    The key, which answer is whose, stays in the workspace. Raises Conflict where no line is escalated.
    """
    stored = load_dispute(workspace, claim_id)
    chosen = numbers(stored, lines) if lines else stored.dispute.numbers(ESCALATED)
    if not chosen:
        raise Conflict(
            f"No line of claim {claim_id!r} is with the arbiter.",
            remedy=f"Send it there: vendoreval claim rule {claim_id} --line N --escalated --reason TEXT",
        )
    by_number = {line.number: line for line in stored.dispute.claim.lines}
    seen = shown(payload, tuple(dict.fromkeys(by_number[n].item for n in chosen))) if payload else {}
    sheet, cases = secret(6).hex(), shuffled(chosen, secret())
    blind = Blind(stored, show_vendor(workspace, stored.dispute.claim.vendor).name, seen, images)
    made = [blind.case(case, by_number[case.line]) for case in cases]
    data = arbiter_sheet(sheet, blind.guideline, made, out.suffix.lower())
    workspace.objects.put_bytes(data)
    key = workspace.objects.put_bytes(canonical(key_record(sheet, cases)))
    make_move(
        workspace, claim_id, "to_arbiter", lines=sorted(chosen), private_sha=key, sheet=sheet,
        cases=[{"case": case.number, "sealed": case.seal} for case in cases], file=sha256_hex(data),
        also=lambda *_: write_whole(out, data),  # killed now, another sheet can be written
    )  # fmt: skip
    return Sent(claim_id, sheet, str(out), tuple(sorted(chosen)), tuple(dict.fromkeys(blind.notes)))


def take_decisions(workspace: Workspace, claim_id: str, file: Path, *, by: str) -> Step:
    """Take an arbiter's sheet back, whole or in part, and rule as it says.

    Cases that were decided before are passed over.

    Raises UsageError without a name, InputError for a sheet of another claim, InvalidDocument with every cell
    that cannot be read, Conflict where nothing new is decided.
    """
    if not by.strip():
        raise UsageError("It is not said who decided.", remedy="Give the arbiter's name with --by.")
    stored = load_dispute(workspace, claim_id)
    sheet, read = read_decisions(file)
    cases = _key(workspace, stored, sheet, file)
    said = _new(stored, sheet, read, cases, file)
    rulings = [ruling_on(cases[one.case], one, by) for one in said]
    after = make_move(
        workspace, claim_id, "arbitrated", by=by, rulings=rulings, sheet=sheet,
        source=workspace.objects.put_bytes(read_bytes(file)),
        opened=[opened(cases[one.case], one) for one in said],
    )  # fmt: skip
    items = {line.number: line.item for line in stored.dispute.claim.lines}
    doubtful = dict.fromkeys(items[cases[one.case].line] for one in said if one.decision == NEITHER)
    return Step(stored, after, tuple(doubtful))


def _key(workspace: Workspace, stored: StoredDispute, sheet: str, file: Path) -> dict[int, Case]:
    for row, move in zip(stored.rows, stored.dispute.moves, strict=True):
        if move.kind == "to_arbiter" and move.told["sheet"] == sheet and row.private_sha:
            return key_cases(json.loads(workspace.objects.read(row.private_sha)))
    raise InputError(
        f"Sheet {sheet!r} was not written for claim {stored.dispute.claim.id!r}.", file=str(file),
        remedy="Look whether it belongs to another claim.",
    )  # fmt: skip


def _new(
    stored: StoredDispute, sheet: str, read: list[tuple[FilledRow, Decision]], cases: Mapping[int, Case],
    file: Path,
) -> list[Decision]:  # fmt: skip
    """The decisions on lines that are still the arbiter's; the buyer may have given in meanwhile."""
    before = {
        one["case"]: one["decision"]
        for move in stored.dispute.moves
        if move.kind == "arbitrated" and move.told["sheet"] == sheet
        for one in move.told["opened"]
    }
    problems: list[Problem] = []
    found = []
    for row, one in read:
        if one.case not in cases:
            problems.append(row.problem("case", f"{one.case} is no case of the sheet."))
        elif before.get(one.case, one.decision) != one.decision:
            problems.append(
                row.problem("decision", f"case {one.case} was decided otherwise: {before[one.case]}.")
            )
        elif stored.dispute.lines[cases[one.case].line].state == ESCALATED:
            found.append(one)
    if problems:
        raise InvalidDocument(file.name, tuple(problems))
    if not found:
        raise Conflict("Every case of the sheet was decided before.", remedy="Nothing was changed.")
    return found
