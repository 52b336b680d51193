"""The work of a long intake as far as it went, in a folder, so that whoever is killed can go on with it.

    labels.parquet   the rows so far, in whole row groups
    000001.json …    after each row group: where it ends, which batches were read, and what was counted so far

A record is written whole, behind its row group. Only what all records up to it tell of counts.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vendoreval.formats.intake.intake_counts import UnknownLabel
from vendoreval.labels.refusals import Refusal

SCHEMA = "vendoreval/stage/1"
_RECORDS = {"UnknownLabel": UnknownLabel, "Refusal": Refusal}


class Stage:
    """A stage in the folder `folder`, which exists."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.table = folder / "labels.parquet"

    def records(self) -> list[dict[str, Any]]:
        """What the row groups told that were written, in their order; those that are not whole are left out."""
        found: list[dict[str, Any]] = []
        size = self.table.stat().st_size if self.table.exists() else 0
        while (path := self._path(len(found) + 1)).exists():
            record = json.loads(path.read_bytes())
            if record["schema"] != SCHEMA or record["end"] > size:
                break
            found.append(record)
        return found

    def keep(self, number: int, record: Mapping[str, Any]) -> None:
        """Keep the record of the row group `number`, from 1, whose rows are on the disk already."""
        path = self._path(number)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(json.dumps({"schema": SCHEMA, **record}, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06}.json"


def packed(value: Any) -> Any:
    """A value of counters, sets, tuples and records as JSON can hold it; `unpacked` gives it back."""
    if isinstance(value, dict):
        kind = "counter" if isinstance(value, Counter) else "dict"
        return {kind: [[packed(key), packed(inner)] for key, inner in value.items()]}
    if isinstance(value, set):
        return {"set": sorted(value)}
    if isinstance(value, tuple):
        return {"tuple": [packed(one) for one in value]}
    if isinstance(value, list):
        return [packed(one) for one in value]
    if type(value).__name__ in _RECORDS:
        return {type(value).__name__: {name: packed(inner) for name, inner in vars(value).items()}}
    return value


def unpacked(value: Any) -> Any:
    """What `packed` was given."""
    if isinstance(value, list):
        return [unpacked(one) for one in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind in _RECORDS:
        return _RECORDS[kind](**{name: unpacked(one) for name, one in inner.items()})
    if kind in ("counter", "dict"):
        pairs = {unpacked(key): unpacked(one) for key, one in inner}
        return Counter(pairs) if kind == "counter" else pairs
    return set(inner) if kind == "set" else tuple(unpacked(one) for one in inner)
