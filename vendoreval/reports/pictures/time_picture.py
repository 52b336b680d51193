"""A recording's time line: gold's segments above, those delivered below, and the time that a line tells of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.pictures.marks import DASH, DEFECTS, DOTS, LOOKS, Side, tag_of
from vendoreval.reports.pictures.pairs import NOBODY, Pair, ignored_rows
from vendoreval.reports.svg import FULL, INK, MUTED, PAPER, RULE, SMALL, Svg
from vendoreval.tasks.time_rows import clock, stretch_of

MOST_LANES = 4  # segments at the same time that get a lane of their own
_HEAD = 62.0  # room for the tracks' names
_STEPS = (10, 50, 100, 250, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
          1_800_000, 3_600_000)  # fmt: skip
_TICKS = 8
_LETTER = 5.6  # pixels of one


@dataclass(frozen=True)
class TimeMark:
    """A piece of time in thousandths of a second, on gold's track or the delivery's, or on one of its own."""

    side: Side | None
    state: str
    start: int
    end: int
    label: str
    number: int | None = None

    @property
    def words(self) -> str:
        return f"{tag_of(self.state, self.number)} {self.label}".strip()


@dataclass(frozen=True)
class TimePicture:
    """What one sheet says of a recording and what gold says, around what is wrong.

    Without `legend` it stands among others that one legend explains.
    """

    title: str
    said: str
    marks: tuple[TimeMark, ...]
    width: float = FULL
    legend: bool = True

    @property
    def part(self) -> tuple[int, int]:
        """From when to when it shows: what is wrong, with a fifth of it on both sides, at least a second."""
        wrong = [mark for mark in self.marks if mark.state in DEFECTS] or list(self.marks)
        first, last = min(mark.start for mark in wrong), max(max(mark.end, mark.start) for mark in wrong)
        room = max((last - first) // 5, 1000)
        return max(first - room, min(first, 0)), last + room

    def svg(self) -> Markup:
        """Tracks with lanes, a scale below."""
        lane = 16.0 if self.legend else 13.0
        shown = [mark for mark in self.marks if mark.end >= self.part[0] and mark.start <= self.part[1]]
        tracks = [("gold", _lanes(m for m in shown if m.side == "gold")),
                  ("delivered", _lanes(m for m in shown if m.side == "delivered")),
                  ("wrong time", _lanes(m for m in shown if m.side is None))]  # fmt: skip
        tracks = [(name, lanes) for name, lanes in tracks if lanes or name != "wrong time"]
        height = sum(_deep(lanes, lane) for _, lanes in tracks) + 16 + (14 if self.legend else 0)
        drawing = Svg(self.width, height, self.title, self.said)
        top = 0.0
        for name, lanes in tracks:
            deep = _deep(lanes, lane)
            drawing.rect(0.5, top + 0.5, self.width - 1, deep, "none", RULE)
            drawing.text(4, top + 12, name, size=SMALL, colour=MUTED)
            for mark, number in sorted(lanes.items(), key=lambda one: one[0].state in DEFECTS):
                self._bar(drawing, mark, top + 3 + number * lane, lane - 3)
            top += deep
        self._scale(drawing, top)
        if self.legend:
            drawing.text(0, height - 2, _legend(shown), size=SMALL, colour=MUTED, longest=120)
        return drawing.done()

    def _x(self, time: int) -> float:
        first, last = self.part
        share = (time - first) / max(last - first, 1)
        return _HEAD + min(max(share, 0.0), 1.0) * (self.width - _HEAD - 2)

    def _bar(self, drawing: Svg, mark: TimeMark, top: float, high: float) -> None:
        look = LOOKS[mark.state]
        left, wide = self._x(mark.start), max(self._x(mark.end) - self._x(mark.start), 1.5)
        dash = DOTS if mark.state in ("ignored", "unscorable") else DASH.get(mark.side or "gold", "")
        drawing.rect(left, top, wide, high, PAPER, look.ink, dash)
        room = int((self.width - left if mark.number is not None else wide) / _LETTER)
        if room > 1:
            drawing.text(left + 2, top + high - 3, mark.words, size=8, colour=look.ink,
                         bold=mark.number is not None, longest=min(room, 40))  # fmt: skip

    def _scale(self, drawing: Svg, top: float) -> None:
        first, last = self.part
        step = next((one for one in _STEPS if (last - first) / one <= _TICKS), _STEPS[-1])
        for time in range(-(-first // step) * step, last + 1, step):
            x = self._x(time)
            drawing.line(x, top, x, top + 4, INK, 0.7)
            drawing.text(x, top + 13, clock(time), "middle" if x < self.width - 24 else "end", size=8)


def time_marks(
    gold: GoldSet, delivered: LabelTable, item: str, pairs: Sequence[Pair], lines: Sequence[ClaimLine]
) -> tuple[TimeMark, ...]:
    """The segments of a sheet, those that gold ignores first, and the time that `lines` tell of."""
    found = [_mark(gold.labels, row, "gold", "ignored", None) for row in ignored_rows(gold, item, pairs)]
    for pair in pairs:
        if pair.expected != NOBODY and pair.state != "unscorable":
            found.append(_mark(gold.labels, pair.expected, "gold", pair.state, pair.number))
        if pair.delivered != NOBODY:
            found.append(_mark(delivered, pair.delivered, "delivered", pair.state, pair.number))
    for line in lines:
        stretch = stretch_of(line.where or "") if line.level == "time" else None
        if stretch is not None:
            said = line.expected or line.delivered or ""
            found.append(TimeMark(None, line.outcome, *stretch, said, line.number))
    return tuple(found)


def _mark(labels: LabelTable, row: int, side: Side, state: str, number: int | None) -> TimeMark:
    start, end = (int(labels.numbers(name)[row]) for name in ("start_s", "end_s"))
    return TimeMark(side, state, start, end, labels.text("label")[row] or "", number)


def _lanes(marks: Iterable[TimeMark]) -> Mapping[TimeMark, int]:
    """The lane of each mark: those in one lane do not overlap."""
    placed: dict[TimeMark, int] = {}
    for mark in sorted(marks, key=lambda one: (one.start, -one.end, one.label)):
        taken = {lane for other, lane in placed.items() if other.end > mark.start}
        placed[mark] = next((lane for lane in range(MOST_LANES) if lane not in taken), MOST_LANES - 1)
    return placed


def _deep(lanes: Mapping[TimeMark, int], lane: float) -> float:
    return 6 + lane * (max(lanes.values(), default=0) + 1)


def _legend(marks: Iterable[TimeMark]) -> str:
    states = {mark.state for mark in marks}
    said = [f"{look.letter} {look.word}" for state, look in LOOKS.items() if state in states and look.letter]
    dotted = ["dotted: not counted"] if states & {"ignored", "unscorable"} else []
    return "; ".join(["gold solid, delivered dashed, right ones faint", *said, *dotted]) + "."
