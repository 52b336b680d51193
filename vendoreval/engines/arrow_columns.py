"""Arrow columns of a canonical delivery as the columns of a label table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vendoreval.engines.arrow_numpy import codes_of, marks_of, measures_of, numbers_of
from vendoreval.labels.columns import Coded, Codes
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import DEPTH, NONE, SHAPES, Field, Shape
from vendoreval.labels.table import Column, LabelTable, Sheets

_NO_MOMENT = int(np.iinfo(np.int64).min)  # NaT


def shape_of(metadata: Any) -> Shape:
    """The shape that a canonical file names; files of schema labels/1 hold classes and name none."""
    return SHAPES[(metadata or {}).get(b"shape", b"classification").decode()]


def label_table(item: Codes, table: Any, item_ids: tuple[str, ...], shape: Shape) -> LabelTable:
    """The Arrow `table` (None: no row) whose items are `item`, codes into `item_ids`.

    Of types whose answers are any number of rows, rows without a label are sheets.
    """
    if shape.many:
        return _parts(item, table, item_ids, shape)
    rows = _rows(item, table, item_ids, shape)
    label = rows.answers.get("label", Coded(np.full(len(item), -1, dtype=np.int32), ()))
    return replace(rows, answers={"label": label})


def _parts(item: Codes, table: Any, item_ids: tuple[str, ...], shape: Shape) -> LabelTable:
    empty = Coded(np.empty(0, dtype=np.int32), item_ids)
    nobody = Coded(np.empty(0, dtype=np.int32), ())
    if table is None:
        answers = {one.name: _column(pa.nulls(0), one) for one in shape.fields if one.required}
        return LabelTable(empty, nobody, answers, sheets=Sheets(empty, nobody))
    label = table.column("label")
    bare = marks_of(label.is_null())
    rows = _rows(item[~bare], table.filter(label.is_valid()), item_ids, shape)
    return replace(rows, sheets=_sheets(item[bare], table.filter(label.is_null()), item_ids))


def _rows(item: Codes, table: Any, item_ids: tuple[str, ...], shape: Shape) -> LabelTable:
    """Optional columns without any value are left out."""

    def text(name: str) -> Coded | None:
        return coded(table.column(name)) if _has(table, name, shape) else None

    answers = {
        one.name: _column(table.column(one.name), one)
        for one in shape.fields
        if table is not None and one.name in table.column_names
        and (one.required or table.column(one.name).null_count < len(item))
    }  # fmt: skip
    return LabelTable(
        item=Coded(item, item_ids),
        annotator=text("annotator_id") or Coded(np.full(len(item), -1, dtype=np.int32), ()),
        answers=answers,
        labelled_at=_moments(table.column("labelled_at")) if _has(table, "labelled_at", shape) else None,
        seconds=measures_of(table.column("seconds")) if _has(table, "seconds", shape) else None,
        stage=text("stage"),
        guideline_version=text("guideline_version"),
        source=text("source"),
        flagged=text("flagged"),
        shown=text("shown"),
        label_id=text("label_id") if shape.many else None,
        ignored=marks_of(table.column("ignored")) if _has(table, "ignored", shape) else None,
    )


def _has(table: Any, name: str, shape: Shape) -> bool:
    """Whether a column is there; of types of many rows, whether it holds a value."""
    if table is None or name not in table.column_names:
        return False
    return not shape.many or table.column(name).null_count < table.num_rows


def _sheets(item: Codes, table: Any, item_ids: tuple[str, ...]) -> Sheets:
    def size(name: str) -> NDArray[np.int64] | None:
        column = table.column(name)
        return numbers_of(column, 0) if column.null_count < len(item) else None

    text = table.column("item_text")
    return Sheets(
        Coded(item, item_ids), coded(table.column("annotator_id")), size("item_width"), size("item_height"),
        coded(text) if text.null_count < len(item) else None,
    )  # fmt: skip


def _column(column: Any, field: Field) -> Column:
    if field.kind in DEPTH:
        return _nested(column, DEPTH[field.kind])
    if field.kind in ("text", "map"):
        return coded(column)
    if field.kind == "float":
        return measures_of(column)
    return numbers_of(column, NONE)


def coded(column: Any) -> Coded:
    """One dictionary for all row groups, in text order so that codes do not depend on row order."""
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    chunked = column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])
    if not pa.types.is_dictionary(chunked.type):
        chunked = chunked.dictionary_encode()
    names = [chunk.dictionary.to_pylist() for chunk in chunked.chunks]
    values = tuple(sorted(set().union(*names)))
    rank = {name: code for code, name in enumerate(values)}
    codes = np.empty(len(chunked), dtype=np.int32)
    begin = 0
    for chunk, own in zip(chunked.chunks, names, strict=True):
        lookup = np.asarray([*(rank[name] for name in own), -1], dtype=np.int32)
        places = codes_of(chunk.indices, len(own))
        np.take(lookup, places, out=codes[begin : begin + len(chunk)], mode="clip")
        begin += len(chunk)
    return Coded(codes, values)


def _nested(column: Any, depth: int) -> Nested:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    offsets = []
    for _ in range(depth):
        if not pa.types.is_list(array.type):
            array = array.cast(pa.list_(pa.int64()))
        sizes = numbers_of(array.value_lengths(), 0)
        offsets.append(np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
        array = array.flatten()
    return Nested(numbers_of(array, 0), tuple(offsets))


def _moments(column: Any) -> NDArray[np.datetime64]:
    return numbers_of(column.cast(pa.timestamp("us", column.type.tz)), _NO_MOMENT).view("datetime64[us]")
