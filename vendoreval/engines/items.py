"""The items of a canonical delivery: their ids, and how many labels the fullest of them has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq


def item_ids(path: Path) -> list[str]:
    """Every item of the delivery once, in text order."""
    found = pc.unique(_items(path)).to_pylist()
    return sorted(item for item in found if item is not None)


def most_labels(path: Path) -> int:
    """The most rows that any item of the delivery has; 0 for a delivery without a row."""
    counts = pc.value_counts(_items(path))
    most = pc.max(counts.field("counts")).as_py()
    return int(most or 0)


def _items(path: Path) -> Any:
    with pq.ParquetFile(path) as file:
        return file.read(columns=["item_id"]).column(0)
