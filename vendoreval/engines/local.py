"""The fold over a delivery's partitions on this machine.

A partition is a Parquet row group; the kernel keeps the rows whose item is wanted, as integer codes.
Results are joined in delivery order, so any executor gives the same table.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import label_table, shape_of
from vendoreval.labels.columns import Codes
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODED, CODES, SHEET, LabelTable

THREADS = 2  # more gain nothing: decoding is bound by memory


def labels_on_items(path: Path, item_ids: Sequence[str], executor: Executor | None = None) -> LabelTable:
    """The rows of a canonical delivery whose item is one of `item_ids`, in delivery order.

    `executor` runs the partitions (any concurrent.futures.Executor, in other processes too); the
    default is a few threads. Memory holds a few row groups and the rows that are kept.
    """
    wanted = pa.array(item_ids, pa.string())
    groups, names, shape = _schema(path)
    work = [(path, group, names, wanted) for group in range(groups)]
    if executor is not None:
        parts = list(executor.map(_wanted_rows, work))
    else:
        with ThreadPoolExecutor(THREADS) as threads:
            parts = list(threads.map(_wanted_rows, work))
    return _joined(parts, tuple(item_ids), shape)


def all_labels(path: Path, columns: Sequence[str], executor: Executor | None = None) -> LabelTable:
    """Every row of a canonical delivery, in delivery order; items as integer codes without their names.

    `columns` are those wanted besides item, answer and sheet, where the delivery has them. Memory holds the
    codes of all rows and the names of all items once.
    """
    groups, names, shape = _schema(path)
    wanted = [name for name in names if name in ("item_id", *shape.names, *columns, *SHEET)]
    work = [(path, group, wanted) for group in range(groups)]
    if executor is not None:
        parts = list(executor.map(_whole_rows, work))
    else:
        with ThreadPoolExecutor(THREADS) as threads:
            parts = list(threads.map(_whole_rows, work))
    items = pa.chunked_array([part.column("item_id").chunk(0) for part in parts]).unify_dictionaries()
    codes = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in items.chunks]
    labels = [
        (code.astype(np.int32, copy=False), part.drop_columns("item_id"))
        for code, part in zip(codes, parts, strict=True)
    ]
    return _joined(labels, (), shape)


def _schema(path: Path) -> tuple[int, list[str], Shape]:
    """Row groups, columns and shape of a canonical file; the codes beside texts are not read here."""
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name not in CODES]
        return file.num_row_groups, names, shape_of(file.metadata.metadata)


def _whole_rows(work: tuple[Path, int, list[str]]) -> Any:
    """The kernel: all rows of one row group, texts as codes of the group's own dictionary."""
    path, group, wanted = work
    coded = [name for name in wanted if name in (*CODED, "item_id")]
    with pq.ParquetFile(path, read_dictionary=coded) as file:
        return file.read_row_group(group, columns=wanted, use_threads=False).combine_chunks()


def _wanted_rows(work: tuple[Path, int, list[str], Any]) -> tuple[Codes, Any] | None:
    """The kernel: one row group's rows on wanted items, their items as indexes into `wanted`."""
    path, group, names, wanted = work
    with pq.ParquetFile(path, read_dictionary=[name for name in names if name in CODED]) as file:
        item = file.read_row_group(group, columns=["item_id"], use_threads=False).column(0)
        index = pc.index_in(item, value_set=wanted)
        if index.null_count == len(index):
            return None
        others = [name for name in names if name != "item_id"]
        table = file.read_row_group(group, columns=others, use_threads=False)
    kept = table.filter(pc.is_valid(index)) if index.null_count else table
    codes = np.asarray(index.drop_null().to_numpy(), dtype=np.int32)
    return codes, kept.combine_chunks()


def _joined(parts: list[Any], item_ids: tuple[str, ...], shape: Shape) -> LabelTable:
    found = [part for part in parts if part is not None]
    item = np.concatenate([codes for codes, _ in found]) if found else np.empty(0, dtype=np.int32)
    table = pa.concat_tables([kept for _, kept in found]) if found else None
    return label_table(item, table, item_ids, shape)
