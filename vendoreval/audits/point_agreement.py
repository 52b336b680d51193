"""How far apart two people set the points that both of them named, by item, in pixels. No gold takes part.

Objects of two answers on an item are matched one to one by their OKS, as for the distance of whole answers, so
that points are compared within one object. Points that only one of the two set have no distance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.errors import UsageError
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SCALE
from vendoreval.labels.sheet_rows import sheet_of_rows
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.keypoint_objects import distance2
from vendoreval.tasks.keypoints import TYPE, common_points
from vendoreval.tasks.part_distance import matched_units
from vendoreval.tasks.parts import side_of
from vendoreval.tasks.rules import matching_value

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
PERCENTILES = {"p05": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95}


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of sheets on one item, the people in text order."""

    item: list[str]
    people: list[tuple[str, str]]
    sheets: tuple[Ints, Ints]


def point_record(labels: LabelTable, task: Task) -> dict[str, Any]:
    """Of all points that two people set, and by pair of answers; raises UsageError for other types."""
    if task.type != "keypoints":
        raise UsageError(
            f"Answers of type {task.type} have no points.", remedy="Only keypoints are compared --by point."
        )
    pairs = _pairs(labels)
    pair, distance = _distances(labels, task, pairs)
    allowed = float(matching_value(task, "pck_pixels"))
    groups = [
        {"group": item, "first": first, "second": second, **_figures(distance[pair == number], allowed)}
        for number, (item, (first, second)) in enumerate(zip(pairs.item, pairs.people, strict=True))
    ]
    return {"by": "point", "points": _figures(distance, allowed), "by_item": groups}


def _pairs(labels: LabelTable) -> _Pairs:
    sheets = labels.sheets
    assert sheets is not None
    by_item: dict[str, list[tuple[str, int]]] = {}
    for sheet, (item, person) in enumerate(zip(sheets.item.text(), sheets.annotator.text(), strict=True)):
        if item is not None and person is not None:  # nobody known may be the same person
            by_item.setdefault(item, []).append((person, sheet))
    listed = [(item, *two) for item in sorted(by_item) for two in combinations(sorted(by_item[item]), 2)]
    ends = [np.asarray([two[end][1] for two in listed], dtype=np.int64) for end in (1, 2)]
    return _Pairs([one[0] for one in listed], [(a[0], b[0]) for _, a, b in listed], (ends[0], ends[1]))


def _distances(labels: LabelTable, task: Task, pairs: _Pairs) -> tuple[Ints, Floats]:
    """For each point that both set: the pair of answers, and the distance in pixels."""
    first, second = (side_of(TYPE, _rows_of(labels, end), task) for end in pairs.sheets)
    e, d = matched_units(TYPE, first, second, task)
    _, _, mine, theirs = common_points(first, e, second, d)
    found = np.sqrt(distance2(first.labels, mine, second.labels, theirs)) / SCALE
    return first.labels.item.codes[mine].astype(np.int64), found


def _rows_of(labels: LabelTable, sheets: Ints) -> LabelTable:
    """The rows of some sheets, each of which is an item by its place, as often as it stands there."""
    assert labels.sheets is not None
    sheet = sheet_of_rows(labels, labels.sheets)
    order = np.argsort(sheet, kind="stable")
    start, stop = (np.searchsorted(sheet[order], sheets, side=side) for side in ("left", "right"))
    counts = stop - start
    pair = np.repeat(np.arange(len(sheets)), counts)
    inside = np.arange(len(pair)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = order[start[pair] + inside]
    names = tuple(str(number) for number in range(len(sheets)))
    return replace(labels.take(rows), item=Coded(pair.astype(np.int32), names), sheets=None)


def _figures(distance: Floats, allowed: float) -> dict[str, Any]:
    """Number, mean, deviation, extremes, percentiles; the share within the contract's pixels, if it has any."""
    count = len(distance)
    if not count:
        return {"n": 0}
    found = {
        "n": count, "mean": float(distance.mean()), "sd": float(distance.std(ddof=1)) if count > 1 else None,
        "min": float(distance.min()), "max": float(distance.max()),
        **{name: float(np.percentile(distance, place)) for name, place in PERCENTILES.items()},
    }  # fmt: skip
    return found | ({"within": float((distance <= allowed).mean())} if allowed > 0 else {})
