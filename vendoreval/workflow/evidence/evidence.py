"""Exporting a bundle from the workspace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.errors import Conflict, EvidenceError
from vendoreval.evidence.bundle import Contents, seal, to_zip
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.store.tables import (
    AuditRow,
    ClaimMoveRow,
    ClaimRow,
    DeliveryRow,
    ExposureRow,
    GoldAmendmentRow,
    SampleRow,
    SeedRow,
)
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.frozen_scores import frozen_files
from vendoreval.workflow.audits.revisions import revision_of
from vendoreval.workflow.audits.stored_audit import StoredAudit, load_audit
from vendoreval.workflow.audits.stored_samples import load_sample
from vendoreval.workflow.claims.claims import claim_audit, claim_record
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import contract_row
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.golds import opened
from vendoreval.workflow.gold.receipts import receipts_of
from vendoreval.workflow.gold.seedings import opened_seeding
from vendoreval.workflow.log.log_view import events_for_bundle

_PROGRAM = f"vendoreval {__version__}"


def audit_of(workspace: Workspace, name: str) -> str:
    """The audit of that id, or the one that the standing claim of that id rests on.

    Raises NotFound, Conflict for a claim that no bundle holds: a draft, or one that was superseded.
    """
    with workspace.read() as reader:
        rows = reader.all(ClaimRow, id=name)
        if reader.get(AuditRow, name) or not rows:
            return reader.require(AuditRow, name, "audit").id
    audit = rows[-1].audit_id
    if name not in {one.id for one in _standing(workspace, audit)}:
        raise Conflict(
            f"Claim {name!r} is {rows[-1].state}; a bundle holds the issued claim that stands.",
            remedy=f"Export its audit: vendoreval evidence export {audit}",
        )
    return audit


def export_bundle(workspace: Workspace, audit_id: str, out: Path) -> str:
    """Write an audit's bundle to `out`; returns its SHA-256.

    The bundle opens the gold of the audited items, and the log notes it. Raises NotFound, and Conflict for an
    audit that an earlier version ran, whose gold and labels were not kept apart.
    """
    stored = _below(workspace, audit_id)
    if stored.seen.gold is None:
        raise Conflict(
            f"Audit {audit_id!r} was run by an earlier version, which did not keep gold and labels apart.",
            remedy="Run it again under a new id and export that one.",
        )
    data = to_zip(seal(_contents(workspace, stored)))
    write_whole(out, data)
    sha, at = sha256_hex(data), now()
    items = workspace.objects.put_bytes(json.dumps(sorted(stored.seen.units.item.values)).encode())
    with workspace.write(actor(), at) as tx:
        tx.add(
            ExposureRow(
                gold_id=stored.row.gold_id, vendor_id=stored.contract.vendor, kind="revealed",
                items_sha=items, at=at,
            )
        )  # fmt: skip
        told = {"sha256": sha, "exposed": tx.sealed(items)}
        tx.event("evidence.exported", audit_id, told, stored.row.delivery_id)
    return sha


def _below(workspace: Workspace, audit_id: str) -> StoredAudit:
    """The audit as the claim that stands on it was issued upon it; without one, as it was judged last."""
    standing = _standing(workspace, audit_id)
    return claim_audit(workspace, standing[0].id) if standing else load_audit(workspace, audit_id)


def _contents(workspace: Workspace, stored: StoredAudit) -> Contents:
    row, objects = stored.row, workspace.objects
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, row.delivery_id, "delivery")
    standing = _standing(workspace, row.id)
    contract = contract_row(workspace, row.contract_id, row.contract_version)
    result = json.loads(objects.read(stored.result_sha))
    if canonical(result) != canonical(stored.judged().to_json()):
        raise EvidenceError(
            f"The stored result of audit {row.id!r} is not what its gold and labels give.",
            remedy="If an earlier version of vendoreval computed it, run the audit again under a new id.",
        )
    intake = json.loads(objects.read(delivery.intake_sha))
    drawn = _draw(workspace, row.id)
    places, proof = opened(workspace, row.gold_id, frozenset(stored.seen.units.item.values))
    return Contents(
        audit=row.id,
        made_at=now().isoformat(),
        contract=objects.read(contract.source_sha),
        seen=stored.seen,
        result=result,
        manifest=json.loads(objects.read(delivery.manifest_sha)),
        intake=intake,
        claim=claim_record(workspace, standing[0].id, 1) if standing else None,
        received=delivery.received_at.date().isoformat(),
        log=events_for_bundle(workspace, row.delivery_id),
        made_with=_PROGRAM,
        receipts=receipts_of(workspace, row.contract_id),
        places=places,
        proof=proof,
        moves=_moves(workspace, standing[0].id) if standing else (),
        amendments=_amendments(workspace, stored),
        revised=_revised(workspace, stored),
        versions=[claim_record(workspace, one.id, one.version) for one in standing[1:]],
        seeding=_seeding(workspace, intake, row.gold_id) if drawn is None else None,
        draw=drawn,
        frozen=frozen_files(workspace, row.id) if drawn and "scores" in drawn else {},
    )


def _standing(workspace: Workspace, audit_id: str) -> list[ClaimRow]:
    """The versions of the claim that stands on an audit, oldest first; none where none was issued."""
    with workspace.read() as reader:
        rows = reader.all(ClaimRow, audit_id=audit_id)
    return [one for one in rows if one.issued_at and one.state != "superseded"]


def _moves(workspace: Workspace, claim_id: str) -> list[dict[str, Any]]:
    with workspace.read() as reader:
        rows = reader.all(ClaimMoveRow, claim_id=claim_id)
    return [json.loads(workspace.objects.read(row.record_sha)) for row in rows]


def _amendments(workspace: Workspace, stored: StoredAudit) -> list[dict[str, Any]]:
    """The amendments of the gold items that were judged, in their order."""
    with workspace.read() as reader:
        rows = reader.all(GoldAmendmentRow, gold_id=stored.row.gold_id)
    judged = set(stored.seen.units.item.values)
    records = (json.loads(workspace.objects.read(row.record_sha)) for row in rows)
    return [one for one in records if one["item_id"] in judged]


def _revised(workspace: Workspace, stored: StoredAudit) -> dict[str, Any] | None:
    """The newest result, where the audit was judged again after this judgement."""
    with workspace.read() as reader:
        newest = revision_of(reader, stored.row.id)
    if newest is None or stored.result_sha == newest.result_sha:
        return None
    record: dict[str, Any] = json.loads(workspace.objects.read(newest.result_sha))
    return record


def _seeding(workspace: Workspace, intake: Mapping[str, Any], gold_id: str) -> dict[str, Any] | None:
    """What opens the seeding of this gold; None where other parts of the list are still to come."""
    name = intake.get("seeding")
    if not name or intake.get("part_of_seeding"):
        return None
    with workspace.read() as reader:
        planted = reader.require(SeedRow, name, "seeding").gold_id
    return opened_seeding(workspace, name) if planted == gold_id else None


def _draw(workspace: Workspace, audit_id: str) -> dict[str, Any] | None:
    """Where the seed of a sample comes from; None for audits on a gold set."""
    with workspace.read() as reader:
        sampled = reader.get(SampleRow, audit_id)
    return dict(load_sample(workspace, audit_id).draw) if sampled else None
