"""Lines as plain points, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, sheets_of
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.polylines import TYPE

POLYLINES = SHAPES["polylines"]
LABELS = ("lane", "wire")
Points = Sequence[tuple[float, float]]
Plain = tuple[str, Points]
SIZE = {"width": 640, "height": 480}


def line(label: str, *parts: Points, **further: Any) -> dict[str, Any]:
    """A line in one part or more; `attributes` and `ignored` as in records."""
    rings = [[[round(1000 * number) for point in part for number in point]] for part in parts]
    return {"label": label, "rings": rings, **further}


def task(**matching: str) -> Task:
    """A task of lines."""
    return Task("polylines", LABELS, matching=matching)


def gold_of(items: Mapping[str, Sequence[Any]], size: Mapping[str, int] | None = SIZE) -> GoldSet:
    """Gold by item, of plain lines or rows."""
    records = [
        {"item_id": item, "answers": [list(map(_row, rows))], "edge_case": -1}
        | ({"sheet": size} if size else {})
        for item, rows in items.items()
    ]
    return GoldSet.from_records("g", records, shape=POLYLINES)


def delivery_of(sheets: Mapping[tuple[str, str | None], Sequence[Any]]) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without lines."""
    listed = [(item, who, _row(row)) for (item, who), rows in sheets.items() for row in rows]
    return LabelTable(
        Coded.from_text(item for item, _, _ in listed),
        Coded.from_text(who for _, who, _ in listed),
        answer_columns([row for _, _, row in listed], POLYLINES),
        sheets=sheets_of([i for i, _ in sheets], [{} for _ in sheets], [who for _, who in sheets]),
    )


def _row(one: Plain | dict[str, Any]) -> dict[str, Any]:
    return one if isinstance(one, dict) else line(*one)


def judged(gold: Sequence[Any], delivered: Sequence[Any], rule: Task | None = None) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), rule or task())
