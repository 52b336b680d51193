"""Rubrics: a grade for each of several criteria, each criterion a class of its own.

On each sheet the grades of gold and of the delivery are paired by criterion.

    same grade, or numbers no further apart than `tolerance`    correct
    another grade                                               imprecise, which is wrong
    a criterion that gold grades and nobody graded              missing
    a criterion of the contract that gold does not grade        unscorable
    a criterion that the contract does not know                 extra

Numbers are compared as decimals, other grades as texts whose case, blanks and Unicode form tell nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.notation import folded
from vendoreval.labels.numbers import exact
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes
from vendoreval.tasks.pairing import equal
from vendoreval.tasks.part_outcomes import codes_of, compare, values_of
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.rules import matching_value

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rubrics(ManyUnits):
    """Any number of graded criteria an item."""

    shape: Shape = SHAPES["rubrics"]
    unit: str = "grade"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a criterion, paired by name on each sheet."""
        return _told(_beside(compare(self, gold, labels, task), task), gold.labels)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return "1 - 2 × the criteria graded alike ÷ the criteria of both answers"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`helpful: 4`."""
        return f"{labels.text('label')[row]}: {labels.text('grade')[row]}"

    def units(self, labels: LabelTable, task: Task) -> Units:
        """A row is a unit."""
        return Units(np.arange(len(labels)), (labels.text("label").places(), labels.text("grade").places()))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Grades of one criterion on one item; those that are not alike weigh less, and are imprecise."""
        values = values_of(task, expected, delivered)
        width = len(values)
        keys = [side.item * width + codes_of(side, values) for side in (expected, delivered)]
        e, d = equal(*keys)
        alike = _alike(expected, e, delivered, d, matching_value(task, "tolerance"))
        return Pairs(e, d, np.where(alike, ONE, 0), alike, similarity=np.where(alike, ONE, ONE // 2))

    def where(self, side: Side, units: Ints) -> list[str]:
        """The criteria and their grades."""
        return [self.describe(side.labels, row) for row in side.units.row[units].tolist()]


TYPE = Rubrics()


def _alike(expected: Side, e: Ints, delivered: Side, d: Ints, tolerance: Fraction) -> NDArray[np.bool_]:
    """Whether both grades say the same, pair by pair; few pairs of grades differ, so each is compared once."""
    gold, given = expected.labels.text("grade"), delivered.labels.text("grade")
    mine, theirs = gold.codes[expected.units.row[e]], given.codes[delivered.units.row[d]]
    cases, case = np.unique(np.stack((mine, theirs)), axis=1, return_inverse=True)
    same = [
        _same(gold.values[one] if one >= 0 else "", given.values[two] if two >= 0 else "", tolerance)
        for one, two in cases.T.tolist()
    ]
    return np.asarray(same, dtype=np.bool_)[case.ravel()]


def _same(one: str, other: str, tolerance: Fraction) -> bool:
    numbers = exact(one), exact(other)
    if numbers[0] is None or numbers[1] is None:
        return folded(one) == folded(other)
    return abs(numbers[0] - numbers[1]) <= tolerance


def _beside(found: Outcomes, task: Task) -> Outcomes:
    """What the contract asks for and gold does not tell is no error."""
    known = np.asarray([value in task.classes for value in found.delivered.values] + [False], dtype=np.bool_)
    beside = (found.outcome == CODE["extra"]) & known[found.delivered.codes]
    return replace(found, outcome=np.where(beside, CODE["unscorable"], found.outcome).astype(np.int8))


def _told(found: Outcomes, gold: LabelTable) -> Outcomes:
    """The outcomes, of which those with another grade say gold's."""
    if found.where is None or found.expected_row is None:
        return found
    rows = np.flatnonzero(found.outcome == CODE["imprecise"])
    grades, texts = gold.text("grade"), found.where.text()
    said: list[str | None] = list(texts)
    for row in rows.tolist():
        said[row] = f"{texts[row]}, gold says {grades[int(found.expected_row[row])]}"
    return replace(found, where=Coded.from_text(said))
