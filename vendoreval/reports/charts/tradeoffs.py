"""Pictures for choosing: quality against cost, and what drives a cost."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import ACCENT, FULL, MUTED, RULE, SMALL, Svg, scale, tick_text

_LEFT, _RIGHT, _TOP, _FOOT = 62.0, 640.0, 14.0, 185.0
_ROW = 26.0


@dataclass(frozen=True)
class ParetoPoint:
    """One offer: cost per correct label in major units, quality as a share."""

    name: str
    cost: float
    quality: float


@dataclass(frozen=True)
class Pareto:
    """Offers by cost and quality; those that no other beats on both are joined."""

    title: str
    currency: str
    points: tuple[ParetoPoint, ...]

    def svg(self) -> Markup:
        """Filled dots are unbeaten, hollow ones are beaten on both axes."""
        best = self.unbeaten()
        said = "; ".join(f"{p.name}: {self.currency} {p.cost:,.3f}, {p.quality:.1%}" for p in self.points)
        drawing = Svg(FULL, _FOOT + 40, self.title, said)
        x = scale([p.cost for p in self.points], _LEFT, _RIGHT, least=0.0)
        y = scale([p.quality for p in self.points], _FOOT, _TOP, least=0.0, most=1.0)
        for tick, words in zip(y.ticks, tick_text(y.ticks, share=True), strict=True):
            drawing.line(_LEFT, y(tick), _RIGHT, y(tick), RULE)
            drawing.text(_LEFT - 8, y(tick) + 3.4, words, "end", size=SMALL, colour=MUTED)
        for tick, words in zip(x.ticks, tick_text(x.ticks, share=False), strict=True):
            drawing.text(x(tick), _FOOT + 16, words, "middle", size=SMALL, colour=MUTED)
        drawing.line(_LEFT, _FOOT, _RIGHT, _FOOT, MUTED)
        drawing.path([(x(p.cost), y(p.quality)) for p in best], ACCENT, 1.2, "4 3")
        for p in self.points:
            drawing.circle(x(p.cost), y(p.quality), 4.5, ACCENT if p in best else "#ffffff", ACCENT)
            near_edge = x(p.cost) > _RIGHT - 90
            drawing.text(
                x(p.cost) + (-8 if near_edge else 8), y(p.quality) + 14, p.name, "end" if near_edge else "start"
            )
        axis = f"cost of a correct label, {self.currency}"
        drawing.text((_LEFT + _RIGHT) / 2, _FOOT + 34, axis, "middle", size=SMALL)
        return drawing.done()

    def unbeaten(self) -> list[ParetoPoint]:
        """Offers that no other offer beats, by rising cost."""
        kept: list[ParetoPoint] = []
        for point in sorted(self.points, key=lambda p: (p.cost, -p.quality)):
            if not kept or point.quality > kept[-1].quality:
                kept.append(point)
        return kept


@dataclass(frozen=True)
class TornadoBar:
    """One input: the result when it is low and when it is high, and both in words."""

    name: str
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class Tornado:
    """How far each input moves the result around `base`."""

    title: str
    base: float
    bars: tuple[TornadoBar, ...]

    def svg(self) -> Markup:
        """The widest bar first; the part below the base is hatched by an outline only."""
        bars = sorted(self.bars, key=lambda bar: -abs(bar.high - bar.low))
        foot = _ROW * len(bars) + 6
        drawing = Svg(FULL, foot + 22, self.title, "; ".join(f"{bar.name}: {bar.text}" for bar in bars))
        x = scale([self.base, *(v for bar in bars for v in (bar.low, bar.high))], 190.0, 520.0)
        for tick, words in zip(x.ticks, tick_text(x.ticks, share=False), strict=True):
            drawing.line(x(tick), 2, x(tick), foot, RULE)
            drawing.text(x(tick), foot + 14, words, "middle", size=SMALL, colour=MUTED)
        for number, bar in enumerate(bars):
            y = _ROW * number + 5
            for value, fill in ((bar.low, "#ffffff"), (bar.high, ACCENT)):
                left, right = sorted((x(value), x(self.base)))
                drawing.rect(left, y, right - left, 16, fill, ACCENT)
            drawing.text(178, y + 12, bar.name, "end", longest=32)
            drawing.text(534, y + 12, bar.text, size=SMALL)
        drawing.line(x(self.base), 0, x(self.base), foot, "#1a2230", 1.2)
        return drawing.done()
