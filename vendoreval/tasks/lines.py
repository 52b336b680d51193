"""Lines as geometry: points at equal steps along them, and how far two lines lie apart. In pixels.

A line is its parts, each a chain of segments; lengths are those of all parts together, without the gaps.

    one way     the distances of a line's points, at equal steps along it, to the nearest place of the other
    distance    the larger of both ways' mean (the modified Hausdorff distance of Dubuisson and Jain, 1994), or
                of both ways' maximum (the Hausdorff distance; there a line's corners are points, too)

So a piece that one of the lines lacks counts, and where points were set does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import SCALE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
POINTS = 101  # along a line, its ends included
_EVEN = np.linspace(0, 1, POINTS)
_BLOCK = 1024  # segments that points are held against at a time
_MANY = 5_000  # corners; a line with more has points at as many equal steps instead
TORSO = 0.01  # of CVAT: the radius of a line, as a share of the root of its image's area


@dataclass(frozen=True, eq=False)
class Line:
    """The segments of a line, each as x, y of its ends; at least one, which may be a single point."""

    segments: Floats

    @classmethod
    def of(cls, parts: Sequence[Sequence[Sequence[int]]]) -> Line:
        """From parts of x and y in turn, in thousandths of a pixel."""
        chains = [
            np.asarray(chain, dtype=np.float64).reshape(-1, 2) / SCALE for part in parts for chain in part
        ]
        pieces = [
            np.hstack([chain[:-1], chain[1:]]) if len(chain) > 1 else np.hstack([chain, chain])
            for chain in chains if len(chain)
        ]  # fmt: skip
        return cls(np.concatenate(pieces))

    @cached_property
    def ends(self) -> Floats:
        """How far along the line each segment ends, from 0 to its length."""
        found: Floats = np.cumsum(np.hypot(*(self.segments[:, 2:] - self.segments[:, :2]).T))
        return found

    @cached_property
    def even(self) -> Floats:
        """The points at equal steps."""
        return self.at(_EVEN)

    @cached_property
    def corners(self) -> Floats:
        """The points at equal steps, and all corners; of a line of very many, more points at equal steps."""
        if len(self.segments) > _MANY:
            return self.at(np.linspace(0, 1, _MANY))
        return np.concatenate([self.even, self.segments[:, :2], self.segments[:, 2:]])

    def at(self, shares: Floats) -> Floats:
        """The points at shares of the length."""
        length = self.ends[-1]
        if length == 0:
            return np.repeat(self.segments[:1, :2], len(shares), axis=0)
        place = shares * length
        segment = np.minimum(np.searchsorted(self.ends, place), len(self.ends) - 1)
        begins = np.concatenate([[0.0], self.ends[:-1]])
        sizes = (self.ends - begins)[segment]
        step = np.where(sizes > 0, (place - begins[segment]) / np.where(sizes > 0, sizes, 1), 0)[:, None]
        first, last = self.segments[segment, :2], self.segments[segment, 2:]
        found: Floats = first + np.clip(step, 0, 1) * (last - first)
        return found


def nearest(points: Floats, line: Line) -> Floats:
    """How far each point lies from the line."""
    blocks = range(0, len(line.segments), _BLOCK)
    found: Floats = np.minimum.reduce([
        _nearest(points, line.segments[begin : begin + _BLOCK]) for begin in blocks
    ])  # fmt: skip
    return found


def _nearest(points: Floats, segments: Floats) -> Floats:
    first, along = segments[:, :2], segments[:, 2:] - segments[:, :2]
    squares = (along**2).sum(axis=1)
    away = points[:, None, :] - first
    step = np.clip((away * along).sum(axis=2) / np.where(squares > 0, squares, 1), 0, 1)
    found: Floats = np.sqrt(((away - step[:, :, None] * along) ** 2).sum(axis=2).min(axis=1))
    return found


def distance(first: Line, second: Line, measure: str) -> float:
    """How far two lines lie apart, by the larger of both ways' "mean" or "max"."""
    if measure == "max":
        return float(max(nearest(first.corners, second).max(), nearest(second.corners, first).max()))
    return float(max(nearest(first.even, second).mean(), nearest(second.even, first).mean()))


def one_way(line: Line, other: Line, measure: str) -> float:
    """How far `line` lies from the other one, whatever the other has besides."""
    away = nearest(line.corners if measure == "max" else line.even, other)
    return float(away.max() if measure == "max" else away.mean())


def turned(first: Line, second: Line) -> bool:
    """Whether the second line runs the other way: its points at equal steps are nearer in reverse order."""
    there, back = (np.hypot(*(first.even - points).T).mean() for points in (second.even, second.even[::-1]))
    return bool(back < there - 1e-9)


def cvat_similarity(first: Line, second: Line, area: float) -> float:
    """CVAT's likeness of two lines on an image of that area: the better of both directions.

    Mean over points at the same share of both lines' lengths, where one of them has a corner, of
    exp(-d² ÷ (2 · area · (2r)²)), r being 0.01. As in CVAT's dataset comparison, with its default settings.
    """
    return max(_gaussian(first, other, area) for other in (second, Line(second.segments[::-1, [2, 3, 0, 1]])))


def _gaussian(first: Line, second: Line, area: float) -> float:
    shares = np.concatenate([[0.0], *(line.ends / (line.ends[-1] or 1) for line in (first, second))])
    shares = np.sort(shares)
    apart = np.concatenate([[True], np.diff(shares) > 1e-9])
    squares = ((first.at(shares[apart]) - second.at(shares[apart])) ** 2).sum(axis=1)
    return float(np.exp(-squares / (2 * area * (2 * TORSO) ** 2)).mean())


def lines_of(rings: Nested) -> tuple[list[Line | None], Ints]:
    """The line of each row, None for one without a point; and their boxes in thousandths of a pixel."""
    found: list[Line | None] = []
    boxes = np.zeros((len(rings), 4), dtype=np.int64)
    for row in range(len(rings)):
        parts = rings[row]
        flat = [number for part in parts for chain in part for number in chain]
        if not flat or any(len(chain) % 2 for part in parts for chain in part):
            found.append(None)
            continue
        found.append(Line.of(parts))
        boxes[row] = min(flat[::2]), min(flat[1::2]), max(flat[::2]), max(flat[1::2])
    return found, boxes
