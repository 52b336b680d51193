"""Boxes as plain rows, and gold sets and deliveries of them or of other shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, canonical_map, sheets_of
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable

BOXES = SHAPES["boxes"]
Row = dict[str, Any]


def box(label: str, *edges: float, **further: Any) -> Row:
    """A box in pixels; `attributes` and `ignored` as in records."""
    names = ("x_min", "y_min", "x_max", "y_max", "angle")
    return {"label": label, **{n: round(e * 1000) for n, e in zip(names, edges, strict=False)}, **further}


def gold_of(
    items: Mapping[str, Sequence[Row] | Sequence[Sequence[Row]]],
    shape: Shape = BOXES,
    *,
    sheets: Mapping[str, Row] | None = None,
    **further: Any,
) -> GoldSet:
    """Gold by item: rows, or alternative answers of rows; `sheets`: what is known of an item, as its text."""
    records = [
        {"item_id": item, "answers": list(rows) if rows and isinstance(rows[0], list) else [list(rows)],
         "edge_case": -1} | ({"sheet": sheets[item]} if sheets and item in sheets else {})
        for item, rows in items.items()
    ]  # fmt: skip
    return GoldSet.from_records("g", records, shape=shape, **further)


def delivery_of(
    sheets: Mapping[tuple[str, str | None], Sequence[Row]],
    shape: Shape = BOXES,
    known: Mapping[str, Row] | None = None,
) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without rows. `known`: of each item."""
    listed = [(item, who, row) for (item, who), rows in sheets.items() for row in rows]
    told = [(known or {}).get(item, {}) for item, _ in sheets]
    return LabelTable(
        Coded.from_text(item for item, _, _ in listed),
        Coded.from_text(who for _, who, _ in listed),
        answer_columns([row for _, _, row in listed], shape),
        sheets=sheets_of([item for item, _ in sheets], told, [who for _, who in sheets]),
    )


def shuffled(labels: LabelTable, seed: int) -> LabelTable:
    """The same rows and sheets in another order."""
    stream = np.random.default_rng(seed)
    assert labels.sheets is not None
    mixed = labels.take(stream.permutation(len(labels)))
    sheets = labels.sheets.take(stream.permutation(len(labels.sheets)))
    return LabelTable(**{**vars(mixed), "sheets": sheets})


__all__ = ["BOXES", "box", "canonical_map", "delivery_of", "gold_of", "shuffled"]
