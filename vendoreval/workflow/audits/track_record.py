"""What earlier audits say about the next one: the vendor's inspection, and looks at a growing sample."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from vendoreval.audits.inspecting import Inspection, inspection_after, switches
from vendoreval.audits.looking import Look, Looked, judged_by_chance, looked
from vendoreval.audits.resubmitting import inspection_of_rework
from vendoreval.contracts.terms import Contract
from vendoreval.engines.items import items_among
from vendoreval.store.tables import AuditRow, DeliveryRow, ExposureRow, SampleAnswersRow, SampleRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.deliveries.shared_files import siblings


def inspections(workspace: Workspace, contract: Contract, delivery: DeliveryRow) -> dict[str, str]:
    """How each clause with switching inspects this delivery, after the contract's other deliveries.

    Only the first audit of a delivery counts, never one of a delivery that was judged before, nor one of a
    rework; a rework itself is inspected as `inspection_of_rework` says.
    """
    clauses = [clause for clause in contract.clauses if switches(clause)]
    if not clauses:
        return {}
    with workspace.read() as reader:
        ran = as_revised(reader, reader.all(AuditRow, contract_id=contract.id))
        again = {row.id for row in reader.all(DeliveryRow, contract_id=contract.id) if row.rework_of}
    rows = sorted(ran, key=lambda row: (row.ran_at, row.id))
    first = {row.delivery_id: row for row in reversed(rows)}
    before = [
        row for row in rows if first[row.delivery_id] is row and row.delivery_id not in {delivery.id, *again}
    ]
    history: dict[str, list[Inspection]] = {clause.id: [] for clause in clauses}
    for row in before:
        for finding in _findings(workspace, row):
            if finding["clause"] in history and finding.get("walk"):
                past = Inspection(finding["population"], finding["errors"], finding["verdict"])
                history[finding["clause"]].append(past)
    usual = {clause.id: inspection_after(clause, history[clause.id]) for clause in clauses}
    if not delivery.rework_of:
        return usual
    return {clause: inspection_of_rework(level) for clause, level in usual.items()}


def looked_before(
    workspace: Workspace, delivery: DeliveryRow, items: Collection[str], *, gold: str = "", sample: str = ""
) -> Looked:
    """What earlier audits of the delivery, or of its files, mean for one of `items` with `gold`.

    `sample`: they were drawn under this id.
    """
    with workspace.read() as reader:
        alike = {row.id: row for row in (delivery, *siblings(workspace, reader, delivery))}
        rows = sorted(
            (row for name in alike for row in reader.all(AuditRow, delivery_id=name)),
            key=lambda row: (row.ran_at, row.id),
        )
        used = {
            (row.gold_id, row.at): row.items_sha
            for gold in sorted({row.gold_id for row in rows})
            for row in reader.all(ExposureRow, gold_id=gold)
            if row.kind == "audited"
        }
        unfinished = [
            row
            for row in sorted(
                (row for name in alike for row in reader.all(SampleRow, delivery_id=name)),
                key=lambda row: row.drawn_at,
            )
            if row.closed_at is None and row.id != sample and reader.all(SampleAnswersRow, sample_id=row.id)
        ]
        samples = [found for row in rows if (found := reader.get(SampleRow, row.id))]
    read = workspace.objects.read
    chosen = {row.id for row in samples if json.loads(read(row.tasks_sha)).get("active")}
    audited = [frozenset(json.loads(read(used[row.gold_id, row.ran_at]))) for row in rows]
    drawn = [frozenset(item for _, item, _ in json.loads(read(row.tasks_sha))["tasks"]) for row in unfinished]
    here = _in_delivery(workspace, delivery, frozenset(items).union(*audited)) if audited else frozenset(items)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    clauses = frozenset(clause.id for clause in contract.clauses)
    looks = [
        Look(
            row.id, row.gold_id, row.verdict, mine, judged_by_chance(_findings(workspace, row)),
            by_scores=row.id in chosen,
        )
        for row, mine in zip(rows, audited, strict=True)
    ]  # fmt: skip
    looks += [Look(row.id, "", "open", mine, clauses) for row, mine in zip(unfinished, drawn, strict=True)]
    names = [row.delivery_id for row in rows] + [row.delivery_id for row in unfinished]
    earlier = [_seen_from(delivery, alike[name], look, here) for name, look in zip(names, looks, strict=True)]
    return looked(earlier, frozenset(items) & here, gold=gold, drawn=bool(sample))


def _seen_from(delivery: DeliveryRow, at: DeliveryRow, look: Look, here: frozenset[str]) -> Look:
    """A look as the delivery sees it: other labels than its own are another sample, whatever the items."""
    other = at.table_sha if at.table_sha != delivery.table_sha else ""
    items = look.items if other or look.verdict == "open" else look.items & here
    return replace(look, items=items, delivery=at.id if at is not delivery else "", labels=other)


def _findings(workspace: Workspace, row: AuditRow) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(workspace.objects.read(row.result_sha))["findings"]
    return found


def _in_delivery(workspace: Workspace, delivery: DeliveryRow, items: frozenset[str]) -> frozenset[str]:
    """Those of `items` that were sent, where a list says so, else those that were answered."""
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    if intake.get("sent_items_sha256"):
        return items.intersection(json.loads(workspace.objects.read(intake["sent_items_sha256"])))
    return items_among(label_source(workspace, delivery), items)
