"""Any number of classes an item: each class of a sheet is a unit, right where gold has it too.

Where the contract says which class lies under which (`parents`), both sides are completed by all that their
classes imply: who says guitar has said instrument. So a near miss has its common ancestors right (hierarchical
precision and recall: Kiritchenko, Matwin, Famili 2005), whichever side is the finer one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.class_tree import parents_of
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.interface import Distances
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.part_outcomes import codes_of, compare, values_of
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.rules import matching_word
from vendoreval.tasks.tag_sets import all_apart, apart, completed

Ints = NDArray[np.int64]
WORDS = {
    "jaccard": "1 - common classes ÷ all classes (Jaccard)",
    "masi": "MASI: 1 - Jaccard × 1 (equal), 2/3 (one holds the other), 1/3 (overlap) or 0",
}


@dataclass(frozen=True)
class MultiLabel(ManyUnits):
    """Any number of classes an item."""

    shape: Shape = SHAPES["multilabel"]
    unit: str = "tag"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a class of either side, on each sheet."""
        parents = parents_of(task.matching)
        if not parents:
            return compare(self, gold, labels, task)
        whole, gold_row = completed(gold.labels, parents)
        given, label_row = completed(labels.on_items(gold.item_ids), parents)
        on_gold = np.flatnonzero(labels.item.recode(gold.item_ids).codes >= 0)
        found = compare(self, replace(gold, labels=whole), given, task)
        assert found.expected_row is not None  # `compare` tells the rows
        assert found.delivered_row is not None
        return replace(
            found, expected_row=_of(gold_row, found.expected_row),
            delivered_row=_of(on_gold[label_row], found.delivered_row),
        )  # fmt: skip

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """By the classes in common, as the contract says."""
        return apart(*_completed(first, second, task), matching_word(task, "distance"))

    def across(self, first: LabelTable, second: LabelTable, task: Task) -> Distances:
        """The same of every two answers."""
        return all_apart(*_completed(first, second, task), matching_word(task, "distance"))

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return WORDS[matching_word(task, "distance")]

    def describe(self, labels: LabelTable, row: int) -> str:
        """The class."""
        return labels.text("label")[row] or ""

    def units(self, labels: LabelTable, task: Task) -> Units:
        """Each class of a sheet once, however often it stands there; what is implied stands last."""
        label = labels.text("label")
        rank = label.places()
        key = (
            labels.item.codes.astype(np.int64) * (len(labels.annotator.values) + 1) + labels.annotator.codes + 1
        )
        key = key * (len(label.values) + 1) + rank
        if labels.alternative is not None:
            key = key * (int(labels.alternative.max(initial=0)) + 1) + labels.alternative
        rows = np.sort(np.unique(key, return_index=True)[1]).astype(np.int64)
        return Units(rows, (rank[rows],))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """The same class on one item."""
        values = values_of(task, expected, delivered)
        mine, theirs = (
            side.item * max(len(values), 1) + codes_of(side, values) for side in (expected, delivered)
        )
        order = np.argsort(mine, kind="stable")
        begins = np.searchsorted(mine[order], theirs, side="left")
        counts = np.searchsorted(mine[order], theirs, side="right") - begins
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        e = order[np.repeat(begins, counts) + within]
        d = np.repeat(np.arange(len(theirs)), counts)
        return Pairs(e, d, np.full(len(e), ONE), same=np.ones(len(e), dtype=np.bool_))

    def where(self, side: Side, units: Ints) -> list[str]:
        """The class itself: it is said of the whole item."""
        label = side.labels.text("label")
        return [f"class {label[row]}" for row in side.units.row[units].tolist()]


TYPE = MultiLabel()


def _completed(first: LabelTable, second: LabelTable, task: Task) -> tuple[LabelTable, LabelTable]:
    parents = parents_of(task.matching)
    if not parents:
        return first, second
    return completed(first, parents)[0], completed(second, parents)[0]


def _of(rows: Ints, units: Ints) -> Ints:
    """The rows that stand behind those of a completed table; -1 where there is none."""
    return np.append(rows, -1)[units]
