"""The items of a canonical delivery: their ids, how full the fullest is, and which were asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
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


def labels_by_person(path: Path) -> Counter[str]:
    """How many labels each named annotator gave; empty where the delivery names none."""
    if "annotator_id" not in pq.read_schema(path).names:
        return Counter()
    with pq.ParquetFile(path, read_dictionary=["annotator_id"]) as file:
        counts = pc.value_counts(file.read(columns=["annotator_id"]).column(0)).to_pylist()
    return Counter({one["values"]: one["counts"] for one in counts if one["values"] is not None})


def has_flags(path: Path) -> bool:
    """Whether the delivery says of each label if the item was flagged."""
    return "flagged" in pq.read_schema(path).names


def items_asked_about(path: Path, unsure: Callable[[str], bool]) -> set[str]:
    """Items on which somebody asked instead of guessing: a flagged row, or a label that `unsure` knows."""
    found: set[str] = set()
    with pq.ParquetFile(path, read_dictionary=["label"]) as file:
        names = [name for name in ("item_id", "label", "flagged") if name in file.schema_arrow.names]
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, columns=names).combine_chunks()
            labels = pc.unique(rows.column("label")).to_pylist()
            asking = pa.array([label for label in labels if label is not None and unsure(label)], pa.string())
            asked = pc.is_in(rows.column("label").cast(pa.string()), value_set=asking)
            if "flagged" in names:
                asked = pc.or_(asked, pc.fill_null(pc.equal(rows.column("flagged"), "true"), False))
            found.update(pc.unique(rows.column("item_id").filter(asked)).to_pylist())
    return found


def _items(path: Path) -> Any:
    with pq.ParquetFile(path) as file:
        return file.read(columns=["item_id"]).column(0)
