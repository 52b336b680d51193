"""Answers of any type of many rows, from plain records: gold sets and deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.unit.tasks import box_samples
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes

Rows = Sequence[dict[str, Any]]


def gold_of(shape: str, items: Mapping[str, Sequence[Rows]]) -> GoldSet:
    """Gold by item: each accepted answer as its rows."""
    answers = {item: [list(rows) for rows in some] for item, some in items.items()}
    return box_samples.gold_of(answers, SHAPES[shape])


def delivery_of(shape: str, sheets: Mapping[tuple[str, str | None], Rows]) -> LabelTable:
    """What each (item, annotator) answered; no rows are a sheet that was answered with nothing."""
    return box_samples.delivery_of(sheets, SHAPES[shape])


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
