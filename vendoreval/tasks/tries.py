"""Which sheet is held against which answer of gold, and which of their units match.

A *try* is a sheet held against one of the gold item's alternative answers; an item without any sheet is a try
without an annotator. A *slot* is a unit in a try: a gold unit has one for each sheet on its item, a delivered
one for each alternative answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded, Codes
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.parts import Pairs, Side, content_order
from vendoreval.tasks.presets.shapes import Matching

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Answered:
    """The sheets, by item, then by annotator's name; and the items that nobody answered."""

    item: Ints
    annotator: Coded
    answered: Mask


@dataclass(frozen=True, eq=False)
class Slots:
    """The units of one side in their tries: by try, then by content."""

    attempt: Codes
    unit: Codes
    start: Ints  # the first slot of each try
    place: Codes  # of each unit among those of its try


@dataclass(frozen=True, eq=False)
class Tries:
    """All tries, by sheet, then by alternative. `sheet_of` is each delivered unit's, `alternative_of` each gold
    unit's; `first` is the first try of each sheet."""

    sheets: Answered
    sheet: Ints
    first: Ints
    expected: Slots
    delivered: Slots
    sheet_of: Ints
    alternative_of: Ints

    def __len__(self) -> int:
        return len(self.sheet)


@dataclass(frozen=True, eq=False)
class Match:
    """The matched pairs, by their gold unit's slot; `fallen`: delivered slots that fall on an ignored unit."""

    pairs: Pairs
    expected: Ints
    delivered: Ints
    fallen: Mask


def lay_out(items: int, expected: Side, delivered: Side) -> Tries:
    """The tries of all sheets on `items` items, whose codes both sides share."""
    sheets, sheet_of = _sheets(items, delivered)
    alternative = expected.labels.alternative
    rows = expected.units.row
    alternative_of = np.zeros(len(rows), dtype=np.int64) if alternative is None else alternative[rows]
    answers = np.ones(items, dtype=np.int64)
    np.maximum.at(answers, expected.item, alternative_of + 1)
    per_sheet = answers[sheets.item]
    first = np.cumsum(per_sheet) - per_sheet
    sheet = np.repeat(np.arange(len(per_sheet)), per_sheet)
    answer_start = np.cumsum(answers) - answers
    answer = answer_start[sheets.item[sheet]] + np.arange(len(sheet)) - first[sheet]
    scored = np.flatnonzero(~expected.ignored)
    return Tries(
        sheets, sheet, first,
        _slots(answer, answer_start[expected.item] + alternative_of, scored, expected, int(answers.sum())),
        _slots(sheet, sheet_of, np.arange(len(sheet_of)), delivered, len(per_sheet)),
        sheet_of, alternative_of,
    )  # fmt: skip


def _sheets(items: int, side: Side) -> tuple[Answered, Ints]:
    """All sheets with the items that have none, and each unit's sheet."""
    labels = side.labels
    people = tuple(sorted(labels.annotator.values if labels.sheets is None else
                          {*labels.annotator.values, *labels.sheets.annotator.values}))  # fmt: skip
    width = len(people) + 1
    mine = _keys(labels.item, labels.annotator, people)
    if labels.sheets is None:
        real = _distinct(mine)
    else:
        real = _distinct(_keys(labels.sheets.item, labels.sheets.annotator, people))
        real = _distinct(np.concatenate([real, mine[~_within(mine, real)]]))
    has_sheet = np.zeros(items, dtype=np.bool_)
    has_sheet[real // width] = True
    keys = np.sort(np.concatenate([real, np.flatnonzero(~has_sheet) * width]), kind="stable")
    answered = has_sheet[keys // width]
    annotator = Coded((keys % width - 1).astype(np.int32), people)
    return Answered(keys // width, annotator, answered), np.searchsorted(keys, mine[side.units.row])


def _distinct(keys: Ints) -> Ints:
    """The keys in order, each once. Rows mostly come in order, which a stable sort is quick with."""
    ordered = np.sort(keys, kind="stable")
    found: Ints = ordered[np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)]]
    return found


def _within(keys: Ints, known: Ints) -> Mask:
    """Which keys are among the known ones, which stand in order."""
    found: Mask = np.append(known, -1)[np.searchsorted(known, keys)] == keys
    return found


def _keys(item: Coded, annotator: Coded, people: tuple[str, ...]) -> Ints:
    """One number for each pair of item and annotator, ordered by item, then by name."""
    who = annotator.recode(people).codes.astype(np.int64)
    return item.codes.astype(np.int64) * (len(people) + 1) + who + 1


def _slots(block: Ints, block_of: Ints, chosen: Ints, side: Side, blocks: int) -> Slots:
    """Slots of tries that show the `chosen` units of `block[try]`; `block_of` is each unit's block."""
    order = content_order(block_of, side)
    shown = np.zeros(len(order), dtype=np.bool_)
    shown[chosen] = True
    order = order[shown[order]]
    sizes = np.bincount(block_of[order], minlength=blocks)
    begins = np.cumsum(sizes) - sizes
    place = np.full(len(block_of), -1, dtype=np.int32)
    place[order] = np.arange(len(order)) - np.repeat(begins, sizes)
    counts = sizes[block]
    start = np.cumsum(counts) - counts
    attempt = np.repeat(np.arange(len(block), dtype=np.int32), counts)
    unit = order[np.arange(len(attempt)) + (begins[block] - start)[attempt]]
    return Slots(attempt, unit.astype(np.int32), start, place)


def match(tries: Tries, pairs: Pairs, expected: Side, rule: Matching) -> Match:
    """Assign each try's delivered units to its gold units, by the contract's rule."""
    if rule.within_class and pairs.same is not None:
        pairs = pairs.take(np.flatnonzero(pairs.same))
    attempt = tries.first[tries.sheet_of[pairs.delivered]] + tries.alternative_of[pairs.expected]
    right = tries.delivered.start[attempt] + tries.delivered.place[pairs.delivered]
    ignored = expected.ignored[pairs.expected]
    fallen = np.zeros(len(tries.delivered.unit), dtype=np.bool_)
    fallen[right[ignored]] = True
    scored = np.flatnonzero(~ignored)
    left = tries.expected.start[attempt[scored]] + tries.expected.place[pairs.expected[scored]]
    similarity = pairs.score if pairs.similarity is None else pairs.similarity
    same = np.ones(len(pairs.score), dtype=np.bool_) if pairs.same is None else pairs.same
    chosen = rule.assign(left, right[scored], similarity[scored], same[scored])
    chosen = chosen[np.argsort(left[chosen], kind="stable")]
    fallen[right[scored[chosen]]] = False
    return Match(pairs.take(scored[chosen]), left[chosen], right[scored[chosen]], fallen)


def on_items(labels: LabelTable, items: tuple[str, ...]) -> tuple[Ints, LabelTable]:
    """The rows of `labels` on `items`, and the table of these rows; its item codes index `items`."""
    return np.flatnonzero(labels.item.recode(items).codes >= 0), labels.on_items(items)
