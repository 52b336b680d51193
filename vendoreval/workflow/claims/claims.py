"""Claims: drafting from a breached audit, issuing, showing. What follows an issued one stands in `disputes`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from vendoreval.audits.records import BREACHED
from vendoreval.claims.drafting import draft_claim as draft_from_result
from vendoreval.claims.drafting import issue
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.records import Claim, Followed
from vendoreval.errors import Conflict, NotFound
from vendoreval.evidence.canonical import canonical
from vendoreval.store.tables import ClaimRow, EventRow, ExposureRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import StoredAudit, load_audit
from vendoreval.workflow.claims.beside import claims_beside
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.deliveries.resubmitting import claims_before
from vendoreval.workflow.deliveries.reworks import failed_before


def draft_claim(workspace: Workspace, audit_id: str, claim_id: str | None = None) -> Claim:
    """Draft a claim from a breached audit and store it.

    Raises NotFound, Conflict when nothing is breached, the id is taken, or an earlier claim on the
    same defects is argued already.
    """
    stored = _claimable(workspace, audit_id)
    name = slug(claim_id or f"{audit_id}-claim"[:64], "claim")
    at = now()
    claim = _drafted(workspace, stored, name, at, claims_beside(workspace, stored).follows)
    with workspace.write(actor(), at) as tx:
        if tx.get(ClaimRow, (name, 1)):
            raise Conflict(f"There is a claim {name!r} already.", remedy="Give another id with --id.")
        sha = workspace.objects.put_bytes(canonical(claim.to_json()))
        tx.add(ClaimRow(id=name, version=1, audit_id=audit_id, state="draft", claim_sha=sha, drafted_at=at))
        told = {"audit": audit_id, "version": 1, "sha256": sha, "lines": len(claim.lines)}
        tx.event("claim.drafted", name, told, stored.row.delivery_id)
    return claim


def _drafted(
    workspace: Workspace, stored: StoredAudit, name: str, at: Any, beside: tuple[Followed, ...],
    supersedes: tuple[str, ...] = (),
) -> Claim:  # fmt: skip
    return draft_from_result(
        stored.contract, stored.result, stored.seen, claim_id=name, today=at.date(),
        received=stored.received.date(), supersedes=supersedes,
        failed_reworks=failed_before(workspace, stored.row.delivery_id),
        follows=(*claims_before(workspace, stored.row.delivery_id), *beside),
    )  # fmt: skip


def issue_claim(workspace: Workspace, claim_id: str) -> Claim:
    """Freeze a draft as version 1 and log it; raises NotFound, Conflict when issued already.

    Defects lead to one claim that stands, however often they are audited: this one takes the place of those
    issued on them before, and says so. The gold answers of its lines are revealed by it.
    """
    row = claim_row(workspace, claim_id)
    if row.state != "draft":
        raise Conflict(f"Claim {claim_id!r} was issued already.", remedy="An issued claim stays as it is.")
    stored = _claimable(workspace, row.audit_id)
    at = now()
    with workspace.write(actor(), at) as tx:
        if tx.require(ClaimRow, (claim_id, row.version), "claim").state != "draft":
            raise Conflict(f"Claim {claim_id!r} was issued already.")
        beside = claims_beside(workspace, stored)
        before = beside.replaced
        drafted = _drafted(workspace, stored, claim_id, row.drafted_at, beside.follows, before)
        claim = issue(drafted, stored.contract, at.date())
        sha = workspace.objects.put_bytes(canonical(claim.to_json()))
        for name in before:
            tx.update(tx.require(ClaimRow, (name, 1), "claim"), state="superseded")
        tx.update(row, state="issued", claim_sha=sha, issued_at=at)
        items = workspace.objects.put_bytes(canonical(sorted({line.item for line in claim.lines})))
        tx.add(
            ExposureRow(
                gold_id=stored.row.gold_id, vendor_id=claim.vendor, kind="revealed", items_sha=items, at=at
            )
        )  # fmt: skip
        told = {"audit": row.audit_id, "version": row.version, "sha256": sha, "supersedes": list(before)}
        rests = {"revision": stored.revision.number} if stored.revision else {}
        tx.event(
            "claim.issued", claim_id, {**told, **rests, "exposed": tx.sealed(items)}, stored.row.delivery_id
        )
    return claim


def _claimable(workspace: Workspace, audit_id: str) -> StoredAudit:
    """An audit as it was judged last; no claim rests on a breach that only amended gold shows."""
    stored = load_audit(workspace, audit_id)
    if stored.revision is not None:
        first = load_audit(workspace, audit_id, 0)
        before = {(f.clause, f.group) for f in first.result.findings if f.verdict == BREACHED}
        new = [f for f in stored.result.findings if f.verdict == BREACHED and (f.clause, f.group) not in before]
        if new:
            raise Conflict(
                f"Clause {new[0].clause!r} is breached only since gold was amended; a claim rests on gold as "
                "it stood before.",
                remedy="Commit the corrected gold as a new set and audit with that.",
            )
    return stored


def claim_audit(workspace: Workspace, claim_id: str) -> StoredAudit:
    """The audit below a claim, as it was judged when that was issued (a draft: last); raises NotFound."""
    row = claim_row(workspace, claim_id)
    with workspace.read() as reader:
        issued = reader.all(EventRow, kind="claim.issued", subject=claim_id)
    revision = int(json.loads(issued[-1].data).get("revision", 0)) if issued else None
    return load_audit(workspace, row.audit_id, revision)


def claim_rows(workspace: Workspace, claim_id: str) -> tuple[ClaimRow, ...]:
    """Every version of a claim, oldest first; raises NotFound."""
    with workspace.read() as reader:
        rows = reader.all(ClaimRow, id=claim_id)
        if not rows:
            raise NotFound("claim", claim_id, tuple({row.id for row in reader.all(ClaimRow)}))
        return rows


def claim_row(workspace: Workspace, claim_id: str) -> ClaimRow:
    """The newest version of a claim; raises NotFound."""
    return claim_rows(workspace, claim_id)[-1]


def load_claim(workspace: Workspace, claim_id: str, version: int = 0) -> tuple[Claim, StoredAudit]:
    """A version of a claim as it was frozen (0: the newest), with the audit it rests on; raises NotFound."""
    row = _version(workspace, claim_id, version)
    claim = claim_from_json(claim_record(workspace, claim_id, version))
    return replace(claim, state=row.state), claim_audit(workspace, claim_id)


def claim_record(workspace: Workspace, claim_id: str, version: int = 0) -> dict[str, Any]:
    """The stored record of a version (0: the newest), exactly as frozen; raises NotFound."""
    row = _version(workspace, claim_id, version)
    record: dict[str, Any] = json.loads(workspace.objects.read(row.claim_sha))
    return record


def _version(workspace: Workspace, claim_id: str, version: int) -> ClaimRow:
    rows = claim_rows(workspace, claim_id)
    if version > len(rows):
        known = tuple(str(row.version) for row in rows)
        raise NotFound("version", f"{version} of claim {claim_id}", known)
    return rows[version - 1]


def list_claims(workspace: Workspace) -> tuple[ClaimRow, ...]:
    """The newest version of every claim, oldest claim first."""
    with workspace.read() as reader:
        newest = {row.id: row for row in reader.all(ClaimRow)}
    return tuple(sorted(newest.values(), key=lambda row: (row.drafted_at, row.id)))
