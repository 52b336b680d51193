"""What turned boxes have in common: one is clipped by the other's sides, all pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.shapes import SCALE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Turned:
    """Boxes by centre, width and height, turned by `angle` (1/SCALE degree, clockwise as y goes down)."""

    x: Floats
    y: Floats
    width: Floats
    height: Floats
    angle: Ints

    @classmethod
    def of(cls, edges: tuple[Ints, ...], angle: Ints) -> Turned:
        """From the edges of the box before it was turned: x_min, y_min, x_max, y_max."""
        left, top, right, bottom = edges
        return cls((left + right) / 2, (top + bottom) / 2, np.maximum(right - left, 0) * 1.0,
                   np.maximum(bottom - top, 0) * 1.0, angle)  # fmt: skip

    def take(self, rows: Ints) -> Turned:
        """The chosen boxes."""
        return Turned(*(column[rows] for column in vars(self).values()))

    def corners(self, origin: Turned | None = None) -> Floats:
        """The four corners, [box, corner, x and y]; as seen from `origin`'s boxes where given."""
        around = self if origin is None else origin
        mine = _unit(self.angle)
        half = np.stack([self.width, self.height], axis=1) / 2
        local = half[:, None, :] * np.asarray([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
        turned = _turn(local, mine)
        if origin is None:
            return turned + np.stack([self.x, self.y], axis=1)[:, None, :]
        cosine, sine = _unit(around.angle)
        moved = turned + np.stack([self.x - around.x, self.y - around.y], axis=1)[:, None, :]
        return _turn(moved, (cosine, -sine))


def _unit(angle: Ints) -> tuple[Floats, Floats]:
    turns = np.deg2rad((angle % (360 * SCALE)) / SCALE)
    return np.cos(turns), np.sin(turns)


def _turn(points: Floats, unit: tuple[Floats, Floats]) -> Floats:
    cosine, sine = unit[0][:, None], unit[1][:, None]
    x, y = points[..., 0], points[..., 1]
    return np.stack([x * cosine - y * sine, x * sine + y * cosine], axis=-1)


def common_area(first: Turned, second: Turned) -> Floats:
    """The area that each pair has in common (Sutherland and Hodgman 1974, on the first box's axes)."""
    shape = second.corners(first)
    for axis, half in ((0, first.width / 2), (1, first.height / 2)):
        for sign in (1.0, -1.0):
            shape = _clipped(shape, half[:, None] - sign * shape[..., axis])
    x, y = shape[..., 0], shape[..., 1]
    after_x, after_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    area: Floats = np.abs((x * after_y - after_x * y).sum(axis=1)) / 2
    return area


def _clipped(shape: Floats, inside: Floats) -> Floats:
    """Convex shapes without what lies where `inside`, linear and given at their corners, is negative.

    A shape has at most one corner more afterwards; those with fewer repeat their first corner.
    """
    corners = shape.shape[1]
    after, inside_after = np.roll(shape, -1, axis=1), np.roll(inside, -1, axis=1)
    crosses = (inside > 0) != (inside_after > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        way = np.where(crosses, inside / (inside - inside_after), 0.0)
    crossing = shape + way[..., None] * (after - shape)
    points = np.stack([shape, crossing], axis=2).reshape(len(shape), 2 * corners, 2)
    valid = np.stack([inside > 0, crosses], axis=2).reshape(len(shape), 2 * corners)
    order = np.argsort(~valid, axis=1, kind="stable")[:, : corners + 1]
    kept = np.take_along_axis(points, order[..., None], axis=1)
    real = np.take_along_axis(valid, order, axis=1)
    return np.where(real[..., None], kept, np.where(real[:, :1, None], kept[:, :1], 0.0))
