"""Objects of keypoints, and how alike two of them are: object keypoint similarity (OKS), as COCO defines it.

    OKS = mean over gold's labelled points of exp(-d² ÷ (2 · s² · (2σ)²))

d is the distance of the two points of one name; a point that was not delivered counts 0. s² is the object's
area: gold's `area` where it is told, else that of the box around its labelled points. σ belongs to the point's
name. A gold point of visibility 0 is not labelled: it counts nowhere.

An object whose points all lie in one place has no area. Where the contract allows a distance L in pixels
(`pck_pixels`), its s is such that a point at the distance L has the similarity 1/2; else nothing can be scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import NONE, SCALE
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.meeting import digests
from vendoreval.tasks.parts import Units
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_NAMES = (
    "nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_hip", "right_hip", "left_knee", "right_knee",
    "left_ankle", "right_ankle",
)  # fmt: skip
_SIGMAS = (26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89)  # thousandths
COCO_PERSON = {name: sigma / 1000 for name, sigma in zip(_NAMES, _SIGMAS, strict=True)}


@dataclass(frozen=True, eq=False)
class Objects(Units):
    """Objects, one a unit. `point` are the rows of their labelled points, by object, then by keypoint.

    `start` says where an object's points begin, one more than there are objects. `boxes` lie around the
    labelled points; `areas` are s² in thousandths squared, 0 of objects on which nothing can be scored.
    """

    point: Ints
    start: Ints
    boxes: Ints
    areas: Floats


def objects(labels: LabelTable, task: Task) -> Objects:
    """The objects that the rows form: those of one object id in one answer."""
    group = object_of(labels)
    count = int(group.max(initial=-1)) + 1
    name, rank = labels.text("keypoint"), _rank(labels.text("keypoint"))
    x, y, seen = labels.numbers("x"), labels.numbers("y"), labelled(labels)
    order = np.lexsort((y, x, rank[name.codes], group))
    first = np.searchsorted(group[order], np.arange(count))
    row = order[first] if count else np.empty(0, dtype=np.int64)
    point = order[seen[order]]
    start = np.searchsorted(group[point], np.arange(count + 1))
    boxes = _boxes(x, y, point, start)
    told = _told_area(labels, group, count)
    sides = boxes[:, 2:] - boxes[:, :2]
    areas = np.where(told > 0, told * float(SCALE), sides[:, 0] * sides[:, 1].astype(np.float64))
    areas = np.where(areas > 0, areas, _area_of_a_place(task))
    twice = np.zeros(count, dtype=np.bool_)
    again = (np.diff(group[order]) == 0) & (np.diff(name.codes[order]) == 0)
    twice[group[order][1:][again]] = True
    faulty = twice | (np.diff(start) == 0) | (areas <= 0)
    visible = _column(labels, "visible")
    told_of = np.column_stack([rank[name.codes], x, y, visible])[order].ravel()
    content = Nested(told_of, (4 * np.append(first, len(order)),))
    keys = (*boxes.T, digests(content))
    return Objects(row, keys, faulty=faulty, point=point, start=start, boxes=boxes, areas=areas)


def object_of(labels: LabelTable) -> Ints:
    """The number of each row's object: rows of one item, annotator, answer and object id."""
    told: list[NDArray[Any]] = [labels.item.codes, labels.annotator.codes, labels.text("object_id").codes]
    if labels.alternative is not None:
        told.append(labels.alternative)
    table = np.column_stack([np.asarray(column, dtype=np.int64) for column in told])
    number: Ints = np.unique(table, axis=0, return_inverse=True)[1].astype(np.int64)
    return number.ravel()


def labelled(labels: LabelTable) -> Mask:
    """Which points are labelled: all but those of visibility 0."""
    found: Mask = _column(labels, "visible") != 0
    return found


def sigmas(names: tuple[str, ...], task: Task) -> Floats:
    """σ of each keypoint: as the contract says, by name or the one for all."""
    written = task.matching.get("sigmas")
    choice = COCO_PERSON if matching_word(task, "sigmas") == "coco_person" else {}
    by_name = written if isinstance(written, Mapping) else choice
    usual = float(matching_value(task, "sigma"))
    return np.asarray([float(by_name.get(name, usual)) for name in names])


def named_points(labels: LabelTable, found: Objects, names: tuple[str, ...]) -> tuple[Ints, Ints]:
    """Object and keypoint in one number, of each labelled point, and the rows in the order of these numbers."""
    unit = np.repeat(np.arange(len(found)), np.diff(found.start))
    code = labels.text("keypoint").recode(names).codes[found.point]
    key = unit * len(names) + code
    order = np.argsort(key, kind="stable")
    return key[order], found.point[order]


def distance2(first: LabelTable, a: Ints, second: LabelTable, b: Ints) -> Ints:
    """Squared distance of the points in rows a[k] and b[k], in thousandths of a pixel squared."""
    x, y = (first.numbers(axis)[a] - second.numbers(axis)[b] for axis in ("x", "y"))
    found: Ints = x * x + y * y
    return found


def similarity(squared: Ints, area: Floats, sigma: Floats) -> Floats:
    """exp(-d² ÷ (2 · s² · (2σ)²)), point by point."""
    found: Floats = np.exp(-squared / (2 * area * (2 * sigma) ** 2))
    return found


def _boxes(x: Ints, y: Ints, point: Ints, start: Ints) -> Ints:
    """The boxes around the labelled points; all 0 where there is none."""
    found = np.zeros((len(start) - 1, 4), dtype=np.int64)
    some = np.flatnonzero(np.diff(start))
    if len(some):
        sides = ((x, np.minimum), (y, np.minimum), (x, np.maximum), (y, np.maximum))
        for column, (values, furthest) in enumerate(sides):
            found[some, column] = furthest.reduceat(values[point], start[some])
    return found


def _told_area(labels: LabelTable, group: Ints, count: int) -> Ints:
    """The largest area that is told of each object, 0 where none is."""
    found = np.zeros(count, dtype=np.int64)
    np.maximum.at(found, group, np.maximum(_column(labels, "area", absent=0), 0))
    return found


def _area_of_a_place(task: Task) -> float:
    """s² of an object without extent, in thousandths squared: 0 where the contract allows no distance."""
    allowed = float(matching_value(task, "pck_pixels")) * SCALE
    sigma = float(matching_value(task, "sigma"))
    return allowed**2 / (2 * log(2) * (2 * sigma) ** 2) if sigma > 0 else 0.0


def _column(labels: LabelTable, name: str, absent: int = NONE) -> Ints:
    return labels.numbers(name) if name in labels.answers else np.full(len(labels), absent, dtype=np.int64)


def _rank(column: Coded) -> Ints:
    """Each code's place in text order; no text comes last."""
    ranks = np.empty(len(column.values) + 1, dtype=np.int64)
    ranks[sorted(range(len(column.values)), key=column.values.__getitem__)] = np.arange(len(column.values))
    ranks[-1] = len(column.values)
    return ranks
