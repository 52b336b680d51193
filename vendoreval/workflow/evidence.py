"""Exporting a bundle from the workspace, and verifying one without it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vendoreval import __version__
from vendoreval.errors import EvidenceError, InputError
from vendoreval.evidence.bundle import SEAL, Contents, from_zip, seal, to_zip
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.evidence.verify import Verification, verify_bundle
from vendoreval.jsonfile import parse_json
from vendoreval.store.tables import ClaimRow, CommitmentRow, DeliveryRow, ExposureRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits import StoredAudit, load_audit
from vendoreval.workflow.claims import claim_record
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts import contract_row
from vendoreval.workflow.files import read_bytes, write_whole
from vendoreval.workflow.log_view import events_for_bundle
from vendoreval.workflow.own_delivery import check_own_delivery

_PROGRAM = f"vendoreval {__version__}"


def export_bundle(workspace: Workspace, audit_id: str, out: Path) -> str:
    """Write an audit's bundle to `out`; returns its SHA-256.

    The bundle reveals the gold answers of the audited items, and the log notes it.
    """
    stored = load_audit(workspace, audit_id)
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


def verify_file(path: Path, receipt: Path | None = None, delivered: Sequence[Path] = ()) -> Verification:
    """Verify a bundle file; needs no workspace. Raises EvidenceError naming the first misfit.

    `receipt`: the file that was sent when gold was committed; `delivered`: the vendor's own files.
    """
    files = from_zip(read_bytes(path, "memory"))
    try:
        found = verify_bundle(files, parse_json(read_bytes(receipt), receipt.name) if receipt else None)
    except EvidenceError as error:
        made_with = _made_with(files)
        if made_with == _PROGRAM:
            raise
        remedy = f"The bundle was made with {made_with}, this is {_PROGRAM}: verify it with the former."
        raise EvidenceError(error.what, remedy=remedy) from error
    if not delivered:
        return found
    return replace(found, checks=(*found.checks, check_own_delivery(files, delivered)))


def _made_with(files: Mapping[str, bytes]) -> str:
    """The program that a bundle names; this one where its seal says nothing that can be read."""
    try:
        return str(parse_json(files[SEAL], SEAL)["made_with"])
    except (InputError, KeyError, TypeError):
        return _PROGRAM


def _contents(workspace: Workspace, stored: StoredAudit) -> Contents:
    row, objects = stored.row, workspace.objects
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, row.delivery_id, "delivery")
        commitment = reader.get(CommitmentRow, row.gold_id)
        issued = [c for c in reader.all(ClaimRow, audit_id=row.id) if c.state == "issued"]
    contract = contract_row(workspace, row.contract_id, row.contract_version)
    result = json.loads(objects.read(row.result_sha))
    if result != json.loads(json.dumps(stored.result.to_json())):
        raise EvidenceError(
            f"The stored result of audit {row.id!r} is not what its outcomes give.",
            remedy="If an earlier version of vendoreval computed it, run the audit again under a new id.",
        )
    return Contents(
        audit=row.id,
        made_at=now().isoformat(),
        contract=objects.read(contract.source_sha),
        seen=stored.seen,
        result=result,
        manifest=json.loads(objects.read(delivery.manifest_sha)),
        intake=json.loads(objects.read(delivery.intake_sha)),
        commitment=json.loads(objects.read(commitment.receipt_sha)) if commitment else None,
        claim=claim_record(workspace, issued[-1].id) if issued else None,
        received=delivery.received_at.date().isoformat(),
        log=events_for_bundle(workspace, row.delivery_id),
        made_with=_PROGRAM,
    )
