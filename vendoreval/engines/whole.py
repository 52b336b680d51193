"""All rows of a delivery: what agreement reads."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.engines.fold import fold, partitions_of
from vendoreval.engines.wanted import joined
from vendoreval.labels.table import CODED, SHEET, LabelTable


def all_labels(path: Path, columns: Sequence[str], executor: Executor | None = None) -> LabelTable:
    """Every row of a canonical delivery, in delivery order; items as integer codes without their names.

    `columns` are those wanted besides item, answer and sheet, where the delivery has them. Memory holds the
    codes of all rows and the names of all items once.
    """
    groups, names, shape = partitions_of(path)
    wanted = [name for name in names if name in ("item_id", *shape.names, *columns, *SHEET)]
    work = [(path, group, wanted) for group in range(groups)]
    parts = fold(_whole_rows, work, executor)
    items = pa.chunked_array([part.column("item_id").chunk(0) for part in parts]).unify_dictionaries()
    codes = [chunk.indices.to_numpy(zero_copy_only=False) for chunk in items.chunks]
    labels = [
        (code.astype(np.int32, copy=False), part.drop_columns("item_id"))
        for code, part in zip(codes, parts, strict=True)
    ]
    return joined(labels, (), shape)


def _whole_rows(work: tuple[Path, int, list[str]]) -> Any:
    """The kernel: all rows of one row group, texts as codes of the group's own dictionary."""
    path, group, wanted = work
    coded = [name for name in wanted if name in (*CODED, "item_id")]
    with pq.ParquetFile(path, read_dictionary=coded) as file:
        return file.read_row_group(group, columns=wanted, use_threads=False).combine_chunks()
