"""Relations as plain rows, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.unit.tasks import box_samples
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.relations import TYPE

RELATIONS = SHAPES["relations"]
Row = dict[str, Any]
End = tuple[int, int, str | None]  # start, end, label
Plain = tuple[str, End, End]
LABELS = ("located_in", "works_at")


def relation(label: str, head: End, tail: End, **further: Any) -> Row:
    """A relation; `attributes` and `ignored` as in records."""
    row = {"label": label, **further}
    for name, end in (("head", head), ("tail", tail)):
        row |= {f"{name}_start": end[0], f"{name}_end": end[1]}
        row |= {f"{name}_label": end[2]} if end[2] else {}
    return row


def task(mode: str = "strict", **matching: str) -> Task:
    """A task of relations with that mode."""
    return Task("relations", LABELS, matching={"mode": mode, **matching})


def gold_of(items: Mapping[str, Sequence[Any]], texts: Mapping[str, str] | None = None) -> GoldSet:
    """Gold by item, of plain relations or rows."""
    answers = {item: list(map(_row, rows)) for item, rows in items.items()}
    return box_samples.gold_of(answers, RELATIONS, sheets=_sheets(texts))


def delivery_of(
    sheets: Mapping[tuple[str, str | None], Sequence[Any]], texts: Mapping[str, str] | None = None
) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without relations."""
    rows = {sheet: list(map(_row, answer)) for sheet, answer in sheets.items()}
    return box_samples.delivery_of(rows, RELATIONS, _sheets(texts))


def _sheets(texts: Mapping[str, str] | None) -> dict[str, Row]:
    return {item: {"text": text} for item, text in (texts or {}).items()}


def _row(one: Plain | Row) -> Row:
    return one if isinstance(one, dict) else relation(*one)


def judged(gold: Sequence[Any], delivered: Sequence[Any], rule: Task | None = None) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), rule or task())
