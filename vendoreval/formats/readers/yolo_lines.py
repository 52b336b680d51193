"""Lines of YOLO label files: which kind they are of, and their numbers as pixels.

    detect    class cx cy w h
    segment   class x1 y1 x2 y2 x3 y3 …
    obb       class x1 y1 x2 y2 x3 y3 x4 y4
    pose      class cx cy w h px1 py1 [v1] …

All are shares of the image's width and height.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vendoreval.errors import InputError

KINDS = ("detect", "segment", "obb", "pose")
_FARTHEST = 2.0  # shares beyond -1 and 2 are no shares, but most likely pixels
_SLACK = 0.01  # beyond the image, within which Ultralytics takes a share as it is
_MIX = "Ask for an export of one kind, or say which counts, as in --read kind={}; other lines are refused then."


@dataclass(frozen=True)
class Line:
    """One label: the class and the shares that follow it; `place` is its 1-based line."""

    place: int
    label: int
    shares: tuple[float, ...]

    def __len__(self) -> int:
        return 1 + len(self.shares)


@dataclass(frozen=True)
class Pose:
    """Keypoints of a set: how many, with 2 or 3 numbers each, and their names."""

    count: int
    size: int
    names: tuple[str, ...]

    @property
    def columns(self) -> int:
        """Of a line."""
        return 5 + self.count * self.size


def parsed(text: bytes, place: int, *, confidence: bool) -> Line | str:
    """A line's numbers, or why there are none; `confidence` leaves the last one out."""
    try:
        words = text.decode().split()
        numbers = [float(word) for word in words]
    except UnicodeDecodeError:
        return "It is not UTF-8 text."
    except ValueError:
        return "It holds something that is no number."
    if not all(map(math.isfinite, numbers)):
        return "It holds a number that is not finite."
    if numbers[0] != int(numbers[0]) or numbers[0] < 0:
        return f"Its class is {words[0]}; it is a whole number from 0."
    shares = tuple(numbers[1:-1] if confidence else numbers[1:])
    wild = next((share for share in shares if not 1 - _FARTHEST <= share <= _FARTHEST), None)
    if wild is not None:
        return f"It holds {wild:g}: coordinates are shares of the image, from 0 to 1."
    return Line(place, int(numbers[0]), shares)


def kind_of(columns: Counter[int], pose: Pose | None, shape: str, file: str) -> str:
    """The kind of a whole set by the numbers of its lines' columns.

    Raises InputError where it is a mixture, or of no kind that is known.
    """
    if not columns:
        return "pose" if pose else "detect"
    if pose is not None and pose.columns in columns:
        return _all("pose", {pose.columns}, columns, file)
    if columns.keys() == {5}:
        return "detect"
    if columns.keys() == {6}:
        raise InputError(
            "All lines have 6 columns, one more than a box.", file=file,
            remedy="If the last is a confidence, say --read confidence=last.",
        )  # fmt: skip
    if columns.keys() == {9}:
        return "segment" if shape in ("polygons", "masks") else "obb"
    return _all("segment", {n for n in columns if n >= 7 and n % 2}, columns, file)


def _all(kind: str, fitting: set[int], columns: Counter[int], file: str) -> str:
    others = sum(count for n, count in columns.items() if n not in fitting)
    if not others:
        return kind
    shown = ", ".join(f"{count:,} with {n}" for n, count in sorted(columns.items())[:5])
    more = ", …" if len(columns) > 5 else ""
    raise InputError(
        f"The lines are of different kinds, or of none, by their columns: {shown}{more}. "
        "5 are a box, 9 a turned box, 7 and more in twos a polygon.", file=file,
        remedy=_MIX.format("segment" if kind == "segment" else kind),
    )  # fmt: skip


def fits(line: Line, kind: str, pose: Pose | None) -> str:
    """Why a line is not of the kind; empty where it is."""
    size = len(line)
    right = {
        "detect": size == 5, "segment": size >= 7 and size % 2 == 1, "obb": size == 9,
        "pose": pose is not None and size == pose.columns,
    }[kind]  # fmt: skip
    return "" if right else f"It has {size} columns, which are no line of the kind {kind}."


def beyond_image(line: Line, kind: str, pose: Pose | None) -> bool:
    """Whether a coordinate lies outside of the image by more than a hundredth."""
    shares = line.shares[:4] if kind == "pose" else line.shares
    return any(not -_SLACK <= share <= 1 + _SLACK for share in shares)


def box(shares: Sequence[float], size: tuple[int, int]) -> dict[str, float]:
    """Centre, width and height as corners in pixels."""
    width, height = size
    x, y, w, h = shares[:4]
    return {
        "x_min": (x - w / 2) * width, "y_min": (y - h / 2) * height,
        "x_max": (x + w / 2) * width, "y_max": (y + h / 2) * height,
    }  # fmt: skip


def ring(shares: Sequence[float], size: tuple[int, int]) -> list[float]:
    """x and y in turn in pixels."""
    return [share * size[place % 2] for place, share in enumerate(shares)]


def points(line: Line, pose: Pose, size: tuple[int, int]) -> list[dict[str, Any]]:
    """One row a keypoint: its name, x, y, and visibility where the set has it."""
    found = []
    for place, name in enumerate(pose.names):
        at = 4 + place * pose.size
        x, y = ring(line.shares[at : at + 2], size)
        seen = int(line.shares[at + 2]) if pose.size == 3 else None
        found.append({"keypoint": name, "x": x, "y": y, "visible": seen})
    return found
