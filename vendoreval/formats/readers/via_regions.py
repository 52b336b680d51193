"""VIA's regions as columns of answers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vendoreval.formats.readers.json_values import Flat, listed, number, numbers

KINDS = {"rect": "boxes", "polygon": "polygons", "polyline": "polylines", "point": "keypoints"}
CORNERS = 72  # of a circle or an ellipse that is drawn as a polygon


def place_of(kind: str, drawn: Mapping[str, Any], shape: str) -> dict[str, Any]:
    """Where a region lies, as columns of the shape; raises ValueError."""
    if kind == "rect":
        x, y, width, height = numbers(drawn, "x", "y", "width", "height")
        return {"x_min": x, "y_min": y, "x_max": x + width, "y_max": y + height}
    if kind == "point":
        x, y = numbers(drawn, "cx", "cy")
        return {"x": x, "y": y}
    return {"rings": [[_line(drawn) if kind in ("polygon", "polyline") else _round(kind, drawn)]]}


def _line(drawn: Mapping[str, Any]) -> Flat:
    xs, ys = listed(drawn.get("all_points_x")), listed(drawn.get("all_points_y"))
    if not xs or len(xs) != len(ys):
        raise ValueError(f"it has {len(xs)} x and {len(ys)} y")
    return [number(one, name) for x, y in zip(xs, ys, strict=True) for one, name in ((x, "x"), (y, "y"))]


def _round(kind: str, drawn: Mapping[str, Any]) -> Flat:
    """Corners on a circle or an ellipse; `theta` turns it clockwise, as y goes down, in radians."""
    if kind == "circle":
        (x, y, wide), theta = numbers(drawn, "cx", "cy", "r"), 0.0
        high = wide
    else:
        x, y, wide, high = numbers(drawn, "cx", "cy", "rx", "ry")
        theta = number(drawn.get("theta", 0), "theta")
    cosine, sine = math.cos(theta), math.sin(theta)
    found: Flat = []
    for corner in range(CORNERS):
        angle = 2 * math.pi * corner / CORNERS
        along, across = wide * math.cos(angle), high * math.sin(angle)
        found += [x + along * cosine - across * sine, y + along * sine + across * cosine]
    return found


def attributes_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as they are answered: of boxes that are ticked the names, one by itself, several as a list.

    VIA writes ticked boxes as a table of names, and what was left out as an empty text: those are left away.
    """
    found: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, dict):
            ticked = sorted(one for one, yes in value.items() if yes is True)
            value = ticked[0] if len(ticked) == 1 else ticked
        if value not in ("", [], None):
            found[name] = value
    return found
