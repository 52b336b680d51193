"""A delivery's canonical table as tasks with the answers on them, for writers of other tools' formats."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vendoreval.formats.readers.row_batches import BATCH
from vendoreval.formats.writers.interface import Answer, Row, Setting, Task
from vendoreval.formats.writers.label_rows import decimal
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import SHEET

_FACTS = ("label_id", "labelled_at", "seconds")
Pair = tuple[str, str | None]


def shape_in(table: Path) -> Shape:
    """The shape of a canonical table."""
    with pq.ParquetFile(table) as file:
        return SHAPES[(file.metadata.metadata or {}).get(b"shape", b"classification").decode()]


def tasks_in(
    table: Path, only: Collection[str] | None = None, annotator: str = ""
) -> Iterator[Task]:  # fmt: skip
    """The items in the order of the file, each with the answers of everybody, or of one annotator.

    `only`: items that are wanted. What was answered with nothing has an answer without rows.
    """
    with pq.ParquetFile(table) as file:
        shape = SHAPES[(file.metadata.metadata or {}).get(b"shape", b"classification").decode()]
        wanted = ("item_id", "annotator_id", *shape.names, *_FACTS, "source", *SHEET)
        found = file.read([name for name in wanted if name in file.schema_arrow.names])
    if only is not None:
        found = found.filter(pc.is_in(found["item_id"], pa.array(sorted(only), pa.string())))
    if annotator:
        person = (
            found["annotator_id"] if "annotator_id" in found.column_names else pa.nulls(len(found), pa.string())
        )
        found = found.filter(pc.equal(person, annotator))
    codes = pc.dictionary_encode(found["item_id"]).combine_chunks().indices if len(found) else []
    found = found.take(pa.array(np.argsort(np.asarray(codes), kind="stable")))
    rows = (row for batch in found.to_batches(BATCH) for row in batch.to_pylist())
    for item, own in groupby(rows, key=lambda row: row["item_id"]):
        yield _task(item, list(own), shape)


def setting_of(tasks: Iterable[Task], shape: Shape, classes: Sequence[str] = (), link: str = "") -> Setting:
    """What all tasks hold: the classes of the contract and those besides, points in order, turned boxes."""
    labels, ends, points, turned = set[str](), set[str](), dict[str, None](), False
    for task in tasks:
        for answer in task.answers:
            for row in answer.rows:
                labels.add(row["label"])
                ends.update(row[end] for end in ("head_label", "tail_label") if end in row)
                turned |= bool(row.get("angle"))
                if "keypoint" in row:
                    points[row["keypoint"]] = None
    further = sorted(labels - set(classes))
    return Setting(shape, (*classes, *further), tuple(points), turned, link, tuple(sorted(ends)))


def renamed(tasks: Iterable[Task], names: Mapping[str, str]) -> Iterator[Task]:
    """The tasks under the ids by which the vendor knows the items."""
    for task in tasks:
        name = names.get(task.item, task.item)
        yield task if name == task.item else replace(task, item=name, opaque=True)


def _task(item: str, rows: Sequence[Mapping[str, Any]], shape: Shape) -> Task:
    """One item's rows: of types with several rows an answer, each person's belong together."""
    if not shape.many:
        return Task(item, [_answer([row], shape) for row in rows])
    by_person: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_person.setdefault(row.get("annotator_id"), []).append(row)
    told = next((row for row in rows if row["label"] is None), {})
    return Task(
        item, [_answer(own, shape) for own in by_person.values()],
        told.get("item_width"), told.get("item_height"), told.get("item_text"),
    )  # fmt: skip


def _answer(rows: Sequence[Mapping[str, Any]], shape: Shape) -> Answer:
    first = rows[0]
    when = first.get("labelled_at")
    return Answer(
        [_row(row, shape) for row in rows if row["label"] is not None], first.get("annotator_id"),
        first.get("label_id"), when.isoformat() if when else None, first.get("seconds"),
    )  # fmt: skip


def _row(row: Mapping[str, Any], shape: Shape) -> Row:
    """Columns that hold a value, in whole units."""
    kinds = {one.name: one.kind for one in shape.fields}
    found = {name: _value(row[name], kind) for name, kind in kinds.items() if row.get(name) is not None}
    return found if row.get("source") is None else found | {"source": row["source"]}


def _value(value: Any, kind: str) -> Any:
    if kind == "fixed":
        return decimal(value)
    if kind in ("rings", "lines"):
        return [[[decimal(side) for side in ring] for ring in part] for part in value]
    return json.loads(value) if kind == "map" else value
