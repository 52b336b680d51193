"""Rows of one person on one item, found while a delivery streams in and settled before anybody counts.

Only such rows are looked at closely: the rest of the delivery costs one sort of its (item, person) numbers.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.intake.written_codes import NOBODY, WrittenCodes
from vendoreval.formats.readers.row_batches import BATCH
from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.labels.columns import Coded
from vendoreval.labels.numbers import plain_number
from vendoreval.labels.repeats import UNKNOWN, Ints, Repeated, Rows
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import CODED, CODES

Tell = Callable[[Ints], Ints]  # rows of the delivery -> what their unread columns hold, as comparable numbers


def check_label_ids(ids: Ints, numbers: Ints) -> None:
    """Raise InputError where one label_id stands on several items or people: it is not an annotation's.

    `ids` are comparable numbers of label ids by row, 0 for none, `numbers` those of item and person.
    """
    order = np.lexsort((numbers, ids))
    known = ids[order] != 0
    same = (ids[order][1:] == ids[order][:-1]) & known[1:]
    if (same & (numbers[order][1:] != numbers[order][:-1])).any():
        raise InputError(
            "One label_id stands on several items or people, so it is no id of annotations.",
            remedy="Map label_id to the tool's id of the annotation, or leave it out.",
        )


def repeated_rows(
    sink: IO[bytes], written: WrittenCodes, label_ids: Ints | None, tell: Tell, file_of: Tell, *, numbers: bool
) -> Repeated:
    """The repeated rows of the table in `sink`. `tell` is asked only where the columns read are equal.

    `numbers`: labels are numbers, of which equal ones are the same answer however they are written.
    """
    rows, number = written.repeated
    named = (number & NOBODY) != NOBODY
    columns = _columns(sink, rows)
    same = _combined([columns[name] for name in sorted(columns)])
    if label_ids is not None:
        ids = label_ids[rows]
        same = np.where(ids != 0, _combined([ids, columns["label"]]), -1 - same)
    group = np.searchsorted(written.repeated_numbers, number)
    same = _combined([same, np.where(named, -1, file_of(rows))])
    if label_ids is None:
        alike = _alike(group, same)
        further = np.zeros(len(rows), dtype=np.int64)
        if alike.any():
            further[alike] = tell(rows[alike])
        same = _combined([same, further])
    when = columns.get("labelled_at", np.full(len(rows), UNKNOWN))
    label = _equal_numbers(sink, rows) if numbers else columns["label"]
    return Repeated(rows, group, label, same, when, named)


def _equal_numbers(sink: IO[bytes], rows: Ints) -> Ints:
    """The labels of the rows, as numbers that are equal where labels are equal numbers."""
    texts = (plain_number(row["label"] or "") for row in names_at(sink, rows, ("label",)))
    return Coded.from_text(texts).codes.astype(np.int64)


def without(
    sink: IO[bytes], dropped: Ints, schema_id: str, more: Mapping[str, Any] | None = None,
    shape: Shape = SHAPES["classification"],
) -> None:  # fmt: skip
    """Write the table in `sink` again without the rows `dropped`, and with the rows `more` at its end."""
    import pyarrow.parquet as pq

    with tempfile.TemporaryFile() as copy:
        sink.seek(0)
        with pq.ParquetFile(sink) as file:
            names = file.schema_arrow.names
            with LabelWriter(copy, names, schema_id, shape) as writer:
                for start, batch in _pieces(file, names):
                    keep = np.ones(batch.num_rows, dtype=bool)
                    keep[_within(dropped, start, batch.num_rows)] = False
                    kept = batch.filter(keep)
                    writer.write({name: kept.column(name) for name in names})
                if more:
                    writer.write(filled(more, names, len(more["item_id"])))
        copy.seek(0)
        sink.seek(0)
        sink.truncate()
        shutil.copyfileobj(copy, sink, 1 << 20)


def names_at(sink: IO[bytes], rows: Ints, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Some rows of the table as values, to show them."""
    import pyarrow.parquet as pq

    sink.seek(0)
    found: list[dict[str, Any]] = []
    with pq.ParquetFile(sink) as file:
        known = [name for name in columns if name in file.schema_arrow.names]
        for start, batch in _pieces(file, known, rows):
            found += batch.take(_within(rows, start, batch.num_rows)).to_pylist()
    return found


def _columns(sink: IO[bytes], rows: Ints) -> dict[str, Ints]:
    """All columns of the rows but item and person, as numbers that are equal where values are."""
    import pyarrow.parquet as pq

    parts: dict[str, list[Ints]] = {}
    known: dict[str, dict[Any, int]] = {}
    sink.seek(0)
    coded = [name for name in pq.read_schema(sink).names if name in CODED]
    sink.seek(0)
    with pq.ParquetFile(sink, read_dictionary=coded) as file:
        beside = ("item_id", "annotator_id", "label_id", *CODES)
        names = [name for name in file.schema_arrow.names if name not in beside]
        for start, batch in _pieces(file, names, rows):
            taken = batch.take(_within(rows, start, batch.num_rows))
            for name in names:
                codes = _codes(name, taken.column(name), known.setdefault(name, {}))
                parts.setdefault(name, []).append(codes)
    return {name: np.concatenate(found) for name, found in parts.items()}


def _pieces(file: Any, names: Sequence[str], rows: Ints | None = None) -> Iterator[tuple[int, Any]]:
    """The table piece by piece, each with the place of its first row; of `rows`, groups that hold some."""
    start = 0
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        if rows is None or len(_within(rows, start, size)):
            for batch in file.iter_batches(batch_size=BATCH, row_groups=[group], columns=list(names)):
                yield start, batch
                start += batch.num_rows
        else:
            start += size


def _codes(name: str, column: Any, known: dict[Any, int]) -> Ints:
    if name == "labelled_at":
        import pyarrow as pa

        moments = column.cast(pa.int64()).fill_null(UNKNOWN)
        return np.asarray(moments, dtype=np.int64)
    coded = column.dictionary_encode()
    numbers = [known.setdefault(value, len(known)) for value in coded.dictionary.to_pylist()]
    numbers.append(-1)  # where a null points
    places = np.asarray(coded.indices.fill_null(len(numbers) - 1))
    found: Ints = np.asarray(numbers, dtype=np.int64)[places]
    return found


def _combined(columns: Sequence[Ints]) -> Ints:
    """One number for every combination of values."""
    found = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        code = np.unique(column, return_inverse=True)[1]
        found = np.unique(found * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1]
    return np.asarray(found, dtype=np.int64)


def _alike(group: Ints, same: Ints) -> Rows:
    """Rows whose combination stands more than once."""
    both = _combined([group, same])
    return np.asarray(np.bincount(both)[both] > 1)


def _within(rows: Ints, start: int, length: int) -> Ints:
    """Which of the sorted `rows` lie in a row group, counted from its first."""
    low, high = np.searchsorted(rows, [start, start + length])
    return rows[low:high] - start
