"""Ids of a delivery and ours: the buyer's crosswalk, and the ids that nearly match."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from vendoreval.errors import Conflict
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.intake.item_ids import ItemIds, read_crosswalk
from vendoreval.formats.intake.near_items import NearItems, delivered_ids, delivered_of, near_items
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.crosswalk import Crosswalk
from vendoreval.labels.near_ids import without_query
from vendoreval.labels.unsettled import unsettled_of
from vendoreval.safe_text import csv_bytes
from vendoreval.store.tables import DeliveryRow, GoldRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.golds import load_gold


def reading_of_ids(workspace: Workspace, contract_id: str, crosswalk: Path | None, cut: str) -> ItemIds:
    """How a delivery's ids are read. Raises InputError for a crosswalk that would give gold away to gold."""
    if crosswalk is None:
        return ItemIds(cut)
    found = read_crosswalk(crosswalk)
    with workspace.read() as reader:
        golds = [row.id for row in reader.all(GoldRow, contract_id=contract_id)]
    for gold in golds:
        refuse_for(found, load_gold(workspace, gold))
    return ItemIds(cut, found)


def refuse_for(crosswalk: Crosswalk, gold: GoldSet) -> None:
    """Raise InputError where the crosswalk gives an id of a gold set to another item."""
    crosswalk.refuse_ids_of(set(gold.item_ids), f"the gold set {gold.id!r}")


def kept_crosswalk(workspace: Workspace, file: Path, crosswalk: Crosswalk) -> dict[str, str]:
    """Store a crosswalk as it came and as it was read; returns both hashes for the intake report."""
    table = {"ours": dict(crosswalk.ours), "others": sorted(crosswalk.others)}
    return {
        "file": file.name,
        "sha256": workspace.objects.put_file(file),
        "table_sha256": workspace.objects.put_bytes(canonical(table)),
    }


def crosswalk_used(workspace: Workspace, intake: Mapping[str, Any]) -> Crosswalk:
    """The crosswalk under which a delivery was taken in; an empty one where there was none."""
    sha = ((intake.get("ids") or {}).get("crosswalk") or {}).get("table_sha256")
    if not sha:
        return Crosswalk({})
    table = json.loads(workspace.objects.read(sha))
    return Crosswalk(table["ours"], frozenset(table["others"]))


def near_gold(
    workspace: Workspace, delivery: DeliveryRow, gold: GoldSet, missing: Collection[str]
) -> NearItems:
    """Which of the `missing` gold items a delivery has under another spelling; it is read only for those.

    Raises InputError where the delivery's crosswalk turns one gold item into another; gold may be younger.
    """
    crosswalk = crosswalk_used(workspace, json.loads(workspace.objects.read(delivery.intake_sha)))
    refuse_for(crosswalk, gold)
    if not missing:
        return NearItems((), (), ())
    columns = delivered_ids(workspace.objects.path(delivery.table_sha))
    return near_items({*gold.item_ids, *crosswalk.others}, missing, columns)


def write_crosswalk(workspace: Workspace, delivery_id: str, out: Path, gold_id: str = "") -> dict[str, Any]:
    """Write a delivery's ids that are nearly those of gold, or of the items sent, for a person to read through.

    Raises NotFound, Conflict where nothing is nearly the same.
    """
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, delivery_id, "delivery")
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    ours = list(load_gold(workspace, gold_id).item_ids) if gold_id else _sent(workspace, intake)
    before = crosswalk_used(workspace, intake)
    table = workspace.objects.path(delivery.table_sha)
    there = delivered_of(ours, delivered_ids(table))
    missing = [item for item in ours if item not in there]
    found = near_items({*ours, *before.others}, missing, delivered_ids(table))
    if not found.pairs:
        raise Conflict(f"No id that is missing from {delivery_id!r} is nearly there. {found}")
    cut = any("--id-cut" in one.options for one in unsettled_of(intake))
    rows = [(without_query(one.delivered) if cut else one.delivered, one.ours) for one in found.pairs]
    rows = [*before.ours.items(), *((one, "") for one in sorted(before.others)), *rows]
    write_whole(out, csv_bytes(("delivered_id", "item_id"), rows))
    return {
        "schema": "vendoreval/crosswalk/1", "delivery": delivery_id, "gold": gold_id or None,
        "missing": len(found.missing), "pairs": len(found.pairs), "out": str(out),
        "examples": [str(pair) for pair in found.pairs[:5]],
    }  # fmt: skip


def _sent(workspace: Workspace, intake: Mapping[str, Any]) -> list[str]:
    if not intake.get("sent_items_sha256"):
        raise Conflict(
            "With which ids are those of the delivery to be compared?", remedy="Say it with --gold GOLD."
        )
    sent: list[str] = json.loads(workspace.objects.read(intake["sent_items_sha256"]))
    return sent
