"""Panoptic segments: every pixel belongs to one of them at most; matched where IoU is above a half.

Kirillov et al., Panoptic segmentation, CVPR 2019. Of the classes that the contract calls stuff, all pixels of
an answer are one segment; of the others, things, each row is one. As no pixel belongs to two segments, IoU
above a half leaves each segment one partner at most. The label is looked at afterwards.

Void are the pixels of gold's ignored segments and, unless the contract says otherwise, those that gold leaves
without a segment. They count in no overlap, and a delivered segment without a partner of its class of which
more than half is void is unscorable. An image on which gold has no segment at all is empty, not void.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.nested import Nested, joined
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.limits import at_least
from vendoreval.tasks.masks import Masked, Masks, by_class, each_row, mask_texts, masked, pixels_in
from vendoreval.tasks.meeting import meeting_pairs
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.part_outcomes import codes_of, values_of
from vendoreval.tasks.parts import Pairs, Side
from vendoreval.tasks.pixels import shared_pixels, unions
from vendoreval.tasks.rules import matching_list, matching_value, matching_word

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Segments(Masked):
    """Segments, one a unit; `void` is each unit's void segment, a unit of its own, or -1."""

    void: Ints


@dataclass(frozen=True)
class Panoptic(Masks):
    """All segments of an image."""

    shape: Shape = SHAPES["panoptic"]

    def describe(self, labels: LabelTable, row: int) -> str:
        """`segment of 269 pixels, 3,5 to 20,36 of 63 x 41`."""
        return _texts(each_row(labels.take(np.asarray([row]))))[0]

    def units(self, labels: LabelTable, task: Task) -> Segments:
        """A row, or of stuff the rows of one class in one answer; on gold's side also what is void."""
        stuff = np.asarray(
            [*(name in matching_list(task, "stuff") for name in labels.text("label").values), False]
        )
        found = by_class(labels, each_row(labels), ~stuff[labels.text("label").codes])
        if labels.alternative is None or not len(found):  # what was delivered has no void
            return _segments(found, np.full(len(found), -1))
        return _with_void(labels, found, unlabelled=matching_word(task, "unlabelled") == "void")

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Pairs of one size with IoU above a half, void left out; and what lies on void by more than a half."""
        gold, given = cast(Segments, expected.units), cast(Segments, delivered.units)
        fine, values = matching_value(task, "imprecise_below"), values_of(task, expected, delivered)
        labels = codes_of(expected, values), codes_of(delivered, values)

        def judge(e: Ints, d: Ints, falls: bool) -> Pairs:
            alike = gold.size[e] == given.size[d]
            e, d = e[alike], d[alike]
            shared = shared_pixels(gold.runs, e, given.runs, d)
            lost = np.zeros(len(e), dtype=np.int64)
            if not falls:
                some = np.flatnonzero(gold.void[e] >= 0)
                lost[some] = shared_pixels(gold.runs, gold.void[e[some]], given.runs, d[some])
            whole = given.areas[d] if falls else gold.areas[e] + given.areas[d] - lost - shared
            judged = (labels[0][e] == labels[1][d]) | (2 * lost <= given.areas[d])
            kept = np.flatnonzero((2 * shared > whole) & judged)
            score = np.rint(shared[kept] / whole[kept] * ONE).astype(np.int64)
            return Pairs(e[kept], d[kept], score, at_least(shared[kept], whole[kept], fine))

        return meeting_pairs(expected, delivered, (gold.boxes, given.boxes), Fraction(0), judge)

    def where(self, side: Side, units: Ints) -> list[str]:
        """The segments' places and sizes."""
        texts = _texts(cast(Masked, side.units))
        return [texts[unit] for unit in units.tolist()]


TYPE = Panoptic()


def _texts(units: Masked) -> list[str]:
    return [text.replace("mask", "segment", 1) for text in mask_texts(units)]


def _segments(found: Masked, void: Ints, faulty: Bools | None = None) -> Segments:
    return Segments(
        found.row, found.keys, faulty=found.faulty if faulty is None else faulty, runs=found.runs,
        boxes=found.boxes, areas=found.areas, size=found.size, void=void,
    )  # fmt: skip


def _with_void(labels: LabelTable, found: Masked, *, unlabelled: bool) -> Segments:
    """Gold's segments, and behind them a unit for what is void in each answer, of the answer's first row."""
    assert labels.alternative is not None
    row = found.row
    told = np.column_stack([labels.item.codes[row].astype(np.int64), labels.alternative[row], found.size])
    _, first, answer = np.unique(told, axis=0, return_index=True, return_inverse=True)
    answer = answer.ravel()
    ignored = np.zeros(len(found), dtype=np.bool_) if labels.ignored is None else labels.ignored[row]
    pixels = pixels_in(found.size[first])
    parts = [(found.runs.take(np.flatnonzero(ignored)), answer[ignored])]
    if unlabelled:
        parts.append((_complement(unions(found.runs, answer, pixels)), np.arange(len(first))))
    runs, group = joined([part for part, _ in parts]), np.concatenate([of for _, of in parts])
    void = masked(row[first], unions(runs, group, pixels), found.size[first])
    whole = masked(np.concatenate([row, void.row]), joined([found.runs, void.runs]),
                   np.concatenate([found.size, void.size]))  # fmt: skip
    assert found.faulty is not None
    faulty = np.concatenate([found.faulty, np.ones(len(void), dtype=np.bool_)])
    of_void = np.where(void.areas[answer] > 0, len(found) + answer, -1)
    return _segments(whole, np.concatenate([of_void, np.full(len(void), -1)]), faulty)


def _complement(masks: Nested) -> Nested:
    """The pixels that are not set: runs begin with unset ones, so a run of none before them turns all about."""
    starts, stops = masks.offsets[0][:-1], masks.offsets[0][1:]
    begins_set = (masks.values[np.minimum(starts, len(masks.values) - 1)] == 0) & (stops > starts)
    kept = np.ones(len(masks.values), dtype=np.bool_)
    kept[starts[begins_set]] = False
    added = np.where(begins_set, 0, 1)
    sizes = stops - starts - begins_set + added
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
    values = np.zeros(int(offsets[-1]), dtype=np.int64)
    filled = np.ones(len(values), dtype=np.bool_)
    filled[offsets[:-1][~begins_set]] = False
    values[filled] = masks.values[kept]
    return Nested(values, (offsets,))
