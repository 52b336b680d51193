"""The items of a canonical delivery: their ids, how full the fullest is, and which were asked about.

Row group by row group, so that memory holds what is told and no whole column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import shape_of
from vendoreval.engines.arrow_numpy import numbers_of, texts_of
from vendoreval.engines.partitions import Source, across
from vendoreval.engines.wanted import labels_on_items
from vendoreval.labels.table import CODED, LabelTable
from vendoreval.tasks.many_units import Sizes


def item_ids(source: Source) -> list[str]:
    """Every item of the delivery once, in text order."""
    items = pc.unique(pa.chunked_array(across(source, _item_ids), pa.string())).to_pylist()
    return sorted(item for item in items if item is not None)


def _item_ids(file: Any) -> Any:
    found = [pc.unique(rows.column("item_id")) for rows in _groups(file, "item_id")]
    return pc.unique(pa.chunked_array(found, pa.string()))


def items_among(source: Source, items: Collection[str]) -> frozenset[str]:
    """Those of `items` that the delivery has."""
    return frozenset().union(*across(source, partial(_items_among, texts_of(sorted(items)))))


def _items_among(wanted: Any, file: Any) -> set[str]:
    found = set[str]()
    for rows in _groups(file, "item_id"):
        column = rows.column("item_id")
        found.update(pc.unique(column.filter(pc.is_in(column, value_set=wanted))).to_pylist())
    return found


def most_labels(source: Source) -> int:
    """The most rows that any item of the delivery has; 0 for a delivery without a row.

    Of types of many rows, those count that hold a label and are no sheets.
    """
    return max(across(source, _most_labels))


def _most_labels(file: Any) -> int:
    schema = pq.read_schema(file)
    many = shape_of(schema.metadata).many
    if many or "item_code" not in schema.names:
        return _most_by_text(file, many=many)
    counts = np.zeros(0, dtype=np.int64)
    for rows in _groups(file, "item_code"):
        here = np.bincount(numbers_of(rows.column("item_code"), -1), minlength=len(counts))
        here[: len(counts)] += counts
        counts = here
    return int(counts.max(initial=0))


def _most_by_text(file: Any, *, many: bool) -> int:
    with pq.ParquetFile(file) as opened:
        rows = opened.read(columns=["item_id", "label"] if many else ["item_id"])
    items = rows.column(0).filter(rows.column(1).is_valid()) if many else rows.column(0)
    return int(pc.max(pc.value_counts(items).field("counts")).as_py() or 0)


def totals_on(source: Source, items: Sequence[str], sizes: Sizes | None = None) -> dict[str, int]:
    """How many of `items` are in the delivery, with their labels; of many rows, their sheets and objects.

    `sizes`: how many objects a row holds, by its text (tasks.known.row_sizes). Empty where none is.
    """
    labels = labels_on_items(source, items)
    pairs = labels.item if labels.sheets is None else labels.sheets.item
    found = {"items": len(np.unique(pairs.codes)), "labels": len(labels)}
    if not found["items"]:
        return {}
    if labels.sheets is not None:
        found |= {"sheets": len(labels.sheets), "objects": _objects(labels, sizes)}
    return found


def _objects(labels: LabelTable, sizes: Sizes | None) -> int:
    """Objects of which each may have several rows, as points of a skeleton do, or several of a row."""
    if sizes is not None:
        return int(sizes([text or "" for text in labels.text("label").text()])[0].sum())
    if "keypoint" not in labels.answers:
        return len(labels)
    parts = (labels.item, labels.annotator, labels.text("object_id"))
    return len(np.unique(np.stack([part.codes for part in parts]), axis=1).T)


def labels_by_person(path: Path) -> Counter[str]:
    """How many labels each named annotator gave; empty where the delivery names none."""
    counts = Counter[str]()
    if "annotator_id" in pq.read_schema(path).names:
        for rows in _groups(path, "annotator_id", "label"):
            people = rows.column("annotator_id").filter(rows.column("label").is_valid()).drop_null()
            counts.update({one["values"]: one["counts"] for one in pc.value_counts(people).to_pylist()})
    return counts


def has_flags(path: Path) -> bool:
    """Whether the delivery says of each label if the item was flagged."""
    if "flagged" not in pq.read_schema(path).names:
        return False
    told = any(rows.column(0).null_count < len(rows) for rows in _groups(path, "flagged"))
    return told or not shape_of(pq.read_schema(path).metadata).many


def items_asked_about(path: Path, unsure: Callable[[str], bool]) -> set[str]:
    """Items on which somebody asked instead of guessing: a flagged row, or a label that `unsure` knows."""
    found: set[str] = set()
    flagged = ("flagged",) if "flagged" in pq.read_schema(path).names else ()
    for rows in _groups(path, "item_id", "label", *flagged):
        labels = pc.unique(rows.column("label")).to_pylist()
        asking = texts_of([label for label in labels if label is not None and unsure(label)])
        asked = pc.is_in(rows.column("label").cast(pa.string()), value_set=asking)
        if flagged:
            asked = pc.or_(
                asked, pc.is_in(rows.column("flagged").cast(pa.string()), value_set=texts_of(["true"]))
            )
        found.update(pc.unique(rows.column("item_id").filter(asked)).to_pylist())
    return found


def _groups(file: Any, *columns: str) -> Iterator[Any]:
    """Some columns of each row group in turn."""
    coded = [name for name in columns if name in CODED]
    with pq.ParquetFile(file, read_dictionary=coded) as opened:
        for group in range(opened.num_row_groups):
            yield opened.read_row_group(group, columns=list(columns)).combine_chunks()
