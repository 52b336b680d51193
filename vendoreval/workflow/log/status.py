"""What a workspace holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vendoreval.store.questionnaire_tables import FormRow
from vendoreval.store.rows import Row
from vendoreval.store.tables import AuditRow, ClaimRow, ContractRow, DeliveryRow, GoldRow, PilotRow, VendorRow
from vendoreval.store.workspace import Workspace

KINDS: dict[str, type[Row]] = {
    "vendors": VendorRow, "forms": FormRow, "pilots": PilotRow, "contracts": ContractRow,
    "gold_sets": GoldRow, "deliveries": DeliveryRow, "audits": AuditRow,
}  # fmt: skip


def unfinished(workspace: Workspace) -> list[str]:
    """A sentence on each long intake that was broken off, or is under way in another command."""
    found = []
    for folder in workspace.objects.stages():
        size = sum(file.stat().st_size for file in folder.iterdir())
        at = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        found.append(
            f"A long intake was broken off at {at:%Y-%m-%d %H:%M} UTC, with {size / 1e6:,.0f} MB of rows "
            "kept. Its command, typed again, goes on there; after a week they are cleared away."
        )
    return found


def survey(workspace: Workspace) -> dict[str, Any]:
    """Counts by kind and the log's last hash; raises EvidenceError when the log's chain is broken."""
    with workspace.read() as reader:
        counts = {kind: len(reader.all(row)) for kind, row in KINDS.items()}
        counts["claims"] = len({row.id for row in reader.all(ClaimRow)})  # whose versions are no claims
    return {
        "schema": "vendoreval/status/1",
        "workspace": str(workspace.root),
        **counts,
        "events": len(workspace.events()),
        "log_hash": workspace.verify_log(),
    }
