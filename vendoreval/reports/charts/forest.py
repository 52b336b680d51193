"""Forest plot: an estimate with its interval, and the limit it is held against, row by row."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import BAD, FULL, INK, MUTED, RULE, SMALL, VERDICT_INK, Svg, scale, tick_text

ROW = 24.0
LEFT, RIGHT = 168.0, 520.0


@dataclass(frozen=True)
class ForestRow:
    """One line: `label`, the numbers in words (`text`), the verdict that picks the mark's shape."""

    label: str
    estimate: float
    low: float
    high: float
    threshold: float
    text: str
    verdict: str = ""


@dataclass(frozen=True)
class Forest:
    """Rows on one common axis of shares of 1 (or plain numbers when `share` is false)."""

    title: str
    rows: tuple[ForestRow, ...]
    share: bool = True

    def svg(self) -> Markup:
        """The drawing; the limit of each row is a dashed tick, joined where rows share it."""
        height = ROW * len(self.rows) + 46
        said = "; ".join(f"{row.label}: {row.text}" for row in self.rows)
        drawing = Svg(FULL, height, self.title, said)
        values = [v for row in self.rows for v in (row.low, row.high, row.threshold)]
        bounds = {"least": 0.0, "most": 1.0} if self.share else {}
        x = scale(values, LEFT, RIGHT, **bounds)
        foot = ROW * len(self.rows) + 8
        for tick, words in zip(x.ticks, tick_text(x.ticks, share=self.share), strict=True):
            drawing.line(x(tick), 4, x(tick), foot, RULE)
            drawing.text(x(tick), foot + 14, words, "middle", size=SMALL, colour=MUTED)
        for number, row in enumerate(self.rows):
            middle = ROW * (number + 0.5) + 4
            colour = VERDICT_INK.get(row.verdict, INK)
            at = x(row.threshold)
            drawing.line(at, middle - ROW / 2, at, middle + ROW / 2, BAD, 1.3, "3 2")
            drawing.text(0, middle + 3.6, row.label, longest=30)
            drawing.line(x(row.low), middle, x(row.high), middle, colour, 1.8)
            for end in (row.low, row.high):
                drawing.line(x(end), middle - 4, x(end), middle + 4, colour, 1.4)
            drawing.mark(row.verdict, x(row.estimate), middle)
            drawing.text(RIGHT + 14, middle + 3.6, row.text, size=SMALL)
        drawing.line(LEFT, foot, RIGHT, foot, MUTED)
        _key(drawing, foot + 32, {row.verdict for row in self.rows})
        return drawing.done()


def _key(drawing: Svg, y: float, used: set[str]) -> None:
    drawing.line(LEFT, y - 3, LEFT + 18, y - 3, BAD, 1.3, "3 2")
    drawing.text(LEFT + 24, y, "contract’s limit", size=SMALL, colour=MUTED)
    at = LEFT + 112
    if not used - {""}:
        return
    for verdict, words in (("breached", "breached"), ("inconclusive", "inconclusive"), ("kept", "kept")):
        drawing.mark(verdict, at, y - 3, 3.5)
        drawing.text(at + 9, y, words, size=SMALL, colour=MUTED)
        at += 30 + 5.4 * len(words)
