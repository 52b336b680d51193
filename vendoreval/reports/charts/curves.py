"""Curves over one axis: operating characteristic, control chart, sequential path, agreement trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from vendoreval.reports.svg import (
    ACCENT,
    BAD,
    FULL,
    GOOD,
    MUTED,
    RULE,
    SMALL,
    Scale,
    Svg,
    scale,
    tick_text,
    tight_scale,
)

LEFT, RIGHT, TOP, FOOT = 62.0, 556.0, 12.0, 204.0
HEIGHT = FOOT + 40
DASHES = {"solid": "", "dashed": "5 3", "dotted": "1.5 3"}


@dataclass(frozen=True)
class Line:
    """One named line through points; `style` is solid, dashed or dotted, `tone` a colour's role."""

    name: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    style: str = "solid"
    tone: str = "accent"
    dots: bool = False


@dataclass(frozen=True)
class Axis:
    """Name of an axis and whether its numbers are shares of 1, or whole; `least`, `most` bound it."""

    name: str
    share: bool = False
    least: float = float("-inf")
    most: float = float("inf")
    whole: bool = False


@dataclass(frozen=True)
class Curves:
    """Lines on two axes with round ticks; `said` tells the picture in words."""

    title: str
    said: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    outside: tuple[int, ...] = ()  # points of the first line that deserve a mark

    def svg(self) -> Markup:
        """The drawing, with each line's name at its right end."""
        drawing = Svg(FULL, HEIGHT, self.title, self.said)
        across = tight_scale([v for line in self.lines for v in line.xs], LEFT, RIGHT)
        if self.x.whole:
            across = replace(across, ticks=tuple(tick for tick in across.ticks if tick == int(tick)))
        up = scale([v for line in self.lines for v in line.ys], FOOT, TOP, least=self.y.least, most=self.y.most)
        _frame(drawing, self.x, self.y, across, up)
        ends = _spread([(up(line.ys[-1]), line) for line in self.lines])
        for at, line in ends:
            colour = {"accent": ACCENT, "bad": BAD, "good": GOOD}.get(line.tone, MUTED)
            points = [
                (across(x), up(min(max(y, up.low), up.high))) for x, y in zip(line.xs, line.ys, strict=True)
            ]
            drawing.path(points, colour, 1.6, DASHES[line.style])
            for x, y in points if line.dots else ():
                drawing.circle(x, y, 2.6, colour)
            drawing.text(RIGHT + 8, at + 3.4, line.name, size=SMALL, colour=colour, longest=24)
        first = self.lines[0]
        for k in self.outside:
            drawing.mark("breached", across(first.xs[k]), up(first.ys[k]))
        return drawing.done()


def oc_curve(
    accuracies: Sequence[float],
    chance_kept: Sequence[float],
    threshold: float,
    chance_breached: Sequence[float] = (),
) -> Curves:
    """How likely a delivery of each true accuracy is to be called kept, and breached."""
    lines = [Line("called kept", tuple(accuracies), tuple(chance_kept), tone="good")]
    if chance_breached:
        lines.append(Line("called breached", tuple(accuracies), tuple(chance_breached), "dotted", "bad"))
    lines.append(Line("contract’s limit", (threshold, threshold), (0.0, 1.0), "dashed", "muted"))
    said = "; ".join(f"{a:.1%} true accuracy: {p:.0%}" for a, p in zip(accuracies, chance_kept, strict=True))
    return Curves(
        "Chance of each verdict, by the delivery’s true accuracy",
        f"Chance of the verdict kept. {said}",
        Axis("true accuracy of the delivery", True),
        Axis("chance of the verdict", True, 0.0, 1.0),
        tuple(lines),
    )


def control_chart(
    shares: Sequence[float],
    centre: float,
    lower: Sequence[float],
    upper: Sequence[float],
    *,
    by: str = "batch",
) -> Curves:
    """Share of wrong units batch by batch (or `by` whatever), with the limits that chance keeps to."""
    xs = tuple(float(k + 1) for k in range(len(shares)))
    beyond = tuple(k for k, p in enumerate(shares) if not lower[k] <= p <= upper[k])
    outside = ", ".join(str(k + 1) for k in beyond) or "none"
    return Curves(
        f"Control chart of the error share by {by}",
        f"Centre line {centre:.1%}. Points outside the limits: {outside}.",
        Axis(by, whole=True),
        Axis("share of wrong units", True, 0.0, 1.0),
        (
            Line("error share", xs, tuple(shares), dots=True),
            Line("upper limit", xs, tuple(upper), "dashed", "bad"),
            Line("centre", (xs[0], xs[-1]), (centre, centre), "dotted", "good"),
            Line("lower limit", xs, tuple(lower), "dashed", "bad"),
        ),
        beyond,
    )


def sequential_path(
    items: Sequence[float],
    wrong: Sequence[float],
    breach: Sequence[float | None],
    keep: Sequence[float | None],
) -> Curves:
    """Wrong units as the audit goes on, between the boundaries where it may stop.

    `wrong` may end before the boundaries do: there the audit stopped. None: no decision is possible.
    """
    found = Line("found", tuple(items[: len(wrong)]), tuple(wrong))
    limits = [
        Line(name, *_known(items, values), style, tone)
        for name, values, style, tone in (
            ("breached from", breach, "dashed", "bad"),
            ("kept up to", keep, "dotted", "good"),
        )
        if any(value is not None for value in values)
    ]
    return Curves(
        "Wrong units found along the draw, and the limits of decision",
        f"After {found.xs[-1]:,.0f} items {wrong[-1]:,.0f} were wrong.",
        Axis("items audited"),
        Axis("wrong units", least=0.0),
        (found, *limits),
    )


def _known(
    items: Sequence[float], values: Sequence[float | None]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    pairs = [(x, y) for x, y in zip(items, values, strict=True) if y is not None]
    return tuple(x for x, _ in pairs), tuple(y for _, y in pairs)


def agreement_trend(name: str, values: Sequence[float], floor: float | None) -> Curves:
    """A coefficient of agreement over deliveries, against the least that was promised."""
    xs = tuple(float(k + 1) for k in range(len(values)))
    lines = [Line(name, xs, tuple(values), dots=True)]
    if floor is not None:
        lines.append(Line("promised", (xs[0], xs[-1]), (floor, floor), "dashed", "bad"))
    said = ", ".join(f"{value:.2f}" for value in values)
    return Curves(f"{name} by delivery", said, Axis("delivery", whole=True), Axis(name, most=1.0), tuple(lines))


def _frame(drawing: Svg, x: Axis, y: Axis, across: Scale, up: Scale) -> None:
    for tick, words in zip(up.ticks, tick_text(up.ticks, share=y.share), strict=True):
        drawing.line(LEFT, up(tick), RIGHT, up(tick), RULE)
        drawing.text(LEFT - 8, up(tick) + 3.4, words, "end", size=SMALL, colour=MUTED)
    for tick, words in zip(across.ticks, tick_text(across.ticks, share=x.share), strict=True):
        drawing.line(across(tick), FOOT, across(tick), FOOT + 4, MUTED)
        drawing.text(across(tick), FOOT + 16, words, "middle", size=SMALL, colour=MUTED)
    drawing.line(LEFT, FOOT, RIGHT, FOOT, MUTED)
    drawing.text((LEFT + RIGHT) / 2, HEIGHT - 6, x.name, "middle", size=SMALL)
    drawing.text(12, (TOP + FOOT) / 2, y.name, "middle", size=SMALL, turned=True)


def _spread(ends: list[tuple[float, Line]], least: float = 12.0) -> list[tuple[float, Line]]:
    """Heights of the lines' names, pushed apart so that none covers another; in the lines' order."""
    by_height = sorted(range(len(ends)), key=lambda k: ends[k][0])
    placed: dict[int, float] = {}
    above = float("-inf")
    for k in by_height:
        above = max(ends[k][0], above + least)
        placed[k] = above
    return [(placed[k], line) for k, (_, line) in enumerate(ends)]
