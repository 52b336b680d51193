"""What earlier audits say about the next one: the vendor's inspection, and looks at a growing sample."""

from __future__ import annotations

import json
from collections.abc import Collection

from vendoreval.audits.inspecting import Inspection, inspection_after, switches
from vendoreval.contracts.terms import Contract
from vendoreval.store.tables import AuditRow, ExposureRow
from vendoreval.store.workspace import Workspace


def inspections(workspace: Workspace, contract: Contract, delivery_id: str) -> dict[str, str]:
    """How each clause with switching inspects this delivery, after the contract's other deliveries.

    Only the first audit of a delivery counts, never one of a delivery that was judged before.
    """
    clauses = [clause for clause in contract.clauses if switches(clause)]
    if not clauses:
        return {}
    with workspace.read() as reader:
        rows = sorted(reader.all(AuditRow, contract_id=contract.id), key=lambda row: (row.ran_at, row.id))
    first = {row.delivery_id: row for row in reversed(rows)}
    before = [row for row in rows if first[row.delivery_id] is row and row.delivery_id != delivery_id]
    results = [json.loads(workspace.objects.read(row.result_sha)) for row in before]
    history: dict[str, list[Inspection]] = {clause.id: [] for clause in clauses}
    for result in results:
        for finding in result["findings"]:
            if finding["clause"] in history and finding.get("walk"):
                past = Inspection(finding["population"], finding["errors"], finding["verdict"])
                history[finding["clause"]].append(past)
    return {clause.id: inspection_after(clause, history[clause.id]) for clause in clauses}


def earlier_items(workspace: Workspace, delivery_id: str, items: Collection[str]) -> int:
    """The most items of an earlier audit of this delivery that were all among `items`, with more added.

    0 where no earlier audit looked at a beginning of this sample.
    """
    with workspace.read() as reader:
        earlier = reader.all(AuditRow, delivery_id=delivery_id)
        looks = {row.gold_id for row in earlier}
        exposures = [row for gold in sorted(looks) for row in reader.all(ExposureRow, gold_id=gold)]
    now, most = set(items), 0
    for row in exposures:
        if row.kind == "audited":
            seen = set(json.loads(workspace.objects.read(row.items_sha)))
            if seen < now:
                most = max(most, len(seen))
    return most
