"""Vendors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vendoreval.errors import Conflict
from vendoreval.store.questionnaire_tables import FormRow
from vendoreval.store.tables import AuditRow, ContractRow, DeliveryRow, PilotRow, VendorRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.context import actor, now, slug


@dataclass(frozen=True)
class Sent:
    """A form that went out, and whether one came back since."""

    bank: str
    mode: str
    sent: date
    due: date
    answered: bool


@dataclass(frozen=True)
class Vendor:
    """A vendor as the workspace knows it, with the ids of its contracts and deliveries."""

    id: str
    name: str
    added_at: datetime
    contracts: tuple[str, ...] = ()
    deliveries: tuple[str, ...] = ()
    audits: tuple[tuple[str, str], ...] = ()  # (audit id, verdict), oldest first
    forms: tuple[Sent, ...] = ()
    pilots: tuple[tuple[str, bool], ...] = ()  # (pilot id, whether it was judged), oldest first

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/vendor/1",
            "vendor": self.id,
            "name": self.name,
            "added_at": self.added_at.isoformat(),
            "contracts": list(self.contracts),
            "deliveries": list(self.deliveries),
            "audits": [{"audit": audit, "verdict": verdict} for audit, verdict in self.audits],
            "forms": [
                {**vars(one), "sent": one.sent.isoformat(), "due": one.due.isoformat()} for one in self.forms
            ],
            "pilots": [{"pilot": pilot, "judged": judged} for pilot, judged in self.pilots],
        }


def add_vendor(workspace: Workspace, vendor_id: str, name: str) -> Vendor:
    """Add a vendor. Raises Conflict when the id is taken, UsageError when it is no slug."""
    at = now()
    row = VendorRow(id=slug(vendor_id, "vendor"), name=name.strip() or vendor_id, added_at=at)
    with workspace.write(actor(), at) as tx:
        if tx.get(VendorRow, vendor_id):
            raise Conflict(f"There is a vendor {vendor_id!r} already.", remedy="Choose another id.")
        tx.add(row)
        tx.event("vendor.added", vendor_id, {"name": name})
    return show_vendor(workspace, vendor_id)


def show_vendor(workspace: Workspace, vendor_id: str) -> Vendor:
    """One vendor; raises NotFound."""
    with workspace.read() as reader:
        row = reader.require(VendorRow, vendor_id, "vendor")
        contracts = sorted({c.id for c in reader.all(ContractRow, vendor_id=vendor_id)})
        deliveries = [d for c in contracts for d in reader.all(DeliveryRow, contract_id=c)]
        ran = [a for d in deliveries for a in reader.all(AuditRow, delivery_id=d.id)]
        audits = list(as_revised(reader, ran))
        audits.sort(key=lambda audit: (audit.ran_at, audit.id))
        pilots = [p for c in contracts for p in reader.all(PilotRow, contract_id=c)]
        pilots.sort(key=lambda pilot: (pilot.sent_at, pilot.id))
        tried = {pilot.id for pilot in pilots}  # a judged pilot is stored as a delivery, too
        return Vendor(
            row.id, row.name, row.added_at, tuple(contracts),
            tuple(d.id for d in deliveries if d.id not in tried),
            tuple((audit.id, audit.verdict) for audit in audits),
            _forms(reader, vendor_id),
            tuple((pilot.id, pilot.judged_at is not None) for pilot in pilots),
        )  # fmt: skip


def _forms(reader: Reader, vendor_id: str) -> tuple[Sent, ...]:
    """The forms that were sent, the last one of each bank and mode, oldest first."""
    last = {
        (row.questionnaire_id, row.questionnaire_version, row.mode): row
        for row in reader.all(FormRow, vendor_id=vendor_id)
    }
    if not last:
        return ()
    from vendoreval.workflow.questionnaires.answer_log import returned_forms  # reads questionnaires

    back = returned_forms(reader, vendor_id)
    return tuple(
        Sent(
            f"{row.questionnaire_id} {row.questionnaire_version}", row.mode, row.sent_at.date(), row.due,
            any(form.answers_to(row) for form in back),
        )
        for row in sorted(last.values(), key=lambda row: row.sent_at)
    )  # fmt: skip


def list_vendors(workspace: Workspace) -> tuple[Vendor, ...]:
    """All vendors by id."""
    with workspace.read() as reader:
        ids = sorted(row.id for row in reader.all(VendorRow))
    return tuple(show_vendor(workspace, vendor_id) for vendor_id in ids)
