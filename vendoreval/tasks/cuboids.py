"""Cuboids: boxes that stand in space, matched one to one; then the centre, size and heading of each match.

Each cuboid is a unit of level "object". Below a match stand its centre, its size and its heading, each right
where it is within the contract's limit, with the error as its score: millionths of a metre, billionths of the
size error, thousandths of a degree. Where the rule does not look at heights, the centre's error is that on the
ground. One more row, of level "footprint", has the IoU seen from above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.cuboid_pairs import FROM_ABOVE, cuboid_pairs
from vendoreval.tasks.cuboid_shapes import (
    NUMBERS,
    TURN,
    Cuboids,
    apart2,
    bev_iou,
    common,
    heading_error,
    size_error,
)
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE
from vendoreval.tasks.parts import Finer, Pairs, Side, Units
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
# Of each detail: its level, the key of its limit, steps of a metre, of 1, of a degree, and how it is told.
STEPS = {"centre": 10**6, "size": ONE, "heading": SCALE}
_SAID = {"centre": "the centre is {:.3g} m off", "size": "its size error is {:.3g}",
         "heading": "the heading is {:.3g}° off"}  # fmt: skip


@dataclass(frozen=True)
class CuboidsInSpace(ManyUnits):
    """Any number of cuboids an item; a row is a unit."""

    shape: Shape = SHAPES["cuboids"]

    def describe(self, labels: LabelTable, row: int) -> str:
        """`cuboid at 12.5,-3,0.8, 4.2 × 1.8 × 1.5 m, heading 90°`, with its object's id."""
        return _texts(labels, np.asarray([row]))[0]

    def units(self, labels: LabelTable, task: Task) -> Units:
        """Each row; its content are its numbers."""
        numbers = [labels.numbers(name) for name in NUMBERS]
        return Units(np.arange(len(labels)), (*numbers[:-1], numbers[-1] % TURN))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Cuboids that the contract's rule lets be one object."""
        return cuboid_pairs(expected, delivered, task)

    def where(self, side: Side, units: Ints) -> list[str]:
        """As `describe`."""
        return _texts(side.labels, side.units.row[units])

    def finer(self, expected: Side, delivered: Side, matched: Pairs, task: Task) -> Finer | None:
        """Centre, size, heading and footprint of each match."""
        count = len(matched.expected)
        if not count:
            return None
        first = Cuboids.of(expected.labels).take(expected.units.row[matched.expected])
        second = Cuboids.of(delivered.labels).take(delivered.units.row[matched.delivered])
        axis = matching_word(task, "heading") == "axis"
        ground = matching_word(task, "match") in FROM_ABOVE
        errors = {
            "centre": np.rint(np.sqrt(apart2(first, second, ground=ground)) * (STEPS["centre"] // SCALE)),
            "size": np.rint(size_error(first, second) * ONE),
            "heading": heading_error(first, second, axis=axis),
        }
        footprint = np.rint(bev_iou(first, second, common(first, second)) * ONE)
        right = [_within(errors[name], name, task) for name in errors]
        scores = np.stack([*errors.values(), footprint], axis=1).astype(np.int64)
        fine = np.stack([*right, np.ones(count, dtype=np.bool_)], axis=1)
        levels = np.asarray([LEVEL_CODE[name] for name in (*errors, "footprint")], dtype=np.int8)
        return Finer(
            np.repeat(np.arange(count), len(levels)),
            np.tile(levels, count),
            np.where(fine, CODE["correct"], CODE["imprecise"]).astype(np.int8).ravel(),
            scores.ravel(),
            _said(scores.tolist(), fine.tolist()),
        )


TYPE = CuboidsInSpace()


def _within(error: Ints, name: str, task: Task) -> NDArray[np.bool_]:
    """Which errors the contract allows; all, where it names no limit."""
    limit = matching_value(task, f"{name}_within")
    if not limit:
        return np.ones(len(error), dtype=np.bool_)
    found: NDArray[np.bool_] = error <= float(limit * STEPS[name])
    return found


def error_words(level: str, score: int) -> str:
    """What is said of a centre, size or heading with that error: `the heading is 12° off`; else nothing."""
    return _SAID[level].format(score / STEPS[level]) if level in STEPS else ""


def _said(scores: Sequence[Sequence[int]], fine: Sequence[Sequence[bool]]) -> list[str | None]:
    """What is said of the errors beyond their limits."""
    found: list[str | None] = []
    for errors, right in zip(scores, fine, strict=True):
        for name, error, good in zip(STEPS, errors, right, strict=False):
            found.append(None if good else error_words(name, error))
        found.append(None)  # of the footprint
    return found


def _texts(labels: LabelTable, rows: Ints) -> list[str]:
    """How the cuboids of these rows are called."""
    columns = ((labels.numbers(name)[rows] / SCALE).tolist() for name in NUMBERS)
    texts = [
        f"cuboid at {x:.12g},{y:.12g},{z:.12g}, {long:.12g} × {wide:.12g} × {high:.12g} m, heading {yaw:.12g}°"
        for x, y, z, long, wide, high, yaw in zip(*columns, strict=True)
    ]
    ids = labels.answers.get("object_id")
    if isinstance(ids, Coded):
        texts = [text if name is None else f"{text}, object {name}"
                 for text, name in zip(texts, ids.take(rows).text(), strict=True)]  # fmt: skip
    return texts
