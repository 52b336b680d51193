"""The time of a recording, cut where anything begins or ends: which labels gold and the delivery have there.

A label is there or it is not: two segments of one label at the same time are that label once. Segments that end
where they begin, or before, take no time.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Codes
from vendoreval.labels.shapes import SCALE
from vendoreval.tasks.parts import Side
from vendoreval.tasks.rules import matching_value, matching_word
from vendoreval.tasks.tries import Slots, Tries

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_ROOM = 1 << 33  # thousandths of a second that one recording can hold, collars included
_ZERO = _ROOM // 2


@dataclass(frozen=True, eq=False)
class Held:
    """Which labels one side has in which stretch: each label once a stretch, by stretch, then by label.

    `unit` is the first of the side's units that puts it there.
    """

    stretch: Ints
    label: Ints
    unit: Ints

    def take(self, rows: Ints | Mask) -> Held:
        """The chosen entries."""
        return Held(self.stretch[rows], self.label[rows], self.unit[rows])

    def place(self) -> Ints:
        """The place of each entry among those of its stretch."""
        return np.arange(len(self.stretch)) - np.searchsorted(self.stretch, self.stretch)


@dataclass(frozen=True, eq=False)
class TimeLine:
    """The stretches of all tries in which nothing begins or ends, in thousandths of a second.

    `scored` is false in collars around gold's ends, where gold's labels overlap and the contract skips that,
    and on what gold ignores.
    """

    attempt: Ints
    start: Ints
    size: Ints
    scored: Mask
    expected: Held
    delivered: Held

    def meeting(self, rows: Mask) -> tuple[Ints, Ints, Ints]:
        """All pairs of entries of gold and of the delivery in a stretch of `rows`, and how long that is."""
        counts = np.bincount(self.delivered.stretch, minlength=len(self.size))
        starts = np.cumsum(counts) - counts
        kept = np.flatnonzero(rows[self.expected.stretch]) if len(self.size) else np.empty(0, dtype=np.int64)
        stretch = self.expected.stretch[kept]
        each = counts[stretch]
        e = np.repeat(kept, each)
        d = np.repeat(starts[stretch], each) + np.arange(len(e)) - np.repeat(np.cumsum(each) - each, each)
        return e, d, self.size[self.expected.stretch[e]]


def time_line(
    tries: Tries, sides: tuple[Side, Side], labels: tuple[Codes, Codes], kept: Mask, task: Task
) -> TimeLine:
    """The time lines of the tries that are `kept`; `labels` are codes by unit, of the same values."""
    slots = [
        _tracks(slot, side, kept) for slot, side in zip((tries.expected, tries.delivered), sides, strict=True)
    ]
    collar = _thousandths(matching_value(task, "collar"))
    gold = slots[0]
    around = _Tracks.joined(
        [gold.ends_of("start", collar), gold.ends_of("end", collar)] if collar else [],
        _ignored(tries, sides[0], kept),
    )
    points = np.unique(np.concatenate([one.keys(end) for one in (*slots, around) for end in ("start", "end")]))
    stretch = np.flatnonzero(points[:-1] // _ROOM == points[1:] // _ROOM)
    attempt, start = points // _ROOM, points % _ROOM - _ZERO
    number = np.full(len(points), -1, dtype=np.int64)
    number[stretch] = np.arange(len(stretch))
    held = [_held(one, code, points, number) for one, code in zip(slots, labels, strict=True)]
    scored = ~_covered(around, points)[stretch]
    if matching_word(task, "overlaps") == "skipped":
        scored &= np.bincount(held[0].stretch, minlength=len(stretch)) < 2
    return TimeLine(
        attempt[stretch], start[stretch], points[stretch + 1] - points[stretch], scored, held[0], held[1]
    )


@dataclass(frozen=True, eq=False)
class _Tracks:
    """Pieces of time in their tries, of which each takes some."""

    attempt: Ints
    start: Ints
    end: Ints
    unit: Ints

    @classmethod
    def joined(cls, some: list[_Tracks], last: _Tracks) -> _Tracks:
        every = [*some, last]
        return cls(*(np.concatenate([getattr(one, part.name) for one in every]) for part in fields(cls)))

    def keys(self, end: str) -> Ints:
        """One number by try, then by time."""
        times: Ints = getattr(self, end)
        return self.attempt * _ROOM + times + _ZERO

    def ends_of(self, end: str, collar: int) -> _Tracks:
        """So much time before and after each of these ends."""
        times: Ints = getattr(self, end)
        return _Tracks(self.attempt, times - collar, times + collar, self.unit)


def _tracks(slots: Slots, side: Side, kept: Mask) -> _Tracks:
    """The units of one side in their tries, those that take time, by content."""
    unit, attempt = slots.unit.astype(np.int64), slots.attempt.astype(np.int64)
    rows = side.units.row[unit]
    start, end = side.labels.numbers("start_s")[rows], side.labels.numbers("end_s")[rows]
    some = kept[attempt] & (end > start)
    return _Tracks(attempt[some], start[some], end[some], unit[some])


def _ignored(tries: Tries, expected: Side, kept: Mask) -> _Tracks:
    """What gold ignores, in every try that is held against that answer."""
    unit = np.flatnonzero(expected.ignored)
    width = int(tries.alternative_of.max(initial=0)) + 1
    answer = tries.sheets.item[tries.sheet] * width + np.arange(len(tries)) - tries.first[tries.sheet]
    order = np.argsort(answer, kind="stable")
    wanted = expected.item[unit] * width + tries.alternative_of[unit]
    low, high = (np.searchsorted(answer[order], wanted, side=side) for side in ("left", "right"))
    count = high - low
    unit = np.repeat(unit, count)
    place = np.repeat(low, count) + np.arange(len(unit)) - np.repeat(np.cumsum(count) - count, count)
    attempt, rows = order[place], expected.units.row[unit]
    start, end = (expected.labels.numbers(name)[rows] for name in ("start_s", "end_s"))
    some = kept[attempt] & (end > start)
    return _Tracks(attempt[some], start[some], end[some], unit[some])


def _held(tracks: _Tracks, labels: Codes, points: Ints, number: Ints) -> Held:
    first, last = (np.searchsorted(points, tracks.keys(end)) for end in ("start", "end"))
    count = last - first
    track = np.repeat(np.arange(len(count)), count)
    point = np.repeat(first, count) + np.arange(len(track)) - np.repeat(np.cumsum(count) - count, count)
    unit = tracks.unit[track]
    label = labels[unit].astype(np.int64)
    width = int(label.max(initial=0)) + 1
    keys, where = np.unique(number[point] * width + label, return_index=True)
    return Held(keys // width, keys % width, unit[where])


def _covered(tracks: _Tracks, points: Ints) -> Mask:
    """By point: whether one of the tracks covers what follows it."""
    change = np.zeros(len(points) + 1, dtype=np.int64)
    np.add.at(change, np.searchsorted(points, tracks.keys("start")), 1)
    np.add.at(change, np.searchsorted(points, tracks.keys("end")), -1)
    found: Mask = np.cumsum(change)[:-1] > 0
    return found


def _thousandths(seconds: Fraction) -> int:
    """Whole thousandths of a second; parts of one are rounded up."""
    return -(-seconds.numerator * SCALE // seconds.denominator)
