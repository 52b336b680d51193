"""What all types of many units an item have in common; each adds its units, pairs, words and pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.interface import Distances, TaskType
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.part_distance import WORDS, part_distance, part_distances
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Finer, Pairs, Parts, Side

Ints = NDArray[np.int64]
Sizes = Callable[[Sequence[str]], Ints]  # units and characters of texts: two rows of numbers


@runtime_checkable
class ManyUnits(TaskType, Parts, Protocol):
    """A task type whose answers are matched one to one on each sheet."""

    @property
    def both_ways(self) -> bool:
        """False: the quality of a match is the same from both sides."""
        return False

    @property
    def unit(self) -> str:
        """What most clauses count."""
        return "object"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a unit, matched one to one on each sheet."""
        return compare(self, gold, labels, task)

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """None: several people's units have no majority."""
        return None

    def ties(self, labels: LabelTable, task: Task) -> int:
        """0: there is no consensus."""
        return 0

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """By the quality of matched units (tasks.part_distance)."""
        return part_distance(self, first, second, task)

    def across(self, first: LabelTable, second: LabelTable, task: Task) -> Distances:
        """The distance of every answer of one table from every one of the other: a matrix."""
        return part_distances(self, first, second, task)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return WORDS.format(units=self.shape.name)

    def most_units(self, rows: int) -> int:
        """No more than the rows."""
        return rows

    def wholes(self, side: Side) -> Ints | None:
        """None: units are matched one to one."""
        return None

    def row_sizes(self, task: Task) -> Sizes | None:
        """How many units each text of a delivery's rows holds, and how many characters: two rows of numbers.

        None: a row is a unit, or a part of one.
        """
        return None

    def finer(self, expected: Side, delivered: Side, matched: Pairs, task: Task) -> Finer | None:
        """None: there are attributes only below a unit."""
        return None
