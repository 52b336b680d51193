"""Keypoints: objects of named points, matched by object keypoint similarity; then each point by itself.

Each object has a row of level "object". Below it, each point has one of level "point": `correct` within the
contract's distance of gold's point, else `imprecise`; `missing` where gold has a labelled point and the
delivered object none; `extra` the other way round. Points of missing or extra objects are missing or extra. The
allowed distance is `pck` times the longer side of the box around gold's labelled points, or `pck_pixels`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log, sqrt
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.keypoint_objects import (
    Objects,
    distance2,
    named_points,
    objects,
    sigmas,
    similarity,
)
from vendoreval.tasks.keypoint_points import with_points
from vendoreval.tasks.limits import about_at_least
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.meeting import joined
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_FURTHEST = 1 << 29  # of what is looked at around an object
_LEAST = 1e-6  # a limit below it is looked for no further away


@dataclass(frozen=True)
class Keypoints(ManyUnits):
    """Any number of objects of keypoints an item."""

    shape: Shape = SHAPES["keypoints"]
    both_ways: bool = True  # OKS takes its scale from one of the two sides

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome an object, matched one to one on each sheet, and one a point."""
        return with_points(compare(self, gold, labels, task), gold, labels, task)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return "1 - 2 × the OKS of matched objects of one class ÷ the objects of both answers"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`keypoint nose at 12,40 of object 7`."""
        name, x, y = labels.text("keypoint")[row], labels.numbers("x")[row], labels.numbers("y")[row]
        number = labels.text("object_id")[row]
        at = f"keypoint {name} at {x / SCALE:.10g},{y / SCALE:.10g}"
        return at if number is None else f"{at} of object {number}"

    def units(self, labels: LabelTable, task: Task) -> Objects:
        """An object is a unit."""
        return objects(labels, task)

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Pairs whose OKS reaches the contract's; in the band around it they do."""
        least, fine = (matching_value(task, name) for name in ("oks", "imprecise_below"))
        found = []
        for e, d in _near(expected, delivered, float(least), task):
            value = oks(expected, e, delivered, d, task)
            enough, close = about_at_least(value, least)
            kept = np.flatnonzero(enough & (value > 0))
            precise, close_to_fine = about_at_least(value[kept], fine)
            at_limit = close[kept] | (close_to_fine & (fine > 0))
            score = np.rint(value[kept] * ONE).astype(np.int64)
            found.append(Pairs(e[kept], d[kept], score, precise, at_limit))
        return joined(found)

    def where(self, side: Side, units: Ints) -> list[str]:
        """The objects' places and numbers of points."""
        found, number = cast(Objects, side.units), side.labels.text("object_id")
        texts = []
        for unit in units.tolist():
            name = number[int(found.row[unit])]
            count = int(found.start[unit + 1] - found.start[unit])
            x_min, y_min, x_max, y_max = (n / SCALE for n in found.boxes[unit].tolist())
            texts.append(
                f"{count} keypoints, {x_min:.10g},{y_min:.10g} to {x_max:.10g},{y_max:.10g}"
                + (f", object {name}" if name is not None else "")
            )
        return texts


TYPE = Keypoints()


def oks(expected: Side, e: Ints, delivered: Side, d: Ints, task: Task) -> Floats:
    """Object keypoint similarity of the objects e[k] of gold and d[k] of the delivery."""
    gold, given = cast(Objects, expected.units), cast(Objects, delivered.units)
    pair, code, mine, theirs = common_points(expected, e, delivered, d)
    squared = distance2(expected.labels, mine, delivered.labels, theirs)
    names = expected.labels.text("keypoint").values
    term = similarity(squared, gold.areas[e][pair], sigmas(names, task)[code])
    total = np.bincount(pair, weights=term, minlength=len(e))
    found: Floats = total / np.maximum(_counted(np.diff(gold.start)[e], given, d, pair, task), 1)
    return found


def common_points(expected: Side, e: Ints, delivered: Side, d: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The labelled points that both objects of a pair e[k], d[k] have, by name.

    For each: the pair, the code of its name on the first side, and the rows of both sides.
    """
    gold, given = cast(Objects, expected.units), cast(Objects, delivered.units)
    names = expected.labels.text("keypoint").values
    count = np.diff(gold.start)[e]
    pair = np.repeat(np.arange(len(e)), count)
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    mine = gold.point[gold.start[e][pair] + inside]
    code = expected.labels.text("keypoint").codes[mine].astype(np.int64)
    keys, rows = named_points(delivered.labels, given, names)
    wanted = d[pair] * len(names) + code
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    there = keys[place] == wanted if len(keys) else np.zeros(len(pair), dtype=np.bool_)
    return pair[there], code[there], mine[there], rows[place[there]]


def _counted(count: Ints, given: Objects, d: Ints, common: Ints, task: Task) -> Ints:
    """How many points the mean is over: gold's, or with CVAT's preset those of either side."""
    if matching_word(task, "preset") != "cvat":
        return count
    found: Ints = count + np.diff(given.start)[d] - np.bincount(common, minlength=len(d))
    return found


def _near(expected: Side, delivered: Side, least: float, task: Task) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of objects of one item that can reach the limit: then one point of gold's has a point that near."""
    gold, given = cast(Objects, expected.units), cast(Objects, delivered.units)
    widest = float(sigmas(expected.labels.text("keypoint").values, task).max(initial=0))
    reach = np.sqrt(gold.areas) * 2 * widest * sqrt(2 * log(1 / min(max(least, _LEAST), 1)))
    reach = np.minimum(np.ceil(reach) + 1, _FURTHEST).astype(np.int64)
    able_e, able_d = np.flatnonzero(gold.areas > 0), np.flatnonzero(np.diff(given.start) > 0)
    low, high = gold.boxes[:, :2] - reach[:, None], gold.boxes[:, 2:] + reach[:, None]
    theirs = Intervals(expected.item[able_e], low[able_e, 0], high[able_e, 0])
    mine = Intervals(delivered.item[able_d], given.boxes[able_d, 0], given.boxes[able_d, 2])
    for place_e, place_d in near(theirs, mine):
        e, d = able_e[place_e], able_d[place_d]
        meet = (low[e] <= given.boxes[d, 2:]).all(axis=1) & (high[e] >= given.boxes[d, :2]).all(axis=1)
        yield e[meet], d[meet]
