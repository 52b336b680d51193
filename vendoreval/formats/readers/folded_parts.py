"""Objects that a file writes in several parts, and turned boxes that it writes as corners."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.runs import pixels_of, runs_from_pixels

Part = TypeVar("Part")
_SQUARE = 0.02  # how far the corners of a turned box may lie from a rectangle, as a share of its longer side


def folded(parts: Iterable[tuple[Hashable | None, Part]]) -> list[list[Part]]:
    """Parts of one key together, in the order of first ones; a part without a key stands by itself."""
    found: list[list[Part]] = []
    by_key: dict[Hashable, list[Part]] = {}
    for key, part in parts:
        if key is not None and key in by_key:
            by_key[key].append(part)
            continue
        found.append([part])
        if key is not None:
            by_key[key] = found[-1]
    return found


def union(masks: Sequence[NDArray[np.int64]], height: int, width: int) -> NDArray[np.int64]:
    """One mask of several on one image, as runs."""
    if len(masks) == 1:
        return masks[0]
    pixels = pixels_of(masks[0], height, width).copy()
    for mask in masks[1:]:
        pixels |= pixels_of(mask, height, width)
    return runs_from_pixels(pixels)


def turned_box(points: Sequence[float]) -> tuple[dict[str, Any], bool]:
    """Four corners (x and y in turn) as an upright box and the angle that turns it clockwise about its centre.

    Also whether the corners are a rectangle, within a pixel or two hundredths of its longer side.
    """
    corners = list(zip(points[::2], points[1::2], strict=True))
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    right = ((bx - ax) + (cx - dx)) / 2, ((by - ay) + (cy - dy)) / 2
    down = ((dx - ax) + (cx - bx)) / 2, ((dy - ay) + (cy - by)) / 2
    w, h = math.hypot(*right), math.hypot(*down)
    x, y = (ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4
    angle = math.degrees(math.atan2(right[1], right[0]))
    found = {"x_min": x - w / 2, "y_min": y - h / 2, "x_max": x + w / 2, "y_max": y + h / 2, "angle": angle}
    return found, _is_square(corners, right, down, (x, y))


def _is_square(
    corners: Sequence[tuple[float, float]], right: tuple[float, float], down: tuple[float, float],
    centre: tuple[float, float],
) -> bool:  # fmt: skip
    w, h = math.hypot(*right), math.hypot(*down)
    slack = max(_SQUARE * max(w, h), 1.0)
    fitting = [
        (centre[0] + (sx * right[0] + sy * down[0]) / 2, centre[1] + (sx * right[1] + sy * down[1]) / 2)
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    off = max(math.dist(a, b) for a, b in zip(corners, fitting, strict=True))
    lean = abs(right[0] * down[0] + right[1] * down[1]) / max(w * h, 1e-9)
    return off <= slack and lean * min(w, h) <= slack


def distinct_names(names: Sequence[tuple[str, str]]) -> list[str]:
    """Names of images told by files: where several files tell one name, their folders set them apart.

    `names` are pairs of a file's folder and the name that stands in it.
    """
    folders: dict[str, set[str]] = {}
    for folder, name in names:
        folders.setdefault(name, set()).add(folder)
    return [f"{folder}/{name}" if folder and len(folders[name]) > 1 else name for folder, name in names]
