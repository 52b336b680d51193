"""Columns of lists: the rings of a polygon, the runs of a mask, as flat numbers with offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Index

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Nested:
    """Lists of whole numbers, nested as deep as there are `offsets`, the outermost first.

    Row r holds the lists `offsets[0][r]` to `offsets[0][r + 1]` of the next level; the innermost offsets
    point into `values`. As in Arrow, but the first offset is always 0.
    """

    values: Ints
    offsets: tuple[Ints, ...]

    @classmethod
    def from_lists(cls, rows: Sequence[Any], depth: int) -> Nested:
        """From Python lists of lists …, `depth` levels below each row; None is an empty row."""
        offsets = []
        level: list[Any] = [row or () for row in rows]
        for _ in range(depth):
            sizes = np.fromiter((len(one) for one in level), dtype=np.int64, count=len(level))
            offsets.append(np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)]))
            level = [inner for one in level for inner in one]
        return cls(np.asarray(level, dtype=np.int64), tuple(offsets))

    def __len__(self) -> int:
        return len(self.offsets[0]) - 1

    def __getitem__(self, row: int) -> Any:
        """One row as nested Python lists."""
        return self._list(0, row)

    def _list(self, level: int, index: int) -> Any:
        start, stop = self.offsets[level][index : index + 2].tolist()
        if level == len(self.offsets) - 1:
            return self.values[start:stop].tolist()
        return [self._list(level + 1, inner) for inner in range(start, stop)]

    def lists(self) -> list[Any]:
        """All rows as nested Python lists."""
        return [self[row] for row in range(len(self))]

    def take(self, rows: Index) -> Nested:
        """The chosen rows."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else np.asarray(rows, dtype=np.int64)
        offsets = []
        for old in self.offsets:
            sizes = old[chosen + 1] - old[chosen]
            new = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
            inner = np.arange(new[-1]) - np.repeat(new[:-1], sizes) + np.repeat(old[chosen], sizes)
            offsets.append(new)
            chosen = inner
        return Nested(self.values[chosen], tuple(offsets))


def joined(parts: Sequence[Nested]) -> Nested:
    """Several columns of one depth, one after the other; at least one."""
    offsets = []
    for level in range(len(parts[0].offsets)):
        ends = np.cumsum([0, *(part.offsets[level][-1] for part in parts)])
        moved = [part.offsets[level][1:] + start for part, start in zip(parts, ends[:-1], strict=True)]
        offsets.append(np.concatenate([np.zeros(1, dtype=np.int64), *moved]))
    return Nested(np.concatenate([part.values for part in parts]), tuple(offsets))
