"""Polygons as masks, by one rule: a pixel belongs to a polygon whose inside holds the pixel's centre.

The inside of a part is told by the even-odd rule over its rings, so that holes and crossings count as they
are drawn; a polygon is the union of its parts. A centre that lies exactly on an edge belongs to what is on its
right, or below it on a level edge: polygons that share an edge share no pixel and leave none out. Coordinates
are whole thousandths of a pixel (labels.shapes), and every decision is made in whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.runs import LONGEST_SIDE, Runs, check_spread, runs_from_spans
from vendoreval.labels.shapes import SCALE

MOST_CROSSINGS = 2**25  # of edges and columns in one part
RULE = "a pixel belongs to a polygon when its centre lies inside of it"
_HALF = SCALE // 2


def runs_from_rings(rings: Sequence[Sequence[Sequence[int]]], height: int, width: int) -> Runs:
    """The mask of a polygon's parts of rings of x, y in turn, on an image of that size.

    What lies outside of the image is cut off. Raises ValueError for an image too large, a ring of an odd
    number of coordinates, coordinates beyond a million pixels, or absurdly many long edges.
    """
    check_spread(height * width)
    spans = [_spans(part, height, width) for part in rings]
    if not spans:
        return runs_from_spans(np.empty(0, np.int64), np.empty(0, np.int64), height * width)
    starts, stops = _union(np.concatenate([s for s, _ in spans]), np.concatenate([s for _, s in spans]))
    return runs_from_spans(starts, stops, height * width)


def _spans(part: Sequence[Sequence[int]], height: int, width: int) -> tuple[Runs, Runs]:
    """Column-major spans of the pixels in one part: between every other edge that a column's centre crosses."""
    column, row = _crossings(_edges(part), height, width)
    order = np.lexsort((row, column))
    place = column[order] * height + row[order]
    return place[0::2], place[1::2]


def _edges(part: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """One row an edge: x, y of its left end, x, y of its right end. Upright edges cross no column's centre."""
    found = [np.empty((0, 4), dtype=np.int64)]
    for ring in part:
        if len(ring) % 2:
            raise ValueError("a ring has an x without a y")
        points = np.asarray(ring, dtype=np.int64).reshape(-1, 2)
        if (np.abs(points) > LONGEST_SIDE * SCALE).any():
            raise ValueError("a coordinate lies beyond a million pixels")
        found.append(np.column_stack([points, np.roll(points, -1, axis=0)]))
    edges = np.concatenate(found)
    swapped = edges[:, 0] > edges[:, 2]
    edges[swapped] = edges[swapped][:, [2, 3, 0, 1]]
    return edges[edges[:, 0] < edges[:, 2]]


def _crossings(edges: NDArray[np.int64], height: int, width: int) -> tuple[Runs, Runs]:
    """Columns whose centre line an edge crosses, and the first row whose centre lies on or below it there."""
    first = np.clip(-((_HALF - edges[:, 0]) // SCALE), 0, width)
    stop = np.clip(-((_HALF - edges[:, 2]) // SCALE), 0, width)
    count = stop - first
    if count.sum() > MOST_CROSSINGS:
        raise ValueError(f"the edges cross {int(count.sum())} columns of pixels; at most {MOST_CROSSINGS}")
    edge = np.repeat(edges, count, axis=0)
    column = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    x, y, right, foot = edge.T
    run = right - x
    along = (column * SCALE + _HALF - x) * (foot - y)
    row = -((_HALF * run - y * run - along) // (SCALE * run))  # rounded up
    return column, np.clip(row, 0, height)


def _union(starts: Runs, stops: Runs) -> tuple[Runs, Runs]:
    """Spans that may overlap, as ordered ones that do not."""
    filled = stops > starts
    order = np.argsort(starts[filled], kind="stable")
    starts, reach = starts[filled][order], np.maximum.accumulate(stops[filled][order])
    fresh = np.concatenate([[True], starts[1:] > reach[:-1]])[: len(starts)]
    last = np.concatenate([fresh[1:], [True]])[: len(starts)]
    return starts[fresh], reach[last]
