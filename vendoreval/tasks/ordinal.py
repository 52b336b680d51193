"""Ordinal: a class of a scale from low to high is right where it lies within the agreed steps of gold.

The scale is the order of the contract's classes. An answer that is none of them has no place on it and is
wrong, as in classification. Figures of classes take each answer as the class that it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import Classification, compare
from vendoreval.tasks.consensus import count_ties, majority, median
from vendoreval.tasks.nearness import Near
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.rules import matching_value, matching_word


@dataclass(frozen=True)
class Ordinal(Classification):
    """One class of an ordered scale for each item."""

    shape: Shape = SHAPES["ordinal"]

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a label, one a missing item."""
        step = {name: Fraction(place) for place, name in enumerate(task.classes)}
        rule = Near(step.get, matching_value(task, "tolerance"))
        return compare(gold, labels, task.classes, task.severity, rule)

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """The majority, ties by the scale and not by text; or the lower median."""
        if matching_word(task, "consensus") == "median":
            return median(labels, task.classes)
        return majority(labels, task.ties, task.classes)

    def ties(self, labels: LabelTable, task: Task) -> int:
        """Items without a single most frequent label; a median has no ties."""
        return 0 if matching_word(task, "consensus") == "median" else count_ties(labels)


TYPE = Ordinal()
