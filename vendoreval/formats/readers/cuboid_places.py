"""Cuboids of files as columns: upright ones, turned about z; what leans is counted and read as if it stood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from vendoreval.formats.readers.remarks import Remarks

_LEAN = 5.0  # degrees, below which nobody speaks of leaning
_LEANS = "Cuboids that lean by more than 5 degrees, which are read as if they stood upright"


def upright(
    place: Sequence[float], size: Sequence[float], yaw: float, lean: float, remarks: Remarks, item: str
) -> dict[str, Any]:
    """The columns of a cuboid. `size`: length, width, height; `yaw` and `lean` in radians."""
    if math.degrees(lean) > _LEAN:
        remarks.count(_LEANS, item)
    x, y, z = place
    long, wide, high = size
    return {"x": x, "y": y, "z": z, "long": long, "wide": wide, "high": high, "yaw": math.degrees(yaw)}


def of_quaternion(w: float, x: float, y: float, z: float) -> tuple[float, float]:
    """Yaw about z and the angle between the turned z axis and the vertical, in radians; raises ValueError."""
    length = math.hypot(w, x, y, z)
    if not 0.5 < length < 2:
        raise ValueError("its rotation is no quaternion of length 1")
    w, x, y, z = (one / length for one in (w, x, y, z))
    yaw = math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
    return yaw, math.acos(max(-1.0, min(1.0, 1 - 2 * (x * x + y * y))))


def of_angles(roll: float, pitch: float, yaw: float) -> tuple[float, float]:
    """The same of angles about x, y and z in radians."""
    return yaw, math.acos(max(-1.0, min(1.0, math.cos(roll) * math.cos(pitch))))
