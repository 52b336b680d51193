"""Rework on its way back to the vendor: the defective items alone, with what was delivered and why it is wrong.

No gold answer stands in it: what is missing is told without its place and its label.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vendoreval.claims.records import ClaimLine
from vendoreval.claims.rework_words import Reason, reason_of, remarks_on
from vendoreval.errors import Conflict
from vendoreval.formats.writers.interface import Answer, Task
from vendoreval.formats.writers.known import format_of, writer
from vendoreval.formats.writers.pictures import with_sizes
from vendoreval.formats.writers.table_tasks import setting_of, tasks_in
from vendoreval.labels.shapes import SHAPES
from vendoreval.safe_text import csv_bytes
from vendoreval.store.tables import DeliveryRow, SeedRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.deliveries.exporting import told
from vendoreval.workflow.deliveries.listing import production
from vendoreval.workflow.files import sha256_of, writing_whole
from vendoreval.workflow.gold.payload import shown

_REASONS = ("line", "item_id", "annotator_id", "wrong", "clause", "guideline")


def write_rework(
    workspace: Workspace, claim_id: str, out: Path, fmt: str = "", *, annotator: str = "",
    images: Path | None = None, link: str = "", payload: Path | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write the items of a claim's standing lines to `out` with the answers that are wrong; returns the record.

    A file of reasons is written beside it. `annotator`: only what this person has to mend; `images`, `link` as
    for an export; `payload` is a row file with item_id and what people shall see, by default what the tasks
    showed that gold was mixed into. Raises NotFound, Conflict for a claim that does not stand or of which no
    line is left, UsageError for a format that cannot hold it, InputError for what is not known.
    """
    stored = load_dispute(workspace, claim_id)
    if stored.dispute.state != "issued":
        raise Conflict(f"Claim {claim_id!r} is {stored.dispute.state}; no rework is asked for.")
    lines = [one for one in stored.newest.lines if not annotator or one.annotator == annotator]
    if not lines:
        whose = f" for {annotator!r}" if annotator else ""
        raise Conflict(f"No line of claim {claim_id!r} is left{whose}.")
    shape = SHAPES[stored.contract.task.type]
    chosen = format_of(fmt, out.suffix.lower())
    form = writer(chosen or out.suffix.lower(), shape.name)
    delivery = production(workspace, stored.newest.delivery)
    reasons = [reason_of(line, stored.audit.seen, stored.contract) for line in lines]
    tasks = list(with_sizes(_tasks(workspace, delivery, reasons, payload), images))
    with writing_whole(out) as file:
        written = form.write(tasks, setting_of(tasks, shape, stored.contract.task.classes, link), file)
    written.beside["-reasons.csv"] = csv_bytes(_REASONS, map(_row, reasons))
    return {
        "schema": "vendoreval/claim-tasks/1", "claim": claim_id, "version": stored.newest.version,
        "delivery": delivery.id, "format": chosen, "out": str(out), "tasks": len(tasks), "lines": len(lines),
        "rows": written.rows, "contract": stored.contract.id, "file_sha256": sha256_of(out),
        **told(written, out),
    }  # fmt: skip


def _row(reason: Reason) -> Sequence[str]:
    line = reason.line
    return (
        str(line.number), line.shown, line.annotator or "", reason.wrong, reason.clause, reason.guideline
    )  # fmt: skip


def _tasks(
    workspace: Workspace, delivery: DeliveryRow, reasons: Sequence[Reason], payload: Path | None
) -> Iterator[Task]:
    """The items in the order of the lines, each under the id by which the vendor knows it."""
    by_item: dict[str, list[Reason]] = {}
    for reason in reasons:
        by_item.setdefault(reason.line.item, []).append(reason)
    names = {item: own[0].line.task for item, own in by_item.items()}
    beside = shown(payload, list(by_item)) if payload else _shown_before(workspace, delivery, names)
    table = workspace.objects.path(delivery.table_sha)
    delivered = {task.item: task for task in tasks_in(table, by_item)}
    for item, own in by_item.items():
        task = delivered.get(item, Task(item))
        answers = _wrong_ones(task.answers, [reason.line for reason in own])
        yield replace(
            task, item=names[item] or item, opaque=names[item] is not None, answers=answers,
            shown=beside.get(item, {}), remarks=remarks_on(own),
        )  # fmt: skip


def _wrong_ones(answers: Sequence[Answer], lines: Sequence[ClaimLine]) -> list[Answer]:
    """The answers of those whom the lines name; of all, where one names nobody (a consensus, say)."""
    people = {line.annotator for line in lines}
    return [answer for answer in answers if None in people or answer.annotator in people]


def _shown_before(
    workspace: Workspace, delivery: DeliveryRow, names: Mapping[str, str | None]
) -> dict[str, dict[str, str]]:
    """What the vendor's task list showed of each item, where gold was mixed into one."""
    seeding = json.loads(workspace.objects.read(delivery.intake_sha)).get("seeding")
    if not seeding:
        return {}
    with workspace.read() as reader:
        row = reader.require(SeedRow, seeding, "seeding")
    listed = csv.DictReader(io.StringIO(workspace.objects.read(row.tasks_sha).decode(), newline=""))
    rows = {one.pop("task_id"): one for one in listed}
    return {item: rows[task] for item, task in names.items() if task in rows}
