"""Which boxes of two sides have enough in common: intersection ÷ union against the contract's limit.

Upright boxes, and those turned by a right angle, are decided by whole numbers. Boxes of other angles are
clipped in floating numbers: what lies within limits.BAND of a limit counts as enough and is marked. Equal
boxes have a share of 1, those without an area, too; any other box without an area has nothing in common with
anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.shapes import NONE, SCALE
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.limits import about_at_least, at_least
from vendoreval.tasks.meeting import joined
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.pairing import Intervals, near
from vendoreval.tasks.parts import Pairs, Side
from vendoreval.tasks.rules import matching_value, matching_word
from vendoreval.tasks.turned import Turned, common_area

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Edges = tuple[Ints, Ints, Ints, Ints]
EDGES = ("x_min", "y_min", "x_max", "y_max")
_RIGHT_ANGLE = 90 * SCALE
_DOUBLED = 1 << 28  # edges up to here can be doubled, for the middle of a turned box to be whole


@dataclass(frozen=True, eq=False)
class _Boxes:
    """Boxes ready for comparison: `edges` before they are turned by `angle`, in one unit on both sides."""

    item: Ints
    group: Ints  # only boxes of one group meet
    edges: Edges
    angle: Ints  # 0 for all that are upright after all

    @property
    def size(self) -> Ints:
        """The areas."""
        return _area(*self.edges)

    def take(self, rows: Ints) -> _Boxes:
        """The chosen boxes."""
        left, top, right, bottom = (edge[rows] for edge in self.edges)
        return _Boxes(self.item[rows], self.group[rows], (left, top, right, bottom), self.angle[rows])

    def across(self) -> Intervals:
        """Where they lie from left to right."""
        low, high = self.edges[0], np.maximum(self.edges[0], self.edges[2])
        turned = np.flatnonzero(self.angle)
        if len(turned):
            corners = Turned.of(self.take(turned).edges, self.angle[turned]).corners()[..., 0]
            low, high = low.copy(), high.copy()
            low[turned], high[turned] = np.floor(corners.min(axis=1)), np.ceil(corners.max(axis=1))
        return Intervals(self.group, low, high)


@dataclass(frozen=True)
class _Limits:
    match: Fraction
    precise: Fraction


def box_pairs(
    expected: Side, delivered: Side, task: Task, groups: tuple[Ints, Ints] | None = None
) -> Pairs:  # fmt: skip
    """The pairs of boxes on one item whose intersection ÷ union is at least the contract's `iou`.

    On an ignored gold box a delivered one falls when this share of its own area lies there. `groups` of both
    sides' boxes, numbers from 0, part them further than by item: only boxes of one group meet.
    """
    limits = _Limits(matching_value(task, "iou"), matching_value(task, "imprecise_below"))
    gold, given = _ready(expected, delivered, task, groups or (expected.item, delivered.item))
    turned = bool(gold.angle.any() or given.angle.any())
    scored = _candidates(gold, given, ~expected.ignored, Fraction(0) if turned else limits.match)
    fallen = _candidates(gold, given, expected.ignored, Fraction(0))
    return joined([
        *(_judged(gold, given, e, d, limits) for e, d in scored),
        *(_fallen(gold, given, e, d, limits) for e, d in fallen),
    ])  # fmt: skip


def _candidates(gold: _Boxes, given: _Boxes, chosen: Mask, share: Fraction) -> Iterator[tuple[Ints, Ints]]:
    """Pairs with the chosen gold boxes that have this share in common from left to right."""
    if not chosen.any():
        return
    theirs = gold.across()
    if chosen.all():
        yield from ((e, d) for d, e in near(given.across(), theirs, share))
        return
    rows = np.flatnonzero(chosen)
    theirs = Intervals(theirs.group[rows], theirs.low[rows], theirs.high[rows])
    yield from ((rows[e], d) for d, e in near(given.across(), theirs, share))


def _judged(gold: _Boxes, given: _Boxes, e: Ints, d: Ints, limits: _Limits) -> Pairs:
    turned = (gold.angle[e] != 0) | (given.angle[d] != 0)
    whole, rest = np.flatnonzero(~turned), np.flatnonzero(turned)
    found = [_upright(gold, given, e[whole], d[whole], limits)]
    if len(rest):
        found.append(_turned(gold, given, e[rest], d[rest], limits))
    return joined(found)


def _upright(gold: _Boxes, given: _Boxes, e: Ints, d: Ints, limits: _Limits) -> Pairs:
    low = np.maximum(gold.edges[1][e], given.edges[1][d])
    high = np.minimum(*(np.maximum(*one.edges[1::2])[rows] for one, rows in ((gold, e), (given, d))))
    meet = np.flatnonzero(low <= high)  # most that are near from left to right lie above one another
    e, d = e[meet], d[meet]
    inter, first, second = _shares(gold, given, e, d)
    union = first + second - inter
    equal = np.flatnonzero(union == 0)
    if len(equal):
        inter[equal] = union[equal] = _equal(gold, given, e[equal], d[equal])
    kept = np.flatnonzero(at_least(inter, union, limits.match) & (inter > 0))
    inter, union = inter[kept], union[kept]
    score = np.rint(inter / union * ONE).astype(np.int64)
    return Pairs(
        e[kept], d[kept], score, at_least(inter, union, limits.precise), np.zeros(len(kept), dtype=np.bool_)
    )


def _turned(gold: _Boxes, given: _Boxes, e: Ints, d: Ints, limits: _Limits) -> Pairs:
    first, second = gold.take(e), given.take(d)
    inter = common_area(Turned.of(first.edges, first.angle), Turned.of(second.edges, second.angle))
    union = first.size + second.size - inter
    share = np.divide(inter, union, out=np.zeros(len(inter)), where=union > 0)
    equal = _equal(gold, given, e, d) > 0
    share[equal] = 1
    enough, close = about_at_least(share, limits.match)
    precise, at_precise = about_at_least(share, limits.precise)
    kept = np.flatnonzero(enough & (share > 0))
    score = np.rint(share[kept] * ONE).astype(np.int64)
    unsure = (close | (at_precise & (limits.precise > 0))) & ~equal
    return Pairs(e[kept], d[kept], score, precise[kept], unsure[kept])


def _fallen(gold: _Boxes, given: _Boxes, e: Ints, d: Ints, limits: _Limits) -> Pairs:
    first, second = gold.take(e), given.take(d)
    turned = np.flatnonzero((first.angle != 0) | (second.angle != 0))
    inter, _, own = _shares(gold, given, e, d)
    enough = at_least(inter, own, limits.match) & (inter > 0)
    if len(turned):
        shapes = (first.take(turned), second.take(turned))
        common = common_area(*(Turned.of(shape.edges, shape.angle) for shape in shapes))
        share = np.divide(common, own[turned], out=np.zeros(len(turned)), where=own[turned] > 0)
        enough[turned] = about_at_least(share, limits.match)[0] & (share > 0)
    kept = np.flatnonzero(enough)
    no = np.zeros(len(kept), dtype=np.bool_)
    return Pairs(e[kept], d[kept], np.zeros(len(kept), dtype=np.int64), ~no, no)


def _shares(gold: _Boxes, given: _Boxes, e: Ints, d: Ints) -> tuple[Ints, Ints, Ints]:
    """Common area and both areas of upright boxes."""
    first, second = ([edge[rows] for edge in boxes.edges] for boxes, rows in ((gold, e), (given, d)))
    width = np.minimum(first[2], second[2]) - np.maximum(first[0], second[0])
    height = np.minimum(first[3], second[3]) - np.maximum(first[1], second[1])
    return np.maximum(width, 0) * np.maximum(height, 0), _area(*first), _area(*second)


def _area(left: Ints, top: Ints, right: Ints, bottom: Ints) -> Ints:
    area: Ints = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    return area


def _equal(gold: _Boxes, given: _Boxes, e: Ints, d: Ints) -> Ints:
    """1 for boxes that are the same."""
    same = gold.angle[e] == given.angle[d]
    for mine, other in zip(gold.edges, given.edges, strict=True):
        same &= mine[e] == other[d]
    found: Ints = same.astype(np.int64)
    return found


def _ready(
    expected: Side, delivered: Side, task: Task, groups: tuple[Ints, Ints]
) -> tuple[_Boxes, _Boxes]:  # fmt: skip
    """Both sides' boxes after what the contract says of pixels and of the image's border."""
    boxes = [_as_given(side, group, task) for side, group in zip((expected, delivered), groups, strict=True)]
    if matching_word(task, "outside") == "cut":
        limits = image_sizes(expected.labels, delivered.labels)
        boxes = [_cut(one, *limits) for one in boxes]
    if any((one.angle % _RIGHT_ANGLE == 0)[one.angle != 0].any() for one in boxes):
        largest = max(int(np.abs(edge).max(initial=0)) for one in boxes for edge in one.edges)
        if largest <= _DOUBLED:
            boxes = [_righted(one) for one in boxes]
    return boxes[0], boxes[1]


def _as_given(side: Side, group: Ints, task: Task) -> _Boxes:
    labels = side.labels
    left, top, right, bottom = (labels.numbers(name) for name in EDGES)  # a row is a unit
    if matching_word(task, "pixels") == "inclusive":
        right, bottom = right + SCALE, bottom + SCALE
    angle: Ints = np.broadcast_to(np.int64(0), left.shape)
    if "angle" in labels.answers:
        given = labels.numbers("angle")
        angle = np.where(given == NONE, 0, given) % (2 * _RIGHT_ANGLE)
    return _Boxes(side.item, group, (left, top, right, bottom), angle)


def _cut(boxes: _Boxes, width: Ints, height: Ints) -> _Boxes:
    """Without what lies outside the image, where its size is known; turned boxes stay as they are."""
    left, top, right, bottom = boxes.edges
    wide, high = width[boxes.item] * SCALE, height[boxes.item] * SCALE
    fits = (wide > 0) & (high > 0) & (boxes.angle == 0)
    cut = tuple(
        np.where(fits, np.clip(edge, 0, most), edge)
        for edge, most in ((left, wide), (top, high), (right, wide), (bottom, high))
    )
    return replace(boxes, edges=(cut[0], cut[1], cut[2], cut[3]))


def _righted(boxes: _Boxes) -> _Boxes:
    """In half steps, and boxes turned by a right angle as upright ones."""
    left, top, right, bottom = (edge * 2 for edge in boxes.edges)
    x, y, across, down = (left + right) // 2, (top + bottom) // 2, (bottom - top) // 2, (right - left) // 2
    upright = boxes.angle == _RIGHT_ANGLE
    edges = tuple(
        np.where(upright, new, old)
        for new, old in ((x - across, left), (y - down, top), (x + across, right), (y + down, bottom))
    )
    return replace(
        boxes, edges=(edges[0], edges[1], edges[2], edges[3]), angle=np.where(upright, 0, boxes.angle)
    )


def image_sizes(*tables: LabelTable) -> tuple[Ints, Ints]:
    """Width and height of each item in pixels, 0 where no sheet tells it."""
    items = len(tables[0].item.values)
    found = (np.zeros(items, dtype=np.int64), np.zeros(items, dtype=np.int64))
    for sheets in (table.sheets for table in tables):
        if sheets is not None and sheets.width is not None and sheets.height is not None:
            item = sheets.item.recode(tables[0].item.values).codes
            for sizes, column in zip(found, (sheets.width, sheets.height), strict=True):
                np.maximum.at(sizes, item[item >= 0], column[item >= 0])
    return found
