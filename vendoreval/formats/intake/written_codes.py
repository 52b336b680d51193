"""Item and person of every row of a table that was just written, read back from its integer codes.

So nothing a row stays in memory while a delivery streams in, and repeats are found among a part of the items at
a time: one sort of their (item, person) numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.repeats import Ints

NOBODY = 0xFFFFFFFF  # the person in the lower half of a number where nobody is named
_ROWS = 1 << 24  # rows whose numbers are sorted at a time
_FAR = 8  # items a row of a row group, from which on they lie far apart
_BLOCK = 1 << 10  # items that stay together then


@dataclass(eq=False)
class WrittenCodes:
    """The codes in the canonical table `sink` of `items` items, before any row is left out.

    A number stands for an item and a person: the item's code above, the person's below.
    """

    sink: IO[bytes]
    items: int

    @cached_property
    def labels_an_item(self) -> NDArray[np.int32]:
        """Rows of each item."""
        found = np.zeros(self.items, dtype=np.int32)
        for (item,) in _groups(self.sink, ["item_code"]):
            low, high = (int(item.min()), int(item.max()) + 1) if len(item) else (0, 0)
            if high - low > _FAR * len(item):  # else one item stands near the other, which is quicker
                np.add.at(found, item, 1)
            else:
                found[low:high] += np.bincount(item - low, minlength=high - low).astype(np.int32)
        return found

    @cached_property
    def repeated_numbers(self) -> Ints:
        """The numbers that stand in several rows, in order."""
        if not self.labels_an_item.max(initial=0) > 1:
            return np.empty(0, dtype=np.int64)
        return np.concatenate([self._twice(low, high) for low, high in pairwise(self._ranges())])

    def _ranges(self) -> list[int]:
        """Ends of ranges of items that have about _ROWS rows each, the first 0."""
        blocks = np.add.reduceat(self.labels_an_item, np.arange(0, self.items, _BLOCK), dtype=np.int64)
        rows = np.cumsum(blocks)
        cuts = np.searchsorted(rows, np.arange(_ROWS, int(rows[-1]), _ROWS)) + 1
        return [0, *np.unique(np.minimum(np.append(cuts, len(blocks)) * _BLOCK, self.items)).tolist()]

    def _twice(self, low: int, high: int) -> Ints:
        """The repeated numbers of the items from `low` to below `high`."""
        found = np.empty(int(self.labels_an_item[low:high].sum()), dtype=np.int64)
        size = 0
        for item, numbers in self._numbers(low, high):
            mine = numbers[(item >= low) & (item < high) & (self.labels_an_item[item] > 1)]
            found[size : size + len(mine)] = mine
            size += len(mine)
        found = found[:size]
        found.sort(kind="stable")  # which is quick where rows of an item stand near each other
        again: Ints = found[1:][found[1:] == found[:-1]]
        once: Ints = again[np.append(True, again[1:] != again[:-1])[: len(again)]]
        return once

    @cached_property
    def repeated(self) -> tuple[Ints, Ints]:
        """The rows of the repeated numbers, in the order of the table, and the number of each."""
        twice, start = self.repeated_numbers, 0
        rows, found = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
        several = np.zeros(self.items, dtype=bool)
        several[twice >> 32] = True
        for item, numbers in self._numbers() if len(twice) else ():
            mine = np.flatnonzero(several[item])
            mine = mine[np.isin(numbers[mine], twice)]
            rows.append(mine + start)
            found.append(numbers[mine])
            start += len(numbers)
        return np.concatenate(rows), np.concatenate(found)

    def all(self) -> Ints:
        """The numbers of all rows."""
        return np.concatenate([numbers for _, numbers in self._numbers()])

    def items_of(self, person: int) -> int:
        """On how many items the person with this code has a label."""
        found = [numbers[numbers & NOBODY == person] >> 32 for _, numbers in self._numbers()]
        items = np.sort(np.concatenate(found))
        return len(items) - int(np.count_nonzero(items[1:] == items[:-1]))

    def _numbers(self, low: int = 0, high: int | None = None) -> Iterator[tuple[Ints, Ints]]:
        """Item and number of every row, by row group; those without an item in the range are skipped."""
        for item, person in _groups(self.sink, ["item_code", "annotator_code"], low, high):
            yield item, item << 32 | person & NOBODY


def _groups(sink: IO[bytes], names: list[str], low: int = 0, high: int | None = None) -> Iterator[list[Ints]]:
    import pyarrow.parquet as pq

    sink.seek(0)
    with pq.ParquetFile(sink) as file:
        place = file.schema_arrow.names.index("item_code")
        for group in range(file.num_row_groups):
            held = file.metadata.row_group(group).column(place).statistics
            if high is None or not held or (held.max >= low and held.min < high):
                table = file.read_row_group(group, columns=names, use_threads=False)
                yield [np.asarray(table.column(name), dtype=np.int64) for name in names]


def first_rows(item: NDArray[Any], before: int) -> NDArray[np.bool_]:
    """Which rows are the first of their item, by its code; `before` items came earlier in the table."""
    highest = np.maximum.accumulate(np.append(before - 1, item))
    return np.asarray(item > highest[:-1])
