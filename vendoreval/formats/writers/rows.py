"""Rows of tasks (CSV, JSON lines, Parquet): one a box, span …, with what is shown and what is wrong with it.

A row without an answer is an item on which nothing is there, or which nobody answered. `rework` says what is
wrong with the item's answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from vendoreval.formats.writers.interface import Answer, Row, Setting, Task, Written
from vendoreval.formats.writers.label_rows import line, outline, shown_as, write_rows
from vendoreval.labels.run_codecs import coco_counts
from vendoreval.labels.shapes import SHAPES, Shape

REWORK = "rework"


@dataclass(frozen=True)
class Rows:
    """The writer of rows in one of their forms."""

    name: str
    ending: str
    yields: frozenset[str] = frozenset(SHAPES)

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """The columns that hold something, in the order of the shape."""
        rows = [row for task in tasks for row in _rows(task, setting.shape)]
        names = dict.fromkeys(name for row in rows for name in row)
        written = Written(len(tasks), sum(len(a.rows) for task in tasks for a in task.answers))
        full: list[Row] = [{name: row.get(name) for name in names} for row in rows]
        write_rows(iter([full]), list(names), out, self.name)
        return written


CSV, JSONL, PARQUET = Rows("csv", ".csv"), Rows("jsonl", ".jsonl"), Rows("parquet", ".parquet")


def _rows(task: Task, shape: Shape) -> Iterator[dict[str, Any]]:
    item = {"task_id" if task.opaque else "item_id": task.item}
    beside: dict[str, Any] = {**task.shown, **({REWORK: "\n".join(task.remarks)} if task.remarks else {})}
    for answer in task.answers or (Answer(),):
        who = {} if answer.annotator is None else {"annotator_id": answer.annotator}
        for row in answer.rows or ({},):
            yield {**item, **who, **dict(_cells(row, shape)), **beside}


def _cells(row: Row, shape: Shape) -> Iterator[tuple[str, Any]]:
    for one in shape.fields:
        value = row.get(one.name)
        if value is not None:
            yield shown_as(one.kind, one.name), _cell(value, one.kind)


def _cell(value: Any, kind: str) -> Any:
    if kind in ("rings", "lines"):
        return outline(value) if kind == "rings" else line(value)
    if kind == "runs":
        return coco_counts(np.asarray(value, dtype=np.int64))
    return json.dumps(value, ensure_ascii=False) if kind == "map" else value
