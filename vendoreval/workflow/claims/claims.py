"""Claims: drafting from a breached audit, issuing, showing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from vendoreval.claims.drafting import draft_claim as draft_from_result
from vendoreval.claims.drafting import issue
from vendoreval.claims.records import Claim
from vendoreval.errors import Conflict, NotFound
from vendoreval.evidence.canonical import canonical
from vendoreval.store.tables import ClaimRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.audits import StoredAudit, load_audit
from vendoreval.workflow.context import actor, now, slug


def draft_claim(workspace: Workspace, audit_id: str, claim_id: str | None = None) -> Claim:
    """Draft a claim from a breached audit and store it.

    Raises NotFound, Conflict when nothing is breached or the id is taken.
    """
    stored = load_audit(workspace, audit_id)
    name = slug(claim_id or f"{audit_id}-claim"[:64], "claim")
    at = now()
    claim = _drafted(stored, name, at)
    with workspace.write(actor(), at) as tx:
        if tx.get(ClaimRow, (name, 1)):
            raise Conflict(f"There is a claim {name!r} already.", remedy="Give another id with --id.")
        sha = workspace.objects.put_bytes(canonical(claim.to_json()))
        tx.add(ClaimRow(id=name, version=1, audit_id=audit_id, state="draft", claim_sha=sha, drafted_at=at))
        told = {"audit": audit_id, "version": 1, "sha256": sha, "lines": len(claim.lines)}
        tx.event("claim.drafted", name, told, stored.row.delivery_id)
    return claim


def _drafted(stored: StoredAudit, name: str, at: Any, supersedes: tuple[str, ...] = ()) -> Claim:
    return draft_from_result(
        stored.contract, stored.result, stored.seen, claim_id=name, today=at.date(),
        received=stored.received.date(), supersedes=supersedes,
    )  # fmt: skip


def issue_claim(workspace: Workspace, claim_id: str) -> Claim:
    """Freeze a draft as version 1 and log it; raises NotFound, Conflict when issued already.

    An audit leads to one claim that stands: this one takes the place of those issued on it before, and says so.
    """
    row = claim_row(workspace, claim_id)
    if row.state != "draft":
        raise Conflict(f"Claim {claim_id!r} was issued already.", remedy="An issued claim stays as it is.")
    stored = load_audit(workspace, row.audit_id)
    at = now()
    with workspace.write(actor(), at) as tx:
        if tx.require(ClaimRow, (claim_id, row.version), "claim").state != "draft":
            raise Conflict(f"Claim {claim_id!r} was issued already.")
        standing = [one for one in tx.all(ClaimRow, audit_id=row.audit_id) if one.state == "issued"]
        before = tuple(one.id for one in standing)
        claim = issue(_drafted(stored, claim_id, row.drafted_at, before), stored.contract, at.date())
        sha = workspace.objects.put_bytes(canonical(claim.to_json()))
        for one in standing:
            tx.update(one, state="superseded")
        tx.update(row, state="issued", claim_sha=sha, issued_at=at)
        told = {"audit": row.audit_id, "version": row.version, "sha256": sha, "supersedes": list(before)}
        tx.event("claim.issued", claim_id, told, stored.row.delivery_id)
    return claim


def claim_row(workspace: Workspace, claim_id: str) -> ClaimRow:
    """The newest version of a claim; raises NotFound."""
    with workspace.read() as reader:
        rows = reader.all(ClaimRow, id=claim_id)
        if not rows:
            raise NotFound("claim", claim_id, tuple({row.id for row in reader.all(ClaimRow)}))
        return rows[-1]


def load_claim(workspace: Workspace, claim_id: str) -> tuple[Claim, StoredAudit]:
    """A claim as drafted or issued, with its audit; raises NotFound."""
    row = claim_row(workspace, claim_id)
    stored = load_audit(workspace, row.audit_id)
    before = tuple(claim_record(workspace, claim_id).get("supersedes", ()))
    claim = _drafted(stored, claim_id, row.drafted_at, before)
    if row.issued_at:
        claim = issue(claim, stored.contract, row.issued_at.date())
    return replace(claim, state=row.state), stored


def claim_record(workspace: Workspace, claim_id: str) -> dict[str, Any]:
    """The claim's stored record, exactly as frozen."""
    row = claim_row(workspace, claim_id)
    record: dict[str, Any] = json.loads(workspace.objects.read(row.claim_sha))
    return record


def list_claims(workspace: Workspace) -> tuple[ClaimRow, ...]:
    """All claims, oldest first."""
    with workspace.read() as reader:
        return tuple(sorted(reader.all(ClaimRow), key=lambda row: (row.drafted_at, row.id)))
