"""Bars of equal width over a share of 1: how good the matched units are, not only how many match."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import ACCENT, BAD, FULL, MUTED, RULE, SMALL, Anchor, Svg, scale

HIGH, LEFT, RIGHT = 120.0, 44.0, 640.0


@dataclass(frozen=True)
class Histogram:
    """`counts[k]` units between k and k + 1 of as many equal steps from 0 to 1; the last step holds 1 as well.

    `limits` are values to mark, each with its words.
    """

    title: str
    unit: str
    counts: tuple[int, ...]
    limits: tuple[tuple[float, str], ...] = ()

    def svg(self) -> Markup:
        """Each bar carries its number; limits are dashed lines with their words above."""
        top, foot = 14.0 * (1 + len(self.limits)), 14.0 * (1 + len(self.limits)) + HIGH
        drawing = Svg(FULL, foot + 34, self.title, self._said())
        step = (RIGHT - LEFT) / len(self.counts)
        y = scale([0, max(*self.counts, 1)], foot, top + 10, least=0)
        for tick in y.ticks:
            if tick == int(tick):
                drawing.line(LEFT, y(tick), RIGHT, y(tick), RULE)
                drawing.text(LEFT - 6, y(tick) + 3.4, f"{tick:,.0f}", "end", size=SMALL, colour=MUTED)
        for place, n in enumerate(self.counts):
            x = LEFT + step * place
            drawing.text(x, foot + 14, f"{place / len(self.counts):.1f}", "middle", size=SMALL, colour=MUTED)
            if n:
                drawing.rect(x + 2, y(n), step - 4, foot - y(n), ACCENT)
                drawing.text(x + step / 2, y(n) - 4, f"{n:,}", "middle", size=SMALL)
        drawing.text(RIGHT, foot + 14, "1.0", "middle", size=SMALL, colour=MUTED)
        drawing.line(LEFT, foot, RIGHT, foot, MUTED)
        for row, (value, words) in enumerate(self.limits):
            x = LEFT + (RIGHT - LEFT) * value
            drawing.line(x, 14.0 * row + 14, x, foot, BAD, 1.3, "3 2")
            anchor: Anchor = "end" if value > 0.6 else "start"
            drawing.text(x, 14.0 * row + 10, words, anchor, size=SMALL, colour=BAD)
        drawing.text((LEFT + RIGHT) / 2, foot + 30, self.unit, "middle", size=SMALL, colour=MUTED)
        return drawing.done()

    def _said(self) -> str:
        size = len(self.counts)
        bars = [f"{k / size:.1f} to {(k + 1) / size:.1f}: {n:,}" for k, n in enumerate(self.counts) if n]
        return "; ".join([*bars, *(f"{words} at {value:g}" for value, words in self.limits)])
