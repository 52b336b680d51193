"""Dot plot of people: accuracy with interval, the lowest first."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import ACCENT, BAD, FULL, MUTED, RULE, SMALL, Svg, scale, tick_text

ROW = 18.0
LEFT, RIGHT = 168.0, 520.0


@dataclass(frozen=True)
class DotRow:
    """One person: share right, its interval, the numbers in words."""

    label: str
    estimate: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Dots:
    """Rows on an axis of shares; `mean` is drawn as a dashed line."""

    title: str
    rows: tuple[DotRow, ...]
    mean: float
    mean_text: str

    def svg(self) -> Markup:
        """Hollow dots lie wholly below the mean, filled ones do not."""
        height = ROW * len(self.rows) + 44
        said = "; ".join(f"{row.label}: {row.text}" for row in self.rows) + f". {self.mean_text}."
        drawing = Svg(FULL, height, self.title, said)
        values = [self.mean, *(v for row in self.rows for v in (row.low, row.high))]
        x = scale(values, LEFT, RIGHT, least=0.0, most=1.0)
        foot = ROW * len(self.rows) + 8
        for tick, words in zip(x.ticks, tick_text(x.ticks, share=True), strict=True):
            drawing.line(x(tick), 4, x(tick), foot, RULE)
            drawing.text(x(tick), foot + 14, words, "middle", size=SMALL, colour=MUTED)
        drawing.line(x(self.mean), 2, x(self.mean), foot, ACCENT, 1.2, "4 3")
        drawing.text(x(self.mean), foot + 28, self.mean_text, "middle", size=SMALL, colour=ACCENT)
        for number, row in enumerate(self.rows):
            y = ROW * (number + 0.5) + 4
            below = row.high < self.mean
            colour = BAD if below else ACCENT
            drawing.text(0, y + 3.6, row.label, longest=30)
            drawing.line(x(row.low), y, x(row.high), y, colour, 1.4)
            drawing.circle(x(row.estimate), y, 3.6, "#ffffff" if below else colour, colour)
            drawing.text(RIGHT + 14, y + 3.6, row.text, size=SMALL)
        drawing.line(LEFT, foot, RIGHT, foot, MUTED)
        return drawing.done()
