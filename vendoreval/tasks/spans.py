"""Spans of a text, nested, overlapping or in pieces: matched one to one by their borders or their common text.

    mode       matched where                                    right where
    strict     the borders are the same                         labels agree
    exact      the borders are the same                         always
    partial    at least `overlap` of their text is common       labels agree
    type       they share a character                           labels agree

The meanings are nervaluate's, but for the assignment, which is the best one and not the first one found, and
the share, which is of all the text that either marks: so the roles of the two sides can be exchanged. That
share is a pair's score; a pair of other labels is `wrong_label`. Where the delivery's text is not gold's,
spans that reach past the first difference, and would be wrong, are `unscorable`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.part_distance import WORDS
from vendoreval.tasks.part_outcomes import codes_of, compare, values_of
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.presets.nervaluate import greedy_pairs
from vendoreval.tasks.rules import matching_value, matching_word
from vendoreval.tasks.span_pairs import Places, billionths, same_borders, sharing
from vendoreval.tasks.span_texts import Texts, unlike_texts

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
EACH = 1  # billionths are rounded down: of equal sums the one with more pairs wins all the same
LABEL_FIRST = 1000 * ONE  # in mode type, agreeing labels weigh more than any shared text


@dataclass(frozen=True)
class Spans(ManyUnits):
    """Any number of spans an item."""

    shape: Shape = SHAPES["spans"]
    unit: str = "span"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a span, matched one to one on each sheet."""
        return unlike_texts(compare(self, gold, labels, task), gold, labels)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        mode = matching_word(task, "mode")
        return WORDS.format(units="spans") if mode in ("partial", "type") else f"1 - F1 of spans ({mode})"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`span 7–14: Doctor [Ada Moe] works`."""
        return Texts(labels).describe(np.asarray([row]))[0]

    def units(self, labels: LabelTable, task: Task) -> Units:
        """A row is a unit."""
        keys = [labels.numbers("start"), labels.numbers("end")]
        pieces = labels.answers.get("pieces")
        if isinstance(pieces, Coded):
            keys.append(pieces.places())
        return Units(np.arange(len(labels)), tuple(keys))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """The pairs that the mode allows."""
        preset, mode = matching_word(task, "preset"), matching_word(task, "mode")
        values = values_of(task, expected, delivered)
        labels = codes_of(expected, values), codes_of(delivered, values)
        if preset == "nervaluate":
            return greedy_pairs(expected, delivered, labels, mode, matching_value(task, "overlap"))
        if preset == "seqeval" or mode in ("strict", "exact"):
            e, d = same_borders(Places.of(expected), Places.of(delivered))
            same = labels[0][e] == labels[1][d]
            if preset == "seqeval":  # spans of other labels are a miss and an extra there
                e, d, same = e[same], d[same], same[same]
            elif mode == "exact":
                same = np.ones(len(e), dtype=np.bool_)
            return Pairs(e, d, np.full(len(e), ONE), same=same)
        return _sharing_pairs(expected, delivered, labels, mode, task)

    def where(self, side: Side, units: Ints) -> list[str]:
        """The spans in their text."""
        return Texts(side.labels).describe(side.units.row[units])


TYPE = Spans()


def _sharing_pairs(
    expected: Side, delivered: Side, labels: tuple[NDArray[np.int32], NDArray[np.int32]], mode: str, task: Task
) -> Pairs:
    """The pairs of the modes partial and type."""
    share = matching_value(task, "overlap")
    blocks = list(sharing(Places.of(expected), Places.of(delivered), share * (mode == "partial")))
    none = np.empty(0, dtype=np.int64)
    e, d, common, either = (np.concatenate(column) for column in zip(*blocks, (none,) * 4, strict=True))
    same = labels[0][e] == labels[1][d]
    score = billionths(common, either)
    return Pairs(e, d, score, same=same, similarity=score + EACH + same * LABEL_FIRST * (mode == "type"))
