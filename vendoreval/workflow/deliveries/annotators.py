"""The people behind a delivery: how good each one is, who did not answer alone, and what the items are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vendoreval.audits.annotator_record import class_annotators, known_method
from vendoreval.audits.annotator_sheets import no_consensus, sheet_annotators
from vendoreval.contracts.terms import Contract
from vendoreval.engines.items import item_ids
from vendoreval.engines.wanted import labels_on_items
from vendoreval.gold.goldset import GoldSet
from vendoreval.reports.annotator_sentences import annotator_sentences
from vendoreval.store.tables import DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.tasks.known import task_type
from vendoreval.workflow.audits.active_samples import refuse_by_scores
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.gold_lint import exposures
from vendoreval.workflow.gold.golds import load_gold


def annotators(
    workspace: Workspace,
    delivery_id: str,
    *,
    gold_id: str = "",
    method: str = "dawid-skene",
    consensus: Path | None = None,
) -> dict[str, Any]:
    """The record `vendoreval/annotators/1` of one delivery.

    With a gold set: right labels by annotator, copied answers, recognised gold. Without: what Dawid &
    Skene's model makes of the labels alone, unless people answer so much alike that they may be copies of
    one another: then its figures are None, and `withheld` says why; it is not run for answers of many rows,
    either. `consensus` is a CSV file to write: item_id, label, confidence and number of labels, by `method`
    (dawid-skene, one-coin or majority). Raises NotFound, UsageError for an unknown method or a type without a
    consensus, InputError where there are no named annotators, Conflict for gold that scores chose.
    """
    known_method(method)
    row = delivery_row(workspace, delivery_id)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    if gold_id:
        refuse_by_scores(workspace, gold_id)
    gold = load_gold(workspace, gold_id) if gold_id else None
    found = _found(workspace, row, contract, gold, method, consensus)
    record = {
        "schema": "vendoreval/annotators/1",
        "delivery": row.id,
        "contract": row.contract_id,
        "vendor": contract.vendor,
        "gold": gold_id or None,
        "items": row.items,
        "labels": row.rows,
        **found,
    }
    return {**record, "sentences": annotator_sentences(record)}


def _found(
    workspace: Workspace, row: DeliveryRow, contract: Contract, gold: GoldSet | None, method: str,
    consensus: Path | None,
) -> dict[str, Any]:  # fmt: skip
    source = label_source(workspace, row)
    labels = labels_on_items(source, item_ids(source))
    met = _met(workspace, row, contract.vendor) if gold else frozenset()
    if task_type(contract.task.type).shape.many:
        if consensus is not None:
            raise no_consensus(contract.task)
        return sheet_annotators(labels, contract.task, gold, met, delivery=row.id)
    found = class_annotators(labels, contract.task, gold, met, method=method, delivery=row.id)
    if consensus is not None:
        write_whole(Path(consensus), found.consensus())
    return found.record


def _met(workspace: Workspace, row: DeliveryRow, vendor: str) -> frozenset[str]:
    """Gold items that the vendor met before this delivery; seeds are hidden."""
    earlier = exposures(workspace, vendor, row.received_at)
    return frozenset(item for one in earlier if one.kind != "seeded" for item in one.items)
