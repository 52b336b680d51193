"""Boxes in an image, upright or turned clockwise about their centre; matched by intersection ÷ union."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import NONE, SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.box_overlap import EDGES, box_pairs, image_sizes
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.parts import Pairs, Side, Units

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Boxes(ManyUnits):
    """Any number of boxes an item; a row is a unit."""

    shape: Shape = SHAPES["boxes"]

    def describe(self, labels: LabelTable, row: int) -> str:
        """`box 12,40 to 80,90`, with its angle, its object's id and what is wrong with it."""
        return box_texts(labels, np.asarray([row]))[0]

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
        texts = box_texts(side.labels, rows)
        left, top, right, bottom = (side.labels.numbers(name)[rows] for name in EDGES)
        width, height = (size[side.item[units]] * SCALE for size in image_sizes(side.labels))
        beyond = (left < 0) | (top < 0) | (right > width) | (bottom > height)
        known = (width > 0) & (height > 0) & (_angles(side.labels, rows) == 0)
        for place in np.flatnonzero(beyond & known).tolist():
            texts[place] += ", reaches outside the image"
        return texts


TYPE = Boxes()


def box_texts(labels: LabelTable, rows: Ints) -> list[str]:
    """How the boxes of these rows are called: `box 12,40 to 80,90`."""
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
