"""What an audit of a rework leaves out: what earlier audits of the work looked at, or the vendor was shown.

A vendor that mends what was named and nothing else must not be judged on that.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from vendoreval.contracts.terms import Contract, Task
from vendoreval.engines.items import totals_on
from vendoreval.errors import Conflict
from vendoreval.gold.goldset import GoldSet
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.tasks.known import row_sizes
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.gold.burnt import met_items


def burnt_for(workspace: Workspace, contract: Contract, delivery: DeliveryRow) -> frozenset[str]:
    """The items on which a rework cannot be judged; none for a delivery that replaces no other."""
    if not delivery.rework_of:
        return frozenset()
    return met_items(workspace, contract.vendor, rework_of=delivery.rework_of, before=delivery.received_at)


def fresh_only(gold: GoldSet, burnt: Collection[str], delivery: DeliveryRow) -> GoldSet:
    """Gold without the `burnt` items; raises Conflict where nothing is left."""
    fresh = [item for item in gold.item_ids if item not in burnt]
    if len(fresh) == len(gold):
        return gold
    if not fresh:
        raise Conflict(
            f"No gold for the rework {delivery.id!r} is fresh: all {len(gold):,} items of {gold.id!r} were "
            f"audited in {delivery.rework_of!r} or a delivery behind it, or shown to the vendor.",
            remedy="Add gold for other items, or have experts label a sample of the others: vendoreval audit "
            f"tasks {delivery.id} --id {delivery.id[:58]}-fresh --out tasks.csv",
        )
    return gold.only(frozenset(fresh))


def left_out(
    workspace: Workspace, task: Task, delivery: DeliveryRow, burnt: frozenset[str], gold_items: int
) -> dict[str, int]:
    """What is left out of the audit: items of the delivery with their labels, and `gold_items` among them."""
    if not burnt:
        return {}
    found = totals_on(label_source(workspace, delivery), sorted(burnt), row_sizes(task))
    sent = json.loads(workspace.objects.read(delivery.intake_sha)).get("sent_items_sha256")
    if sent:
        listed = burnt & frozenset(json.loads(workspace.objects.read(sent)))
        found["items"] = max(len(listed), found.get("items", 0))
    return {**found, **({"gold": gold_items} if gold_items else {})}
