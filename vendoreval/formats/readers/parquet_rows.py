"""Parquet files of others as batches of texts: any column type, read a few columns at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.json_lines import plain
from vendoreval.formats.readers.row_batches import BATCH, CELLS, Batch, texts
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_ratio


def column_names(path: Path) -> list[str]:
    """The file's top-level columns; raises InputError when it is not Parquet."""
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def read_batches(path: Path, wanted: Collection[str]) -> Iterator[Batch]:
    """All rows with the columns `wanted`; lines are row numbers.

    Raises InputError when it unpacks to more than the limits `rows`, `ratio` and `memory` (of one batch).
    """
    start, held = 1, 0
    with _opened(path) as file:
        columns = [name for name in file.schema_arrow.names if name in wanted]
        for batch in file.iter_batches(batch_size=_batch_size(path, file, columns), columns=columns):
            size = sum(_text_size(batch.column(name)) for name in columns)
            held += size
            if size > allowed().memory:
                raise beyond("memory", "The values that follow take more than", file=str(path), line=start)
            if held > allowed().rows:
                raise beyond("rows", "The file holds more than", file=str(path), line=start)
            found = {name: as_texts(batch.column(name)) for name in columns}
            yield Batch(found, range(start, start + batch.num_rows))
            start += batch.num_rows


def _batch_size(path: Path, file: Any, columns: Collection[str]) -> int:
    """Rows of a batch: fewer where rows hold lists of many values; checks what the columns unpack to."""
    about = file.metadata
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    parts = [
        part
        for group in groups
        for part in map(group.column, range(group.num_columns))
        if part.path_in_schema.split(".")[0] in columns
    ]
    unpacked = sum(part.total_uncompressed_size for part in parts)
    if unpacked > allowed().rows:
        raise beyond("rows", "The columns unpack to more than", file=str(path), found=unpacked)
    check_ratio(unpacked, path.stat().st_size, str(path))
    cells = sum(part.num_values for part in parts)
    rows: int = CELLS * about.num_rows // max(cells, 1)
    return max(1, min(BATCH, rows))


def _text_size(column: Any) -> int:
    """The bytes of the texts in a column, counted as often as they are repeated."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if not pa.types.is_dictionary(kind):
        return int(column.nbytes)
    if not pa.types.is_string(kind.value_type):
        return 0
    return int(pc.sum(pc.binary_length(column.dictionary).take(column.indices)).as_py() or 0)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The open file, texts left in dictionaries; damage, also in the middle of reading, becomes InputError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        _check_footer(path)
        limits = {"thrift_string_size_limit": allowed().document}
        with pq.ParquetFile(path, **limits) as file:
            about, schema = file.metadata, file.schema_arrow
        if about.num_columns > allowed().columns:
            raise beyond("columns", "The file has more columns than", file=str(path), found=about.num_columns)
        names = [field.name for field in schema if pa.types.is_string(field.type)]
        with pq.ParquetFile(path, metadata=about, read_dictionary=names, **limits) as file:
            yield file
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        first = (str(error).splitlines() or ["it is damaged"])[0].rstrip(".")
        raise InputError(
            f"The file is not readable Parquet: {first}.", file=str(path), remedy="Ask for it again."
        ) from error


def _check_footer(path: Path) -> None:
    """The footer says what the file holds; it is read whole, and its length stands in the last bytes."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        length = int.from_bytes(file.read(4), "little")
        if file.read(4) == b"PAR1" and length > allowed().document:
            raise beyond(
                "document", "The description of its columns is larger than", file=str(path), found=length
            )


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
