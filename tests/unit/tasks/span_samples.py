"""Spans as plain rows, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, sheets_of
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.spans import TYPE

SPANS = SHAPES["spans"]
Row = dict[str, Any]
Plain = tuple[int, int, str]
LABELS = ("LOC", "PER")


def span(start: int, end: int, label: str, **further: Any) -> Row:
    """A span; `pieces`, `attributes` and `ignored` as in records."""
    return {"start": start, "end": end, "label": label, **further}


def task(mode: str = "strict", **matching: str) -> Task:
    """A task of spans with that mode."""
    return Task("spans", LABELS, matching={"mode": mode, **matching})


def gold_of(items: Mapping[str, Sequence[Any]], texts: Mapping[str, str] | None = None) -> GoldSet:
    """Gold by item: plain spans or rows; a list of lists are alternative answers."""
    records = []
    for item, rows in items.items():
        answers = rows if rows and isinstance(rows[0], list) else [rows]
        known = {"sheet": {"text": texts[item]}} if texts and item in texts else {}
        records.append(
            {"item_id": item, "answers": [list(map(_row, a)) for a in answers], "edge_case": -1, **known}
        )
    return GoldSet.from_records("g", records, shape=SPANS)


def delivery_of(
    sheets: Mapping[tuple[str, str | None], Sequence[Any]], texts: Mapping[str, str] | None = None
) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without spans."""
    listed = [(item, who, _row(row)) for (item, who), rows in sheets.items() for row in rows]
    known = [{"text": texts[i]} if texts and i in texts else {} for i, _ in sheets]
    return LabelTable(
        Coded.from_text(item for item, _, _ in listed),
        Coded.from_text(who for _, who, _ in listed),
        answer_columns([row for _, _, row in listed], SPANS),
        sheets=sheets_of([i for i, _ in sheets], known, [who for _, who in sheets]),
    )


def _row(one: Plain | Row) -> Row:
    return one if isinstance(one, dict) else span(*one)


def judged(gold: Sequence[Any], delivered: Sequence[Any], rule: Task | None = None) -> Outcomes:
    """One person's answer on one item against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): delivered}), rule or task())


def counted(outcomes: Outcomes) -> dict[str, int]:
    """Outcomes that occur, by name."""
    return {name: times for name, times in outcomes.counts().items() if times}


def shuffled(labels: LabelTable, seed: int) -> LabelTable:
    """The same rows and sheets in another order."""
    stream = np.random.default_rng(seed)
    assert labels.sheets is not None
    mixed = labels.take(stream.permutation(len(labels)))
    return LabelTable(**{**vars(mixed), "sheets": labels.sheets.take(stream.permutation(len(labels.sheets)))})
