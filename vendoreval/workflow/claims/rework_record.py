"""How a vendor's reworks fared: what each was judged as, and how many passed in their first round."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vendoreval.claims.reworks import first_rounds
from vendoreval.store.tables import ClaimMoveRow, DeliveryRow
from vendoreval.store.workspace import Workspace


def rework_outcomes(workspace: Workspace) -> dict[str, str]:
    """passed, failed or undecided, by delivery: what the newest move about it says."""
    with workspace.read() as reader:
        rows = sorted(
            reader.all(ClaimMoveRow, kind="reworked"), key=lambda row: (row.at, row.claim_id, row.number)
        )
    told = [json.loads(workspace.objects.read(row.record_sha))["told"] for row in rows]
    return {str(one["delivery"]): str(one["verdict"]) for one in told if "delivery" in one and "verdict" in one}


def in_words(workspace: Workspace, deliveries: Sequence[DeliveryRow]) -> str:
    """How many reworks passed in the first round, and the most rounds; empty where none was judged."""
    before = {row.id: row.rework_of or "" for row in deliveries}
    return first_rounds(before, rework_outcomes(workspace))
