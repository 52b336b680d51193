"""What is due: forms awaited, evidence and waivers that expire, claims and deliveries to answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from vendoreval.claims.deadlines import deadlines
from vendoreval.store.tables import DeliveryRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.claims import list_claims
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.claims.steps import settle_command
from vendoreval.workflow.context import now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.decisions import standing_of
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
    """Whose turn it is in each dispute, and the remedies that the newest version of its claim asks for now."""
    for row in list_claims(workspace):
        if row.state != "issued":
            continue
        found = load_dispute(workspace, row.id)
        for due, who, text in found.dispute.turns:
            yield Due(due, "claim", row.id, who, text, today)
        reworked = any(move.kind == "reworked" for move in found.dispute.moves)
        for demand in found.newest.asked_now:
            if demand.due and not (demand.kind == "rework" and reworked):
                what = f", {demand.amount}" if demand.amount else ""
                text = f"Fulfil the remedy {demand.remedy}{what}."
                yield Due(demand.due, "claim", row.id, "vendor", text, today)
        if found.dispute.stage == "decided":
            yield Due(today, "claim", row.id, "buyer", f"Settle it: {settle_command(found)}", today)


def _acceptance(workspace: Workspace, today: date) -> Iterable[Due]:
    """Deliveries that were neither accepted nor rejected, while the window runs or nobody answered."""
    with workspace.read() as reader:
        pilots = {row.id for row in reader.all(PilotRow)}
        rows = [row for row in reader.all(DeliveryRow) if row.id not in pilots]
    for row in rows:
        found = standing_of(workspace, row)
        if not found.waits or found.until is None:
            continue
        contract = load_contract(workspace, row.contract_id, row.contract_version)
        for entry in deadlines(contract, received=row.received_at.date()):
            text = f"{entry.text} vendoreval delivery accept {row.id} --reason WHY, or likewise reject."
            yield Due(entry.due, "acceptance", row.id, entry.who, text, today)


def _pilots(workspace: Workspace, today: date) -> Iterable[Due]:
    """Pilots that went out and were not judged yet."""
    with workspace.read() as reader:
        rows = reader.all(PilotRow)
    for row in rows:
        if row.judged_at is None:
            text = f"Send back the answers to the pilot, sent {row.sent_at:%Y-%m-%d}."
            yield Due(row.due, "pilot", row.id, "vendor", text, today)
