"""The canonical label table: one Parquet file with plain text ids, in delivery order.

Types whose answers are any number of rows have a row a sheet behind all others: no label, and what is known of
the item (SHEET). So one hash seals who answered what, and what was answered with nothing.

Texts that repeat (annotator, label …) are dictionary-encoded within each row group, so that any tool
reads plain text and the audit reads integer codes; item ids are not, because few repeat (measured in
docs/decisions/0005). Row groups are the partitions over which the audit folds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.formats.writers.parquet_pieces import footer_of, footers_in, joint_footer
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import CODED, CODES, ROW

TEXT, NUMBER = pa.string(), pa.int64()
TYPES = {
    "labelled_at": pa.timestamp("us", tz="UTC"), "seconds": pa.float64(), "alternative": NUMBER,
    "ignored": pa.bool_(), "item_width": NUMBER, "item_height": NUMBER, **dict.fromkeys(CODES, pa.int32()),
}  # fmt: skip
KINDS = {
    "text": TEXT, "map": TEXT, "int": NUMBER, "fixed": NUMBER, "float": pa.float64(),
    "rings": pa.list_(pa.list_(pa.list_(NUMBER))), "lines": pa.list_(pa.list_(pa.list_(NUMBER))),
    "runs": pa.list_(NUMBER),
}  # fmt: skip
_REPEATED = (*CODED, "annotator_code", "label_code", "seconds")  # few different values a row group
_RISING = ("item_code", "labelled_at", ROW)  # mostly little more than in the row before
ROW_GROUP = 1 << 20
_ROW_GROUP_PARTS = 1 << 18  # rows that hold lists are long


def type_of(column: str, shape: Shape = SHAPES["classification"]) -> Any:
    """The Arrow type of a column; what is not known is text."""
    if column in shape.names:
        return KINDS[shape.field(column).kind]
    return TYPES.get(column, TEXT)


def how_written(columns: Sequence[str]) -> dict[str, Any]:
    """Compression and encodings that fit the columns, as pyarrow's writer takes them."""
    return {
        "compression": "zstd", "store_schema": False,
        "write_statistics": [name for name in columns if name == "item_code"] or False,
        "use_dictionary": [name for name in columns if name in _REPEATED] or False,
        "column_encoding": {name: "DELTA_BINARY_PACKED" for name in _RISING if name in columns} or None,
    }  # fmt: skip


class LabelWriter:
    """Write columns batch by batch; row groups are filled to ROW_GROUP rows.

    Each row group is written whole, as a Parquet file of its own; a last footer makes one file of them
    (parquet_pieces). So what stands up to one of `ends` can be gone on with by another writer.
    """

    def __init__(
        self,
        target: Path | IO[bytes],
        columns: Sequence[str],
        schema_id: str,
        shape: Shape = SHAPES["classification"],
        *,
        texts: Collection[str] = (),
        ends: Sequence[int] = (),
        written: Callable[[], object] = lambda: None,
    ) -> None:
        """`texts` are columns of text whatever their names say.

        `ends` are those of the row groups that stand in `target`; what is behind the last one is lost.
        `written` is called when a row group was written, and no row waits.
        """
        fields = [pa.field(name, TEXT if name in texts else type_of(name, shape)) for name in columns]
        self._typed = [name for name in columns if name not in texts]
        self._schema = pa.schema(fields)
        self._group = _ROW_GROUP_PARTS if any(pa.types.is_list(field.type) for field in fields) else ROW_GROUP
        self._metadata = {"schema": schema_id, "shape": shape.name, "scale": str(SCALE)}
        self._owned = target.open("wb") if isinstance(target, Path) else None
        self._target: IO[bytes] = self._owned or target  # type: ignore[assignment]
        self._written = written
        self._footers = footers_in(self._target, ends)
        self.ends = list(ends)
        self._waiting: list[Any] = []
        self._rows = 0
        if ends:
            self._target.truncate(ends[-1])
            self._target.seek(ends[-1])

    def __enter__(self) -> LabelWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        if self._owned is not None:
            self._owned.close()

    def _finish(self) -> None:
        if self._rows or not self.ends:
            self._flush()
        if len(self.ends) > 1:
            self._target.write(joint_footer(self._footers, [0, *self.ends[:-1]]))
        self._target.flush()

    @property
    def names(self) -> list[str]:
        """The columns in order."""
        return list(self._schema.names)

    def write(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Append rows; every column of the writer must be there."""
        arrays = [_array(columns[field.name], field.type) for field in self._schema]
        batch = pa.record_batch(arrays, schema=self._schema)
        self._waiting.append(batch)
        self._rows += batch.num_rows
        if self._rows >= self._group:
            self._flush()
            self._written()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, schema=self._schema)
        self._waiting, self._rows = [], 0
        buffer = pa.BufferOutputStream()
        with pq.ParquetWriter(buffer, self._schema, **how_written(self._typed)) as writer:
            writer.add_key_value_metadata(self._metadata)
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
        piece = memoryview(buffer.getvalue())
        self._target.write(piece)
        self._footers.append(footer_of(piece))
        self.ends.append((self.ends[-1] if self.ends else 0) + len(piece))
        pa.default_memory_pool().release_unused()  # or it keeps what was needed for the largest group


def filled(columns: Mapping[str, Any], names: Sequence[str], rows: int) -> dict[str, Any]:
    """All of `names`; those that are not among `columns` hold no value."""
    return {name: columns[name] if name in columns else pa.nulls(rows) for name in names}


def _array(values: Any, wanted: Any) -> Any:
    return (
        values.cast(wanted) if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, type=wanted)
    )


def read_texts(source: Path | IO[bytes], but: Collection[str] = ()) -> dict[str, list[str | None]]:
    """A small canonical file (a gold set) as columns of texts, without the columns in `but`."""
    with pq.ParquetFile(source) as file:
        table = file.read([name for name in file.schema_arrow.names if name not in but])
    return {name: table.column(name).to_pylist() for name in table.schema.names}
