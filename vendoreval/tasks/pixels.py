"""Many masks at once: their areas and boxes, and the pixels that pairs of them share. All whole numbers.

All masks of a column stand behind each other on one line of pixels, down the columns of each image; so one
search finds the places of any number of spans in any number of masks.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.nested import Nested

Ints = NDArray[np.int64]
_BLOCK = 2**22  # spans that are looked up at once


def areas(runs: Nested) -> Ints:
    """How many pixels each mask has."""
    filled = np.concatenate([[0], np.cumsum(_filled(runs))])
    rows = runs.offsets[0]
    found: Ints = filled[rows[1:]] - filled[rows[:-1]]
    return found


def pixel_boxes(runs: Nested, heights: Ints) -> Ints:
    """The boxes around the set pixels, by pixel edges: x_min, y_min, x_max, y_max; all 0 of an empty mask."""
    row, starts, stops = _spans(runs)
    found = np.zeros((len(runs), 4), dtype=np.int64)
    if not len(row):
        return found
    height = heights[row]
    over = starts // height != (stops - 1) // height  # a span over the foot of a column has the next's head
    top = np.where(over, 0, starts % height)
    foot = np.where(over, height, (stops - 1) % height + 1)
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    last = np.concatenate([first[1:], [len(row)]]) - 1
    found[row[first]] = np.column_stack([
        starts[first] // height[first],
        np.minimum.reduceat(top, first),
        (stops[last] - 1) // height[first] + 1,
        np.maximum.reduceat(foot, first),
    ])  # fmt: skip
    return found


def shared_pixels(first: Nested, a: Ints, second: Nested, b: Ints) -> Ints:
    """How many pixels are set in both mask a[k] of `first` and mask b[k] of `second`, which have one size."""
    found = np.zeros(len(a), dtype=np.int64)
    if not len(a):
        return found
    ends = np.cumsum(first.values)
    filled = np.concatenate([[0], np.cumsum(_filled(first))])
    odd = _odd(first)
    begins = np.concatenate([[0], ends])[first.offsets[0]]

    def before(place: Ints) -> Ints:
        """Set pixels of all masks before a place on the line."""
        run = np.minimum(np.searchsorted(ends, place, side="right"), len(ends) - 1)
        inside: Ints = filled[run] + np.where(odd[run], place - (ends[run] - first.values[run]), 0)
        return inside

    sizes = np.cumsum(np.diff(second.offsets[0])[b])
    cuts = np.searchsorted(sizes, np.arange(_BLOCK, sizes[-1], _BLOCK))
    for block in np.split(np.arange(len(a)), np.unique(cuts)):
        pair, starts, stops = _spans(second.take(b[block]))
        begin = begins[a[block]][pair]
        np.add.at(found, block[pair], before(begin + stops) - before(begin + starts))
    return found


def _odd(runs: Nested) -> NDArray[np.bool_]:
    """Which runs are of set pixels: every other one of each mask."""
    place = np.arange(len(runs.values)) - np.repeat(runs.offsets[0][:-1], np.diff(runs.offsets[0]))
    odd: NDArray[np.bool_] = place % 2 == 1
    return odd


def _filled(runs: Nested) -> Ints:
    return np.where(_odd(runs), runs.values, 0)


def _spans(runs: Nested) -> tuple[Ints, Ints, Ints]:
    """Row, start and stop (exclusive) of every span of set pixels within its mask."""
    ends = np.cumsum(runs.values)
    begins = np.concatenate([[0], ends])[runs.offsets[0][:-1]]
    row = np.repeat(np.arange(len(runs)), np.diff(runs.offsets[0]))
    chosen = np.flatnonzero(_odd(runs) & (runs.values > 0))
    row, stops = row[chosen], ends[chosen] - begins[row[chosen]]
    return row, stops - runs.values[chosen], stops


def unions(runs: Nested, group: Ints, pixels: Ints) -> Nested:
    """One mask for each group 0, 1, 2 …: the union of its masks, which have pixels[group] pixels."""
    row, starts, stops = _spans(runs)
    far = int(pixels.max(initial=0)) + 1  # groups lie behind each other on one line
    base = group[row] * far
    order = np.argsort(base + starts, kind="stable")
    starts, reach = (base + starts)[order], np.maximum.accumulate((base + stops)[order])
    fresh = np.flatnonzero(np.concatenate([[True], starts[1:] > reach[:-1]])[: len(starts)])
    last = np.concatenate([fresh[1:] - 1, [len(starts) - 1]])[: len(fresh)]
    owner = starts[fresh] // far
    edges = np.concatenate([starts[fresh], reach[last], np.arange(len(pixels)) * far + pixels])
    edges.sort()
    sizes = 2 * np.bincount(owner, minlength=len(pixels)) + 1
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    before = np.concatenate([[0], edges[:-1]])
    before[offsets[:-1]] = np.arange(len(pixels)) * far
    return Nested(edges - before, (offsets,))
