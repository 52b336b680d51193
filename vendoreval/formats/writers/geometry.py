"""Places of answers in the terms of other tools: boxes around them, corners, parts of one object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Box = tuple[float, float, float, float]  # x_min, y_min, x_max, y_max


def box_in(row: Mapping[str, Any]) -> Box:
    """The upright box of a row, as it was before it turned."""
    return row["x_min"], row["y_min"], row["x_max"], row["y_max"]


def corners_of(row: Mapping[str, Any]) -> list[float]:
    """The four corners of a turned box, clockwise from its own top left one: x and y in turn."""
    left, top, right, bottom = box_in(row)
    x, y, half_w, half_h = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
    angle = math.radians(row.get("angle") or 0)
    sine, cosine = math.sin(angle), math.cos(angle)
    found: list[float] = []
    for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        across, down = sx * half_w, sy * half_h
        found += [x + across * cosine - down * sine, y + across * sine + down * cosine]
    return found


def box_around(points: Iterable[tuple[float, float]]) -> Box:
    """The smallest upright box that holds the points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def points_in(ring: Sequence[float]) -> list[tuple[float, float]]:
    """x and y in turn as points."""
    return list(zip(ring[::2], ring[1::2], strict=True))


def area_of(ring: Sequence[float]) -> float:
    """The area within a ring, by the trapezoid rule."""
    points = points_in(ring)
    following = [*points[1:], points[0]]
    return abs(sum(x * b - a * y for (x, y), (a, b) in zip(points, following, strict=True))) / 2


def has_holes(rings: Sequence[Sequence[Sequence[float]]]) -> bool:
    """Whether a part has a ring within its outer one."""
    return any(len(part) > 1 for part in rings)


def by_object(rows: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Points of one object together, in the order of first ones."""
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["object_id"], row["label"]), []).append(row)
    return list(found.values())
