"""The tally of agreement: how often each combination of labels occurs on an item.

Every coefficient of agreement that does not tell annotators apart is a function of these counts. Ten
million labels, three an item in twenty classes, have at most 1,540 distinct combinations, so that
resampling items costs next to nothing, and the tally is small enough to be evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vendoreval.errors import InputError

Ints = NDArray[np.int64]
Codes = NDArray[np.int32] | NDArray[np.int64]
REST = "(all others)"
_WORD = 62  # bits of a signed integer that hold a packed combination
_FEW = 20  # up to so many, combinations are counted in a table of all that there could be


@dataclass(frozen=True, eq=False)
class Tally:
    """Distinct combinations of labels, and on how many items each occurs.

    Combination p has `count[j]` labels of class `values[label[j]]` for j in start[p] … start[p + 1] - 1,
    and occurs on `items[p]` items. `values` holds all classes that could be given, in text order.
    """

    values: tuple[str, ...]
    start: Ints
    label: Ints
    count: Ints
    items: Ints

    @property
    def sizes(self) -> Ints:
        """Labels of each combination."""
        if not len(self.items):
            return np.empty(0, dtype=np.int64)
        total: Ints = np.add.reduceat(self.count, self.start[:-1])
        return total

    @property
    def matrix(self) -> Any:
        """The counts as a sparse matrix, combinations × classes."""
        shape = (len(self.items), len(self.values))
        return sparse.csr_array((self.count.astype(np.float64), self.label, self.start), shape=shape)

    def totals(self) -> dict[str, int]:
        """Number of labels by class, of all items."""
        each = np.repeat(self.items, np.diff(self.start)) * self.count
        sums = np.bincount(self.label, weights=each, minlength=len(self.values)).astype(np.int64)
        return dict(zip(self.values, sums.tolist(), strict=True))

    def compared(self) -> Tally:
        """Only items with two labels or more: the others have nothing to agree with."""
        keep = self.sizes >= 2
        entries = np.repeat(keep, np.diff(self.start))
        start = np.concatenate(([0], np.cumsum(np.diff(self.start)[keep])))
        return Tally(self.values, start, self.label[entries], self.count[entries], self.items[keep])

    def against(self, name: str) -> Tally:
        """The same items with two classes only: `name`, and all others as one."""
        code = self.values.index(name) if name in self.values else -1
        sizes = self.sizes
        own = np.zeros(len(sizes), dtype=np.int64)
        hit = np.flatnonzero(self.label == code)
        own[np.searchsorted(self.start, hit, side="right") - 1] = self.count[hit]
        width = int(sizes.max(initial=0)) + 1
        keys, place = np.unique(sizes * width + own, return_inverse=True)
        items = np.bincount(place, weights=self.items, minlength=len(keys)).astype(np.int64)
        pairs = np.stack([keys // width - keys % width, keys % width], axis=1)
        return _from_pairs((REST, name), pairs, items)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Plain records, as they go into evidence."""
        for p, items in enumerate(self.items.tolist()):
            here = slice(self.start[p], self.start[p + 1])
            names = [self.values[code] for code in self.label[here].tolist()]
            yield {"items": items, "labels": dict(zip(names, self.count[here].tolist(), strict=True))}

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]], values: Iterable[str] = ()) -> Tally:
        """The inverse of `rows()`; `values` adds classes that nobody gave. Raises InputError for bad counts."""
        listed = list(rows)
        known = tuple(sorted({*values, *(name for row in listed for name in row["labels"])}))
        code = {name: position for position, name in enumerate(known)}
        cells = [sorted((code[name], n) for name, n in row["labels"].items()) for row in listed]
        flat = [cell for row in cells for cell in row]
        if any(n < 1 for _, n in flat) or any(row["items"] < 1 for row in listed) or not all(cells):
            raise InputError("A tally of agreement holds a count below one.")
        start = np.cumsum([0, *(len(row) for row in cells)])
        items = np.asarray([row["items"] for row in listed], dtype=np.int64)
        pairs = np.asarray(flat, dtype=np.int64).reshape(-1, 2)
        return cls(known, start, pairs[:, 0].copy(), pairs[:, 1].copy(), items)


def tally(item: Codes, label: Codes, values: Sequence[str]) -> Tally:
    """Count labels by item.

    `item` are any integers that tell items apart, `label` indexes `values`; a row with a negative code
    has no item or no label and is left out. The order of rows, and that of `values`, never matters.
    """
    names = tuple(sorted(values))
    rank = {name: position for position, name in enumerate(names)}
    bits = max(len(names) - 1, 1).bit_length()
    known = (item >= 0) & (label >= 0)
    if not known.all():
        item, label = item[known], label[known]
    keys = _packed(item, label, np.asarray([rank[name] for name in values] or [0]), bits)
    keys.sort()
    new = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:] >> bits, keys[:-1] >> bits, out=new[1:])
    first = np.flatnonzero(new)
    sizes = np.diff(np.append(first, len(keys)))
    keys &= (1 << bits) - 1
    parts = [
        _combinations(keys, first[sizes == n], n, bits) for n in np.flatnonzero(np.bincount(sizes)).tolist()
    ]
    return _joined(names, parts)


def merged(counts: Sequence[Tally]) -> Tally:
    """The tally of items that were counted in parts, each item in one of them; their order never matters."""
    if len(counts) == 1:
        return counts[0]
    names = tuple(sorted({name for one in counts for name in one.values}))
    code = {name: position for position, name in enumerate(names)}
    runs: dict[int, list[tuple[Ints, Ints]]] = {}
    for one in counts:
        known = np.asarray([code[name] for name in one.values], dtype=np.int64)
        labels, sizes = np.repeat(known[one.label], one.count), one.sizes
        first = np.cumsum(sizes) - sizes
        for n in np.unique(sizes).tolist():
            here = sizes == n
            runs.setdefault(n, []).append((labels[first[here][:, None] + np.arange(n)], one.items[here]))
    return _joined(names, [_added(runs[n]) for n in sorted(runs)])


def _added(parts: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Distinct runs of sorted labels of one length, with the sums of how often each occurs."""
    rows, place = np.unique(np.concatenate([rows for rows, _ in parts]), axis=0, return_inverse=True)
    times = np.zeros(len(rows), dtype=np.int64)
    np.add.at(times, place.ravel(), np.concatenate([items for _, items in parts]))
    return rows, times


def tallies(group: Codes, item: Codes, label: Codes, values: Sequence[str]) -> dict[int, Tally]:
    """A tally for each group of rows, by group code; rows with a negative group are in none."""
    order = np.argsort(group, kind="stable")
    order = order[np.searchsorted(group[order], 0) :]
    if not len(order):
        return {}
    codes, begin = np.unique(group[order], return_index=True)
    chosen = np.split(order, begin[1:])
    return {
        code: tally(item[rows], label[rows], values) for code, rows in zip(codes.tolist(), chosen, strict=True)
    }


def first_answers(
    item: Codes, annotator: Codes, when: NDArray[np.datetime64] | None = None
) -> NDArray[np.int64]:
    """Rows of each annotator's first label on each item, in row order.

    First by time where times are known, then by row. Rows without an annotator (-1) are all kept.
    """
    people = int(annotator.max(initial=-1)) + 1
    key = item.astype(np.int64) * people + annotator
    nobody = annotator < 0
    if nobody.any():
        key[nobody] = -1 - np.flatnonzero(nobody)
    ordered = np.sort(key)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(twice):
        return np.arange(len(item))
    again = np.zeros(int(item.max()) + 1, dtype=np.bool_)
    again[twice // people] = True
    rows = np.flatnonzero(again[item])  # few: most items have nobody twice
    order = rows if when is None else rows[np.argsort(when[rows], kind="stable")]
    _, position = np.unique(key[order], return_index=True)
    keep = ~again[item]
    keep[order[position]] = True
    return np.flatnonzero(keep)


def _packed(item: Codes, label: Codes, rank: Ints, bits: int) -> Codes:
    """Item and label as one number, in half the memory where it fits."""
    width = (int(item.max(initial=0)).bit_length() + bits) if len(item) else bits
    if width < 32:
        return (item.astype(np.int32) << np.int32(bits)) | rank.astype(np.int32)[label]
    return (item.astype(np.int64) << np.int64(bits)) | rank[label]


def _combinations(labels: Codes, at: Ints, n: int, bits: int) -> tuple[Ints, Ints]:
    """Distinct runs of `n` sorted labels that begin at `at`, and how often each occurs."""
    if n * bits > _WORD:
        rows, times = np.unique(labels[at[:, None] + np.arange(n)].astype(np.int64), axis=0, return_counts=True)
        return rows, times
    packed = np.zeros(len(at), dtype=np.int64)
    for place in range(n):
        packed = (packed << bits) | labels[at + place]
    if n * bits <= _FEW:
        counts = np.bincount(packed)
        found = np.flatnonzero(counts)
        times = counts[found]
    else:
        found, times = np.unique(packed, return_counts=True)
    shifts = np.arange(n - 1, -1, -1) * bits
    return (found[:, None] >> shifts) & ((1 << bits) - 1), times


def _joined(values: tuple[str, ...], parts: list[tuple[Ints, Ints]]) -> Tally:
    """Runs of sorted labels as counts by class."""
    labels, counts, widths, items = [], [], [], []
    for rows, times in parts:
        new = np.ones(rows.shape, dtype=np.bool_)
        new[:, 1:] = rows[:, 1:] != rows[:, :-1]
        starts = np.flatnonzero(new)
        labels.append(rows.ravel()[starts])
        counts.append(np.diff(np.append(starts, rows.size)))
        widths.append(new.sum(axis=1))
        items.append(times)
    empty = [np.empty(0, dtype=np.int64)]
    start = np.cumsum(np.concatenate([np.zeros(1, dtype=np.int64), *widths]))
    return Tally(
        values, start, np.concatenate(labels or empty), np.concatenate(counts or empty),
        np.concatenate(items or empty),
    )  # fmt: skip


def _from_pairs(values: tuple[str, str], pairs: Ints, items: Ints) -> Tally:
    given = pairs > 0
    start = np.concatenate(([0], np.cumsum(given.sum(axis=1))))
    label = np.broadcast_to(np.arange(2), pairs.shape)[given]
    return Tally(values, start, label, pairs[given], items)
