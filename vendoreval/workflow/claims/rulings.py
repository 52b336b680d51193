"""The buyer's rulings on what the vendor rebutted, the withdrawal of a claim, and its settlement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vendoreval.claims.moves import Move, Ruling
from vendoreval.claims.settling import settlement
from vendoreval.errors import Conflict, UsageError
from vendoreval.formats.forms.ruling_sheet import read_rulings, ruling_sheet
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute, make_move
from vendoreval.workflow.claims.steps import Step
from vendoreval.workflow.context import actor
from vendoreval.workflow.files import read_bytes, write_whole

Also = Callable[[Transaction, Move], None]


def rule(
    workspace: Workspace, claim_id: str, rulings: Sequence[Ruling], *, by: str = "", source: str = "",
    also: Also | None = None,
) -> Step:  # fmt: skip
    """Rule on lines of a claim; a rebuttal that succeeds keeps its reason code.

    `by` ruled where a ruling names nobody (default: the actor of the log); `source`: SHA-256 of the file that
    the rulings were read from; `also` writes what belongs to them into the same transaction, such as amended
    gold. Raises UsageError for a ruling without a reason, and as `make_move` does.
    """
    before = load_dispute(workspace, claim_id)
    if not rulings:
        raise UsageError("There is no ruling.", remedy="Name a line with --line, or a file with --from.")
    for one in rulings:
        if not one.why.strip():
            raise UsageError(f"The ruling on line {one.line} has no reason.", remedy="Give it with --reason.")
    person = by or actor()
    made = [replace(_with_code(before, one), by=one.by or person) for one in rulings]
    after = make_move(workspace, claim_id, "ruled", by=person, rulings=made, source=source, also=also)
    return Step(before, after)


def _with_code(before: StoredDispute, one: Ruling) -> Ruling:
    line = before.dispute.lines.get(one.line)
    said = line.position.reason if line and line.position and one.ruling == "withdrawn" else ""
    return replace(one, code=one.code or said)


def rule_from(workspace: Workspace, claim_id: str, file: Path, *, by: str = "") -> Step:
    """Rule on the lines of a filled sheet; rows without a ruling are left as they are.

    Raises InvalidDocument with every cell that cannot be read, and as `rule` does.
    """
    known = tuple(load_dispute(workspace, claim_id).dispute.lines)
    rulings = read_rulings(file, claim_id, known)
    source = workspace.objects.put_bytes(read_bytes(file))
    return rule(workspace, claim_id, rulings, by=by, source=source)


def write_ruling_sheet(workspace: Workspace, claim_id: str, out: Path) -> int:
    """Write a sheet with the vendor's positions, on which rulings are filled in; returns the lines on it."""
    dispute = load_dispute(workspace, claim_id).dispute
    data, lines = ruling_sheet(dispute, out.suffix.lower())
    write_whole(out, data)
    return lines


def withdraw(workspace: Workspace, claim_id: str, reason: str, *, by: str = "") -> Step:
    """Take a whole claim back; raises UsageError without a reason, and as `make_move` does."""
    if not reason.strip():
        raise UsageError("A claim is taken back for a reason.", remedy="Give it with --reason.")
    before = load_dispute(workspace, claim_id)
    return Step(before, make_move(workspace, claim_id, "withdrawn", by=by, reason=reason))


def settle(
    workspace: Workspace, claim_id: str, *, amount: str = "", how: str = "", reference: str = "",
    note: str = "", by: str = "",
) -> Step:  # fmt: skip
    """End a dispute with the sum that was agreed on; raises as `claims.settling.settlement` does."""
    before = load_dispute(workspace, claim_id)
    told: dict[str, Any] = {}
    if before.dispute.state == "issued":  # the move is refused otherwise
        told = settlement(before.newest, before.dispute, amount=amount, how=how, reference=reference, note=note)
    seen = len(before.rows)
    after = make_move(
        workspace, claim_id, "settled", by=by, also=lambda _, move: _nothing_between(move, seen), **told
    )
    return Step(before, after)


def _nothing_between(move: Move, seen: int) -> None:
    """The sum was checked against what the claim asked after so many moves."""
    if move.number != seen + 1:
        raise Conflict(f"Somebody else moved in claim {move.claim!r} meanwhile.", remedy="Look, and try again.")


def numbers(dispute: StoredDispute, text: str) -> tuple[int, ...]:
    """The lines that a text like `3-9,12` names; raises UsageError for another text or line."""
    known = dispute.dispute.lines
    found: dict[int, None] = {}
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        ends = (first, last if dash else first)
        if not all(end.isascii() and end.isdigit() and len(end) < 10 for end in ends):
            raise UsageError(f"{text!r} names no lines.", remedy="Write them like 3-9,12.")
        low, high = (int(end) for end in ends)
        for end in (low, high):
            if end not in known:
                raise UsageError(
                    f"Claim {dispute.dispute.claim.id!r} has no line {end}.",
                    remedy=f"It has {len(known):,} lines.",
                )
        found |= dict.fromkeys(number for number in known if low <= number <= high)
    if not found:
        raise UsageError(f"{text!r} names no lines.", remedy="Write the smaller number first, like 3-9.")
    return tuple(found)
