"""The buyer's decisions on deliveries: accepted or rejected, with the reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from vendoreval.claims.decisions import ACCEPTED, Decision, Standing, check_decision, standing
from vendoreval.errors import UsageError
from vendoreval.store.tables import AuditRow, DecisionRow, DeliveryRow, PilotRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract


def decide(
    workspace: Workspace, delivery_id: str, decision: str, reason: str, *, by: str = "", on: date | None = None
) -> dict[str, Any]:
    """Record that a delivery is accepted or rejected; returns the record `vendoreval/decision/1`.

    `on`: the day on which it was said, where that is not today. Raises NotFound, UsageError for a pilot or a
    day that cannot be, Conflict for what cannot follow on an earlier decision.
    """
    at = now()
    with workspace.read() as reader:
        if reader.get(PilotRow, delivery_id):
            raise UsageError(f"{delivery_id!r} is a pilot: it is judged, not accepted.")
        row = reader.require(DeliveryRow, delivery_id, "delivery")
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    new = Decision(decision, on or at.date(), reason.strip(), by or actor(), at.date())
    received = row.received_at.date()
    with workspace.write(actor(), at) as tx:
        before = decisions_of(tx, delivery_id)
        check_decision(
            standing(contract, received, before, at.date()), new, received, at.date(), delivery_id
        )  # fmt: skip
        number = len(before) + 1
        tx.add(
            DecisionRow(
                delivery_id=delivery_id, number=number, decision=decision, reason=new.reason,
                decided=new.decided, person=new.person, at=at,
            )
        )  # fmt: skip
        told = {"number": number, **new.to_json()}
        tx.event(f"delivery.{decision}", delivery_id, told, delivery_id)
        breached = tuple(a.id for a in tx.all(AuditRow, delivery_id=delivery_id) if a.verdict == "breached")
    found = standing(contract, received, (*before, new), at.date())
    notes = [_late(found)] if found.timely is False else []
    if decision == ACCEPTED and breached:
        notes.append(
            f"Audit {', '.join(breached)} found a breach; whether a claim outlives this, the contract says."
        )
    return {
        "schema": "vendoreval/decision/1", "delivery": delivery_id, "decision": new.to_json(),
        "standing": found.to_json(), "text": found.text, "notes": notes,
    }  # fmt: skip


def _late(found: Standing) -> str:
    return f"The window to answer ended on {found.until}."


def decisions_of(reader: Reader, delivery_id: str) -> tuple[Decision, ...]:
    """The decisions on a delivery, oldest first."""
    rows = reader.all(DecisionRow, delivery_id=delivery_id)
    return tuple(Decision(row.decision, row.decided, row.reason, row.person, row.at.date()) for row in rows)


def standing_of(workspace: Workspace, row: DeliveryRow) -> Standing:
    """Where a delivery stands today."""
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    with workspace.read() as reader:
        known = decisions_of(reader, row.id)
    return standing(contract, row.received_at.date(), known, now().date())
