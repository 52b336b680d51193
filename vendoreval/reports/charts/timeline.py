"""Verdicts over time: each audit's estimate and interval against the limit of its contract."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import (
    ACCENT,
    BAD,
    FULL,
    INK,
    MUTED,
    RULE,
    SMALL,
    VERDICT_INK,
    Svg,
    scale,
    tick_text,
)

LEFT, RIGHT, TOP, FOOT = 56.0, 664.0, 22.0, 178.0
MOST_NAMES = 12


@dataclass(frozen=True)
class TimelinePoint:
    """One audit. `when` and `label` are printed below the axis, `text` is said."""

    label: str
    when: str
    estimate: float
    low: float
    high: float
    threshold: float
    verdict: str
    text: str


@dataclass(frozen=True)
class Timeline:
    """Points in the order of their dates."""

    title: str
    points: tuple[TimelinePoint, ...]

    def svg(self) -> Markup:
        """Estimates joined by a line; limits as dashed steps; marks by verdict."""
        said = "; ".join(f"{point.label}, {point.when}: {point.text}" for point in self.points)
        drawing = Svg(FULL, FOOT + 42, self.title, said)
        values = [v for p in self.points for v in (p.low, p.high, p.threshold)]
        y = scale(values, FOOT, TOP, least=0.0, most=1.0)
        for tick, words in zip(y.ticks, tick_text(y.ticks, share=True), strict=True):
            drawing.line(LEFT, y(tick), RIGHT, y(tick), RULE)
            drawing.text(LEFT - 8, y(tick) + 3.4, words, "end", size=SMALL, colour=MUTED)
        width = (RIGHT - LEFT) / len(self.points)
        centres = [LEFT + width * (k + 0.5) for k in range(len(self.points))]
        drawing.path([(at, y(p.estimate)) for at, p in zip(centres, self.points, strict=True)], ACCENT, 1.2)
        every = -(-len(self.points) // MOST_NAMES)
        for k, (at, point) in enumerate(zip(centres, self.points, strict=True)):
            colour = VERDICT_INK.get(point.verdict, INK)
            limit = y(point.threshold)
            drawing.line(at - width / 2, limit, at + width / 2, limit, BAD, 1.3, "4 3")
            drawing.line(at, y(point.low), at, y(point.high), colour, 1.8)
            drawing.mark(point.verdict, at, y(point.estimate))
            if k % every == 0:
                letters = max(4, int(width * every / 5.6))
                drawing.text(at, FOOT + 16, point.label, "middle", size=SMALL, longest=letters)
                drawing.text(at, FOOT + 29, point.when, "middle", size=SMALL, colour=MUTED, longest=letters)
        drawing.text(RIGHT, y(self.points[-1].threshold) - 5, "contract’s limit", "end", size=SMALL, colour=BAD)
        drawing.line(LEFT, FOOT, RIGHT, FOOT, MUTED)
        return drawing.done()
