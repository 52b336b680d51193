"""When a delivery was ordered and received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from vendoreval.errors import UsageError
from vendoreval.store.tables import AuditRow, ClaimRow, DeliveryRow, SeedRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace


@dataclass(frozen=True)
class Dates:
    """When a delivery was ordered and received, and the delivery that it replaces.

    Without `received` it is received now; the order of a rework is, unless named, the claim that asked for it.
    """

    ordered: date | None = None
    received: datetime | None = None
    rework_of: str = ""


def dates_of(dates: Dates, before: DeliveryRow | None) -> Dates:
    """What is stated, else what held when the same files came."""
    if before is None:
        return dates
    return Dates(
        dates.ordered or before.ordered, dates.received or before.received_at,
        dates.rework_of or before.rework_of or "",
    )  # fmt: skip


def settled_dates(workspace: Workspace, dates: Dates, seeding: str, contract_id: str, at: datetime) -> Dates:
    """The dates as they are recorded: in order, and completed by what is known already."""
    if dates.received and dates.received > at:
        raise UsageError("The delivery would have been received in the future.", remedy="Check --received.")
    ordered = dates.ordered
    with workspace.read() as reader:
        if seeding:
            ordered = ordered or reader.require(SeedRow, seeding, "seeding").seeded_at.date()
        if dates.rework_of:
            first = reader.require(DeliveryRow, dates.rework_of, "delivery")
            if first.contract_id != contract_id:
                raise UsageError(
                    f"Delivery {first.id!r} belongs to the contract {first.contract_id!r}.",
                    remedy="A delivery can only replace one of its own contract.",
                )
            ordered = ordered or _claimed_on(reader, first.id)
    received = (dates.received or at).date()
    if ordered and ordered > received:
        raise UsageError(
            f"The work was ordered on {ordered} and received on {received}.", remedy="Check both days."
        )
    return Dates(ordered, dates.received, dates.rework_of)


def _claimed_on(reader: Reader, delivery_id: str) -> date | None:
    """The day on which the latest claim on a delivery was issued."""
    audits = {row.id for row in reader.all(AuditRow, delivery_id=delivery_id)}
    issued = [row.issued_at for row in reader.all(ClaimRow) if row.audit_id in audits and row.issued_at]
    return max(issued).date() if issued else None
