"""Numbers: right where they lie within the agreed tolerance of gold, as exact decimals.

A tolerance is a number, or a percentage of gold's own size. A label that is no number, of which the buyer said
that it is a wrong answer, is wrong. The consensus is the lower median: a number that somebody gave.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.numbers import exact
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import Classification, compare
from vendoreval.tasks.consensus import median
from vendoreval.tasks.nearness import Near
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.rules import matching_word


@dataclass(frozen=True)
class Numeric(Classification):
    """One number for each item."""

    shape: Shape = SHAPES["numeric"]

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a label, one a missing item."""
        tolerance, relative = tolerance_of(task)
        return compare(gold, labels, (), {}, Near(exact, tolerance, relative))

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """The lower median of each item's numbers."""
        return median(labels, ordered(labels.text("label")))

    def ties(self, labels: LabelTable, task: Task) -> int:
        """0: a median has no ties."""
        return 0


TYPE = Numeric()


def tolerance_of(task: Task) -> tuple[Fraction, bool]:
    """The tolerance, and whether it is a share of gold's number: 0.5, or 5% as 1/20."""
    written = matching_word(task, "tolerance").strip()
    share = written.removesuffix("%").removesuffix("per cent").removesuffix("percent").strip()
    return (Fraction(share), False) if share == written else (Fraction(share) / 100, True)


def ordered(labels: Coded) -> list[str]:
    """The texts that are numbers, from low to high; of equal numbers the first in text order comes first."""
    numbers = {text: number for text in labels.values if (number := exact(text)) is not None}
    return sorted(numbers, key=lambda text: (numbers[text], text))
