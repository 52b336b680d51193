"""Partitions of a canonical label table: by hash of the item, in as many Parquet files as are asked for.

Each holds the columns of the canonical table and `row`, the place of each row in it. The hash is CRC-32 of the
item's id in UTF-8, so that it depends on nothing but the id: all rows of an item lie in one partition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vendoreval.formats.writers.parquet_table import how_written
from vendoreval.labels.table import CODED, ROW

_HELD = 1 << 20  # rows in memory before all partitions get what is theirs


def write_partitions(table: Path, files: Sequence[Path]) -> list[int]:
    """Write the rows of the canonical `table` into `files`, one a partition; returns the rows of each.

    Memory holds _HELD rows and a row group, however many rows and partitions there are.
    """
    rows = [0] * len(files)
    names = pq.read_schema(table).names
    coded = [name for name in names if name in CODED]
    with pq.ParquetFile(table, read_dictionary=coded) as source, ExitStack() as closing:
        schema = source.schema_arrow.append(pa.field(ROW, pa.int64()))
        writers = [closing.enter_context(_writer(file, schema, source.metadata.metadata)) for file in files]
        for held in _pieces(source):
            for number, piece in enumerate(_split(held, len(files))):
                if piece.num_rows:
                    writers[number].write_table(piece, row_group_size=piece.num_rows)
                    rows[number] += piece.num_rows
    return rows


def _writer(file: Path, schema: Any, metadata: Mapping[bytes, bytes] | None) -> Any:
    writer = pq.ParquetWriter(file, schema, **how_written(schema.names))
    writer.add_key_value_metadata(metadata or {})
    return writer


def _pieces(source: Any) -> Iterator[Any]:
    """The table in pieces of about _HELD rows, with each row's place."""
    waiting: list[Any] = []
    begin = 0
    for group in range(source.num_row_groups):
        rows = source.read_row_group(group)
        place = pa.array(np.arange(begin, begin + rows.num_rows))
        waiting.append(rows.append_column(ROW, place))
        begin += rows.num_rows
        if sum(one.num_rows for one in waiting) >= _HELD:
            yield _one_table(waiting)
    if waiting:
        yield _one_table(waiting)


def _one_table(waiting: list[Any]) -> Any:
    """The tables as one; the list is emptied, so that no row is held twice."""
    table = pa.concat_tables(waiting).unify_dictionaries().combine_chunks()
    waiting.clear()
    return table


def _split(rows: Any, count: int) -> Iterator[Any]:
    """The rows of each partition, in their order."""
    number = partition_of(rows.column("item_id"), count)
    order = np.argsort(number, kind="stable")
    ends = np.cumsum(np.bincount(number, minlength=count))
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        yield rows.take(pa.array(order[begin:end]))


def partition_of(items: Any, count: int) -> NDArray[np.int64]:
    """The partition, from 0, of each id in an Arrow column of texts; a row without an item is in the first."""
    coded = items.combine_chunks().dictionary_encode()
    texts = coded.dictionary.cast(pa.binary()).to_pylist()
    numbers = np.asarray([*(crc32(text) % count for text in texts), 0], dtype=np.int64)
    codes: NDArray[np.int32] = np.asarray(coded.indices.fill_null(len(texts)))
    found: NDArray[np.int64] = numbers[codes]
    return found
