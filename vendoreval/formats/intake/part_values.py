"""The answers of a reader as canonical columns: whole numbers at their scale, attributes in one form.

A row whose numbers cannot stand is refused with its reason; nothing is repaired.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.label_values import blank_to_null, is_blank
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import SCALE, Field, Shape

Rows = NDArray[np.bool_]
_ENDS = (("head_start", "head_end"), ("tail_start", "tail_end"))  # of relations


@dataclass(frozen=True, eq=False)
class Values:
    """Canonical Arrow columns of the shape's fields, and by row why it cannot be taken."""

    columns: Mapping[str, Any]
    refused: Mapping[int, str]


def canonical_values(rows: Mapping[str, Any], shape: Shape, count: int) -> Values:
    """The shape's columns of `count` rows; optional columns that the reader lacks are left out."""
    refused: dict[int, str] = {}
    columns: dict[str, Any] = {}
    for field in shape.fields:
        if field.name not in rows:
            if field.required:
                raise KeyError(field.name)
            continue
        column, bad = _READ[field.kind](rows[field.name], field)
        columns[field.name] = column
        for row, why in bad.items():
            refused.setdefault(row, why)
    for row, why in _impossible(columns, shape).items():
        refused.setdefault(row, why)
    return Values(columns, refused)


def _text(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    if not field.required:
        return blank_to_null(column), {}
    return column, _all(is_blank(column), f"The {field.name} is empty.")


def _map(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    """Attributes as canonical JSON text; every distinct text is read once."""
    import pyarrow as pa

    coded = blank_to_null(column).dictionary_encode()
    values: list[str | None] = []
    for text in coded.dictionary.to_pylist():
        try:
            read = json.loads(text)
            values.append(canonical_map(read) if isinstance(read, dict) else None)
        except (ValueError, RecursionError):
            values.append(None)
    found = pa.array(values, pa.string()).take(coded.indices)
    lost = np.asarray(found.is_null()) & ~np.asarray(coded.indices.is_null())
    return found, _all(lost, "The attributes are no JSON object of names and values.")


def _int(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    import pyarrow as pa

    numbers = column.cast(pa.int64())
    return numbers, _nulls(numbers, field)


def _fixed(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    import pyarrow as pa

    column = column.cast(pa.float64())
    numbers = column.to_numpy(zero_copy_only=False)
    steps, wild = _steps(numbers, field)
    null = np.asarray(column.is_null())
    bad = _nulls(column, field) | _all(wild & ~null, _no_number(field))
    return pa.array(steps, pa.int64(), mask=null | wild), bad


def _float(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    import pyarrow as pa

    column = column.cast(pa.float64())
    wild = ~np.isfinite(column.to_numpy(zero_copy_only=False)) & ~np.asarray(column.is_null())
    return column, _nulls(column, field) | _all(wild, _no_number(field))


def _rings(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    import pyarrow as pa

    coordinates, offsets = flat(column, 3)
    steps, wild = _steps(coordinates.to_numpy(zero_copy_only=False), field)
    rows = _rows_of(np.flatnonzero(wild), offsets)
    empty = np.diff(offsets[0]) == 0
    bad = _all(empty, f"The {field.name} hold no point.") | dict.fromkeys(rows.tolist(), _no_number(field))
    return nested_array(pa.array(np.where(wild, 0, steps), pa.int64()), offsets), bad


def _runs(column: Any, field: Field) -> tuple[Any, dict[int, str]]:
    import pyarrow as pa

    numbers, offsets = flat(column, 1)
    runs = numbers.cast(pa.int64()).to_numpy(zero_copy_only=False)
    rows = _rows_of(np.flatnonzero(runs < 0), offsets)
    return nested_array(pa.array(runs), offsets), dict.fromkeys(rows.tolist(), "A run length is negative.")


_READ: Mapping[str, Callable[[Any, Field], tuple[Any, dict[int, str]]]] = {
    "text": _text, "map": _map, "int": _int, "fixed": _fixed, "float": _float, "rings": _rings, "lines": _rings,
    "runs": _runs,
}  # fmt: skip


def _steps(numbers: NDArray[np.float64], field: Field) -> tuple[NDArray[np.int64], Rows]:
    """Numbers in whole steps, and which of them have none."""
    with np.errstate(invalid="ignore"):
        steps = np.rint(numbers * SCALE)
        wild = ~(np.abs(steps) <= field.largest)
    return np.where(wild, 0, steps).astype(np.int64), wild


def _impossible(columns: Mapping[str, Any], shape: Shape) -> dict[int, str]:
    """Rows that no answer can have: corners or ends in the wrong order, no size, a mask of another size."""
    found: dict[int, str] = {}
    for low, high in (("x_min", "x_max"), ("y_min", "y_max"), ("start", "end"), *_ENDS):
        if low in columns and high in columns:
            first, last = (_numbers(columns[name]) for name in (low, high))
            found |= _all(last < first, f"{high} is less than {low}.")
    for name in ("start", *(low for low, _ in _ENDS)):
        if name in columns:
            found |= _all(_numbers(columns[name]) < 0, f"{name} is negative.")
    for name in ("long", "wide", "high"):
        if name in columns:
            found |= _all(_numbers(columns[name]) <= 0, f"{name} is not above 0.")
    if "runs" in columns:
        runs, offsets = flat(columns["runs"], 1)
        ends = np.concatenate([[0], np.cumsum(runs.to_numpy(zero_copy_only=False))])
        total = ends[offsets[0][1:]] - ends[offsets[0][:-1]]
        pixels = _numbers(columns["width"]) * _numbers(columns["height"])
        found |= _all(total != pixels, "The runs do not fill width times height.")
    return found


def _numbers(column: Any) -> NDArray[np.int64]:
    return np.asarray(column.fill_null(0), dtype=np.int64)


def _no_number(field: Field) -> str:
    if field.kind == "float":
        return f"{field.name} is no number."
    return f"{field.name} is no number, or more than {field.largest // SCALE:,}."


def _nulls(column: Any, field: Field) -> dict[int, str]:
    return _all(np.asarray(column.is_null()), f"{field.name} is empty.") if field.required else {}


def _all(rows: Rows, why: str) -> dict[int, str]:
    return dict.fromkeys(np.flatnonzero(rows).tolist(), why)


def flat(column: Any, depth: int) -> tuple[Any, tuple[NDArray[np.int64], ...]]:
    """The innermost values of an Arrow list column and the offsets of each level, from 0."""
    import pyarrow as pa

    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    offsets = []
    for _ in range(depth):
        filled = array.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
        offsets.append(np.concatenate([[0], np.cumsum(filled)]).astype(np.int64))
        array = array.flatten()
    return array, tuple(offsets)


def nested_array(values: Any, offsets: tuple[NDArray[np.int64], ...]) -> Any:
    """An Arrow list column from its innermost values and the offsets of each level."""
    import pyarrow as pa

    array = values
    for level in reversed(offsets):
        array = pa.ListArray.from_arrays(pa.array(level.astype(np.int32)), array)
    return array


def _rows_of(places: NDArray[np.int64], offsets: tuple[NDArray[np.int64], ...]) -> NDArray[np.int64]:
    """The rows in which innermost values stand."""
    for level in reversed(offsets):
        places = np.searchsorted(level, places, side="right") - 1
    return np.unique(places)
