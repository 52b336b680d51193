"""The items file of `--items`: which were sent; where answers are any number of rows, which were answered.

Columns: item_id (or task_id where opaque tasks were sent); if there, annotator_id, width, height, text, and
`answered` (false: the item was sent and not answered).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.row_batches import texts
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.labels.yes_no import said_yes

TASK_ID = "task_id"
_SIZES = ("width", "height")
_KNOWN = ("annotator_id", "answered", "text", *_SIZES)


@dataclass(frozen=True)
class ItemsFile:
    """The rows of an items file by column; `item_id` holds the ids as they stand there.

    `ours`: they are items already, as an intake report lists them, and are not read as delivered ids are.
    """

    columns: Mapping[str, list[str | None]]
    tasks: bool = False  # the ids are of opaque tasks
    ours: bool = False

    def ids(self, task_ids: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """The distinct items in file order; of opaque tasks, in text order those that are known."""
        found = dict.fromkeys(item for item in self.columns["item_id"] if item)
        if task_ids is None:
            return tuple(found)
        return tuple(sorted(task_ids[task] for task in found if task in task_ids))

    def sheets(self, ours: Callable[[Any], Any], met: Collection[str]) -> dict[str, Any]:
        """The answered pairs as Arrow columns; `ours` reads ids.

        A pair without annotator is none where the item is among those `met` already: somebody answered it.
        """
        import pyarrow as pa

        items = ours(texts(self.columns["item_id"])).to_pylist()
        people = self.columns.get("annotator_id", [None] * len(items))
        answered = self.columns.get("answered", [None] * len(items))
        rows = [
            row
            for row, item in enumerate(items)
            if item and said_yes(answered[row]) is not False
            and (people[row] or item not in met)
        ]  # fmt: skip
        found = {"item_id": texts([items[row] for row in rows])}
        for name in ("annotator_id", "text"):
            if name in self.columns:
                found[name] = texts([self.columns[name][row] or None for row in rows])
        for name in _SIZES:
            if name in self.columns:
                found[name] = pa.array([self._size(name, row) for row in rows], pa.int64())
        return found

    def told(self, ours: Callable[[Any], Any]) -> dict[str, dict[str, Any]]:
        """Width, height and text of items, from rows of no annotator; `ours` reads ids."""
        items = ours(texts(self.columns["item_id"])).to_pylist()
        people = self.columns.get("annotator_id", [None] * len(items))
        found: dict[str, dict[str, Any]] = {}
        for row, item in enumerate(items):
            if item and not people[row]:
                facts: dict[str, Any] = {}
                for name in _SIZES:
                    facts[name] = self._size(name, row) if name in self.columns else None
                facts["text"] = self.columns["text"][row] if "text" in self.columns else None
                found[item] = {name: value for name, value in facts.items() if value is not None}
        return found

    def _size(self, name: str, row: int) -> int | None:
        text = (self.columns[name][row] or "").strip()
        if not text:
            return None
        if not text.isdecimal():
            raise InputError(f"The {name} {text!r} of an item is no whole number.", remedy="Write pixels.")
        return int(text)


def read_items(path: Path) -> ItemsFile:
    """The items file; raises InputError where it has no items."""
    file = open_rows(path)
    name = TASK_ID if TASK_ID in file.names and "item_id" not in file.names else "item_id"
    require(file, {name: name})
    source = {"item_id": name, **{column: column for column in _KNOWN if column in file.names}}
    columns: dict[str, list[str | None]] = {column: [] for column in source}
    for batch in file.batches(set(source.values())):
        for column, read in source.items():
            columns[column] += batch.columns[read].to_pylist()
    return ItemsFile(columns, name == TASK_ID)
