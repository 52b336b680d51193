"""Relations as plain rows, and gold sets and deliveries of them."""

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
    records = [
        {"item_id": item, "answers": [list(map(_row, rows))], "edge_case": -1}
        | ({"sheet": {"text": texts[item]}} if texts and item in texts else {})
        for item, rows in items.items()
    ]
    return GoldSet.from_records("g", records, shape=RELATIONS)


def delivery_of(
    sheets: Mapping[tuple[str, str | None], Sequence[Any]], texts: Mapping[str, str] | None = None
) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without relations."""
    listed = [(item, who, _row(row)) for (item, who), rows in sheets.items() for row in rows]
    known = [{"text": texts[i]} if texts and i in texts else {} for i, _ in sheets]
    return LabelTable(
        Coded.from_text(item for item, _, _ in listed),
        Coded.from_text(who for _, who, _ in listed),
        answer_columns([row for _, _, row in listed], RELATIONS),
        sheets=sheets_of([i for i, _ in sheets], known, [who for _, who in sheets]),
    )


def _row(one: Plain | Row) -> Row:
    return one if isinstance(one, dict) else relation(*one)


def judged(gold: Sequence[Any], delivered: Sequence[Any], rule: Task | None = None) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), rule or task())
