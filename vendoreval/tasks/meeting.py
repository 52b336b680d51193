"""Which shapes of two sides meet: the common ground of polygons and masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.parts import Pairs, Side

Ints = NDArray[np.int64]
Judge = Callable[[Ints, Ints, bool], Pairs]


def pairs_that_meet(
    expected: Side, delivered: Side, boxes: tuple[Ints, Ints], least: Fraction, judge: Judge
) -> Pairs:
    """All pairs of shapes of one item that `judge` lets pass, among those whose boxes overlap.

    `boxes`: x_min, y_min, x_max, y_max of each unit of both sides. `judge(e, d, falls)` gets pairs of units and
    gives those that may match. With `falls`, the gold units are ignored ones, and what counts is how much of
    the delivered one lies on them; without, pairs that can't share `least` of their union may be left out.
    """
    found = []
    for falls, share in ((False, least), (True, Fraction(0))):
        chosen = np.flatnonzero(expected.ignored == falls)
        for e, d in _overlapping(expected.item[chosen], boxes[0][chosen], delivered.item, boxes[1], share):
            found.append(judge(chosen[e], d, falls))
    return _joined(found)


def _overlapping(
    item_e: Ints, boxes_e: Ints, item_d: Ints, boxes_d: Ints, share: Fraction
) -> Iterator[tuple[Ints, Ints]]:
    theirs = Intervals(item_e, boxes_e[:, 0], boxes_e[:, 2])
    mine = Intervals(item_d, boxes_d[:, 0], boxes_d[:, 2])
    for e, d in near(theirs, mine, share):
        low = np.maximum(boxes_e[e, :2], boxes_d[d, :2])
        high = np.minimum(boxes_e[e, 2:], boxes_d[d, 2:])
        meet = (low < high).all(axis=1)
        yield e[meet], d[meet]


def _joined(found: list[Pairs]) -> Pairs:
    """Pairs of several blocks; `precise` and `near` are always told."""
    ints, masks = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_)
    return Pairs(
        *(np.concatenate([ints, *(getattr(one, name) for one in found)])
          for name in ("expected", "delivered", "score")),
        *(np.concatenate([masks, *(getattr(one, name) for one in found)]) for name in ("precise", "near")),
    )  # fmt: skip
