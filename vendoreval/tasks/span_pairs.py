"""Which spans of gold and of a delivery can be the same one, and how much text they share.

A span is a piece of text, or several (`pieces`: "0 6;11 14"); its length is that of its pieces. Shares are
intersection ÷ union in characters, compared exactly, and the same both ways. Spans that end before they begin
have no length: they are the same as one with the same borders and as nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.pairing import Intervals, equal, near
from vendoreval.tasks.parts import Side

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_REACH = 1 << 30  # offsets that intervals can hold
Pieces = list[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class Places:
    """Where the units of one side stand."""

    item: Ints
    start: Ints
    end: Ints
    pieces: Coded

    @classmethod
    def of(cls, side: Side) -> Places:
        """The units of a side."""
        row = side.units.row
        column = side.labels.answers.get("pieces")
        pieces = column.take(row) if isinstance(column, Coded) else Coded(np.full(len(row), -1, np.int32), ())
        return cls(side.item, side.labels.numbers("start")[row], side.labels.numbers("end")[row], pieces)

    def length(self) -> Ints:
        """Characters of each span."""
        found: Ints = np.maximum(self.end - self.start, 0)
        for unit in np.flatnonzero(self.pieces.codes >= 0).tolist():
            found[unit] = sum(max(b - a, 0) for a, b in self.parts(unit))
        return found

    def parts(self, unit: int) -> Pieces:
        """The pieces of a span; a span without them is one."""
        text = self.pieces[unit]
        return parse_pieces(text) if text else [(int(self.start[unit]), int(self.end[unit]))]


def parse_pieces(text: str) -> Pieces:
    """Starts and ends from "0 6;11 14"; raises ValueError for other text."""
    found = []
    for piece in text.split(";"):
        start, end = piece.split(" ")
        found.append((int(start), int(end)))
    return found


def same_borders(expected: Places, delivered: Places) -> tuple[Ints, Ints]:
    """All pairs on one item with the same pieces: positions of the expected and of the delivered one."""
    keys = _joint_keys(expected, delivered)
    e, d = equal(*keys)
    alike = (expected.item[e] == delivered.item[d]) & (expected.start[e] == delivered.start[d])
    alike &= (expected.end[e] == delivered.end[d]) & _same_pieces(expected, delivered, e, d)
    return e[alike], d[alike]


def _joint_keys(expected: Places, delivered: Places) -> tuple[Ints, Ints]:
    """Keys that are equal where item, start and end are; where others are, too, they are told apart later."""
    mixed = [
        (one.item * 1_000_003 + one.start) * 1_000_003 + one.end for one in (expected, delivered)
    ]  # it may run over, which makes keys meet, but keeps equal ones equal
    return mixed[0], mixed[1]


def _same_pieces(expected: Places, delivered: Places, e: Ints, d: Ints) -> Mask:
    if not expected.pieces.values and not delivered.pieces.values:
        return np.ones(len(e), dtype=np.bool_)
    theirs = expected.pieces.recode(delivered.pieces.values).codes
    theirs = np.where((expected.pieces.codes >= 0) & (theirs < 0), -2, theirs)
    same: Mask = theirs[e] == delivered.pieces.codes[d]
    return same


def sharing(expected: Places, delivered: Places, share: Fraction) -> Iterator[tuple[Ints, Ints, Ints, Ints]]:
    """Pairs that share at least `share` of their text (any character for 0), or are the same; in blocks.

    Positions of the expected and of the delivered ones, common characters, and those of either.
    """
    sizes = expected.length(), delivered.length()
    intervals, far = [], False
    for one in (delivered, expected):
        low, high = np.minimum(one.start, one.end), np.maximum(one.start, one.end)
        far = far or (bool(len(low)) and bool(low.min() < -_REACH or high.max() > _REACH))
        intervals.append(Intervals(one.item, np.clip(low, -_REACH, _REACH), np.clip(high, -_REACH, _REACH)))
    pieced = expected.pieces.values or delivered.pieces.values  # hulls share less than their pieces may
    for d, e in near(intervals[0], intervals[1], Fraction(0) if far or pieced else share):
        common, either = shared_text(expected, e, delivered, d, sizes)
        kept = np.flatnonzero(enough_text(common, either, share))
        yield e[kept], d[kept], common[kept], either[kept]


def shared_text(
    expected: Places, e: Ints, delivered: Places, d: Ints, sizes: tuple[Ints, Ints] | None = None
) -> tuple[Ints, Ints]:
    """Characters that the spans e[k] and d[k] of one item have in common, and those of either.

    Spans with the same borders have one of one, also where they hold no character. `sizes`: the lengths of both
    sides' spans, where they are known.
    """
    mine, theirs = sizes or (expected.length(), delivered.length())
    common = np.minimum(expected.end[e], delivered.end[d]) - np.maximum(expected.start[e], delivered.start[d])
    common = np.maximum(common, 0)
    for pair in np.flatnonzero((expected.pieces.codes[e] >= 0) | (delivered.pieces.codes[d] >= 0)).tolist():
        common[pair] = _common(expected.parts(int(e[pair])), delivered.parts(int(d[pair])))
    either = mine[e] + theirs[d] - common
    equal = (expected.start[e] == delivered.start[d]) & (expected.end[e] == delivered.end[d])
    equal &= _same_pieces(expected, delivered, e, d)
    return np.where(equal, 1, common), np.where(equal, 1, either)


def enough_text(common: Ints, either: Ints, share: Fraction) -> Mask:
    """Whether there is common text, and at least `share` of all."""
    found: Mask = (common > 0) & at_least(common, either, share)
    return found


def _common(first: Pieces, second: Pieces) -> int:
    return sum(max(0, min(b, d) - max(a, c)) for a, b in first for c, d in second)


def at_least(common: Ints, either: Ints, share: Fraction) -> Mask:
    """Whether common ÷ either is at least the share, exactly where products could run over."""
    largest = max(share.numerator, share.denominator)
    if not len(either) or int(either.max()) < (1 << 62) // max(largest, 1):
        enough: Mask = common * share.denominator >= either * share.numerator
        return enough
    pairs = zip(common.tolist(), either.tolist(), strict=True)
    return np.asarray([c * share.denominator >= e * share.numerator for c, e in pairs], dtype=np.bool_)


def billionths(common: Ints, either: Ints) -> Ints:
    """Common ÷ either in whole billionths, rounded down."""
    if not len(either) or int(either.max()) < (1 << 62) // ONE:
        share: Ints = common * ONE // np.maximum(either, 1)
        return share
    return np.asarray([c * ONE // max(e, 1) for c, e in zip(common.tolist(), either.tolist(), strict=True)])
