"""Which rows stand on which sheet, and which sheets hold the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import Column, LabelTable, Sheets

Ints = NDArray[np.int64]


def sheet_of_rows(labels: LabelTable, sheets: Sheets) -> Ints:
    """The number of each row's sheet; -1 for a row that stands on none."""
    people = sorted({*labels.annotator.values, *sheets.annotator.values})
    width = len(people) + 1
    item = labels.item.recode(sheets.item.values)
    keys = sheets.item.codes.astype(np.int64) * width + sheets.annotator.recode(people).codes + 1
    order = np.argsort(keys, kind="stable")
    wanted = item.codes.astype(np.int64) * width + labels.annotator.recode(people).codes + 1
    place = np.searchsorted(keys[order], wanted)
    place = np.minimum(place, max(len(keys) - 1, 0))
    if not len(keys):
        return np.full(len(labels), -1, dtype=np.int64)
    found = order[place]
    return np.where((keys[found] == wanted) & (item.codes >= 0), found, -1).astype(np.int64)


def sheet_contents(labels: LabelTable, shape: Shape) -> Ints:
    """A number for each sheet: equal where two hold the same rows in any order, 0 for one without a row.

    The tool's ids are no content, nor is anything that is told of the rows besides their answer.
    """
    assert labels.sheets is not None
    names = [one.name for one in shape.fields if not one.name.endswith("_id") and one.name in labels.answers]
    columns = [_numbered(labels.answers[name]) for name in names]
    _, row = np.unique(np.stack([*columns]), axis=1, return_inverse=True)
    row = np.asarray(row, dtype=np.int64).ravel()
    sheet = sheet_of_rows(labels, labels.sheets)
    order = np.lexsort([row, sheet])[np.count_nonzero(sheet < 0) :]
    ends = np.cumsum(np.bincount(sheet[order], minlength=len(labels.sheets)))
    known: dict[bytes, int] = {b"": 0}
    rows, start, found = row[order], 0, []
    for end in ends.tolist():
        found.append(known.setdefault(rows[start:end].tobytes(), len(known)))
        start = end
    return np.asarray(found, dtype=np.int64)


def _numbered(column: Column) -> Ints:
    """Equal numbers for equal values."""
    if isinstance(column, Coded):
        return column.codes.astype(np.int64)
    if isinstance(column, Nested):
        ends = column.offsets[0]
        for offsets in column.offsets[1:]:
            ends = offsets[ends]
        known: dict[bytes, int] = {}
        spans = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        texts = (column.values[start:end].tobytes() for start, end in spans)
        return np.asarray([known.setdefault(text, len(known)) for text in texts], dtype=np.int64)
    return np.asarray(np.unique(column, return_inverse=True)[1], dtype=np.int64)
