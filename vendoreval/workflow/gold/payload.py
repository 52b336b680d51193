"""What people see of an item when it is sent to them: columns of a row file, or its id."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.formats.writers.task_sheets import OURS
from vendoreval.gold.payload import Shown, leaks


def shown(payload: Path | None, items: Sequence[str]) -> dict[str, dict[str, str]]:
    """The columns of `payload`, a row file with a column item_id, for each item; without one its id alone.

    Raises InputError when the file cannot be read, lacks an item, or names a column as answers are named.
    """
    if payload is None:
        return {item: {"item_id": item} for item in items}
    file = open_rows(payload)
    require(file, {"item_id": "item_id"}, option="")
    if taken := [name for name in file.names if name in OURS]:
        what = f"The column {taken[0]!r} is where the tasks' own ids and answers go."
        raise InputError(what, file=str(payload), remedy="Rename it, or leave it out.")
    columns = [name for name in file.names if name != "item_id"]
    wanted, found = set(items), dict[str, dict[str, str]]()
    for batch in file.batches(file.names):
        for refusal in batch.refusals:
            raise InputError(refusal.reason, file=str(payload), line=refusal.line)
        ids = batch.columns["item_id"].to_pylist()
        values = zip(*(batch.columns[name].to_pylist() for name in columns), strict=True)
        for item, row, line in zip(ids, values, batch.lines, strict=True):
            if item not in wanted:
                continue
            seen = {name: value or "" for name, value in zip(columns, row, strict=True)}
            if found.setdefault(item, seen) != seen:
                what = f"The item {item!r} stands in the file twice, with other values."
                raise InputError(what, file=str(payload), line=int(line))
    missing = [item for item in items if item not in found]
    if missing:
        raise InputError(
            f"The item {missing[0]!r} is not in the file.", file=str(payload),
            remedy=f"{len(missing):,} of {len(items):,} items are missing; give a file with all items.",
        )  # fmt: skip
    return found


def further(payload: Path | None, known: Collection[str]) -> list[str]:
    """The items of `payload` that are not `known`, in text order; none without a file."""
    if payload is None:
        return []
    file = open_rows(payload)
    require(file, {"item_id": "item_id"}, option="")
    ids = {item for batch in file.batches(("item_id",)) for item in batch.columns["item_id"].to_pylist()}
    return sorted(ids.difference(known, (None, "")))


def hints(
    payload: Path, seen: Shown, answers: Mapping[str, str], blocks: Mapping[str, str] | None = None
) -> list[str]:
    """What the columns that go out let guess of gold; raises InputError for a column that tells it."""
    found = leaks(seen, answers, blocks)
    for leak in found:
        if leak.sure:
            raise InputError(leak.what, file=str(payload), remedy="Leave it out.")
    return [leak.what for leak in found]
