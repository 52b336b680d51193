"""The dispute about an issued claim: its moves in the workspace, and one way to make another.

Whatever either side does is one move: it is checked against the state so far, stored as a record that names the
one before it, and where it changes what is asked, the next version of the claim is stored with it. The event of
the log, the move and the version appear together or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from vendoreval.claims.disputes import Dispute, follow, open_dispute
from vendoreval.claims.moves import Kind, Move, Position, Ruling, move_from_json
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.records import Claim
from vendoreval.claims.versions import NEW_VERSION, changes_anything, left_of
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict
from vendoreval.evidence.canonical import canonical
from vendoreval.store.tables import ClaimMoveRow, ClaimRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import StoredAudit
from vendoreval.workflow.claims.claims import claim_audit, claim_record, claim_rows
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract

_ENDS = {"withdrawn": "withdrawn", "settled": "settled"}  # moves after which a claim takes no other


@dataclass(frozen=True, eq=False)
class StoredDispute:
    """A dispute with its contract, every version of its claim as it was frozen, and its moves' rows."""

    dispute: Dispute
    contract: Contract
    versions: tuple[Claim, ...]
    rows: tuple[ClaimMoveRow, ...]
    workspace: Workspace

    @cached_property
    def audit(self) -> StoredAudit:
        """The audit that the claim rests on; it is judged again only where somebody asks for it."""
        return claim_audit(self.workspace, self.dispute.claim.id)

    @property
    def newest(self) -> Claim:
        """What the claim asks today, with today's state."""
        return replace(self.versions[-1], state=self.dispute.state)


def load_dispute(workspace: Workspace, claim_id: str) -> StoredDispute:
    """The dispute about a claim as of today; raises NotFound, Conflict for a draft."""
    rows = claim_rows(workspace, claim_id)
    if rows[0].issued_at is None:
        raise Conflict(
            f"Claim {claim_id!r} is a draft; nobody can answer it yet.",
            remedy=f"Issue it: vendoreval claim issue {claim_id}",
        )
    with workspace.read() as reader:
        moves = reader.all(ClaimMoveRow, claim_id=claim_id)
    versions = tuple(claim_from_json(claim_record(workspace, claim_id, row.version)) for row in rows)
    contract = load_contract(workspace, versions[0].contract, versions[0].contract_version)
    told = [move_from_json(json.loads(workspace.objects.read(row.record_sha))) for row in moves]
    dispute = open_dispute(versions[0], contract, told, now().date())
    if rows[-1].state == "superseded":
        dispute = replace(dispute, state="superseded")
    return StoredDispute(dispute, contract, versions, moves, workspace)


def make_move(
    workspace: Workspace,
    claim_id: str,
    kind: Kind,
    *,
    by: str = "",
    positions: Sequence[Position] = (),
    rulings: Sequence[Ruling] = (),
    lines: Sequence[int] = (),
    late: bool = False,
    source: str = "",
    private_sha: str | None = None,
    also: Callable[[Transaction, Move], None] | None = None,
    **told: Any,
) -> StoredDispute:
    """Make a move in the dispute about a claim and return where it stands then.

    `by` is the person who acts (default: the actor of the log); `also` writes what belongs to the move into the
    same transaction. Raises NotFound, Conflict for a move that may not be, UsageError for a wrong line.
    """
    before = load_dispute(workspace, claim_id)
    at = now()
    move = Move(
        claim_id, len(before.rows) + 1, kind, at, by or actor(), _last_sha(workspace, before, claim_id),
        tuple(positions), tuple(rulings), tuple(lines), late, source, told,
    )  # fmt: skip
    after = follow(before.dispute, before.contract, move)
    version = _next(before, after) if kind in NEW_VERSION else None
    with workspace.write(actor(), at) as tx:
        if len(tx.all(ClaimMoveRow, claim_id=claim_id)) != len(before.rows):
            raise Conflict(
                f"Somebody else moved in claim {claim_id!r} meanwhile.", remedy="Look, and try again."
            )
        if also:
            also(tx, move)
        _store(workspace, tx, before, move, version, private_sha)
    return load_dispute(workspace, claim_id)


def _next(before: StoredDispute, after: Dispute) -> Claim | None:
    """The version that the move leads to, if it says anything new."""
    audit = before.audit
    made = left_of(audit.contract, audit.seen, audit.result, before.versions[-1], after)
    return made if changes_anything(before.versions[-1], made) else None


def _store(
    workspace: Workspace, tx: Transaction, before: StoredDispute, move: Move, version: Claim | None,
    private_sha: str | None,
) -> None:  # fmt: skip
    sha = workspace.objects.put_bytes(canonical(move.to_json()))
    row = ClaimMoveRow(
        claim_id=move.claim, number=move.number, kind=move.kind, record_sha=sha, private_sha=private_sha,
        at=move.at,
    )  # fmt: skip
    tx.add(row)
    newest = tx.all(ClaimRow, id=move.claim)[-1]
    told: dict[str, Any] = {"number": move.number, "record": sha, "audit": newest.audit_id}
    if version is not None:
        told |= {"version": version.version, "sha256": _add_version(workspace, tx, newest, version)}
    elif move.kind in _ENDS:
        tx.update(newest, state=_ENDS[move.kind])
    tx.event(f"claim.{move.kind}", move.claim, told, before.dispute.claim.delivery)


def _add_version(workspace: Workspace, tx: Transaction, newest: ClaimRow, version: Claim) -> str:
    sha = workspace.objects.put_bytes(canonical(version.to_json()))
    tx.add(
        ClaimRow(
            id=version.id, version=version.version, audit_id=newest.audit_id, state="issued", claim_sha=sha,
            drafted_at=newest.drafted_at, issued_at=newest.issued_at,
        )
    )  # fmt: skip
    return sha


def _last_sha(workspace: Workspace, before: StoredDispute, claim_id: str) -> str:
    return before.rows[-1].record_sha if before.rows else claim_rows(workspace, claim_id)[0].claim_sha
