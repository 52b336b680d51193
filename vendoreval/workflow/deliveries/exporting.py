"""Writing a delivery's labels back: as rows, or in the form of a tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vendoreval.errors import UsageError
from vendoreval.formats.writers.interface import Written
from vendoreval.formats.writers.known import format_of, writer
from vendoreval.formats.writers.label_rows import FORMATS, write_items, write_labels
from vendoreval.formats.writers.pictures import with_sizes
from vendoreval.formats.writers.table_tasks import setting_of, tasks_in
from vendoreval.labels.shapes import SHAPES
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.files import write_whole, writing_whole


def export_delivery(
    workspace: Workspace, delivery_id: str, out: Path, fmt: str = "", items: Path | None = None, *,
    annotator: str = "", images: Path | None = None, link: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Write the labels of a delivery to `out`, and to `items` who answered which item.

    The format is that of the file's ending, unless named. Of other formats than rows: `annotator` writes that
    person's answers alone, `images` is a folder that tells the sizes of pictures, `link` stands before their
    names in Label Studio. Raises NotFound, UsageError for another format, InputError for what is not known.
    """
    delivery = delivery_row(workspace, delivery_id)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    shape = SHAPES[contract.task.type]
    chosen = format_of(fmt, out.suffix.lower())
    form = writer(chosen or out.suffix.lower(), shape.name)
    table = workspace.objects.path(delivery.table_sha)
    record: dict[str, Any] = {
        "schema": "vendoreval/delivery-export/1", "delivery": delivery_id, "format": chosen, "out": str(out),
        "sheets": None,
    }  # fmt: skip
    if chosen in FORMATS and not annotator:
        with writing_whole(out) as file:
            record |= {"rows": write_labels(table, file, chosen), **told(Written(), out)}
    else:
        tasks = list(with_sizes(tasks_in(table, annotator=annotator), images))
        if annotator and not tasks:
            raise UsageError(
                f"Nobody is called {annotator!r} in delivery {delivery_id!r}.",
                remedy=f"Its people: vendoreval annotators show {delivery_id}",
            )
        setting = setting_of(tasks, shape, contract.task.classes, link)
        with writing_whole(out) as file:
            written = form.write(tasks, setting, file)
        record |= {"rows": written.rows, **told(written, out)}
    if items is not None:
        with writing_whole(items) as file:
            record["sheets"] = write_items(table, file)
    return record


def told(written: Written, out: Path) -> dict[str, Any]:
    """What a writer could not hold, and the files that it wants beside its own, which are written."""
    beside = {str(out.with_name(f"{out.stem}{end}")): data for end, data in written.beside.items()}
    for name, data in beside.items():
        write_whole(Path(name), data)
    return {"beside": sorted(beside), "lost": {word: n for word, n in sorted(written.lost.items()) if n}}
