"""What a row of an answer looks like: rings and points, in pixels, or in tenths of a metre from above."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.runs import pixels_of
from vendoreval.labels.shapes import NONE, SCALE
from vendoreval.labels.table import LabelTable

Point = tuple[float, float]
Ring = tuple[Point, ...]
GROUND = 10.0  # units of a picture to a metre, where cuboids are seen from above
MOST_EDGES = 4000  # of a mask's outline; a longer one is drawn coarser


@dataclass(frozen=True)
class Spot:
    """A named point."""

    name: str
    x: float
    y: float


@dataclass(frozen=True)
class Outline:
    """Closed rings (a ring inside another is a hole), named points, and open lines."""

    rings: tuple[Ring, ...] = ()
    spots: tuple[Spot, ...] = ()
    lines: tuple[Ring, ...] = ()

    def bounds(self) -> tuple[float, float, float, float] | None:
        """Left, top, right, bottom; None where nothing is to be seen."""
        chains = (*self.rings, *self.lines)
        xs = [x for chain in chains for x, _ in chain] + [spot.x for spot in self.spots]
        ys = [y for chain in chains for _, y in chain] + [spot.y for spot in self.spots]
        return (min(xs), min(ys), max(xs), max(ys)) if xs else None


def outline(labels: LabelTable, rows: Sequence[int], *, open_lines: bool = False) -> Outline:
    """The outline of an object: of one row, or of the rows of its points. `open_lines`: rings are none."""
    if "keypoint" in labels.answers:
        return Outline(spots=tuple(spot for row in rows if (spot := _spot(labels, row))))
    (row,) = rows
    if "yaw" in labels.answers:
        return Outline(seen_from_above(labels, row))
    if "x_min" in labels.answers:
        return Outline((_corners(labels, row),))
    if "rings" in labels.answers:
        drawn = _rings(labels.lists("rings")[row])
        return Outline(lines=drawn) if open_lines else Outline(drawn)
    if "runs" in labels.answers:
        width, height = (int(labels.numbers(name)[row]) for name in ("width", "height"))
        return Outline(traced(labels.lists("runs")[row], width, height))
    return Outline()


def _spot(labels: LabelTable, row: int) -> Spot | None:
    if "visible" in labels.answers and labels.numbers("visible")[row] == 0:  # named, but nowhere
        return None
    x, y = (int(labels.numbers(name)[row]) / SCALE for name in ("x", "y"))
    return Spot(labels.text("keypoint")[row] or "", x, y)


def _corners(labels: LabelTable, row: int) -> Ring:
    """A box's corners; its angle turns it clockwise about its centre."""
    left, top, right, bottom = (
        int(labels.numbers(name)[row]) / SCALE for name in ("x_min", "y_min", "x_max", "y_max")
    )
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    angle = int(labels.numbers("angle")[row]) if "angle" in labels.answers else 0
    if angle in (0, NONE):
        return corners
    turn = math.radians(angle / SCALE)
    cos, sin, x, y = math.cos(turn), math.sin(turn), (left + right) / 2, (top + bottom) / 2
    return tuple((x + (a - x) * cos - (b - y) * sin, y + (a - x) * sin + (b - y) * cos) for a, b in corners)


def seen_from_above(labels: LabelTable, row: int) -> tuple[Ring, Ring]:
    """A cuboid from above, x to the right, y upwards, in tenths of a metre; and a tick ahead."""
    x, y, long, wide, yaw = (
        int(labels.numbers(name)[row]) / SCALE for name in ("x", "y", "long", "wide", "yaw")
    )
    cos, sin = math.cos(math.radians(yaw)), math.sin(math.radians(yaw))

    def at(ahead: float, left: float) -> Point:
        return GROUND * (x + ahead * cos - left * sin), -GROUND * (y + ahead * sin + left * cos)

    corners = ((long / 2, wide / 2), (long / 2, -wide / 2), (-long / 2, -wide / 2), (-long / 2, wide / 2))
    return tuple(at(*corner) for corner in corners), (at(0, 0), at(0.7 * long, 0))


def _rings(parts: Sequence[Sequence[Sequence[int]]]) -> tuple[Ring, ...]:
    return tuple(
        tuple((x / SCALE, y / SCALE) for x, y in zip(flat[::2], flat[1::2], strict=True))
        for part in parts
        for flat in part
    )


def traced(runs: Sequence[int], width: int, height: int) -> tuple[Ring, ...]:
    """The edges of a mask's pixels as rings. `runs` go down the columns, those outside the mask first.

    A long outline is traced on blocks of 2, 4, 8 … pixels, each inside where any of its pixels is.
    """
    mask = pixels_of(runs, height, width)
    step = 1
    while _edges(mask) > MOST_EDGES:
        mask = _halved(mask)
        step *= 2
    return tuple(tuple((x * step, y * step) for x, y in ring) for ring in _chained(mask))


def _edges(mask: NDArray[np.bool_]) -> int:
    padded = np.pad(mask, 1)
    return int((padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum())


def _halved(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    height, width = (size + size % 2 for size in mask.shape)
    even = np.pad(mask, ((0, height - mask.shape[0]), (0, width - mask.shape[1])))
    return even[::2, ::2] | even[1::2, ::2] | even[::2, 1::2] | even[1::2, 1::2]


def _chained(mask: NDArray[np.bool_]) -> list[Ring]:
    """Edges with the mask on their right, one after the other, until each ring closes."""
    padded = np.pad(mask, 1).astype(np.int8)
    down, right = np.diff(padded, axis=0)[:, 1:-1], np.diff(padded, axis=1)[1:-1]
    following: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for y, x in np.argwhere(down).tolist():  # the upper edge of a pixel goes right, the lower one left
        start, end = ((x, y), (x + 1, y)) if down[y, x] > 0 else ((x + 1, y), (x, y))
        following.setdefault(start, []).append(end)
    for y, x in np.argwhere(right).tolist():  # the left edge goes up, the right one down
        start, end = ((x, y + 1), (x, y)) if right[y, x] > 0 else ((x, y), (x, y + 1))
        following.setdefault(start, []).append(end)
    rings = []
    while following:
        first = at = next(iter(following))
        corners: list[tuple[int, int]] = []
        before = (0, 0)
        while True:
            ends = following[at]
            end = ends.pop()
            if not ends:
                del following[at]
            step = (end[0] - at[0], end[1] - at[1])
            if step != before:
                corners.append(at)
            before, at = step, end
            if at == first:
                break
        rings.append(tuple((float(x), float(y)) for x, y in corners))
    return rings
