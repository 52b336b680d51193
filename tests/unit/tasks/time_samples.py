"""Segments of time as plain rows, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.unit.tasks import box_samples
from vendoreval.audits.measures import measure
from vendoreval.audits.totals import Measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import OUTCOMES, Outcomes
from vendoreval.tasks.segments import TYPE

SEGMENTS = SHAPES["segments"]
Row = dict[str, Any]
Plain = tuple[float, float, str]  # start and end in seconds, label


def segment(start: float, end: float, label: str, **further: Any) -> Row:
    """A segment; `attributes` and `ignored` as in records."""
    return {"start_s": round(start * 1000), "end_s": round(end * 1000), "label": label, **further}


def task(**matching: str) -> Task:
    """A task of segments with that rule."""
    return Task("segments", (), matching=matching)


def gold_of(items: Mapping[str, Sequence[Any]]) -> GoldSet:
    """Gold by item: plain segments or rows; a list of lists are alternative answers."""
    return box_samples.gold_of({item: _rows(rows) for item, rows in items.items()}, SEGMENTS)


def delivery_of(sheets: Mapping[tuple[str, str | None], Sequence[Plain | Row]]) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without segments."""
    return box_samples.delivery_of({sheet: _rows(rows) for sheet, rows in sheets.items()}, SEGMENTS)


def _rows(rows: Sequence[Any]) -> list[Any]:
    return [
        _rows(row) if isinstance(row, list) else row if isinstance(row, dict) else segment(*row) for row in rows
    ]


def judged(gold: Sequence[Any], delivered: Sequence[Any], **matching: str) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), task(**matching))


def segments_of(found: Outcomes) -> list[tuple[str | None, str | None, str]]:
    """Gold's label, the delivered one and the outcome of every segment."""
    rows = found.take(found.at("object"))
    return [(row["expected"], row["delivered"], row["outcome"]) for row in rows.rows()]


def times(found: Outcomes) -> dict[str, int]:
    """Thousandths of a second by outcome, of those that occur."""
    rows = found.take(found.at("time"))
    assert rows.size is not None
    sums = {name: int(rows.size[rows.outcome == code].sum()) for code, name in enumerate(OUTCOMES)}
    return {name: total for name, total in sums.items() if total}


def der(found: Outcomes) -> Measure:
    """The measure of der, with a cap that plays no part."""
    return measure("der", found, None, (), Counting("time", cap=None))
