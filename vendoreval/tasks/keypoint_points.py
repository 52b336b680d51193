"""Single keypoints below their objects: each one of gold's, and each that was delivered, by its distance."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SCALE
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.keypoint_objects import distance2, labelled, object_of, objects, sigmas, similarity
from vendoreval.tasks.limits import at_least
from vendoreval.tasks.merging import merged
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes
from vendoreval.tasks.rules import matching_value

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Points:
    """Points in columns: the outcome of their object, their name, their rows of both sides (-1: none)."""

    parent: Ints
    name: Ints
    expected: Ints
    delivered: Ints

    def take(self, rows: Ints | Mask) -> _Points:
        return _Points(*(getattr(self, part.name)[rows] for part in fields(self)))


def with_points(found: Outcomes, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
    """The outcomes of objects, and after those of each item the outcomes of its points."""
    names = tuple(sorted({*gold.labels.text("keypoint").values, *labels.text("keypoint").values}))
    points = _paired(found, gold.labels, labels, names)
    allowed, areas = _scale(gold.labels, task)
    both = np.flatnonzero((points.expected >= 0) & (points.delivered >= 0))
    mine, theirs = points.expected[both], points.delivered[both]
    squared = distance2(gold.labels, mine, labels, theirs)
    outcome = np.where(points.expected >= 0, CODE["missing"], CODE["extra"])
    outcome[both] = np.where(_within(squared, allowed[mine], task), CODE["correct"], CODE["imprecise"])
    score = np.zeros(len(outcome), dtype=np.int64)
    sigma = sigmas(names, task)[points.name[both]]
    score[both] = np.rint(similarity(squared, areas[mine], sigma) * ONE).astype(np.int64)
    parents = found.take(points.parent)
    added = replace(
        parents,
        expected=_where_there(parents.expected, points.expected >= 0),
        delivered=_where_there(parents.delivered, points.delivered >= 0),
        outcome=outcome.astype(np.int8),
        score=score,
        level=np.full(len(outcome), LEVEL_CODE["point"], dtype=np.int8),
        where=_where(points, names, gold.labels, labels, outcome),
        expected_row=points.expected,
        delivered_row=points.delivered,
    )
    return merged(found, added)


def _paired(found: Outcomes, gold: LabelTable, labels: LabelTable, names: tuple[str, ...]) -> _Points:
    """The points of all objects that are scored, paired by name; by object, then by name."""
    assert found.expected_row is not None
    assert found.delivered_row is not None
    scored = np.flatnonzero(found.at("object") & (found.outcome != CODE["unscorable"]))
    width = len(names)
    mine = _of_objects(gold, scored, found.expected_row[scored], names)
    theirs = _of_objects(labels, scored, found.delivered_row[scored], names)
    seen = labelled(gold)[mine.expected]
    silent = np.isin(theirs.parent * width + theirs.name, (mine.parent * width + mine.name)[~seen])
    mine = mine.take(seen)
    theirs = theirs.take(labelled(labels)[theirs.expected] & ~silent)
    keys, other = mine.parent * width + mine.name, theirs.parent * width + theirs.name
    whole = np.union1d(keys, other)
    expected, delivered = (np.full(len(whole), -1, dtype=np.int64) for _ in range(2))
    expected[np.searchsorted(whole, keys)] = mine.expected
    delivered[np.searchsorted(whole, other)] = theirs.expected
    return _Points(whole // max(width, 1), whole % max(width, 1), expected, delivered)


def _of_objects(labels: LabelTable, parents: Ints, row: Ints, names: tuple[str, ...]) -> _Points:
    """All rows of the objects of which `row` is one, with the parents that they belong to."""
    parents, row = parents[row >= 0], row[row >= 0]
    group = object_of(labels)
    order = np.argsort(group, kind="stable")
    start, stop = (np.searchsorted(group[order], group[row], side=side) for side in ("left", "right"))
    count = stop - start
    parent = np.repeat(parents, count)
    inside = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
    point = order[np.repeat(start, count) + inside]
    name = labels.text("keypoint").recode(names).codes[point].astype(np.int64)
    return _Points(parent, name, point, point)


def _scale(gold: LabelTable, task: Task) -> tuple[Ints, NDArray[np.float64]]:
    """Of each row's object: the longer side of the box around its points, and its area."""
    found = objects(gold, task)
    longest = (found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1, initial=0)
    group = object_of(gold)
    return longest[group], found.areas[group]


def _within(squared: Ints, longest: Ints, task: Task) -> Mask:
    """Whether a point lies within the allowed distance, exactly."""
    pixels = matching_value(task, "pck_pixels")
    if pixels > 0:
        side = np.full(len(squared), SCALE, dtype=np.int64)
        return _near_enough(squared, side, pixels)
    return _near_enough(squared, longest, matching_value(task, "pck"))


def _near_enough(squared: Ints, side: Ints, share: Fraction) -> Mask:
    """Whether d² is at most (share × side)²."""
    found: Mask = squared == 0
    if share > 0:
        found |= at_least(side * side, squared, 1 / (share * share))
    return found


def _where_there(column: Coded, there: Mask) -> Coded:
    return Coded(np.where(there, column.codes, -1).astype(np.int32), column.values)


def _where(
    points: _Points, names: tuple[str, ...], gold: LabelTable, labels: LabelTable, outcome: Ints
) -> Coded:
    """What a person must look at, of every point that is not right."""
    texts: list[str | None] = []
    listed = zip(points.name.tolist(), points.expected.tolist(), points.delivered.tolist(), outcome.tolist(),
                 strict=True)  # fmt: skip
    for name, mine, theirs, code in listed:
        said = f"keypoint {names[name]}"
        if code == CODE["correct"]:
            texts.append(None)
        elif code == CODE["missing"]:
            texts.append(f"{said}: expected at {_place(gold, mine)}")
        elif code == CODE["extra"]:
            texts.append(f"{said} at {_place(labels, theirs)}: not in gold")
        else:
            texts.append(f"{said} at {_place(labels, theirs)}: expected at {_place(gold, mine)}")
    return Coded.from_text(texts)


def _place(labels: LabelTable, row: int) -> str:
    return ",".join(f"{int(labels.numbers(axis)[row]) / SCALE:.10g}" for axis in ("x", "y"))
