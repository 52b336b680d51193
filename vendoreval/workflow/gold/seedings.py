"""Seeding: writing a vendor's task list with gold mixed in blind, and finding the items again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, InputError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.evidence.commitments import payload_hash, seeding_root
from vendoreval.formats.readers.rows import RowFile, open_rows, require
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.seeding import Row, Seeded, seed
from vendoreval.numerals import share
from vendoreval.safe_text import neutralise
from vendoreval.store.tables import ExposureRow, GoldRow, SeedRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, secret, slug
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.task_files import Going, list_bytes, pack_pictures, write_tasks
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.golds import committed_leaves, load_gold
from vendoreval.workflow.gold.payload import hints
from vendoreval.workflow.gold.receipts import add_receipt, told


def seed_gold(
    workspace: Workspace, tasks: Path | str, gold_id: str, rate: str, out: Path | str, *, seeding_id: str = "",
    receipt: Path | None = None, going: Going | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Write the vendor's task list to `out`, and the receipt of its gold to `receipt`; returns the record.

    The receipt (default: beside the list) commits to which tasks are gold; the keys stay in the workspace. It
    is about the list as rows: of another format (`going`), it is written beside `out`.

    `rate` is gold's share of all tasks as text, such as "0.05". The task list has a column item_id and
    payload columns; gold must hold the same columns. Raises InputError, NotFound, Conflict.
    """
    name = slug(seeding_id or f"{gold_id}-seeding", "seeding")
    gold = load_gold(workspace, gold_id)
    rows = read_tasks(Path(tasks))
    columns = [column for column in rows[0] if column != "item_id"] if rows else []
    planted = _gold_rows(gold, columns)
    payloads = {str(row["item_id"]): _payload(row) for row in planted}
    guessed = hints(Path(tasks), payloads, gold.answer_texts)
    key = secret()
    how = going or Going()
    contract = load_contract(workspace, _contract_of(workspace, gold_id))
    endings = how.endings({str(row["item_id"]): _payload(row) for row in (*rows, *planted)})
    made = seed(rows, planted, share(rate, "--rate"), key, endings)
    listed = list_bytes(made.rows)
    at, opens = now(), secret()
    leaves = _leaves(made, committed_leaves(workspace, gold_id))
    hidden = {
        "key": key.hex(),
        "items": dict(made.items),
        "gold": list(made.gold),
        "opens": opens.hex(),
        "leaves": leaves,
    }
    root = seeding_root(leaves, len(made.rows), opens)
    tasks_sha256 = sha256_hex(listed)
    beside = receipt or Path(out).with_name(f"{Path(out).stem}-receipt.json")
    sent = sorted(made.items[task] for task in made.gold)
    with workspace.write(actor(), at) as tx:
        if tx.get(SeedRow, name):
            raise Conflict(f"There is a seeding {name!r} already.", remedy="Give another id with --id.")
        # Killed now, it can be repeated; refused, nothing is left behind.
        sent_files = _write(Path(out), listed, made, contract, how)
        shown_receipt = add_receipt(
            workspace, tx, "seeding", name, beside, contract=contract.id, at=at, seeding=name,
            gold=gold_id, tasks=len(made.rows), tasks_sha256=tasks_sha256, root=root,
        )  # fmt: skip
        tasks_sha = workspace.objects.put_bytes(listed)
        key_sha = workspace.objects.put_bytes(canonical(hidden))
        shown = workspace.objects.put_bytes(canonical(sent))
        vendor = contract.vendor
        tx.add(SeedRow(id=name, gold_id=gold_id, tasks_sha=tasks_sha, key_sha=key_sha, rate=rate, seeded_at=at))
        tx.add(ExposureRow(gold_id=gold_id, vendor_id=vendor, kind="seeded", items_sha=shown, at=at))
        hidden_away = {"tasks": tasks_sha, "key": key_sha, "exposed": shown}
        said = {"seeding": name, **{k: tx.sealed(sha) for k, sha in hidden_away.items()}, **told(shown_receipt)}
        tx.event("gold.seeded", gold_id, said)
    return {
        "schema": "vendoreval/seeding/1", "seeding": name, "gold": gold_id, "rate": rate,
        "tasks": len(made.rows), "gold_items": len(made.gold), "tasks_sha256": tasks_sha256,
        "notes": guessed, "receipt": str(beside), "number": shown_receipt["number"],
        **({"beside": list(sent_files)} if sent_files else {}),
    }  # fmt: skip


def _write(out: Path, listed: bytes, made: Seeded, contract: Contract, going: Going) -> tuple[str, ...]:
    """Write the list as rows, or in the form of a tool; returns the files beside `out`."""
    if going.fmt in ("", "csv") and going.images is None:
        write_whole(out, listed)
        return ()
    plain = [{name: value or "" for name, value in row.items()} for row in made.rows]
    if going.fmt in ("", "csv"):
        write_whole(out, listed)
        return pack_pictures(out, plain, made.items, going)
    return write_tasks(out, plain, made.items, contract, going, "").beside


def _contract_of(workspace: Workspace, gold_id: str) -> str:
    with workspace.read() as reader:
        return reader.require(GoldRow, gold_id, "gold set").contract_id


def _leaves(made: Seeded, committed: Mapping[str, str]) -> list[dict[str, str]]:
    """What a seeding commits to: each gold task, its item, what is shown of it, and the gold record behind it.

    `committed`: the leaf of each item in the gold's own commitment, where there is one.
    """
    gold = set(made.gold)
    leaves = []
    for row in made.rows:
        if (task := str(row["task_id"])) in gold:
            leaf = {"task_id": task, "item_id": made.items[task], "payload": payload_hash(cells(row))}
            leaves.append(leaf | ({"gold": committed[leaf["item_id"]]} if committed else {}))
    return leaves


def opened_seeding(workspace: Workspace, seeding_id: str) -> dict[str, Any] | None:
    """The record that opens a seeding's commitment; None where an earlier version made it without one."""
    with workspace.read() as reader:
        row = reader.require(SeedRow, seeding_id, "seeding")
    hidden = json.loads(workspace.objects.read(row.key_sha))
    if "opens" not in hidden:
        return None
    return {
        "schema": "vendoreval/seeding-opened/1", "seeding": seeding_id, "key": hidden["opens"],
        "tasks": hidden["leaves"],
    }  # fmt: skip


def own_tasks(path: Path) -> dict[str, str]:
    """A vendor's own task list: each task, or item, with the hash of what is shown; raises InputError."""
    file = open_rows(path)
    name = "task_id" if "task_id" in file.names else "item_id"
    require(file, {name: name})
    found: dict[str, str] = {}
    for row in _all_rows(file, path):
        shown = {column: value or "" for column, value in row.items() if column != name}
        found[row[name] or ""] = payload_hash(shown)
    return found


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
    return list(_all_rows(file, path))


def _all_rows(file: RowFile, path: Path) -> Iterator[Row]:
    for batch in file.batches(file.names):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=path.name, line=refusal.line)
        values = zip(*(batch.columns[name].to_pylist() for name in file.names), strict=True)
        yield from (dict(zip(file.names, row, strict=True)) for row in values)


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


def cells(row: Row) -> dict[str, str]:
    """A row as `csv_bytes` writes it, so that what is committed to is what the vendor sees."""
    return {name: neutralise(value or "") for name, value in row.items()}
