"""Cuboids in space: what two of them have in common, and how far apart their centres, sizes and headings are.

A cuboid stands upright: its footprint is turned by yaw about its centre, from x towards y, and its height goes
along z. Lengths are whole thousandths of a metre, yaw is in thousandths of a degree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.shapes import SCALE
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.turned import Turned, common_area

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NUMBERS = ("x", "y", "z", "long", "wide", "high", "yaw")
TURN = 360 * SCALE


@dataclass(frozen=True, eq=False)
class Cuboids:
    """Centres, sizes and yaws, one entry a cuboid; yaw is from 0 to a full turn."""

    x: Ints
    y: Ints
    z: Ints
    long: Ints
    wide: Ints
    high: Ints
    yaw: Ints

    @classmethod
    def of(cls, labels: LabelTable) -> Cuboids:
        """Those of a label table, a row each."""
        x, y, z, long, wide, high, yaw = (labels.numbers(name) for name in NUMBERS)
        return cls(x, y, z, long, wide, high, yaw % TURN)

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: Ints) -> Cuboids:
        """The chosen ones."""
        return Cuboids(*(getattr(self, name)[rows] for name in NUMBERS))

    @property
    def ground(self) -> Floats:
        """The areas of the footprints."""
        return _real(self.long) * self.wide

    @property
    def volume(self) -> Floats:
        """Length times width times height."""
        return self.ground * self.high

    def footprint(self) -> Turned:
        """As it is seen from above."""
        return Turned(_real(self.x), _real(self.y), _real(self.long), _real(self.wide), self.yaw)

    def across(self) -> tuple[Ints, Ints]:
        """The lowest and the highest x of each footprint, in whole steps around it."""
        corners = self.footprint().corners()[..., 0]
        return (np.floor(corners.min(axis=1)).astype(np.int64), np.ceil(corners.max(axis=1)).astype(np.int64))


def _real(numbers: Ints) -> Floats:
    return numbers.astype(np.float64)


@dataclass(frozen=True, eq=False)
class Common:
    """What pairs have in common: footprints, volumes, and which of them are equal cuboids."""

    ground: Floats
    volume: Floats
    equal: NDArray[np.bool_]


def common(first: Cuboids, second: Cuboids) -> Common:
    """Of each pair: the footprints are clipped by one another, the heights are cut."""
    ground = common_area(first.footprint(), second.footprint())
    top = np.minimum(2 * first.z + first.high, 2 * second.z + second.high)
    bottom = np.maximum(2 * first.z - first.high, 2 * second.z - second.high)
    equal = np.logical_and.reduce([getattr(first, name) == getattr(second, name) for name in NUMBERS])
    return Common(ground, ground * np.maximum(top - bottom, 0) / 2, equal)


def iou(first: Cuboids, second: Cuboids, shared: Common) -> Floats:
    """Intersection ÷ union of the volumes; 1 of equal cuboids."""
    return _share(shared.volume, first.volume + second.volume - shared.volume, shared.equal)


def bev_iou(first: Cuboids, second: Cuboids, shared: Common) -> Floats:
    """Intersection ÷ union of the footprints, whatever their heights; 1 of equal ones."""
    same = np.logical_and.reduce(
        [getattr(first, name) == getattr(second, name) for name in ("x", "y", "long", "wide", "yaw")]
    )
    return _share(shared.ground, first.ground + second.ground - shared.ground, same)


def _share(part: Floats, whole: Floats, equal: NDArray[np.bool_]) -> Floats:
    found = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return np.where(equal, 1.0, np.minimum(found, 1.0))


def apart2(first: Cuboids, second: Cuboids, *, ground: bool) -> Ints:
    """The squared distance of the centres in steps; `ground`: without their heights. They are near along x."""
    squared: Ints = (first.x - second.x) ** 2 + (first.y - second.y) ** 2
    return squared if ground else squared + (first.z - second.z) ** 2


def size_error(first: Cuboids, second: Cuboids) -> Floats:
    """1 - IoU of both cuboids moved and turned into one place: the scale error of nuScenes (ASE)."""
    long, wide, high = (
        _real(np.minimum(getattr(first, name), getattr(second, name))) for name in ("long", "wide", "high")
    )
    shared = long * wide * high
    whole = first.volume + second.volume - shared
    return 1 - np.divide(shared, whole, out=np.ones(len(shared)), where=whole > 0)


def heading_error(first: Cuboids, second: Cuboids, *, axis: bool) -> Ints:
    """Thousandths of a degree between both yaws, at most half a turn; `axis`: front and back are alike."""
    turn = TURN // 2 if axis else TURN
    off = (first.yaw - second.yaw) % turn
    found: Ints = np.minimum(off, turn - off)
    return found
