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
from vendoreval.labels.columns import Codes
from vendoreval.labels.table import CODED, SHEET, LabelTable

_ITEM_CODE = "item_code"


def all_labels(path: Path, columns: Sequence[str], executor: Executor | None = None) -> LabelTable:
    """Every row of a canonical delivery, in delivery order; items as integer codes without their names.

    `columns` are those wanted besides item, answer and sheet, where the delivery has them. Memory holds the
    codes of all rows; of a file that has no codes of its items beside their ids, the ids once, too.
    """
    groups, names, shape = partitions_of(path)
    item = _ITEM_CODE if _ITEM_CODE in pq.read_schema(path).names else "item_id"
    wanted = [item, *(name for name in names if name in (*shape.names, *columns, *SHEET))]
    work = [(path, group, wanted) for group in range(groups)]
    parts = fold(_whole_rows, work, executor)
    codes = _item_codes([part.column(item) for part in parts])
    labels = [(code, part.drop_columns(item)) for code, part in zip(codes, parts, strict=True)]
    return joined(labels, (), shape)


def _whole_rows(work: tuple[Path, int, list[str]]) -> Any:
    """The kernel: all rows of one row group, texts as codes of the group's own dictionary."""
    path, group, wanted = work
    coded = [name for name in wanted if name in (*CODED, "item_id")]
    with pq.ParquetFile(path, read_dictionary=coded) as file:
        return file.read_row_group(group, columns=wanted, use_threads=False).combine_chunks()


def _item_codes(columns: Sequence[Any]) -> list[Codes]:
    """The items of each partition as integers that hold for all of them."""
    chunks = [column.chunk(0) for column in columns]
    if chunks and pa.types.is_dictionary(chunks[0].type):
        chunks = [chunk.indices for chunk in pa.chunked_array(chunks).unify_dictionaries().chunks]
    return [np.asarray(chunk, dtype=np.int32) for chunk in chunks]
