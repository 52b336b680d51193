"""Which units of two sides can have anything in common: equal keys, or intervals near enough on one axis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_BLOCK = 1 << 17  # intervals, and pairs, that are looked at at a time
_FAR = 1 << 31  # further than any two coordinates lie apart


@dataclass(frozen=True, eq=False)
class Intervals:
    """Intervals from `low` to `high`, whole numbers of at most 2**30; only those of one `group` can meet."""

    group: Ints
    low: Ints
    high: Ints


def equal(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """All pairs of equal keys: positions in both, in the order of the second."""
    order = np.argsort(first, kind="stable")
    ordered = first[order]
    begin = np.searchsorted(ordered, second)
    counts = np.searchsorted(ordered, second, side="right") - begin
    d = np.repeat(np.arange(len(second)), counts)
    inside = np.arange(len(d)) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[begin[d] + inside], d


def near(first: Intervals, second: Intervals, share: Fraction = Fraction(0)) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of one group, in blocks, among them all that have at least `share` of their union in common.

    With a share of 0: all that overlap or touch. Intersection ÷ union of areas is never more than that of
    the sides, so this is a first sieve for boxes, too. Further pairs may be among
    them.
    """
    if not len(first.low) or not len(second.low):
        return
    keys = _key(second.group, second.low + _FAR // 2)
    order = np.argsort(keys, kind="stable")
    keys, longest = keys[order], float((second.high - second.low).max())
    sequence = np.argsort(_key(first.group, first.low + _FAR // 2), kind="stable")
    for begin in range(0, len(sequence), _BLOCK):
        mine = sequence[begin : begin + _BLOCK]
        part = Intervals(first.group[mine], first.low[mine], first.high[mine])
        lowest, highest = (_key(part.group, place) for place in _window(part, longest, float(share)))
        start = np.searchsorted(keys, lowest, side="left")
        count = np.maximum(np.searchsorted(keys, highest, side="right") - start, 0)
        for one, other in _listed(start, count):
            yield mine[one], order[other]


def _listed(start: Ints, count: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Each position with the `count` places from its `start` on, in blocks."""
    ends = np.cumsum(count)
    begin = 0
    while begin < len(ends):
        before = int(ends[begin - 1]) if begin else 0
        end = max(int(np.searchsorted(ends, before + _BLOCK, side="right")), begin + 1)
        counts = count[begin:end]
        one = np.repeat(np.arange(begin, end), counts)
        inside = np.arange(len(one)) - np.repeat(np.cumsum(counts) - counts, counts)
        yield one, start[one] + inside
        begin = end


def _key(group: Ints, place: Ints) -> Ints:
    """One number by group, then by place, which is from 0 to twice _FAR."""
    return group * (2 * _FAR) + place


def _window(first: Intervals, longest: float, share: float) -> tuple[Ints, Ints]:
    """Where partners can begin, which are at most `longest`; moved so that it is never negative.

    Of lengths f and s, the common part is at least share × max(f, s); so s is at most f ÷ share, and the
    partner begins at most (1 − share) × s before and (1 − share) × f after.
    """
    length = first.high - first.low
    most = np.ceil(length / share * (1 - share)) + 1 if share > 0 else longest
    before = np.minimum(longest, most).astype(np.int64)
    after = length if share == 0 else np.ceil(length * (1 - share)).astype(np.int64) + 1
    begin = first.low + _FAR // 2
    return np.maximum(begin - before, 0), np.minimum(begin + after, 2 * _FAR - 1)
