"""Boxes in an image, upright or turned: matched by intersection ÷ union, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.interface import Distances
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.part_distance import WORDS, part_distance
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Finer, Pairs, Side, Units
from vendoreval.tasks.rules import matching_value

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
EDGES = ("x_min", "y_min", "x_max", "y_max")


@dataclass(frozen=True)
class Boxes:
    """Any number of boxes an item."""

    shape: Shape = SHAPES["boxes"]
    unit: str = "object"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a box, matched one to one on each sheet."""
        return compare(self, gold, labels, task)

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """None: several people's boxes have no majority."""
        return None

    def ties(self, labels: LabelTable) -> int:
        """None: there is no consensus."""
        return 0

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """By the quality of matched boxes (tasks.part_distance)."""
        return part_distance(self, first, second, task)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return WORDS.format(units="boxes")

    def describe(self, labels: LabelTable, row: int) -> str:
        """`box 12,40 to 80,90`."""
        return _text(labels, row)

    def units(self, labels: LabelTable, task: Task) -> Units:
        """A row is a unit."""
        keys = tuple(labels.numbers(name) for name in EDGES)
        return Units(np.arange(len(labels)), keys)

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        limit = matching_value(task, "iou")
        gold, given = ([side.labels.numbers(name) for name in EDGES] for side in (expected, delivered))
        found = []
        mine = Intervals(delivered.item, given[0], given[2])
        theirs = Intervals(expected.item, gold[0], gold[2])
        for d, e in near(mine, theirs, limit):
            inter, union = overlap([g[e] for g in gold], [g[d] for g in given])
            with np.errstate(invalid="ignore", divide="ignore"):
                iou = inter / union
            kept = np.flatnonzero(iou >= float(limit))
            found.append((e[kept], d[kept], np.rint(iou[kept] * ONE).astype(np.int64)))
        columns = (
            [np.concatenate([*c, np.empty(0, dtype=np.int64)]) for c in zip(*found, strict=False)]
            if found
            else [np.empty(0, dtype=np.int64)] * 3
        )
        return Pairs(*columns)

    def where(self, side: Side, units: Ints) -> list[str]:
        return [_text(side.labels, row) for row in side.units.row[units].tolist()]

    def finer(self, expected: Side, delivered: Side, matched: Pairs, task: Task) -> Finer | None:
        return None


TYPE = Boxes()


def overlap(first: list[Ints], second: list[Ints]) -> tuple[Ints, Ints]:
    width = np.minimum(first[2], second[2]) - np.maximum(first[0], second[0])
    height = np.minimum(first[3], second[3]) - np.maximum(first[1], second[1])
    inter = np.maximum(width, 0) * np.maximum(height, 0)
    areas = [(one[2] - one[0]) * (one[3] - one[1]) for one in (first, second)]
    return inter, areas[0] + areas[1] - inter


def _text(labels: LabelTable, row: int) -> str:
    x0, y0, x1, y1 = (labels.numbers(name)[row] / SCALE for name in EDGES)
    return f"box {x0:g},{y0:g} to {x1:g},{y1:g}"
