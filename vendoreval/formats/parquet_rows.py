"""Parquet files of others as batches of texts: any column type, read a few columns at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.json_lines import plain
from vendoreval.formats.row_batches import BATCH, Batch, texts


def column_names(path: Path) -> list[str]:
    """The file's top-level columns; raises InputError when it is not Parquet."""
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def read_batches(path: Path, wanted: Collection[str]) -> Iterator[Batch]:
    """All rows with the columns `wanted`; lines are row numbers."""
    start = 1
    with _opened(path) as file:
        columns = [name for name in file.schema_arrow.names if name in wanted]
        for batch in file.iter_batches(batch_size=BATCH, columns=columns):
            found = {name: as_texts(batch.column(name)) for name in columns}
            yield Batch(found, range(start, start + batch.num_rows))
            start += batch.num_rows


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The open file; damage, also in the middle of reading, becomes InputError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0].rstrip(".")
        raise InputError(
            f"The file is not readable Parquet: {first}.", file=str(path), remedy="Ask for it again."
        ) from error


def as_texts(column: Any) -> Any:
    """An Arrow array as texts: whole numbers, true/false and times by Arrow, all else as JSON writes it."""
    import pyarrow as pa

    types = pa.types
    kind = column.type
    if types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if types.is_timestamp(kind):
        mark = "Z" if kind.tz else ""
        naive = column.cast(pa.timestamp("us"), safe=False).cast(pa.string()).to_pylist()
        return texts([None if text is None else text.replace(" ", "T") + mark for text in naive])
    if types.is_floating(kind):
        return texts(
            [None if value is None or value != value else plain(value) for value in column.to_pylist()]
        )
    if types.is_nested(kind):
        return texts([plain(value) for value in column.to_pylist()])
    text = column.cast(pa.string())
    text.validate(full=True)
    return text
