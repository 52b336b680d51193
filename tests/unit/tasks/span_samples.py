"""Spans as plain rows, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.unit.tasks import box_samples
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
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
    answers = {
        item: [list(map(_row, a)) for a in rows]
        if rows and isinstance(rows[0], list)
        else list(map(_row, rows))
        for item, rows in items.items()
    }
    return box_samples.gold_of(answers, SPANS, sheets=_sheets(texts))


def delivery_of(
    sheets: Mapping[tuple[str, str | None], Sequence[Any]], texts: Mapping[str, str] | None = None
) -> LabelTable:
    """What each (item, annotator) answered; an empty list is a sheet without spans."""
    rows = {sheet: list(map(_row, answer)) for sheet, answer in sheets.items()}
    return box_samples.delivery_of(rows, SPANS, _sheets(texts))


def _sheets(texts: Mapping[str, str] | None) -> dict[str, Row]:
    return {item: {"text": text} for item, text in (texts or {}).items()}


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
