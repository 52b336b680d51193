"""Answers of any type of many rows, from plain records: gold sets and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, sheets_of
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes

Rows = Sequence[dict[str, Any]]


def gold_of(shape: str, items: Mapping[str, Sequence[Rows]]) -> GoldSet:
    """Gold by item: each accepted answer as its rows."""
    records = [
        {"item_id": item, "answers": [list(rows) for rows in answers], "edge_case": -1}
        for item, answers in items.items()
    ]
    return GoldSet.from_records("g", records, shape=SHAPES[shape])


def delivery_of(shape: str, sheets: Mapping[tuple[str, str | None], Rows]) -> LabelTable:
    """What each (item, annotator) answered; no rows are a sheet that was answered with nothing."""
    listed = [(item, who, row) for (item, who), rows in sheets.items() for row in rows]
    return LabelTable(
        Coded.from_text(item for item, _, _ in listed),
        Coded.from_text(who for _, who, _ in listed),
        answer_columns([row for _, _, row in listed], SHAPES[shape]),
        sheets=sheets_of([item for item, _ in sheets], [{} for _ in sheets], [who for _, who in sheets]),
    )


def judged(task: Task, gold: Rows, given: Rows) -> Outcomes:
    """One item, one sheet."""
    return task_type(task.type).compare(
        gold_of(task.type, {"i": [gold]}), delivery_of(task.type, {("i", "a"): given}), task
    )


def distance(task: Task, one: Rows, other: Rows) -> float:
    """How far two answers on an item lie apart."""
    tables = [delivery_of(task.type, {("i", "a"): rows}).on_items(("i",)) for rows in (one, other)]
    found = task_type(task.type).distance(tables[0], tables[1], task)
    assert found is not None
    return float(found[0])
