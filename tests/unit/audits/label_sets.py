"""A small task type for tests: an answer is a set of labels, and two sets are as far apart as Jaccard says."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import LABEL, Shape
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.interface import Distances
from vendoreval.tasks.outcomes import Outcomes

TASK = Task("sets", tuple("abcdefgh"))


class LabelSets:
    """Any number of labels an item."""

    shape = Shape("sets", (LABEL,), many=True)
    unit = "object"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        raise NotImplementedError

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        return None

    def ties(self, labels: LabelTable, task: Task) -> int:
        return 0

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances:
        sides = [_sets(side) for side in (first, second)]
        return np.asarray([1 - len(a & b) / len(a | b) if a | b else 0.0 for a, b in zip(*sides, strict=True)])

    def distance_words(self, task: Task) -> str:
        return "1 - common labels ÷ all labels"

    def describe(self, labels: LabelTable, row: int) -> str:
        return labels.text("label")[row] or ""


SETS = LabelSets()


def delivered(sheets: Mapping[tuple[str, str], Collection[str]]) -> LabelTable:
    """The labels of sheets by item and person, rows and sheets in the order given."""
    rows = [(item, who, label) for (item, who), labels in sheets.items() for label in labels]
    items, people, labels = (Coded.from_text(row[k] for row in rows) for k in range(3))
    keys = Coded.from_text(item for item, _ in sheets), Coded.from_text(who for _, who in sheets)
    return LabelTable(items, people, {"label": labels}, sheets=Sheets(*keys))


def _sets(side: LabelTable) -> list[set[str]]:
    assert side.sheets is not None
    assert side.sheets.item.codes.tolist() == list(range(len(side.sheets)))
    found: list[set[str]] = [set() for _ in range(len(side.sheets))]
    for item, label in zip(side.item.codes.tolist(), side.text("label").text(), strict=True):
        found[item].add(label or "")
    return found
