"""Writing a delivery's long table back as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vendoreval.errors import UsageError
from vendoreval.formats.writers.label_rows import FORMATS, write_items, write_labels
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.files import writing_whole


def export_delivery(
    workspace: Workspace, delivery_id: str, out: Path, fmt: str = "", items: Path | None = None
) -> dict[str, Any]:
    """Write the labels of a delivery to `out`, and to `items` who answered which item.

    The format is that of the file's ending, unless named. Raises NotFound, UsageError for another format.
    """
    chosen = fmt or out.suffix.lower().lstrip(".")
    if chosen not in FORMATS:
        raise UsageError(f"The format {chosen!r} is not written.", remedy="Say --format csv, jsonl or parquet.")
    table = workspace.objects.path(delivery_row(workspace, delivery_id).table_sha)
    with writing_whole(out) as file:
        rows = write_labels(table, file, chosen)
    record: dict[str, Any] = {
        "schema": "vendoreval/delivery-export/1", "delivery": delivery_id, "format": chosen, "rows": rows,
        "out": str(out), "sheets": None,
    }  # fmt: skip
    if items is not None:
        with writing_whole(items) as file:
            record["sheets"] = write_items(table, file)
    return record
