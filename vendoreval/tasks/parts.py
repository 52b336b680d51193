"""Types whose answer on an item is any number of units: what such a type must say of itself.

`tasks.part_outcomes.compare` does the rest, in the same way for all of them. A type says which rows form a
unit, which pairs of units are similar enough to be one object, and how a unit is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_SHIFT = 1 << 32  # a group's number stands above a key of 32 bits


@dataclass(frozen=True, eq=False)
class Units:
    """The units of one side, one entry a unit, in any order.

    `row` is the row of the label table that stands for the unit: its label, time and attributes are the
    unit's; where several rows form a unit, it is chosen by content. `keys` say a unit's content in whole
    numbers, the one that tells most units apart first: units of equal keys are alike but for label, attributes
    and time. `faulty` units are such that nothing can be scored on them, on either side (None: there are none).
    A type that has more to remember of its units derives from this class.
    """

    row: Ints
    keys: tuple[Ints, ...]
    faulty: Mask | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, eq=False)
class Side:
    """Gold, or what was delivered on its items: the items of both sides have the same codes."""

    labels: LabelTable
    units: Units

    @property
    def item(self) -> Ints:
        """Each unit's item."""
        return self.labels.item.codes[self.units.row].astype(np.int64)

    @property
    def ignored(self) -> Mask:
        """Units on which nothing can be scored: as gold says, or as they are."""
        masks = (
            self.units.faulty,
            None if self.labels.ignored is None else self.labels.ignored[self.units.row],
        )
        nothing = np.zeros(len(self.units), dtype=np.bool_)
        found: Mask = np.logical_or.reduce([nothing, *(mask for mask in masks if mask is not None)])
        return found


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of units on one item that are similar enough to be the same object; each pair once.

    `expected` and `delivered` are positions in both sides' units. `score` is the quality of the match in whole
    billionths (outcomes.ONE for a perfect one). `similarity`, in billionths too, is what the assignment
    maximises (None: the score). `precise` is false where the quality is below the contract's limit (None:
    nowhere). `near` marks decisions that stand within the error of floating numbers at a limit (None: none).
    `same` says whether the label counts as right (None: where it is the same on both sides). A pair
    with an `ignored` unit says that the delivered one falls on it.
    """

    expected: Ints
    delivered: Ints
    score: Ints
    precise: Mask | None = None
    near: Mask | None = None
    similarity: Ints | None = None
    same: Mask | None = None

    def take(self, pairs: Ints) -> Pairs:
        """The chosen pairs."""
        columns = {part.name: getattr(self, part.name) for part in fields(self)}
        return replace(self, **{name: column[pairs] for name, column in columns.items() if column is not None})


@dataclass(frozen=True, eq=False)
class Finer:
    """Units below a matched one: its attributes, its points.

    `pair` is the position of the match, ascending; `level` one of outcomes.LEVELS, or the code of one for each;
    `where` is said of those that are not right.
    """

    pair: Ints
    level: str | NDArray[np.int8]
    outcome: NDArray[np.int8]
    score: Ints
    where: Sequence[str | None]


@runtime_checkable
class Parts(Protocol):
    """A type of many units an item; its distance is that of tasks.part_distance."""

    @property
    def both_ways(self) -> bool:
        """Whether a match's quality hangs on which side is gold; a distance is then the mean of both ways."""

    def most_units(self, rows: int) -> int:
        """The most units that so many rows of one answer form."""

    def units(self, labels: LabelTable, task: Task) -> Units:
        """The units that the rows form."""

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """All pairs of units on one item that may be matched."""

    def where(self, side: Side, units: Ints) -> list[str]:
        """What a person must look at, for each of the chosen units: `box 12,40 to 80,90`."""

    def wholes(self, side: Side) -> Ints | None:
        """What the distance matches one to one in the units' stead, a number for each unit: the track of a box.

        Two wholes have then as much in common as they have matching units. None: the units themselves.
        """

    def finer(self, expected: Side, delivered: Side, matched: Pairs, task: Task) -> Finer | None:
        """Units below the matched ones, besides attributes; None where the type has none."""


def side_of(kind: Parts, labels: LabelTable, task: Task) -> Side:
    """The label table with the units that its rows form."""
    return Side(labels, kind.units(labels, task))


def content_order(group: Ints, side: Side) -> Ints:
    """The units' positions by group, then by content: never by row order where anything else differs."""
    row = side.units.row
    keys = side.units.keys or (np.zeros(len(row), dtype=np.int64),)
    small = len(row) == 0 or (keys[0].min() >= -_SHIFT // 2 and keys[0].max() < _SHIFT // 2)
    if small:
        combined = group * _SHIFT + keys[0] + _SHIFT // 2
        order = np.argsort(combined, kind="stable")
        step = np.diff(combined[order]) == 0
    else:
        order = np.lexsort((keys[0], group))
        step = (np.diff(group[order]) == 0) & (np.diff(keys[0][order]) == 0)
    tied = np.flatnonzero(np.r_[False, step] | np.r_[step, False])
    if len(tied):
        block = np.cumsum(np.r_[True, ~step])[tied]
        among = order[tied]
        later = [*(key[among] for key in keys[1:]), *_last_keys(side.labels, row[among])]
        order[tied] = among[np.lexsort((*reversed(later), block))]
    return order


def _last_keys(labels: LabelTable, row: Ints) -> list[Ints]:
    """What tells units of equal content apart: label, attributes, time, the tool's id."""
    texts = (labels.answers.get("label"), labels.answers.get("attributes"), labels.label_id)
    found = [_rank(column)[column.codes[row]] for column in texts if isinstance(column, Coded)]
    if labels.labelled_at is not None:
        found.append(labels.labelled_at[row].astype(np.int64))
    return found


def _rank(column: Coded) -> Ints:
    """Each code's place in text order; no text comes last."""
    ranks = np.empty(len(column.values) + 1, dtype=np.int64)
    ranks[sorted(range(len(column.values)), key=column.values.__getitem__)] = np.arange(len(column.values))
    ranks[-1] = len(column.values)
    return ranks
