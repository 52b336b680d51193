"""Burnt gold: items of which a vendor knows the answer, or that an audit of the same work used before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vendoreval.evidence.bundle import from_zip
from vendoreval.evidence.json_lines import read_lines
from vendoreval.evidence.sealed_input import GOLD, LABELS
from vendoreval.evidence.sealed_parts import SHEETS
from vendoreval.store.tables import AuditRow, ExposureRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.deliveries.reworks import chain_of, readings_of
from vendoreval.workflow.gold.gold_lint import exposures, vendor_of
from vendoreval.workflow.gold.golds import load_gold


@dataclass(frozen=True)
class GoldUse:
    """The items of a gold set by what a vendor met of them: every item is in one of the three sets.

    `burnt`: their answers were revealed to it, by a claim, a bundle or `gold reveal`; `audited`: an audit used
    them, and no answer was shown; `fresh`: the others, sent out blind or not at all.
    """

    burnt: frozenset[str]
    audited: frozenset[str]
    fresh: frozenset[str]

    def to_json(self) -> dict[str, int]:
        """How many items there are of each kind."""
        return {name: len(items) for name, items in vars(self).items()}


def gold_use(workspace: Workspace, gold_id: str, vendor_id: str = "") -> GoldUse:
    """What a vendor (default: that of the gold's contract) met of a gold set; raises NotFound."""
    items = frozenset(load_gold(workspace, gold_id).item_ids)
    vendor = vendor_id or vendor_of(workspace, gold_id)
    burnt = burnt_items(workspace, vendor, gold_id)
    with workspace.read() as reader:
        rows = reader.all(AuditRow, gold_id=gold_id)
    used = frozenset[str]().union(*(judged_items(workspace, row) for row in rows)) & items
    return GoldUse(burnt, used - burnt, items - burnt - used)


def burnt_items(
    workspace: Workspace, vendor_id: str, gold_id: str, *, rework_of: str = "", before: datetime | None = None
) -> frozenset[str]:
    """Items of a gold set that no longer tell good work from bad at this vendor.

    Their answers were revealed to it (earlier than `before`, if given), whatever gold set they stood in; for a
    rework of the delivery `rework_of`, the items of every audit of that one and of those that it replaces are
    burnt too (if they ran by `before`): whoever mends what an audit named mends those. Raises NotFound.
    """
    items = frozenset(load_gold(workspace, gold_id).item_ids)
    return met_items(workspace, vendor_id, rework_of=rework_of, before=before) & items


def met_items(
    workspace: Workspace, vendor_id: str, *, rework_of: str = "", before: datetime | None = None
) -> frozenset[str]:
    """Like `burnt_items`, of all gold sets and samples together; raises NotFound."""
    met = exposures(workspace, vendor_id, before)
    burnt = frozenset(item for one in met if one.kind == "revealed" for item in one.items)
    chain = chain_of(workspace, rework_of) if rework_of else ()
    for delivery in [reading for one in chain for reading in readings_of(workspace, one)]:
        with workspace.read() as reader:
            rows = reader.all(AuditRow, delivery_id=delivery.id)
        known = [row for row in rows if before is None or row.ran_at <= before]
        burnt = burnt.union(*(judged_items(workspace, row) for row in known))
    return burnt


def fresh_items(
    workspace: Workspace, vendor_id: str, gold_id: str, *, rework_of: str = "", before: datetime | None = None
) -> frozenset[str]:
    """The items of a gold set that are not burnt for this vendor (see `burnt_items`); raises NotFound."""
    items = frozenset(load_gold(workspace, gold_id).item_ids)
    return items - burnt_items(workspace, vendor_id, gold_id, rework_of=rework_of, before=before)


def judged_items(workspace: Workspace, row: AuditRow) -> frozenset[str]:
    """The gold items on which an audit judged the vendor: answered ones, and those known to have been sent."""
    files = from_zip(workspace.objects.read(row.outcomes_sha))
    if GOLD not in files:  # run by an earlier version: what it told the log
        return _exposed(workspace, row)
    if json.loads(files["frame.json"])["sent_known"]:
        return frozenset(_id(one["record"]) for one in read_lines(files[GOLD]))
    return frozenset(_id(one) for name in (LABELS, SHEETS) for one in read_lines(files.get(name, b"")))


def _exposed(workspace: Workspace, row: AuditRow) -> frozenset[str]:
    with workspace.read() as reader:
        rows = reader.all(ExposureRow, gold_id=row.gold_id, kind="audited")
    shas = [one.items_sha for one in rows if one.at == row.ran_at]
    return frozenset(item for sha in shas for item in json.loads(workspace.objects.read(sha)))


def _id(record: Mapping[str, Any]) -> str:
    return str(record["item_id"])
