"""Which delivery is the rework of which."""

from __future__ import annotations

from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.deliveries.shared_files import siblings


def chain_of(workspace: Workspace, delivery_id: str) -> tuple[DeliveryRow, ...]:
    """The delivery and those that it replaces, the newest first; raises NotFound."""
    with workspace.read() as reader:
        found = [reader.require(DeliveryRow, delivery_id, "delivery")]
        while (before := found[-1].rework_of) and before not in {row.id for row in found}:
            found.append(reader.require(DeliveryRow, before, "delivery"))
    return tuple(found)


def readings_of(workspace: Workspace, delivery: DeliveryRow) -> tuple[DeliveryRow, ...]:
    """The delivery, and others of the same files that replace the same one: it was taken in more than once."""
    with workspace.read() as reader:
        alike = siblings(workspace, reader, delivery)
    return (delivery, *(row for row in alike if row.rework_of == delivery.rework_of))


def failed_before(workspace: Workspace, delivery_id: str) -> int:
    """So many rounds of rework have failed if this delivery is in breach: 0 for one that replaces none."""
    return len(chain_of(workspace, delivery_id)) - 1
