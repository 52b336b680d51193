"""The items of a canonical delivery: their ids, how full the fullest is, and which were asked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import shape_of
from vendoreval.engines.partitions import Source, across
from vendoreval.engines.wanted import labels_on_items
from vendoreval.labels.table import LabelTable


def item_ids(source: Source) -> list[str]:
    """Every item of the delivery once, in text order."""
    return sorted(item for part in across(source, _item_ids) for item in part.to_pylist() if item is not None)


def _item_ids(file: Any) -> Any:
    return pc.unique(_items(file))


def most_labels(source: Source) -> int:
    """The most rows that any item of the delivery has; 0 for a delivery without a row."""
    return max(across(source, _most_labels))


def _most_labels(file: Any) -> int:
    counts = pc.value_counts(_items(file, labelled=True))
    most = pc.max(counts.field("counts")).as_py()
    return int(most or 0)


def totals_on(source: Source, items: Sequence[str]) -> dict[str, int]:
    """How many of `items` are in the delivery, with their labels; of many rows, their sheets and objects.

    Empty where none is.
    """
    labels = labels_on_items(source, items)
    pairs = labels.item if labels.sheets is None else labels.sheets.item
    found = {"items": len(np.unique(pairs.codes)), "labels": len(labels)}
    if not found["items"]:
        return {}
    if labels.sheets is not None:
        found |= {"sheets": len(labels.sheets), "objects": _objects(labels)}
    return found


def _objects(labels: LabelTable) -> int:
    """Objects of which each may have several rows, as points of a skeleton do."""
    if "keypoint" not in labels.answers:
        return len(labels)
    parts = (labels.item, labels.annotator, labels.text("object_id"))
    return len(np.unique(np.stack([part.codes for part in parts]), axis=1).T)


def labels_by_person(path: Path) -> Counter[str]:
    """How many labels each named annotator gave; empty where the delivery names none."""
    if "annotator_id" not in pq.read_schema(path).names:
        return Counter()
    with pq.ParquetFile(path, read_dictionary=["annotator_id"]) as file:
        rows = file.read(columns=["annotator_id", "label"])
        counts = pc.value_counts(rows.column(0).filter(rows.column(1).is_valid())).to_pylist()
    return Counter({one["values"]: one["counts"] for one in counts if one["values"] is not None})


def has_flags(path: Path) -> bool:
    """Whether the delivery says of each label if the item was flagged."""
    if "flagged" not in pq.read_schema(path).names:
        return False
    with pq.ParquetFile(path) as file:
        flags = file.read(columns=["flagged"]).column(0)
    return bool(flags.null_count < len(flags)) or not shape_of(pq.read_schema(path).metadata).many


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


def _items(source: Any, *, labelled: bool = False) -> Any:
    """The item of every row, or of those alone that hold a label and are no sheets."""
    with pq.ParquetFile(source) as file:
        if not labelled or not shape_of(file.metadata.metadata).many:
            return file.read(columns=["item_id"]).column(0)
        rows = file.read(columns=["item_id", "label"])
    return rows.column(0).filter(rows.column(1).is_valid())
