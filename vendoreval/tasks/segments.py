"""Segments of a recording: pieces of time with a class or a speaker, matched one to one.

    boundary   a pair may be matched where
    0          intersection ÷ union of their time is at least `iou`
    else       both their ends lie at most so many seconds apart

A pair's score is its intersection ÷ union, in exact thousandths of a second. The label is looked at after the
match. Beside the segments stands the time itself, in rows of level time (tasks.time_rows), which `der` counts.
With `labels = "mapped"` labels are names of nobody, read as tasks.speakers says before anything is compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded, Codes
from vendoreval.labels.shapes import SCALE, SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.beside import Beside
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.part_distance import WORDS
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.rules import matching_value, matching_word
from vendoreval.tasks.span_pairs import Places, at_least, billionths, shared_text, sharing
from vendoreval.tasks.speakers import CALLED, mapped
from vendoreval.tasks.time_line import time_line
from vendoreval.tasks.time_rows import clock, time_rows
from vendoreval.tasks.tries import Tries

Ints = NDArray[np.int64]
ENDS = ("start_s", "end_s")


@dataclass(frozen=True)
class Segments(ManyUnits):
    """Any number of segments an item; a row is a unit."""

    shape: Shape = SHAPES["segments"]
    unit: str = "span"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a segment, matched one to one on each sheet, and those of the time itself."""
        if matching_word(task, "labels") == "mapped":
            labels = mapped(self, gold, labels, task)
        return compare(self, gold, labels, _named(task))

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        words = WORDS.format(units="segments")
        return words.replace(" of one class", "") if matching_word(task, "labels") == "mapped" else words

    def describe(self, labels: LabelTable, row: int) -> str:
        """`segment 12.5 s to 14 s`, with what its label was called where it is mapped."""
        return _texts(labels, np.asarray([row]))[0]

    def units(self, labels: LabelTable, task: Task) -> Units:
        """Each row; its content are its ends."""
        return Units(np.arange(len(labels)), tuple(labels.numbers(end) for end in ENDS))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """The pairs that lie near enough."""
        boundary = matching_value(task, "boundary")
        sides = _places(expected), _places(delivered)
        found = _near_ends(*sides, boundary) if boundary else _sharing(*sides, matching_value(task, "iou"))
        e, d, common, either = found
        same = np.ones(len(e), dtype=np.bool_) if matching_word(task, "labels") == "mapped" else None
        precise = at_least(common, either, matching_value(task, "imprecise_below"))
        return Pairs(e, d, billionths(common, either), precise, same=same)

    def where(self, side: Side, units: Ints) -> list[str]:
        """As `describe`."""
        return _texts(side.labels, side.units.row[units])

    def beside(
        self, tries: Tries, sides: tuple[Side, Side], labels: tuple[Codes, Codes], kept: NDArray[np.bool_],
        task: Task,
    ) -> Beside:  # fmt: skip
        """What became of the time of each sheet."""
        return time_rows(time_line(tries, sides, labels, kept, task))


TYPE = Segments()


def _named(task: Task) -> Task:
    """The task once labels are mapped."""
    return replace(task, matching={**task.matching, "labels": "named"})


def _places(side: Side) -> Places:
    start, end = (side.labels.numbers(name)[side.units.row] for name in ENDS)
    return Places(side.item, start, end, Coded(np.full(len(start), -1, dtype=np.int32), ()))


Found = tuple[Ints, Ints, Ints, Ints]  # expected, delivered, their common time and that of either


def _sharing(expected: Places, delivered: Places, share: Fraction) -> Found:
    return _together(list(sharing(expected, delivered, share)))


def _near_ends(expected: Places, delivered: Places, seconds: Fraction) -> Found:
    """Pairs whose starts lie at most so far apart, and whose ends do, too."""
    most = seconds.numerator * SCALE // seconds.denominator  # times are whole thousandths
    around = Intervals(delivered.item, delivered.start - most, delivered.start + most)
    blocks = []
    for d, e in near(around, Intervals(expected.item, expected.start, expected.start)):
        ends = np.abs(expected.end[e] - delivered.end[d]) <= most
        kept = np.flatnonzero(ends & (np.abs(expected.start[e] - delivered.start[d]) <= most))
        e, d = e[kept], d[kept]
        blocks.append((e, d, *shared_text(expected, e, delivered, d)))
    return _together(blocks)


def _together(blocks: list[Found]) -> Found:
    none = np.empty(0, dtype=np.int64)
    e, d, common, either = (np.concatenate(column) for column in zip(*blocks, (none,) * 4, strict=True))
    return e, d, common, either


def _texts(labels: LabelTable, rows: Ints) -> list[str]:
    """How the segments of these rows are called."""
    start, end = (labels.numbers(name)[rows].tolist() for name in ENDS)
    texts = [f"segment {clock(a)} to {clock(b)}" for a, b in zip(start, end, strict=True)]
    for place, (a, b) in enumerate(zip(start, end, strict=True)):
        if b <= a:
            texts[place] += ", without length"
    called = labels.answers.get(CALLED)
    if isinstance(called, Coded):
        names = called.take(rows).text()
        texts = [f"{text}, called {name}" if name else text for text, name in zip(texts, names, strict=True)]
    return texts
