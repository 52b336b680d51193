"""How far people's whole answers lie apart, for types whose answers are any number of rows.

Every answered item counts, one answered with nothing as well. Answers of nobody known are left out: they may be
the same person's. The order of rows, items and people never matters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.inference.spread import UNIT, Spread
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.interface import TaskType
from vendoreval.tasks.known import task_type
from vendoreval.tasks.side_by_side import SideBySide

Ints = NDArray[np.int64]
MOST_ITEMS = 2_000  # beyond them, the expected distance is that of drawn pairs
MOST_UNITS = 50_000  # objects of all answers together; beyond, too
DRAWS = 40_000  # pairs that are drawn at least, some for every answer
_CELLS = 1 << 21  # pairs of answers that are held against each other at a time


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of answers on one item, as places among the answers; the distance in whole millionths."""

    first: Ints
    second: Ints
    distance: Ints


@dataclass(frozen=True, eq=False)
class Answers:
    """The sheets that are compared, by item and person; `item` and `annotator` are codes in text order."""

    sheet: Ints
    item: Ints
    annotator: Ints
    people: tuple[str, ...]
    items: tuple[str, ...]
    side: SideBySide

    def __len__(self) -> int:
        return len(self.sheet)

    def only(self, kept: NDArray[np.bool_]) -> Answers:
        """The chosen answers; those left alone on their item have nothing to be compared with."""
        item = self.item[kept]
        several = np.bincount(item, minlength=len(self.items))[item] > 1
        rows = np.flatnonzero(kept)[several]
        return Answers(
            self.sheet[rows], self.item[rows], self.annotator[rows], self.people, self.items, self.side
        )  # fmt: skip

    def pairs(self) -> Pairs:
        """All pairs on one item, with their distances."""
        first, second = _within(self.item)
        return Pairs(first, second, self._apart(first, second))

    def _apart(self, first: Ints, second: Ints) -> Ints:
        found = np.rint(UNIT * self.side.distances(self.sheet[first], self.sheet[second]))
        return found.astype(np.int64)

    def spread(self) -> Spread:
        """The sums of distances by item, from which alpha follows."""
        _, item = np.unique(self.item, return_inverse=True)
        count = int(item.max(initial=-1)) + 1
        inside = self.pairs()
        of_pair = item[inside.first]
        met, beyond, squares = self._beyond(item, count)
        return Spread.of(
            answers=np.bincount(item, minlength=count),
            within=_sums(of_pair, inside.distance, count),
            equal=np.bincount(of_pair[inside.distance == 0], minlength=count),
            met=met, beyond=beyond, squares=squares,
        )  # fmt: skip

    def _beyond(self, item: Ints, count: int) -> tuple[Ints, Ints, Ints]:
        """Of each item's answers: how many others they were held against, distances and squares."""
        found = tuple(np.zeros(count, dtype=np.int64) for _ in range(3))
        everybody = count <= MOST_ITEMS and int(self.side.units[self.sheet].sum()) <= MOST_UNITS
        for rows, sums in self._all() if everybody else self._drawn():
            for total, values in zip(found, sums, strict=True):
                total += _sums(item[rows], values, count)
        return found[0], found[1], found[2]

    def _all(self) -> Iterator[tuple[Ints, tuple[Ints, Ints, Ints]]]:
        """Every answer with all others, in blocks: places, and their numbers, distances and squares."""
        n = len(self)
        step = max(_CELLS // max(n, 1), 1)
        for begin in range(0, n, step):
            rows, columns = np.arange(begin, min(begin + step, n)), np.arange(begin, n)
            later = columns[None, :] > rows[:, None]  # each pair once
            apart = np.rint(UNIT * self.side.across(self.sheet[rows], self.sheet[columns])).astype(np.int64)
            apart[~later] = 0
            squares = apart * apart // UNIT
            for axis, ends in ((1, rows), (0, columns)):
                yield ends, (later.sum(axis=axis), apart.sum(axis=axis), squares.sum(axis=axis))

    def _drawn(self) -> Iterator[tuple[Ints, tuple[Ints, Ints, Ints]]]:
        """Every answer with some others, all equally likely; the seed is made of who answered what."""
        n = len(self)
        named = "\n".join(
            f"{self.items[item]}\t{self.people[person]}"
            for item, person in zip(self.item.tolist(), self.annotator.tolist(), strict=True)
        )
        seed = int.from_bytes(hashlib.sha256(named.encode()).digest()[:8])
        rng = np.random.Generator(np.random.PCG64(seed))
        first = np.arange(n)
        for _ in range(-(-DRAWS // n)):
            apart = self._apart(first, (first + 1 + rng.integers(0, n - 1, n)) % n)
            yield first, (np.ones(n, dtype=np.int64), apart, apart * apart // UNIT)


def answers_of(labels: LabelTable, task: Task, kind: TaskType | None = None) -> Answers:
    """The sheets of named people on items that two people answered or more."""
    sheets = labels.sheets
    assert sheets is not None
    items = tuple(sorted({sheets.item.values[code] for code in np.unique(sheets.item.codes).tolist()}))
    people = tuple(sorted(sheets.annotator.values))
    item = sheets.item.recode(items).codes.astype(np.int64)
    annotator = sheets.annotator.recode(people).codes.astype(np.int64)
    order = np.lexsort([annotator, item])
    side = SideBySide(labels, task, kind or task_type(task.type))
    whole = Answers(order, item[order], annotator[order], people, items, side)
    return whole.only(whole.annotator >= 0)


def spread_of(labels: LabelTable, task: Task, kind: TaskType | None = None) -> Spread:
    """The distances behind the agreement of a delivery."""
    return answers_of(labels, task, kind).spread()


def _within(item: Ints) -> tuple[Ints, Ints]:
    """All pairs of places with one item, which stands together; the first before the second."""
    _, start, sizes = np.unique(item, return_index=True, return_counts=True)
    place = np.arange(len(item)) - np.repeat(start, sizes)
    later = np.repeat(sizes, sizes) - place - 1
    first = np.repeat(np.arange(len(item)), later)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    return first, second


def _sums(group: Ints, values: Ints, count: int) -> Ints:
    """Sums by group; whole numbers as long as they stay below 2^53."""
    return np.bincount(group, weights=values, minlength=count).astype(np.int64)
