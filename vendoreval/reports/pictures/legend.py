"""The legend of an item's picture: only what occurs in it."""

from __future__ import annotations

from collections.abc import Sequence

from vendoreval.reports.pictures.marks import DOTS, LOOKS, Mark, cross, dash_of, ring
from vendoreval.reports.svg import INK, SMALL, Svg

ROW = 14.0
_KEY = 26.0  # room of a sample before its words


class Legend:
    """Samples of lines and points, then the letters."""

    def __init__(self, marks: Sequence[Mark]) -> None:
        self._lines = any(mark.outline.rings or mark.outline.lines for mark in marks)
        self._points = any(mark.outline.spots for mark in marks)
        self._states = [state for state in LOOKS if any(mark.state == state for mark in marks)]

    @property
    def height(self) -> float:
        return ROW * (2 + len(self._states))

    def draw(self, drawing: Svg, x: float, y: float) -> None:
        """From the corner x, y downwards."""
        for side in ("gold", "delivered"):
            y += ROW
            if self._lines:
                drawing.line(x, y - 3, x + 20, y - 3, INK, 1.6, dash_of("correct", side))
            if self._points:
                (ring if side == "gold" else cross)(drawing, x + 10, y - 3, INK)
            drawing.text(x + _KEY, y, side, size=SMALL)
        for state in self._states:
            y += ROW
            look = LOOKS[state]
            if look.letter:
                drawing.text(x + 10, y, look.letter, "middle", size=SMALL, colour=look.ink, bold=True)
            else:
                dash = DOTS if state == "ignored" else ""
                drawing.line(x, y - 3, x + 20, y - 3, look.ink, look.width, dash)
            drawing.text(x + _KEY, y, look.word, size=SMALL)
