"""Whole answers held against each other by their type's distance, on whichever items they were given."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.sheet_rows import sheet_of_rows
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.interface import TaskType
from vendoreval.tasks.many_units import ManyUnits, Sizes

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_BLOCK = 1 << 16  # pairs that are held against each other at a time


class SideBySide:
    """The sheets of a label table, any two of which can be held against each other.

    Sheets are numbered as in `labels.sheets`; raises ValueError for a table that has none.
    """

    def __init__(self, labels: LabelTable, task: Task, kind: TaskType) -> None:
        if labels.sheets is None:
            raise ValueError("labels without sheets are one answer an item")
        self._task, self._kind = task, kind
        self._sheets = labels.sheets
        self._labels = LabelTable(labels.item, labels.annotator, labels.answers)
        sheet = sheet_of_rows(labels, labels.sheets)
        self._rows = np.argsort(sheet, kind="stable")[np.count_nonzero(sheet < 0) :]
        self.sizes: Ints = np.bincount(sheet[sheet >= 0], minlength=len(labels.sheets)).astype(np.int64)
        sizes = kind.row_sizes(task) if isinstance(kind, ManyUnits) else None
        self.units = self.sizes if sizes is None else _units(labels, sheet, sizes)
        self._start = np.concatenate([[0], np.cumsum(self.sizes)])
        self._names: tuple[str, ...] = ()

    def distances(self, first: Ints, second: Ints) -> Floats:
        """The distance of sheet `first[k]` from sheet `second[k]`, from 0 to 1."""
        parts = [self._block(first[rows], second[rows]) for rows in _blocks(len(first))]
        return np.concatenate(parts) if parts else np.empty(0)

    def across(self, first: Ints, second: Ints) -> Floats:
        """The distance of each sheet of `first` from each of `second`: a matrix."""
        if isinstance(self._kind, ManyUnits):
            one, other = (self._side(chosen, self._called(len(chosen))) for chosen in (first, second))
            return self._kind.across(one, other, self._task)
        pairs = self.distances(np.repeat(first, len(second)), np.tile(second, len(first)))
        return pairs.reshape(len(first), len(second))

    def _called(self, count: int) -> tuple[str, ...]:
        """Names of items that tell `count` sheets apart."""
        if count > len(self._names):
            self._names = tuple(map(str, range(count)))
        return self._names[:count]

    def _block(self, first: Ints, second: Ints) -> Floats:
        names = self._called(len(first))
        found = self._kind.distance(self._side(first, names), self._side(second, names), self._task)
        if found is None:
            raise ValueError(f"answers of the type {self._task.type!r} have no distance")
        return found

    def _side(self, chosen: Ints, names: tuple[str, ...]) -> LabelTable:
        """The chosen sheets as a table in which the k-th is on an item of its own."""
        sizes = self.sizes[chosen]
        inside = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = self._labels.take(self._rows[np.repeat(self._start[chosen], sizes) + inside])
        number = np.arange(len(chosen), dtype=np.int32)
        sheets = self._sheets.take(chosen)
        return LabelTable(
            Coded(np.repeat(number, sizes), names), rows.annotator, rows.answers,
            sheets=Sheets(Coded(number, names), sheets.annotator, sheets.width, sheets.height, sheets.text),
        )  # fmt: skip


def _units(labels: LabelTable, sheet: Ints, sizes: Sizes) -> Ints:
    """The units of each sheet, where a row holds several."""
    assert labels.sheets is not None
    units = sizes([text or "" for text in labels.text("label").text()])[0]
    known = sheet >= 0
    return np.bincount(sheet[known], weights=units[known], minlength=len(labels.sheets)).astype(np.int64)


def _blocks(count: int) -> Iterator[slice]:
    for begin in range(0, count, _BLOCK):
        yield slice(begin, begin + _BLOCK)
