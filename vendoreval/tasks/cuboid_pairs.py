"""Which cuboids of two sides may be matched, by the contract's rule `match`.

    iou       intersection ÷ union of the volumes is at least `iou`
    bev       intersection ÷ union of the footprints is at least `iou`, whatever the heights
    centre    the centres lie at most `centre` metres apart
    ground    the same without their heights, as nuScenes has it

Distances are compared exactly; shares in floating numbers, and within a billionth of the limit they are enough.
A pair's score is its IoU in space under every rule; what the assignment maximises is the rule's own share, or
1 - distance ÷ (2 × centre), so that two pairs at the limit are as good as a perfect one. On an ignored gold
cuboid a delivered one falls when this share of its own volume (or footprint) lies there, or by distance.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.shapes import SCALE
from vendoreval.tasks.cuboid_shapes import Cuboids, apart2, bev_iou, common, iou
from vendoreval.tasks.limits import about_at_least
from vendoreval.tasks.meeting import joined
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.parts import Pairs, Side
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
BY_DISTANCE = ("centre", "ground")
FROM_ABOVE = ("bev", "ground")
_FURTHEST = 1 << 29  # steps; nothing is looked for further away
_LARGEST = int(np.iinfo(np.int64).max)


def cuboid_pairs(expected: Side, delivered: Side, task: Task) -> Pairs:
    """All pairs of one item that may be matched."""
    gold, given = Cuboids.of(expected.labels), Cuboids.of(delivered.labels)
    ignored = expected.ignored
    found = []
    for e, d in _near(expected, gold, delivered, given, task):
        falls = ignored[e]
        found.append(_judged(gold, given, e[~falls], d[~falls], task))
        if falls.any():
            found.append(_fallen(gold, given, e[falls], d[falls], task))
    return joined(found)


def _near(
    expected: Side, gold: Cuboids, delivered: Side, given: Cuboids, task: Task
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs whose footprints, or the ground that the distance allows, meet along x."""
    mine, theirs = given.across(), gold.across()
    if matching_word(task, "match") in BY_DISTANCE:
        reach = min(int(matching_value(task, "centre") * SCALE) + 1, _FURTHEST)
        mine, theirs = (given.x, given.x), (gold.x - reach, gold.x + reach)
    intervals = Intervals(expected.item, *theirs)
    yield from ((e, d) for d, e in near(Intervals(delivered.item, *mine), intervals))


def _judged(gold: Cuboids, given: Cuboids, e: Ints, d: Ints, task: Task) -> Pairs:
    first, second = gold.take(e), given.take(d)
    shared = common(first, second)
    space = iou(first, second, shared)
    rule = matching_word(task, "match")
    if rule in BY_DISTANCE:
        enough, own = _by_distance(first, second, rule, matching_value(task, "centre"))
        close = np.zeros(len(e), dtype=np.bool_)
    else:
        own = space if rule == "iou" else bev_iou(first, second, shared)
        enough, close = about_at_least(own, matching_value(task, "iou"))
        enough &= own > 0
    fine = matching_value(task, "imprecise_below")
    precise, at_fine = about_at_least(space, fine)
    kept = np.flatnonzero(enough)
    unsure = (close | (at_fine & (fine > 0))) & ~shared.equal
    return Pairs(
        e[kept], d[kept], np.rint(space[kept] * ONE).astype(np.int64), precise[kept], unsure[kept],
        np.rint(own[kept] * ONE).astype(np.int64),
    )  # fmt: skip


def _by_distance(first: Cuboids, second: Cuboids, rule: str, limit: Fraction) -> tuple[Mask, Floats]:
    """Which centres are near enough, exactly; and how near they are, from 1 down to a half at the limit."""
    squared = apart2(first, second, ground=rule == "ground")
    enough: Mask = squared <= min(int((limit * SCALE) ** 2), _LARGEST)
    steps = float(limit * SCALE)
    return enough, 1 - np.sqrt(squared) / (2 * steps) if steps else np.ones(len(squared))


def _fallen(gold: Cuboids, given: Cuboids, e: Ints, d: Ints, task: Task) -> Pairs:
    """Delivered cuboids that lie on ignored ones of gold."""
    first, second = gold.take(e), given.take(d)
    rule = matching_word(task, "match")
    if rule in BY_DISTANCE:
        enough = _by_distance(first, second, rule, matching_value(task, "centre"))[0]
    else:
        shared = common(first, second)
        part, own = (shared.volume, second.volume) if rule == "iou" else (shared.ground, second.ground)
        share = np.divide(part, own, out=np.zeros(len(part)), where=own > 0)
        enough = about_at_least(share, matching_value(task, "iou"))[0] & (share > 0)
    kept = np.flatnonzero(enough)
    nothing = np.zeros(len(kept), dtype=np.int64)
    no = np.zeros(len(kept), dtype=np.bool_)
    return Pairs(e[kept], d[kept], nothing, ~no, no, nothing)
