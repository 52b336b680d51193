"""Questionnaire sections: what the vendor claims and how much of it is shown by evidence."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.reports.svg import ACCENT, FULL, MUTED, RULE, SMALL, Svg, scale

ROW = 28.0
LEFT, RIGHT = 196.0, 590.0
_CLAIMED = "#c9d6e2"


@dataclass(frozen=True)
class SectionBar:
    """Scores are shares of 1; `text` says both."""

    label: str
    claimed: float
    evidenced: float
    text: str


@dataclass(frozen=True)
class Sections:
    """One pair of bars a section, in the questionnaire's order."""

    title: str
    bars: tuple[SectionBar, ...]
    whose: str = "claimed by the vendor"

    def svg(self) -> Markup:
        """The claimed score is the pale wide bar, the evidenced one the dark narrow bar upon it."""
        height = ROW * len(self.bars) + 48
        drawing = Svg(FULL, height, self.title, "; ".join(f"{bar.label}: {bar.text}" for bar in self.bars))
        x = scale([0.0, 1.0], LEFT, RIGHT, least=0.0, most=1.0)
        foot = ROW * len(self.bars) + 6
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            drawing.line(x(tick), 2, x(tick), foot, RULE)
            drawing.text(
                x(tick), foot + 14, f"{tick:.0%}".replace("%", " %"), "middle", size=SMALL, colour=MUTED
            )
        for number, bar in enumerate(self.bars):
            y = ROW * number + 6
            drawing.text(0, y + 12.5, bar.label, longest=36)
            drawing.rect(LEFT, y, max(x(bar.claimed) - LEFT, 0.5), 18, _CLAIMED)
            drawing.rect(LEFT, y + 5, max(x(bar.evidenced) - LEFT, 0.5), 8, ACCENT)
            drawing.text(RIGHT + 14, y + 12.5, bar.text, size=SMALL)
        key = foot + 30
        drawing.rect(LEFT, key - 8, 16, 10, _CLAIMED)
        drawing.text(LEFT + 22, key, self.whose, size=SMALL, colour=MUTED)
        drawing.rect(LEFT + 150, key - 6, 16, 6, ACCENT)
        drawing.text(LEFT + 172, key, "shown by evidence", size=SMALL, colour=MUTED)
        return drawing.done()
