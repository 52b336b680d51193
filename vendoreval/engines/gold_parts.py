"""Gold of any number of rows an item, read from its canonical file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import coded, label_table, shape_of
from vendoreval.engines.arrow_numpy import numbers_of
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import SHEET
from vendoreval.labels.yes_no import edge_code

_OF_ITEMS = ("difficulty", "edge_case")
_NOT_PROVENANCE = ("item_id", "alternative", "ignored", *_OF_ITEMS, *SHEET)


def gold_parts(source: Path | IO[bytes], gold_id: str) -> GoldSet | None:
    """The gold set; None for a file of a type with one answer an item."""
    with pq.ParquetFile(source) as file:
        shape = shape_of(file.metadata.metadata)
        if not shape.many:
            return None
        table = file.read()
    label = table.column("label")
    sheets = table.filter(label.is_null())
    ids = tuple(sheets.column("item_id").to_pylist())
    item = Coded.from_text(table.column("item_id").to_pylist()).recode(ids)
    nobody = pa.nulls(table.num_rows, pa.string())
    labels = label_table(item.codes, table.append_column("annotator_id", nobody), ids, shape)
    if "alternative" in table.column_names:
        labels = replace(
            labels, alternative=numbers_of(table.filter(label.is_valid()).column("alternative"), 0)
        )
    told = [name for name in table.column_names if name not in (*shape.names, *_NOT_PROVENANCE)]
    texts = {name: coded(sheets.column(name)) for name in told}
    of_items = {name: coded(sheets.column(name)) for name in _OF_ITEMS if name in table.column_names}
    edges = of_items.get("edge_case")
    return GoldSet(
        gold_id,
        labels,
        (),
        of_items.get("difficulty"),
        None if edges is None else np.asarray([edge_code(text) for text in edges.text()], dtype=np.int8),
        texts,
        shape,
    )
