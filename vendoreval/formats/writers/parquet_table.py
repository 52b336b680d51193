"""The canonical label table: one Parquet file with plain text ids, in delivery order.

Types whose answers are any number of rows have a row a sheet behind all others: no label, and what is known of
the item (SHEET). So one hash seals who answered what, and what was answered with nothing.

Texts that repeat (annotator, label …) are dictionary-encoded within each row group, so that any tool
reads plain text and the audit reads integer codes; item ids are not, because few repeat (measured in
docs/decisions/0005). Row groups are the partitions over which the audit folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import CODED, CODES

TEXT, NUMBER = pa.string(), pa.int64()
TYPES = {
    "labelled_at": pa.timestamp("us", tz="UTC"), "seconds": pa.float64(), "alternative": NUMBER,
    "ignored": pa.bool_(), "item_width": NUMBER, "item_height": NUMBER, **dict.fromkeys(CODES, pa.int32()),
}  # fmt: skip
KINDS = {
    "text": TEXT, "map": TEXT, "int": NUMBER, "fixed": NUMBER, "float": pa.float64(),
    "rings": pa.list_(pa.list_(pa.list_(NUMBER))), "runs": pa.list_(NUMBER),
}  # fmt: skip
ROW_GROUP = 1 << 20
_ROW_GROUP_PARTS = 1 << 18  # rows that hold lists are long


def type_of(column: str, shape: Shape = SHAPES["classification"]) -> Any:
    """The Arrow type of a column; what is not known is text."""
    if column in shape.names:
        return KINDS[shape.field(column).kind]
    return TYPES.get(column, TEXT)


class LabelWriter:
    """Write columns batch by batch; row groups are filled to ROW_GROUP rows."""

    def __init__(
        self,
        target: Path | IO[bytes],
        columns: Sequence[str],
        schema_id: str,
        shape: Shape = SHAPES["classification"],
    ) -> None:
        fields = [pa.field(name, type_of(name, shape)) for name in columns]
        self._schema = pa.schema(fields)
        self._group = _ROW_GROUP_PARTS if any(pa.types.is_list(field.type) for field in fields) else ROW_GROUP
        self._writer = pq.ParquetWriter(
            target, self._schema, compression="zstd", store_schema=False,
            write_statistics=[name for name in columns if name == "item_code"] or False,
            use_dictionary=[name for name in columns if name in CODED] or False,
        )  # fmt: skip
        self._writer.add_key_value_metadata({"schema": schema_id, "shape": shape.name, "scale": str(SCALE)})
        self._waiting: list[Any] = []
        self._rows = 0

    def __enter__(self) -> LabelWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

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

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, schema=self._schema)
            self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self._waiting, self._rows = [], 0


def filled(columns: Mapping[str, Any], names: Sequence[str], rows: int) -> dict[str, Any]:
    """All of `names`; those that are not among `columns` hold no value."""
    return {name: columns[name] if name in columns else pa.nulls(rows) for name in names}


def _array(values: Any, wanted: Any) -> Any:
    return (
        values.cast(wanted) if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, type=wanted)
    )


def read_texts(source: Path | IO[bytes]) -> dict[str, list[str | None]]:
    """A small canonical file (a gold set) as columns of texts."""
    table = pq.read_table(source)
    return {name: table.column(name).to_pylist() for name in table.schema.names}
