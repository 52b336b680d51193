"""Rows of one answer that are the same in every column: copies of one row, of which the first counts.

Rows with an id of their own (label_id) are annotations of their own, however alike. While rows stream by, each
leaves one number; where numbers are equal, the rows themselves are read again and compared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.intake.part_values import flat
from vendoreval.formats.readers.row_batches import BATCH
from vendoreval.labels.repeats import Ints
from vendoreval.labels.shapes import DEPTH, Shape
from vendoreval.labels.table import CODES

Numbers = NDArray[np.uint64]
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64
_STEP = np.uint64(0x9E3779B97F4A7C15)


@dataclass
class Copies:
    """One number for each row written so far; 0 for rows that have an id."""

    shape: Shape
    numbers: list[Numbers] = field(default_factory=list)

    def add(self, columns: Mapping[str, Any], sheets: NDArray[np.int32]) -> None:
        """A batch of canonical Arrow columns and the sheet of each row."""
        found = mixed(sheets.astype(np.uint64) + np.uint64(1))
        named = columns.get("label_id")
        if named is not None and not named.null_count:
            found[:] = 0
        else:
            for name in sorted(columns.keys() - {"item_id", "annotator_id", "sheet_id", *CODES}):
                found = mixed(found ^ numbers_of(columns[name], self._depth(name)))
            if named is not None:
                found[np.asarray(named.is_valid())] = 0
        self.numbers.append(found)

    def _depth(self, name: str) -> int:
        return DEPTH.get(self.shape.field(name).kind, 0) if name in self.shape.names else 0

    def candidates(self) -> tuple[Ints, Ints]:
        """The rows whose number stands several times, and the group of each; both in row order."""
        every = np.concatenate(self.numbers) if self.numbers else np.empty(0, dtype=np.uint64)
        ordered = np.sort(every[every != 0])
        twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        if not len(twice):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        place = np.minimum(np.searchsorted(twice, every), len(twice) - 1)
        rows = np.flatnonzero(twice[place] == every)
        return rows.astype(np.int64), place[rows].astype(np.int64)


def copied_rows(copies: Copies, read: Callable[[Ints], list[str]]) -> Ints:
    """The rows that repeat an earlier one; `read` gives what stands in the chosen rows, as comparable text."""
    rows, groups = copies.candidates()
    seen: set[tuple[int, str]] = set()
    found = []
    for row, group, text in zip(rows.tolist(), groups.tolist(), read(rows) if len(rows) else (), strict=True):
        if (group, text) in seen:
            found.append(row)
        seen.add((group, text))
    return np.asarray(found, dtype=np.int64)


def texts_of(sink: IO[bytes]) -> Callable[[Ints], list[str]]:
    """What stands in chosen rows of the table in `sink`."""

    def read(rows: Ints) -> list[str]:
        import pyarrow.parquet as pq

        found: list[str] = []
        start = 0
        sink.seek(0)
        with pq.ParquetFile(sink) as file:
            names = [name for name in file.schema_arrow.names if name not in CODES]
            for batch in file.iter_batches(batch_size=BATCH, columns=names):
                low, high = np.searchsorted(rows, [start, start + batch.num_rows])
                taken = batch.take(rows[low:high] - start)
                found += [json.dumps(row, sort_keys=True, default=str) for row in taken.to_pylist()]
                start += batch.num_rows
        return found

    return read


def numbers_of(column: Any, depth: int) -> Numbers:
    """A number for each value, equal for equal values; 0 where there is none."""
    import pyarrow as pa

    if depth:
        return _of_lists(column, depth)
    if pa.types.is_string(column.type):
        coded = column.dictionary_encode()
        hashes = [hash(text) & 0xFFFFFFFFFFFFFFFF for text in coded.dictionary.to_pylist()]
        places = np.asarray(coded.indices.fill_null(len(hashes)))
        by_text: Numbers = np.asarray([*hashes, 0], dtype=np.uint64)[places]
        return by_text
    plain = column.cast(pa.float64()) if pa.types.is_floating(column.type) else column.cast(pa.int64())
    values = np.ascontiguousarray(plain.fill_null(0).to_numpy(zero_copy_only=False))
    found: Numbers = values.view(np.uint64) ^ np.asarray(column.is_null()).astype(np.uint64)
    return found


def _of_lists(column: Any, depth: int) -> Numbers:
    values, offsets = flat(column, depth)
    numbers: Numbers = values.to_numpy(zero_copy_only=False).astype(np.int64).view(np.uint64)
    for ends in reversed(offsets):
        place = np.arange(len(numbers)) - np.repeat(ends[:-1], np.diff(ends))
        placed = mixed(numbers + _STEP * (place + 1).astype(np.uint64))
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(placed, dtype=np.uint64)])
        numbers = sums[ends[1:]] - sums[ends[:-1]] + np.diff(ends).astype(np.uint64)
    return numbers


def mixed(numbers: Numbers) -> Numbers:
    """Numbers spread over 64 bits (splitmix64, S. Vigna)."""
    with np.errstate(over="ignore"):
        numbers = numbers + _STEP
        numbers = (numbers ^ (numbers >> np.uint64(30))) * _FIRST
        numbers = (numbers ^ (numbers >> np.uint64(27))) * _SECOND
        found: Numbers = numbers ^ (numbers >> np.uint64(31))
    return found
