"""Gold's words above the delivered ones, each pair in a column: what was said and what was heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from vendoreval.reports.pictures.marks import DEFECTS, LOOKS, tag_of
from vendoreval.reports.pictures.text_picture import TextPicture
from vendoreval.safe_text import visible
from vendoreval.tasks.outcomes import LEVEL_CODE, OUTCOMES, Outcomes

AROUND = 8  # columns on either side of a defect; all of a text that is not longer than MOST
MOST = 60
_NONE = "–"


@dataclass(frozen=True)
class Column:
    """A word of gold above a delivered one, empty where there is none. `number`: the line that tells of it."""

    expected: str
    delivered: str
    state: str
    number: int | None = None


@dataclass(frozen=True)
class WordsPicture(TextPicture):
    """Two aligned lines of words, or their parts around the defects."""

    columns: tuple[Column, ...] = ()

    def svg(self) -> Markup:
        """HTML, as for all texts: lines break, and a screen reader reads the words."""
        parts = "".join(f'<p class="aligned">{self._part(*ends)}</p>' for ends in self._excerpts())
        return Markup(f'<div class="text-picture">{parts}{self._legend() if self.legend else ""}</div>')  # noqa: S704 - all escaped

    def _part(self, start: int, end: int) -> str:
        pairs = "".join(map(_pair, self.columns[start:end]))
        return f"{'… ' if start else ''}{pairs}{' …' if end < len(self.columns) else ''}"

    def _excerpts(self) -> list[tuple[int, int]]:
        wrong = [place for place, one in enumerate(self.columns) if one.state in DEFECTS]
        if not wrong or (self.legend and len(self.columns) <= MOST):
            return [(0, min(len(self.columns), MOST))]
        found: list[tuple[int, int]] = []
        for place in wrong:
            left, right = max(place - AROUND, 0), min(place + AROUND + 1, len(self.columns))
            if found and left <= found[-1][1]:
                found[-1] = (found[-1][0], right)
            else:
                found.append((left, right))
        return found

    def _legend(self) -> str:
        states = {one.state for one in self.columns}
        said = [
            f"{look.letter} {look.word}" for state, look in LOOKS.items() if state in states and look.letter
        ]
        return f'<p class="small">Above: gold. Below: delivered{"".join(f"; {one}" for one in said)}.</p>'


def _pair(one: Column) -> str:
    """One column; what is right stands there in both lines, so that they can be read."""
    tag = tag_of(one.state, one.number) if one.state in DEFECTS else ""
    shown = f'<span class="tag {one.state}">{escape(tag)}</span>' if tag else ""
    sides = "".join(
        f'<span class="{side}" dir="auto">{escape(visible(word)) or _NONE}</span>'
        for side, word in (("said", one.expected), ("heard", one.delivered))
    )
    return f'<span class="pair {one.state}">{shown}{sides}</span> '


def columns_of(units: Outcomes, rows: Sequence[int], numbers: Mapping[int, int]) -> tuple[Column, ...]:
    """The words of a sheet, whose outcomes are `rows`, in reading order; `numbers` has the lines by unit."""
    return tuple(_columns(units, rows, numbers))


def _columns(units: Outcomes, rows: Sequence[int], numbers: Mapping[int, int]) -> Iterator[Column]:
    for row in rows:
        if units.level is not None and int(units.level[row]) == LEVEL_CODE["object"]:
            yield Column(
                units.expected[row] or "", units.delivered[row] or "", OUTCOMES[int(units.outcome[row])],
                numbers.get(int(units.unit[row])),
            )  # fmt: skip


def around(columns: Sequence[Column], number: int, line: int) -> tuple[Column, ...]:
    """The columns around those of the line `number`, which are shown as those of `line`; others stand back."""
    mine = [place for place, one in enumerate(columns) if one.number == number]
    if not mine:
        return ()
    first, last = max(mine[0] - AROUND, 0), mine[-1] + AROUND + 1
    return tuple(
        Column(one.expected, one.delivered, one.state if one.number == number else "beside",
               line if one.number == number else None)
        for one in columns[first:last]
    )  # fmt: skip
