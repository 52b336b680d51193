"""What a task type must do. Each is one module; tasks.known finds it by name."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes

Distances = NDArray[np.float64]


class TaskType(Protocol):
    """One type of answer: how it is held against gold, against other answers, and shown."""

    @property
    def shape(self) -> Shape:
        """The answer columns (labels.shapes)."""

    @property
    def unit(self) -> str:
        """What most clauses count: item, object, span …"""

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """Hold every answer on a gold item against gold: one row a unit, in canonical order.

        `labels` may hold rows and sheets on other items: they are no opportunity. An item without any
        sheet is not answered: its units are `missing` with `answered` false.
        """

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """The vendor's consensus of each item; None where the type has none."""

    def ties(self, labels: LabelTable, task: Task) -> int:
        """Items whose consensus hangs on the contract's rule for ties."""

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """How far apart answers are, pair by pair: 0 for equal, 1 for nothing in common; the same both ways.

        Item k of one table is held against item k of the other: the two have the same codes, and one sheet an
        item, in code order (`sheets.item.codes` are 0, 1, 2 …). Two sheets without a row are equal. The result
        has one value an item. None where the type has no distance but equality.
        """

    def distance_words(self, task: Task) -> str:
        """What `distance` measures, in a few words: `1 - mean IoU of boxes`; empty where there is none."""

    def describe(self, labels: LabelTable, row: int) -> str:
        """What a claim line shows of one row: `box 12,40 to 80,90`."""
