"""Polygons in an image: matched by intersection ÷ union of what they enclose.

An invalid outline (it crosses itself, has no area …) is repaired only by the method that the contract names.
Without one it takes part by what shapely makes of it, so that it is known which object is meant; then it is
unscorable on either side, or, where the contract says `invalid = "counted"`, a defect of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.limits import BAND, about_at_least
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.meeting import digests, meeting_pairs
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.outlines import Outlines, Repair, intersections, iou, outlines
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Drawn(Units):
    """Polygons as geometry; unit k is row k."""

    outlines: Outlines
    invalid: Mask


@dataclass(frozen=True)
class Polygons(ManyUnits):
    """Any number of polygons an item, with holes and in several parts."""

    shape: Shape = SHAPES["polygons"]

    def describe(self, labels: LabelTable, row: int) -> str:
        """`polygon 12,40 to 80,90 of 7 corners`."""
        return _text(labels.lists("rings"), row)

    def units(self, labels: LabelTable, task: Task) -> Drawn:
        """A row is a unit."""
        rings = labels.lists("rings")
        drawn = outlines(rings, cast(Repair, matching_word(task, "repair")))
        invalid = np.zeros(len(labels), dtype=np.bool_)
        invalid[list(drawn.faults)] = True
        is_gold = labels.alternative is not None
        faulty = invalid if is_gold or matching_word(task, "invalid") == "unscorable" else None
        keys = (*drawn.boxes.T, digests(rings))
        return Drawn(np.arange(len(labels)), keys, faulty=faulty, outlines=drawn, invalid=invalid)

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Pairs whose IoU reaches the contract's; in the band around it they do.

        A delivered polygon falls on an ignored one where that share of its own area does.
        """
        gold, given = _outlines(expected), _outlines(delivered)
        least, fine = (matching_value(task, name) for name in ("iou", "imprecise_below"))

        def judge(e: Ints, d: Ints, falls: bool) -> Pairs:
            if falls:
                value = intersections(gold.shapes[e], given.shapes[d]) / given.areas[d]
            else:
                value = iou(gold, e, given, d, float(least) - BAND)
            enough, close = about_at_least(value, least)
            kept = np.flatnonzero(enough & (value > 0))
            precise, close_to_fine = about_at_least(value[kept], fine)
            near = close[kept] | (close_to_fine & (fine > 0))
            score = np.rint(value[kept] * ONE).astype(np.int64)
            precise &= ~cast(Drawn, delivered.units).invalid[d[kept]]
            return Pairs(e[kept], d[kept], score, precise, near)

        return meeting_pairs(expected, delivered, (gold.boxes, given.boxes), least, judge)

    def where(self, side: Side, units: Ints) -> list[str]:
        """The polygons' places, what is wrong with them, and what a repair changed."""
        rings, drawn = side.labels.lists("rings"), _outlines(side)
        return [
            "; ".join([
                _text(rings, row),
                *(notes[row] for notes in (drawn.faults, drawn.repairs) if row in notes),
            ])
            for row in side.units.row[units].tolist()
        ]  # fmt: skip


TYPE = Polygons()


def _outlines(side: Side) -> Outlines:
    return cast(Drawn, side.units).outlines


def _text(rings: Nested, row: int) -> str:
    points = np.asarray([n for part in rings[row] for ring in part for n in ring], dtype=np.int64)
    points = points[: len(points) // 2 * 2].reshape(-1, 2)
    if not len(points):
        return "polygon without corners"
    x_min, y_min, x_max, y_max = (n / SCALE for n in (*points.min(axis=0), *points.max(axis=0)))
    return f"polygon {x_min:.10g},{y_min:.10g} to {x_max:.10g},{y_max:.10g} of {len(points)} corners"
