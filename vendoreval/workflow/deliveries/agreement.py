"""Agreement among a delivery's annotators, and its trend over a vendor's deliveries. No gold is needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.audits.agreement_plain import figures
from vendoreval.audits.agreement_record import (
    AgreementCounts,
    Alpha,
    Labels,
    agreement_found,
    alpha_change,
    alpha_of,
    columns_read,
    counted_agreement,
    rows_read,
)
from vendoreval.contracts.terms import Contract, Task
from vendoreval.engines.combinations import label_combinations
from vendoreval.engines.items import item_ids
from vendoreval.engines.partitions import Source
from vendoreval.engines.wanted import labels_on_items
from vendoreval.engines.whole import all_labels
from vendoreval.reports.agreement_sentences import agreement_sentences, change_sentence
from vendoreval.reports.unit_words import given_word
from vendoreval.store.tables import ContractRow, DeliveryRow, PilotRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.tasks.known import task_type
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.deliveries.partitioning import label_source

RESAMPLES = 2000


def agreement(
    workspace: Workspace, delivery_id: str, *, by: str = "", scale: str = "", resamples: int = RESAMPLES
) -> dict[str, Any]:
    """The record `vendoreval/agreement/1` of one delivery, over all of its items.

    `by` adds groups: class, day, guideline_version, annotator or point. `scale` is the contract's by default
    (ordinal for ordinal answers in the contract's order of classes, interval for numbers, else nominal);
    answers of many rows have none, but the distance of their type. Intervals come from `resamples` draws of
    items, seeded by the delivery's own hash. Raises NotFound, UsageError for an unknown group or scale,
    InputError where labels do not fit the scale.
    """
    row = delivery_row(workspace, delivery_id)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    intake = _intake(workspace, row)
    labels = _labels(label_source(workspace, row), contract.task, intake, by)
    found = agreement_found(
        labels, contract.task, intake, by=by, scale=scale, resamples=resamples, seed=int(row.table_sha[:8], 16)
    )
    return {
        "schema": "vendoreval/agreement/1",
        "delivery": row.id,
        "contract": row.contract_id,
        "vendor": contract.vendor,
        "received": row.received_at.date().isoformat(),
        "labels": row.rows,
        "unit": given_word(contract.task),
        "items": row.items,
        "annotators": row.annotators,
        **found.record,
        "sentences": agreement_sentences(found.coefficients, found.record),
    }


def agreement_trend(workspace: Workspace, vendor_id: str, *, scale: str = "") -> dict[str, Any]:
    """The record `vendoreval/agreement_trend/1`: alpha of all deliveries of a vendor, oldest first,
    pilots aside.

    The last delivery under each contract is held against those before. Raises NotFound, UsageError.
    """
    with workspace.read() as reader:
        reader.require(VendorRow, vendor_id, "vendor")
        contracts = {row.id for row in reader.all(ContractRow, vendor_id=vendor_id)}
        trials = {row.id for row in reader.all(PilotRow)}  # their items are chosen to be hard
        rows = [row for row in reader.all(DeliveryRow) if row.contract_id in contracts and row.id not in trials]
    rows.sort(key=lambda row: (row.received_at, row.id))
    found = [(row, delivery_alpha(workspace, row, scale)) for row in rows]
    changes = [_change(contract, found) for contract in sorted({row.contract_id for row in rows})]
    return {
        "schema": "vendoreval/agreement_trend/1",
        "vendor": vendor_id,
        "deliveries": [
            {
                "delivery": row.id, "contract": row.contract_id, "received": row.received_at.date().isoformat(),
                "items": row.items, "labels": row.rows, "scale": alpha.scale, "alpha": figures(alpha),
            }
            for row, alpha in found
        ],
        "changes": [one for one in changes if one],
    }  # fmt: skip


def delivery_agreement(workspace: Workspace, row: DeliveryRow, contract: Contract) -> AgreementCounts:
    """What clauses on agreement are judged from; raises InputError."""
    return agreement_of(label_source(workspace, row), contract, _intake(workspace, row))


def agreement_of(source: Source, contract: Contract, intake: Mapping[str, Any]) -> AgreementCounts:
    """The same of a delivery's canonical labels and its intake report; raises InputError."""
    return counted_agreement(_labels(source, contract.task, intake), contract.task, intake)


def delivery_alpha(workspace: Workspace, row: DeliveryRow, scale: str = "") -> Alpha:
    """Krippendorff's alpha of a delivery; raises InputError for labels that cannot be compared."""
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    intake = _intake(workspace, row)
    labels = _labels(label_source(workspace, row), contract.task, intake)
    return alpha_of(labels, contract.task, intake, scale)


def _labels(source: Source, task: Task, intake: Mapping[str, Any], by: str = "") -> Labels:
    """The tally of labels where it is enough, else all rows.

    Answers of many rows are read with their items' names, which give them an order of their own.
    """
    columns = columns_read(by, intake)
    if task_type(task.type).shape.many:
        return labels_on_items(source, item_ids(source))
    if rows_read(by, intake):
        return all_labels(source, columns)
    return label_combinations(source, task, intake, columns)


def _intake(workspace: Workspace, row: DeliveryRow) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(workspace.objects.read(row.intake_sha))
    return report


def _change(contract_id: str, found: Sequence[tuple[DeliveryRow, Alpha]]) -> dict[str, Any] | None:
    moved = alpha_change([alpha for row, alpha in found if row.contract_id == contract_id])
    if moved is None:
        return None
    return {"contract": contract_id, **vars(moved), "sentence": change_sentence(moved)}
