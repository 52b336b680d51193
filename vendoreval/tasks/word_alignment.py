"""The best alignment of two texts, for many pairs of texts at once.

    fewest errors        of substitutions, deletions and insertions, each counting 1
    most words right     among those; so all four counts are settled, and exchanging the sides swaps
                         deletions and insertions and nothing else
    which words          what both texts begin with is paired, then what both end with; in what is left,
                         read from its end, two words are paired before one of the first text is left alone,
                         and that before one of the second

The table of Wagner and Fischer (1974), for pairs of nearly one size together. It holds what is gained against
leaving all words alone: 2 (W + 1) for a right word and W for a substitution, with W more than both texts are
long, so that right words decide between equal numbers of errors only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
_CELLS = 1 << 20  # of the tables that are filled together
_LARGEST = 1 << 24  # cells of one table; a larger one is divided first (Hirschberg 1975)
_FEW = 64  # windows up to which numpy's own loop along a text is the faster one
_SHORT = 180  # words of both texts up to which gains fit into 16 bits


@dataclass(frozen=True, eq=False)
class Words:
    """Texts as numbers of words: text k is `codes[start[k]:start[k + 1]]`."""

    codes: Codes
    start: Ints

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def sizes(self) -> Ints:
        """Words of each text."""
        return np.diff(self.start)


@dataclass(frozen=True, eq=False)
class Counts:
    """By pair of texts: what is right, substituted, only in the first text, only in the second."""

    hits: Ints
    substitutions: Ints
    deletions: Ints
    insertions: Ints

    @property
    def errors(self) -> Ints:
        """The edit distance."""
        return self.substitutions + self.deletions + self.insertions


@dataclass(frozen=True, eq=False)
class Paired:
    """Paired words, by pair of texts: they stand at the places `first` and `second` of both texts."""

    pair: Ints
    first: Ints
    second: Ints
    right: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Aligned:
    """The alignments of pairs of texts, k by k: so many words are the same at their `begin` and their `end`.

    Between them, the words of pair `pair` at the places `first` and `second` of all codes are paired; what is
    in no pair stands alone.
    """

    one: Words
    other: Words
    pairs: tuple[Ints, Ints]
    begin: Ints
    end: Ints
    pair: Ints
    first: Ints
    second: Ints

    def counts(self) -> Counts:
        """How the first text of each pair becomes the second."""
        right = self.pair[self.one.codes[self.first] == self.other.codes[self.second]]
        ends = self.begin + self.end
        paired = ends + np.bincount(self.pair, minlength=len(ends))
        hits = ends + np.bincount(right, minlength=len(ends))
        n, m = self.one.sizes[self.pairs[0]], self.other.sizes[self.pairs[1]]
        return Counts(hits, paired - hits, n - paired, m - paired)

    def paired(self) -> Paired:
        """All paired words, word by word."""
        starts = self.one.start[self.pairs[0]], self.other.start[self.pairs[1]]
        stops = self.one.start[self.pairs[0] + 1] - self.end, self.other.start[self.pairs[1] + 1] - self.end
        parts = (_runs(self.begin, *starts), (self.pair, self.first, self.second), _runs(self.end, *stops))
        pair, first, second = (np.concatenate(column) for column in zip(*parts, strict=True))
        first, second = first - starts[0][pair], second - starts[1][pair]
        order = np.argsort((pair << 32) + first, kind="stable")
        pair, first, second = pair[order], first[order], second[order]
        right = self.one.codes[starts[0][pair] + first] == self.other.codes[starts[1][pair] + second]
        return Paired(pair, first, second, right)


@dataclass(frozen=True, eq=False)
class _Windows:
    """Pieces of pairs of texts that differ at both ends: where they begin in `codes`, and their sizes."""

    pair: Ints
    first: Ints
    second: Ints
    n: Ints
    m: Ints

    @property
    def columns(self) -> tuple[Ints, ...]:
        return self.pair, self.first, self.second, self.n, self.m

    def take(self, rows: Any) -> _Windows:
        return _Windows(*(column[rows] for column in self.columns))


def align(one: Words, other: Words, pairs: tuple[Ints, Ints]) -> Aligned:
    """Align pairs of texts, the k-th of which holds text `pairs[0][k]` of one side and `pairs[1][k]`."""
    begin, end, windows = _stripped(one, other, pairs)
    parts = list(_matched(one.codes, other.codes, windows))
    columns = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Aligned(one, other, pairs, begin, end, *columns)


def _runs(length: Ints, first: Ints, second: Ints) -> tuple[Ints, Ints, Ints]:
    """Stretches of words that are the same: their pair, and each word's place in both codes."""
    pair = np.repeat(np.arange(len(length)), length)
    step = _steps(length)
    return pair, first[pair] + step, second[pair] + step


def _steps(length: Ints) -> Ints:
    """0, 1, 2 … for each of the lengths."""
    begins = np.cumsum(length) - length
    return np.arange(int(length.sum())) - np.repeat(begins, length)


def _stripped(one: Words, other: Words, pairs: tuple[Ints, Ints]) -> tuple[Ints, Ints, _Windows]:
    """How many words each pair of texts begins and ends with alike, and what lies between on both sides."""
    first, second = one.start[pairs[0]], other.start[pairs[1]]
    n, m = one.sizes[pairs[0]], other.sizes[pairs[1]]
    begin = _alike(one.codes, other.codes, first, second, np.minimum(n, m), 1)
    last = one.start[pairs[0] + 1] - 1, other.start[pairs[1] + 1] - 1
    end = _alike(one.codes, other.codes, *last, np.minimum(n, m) - begin, -1)
    rest = n - begin - end, m - begin - end
    open_ = np.flatnonzero((rest[0] > 0) & (rest[1] > 0))
    windows = _Windows(np.arange(len(n)), first + begin, second + begin, *rest).take(open_)
    return begin, end, windows


def _alike(one: Codes, other: Codes, first: Ints, second: Ints, most: Ints, way: int) -> Ints:
    """How many words are the same from the places `first` and `second` on, `most` at the most."""
    found = most.copy()
    open_, look = np.flatnonzero(most > 0), 8
    done = np.zeros(len(most), dtype=np.int64)
    while len(open_):  # a few words at first: most texts differ early, or nowhere
        length = np.minimum(most[open_] - done[open_], look)
        step = (_steps(length) + np.repeat(done[open_], length)) * way
        unlike = one[np.repeat(first[open_], length) + step] != other[np.repeat(second[open_], length) + step]
        begins = np.cumsum(length) - length
        differs = np.append(np.flatnonzero(unlike), len(unlike))
        nearest = differs[np.searchsorted(differs, begins)] - begins
        stops = nearest < length
        found[open_[stops]] = done[open_[stops]] + nearest[stops]
        done[open_] += length
        open_, look = open_[~stops & (done[open_] < most[open_])], look * 4
    return found


def _matched(one: Codes, other: Codes, windows: _Windows) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Pairs of texts and places in both codes of the words that are paired in the windows."""
    single = (windows.n == 1) & (windows.m == 1)  # two other words
    yield windows.pair[single], windows.first[single], windows.second[single]
    for some in _batches(_divided(one, other, windows.take(~single))):
        row, i, j = _read(*_table(one, other, some), some)
        yield some.pair[row], some.first[row] + i, some.second[row] + j


def _batches(windows: _Windows) -> Iterator[_Windows]:
    """Windows of nearly one size together."""
    rung = np.ceil(np.log2(np.maximum(windows.m, 1)) * 3).astype(np.int64)  # a quarter larger at each rung
    order = np.lexsort((windows.n, rung))
    edges = np.flatnonzero(np.diff(rung[order], prepend=-1))
    n, m = windows.n[order], windows.m[order]
    for begin, end in pairwise([*edges.tolist(), len(order)]):
        wide, at = int(m[begin:end].max()) + 1, begin
        while at < end:
            rows = np.arange(1, end - at + 1)
            fit = int(np.searchsorted(rows * (n[at:end] + 1) * wide, _CELLS, side="right"))
            yield windows.take(order[at : at + max(fit, 1)])
            at += max(fit, 1)


def _table(one: Codes, other: Codes, some: _Windows) -> tuple[Any, Any, Any]:
    """The tables of some windows, and the words of both sides."""
    n, m = int(some.n.max()), int(some.m.max())
    a = one[np.minimum(some.first + np.arange(n)[:, None], len(one) - 1)]
    b = other[np.minimum(some.second + np.arange(m)[:, None], len(other) - 1)]
    kind, weight = _gains(n, m)
    table = np.zeros((n + 1, m + 1, a.shape[1]), dtype=kind)
    for i in range(n):
        _next_row(table[i], table[i + 1], a[i] == b, weight)
    return table, a, b


def _gains(n: int, m: int) -> tuple[Any, Any]:
    """A kind of number that holds all gains of texts of these sizes, and the W of a substitution."""
    kind = np.int16 if n + m < _SHORT else np.int32 if n + m < 1 << 15 else np.int64
    return kind, kind(n + m + 1)


def _next_row(above: Any, row: Any, same: Any, weight: Any) -> None:
    """The gains with one more word of the first text, for each beginning of the second; a column a window."""
    paired = same.astype(row.dtype)
    paired *= weight + 2
    paired += weight
    paired += above[:-1]
    np.maximum(paired, above[1:], out=row[1:])
    if row.shape[1] < _FEW:
        np.maximum.accumulate(row, axis=0, out=row)
        return
    for before, here in pairwise(row):
        np.maximum(before, here, out=here)


def _read(table: Any, a: Any, b: Any, some: _Windows) -> tuple[Ints, Ints, Ints]:
    """Window and places of each pair, on the way back through each table.

    Places are counted in the flattened arrays: a step in a text is as many of them as there are windows.
    """
    weight, wide = _gains(len(a), len(b))[1], a.shape[1]
    gains, mine, theirs = table.reshape(-1), a.reshape(-1), b.reshape(-1)
    down = (len(b) + 1) * wide  # of one more word of the first text, in the table
    row = np.arange(wide)
    at, i, j = some.n * down + some.m * wide + row, (some.n - 1) * wide + row, (some.m - 1) * wide + row
    found: list[tuple[Ints, Ints, Ints]] = []
    while len(row):
        here, above = gains.take(at), gains.take(at - down)
        same = mine.take(i) == theirs.take(j)
        paired = here == gains.take(at - down - wide) + (same * (weight + 2) + weight)
        up = ~paired & (here == above)
        found.append((row[paired], i[paired], j[paired]))
        first, second = paired | up, ~up
        at, i, j = at - down * first - wide * second, i - wide * first, j - wide * second
        left = np.flatnonzero((i >= 0) & (j >= 0))
        if len(left) < len(row):
            row, at, i, j = row[left], at[left], i[left], j[left]
    row, i, j = (np.concatenate(column) for column in zip(*found, strict=True))
    return row, i // wide, j // wide


def _divided(one: Codes, other: Codes, windows: _Windows) -> _Windows:
    """The windows, of which those with too large a table are divided where a best way crosses their middle."""
    while bool((large := (windows.n > 1) & ((windows.n + 1) * (windows.m + 1) > _LARGEST)).any()):
        parts = [windows.take(~large)]
        for row in np.flatnonzero(large).tolist():
            parts.append(_halves(one, other, windows.take(slice(row, row + 1))))
        windows = _Windows(
            *(np.concatenate(column) for column in zip(*[part.columns for part in parts], strict=True))
        )
    return windows


def _halves(one: Codes, other: Codes, window: _Windows) -> _Windows:
    first, second, n, m = (int(column[0]) for column in window.columns[1:])
    a, b = one[first : first + n], other[second : second + m]
    middle, (kind, weight) = n // 2, _gains(n, m)
    before = _last_row(a[:middle], b, kind, weight)
    after = _last_row(a[middle:][::-1], b[::-1], kind, weight)[::-1]
    cut = int(np.argmax(before + after))
    parts = [(first, second, middle, cut), (first + middle, second + cut, n - middle, m - cut)]
    kept = np.asarray([part for part in parts if part[2] and part[3]], dtype=np.int64).reshape(-1, 4)
    return _Windows(np.full(len(kept), window.pair[0]), *kept.T)


def _last_row(a: Codes, b: Codes, kind: Any, weight: Any) -> Any:
    """The gains of all of `a` against each beginning of `b`."""
    above, row = np.zeros((2, len(b) + 1, 1), dtype=kind)
    for word in a:
        _next_row(above, row, (word == b)[:, None], weight)
        above, row = row, above
    return above[:, 0]
