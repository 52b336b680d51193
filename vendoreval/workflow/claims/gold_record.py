"""A gold set with what is known of its use: which items are fresh, and how it fared where it was challenged."""

from __future__ import annotations

from typing import Any

from vendoreval.claims.challenged import challenged
from vendoreval.store.tables import AuditRow, ClaimRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.gold.burnt import gold_use
from vendoreval.workflow.gold.golds import load_gold, show_gold


def gold_record(workspace: Workspace, gold_id: str) -> dict[str, Any]:
    """What is known of a gold set, without its answers; raises NotFound.

    `challenged` counts items whose answer a rebuttal or an arbiter put to the test, `overturned` those that
    fell: of answers that somebody doubted, so no rate of the whole set.
    """
    with workspace.read() as reader:
        audits = {row.id for row in reader.all(AuditRow, gold_id=gold_id)}
        claims = {row.id for row in reader.all(ClaimRow) if row.audit_id in audits and row.issued_at}
    amended = load_gold(workspace, gold_id).amended
    tried = challenged((load_dispute(workspace, name).dispute for name in sorted(claims)), amended)
    return {
        **show_gold(workspace, gold_id),
        **gold_use(workspace, gold_id).to_json(),
        "amended": len(amended),
        "challenged": len(tried.items),
        "overturned": len(tried.overturned),
    }
