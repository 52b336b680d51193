"""Lines as plain points, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.unit.tasks import box_samples
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
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
    rows = {item: list(map(_row, lines)) for item, lines in items.items()}
    return box_samples.gold_of(rows, POLYLINES, sheets={item: dict(size) for item in items} if size else None)


def delivery_of(sheets: Mapping[tuple[str, str | None], Sequence[Any]]) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without lines."""
    return box_samples.delivery_of(
        {sheet: list(map(_row, lines)) for sheet, lines in sheets.items()}, POLYLINES
    )


def _row(one: Plain | dict[str, Any]) -> dict[str, Any]:
    return one if isinstance(one, dict) else line(*one)


def judged(gold: Sequence[Any], delivered: Sequence[Any], rule: Task | None = None) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), rule or task())
