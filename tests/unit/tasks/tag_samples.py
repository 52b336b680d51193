"""Sets of classes as plain values, and gold sets and deliveries of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from vendoreval.audits.measures import measure
from vendoreval.audits.totals import Measure
from vendoreval.audits.units import counting
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import sheets_of
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.judged import judge
from vendoreval.tasks.outcomes import Outcomes

Sets = Mapping[tuple[str, str], Collection[str]]


def gold_of(items: Mapping[str, Sequence[str] | list[list[str]]]) -> GoldSet:
    """Gold by item: a set of classes, or a list of alternative ones."""
    records = []
    for item, told in items.items():
        answers = told if told and isinstance(told[0], list) else [told]
        rows = [[{"label": name} for name in answer] for answer in answers]
        records.append({"item_id": item, "answers": rows, "edge_case": -1})
    return GoldSet.from_records("g", records, shape=SHAPES["multilabel"])


def labels_of(sheets: Sets) -> LabelTable:
    """What each (item, annotator) said; an empty set is a sheet without classes."""
    rows = [(item, who, name) for (item, who), names in sheets.items() for name in names]
    return LabelTable(
        Coded.from_text(item for item, _, _ in rows).recode(tuple(dict.fromkeys(item for item, _ in sheets))),
        Coded.from_text(who for _, who, _ in rows),
        {"label": Coded.from_text(name for _, _, name in rows)},
        sheets=sheets_of([item for item, _ in sheets], [{} for _ in sheets], [who for _, who in sheets]),
    )


def judged(gold: Mapping[str, Sequence[str] | list[list[str]]], sheets: Sets, task: Task) -> Outcomes:
    return judge(gold_of(gold), labels_of(sheets), task).units


def measured(metric: str, outcomes: Outcomes, task: Task, unit: str, group: str | None = None) -> Measure:
    how = replace(counting(unit, task, omissions=False), cap=Fraction(1), scale=task.classes)
    return measure(metric, outcomes, group, task.classes, how)


def value(found: Measure) -> float:
    """The metric's value: of a mean over classes, the mean of those present."""
    shares = [y.sum() / x.sum() / found.scale for y, x in zip(found.ys, found.xs, strict=True)]
    return float(sum(shares) / len(shares))
