"""Boxes in an image, upright or turned clockwise about their centre; matched by intersection ÷ union."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import NONE, SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.box_overlap import EDGES, box_pairs, image_sizes
from vendoreval.tasks.interface import Distances
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.part_distance import WORDS, part_distance
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Finer, Pairs, Side, Units

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Boxes:
    """Any number of boxes an item; a row is a unit."""

    shape: Shape = SHAPES["boxes"]
    unit: str = "object"
    both_ways: bool = False

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a box; its score is its intersection ÷ union with gold's."""
        return compare(self, gold, labels, task)

    def vote(self, labels: LabelTable, task: Task) -> LabelTable | None:
        """None: several people's boxes have no majority."""
        return None

    def ties(self, labels: LabelTable) -> int:
        """0: there is no consensus."""
        return 0

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """By the quality of matched boxes (tasks.part_distance)."""
        return part_distance(self, first, second, task)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return WORDS.format(units="boxes")

    def describe(self, labels: LabelTable, row: int) -> str:
        """`box 12,40 to 80,90`, with its angle, its object's id and what is wrong with it."""
        return _texts(labels, np.asarray([row]))[0]

    def units(self, labels: LabelTable, task: Task) -> Units:
        """Each row; its content are its edges and its angle."""
        keys = [labels.numbers(name) for name in EDGES]
        if "angle" in labels.answers:
            keys.append(labels.numbers("angle"))
        return Units(np.arange(len(labels)), tuple(keys))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Boxes whose intersection ÷ union reaches the contract's limit."""
        return box_pairs(expected, delivered, task)

    def where(self, side: Side, units: Ints) -> list[str]:
        """As `describe`; and which upright boxes reach outside their image, where its size is known."""
        rows = side.units.row[units]
        texts = _texts(side.labels, rows)
        left, top, right, bottom = (side.labels.numbers(name)[rows] for name in EDGES)
        width, height = (size[side.item[units]] * SCALE for size in image_sizes(side.labels))
        beyond = (left < 0) | (top < 0) | (right > width) | (bottom > height)
        known = (width > 0) & (height > 0) & (_angles(side.labels, rows) == 0)
        for place in np.flatnonzero(beyond & known).tolist():
            texts[place] += ", reaches outside the image"
        return texts

    def finer(self, expected: Side, delivered: Side, matched: Pairs, task: Task) -> Finer | None:
        """None: attributes apart, a box has no units below it."""
        return None


TYPE = Boxes()


def _texts(labels: LabelTable, rows: Ints) -> list[str]:
    """How the boxes of these rows are called."""
    left, top, right, bottom = edges = [labels.numbers(name)[rows] for name in EDGES]
    pixels = zip(*((edge / SCALE).tolist() for edge in edges), strict=True)
    texts = [f"box {x:.12g},{y:.12g} to {w:.12g},{h:.12g}" for x, y, w, h in pixels]
    angle = _angles(labels, rows)
    ids = labels.answers.get("object_id")
    for place in np.flatnonzero(angle != 0).tolist():
        texts[place] += f" turned {angle[place] / SCALE:.12g}°"
    if isinstance(ids, Coded):
        texts = [text if name is None else f"{text}, object {name}"
                 for text, name in zip(texts, ids.take(rows).text(), strict=True)]  # fmt: skip
    for place in np.flatnonzero((right <= left) | (bottom <= top)).tolist():
        texts[place] += ", without area"
    return texts


def _angles(labels: LabelTable, rows: Ints) -> Ints:
    """The angles of these rows' boxes, 0 where none is given."""
    if "angle" not in labels.answers:
        return np.zeros(len(rows), dtype=np.int64)
    given = labels.numbers("angle")[rows]
    return np.where(given == NONE, 0, given)
