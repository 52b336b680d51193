"""Masks: the pixels of an object, or of a class; matched by the pixels that are shared, in whole numbers.

With `regions = "instance"` a row is an object. With "semantic" all pixels of a class in an image are one unit,
however many rows they came in; classes are held against each other by name, and one whose IoU stays below the
contract's is `imprecise`.

A mask without a pixel is nothing to score. Masks on an image of another size than gold's say nothing about
gold's pixels: what their sheet holds of that item is unscorable on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.limits import at_least
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.meeting import digests, fallen_pairs, joined, meeting_pairs
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.pixels import areas, pixel_boxes, shared_pixels, unions
from vendoreval.tasks.rules import matching_value, matching_word

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_WIDE = 1 << 20  # more than any side of an image


@dataclass(frozen=True, eq=False)
class Masked(Units):
    """Masks, one a unit; `size` is height and width in one number."""

    runs: Nested
    boxes: Ints
    areas: Ints
    size: Ints


@dataclass(frozen=True)
class Masks(ManyUnits):
    """Any number of masks an item."""

    shape: Shape = SHAPES["masks"]

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a mask, or a class of an image, matched one to one on each sheet."""
        return without_other_sizes(compare(self, gold, labels, task), gold, labels)

    def describe(self, labels: LabelTable, row: int) -> str:
        """`mask of 269 pixels, 3,5 to 20,36 of 63 x 41`."""
        chosen = labels.take(np.asarray([row]))
        return mask_texts(each_row(chosen))[0]

    def units(self, labels: LabelTable, task: Task) -> Masked:
        """A row, or with semantic regions the rows of one class in one answer."""
        units = each_row(labels)
        return units if matching_word(task, "regions") == "instance" else by_class(labels, units)

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Pairs of one size whose IoU reaches the contract's; with semantic regions all of one class.

        A delivered mask falls on an ignored one where that share of its own pixels does.
        """
        gold, given = cast(Masked, expected.units), cast(Masked, delivered.units)
        least, fine = (matching_value(task, name) for name in ("iou", "imprecise_below"))
        boxes = (gold.boxes, given.boxes)

        def judge(e: Ints, d: Ints, falls: bool, any_share: bool = False) -> Pairs:
            alike = gold.size[e] == given.size[d]
            e, d = e[alike], d[alike]
            shared = shared_pixels(gold.runs, e, given.runs, d)
            whole = given.areas[d] if falls else gold.areas[e] + given.areas[d] - shared
            enough = at_least(shared, whole, least)
            kept = np.flatnonzero((enough & (shared > 0)) | any_share)
            score = np.rint(shared[kept] / whole[kept] * ONE).astype(np.int64)
            precise = at_least(shared[kept], whole[kept], max(fine, least))
            return Pairs(e[kept], d[kept], score, precise)

        if matching_word(task, "regions") == "instance":
            return meeting_pairs(expected, delivered, boxes, least, judge)
        fallen = fallen_pairs(expected, np.flatnonzero(expected.ignored), delivered, boxes, judge)
        return joined([judge(*_of_one_class(expected, delivered), False, True), *fallen])

    def where(self, side: Side, units: Ints) -> list[str]:
        """The masks' places and sizes."""
        texts = mask_texts(cast(Masked, side.units))
        return [texts[unit] for unit in units.tolist()]


TYPE = Masks()


def each_row(labels: LabelTable) -> Masked:
    """A row is a unit."""
    return masked(np.arange(len(labels)), labels.lists("runs"), _each_size(labels))


def masked(row: Ints, runs: Nested, size: Ints) -> Masked:
    """Masks, of which each belongs to a row and has a size, height and width in one number."""
    boxes, area = pixel_boxes(runs, size // _WIDE), areas(runs)
    keys = (*boxes.T, area, digests(runs))
    return Masked(row, keys, faulty=area == 0, runs=runs, boxes=boxes, areas=area, size=size)


def by_class(labels: LabelTable, rows: Masked, alone: Mask | None = None) -> Masked:
    """One unit for each class of an answer; the row that stands for it is chosen by content.

    Rows that are `alone` stay units by themselves.
    """
    told = [labels.item.codes, labels.annotator.codes, labels.text("label").codes, rows.size]
    if alone is not None:
        told.append(np.where(alone, np.arange(len(labels)), -1))
    told += [column for column in (labels.alternative, labels.ignored) if column is not None]
    table = np.column_stack([np.asarray(column, dtype=np.int64) for column in told])
    _, group = np.unique(table, axis=0, return_inverse=True)
    order = np.lexsort((rows.keys[-1], group))
    _, first = np.unique(group[order], return_index=True)
    row = order[first]
    size = rows.size[row]
    return masked(row, unions(rows.runs, group, pixels_in(size)), size)


def pixels_in(size: Ints) -> Ints:
    """How many pixels an image of each size has."""
    pixels: Ints = (size // _WIDE) * (size % _WIDE)
    return pixels


def _of_one_class(expected: Side, delivered: Side) -> tuple[Ints, Ints]:
    """All pairs of units of one item and one class, without the ignored ones."""
    values = tuple({*expected.labels.text("label").values, *delivered.labels.text("label").values})
    keys = []
    for side in (expected, delivered):
        label = side.labels.text("label").recode(values).codes[side.units.row]
        keys.append(side.item * (len(values) + 1) + label + 1)
    chosen = np.flatnonzero(~expected.ignored)
    order = chosen[np.argsort(keys[0][chosen], kind="stable")]
    start, stop = (np.searchsorted(keys[0][order], keys[1], side=side) for side in ("left", "right"))
    count = stop - start
    d = np.repeat(np.arange(len(count)), count)
    inside = np.arange(len(d)) - np.repeat(np.cumsum(count) - count, count)
    return order[start[d] + inside], d


def mask_texts(units: Masked) -> list[str]:
    """`mask of 269 pixels, 3,5 to 20,36 of 63 x 41`, of each unit."""
    listed = zip(units.areas.tolist(), units.boxes.tolist(), units.size.tolist(), strict=True)
    return [
        f"mask of {area} pixels, {box[0]},{box[1]} to {box[2]},{box[3]} of {size % _WIDE} x {size // _WIDE}"
        for area, box, size in listed
    ]


def without_other_sizes(found: Outcomes, gold: GoldSet, labels: LabelTable) -> Outcomes:
    """The outcomes, unscorable where a sheet has masks of another size than gold's of that item."""
    size_of = np.zeros(len(gold), dtype=np.int64)
    size_of[gold.labels.item.recode(gold.item_ids).codes] = _each_size(gold.labels)
    item = labels.item.recode(gold.item_ids).codes
    expected = np.where(item >= 0, size_of[item], 0)
    strange = np.flatnonzero((expected > 0) & (_each_size(labels) != expected))
    if not len(strange):
        return found
    people = found.annotator.values
    who = labels.annotator.recode(people).codes
    sheets = item[strange].astype(np.int64) * (len(people) + 1) + who[strange] + 1
    mine = found.item.codes.astype(np.int64) * (len(people) + 1) + found.annotator.codes + 1
    rows = np.isin(mine, sheets) & (found.level != LEVEL_CODE["item"])
    assert found.where is not None
    where = [
        f"{text or 'a mask of this sheet'}; the sheet has masks of another size than gold" if spoilt else text
        for text, spoilt in zip(found.where.text(), rows.tolist(), strict=True)
    ]
    return replace(
        found,
        outcome=np.where(rows, CODE["unscorable"], found.outcome).astype(np.int8),
        score=np.where(rows, 0, found.score),
        where=Coded.from_text(where),
    )


def _each_size(labels: LabelTable) -> Ints:
    size: Ints = labels.numbers("height") * _WIDE + labels.numbers("width")
    return size
