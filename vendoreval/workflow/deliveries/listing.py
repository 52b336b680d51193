"""Deliveries that were taken in: looked up and listed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from vendoreval.contracts.business_days import business_days_between
from vendoreval.errors import UsageError
from vendoreval.store.tables import DeliveryRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.decisions import standing_of


def delivery_row(workspace: Workspace, delivery_id: str) -> DeliveryRow:
    """The stored row; raises NotFound."""
    with workspace.read() as reader:
        return reader.require(DeliveryRow, delivery_id, "delivery")


def production(workspace: Workspace, delivery_id: str) -> DeliveryRow:
    """A delivery that can be audited; raises NotFound, UsageError for a pilot, whose items are no sample."""
    with workspace.read() as reader:
        if reader.get(PilotRow, delivery_id):
            raise UsageError(
                f"{delivery_id!r} is a pilot, and was judged block by block.",
                remedy=f"See it with: vendoreval pilot show {delivery_id}",
            )
    return delivery_row(workspace, delivery_id)


def show_delivery(workspace: Workspace, delivery_id: str) -> dict[str, Any]:
    """A delivery's record; raises NotFound."""
    from vendoreval.workflow.deliveries.resubmitting import told_of_rework  # reads files, which others need not

    row = delivery_row(workspace, delivery_id)
    report = json.loads(workspace.objects.read(row.intake_sha))
    record = delivery_record(row, report, told_of_rework(workspace, row, report))
    found = standing_of(workspace, row)
    return {**record, "standing": {**found.to_json(), "text": found.text}}


def list_deliveries(workspace: Workspace) -> list[dict[str, Any]]:
    """All deliveries, oldest first."""
    with workspace.read() as reader:
        rows = sorted(reader.all(DeliveryRow), key=lambda row: (row.received_at, row.id))
    return [
        {
            "delivery": row.id, "contract": row.contract_id, "rows": row.rows, "items": row.items,
            "annotators": row.annotators, "received": row.received_at.date().isoformat(),
            "ordered": row.ordered.isoformat() if row.ordered else None, "rework_of": row.rework_of,
            "business_days": business_days(workspace, row), "standing": standing_of(workspace, row).state,
        }
        for row in rows
    ]  # fmt: skip


def business_days(workspace: Workspace, row: DeliveryRow) -> int | None:
    """Business days from order to receipt in the contract's calendar; None where no order is known."""
    if row.ordered is None:
        return None
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    return business_days_between(row.ordered, row.received_at.date(), contract.acceptance)


def delivery_record(
    row: DeliveryRow, report: Mapping[str, Any], rework: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The record `vendoreval/delivery/1`; `rework` is what is told of one."""
    return {
        "schema": "vendoreval/delivery/1",
        "delivery": row.id,
        "contract": row.contract_id,
        "contract_version": row.contract_version,
        "received_at": row.received_at.isoformat(),
        "ordered": row.ordered.isoformat() if row.ordered else None,
        "rework_of": row.rework_of,
        "manifest_sha256": row.manifest_sha,
        "labels_sha256": row.table_sha,
        "intake": report,
        **({"rework": dict(rework)} if rework else {}),
    }
