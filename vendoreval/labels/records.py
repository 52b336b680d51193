"""Answer rows as plain JSON values and back: as they are committed to, sealed, and written to JSON lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import DEPTH, NONE, Field, Shape
from vendoreval.labels.table import Column, LabelTable, Sheets

Record = Mapping[str, Any]


def answer_records(labels: LabelTable, shape: Shape) -> list[dict[str, Any]]:
    """One record a row, in row order: the shape's columns that have a value, and `ignored` where it is so."""
    columns = {field.name: _plain(labels.answers[field.name], field) for field in shape.fields
               if field.name in labels.answers}  # fmt: skip
    if labels.ignored is not None:
        columns["ignored"] = [True if ignored else None for ignored in labels.ignored.tolist()]
    names = tuple(columns)
    return [
        {name: value for name, value in zip(names, row, strict=True) if value is not None}
        for row in zip(*columns.values(), strict=True)
    ]


def answer_columns(records: Sequence[Record], shape: Shape) -> dict[str, Column]:
    """The shape's columns of the records; raises KeyError, TypeError or ValueError for others' records."""
    columns: dict[str, Column] = {}
    for field in shape.fields:
        if not field.required and not any(field.name in record for record in records):
            continue
        values = [record[field.name] if field.required else record.get(field.name) for record in records]
        columns[field.name] = column_of(values, field)
    return columns


def column_of(values: Sequence[Any], field: Field) -> Column:
    """Plain values of one field as a column; None stands for no value."""
    if field.kind in DEPTH:
        return Nested.from_lists(values, DEPTH[field.kind])
    if field.kind == "map":
        return Coded.from_text(None if value is None else canonical_map(value) for value in values)
    if field.kind == "text":
        if not all(value is None or isinstance(value, str) for value in values):
            raise ValueError(f"{field.name} holds something that is no text")
        return Coded.from_text(values)
    if field.kind == "float":
        return np.asarray([np.nan if value is None else value for value in values], dtype=np.float64)
    if not all(value is None or type(value) is int for value in values):
        raise ValueError(f"{field.name} holds something that is no whole number")
    return np.asarray([NONE if value is None else value for value in values], dtype=np.int64)


def sheet_records(sheets: Sheets) -> list[dict[str, Any]]:
    """What is known of each sheet's item: width, height, text."""
    sizes = [
        [value or None for value in column.tolist()] if column is not None else [None] * len(sheets)
        for column in (sheets.width, sheets.height)
    ]
    texts = sheets.text.text() if sheets.text is not None else [None] * len(sheets)
    rows = zip(*sizes, texts, strict=True)
    names = ("width", "height", "text")
    return [{n: v for n, v in zip(names, row, strict=True) if v is not None} for row in rows]


def sheets_of(
    items: Sequence[str], records: Sequence[Record], annotators: Sequence[str | None] | None = None
) -> Sheets:
    """Sheets of `items`, one each, from `sheet_records`; raises TypeError or ValueError for others' records."""
    known = {name for record in records for name in record}
    sizes = {
        name: np.asarray([int(record.get(name, 0)) for record in records], dtype=np.int64)
        for name in ("width", "height")
        if name in known
    }
    text = column_of([record.get("text") for record in records], Field("text", "text"))
    people = Coded.from_text([None] * len(items) if annotators is None else annotators)
    assert isinstance(text, Coded)
    return Sheets(Coded.from_text(items), people, **sizes, text=text if "text" in known else None)


def canonical_map(value: Mapping[str, Any]) -> str:
    """Attributes as text that is the same for the same attributes: sorted names, no white space."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def order_of(record: Record) -> str:
    """A key by which rows of the same content always stand in the same order."""
    return json.dumps(record, sort_keys=True, ensure_ascii=False)


def _plain(column: Column, field: Field) -> list[Any]:
    if isinstance(column, Nested):
        return column.lists()
    if isinstance(column, Coded):
        texts = column.text()
        return [None if t is None else json.loads(t) for t in texts] if field.kind == "map" else texts
    if column.dtype == np.int64:
        return [None if value == NONE else value for value in column.tolist()]
    return [None if value != value else value for value in column.tolist()]
