"""Which shapes of two sides meet: the common ground of polygons and masks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.nested import Nested
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.parts import Pairs, Side

Ints = NDArray[np.int64]
Judge = Callable[[Ints, Ints, bool], Pairs]


def meeting_pairs(
    expected: Side, delivered: Side, boxes: tuple[Ints, Ints], least: Fraction, judge: Judge
) -> Pairs:
    """All pairs of shapes of one item that `judge` lets pass, among those whose boxes overlap.

    `boxes`: x_min, y_min, x_max, y_max of each unit of both sides. `judge(e, d, falls)` gets pairs of units and
    gives those that may match. With `falls`, the gold units are ignored ones, and what counts is how much of
    the delivered one lies on them; without, pairs that can't share `least` of their union may be left out.
    """
    scored, ignored = (np.flatnonzero(expected.ignored == state) for state in (False, True))
    found = [judge(e, d, False) for e, d in _overlapping(expected, scored, delivered, boxes, least)]
    found += fallen_pairs(expected, ignored, delivered, boxes, judge)
    return joined(found)


def fallen_pairs(
    expected: Side, ignored: Ints, delivered: Side, boxes: tuple[Ints, Ints], judge: Judge
) -> list[Pairs]:
    """The pairs with the `ignored` gold units that `judge` lets pass."""
    return [judge(e, d, True) for e, d in _overlapping(expected, ignored, delivered, boxes, Fraction(0))]


def _overlapping(
    expected: Side, chosen: Ints, delivered: Side, boxes: tuple[Ints, Ints], share: Fraction
) -> Iterator[tuple[Ints, Ints]]:
    gold, given = boxes[0], boxes[1]
    theirs = Intervals(expected.item[chosen], gold[chosen, 0], gold[chosen, 2])
    mine = Intervals(delivered.item, given[:, 0], given[:, 2])
    for place, d in near(theirs, mine, share):
        e = chosen[place]
        low, high = np.maximum(gold[e, :2], given[d, :2]), np.minimum(gold[e, 2:], given[d, 2:])
        meet = (low < high).all(axis=1)
        yield e[meet], d[meet]


def joined(found: Sequence[Pairs]) -> Pairs:
    """Pairs of several blocks; `precise`, `near` and `similarity` are told in all of them or in none."""
    nothing = np.empty(0, dtype=np.int64)
    blocks = found or [Pairs(nothing, nothing, nothing)]
    columns: dict[str, Any] = {}
    for name in ("expected", "delivered", "score", "precise", "near", "similarity"):
        parts = [getattr(block, name) for block in blocks]
        columns[name] = None if parts[0] is None else np.concatenate(parts)
    return Pairs(**columns)


def digests(column: Nested) -> Ints:
    """A number for the content of each row, so that the order of units hangs on nothing but content."""
    edges, layers = column.offsets[0], []
    for inner in column.offsets[1:]:
        layers.append((np.diff(inner).astype("<i8"), edges.tolist()))
        edges = inner[edges]
    layers.append((column.values.astype("<i8"), edges.tolist()))
    found = np.empty(len(column), dtype=np.int64)
    for row in range(len(column)):
        content = b"".join(numbers[at[row] : at[row + 1]].tobytes() for numbers, at in layers)
        found[row] = int.from_bytes(hashlib.sha256(content).digest()[:6], "big")
    return found
