"""Gold and deliveries of one answer an item on a scale, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from vendoreval.audits.measures import measure
from vendoreval.audits.totals import Measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.judged import judge
from vendoreval.tasks.outcomes import Outcomes

Row = tuple[str, str | None, str]  # item, annotator, label


def gold_of(answers: Mapping[str, str | Sequence[str]]) -> GoldSet:
    """Gold with one accepted answer an item, or several, the primary one first."""
    accepted = tuple((one,) if isinstance(one, str) else tuple(one) for one in answers.values())
    return GoldSet.of_answers("g", list(answers), accepted, np.full(len(answers), -1, dtype=np.int8))


def labels_of(rows: Sequence[Row]) -> LabelTable:
    item, who, label = zip(*rows, strict=True) if rows else ((), (), ())
    return LabelTable(Coded.from_text(item), Coded.from_text(who), {"label": Coded.from_text(label)})


def judged(gold: Mapping[str, str | Sequence[str]], rows: Sequence[Row], task: Task) -> Outcomes:
    """The units that clauses count."""
    return judge(gold_of(gold), labels_of(rows), task).units


def measured(metric: str, outcomes: Outcomes, task: Task, group: str | None = None, **how: object) -> Measure:
    return measure(metric, outcomes, group, task.classes, Counting(scale=task.classes, **how))  # type: ignore[arg-type]
