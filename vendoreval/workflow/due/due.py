"""What is due: forms awaited, evidence and waivers that expire, claims and deliveries to answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from vendoreval.claims.deadlines import deadlines
from vendoreval.store.tables import AuditRow, ClaimRow, DeliveryRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.context import now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.due.due_answers import of_answers
from vendoreval.workflow.due.due_entry import Due


def list_due(workspace: Workspace, days: int = 30) -> tuple[Due, ...]:
    """All that is overdue or falls due within `days`, earliest first."""
    today = now().date()
    found = [
        *of_answers(workspace, today),
        *_claims(workspace, today),
        *_acceptance(workspace, today),
        *_pilots(workspace, today),
    ]
    return tuple(sorted(one for one in found if (one.due - today).days <= days))


def _claims(workspace: Workspace, today: date) -> Iterable[Due]:
    """What the vendor owes on issued claims: an answer while there is none, and the remedies."""
    with workspace.read() as reader:
        latest = {row.id: row for row in reader.all(ClaimRow)}
        audits = {row.id: row for row in reader.all(AuditRow)}
    for row in latest.values():
        if row.issued_at is None:
            continue
        audit = audits[row.audit_id]
        contract = load_contract(workspace, audit.contract_id, audit.contract_version)
        record = json.loads(workspace.objects.read(row.claim_sha))
        remedies = tuple(demand["remedy"] for demand in record["demands"])
        for entry in deadlines(contract, issued=row.issued_at.date(), remedies=remedies):
            if entry.name != "answer" or row.state == "issued":
                yield Due(entry.due, "claim", row.id, entry.who, entry.text, today)


def _acceptance(workspace: Workspace, today: date) -> Iterable[Due]:
    """Acceptance windows of deliveries that were neither found to keep the contract nor claimed upon."""
    with workspace.read() as reader:
        audits, deliveries = as_revised(reader, reader.all(AuditRow)), reader.all(DeliveryRow)
        claimed = {row.audit_id for row in reader.all(ClaimRow) if row.issued_at is not None}
        pilots = {row.id for row in reader.all(PilotRow)}
    settled = pilots | {row.delivery_id for row in audits if row.verdict == "kept" or row.id in claimed}
    for row in deliveries:
        contract = load_contract(workspace, row.contract_id, row.contract_version)
        if row.id in settled:
            continue
        for entry in deadlines(contract, received=row.received_at.date()):
            yield Due(entry.due, "acceptance", row.id, entry.who, entry.text, today)


def _pilots(workspace: Workspace, today: date) -> Iterable[Due]:
    """Pilots that went out and were not judged yet."""
    with workspace.read() as reader:
        rows = reader.all(PilotRow)
    for row in rows:
        if row.judged_at is None:
            text = f"Send back the answers to the pilot, sent {row.sent_at:%Y-%m-%d}."
            yield Due(row.due, "pilot", row.id, "vendor", text, today)
