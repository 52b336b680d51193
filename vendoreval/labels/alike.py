"""Which items hold the same answers in two deliveries, whoever gave them, in whatever order they stand.

Each answered row becomes a number (splitmix64 over its columns), and each item the sum of the numbers of its
rows: the chance that another answer has the same sum is one in 10^19. A tool's own ids of objects do not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.table import Column, LabelTable

Numbers = NDArray[np.uint64]
_STEP, _FIRST, _SECOND = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)  # splitmix64, S. Vigna


@dataclass(frozen=True)
class Alike:
    """How two deliveries compare: items with the same answers, with others, only in the later, only before."""

    same: int
    changed: int
    new: int
    gone: int

    def to_json(self) -> dict[str, int]:
        """The counts by name."""
        return {"same": self.same, "changed": self.changed, "new": self.new, "gone": self.gone}


def compare(before: Mapping[str, int], after: Mapping[str, int]) -> Alike:
    """Compare two deliveries by what `sums` gives of each."""
    both = before.keys() & after.keys()
    same = sum(before[item] == after[item] for item in both)
    return Alike(same, len(both) - same, len(after) - len(both), len(before) - len(both))


def sums(labels: LabelTable) -> dict[str, int]:
    """One number for the answers on each item."""
    numbers = np.full(len(labels), _STEP, dtype=np.uint64)
    for name in sorted(labels.answers.keys() - {"object_id"}):
        numbers = _mixed(numbers ^ _numbers(labels.answers[name]))
    found = np.zeros(len(labels.item.values), dtype=np.uint64)
    with np.errstate(over="ignore"):
        np.add.at(found, labels.item.codes, numbers)
    sheets = labels.item if labels.sheets is None else labels.sheets.item
    answered = np.unique(sheets.codes)
    return {labels.item.values[code]: int(found[code]) for code in answered.tolist()}


def _numbers(column: Column) -> Numbers:
    if isinstance(column, Coded):
        hashes = np.asarray([*(hash(text) & (2**64 - 1) for text in column.values), 0], dtype=np.uint64)
        chosen: Numbers = hashes[column.codes]
        return chosen
    if isinstance(column, Nested):
        return _of_lists(column)
    plain: Numbers = np.ascontiguousarray(column).view(np.uint64)
    return plain


def _of_lists(column: Nested) -> Numbers:
    numbers: Numbers = column.values.view(np.uint64)
    with np.errstate(over="ignore"):
        for ends in reversed(column.offsets):
            sizes = np.diff(ends)
            place = np.arange(len(numbers)) - np.repeat(ends[:-1], sizes)
            placed = _mixed(numbers + _STEP * (place + 1).astype(np.uint64))
            total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(placed, dtype=np.uint64)])
            numbers = total[ends[1:]] - total[ends[:-1]] + sizes.astype(np.uint64)
    return numbers


def _mixed(numbers: Numbers) -> Numbers:
    with np.errstate(over="ignore"):
        numbers = numbers + _STEP
        numbers = (numbers ^ (numbers >> np.uint64(30))) * _FIRST
        numbers = (numbers ^ (numbers >> np.uint64(27))) * _SECOND
        return numbers ^ (numbers >> np.uint64(31))
