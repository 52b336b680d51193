"""Transcriptions: each word of gold and of the delivery is a unit, paired by the best alignment.

    paired, the same word       correct
    paired, another word        wrong_label (a substitution)
    gold's word alone           missing (a deletion)
    delivered word alone        extra (an insertion); on a recording without speech, too

Words are those of the normalised texts (tasks.normalising), or their characters where the contract counts by
characters; how they are aligned says tasks.word_alignment. Of several answers that gold accepts, the one with
the fewest errors counts for each sheet, then the first. Outcomes stand in the order in which the words are
read. Beside the words, a row of the level `character` holds how many characters gold has on a sheet (`size`),
blanks between words included, and another one how many errors they have: the edit distance, which is the same
however it is found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.interface import Distances
from vendoreval.tasks.many_units import ManyUnits, Sizes
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.spoken_outcomes import in_reading_order, with_characters
from vendoreval.tasks.spoken_words import Spoken, between, sizes_of_texts, spoken
from vendoreval.tasks.word_alignment import Words, align

Ints = NDArray[np.int64]
_PAIRS = 1 << 15  # of texts that are aligned at a time
LONGEST = 80  # characters of a text that a line shows


@dataclass(frozen=True)
class Transcription(ManyUnits):
    """A text an item, or none."""

    shape: Shape = SHAPES["transcription"]
    unit: str = "word"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a word, in reading order on each sheet, and the characters of the sheet."""
        known: dict[str, int] = {}
        theirs = spoken(gold.labels, task, known)
        rows = np.flatnonzero(labels.item.recode(gold.item_ids).codes >= 0)
        mine = spoken(labels.take(rows), task, known)
        found = compare(self, replace(gold, labels=theirs.table), mine.table, task)
        ordered = in_reading_order(
            found, theirs.table.numbers("place"), mine.table.numbers("place"), between(task)
        )
        back = replace(
            ordered,
            expected_row=_back(theirs.row, ordered.expected_row),
            delivered_row=_back(rows[mine.row], ordered.delivered_row),
        )
        return with_characters(back, between(task))

    def distance(self, first: LabelTable, second: LabelTable, task: Task) -> Distances | None:
        """Word errors between two texts ÷ the words of the longer one."""
        one, other = _sides(first, second, task)
        every = np.arange(len(one))
        return _apart(one, other, every, every)

    def across(self, first: LabelTable, second: LabelTable, task: Task) -> Distances:
        """The same of every text of one table with every one of the other: a matrix."""
        one, other = _sides(first, second, task)
        found = np.empty((len(one), len(other)))
        step = max(_PAIRS // max(len(other), 1), 1)
        for begin in range(0, len(one), step):
            rows = np.arange(begin, min(begin + step, len(one)))
            pairs = np.repeat(rows, len(other)), np.tile(np.arange(len(other)), len(rows))
            found[rows] = _apart(one, other, *pairs).reshape(len(rows), -1)
        return found

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        unit = "word" if between(task) else "character"
        return f"{unit} errors between two texts ÷ the {unit}s of the longer one"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`text “the cat sat”`."""
        text = " ".join((labels.text("label")[row] or "").split())
        return f"text “{text if len(text) <= LONGEST else text[:LONGEST] + '…'}”"

    def row_sizes(self, task: Task) -> Sizes:
        """Words and characters of texts."""
        return partial(sizes_of_texts, task=task)

    def units(self, labels: LabelTable, task: Task) -> Units:
        """A row of a table of words is a unit."""
        return Units(np.arange(len(labels)), (labels.numbers("place"),))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """The words that the best alignments of gold's and the delivered texts pair."""
        gold, given = (_by_answer(side.labels) for side in (expected, delivered))
        e, d = _meeting(
            *(
                side.labels.item.codes[words.start[:-1]]
                for side, words in ((expected, gold), (delivered, given))
            )
        )
        found = align(gold, given, (e, d)).paired()
        every = np.full(len(found.pair), ONE)
        return Pairs(
            gold.start[e[found.pair]] + found.first, given.start[d[found.pair]] + found.second,
            np.where(found.right, ONE, 0), similarity=every, same=found.right,
        )  # fmt: skip

    def where(self, side: Side, units: Ints) -> list[str]:
        """Nothing yet: a word is shown between its neighbours, which are known in reading order only."""
        return [""] * len(units)


TYPE = Transcription()


def _back(row: Ints, found: Ints | None) -> Ints:
    """The rows of texts behind rows of words; -1 for none."""
    assert found is not None
    back: Ints = np.append(row, -1)[found]
    return back


def _by_answer(table: LabelTable) -> Words:
    """The words of a table, answer by answer; answers without a word are not among them."""
    starts = np.flatnonzero(table.numbers("place") == 0)
    return Words(table.text("label").codes, np.append(starts, len(table)))


def _sides(first: LabelTable, second: LabelTable, task: Task) -> tuple[Words, Words]:
    """The words of both tables, which have one answer an item."""
    known: dict[str, int] = {}
    one, other = (_by_item(spoken(labels, task, known), len(labels.item.values)) for labels in (first, second))
    return one, other


def _apart(one: Words, other: Words, first: Ints, second: Ints) -> Distances:
    errors = align(one, other, (first, second)).counts().errors
    longer = np.maximum(one.sizes[first], other.sizes[second])
    found: Distances = errors / np.maximum(longer, 1)
    return found


def _by_item(said: Spoken, items: int) -> Words:
    """The words of a table of one answer an item, item by item."""
    sizes = np.bincount(said.table.item.codes, minlength=items)
    return Words(said.table.text("label").codes, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


def _meeting(first: NDArray[np.int32], second: NDArray[np.int32]) -> tuple[Ints, Ints]:
    """All pairs of places of both columns that hold the same item; `first` is in order."""
    begin, end = (np.searchsorted(first, second, side=side) for side in ("left", "right"))
    counts = end - begin
    d = np.repeat(np.arange(len(second)), counts)
    e = np.repeat(begin, counts) + np.arange(len(d)) - np.repeat(np.cumsum(counts) - counts, counts)
    return e, d
