"""Small vector drawings: text stays text, every drawing says in words what it shows.

Units are CSS pixels: 680 fill the width of a page, 330 half of it. The same input gives the same
bytes. Colours carry nothing that shape, dash or text does not carry too, so that a black and white
print can be read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Literal, Protocol

from markupsafe import Markup

from vendoreval.safe_text import clip, visible

FULL, HALF = 680.0, 330.0
INK, MUTED, RULE, PAPER = "#1a2230", "#5b6675", "#dde2e8", "#ffffff"
ACCENT, BAD, GOOD, DOUBT = "#1d4e79", "#a32020", "#1f6b3a", "#8a5a00"
VERDICT_INK = {"breached": BAD, "kept": GOOD, "inconclusive": DOUBT, "not_run": MUTED}
FONT = "'DejaVu Sans Condensed', system-ui, sans-serif"
SMALL, TEXT = 9.5, 10.5

Anchor = Literal["start", "middle", "end"]


class Chart(Protocol):
    """A picture's data; `svg` draws it, `dataclasses.asdict` writes it as JSON."""

    def svg(self) -> Markup: ...


class Svg:
    """One drawing, built by calls and closed by `done`."""

    def __init__(self, width: float, height: float, title: str, said: str) -> None:
        """`title` names the drawing, `said` tells its content to those who cannot see it."""
        words = escape(visible(f"{title}. {said}"))
        self.width, self.height = width, height
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(width)} {_n(height)}" '
            f'width="{_n(width)}" height="{_n(height)}" role="img">',
            f"<title>{words}</title><desc>{escape(visible(said))}</desc>",
        ]

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str = INK, width: float = 1, dash: str = ""
    ) -> None:
        """A straight line."""
        self._parts.append(
            f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
            f'stroke="{colour}" stroke-width="{_n(width)}"{_dashed(dash)}/>'
        )

    def rect(
        self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none", dash: str = ""
    ) -> None:
        """A filled rectangle."""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
            f'fill="{fill}" stroke="{stroke}"{_dashed(dash)}/>'
        )

    def shape(self, points: Iterable[tuple[float, float]], fill: str, stroke: str = "none") -> None:
        """A closed polygon."""
        self._parts.append(f'<polygon points="{_points(points)}" fill="{fill}" stroke="{stroke}"/>')

    def path(
        self, points: Iterable[tuple[float, float]], colour: str = ACCENT, width: float = 1.6, dash: str = ""
    ) -> None:
        """An open line through points."""
        self._parts.append(
            f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" '
            f'stroke-width="{_n(width)}"{_dashed(dash)}/>'
        )

    def rings(
        self,
        rings: Iterable[Iterable[tuple[float, float]]],
        stroke: str,
        width: float = 1.4,
        dash: str = "",
        fill: str = "none",
    ) -> None:
        """A figure of closed rings; what lies within two of them is a hole."""
        drawn = "".join(f"M{_points(ring)}Z" for ring in rings)
        self._parts.append(
            f'<path d="{drawn}" fill="{fill}" fill-rule="evenodd" stroke="{stroke}" '
            f'stroke-width="{_n(width)}" stroke-linejoin="round"{_dashed(dash)}/>'
        )

    def image(self, x: float, y: float, width: float, height: float, href: str) -> None:
        """A raster picture, given as a data address; without interpolation, which PDF/A forbids (6.2.8)."""
        self._parts.append(
            f'<image x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" '
            f'preserveAspectRatio="none" image-rendering="optimizeQuality" href="{escape(href)}"/>'
        )

    @contextmanager
    def window(self, x: float, y: float, width: float, height: float) -> Iterator[None]:
        """While inside, drawing starts at the window's corner and is cut at its edges."""
        self._parts.append(
            f'<svg x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" overflow="hidden">'
        )
        yield
        self._parts.append("</svg>")

    def circle(self, x: float, y: float, radius: float, fill: str, stroke: str = "none") -> None:
        """A disc."""
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{stroke}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        anchor: Anchor = "start",
        *,
        size: float = TEXT,
        colour: str = INK,
        bold: bool = False,
        turned: bool = False,
        longest: int = 60,
    ) -> None:
        """One line of text, cut to `longest` characters; `turned` reads upwards."""
        weight = ' font-weight="700"' if bold else ""
        shown = escape(clip(visible(words), longest))
        turn = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turned else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-family="{FONT}" font-size="{_n(size)}" '
            f'text-anchor="{anchor}" fill="{colour}"{weight}{turn}>{shown}</text>'
        )

    def mark(self, verdict: str, x: float, y: float, radius: float = 4.5) -> None:
        """A verdict's shape: square breached, disc kept, diamond inconclusive, ring not run."""
        colour = VERDICT_INK.get(verdict, INK)
        if verdict == "breached":
            self.rect(x - radius, y - radius, 2 * radius, 2 * radius, colour)
        elif verdict == "inconclusive":
            far = radius * 1.35
            self.shape([(x, y - far), (x + far, y), (x, y + far), (x - far, y)], colour)
        elif verdict == "not_run":
            self.circle(x, y, radius - 0.5, PAPER, colour)
        else:
            self.circle(x, y, radius, colour)

    def done(self) -> Markup:
        """The finished element."""
        return Markup("".join([*self._parts, "</svg>"]))  # noqa: S704 - every text above is escaped


@dataclass(frozen=True)
class Scale:
    """A linear map of data onto pixels, with round ticks."""

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def tight_scale(values: Sequence[float], start: float, end: float) -> Scale:
    """An axis from the smallest to the largest value, with round ticks inside."""
    low, high = min(values), max(values)
    if high <= low:
        return scale(values, start, end)
    step = _round_step((high - low) / 6)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Scale(low, high, start, end, tuple(round(k * step, 10) for k in range(first, last + 1)))


def scale(
    values: Sequence[float], start: float, end: float, *, least: float = -math.inf, most: float = math.inf
) -> Scale:
    """An axis around `values` with round ticks at both ends, never beyond `least` and `most`."""
    low, high = min(values), max(values)
    spread = high - low
    one_point = spread < 1e-6 * max(1.0, abs(high))
    room = max(abs(high) * 0.05, 0.005) if one_point else spread * 0.04
    low, high = max(low - room, least), min(high + room, most)
    step = _round_step((high - low) / 5)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(k * step, 10) for k in range(first, last + 1))
    ticks = tuple(tick for tick in ticks if least <= tick <= most)
    return Scale(min(ticks[0], low), max(ticks[-1], high), start, end, ticks)


def tick_text(ticks: Sequence[float], *, share: bool) -> list[str]:
    """The ticks' labels, all with the same number of decimals."""
    shown = [tick * 100 if share else tick for tick in ticks]
    digits = next((d for d in range(6) if all(abs(round(v, d) - v) < 1e-9 for v in shown)), 6)
    return [f"{value:,.{digits}f}{' %' if share else ''}" for value in shown]


def _round_step(raw: float) -> float:
    size = 10.0 ** math.floor(math.log10(raw))
    return next(size * lead for lead in (1, 2, 2.5, 5, 10) if size * lead >= raw * 0.999)


def _n(value: float) -> str:
    """At most one decimal, without a trailing zero or a negative zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{dash}"' if dash else ""
