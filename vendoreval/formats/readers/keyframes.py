"""Boxes of a track between keyframes, as tools fill them in: in equal steps, angles the shorter way round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

_SIDES = ("x_min", "y_min", "x_max", "y_max")
Shape = tuple[
    int, bool, int, dict[str, Any]
]  # frame, whether the track ends with it, place in the file, columns


def filled(shapes: Sequence[Shape]) -> Iterator[Shape]:
    """The shapes, in order of frames, and between two of them all frames, unless the first one ends the track.

    What is no side and no angle is as in the shape before.
    """
    for (frame, ends, place, row), (until, _, _, other) in pairwise(shapes):
        yield frame, ends, place, row
        if ends:
            continue
        for between in range(frame + 1, until):
            share = (between - frame) / (until - frame)
            sides = {side: row[side] + (other[side] - row[side]) * share for side in _SIDES}
            angle = _turned(row.get("angle", 0), other.get("angle", 0), share)
            upright = {name: value for name, value in (row | sides).items() if name != "angle"}
            yield between, False, place, upright | ({"angle": angle} if angle else {})
    yield from shapes[-1:]


def _turned(first: float, last: float, share: float) -> float:
    """An angle between two."""
    return (first + ((last - first + 180) % 360 - 180) * share) % 360
