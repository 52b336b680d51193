"""Seeding: writing a vendor's task list with gold mixed in blind, and finding the items again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vendoreval.errors import Conflict, InputError
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.rows import open_rows, require
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.seeding import Row, seed
from vendoreval.numerals import share
from vendoreval.safe_text import csv_bytes
from vendoreval.store.tables import ContractRow, ExposureRow, GoldRow, SeedRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, secret, slug
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.golds import load_gold
from vendoreval.workflow.payload import hints


def seed_gold(
    workspace: Workspace, tasks: Path | str, gold_id: str, rate: str, out: Path | str, *, seeding_id: str = ""
) -> dict[str, Any]:
    """Write the vendor's task list to `out`; the key stays in the workspace. Returns the record.

    `rate` is gold's share of all tasks as text, such as "0.05". The task list has a column item_id and
    payload columns; gold must hold the same columns. Raises InputError, NotFound, Conflict.
    """
    name = slug(seeding_id or f"{gold_id}-seeding", "seeding")
    gold = load_gold(workspace, gold_id)
    rows = read_tasks(Path(tasks))
    columns = [column for column in rows[0] if column != "item_id"] if rows else []
    planted = _gold_rows(gold, columns)
    answers = {item: accepted[0] for item, accepted in zip(gold.item_ids, gold.accepted, strict=True)}
    guessed = hints(Path(tasks), {str(row["item_id"]): _payload(row) for row in planted}, answers)
    key = secret()
    made = seed(rows, planted, share(rate, "--rate"), key)
    listed = tasks_csv(made.rows)
    at = now()
    hidden = {"key": key.hex(), "items": dict(made.items), "gold": list(made.gold)}
    sent = sorted(made.items[task] for task in made.gold)
    with workspace.write(actor(), at) as tx:
        if tx.get(SeedRow, name):
            raise Conflict(f"There is a seeding {name!r} already.", remedy="Give another id with --id.")
        write_whole(Path(out), listed)  # killed now, it can be repeated; refused, nothing is left behind
        tasks_sha = workspace.objects.put_bytes(listed)
        key_sha = workspace.objects.put_bytes(canonical(hidden))
        shown = workspace.objects.put_bytes(canonical(sent))
        contract = tx.require(GoldRow, gold_id, "gold set").contract_id
        vendor = tx.all(ContractRow, id=contract)[-1].vendor_id
        tx.add(SeedRow(id=name, gold_id=gold_id, tasks_sha=tasks_sha, key_sha=key_sha, rate=rate, seeded_at=at))
        tx.add(ExposureRow(gold_id=gold_id, vendor_id=vendor, kind="seeded", items_sha=shown, at=at))
        told = {"tasks": tasks_sha, "key": key_sha, "exposed": shown}
        tx.event("gold.seeded", gold_id, {"seeding": name, **{k: tx.sealed(sha) for k, sha in told.items()}})
    return {
        "schema": "vendoreval/seeding/1", "seeding": name, "gold": gold_id, "rate": rate,
        "tasks": len(made.rows), "gold_items": len(made.gold), "tasks_sha256": tasks_sha,
        "notes": guessed,
    }  # fmt: skip


def _payload(row: Row) -> dict[str, str]:
    return {name: value or "" for name, value in row.items() if name != "item_id"}


def task_ids(workspace: Workspace, seeding_id: str) -> Mapping[str, str]:
    """The item that each opaque task id stands for; raises NotFound."""
    with workspace.read() as reader:
        row = reader.require(SeedRow, seeding_id, "seeding")
    found: dict[str, str] = json.loads(workspace.objects.read(row.key_sha))["items"]
    return found


def read_tasks(path: Path) -> list[Row]:
    """The rows of a task list, which has a column item_id; raises InputError with file and line."""
    file = open_rows(path)
    require(file, {"item_id": "item_id"})
    rows: list[Row] = []
    for batch in file.batches(file.names):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=path.name, line=refusal.line)
        values = zip(*(batch.columns[name].to_pylist() for name in file.names), strict=True)
        rows += [dict(zip(file.names, row, strict=True)) for row in values]
    return rows


def _gold_rows(gold: GoldSet, columns: list[str]) -> list[Row]:
    """The gold items with the tasks' payload columns, which are kept as provenance."""
    missing = [column for column in columns if column not in gold.provenance]
    if missing:
        raise InputError(
            f"The gold set {gold.id!r} has no column {missing[0]!r}, so its items would stand out.",
            remedy="Add the gold set with the columns that the task list has.",
        )
    payload = [gold.provenance[column].text() for column in columns]
    names = ("item_id", *columns)
    return [dict(zip(names, values, strict=True)) for values in zip(gold.item_ids, *payload, strict=True)]


def tasks_csv(rows: Sequence[Mapping[str, str | None]]) -> bytes:
    """A vendor's task list; cells that a spreadsheet would run are made harmless."""
    return csv_bytes(tuple(rows[0]), ([value or "" for value in row.values()] for row in rows))
