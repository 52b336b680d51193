"""The rows of a delivery on some items: what an audit reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import label_table
from vendoreval.engines.arrow_numpy import codes_of, numbers_of, texts_of
from vendoreval.engines.fold import fold, pieces_of, threads_for
from vendoreval.engines.partitions import Source, across
from vendoreval.labels.columns import Codes
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODED, ROW, LabelTable


def labels_on_items(source: Source, item_ids: Sequence[str], *, without: Collection[str] = ()) -> LabelTable:
    """The rows of a canonical delivery whose item is one of `item_ids`, in delivery order.

    Columns named by `without` are not read. Memory holds a few row groups and the rows that are kept. Raises
    what `across` does.
    """
    found = across(source, partial(_kept, texts_of(item_ids), frozenset(without)))
    return joined([part for parts, _ in found for part in parts], tuple(item_ids), found[0][1])


def _kept(wanted: Any, without: frozenset[str], file: Any) -> tuple[list[tuple[Codes, Any] | None], Shape]:
    """The kernel of a file: the kept rows of its pieces, and the shape."""
    pieces, names, shape = pieces_of(file)
    read = [name for name in names if name not in without]
    work = [(file, groups, read, wanted) for groups in pieces]
    return fold(_wanted_rows, work, threads_for(file)), shape


def _wanted_rows(work: tuple[Any, list[int], list[str], Any]) -> tuple[Codes, Any] | None:
    """The kernel: the rows of some row groups on wanted items, their items as indexes into `wanted`."""
    path, groups, names, wanted = work
    with pq.ParquetFile(path, read_dictionary=[name for name in names if name in CODED]) as file:
        item = file.read_row_groups(groups, columns=["item_id"], use_threads=False).column(0)
        index = pc.index_in(item, value_set=wanted)
        if index.null_count == len(index):
            return None
        del item  # as many bytes as all others
        others = [name for name in names if name != "item_id"]
        table = file.read_row_groups(groups, columns=others, use_threads=False)
    kept = table.filter(pc.is_valid(index)) if index.null_count else table
    return codes_of(index.drop_null(), -1), kept.combine_chunks()


def joined(parts: list[Any], item_ids: tuple[str, ...], shape: Shape) -> LabelTable:
    """The kept rows of all row groups, in delivery order, as one table; None: a row group without any."""
    found = [part for part in parts if part is not None]
    item = np.concatenate([codes for codes, _ in found]) if found else np.empty(0, dtype=np.int32)
    table = pa.concat_tables([kept for _, kept in found]) if found else None
    if table is not None and ROW in table.column_names:
        order = np.argsort(numbers_of(table.column(ROW), -1), kind="stable")
        item, table = item[order], table.unify_dictionaries().take(pa.array(order))
    return label_table(item, table, item_ids, shape)
