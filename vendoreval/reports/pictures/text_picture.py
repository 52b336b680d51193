"""A text with the spans of gold above its lines and those delivered below them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markupsafe import Markup

from vendoreval.reports.pictures.marks import DEFECTS, LOOKS, Side, tag_of
from vendoreval.safe_text import visible

AROUND = 90  # characters of context on each side
MOST_TEXT = 600  # characters of a text in which nothing is marked
_PLACES = (("gold", "above"), ("delivered", "below"))
MOST_LANES = 6  # spans over one another that get a line of their own


@dataclass(frozen=True)
class SpanMark:
    """A span of gold or of the delivery, in code points, the end exclusive."""

    side: Side
    state: str
    start: int
    end: int
    label: str
    number: int | None = None

    @property
    def tag(self) -> str:
        return f"{tag_of(self.state, self.number)} {self.label}".strip()


@dataclass(frozen=True)
class TextPicture:
    """Excerpts of an item's text around its defects; all of it where they are many.

    Without `legend` it stands among others that one legend explains.
    """

    title: str
    said: str
    text: str
    marks: tuple[SpanMark, ...]
    legend: bool = True

    def svg(self) -> Markup:
        """HTML, not a drawing: so that lines break and a screen reader reads the text."""
        lanes = {mark: lane for side in ("gold", "delivered") for mark, lane in _lanes(self.marks, side)}
        said = "".join(
            f'<p class="reading deep{min(max(lanes.values(), default=0) + 1, MOST_LANES)}">'
            f"{self._excerpt(start, end, lanes)}</p>"
            for start, end in excerpts(len(self.text), self.marks)
        )
        return Markup(f'<div class="text-picture">{said}{_legend(self.marks) if self.legend else ""}</div>')  # noqa: S704 - all escaped

    def _excerpt(self, start: int, end: int, lanes: dict[SpanMark, int]) -> str:
        inside = [mark for mark in lanes if mark.start < end and mark.end > start]
        cuts = sorted(
            {start, end, *(at for mark in inside for at in (mark.start, mark.end) if start < at < end)}
        )
        parts = "".join(self._piece(a, b, inside, lanes) for a, b in pairwise(cuts))
        return f"{'… ' if start else ''}{parts}{' …' if end < len(self.text) else ''}"

    def _piece(self, start: int, end: int, marks: Sequence[SpanMark], lanes: dict[SpanMark, int]) -> str:
        """A stretch on which no span begins or ends, with the tags of those that begin at its start.

        Right spans have one tag, that of gold.
        """
        over = sorted((m for m in marks if m.start < end and m.end > start), key=lambda m: lanes[m])
        tags = "".join(
            f'<span class="tag {mark.side} {mark.state}">{escape(visible(mark.tag))}</span>'
            for mark in over
            if mark.start == start and not (mark.side == "delivered" and mark.state == "correct")
        )
        said = _text(self.text[start:end])
        for mark in over:
            lane = min(lanes[mark], MOST_LANES - 1)
            said = f'<span class="{mark.side} {mark.state} lane{lane}">{said}</span>'
        return tags + said


def _text(text: str) -> str:
    """Line breaks of the text as such, everything else that cannot be seen as an escape."""
    return "<br>".join(escape(visible(line.replace("\t", " "))) for line in text.split("\n"))


def excerpts(length: int, marks: Iterable[SpanMark]) -> list[tuple[int, int]]:
    """Where the defects stand, each with AROUND characters on both sides; neighbours together."""
    wrong = sorted((mark.start, mark.end) for mark in marks if mark.state in DEFECTS)
    found: list[tuple[int, int]] = []
    for start, end in wrong or [(0, min(length, MOST_TEXT))]:
        left, right = min(max(start - AROUND, 0), length), min(max(end, start) + AROUND, length)
        if found and left <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], right))
        else:
            found.append((left, right))
    return found


def _lanes(marks: Iterable[SpanMark], side: str) -> list[tuple[SpanMark, int]]:
    """The lane of each span of a side: spans in one lane do not overlap, longer ones stand further out."""
    ordered = sorted((m for m in marks if m.side == side), key=lambda m: (m.end - m.start, m.start, m.tag))
    placed: list[tuple[SpanMark, int]] = []
    for mark in ordered:
        taken = {lane for other, lane in placed if other.start < mark.end and mark.start < other.end}
        placed.append((mark, next(lane for lane in range(len(placed) + 1) if lane not in taken)))
    return placed


def _legend(marks: Iterable[SpanMark]) -> str:
    states = {mark.state for mark in marks}
    said = [f"{look.letter} {look.word}" for state, look in LOOKS.items() if state in states and look.letter]
    if states & {"ignored", "unscorable"}:
        said.append("dotted: not counted")
    sides = [f'<span class="{side} correct lane0">{side} {place}</span>' for side, place in _PLACES]
    return f'<p class="small">{", ".join(sides)}{"".join(f"; {one}" for one in said)}.</p>'
