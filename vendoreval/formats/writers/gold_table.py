"""A gold set of any number of rows an item as its canonical table."""

from __future__ import annotations

import io
from typing import Any

from vendoreval.formats.writers.parquet_table import LabelWriter, filled
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import NONE
from vendoreval.labels.table import Column

SCHEMA = "vendoreval/gold/2"


def part_gold_bytes(gold: GoldSet) -> bytes:
    """Its rows, then a row an item (formats.writers.parquet_table)."""
    labels, sheets = gold.labels, gold.labels.sheets
    if sheets is None:
        raise ValueError("gold of any number of rows an item has sheets")
    rows: dict[str, Any] = {"item_id": labels.item.text()}
    rows |= {name: _values(column) for name, column in labels.answers.items()}
    if labels.alternative is not None:
        rows["alternative"] = labels.alternative.tolist()
    if labels.ignored is not None:
        rows["ignored"] = labels.ignored.tolist()
    items: dict[str, Any] = {
        "item_id": list(gold.item_ids),
        "item_width": _sizes(sheets.width, len(gold)),
        "item_height": _sizes(sheets.height, len(gold)),
        "item_text": [None] * len(gold) if sheets.text is None else sheets.text.text(),
        **{name: column.text() for name, column in gold.provenance.items()},
    }
    if gold.difficulty is not None:
        items["difficulty"] = gold.difficulty.text()
    if gold.edge_case is not None:
        items["edge_case"] = [{1: "true", 0: "false"}.get(edge) for edge in gold.edge_case.tolist()]
    names = list(dict.fromkeys((*rows, *items)))
    buffer = io.BytesIO()
    with LabelWriter(buffer, names, SCHEMA, gold.shape, texts=gold.provenance) as writer:
        for columns in (rows, items):
            if columns["item_id"]:
                writer.write(filled(columns, names, len(columns["item_id"])))
    return buffer.getvalue()


def _values(column: Column) -> list[Any]:
    if isinstance(column, Nested):
        return column.lists()
    if isinstance(column, Coded):
        return column.text()
    return [None if value == NONE else value for value in column.tolist()]


def _sizes(sizes: Any, count: int) -> list[int | None]:
    return [None] * count if sizes is None else [size or None for size in sizes.tolist()]
