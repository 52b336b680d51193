"""Which part of an item a picture shows, and how its pixels come onto paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vendoreval.reports.pictures.outlines import Point, Ring

WIDE, HIGH = 496.0, 256.0  # the most room of a picture, in CSS pixels
LEAST = 40.0  # pixels of an item that a picture shows at least
WHOLE = 0.7  # a part as large as this is shown with all the rest


@dataclass(frozen=True)
class Frame:
    """A rectangle in the item's pixels."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def edges(self) -> tuple[float, float, float, float]:
        return self.left, self.top, self.right, self.bottom

    def grown(self, by: float) -> Frame:
        """With a margin."""
        return Frame(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def within(self, other: Frame) -> Frame:
        """Moved into `other`, and cut where it is larger."""
        width, height = min(self.width, other.width), min(self.height, other.height)
        left = min(max(self.left, other.left), other.right - width)
        top = min(max(self.top, other.top), other.bottom - height)
        return Frame(left, top, left + width, top + height)

    def shaped(self, ratio: float) -> Frame:
        """Widened or heightened about its middle until width is `ratio` times height."""
        width, height = max(self.width, self.height * ratio), max(self.height, self.width / ratio)
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return Frame(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def around(bounds: Iterable[tuple[float, float, float, float] | None]) -> Frame | None:
    """The smallest frame that holds all `bounds`; None where there are none."""
    there = [one for one in bounds if one is not None]
    if not there:
        return None
    lefts, tops, rights, bottoms = zip(*there, strict=True)
    return Frame(min(lefts), min(tops), max(rights), max(bottoms))


def zoomed(focus: Frame | None, canvas: Frame, room: Point = (WIDE, HIGH)) -> Frame:
    """The part of `canvas` that shows `focus` and its surroundings; all of it where that is nearly so."""
    if focus is None:
        return canvas
    margin = max(0.35 * max(focus.width, focus.height), 0.03 * max(canvas.width, canvas.height), LEAST / 4)
    near = focus.grown(margin)
    lacking = max(LEAST - min(near.width, near.height), 0.0)
    part = near.grown(lacking / 2).shaped(room[0] / room[1]).within(canvas)
    whole = part.width >= WHOLE * canvas.width and part.height >= WHOLE * canvas.height
    return canvas if whole else part


@dataclass(frozen=True)
class View:
    """Pixels of the item onto a picture whose corner is 0, 0."""

    part: Frame
    scale: float

    @classmethod
    def of(cls, part: Frame, wide: float, high: float) -> View:
        """As large as fits."""
        return cls(part, min(wide / max(part.width, 1e-9), high / max(part.height, 1e-9)))

    @property
    def width(self) -> float:
        return self.part.width * self.scale

    @property
    def height(self) -> float:
        return self.part.height * self.scale

    def __call__(self, x: float, y: float) -> Point:
        return (x - self.part.left) * self.scale, (y - self.part.top) * self.scale

    def ring(self, points: Ring) -> list[Point]:
        """All corners of a ring."""
        return [self(x, y) for x, y in points]
