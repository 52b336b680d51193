"""How gold and delivered shapes are told apart: by line, letter and word; colour only helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vendoreval.reports.pictures.outlines import Outline
from vendoreval.reports.svg import ACCENT, BAD, DOUBT, MUTED, PAPER, Svg

Side = Literal["gold", "delivered"]
FAINT = "#7c8794"  # what is right stands back
DEFECTS = ("missing", "extra", "wrong_label", "imprecise", "wrong_attribute")


@dataclass(frozen=True)
class Look:
    """A state's letter, word, ink and width of line."""

    letter: str
    word: str
    ink: str
    width: float


LOOKS = {
    "missing": Look("M", "missing", BAD, 2.2),
    "extra": Look("X", "extra", BAD, 2.2),
    "wrong_label": Look("L", "wrong label", DOUBT, 2.2),
    "imprecise": Look("P", "imprecise", ACCENT, 2.2),
    "wrong_attribute": Look("A", "wrong attribute", DOUBT, 2.2),
    "correct": Look("", "right", FAINT, 1.0),
    "unscorable": Look("U", "not scored", MUTED, 1.2),
    "ignored": Look("", "ignored by gold", MUTED, 1.2),
    "beside": Look("", "not of this line", FAINT, 0.9),  # in the picture of a single line
}
DASH: dict[Side, str] = {"gold": "", "delivered": "5 3"}
DOTS = "1.2 2.6"


@dataclass(frozen=True)
class Mark:
    """A shape of gold or of the delivery. `number`: the line of the list that tells of it."""

    side: Side
    state: str
    outline: Outline
    number: int | None = None

    @property
    def defect(self) -> bool:
        return self.state in DEFECTS


def dash_of(state: str, side: Side) -> str:
    """Gold is a solid line, what was delivered a dashed one, what does not count a dotted one."""
    return DOTS if state in ("ignored", "unscorable") else DASH[side]


def tag_of(state: str, number: int | None) -> str:
    """`M 12`: the state's letter and the line of the list that tells of it."""
    letter = LOOKS[state].letter
    return letter if number is None else f"{letter} {number}"


def ring(drawing: Svg, x: float, y: float, ink: str) -> None:
    """A point of gold."""
    drawing.circle(x, y, 4, PAPER, ink)


def cross(drawing: Svg, x: float, y: float, ink: str) -> None:
    """A point that was delivered."""
    for colour, width in ((PAPER, 3.6), (ink, 1.6)):
        drawing.line(x - 3.5, y - 3.5, x + 3.5, y + 3.5, colour, width)
        drawing.line(x - 3.5, y + 3.5, x + 3.5, y - 3.5, colour, width)
