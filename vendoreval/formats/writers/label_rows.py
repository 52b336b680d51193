"""The long table of a delivery as a file of rows that our own reader takes again: CSV, JSON lines or Parquet.

Numbers stand in whole units (pixels, degrees) with their decimals, outlines as WKT, masks as COCO's text of run
lengths. A row with item and annotator alone says that they answered with nothing.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.formats.readers.row_batches import BATCH
from vendoreval.labels.run_codecs import coco_counts
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import CODES, SHEET

FORMATS = ("csv", "jsonl", "parquet")
_AS = {"rings": "polygon", "lines": "line", "runs": "rle"}  # what a column is called in files
_ITEMS = {"item_width": "width", "item_height": "height", "item_text": "text"}
Row = Mapping[str, Any]


def write_labels(table: Path, out: IO[bytes], fmt: str) -> int:
    """Write the canonical `table` to `out`; returns the number of rows. Memory holds one batch."""
    with pq.ParquetFile(table) as file:
        shape = SHAPES[(file.metadata.metadata or {}).get(b"shape", b"classification").decode()]
        names = [name for name in file.schema_arrow.names if name not in (*CODES, *SHEET)]
        names = [
            name for name in names if name in ("item_id", "annotator_id", *shape.names) or _told(file, name)
        ]
        shown = [shown_as(_kind(shape, name), name) for name in names]
        read = dict.fromkeys([*names, "label"])
        rows = (batch.to_pylist() for batch in file.iter_batches(BATCH, columns=list(read)))
        return write_rows(_plain(_counting(rows), names, shape), shown, out, fmt)


def write_rows(batches: Iterator[list[Row]], names: Sequence[str], out: IO[bytes], fmt: str) -> int:
    """Write rows with the columns `names` in one of FORMATS; returns how many."""
    return _WRITERS[fmt](batches, names, out)


def write_items(table: Path, out: IO[bytes]) -> int:
    """Write who answered which item as an items file (CSV), for boxes, spans …; returns the number of rows."""
    with pq.ParquetFile(table) as file:
        columns = [name for name in ("item_id", "annotator_id", *SHEET) if name in file.schema_arrow.names]
        shown = [_ITEMS.get(name, name) for name in columns]
        rows: Iterator[list[Row]] = (
            [{_ITEMS.get(name, name): row[name] for name in columns} for row in batch.to_pylist()
             if row["label"] is None]
            for batch in file.iter_batches(BATCH, columns=[*columns, "label"])
        )  # fmt: skip
        return _csv(rows, shown, out)


def _counting(batches: Iterator[list[dict[str, Any]]]) -> Iterator[list[dict[str, Any]]]:
    """Without the sheets that hold something: they stand behind their rows."""
    filled: set[tuple[Any, Any]] = set()
    for rows in batches:
        filled.update((row["item_id"], row.get("annotator_id")) for row in rows if row["label"] is not None)
        yield [
            row for row in rows
            if row["label"] is not None or (row["item_id"], row.get("annotator_id")) not in filled
        ]  # fmt: skip


def _told(file: Any, name: str) -> bool:
    """Whether an optional column holds anything."""
    return any(
        file.read_row_group(group, columns=[name]).column(0).null_count
        < file.metadata.row_group(group).num_rows
        for group in range(file.num_row_groups)
    )


def _kind(shape: Shape, name: str) -> str:
    return shape.field(name).kind if name in shape.names else ""


def _plain(batches: Iterator[list[dict[str, Any]]], names: Sequence[str], shape: Shape) -> Iterator[list[Row]]:
    """Rows as they are written."""
    shown = {name: shown_as(_kind(shape, name), name) for name in names}
    for rows in batches:
        yield [{shown[name]: _value(row, name, shape) for name in names} for row in rows]


def shown_as(kind: str, name: str) -> str:
    """What a column of that kind is called in files."""
    return _AS.get(kind, name)


def _value(row: Mapping[str, Any], name: str, shape: Shape) -> Any:
    value = row[name]
    if value is None:
        return None
    kind = _kind(shape, name)
    if kind == "fixed":
        return decimal(value)
    if kind in ("rings", "lines"):
        return wkt(value, kind)
    if kind == "runs":
        return coco_counts(np.asarray(value, dtype=np.int64))
    return value.isoformat() if name == "labelled_at" else value


def decimal(steps: int) -> int | float:
    """A number of steps in whole units; the shortest decimal that gives the same steps again."""
    return steps // SCALE if steps % SCALE == 0 else steps / SCALE


def wkt(parts: Sequence[Sequence[Sequence[int]]], kind: str = "rings") -> str:
    """Rings, or open lines, of whole steps as WKT."""
    whole = [[[decimal(side) for side in ring] for ring in part] for part in parts]
    return outline(whole) if kind == "rings" else line(whole)


def line(parts: Sequence[Sequence[Sequence[float]]]) -> str:
    """Open lines as WKT."""
    texts = [f"({_points(chain)})" for part in parts for chain in part]
    return f"LINESTRING {texts[0]}" if len(texts) == 1 else f"MULTILINESTRING ({', '.join(texts)})"


def outline(parts: Sequence[Sequence[Sequence[float]]]) -> str:
    """Rings as WKT, each closed."""
    texts = [f"({', '.join(_ring(ring) for ring in part)})" for part in parts]
    return f"POLYGON {texts[0]}" if len(texts) == 1 else f"MULTIPOLYGON ({', '.join(texts)})"


def _ring(ring: Sequence[float]) -> str:
    return f"({_points([*ring, *ring[:2]])})"


def _points(chain: Sequence[float]) -> str:
    return ", ".join(f"{x} {y}" for x, y in zip(chain[::2], chain[1::2], strict=True))


def _csv(batches: Iterator[list[Row]], names: Sequence[str], out: IO[bytes]) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    count = 0
    for rows in batches:
        writer.writerows(rows)
        count += len(rows)
    text.detach()
    return count


def _jsonl(batches: Iterator[list[Row]], names: Sequence[str], out: IO[bytes]) -> int:
    count = 0
    for rows in batches:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        count += len(rows)
    return count


def _parquet(batches: Iterator[list[Row]], names: Sequence[str], out: IO[bytes]) -> int:
    """All columns as text: other readers give numbers types of their own."""
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    count = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in batches:
            columns = [[None if row[n] is None else str(row[n]) for row in rows] for n in names]
            arrays = [pa.array(one, pa.string()) for one in columns]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            count += len(rows)
    return count


_WRITERS: Mapping[str, Callable[[Iterator[list[Row]], Sequence[str], IO[bytes]], int]] = {
    "csv": _csv, "jsonl": _jsonl, "parquet": _parquet,
}  # fmt: skip
