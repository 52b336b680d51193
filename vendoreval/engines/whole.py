"""All rows of a delivery: what agreement reads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.engines.arrow_numpy import codes_of
from vendoreval.engines.fold import fold, pieces_of, threads_for
from vendoreval.engines.partitions import Source, across
from vendoreval.engines.wanted import joined
from vendoreval.labels.columns import Codes
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODED, ROW, SHEET, LabelTable

_ITEMS = ("item_code", "item_id")  # what tells items apart, the first that a file has


def all_labels(source: Source, columns: Sequence[str]) -> LabelTable:
    """Every row of a canonical delivery, in delivery order; items as integer codes without their names.

    `columns` are those wanted besides item, answer and sheet, where the delivery has them. Memory holds the
    codes of all rows; of a file that has no codes of its items beside their ids, the ids once, too. Raises what
    `across` does.
    """
    found = across(source, partial(_whole, columns))
    parts, shape = [part for parts, _ in found for part in parts], found[0][1]
    item = next((name for name in _ITEMS if parts and name in parts[0].column_names), "")
    codes = _item_codes([part.column(item) for part in parts])
    labels = [(code, part.drop_columns(item)) for code, part in zip(codes, parts, strict=True)]
    return joined(labels, (), shape)


def _whole(columns: Sequence[str], file: Any) -> tuple[list[Any], Shape]:
    """The kernel of a file: all rows of its pieces, and the shape."""
    pieces, names, shape = pieces_of(file)
    item = next(name for name in _ITEMS if name in pq.read_schema(file).names)
    wanted = [item, *(name for name in names if name in (*shape.names, *columns, *SHEET, ROW))]
    return fold(_whole_rows, [(file, groups, wanted) for groups in pieces], threads_for(file)), shape


def _whole_rows(work: tuple[Any, list[int], list[str]]) -> Any:
    """The kernel: all rows of some row groups, texts as codes of their own dictionary."""
    file, groups, wanted = work
    coded = [name for name in wanted if name in (*CODED, "item_id")]
    with pq.ParquetFile(file, read_dictionary=coded) as rows:
        return rows.read_row_groups(groups, columns=wanted, use_threads=False).combine_chunks()


def _item_codes(columns: Sequence[Any]) -> list[Codes]:
    """The items of each partition as integers that hold for all of them."""
    chunks = [column.chunk(0) for column in columns]
    if chunks and pa.types.is_dictionary(chunks[0].type):
        chunks = [chunk.indices for chunk in pa.chunked_array(chunks).unify_dictionaries().chunks]
    return [codes_of(chunk, -1) for chunk in chunks]
