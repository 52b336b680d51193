"""Rankings: several answers from the best to the worst, held against gold pair by pair.

Of each two ranked answers the unit is which one is better, or that they are tied. So n answers are n(n-1)/2
units, and the share of right ones is (1 + tau)/2 for Kendall's tau without ties.

    both rank the pair in one order, or both tie it             correct
    another order                                               wrong_label
    gold ties the pair, the answer orders it                    wrong_label; correct with `tied = "either"`
    one of the two is not ranked                                missing
    a pair with an answer that gold does not rank               extra

Ranks are compared, not counted: 1, 2, 3 and 10, 20, 30 are one ranking; the least is the best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.notation import plain_text
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.pairing import equal
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.rules import matching_word

Ints = NDArray[np.int64]
PAIR = "pair"  # a column of what is made here: both answers, whatever their order
BETTER, TIE, SPLIT = ">", "=", "\x1f"


@dataclass(frozen=True, eq=False)
class PairUnits(Units):
    """Pairs of ranked answers: which two, and which is said to be better."""

    pair: Coded
    said: Coded


@dataclass(frozen=True)
class Ranking(ManyUnits):
    """Any number of ranked answers an item."""

    shape: Shape = SHAPES["ranking"]
    unit: str = "pair"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a pair of ranked answers, on each sheet."""
        (mine, gold_rows), (theirs, rows) = by_pair(gold.labels), by_pair(labels)
        found = compare(self, replace(gold, labels=mine), theirs, task)
        return replace(
            found, expected_row=_of(gold_rows, found.expected_row), delivered_row=_of(rows, found.delivered_row)
        )

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return "1 - 2 × the pairs in the same order ÷ the pairs of both answers (Kendall)"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`rank 2: b`."""
        return f"rank {labels.numbers('rank')[row]}: {labels.text('label')[row]}"

    def most_units(self, rows: int) -> int:
        """The pairs of so many ranked answers."""
        return rows * (rows - 1) // 2

    def units(self, labels: LabelTable, task: Task) -> PairUnits:
        """Two ranked answers of one sheet are a unit."""
        if PAIR in labels.answers:
            rows = np.arange(len(labels))
        else:
            labels, rows = by_pair(labels)
        pair = labels.text(PAIR)
        return PairUnits(rows, (pair.places(),), pair=pair, said=labels.text("label"))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """What both sides say of the same two answers of one item."""
        mine, theirs = _units(expected), _units(delivered)
        values = tuple(sorted({*mine.pair.values, *theirs.pair.values}))
        e, d = equal(*(
            side.item * len(values) + units.pair.recode(values).codes
            for side, units in ((expected, mine), (delivered, theirs))
        ))  # fmt: skip
        said = mine.said.codes[e]
        same = said == theirs.said.recode(mine.said.values).codes[d]
        if matching_word(task, "tied") == "either":
            same |= np.asarray([f" {TIE} " in value for value in mine.said.values], dtype=np.bool_)[said]
        return Pairs(e, d, np.full(len(e), ONE), same=same)

    def where(self, side: Side, units: Ints) -> list[str]:
        """The two answers."""
        pair = _units(side).pair
        return [" and ".join((pair[unit] or "").split(SPLIT)) for unit in units.tolist()]


TYPE = Ranking()


def _units(side: Side) -> PairUnits:
    assert isinstance(side.units, PairUnits)
    return side.units


def by_pair(labels: LabelTable) -> tuple[LabelTable, Ints]:
    """A row for each two ranked answers of a sheet, such as `b > a`, and the row of one of the two.

    An answer that a sheet ranks twice stands in no pair with itself, and what its pairs say twice is said once.
    """
    label, rank = labels.text("label").read_as(plain_text), labels.numbers("rank")
    sheet = _sheets(labels)
    order = np.lexsort((label.places(), sheet))
    first, second = _two_of(sheet[order])
    one, two = order[first], order[second]
    kept = label.codes[one] != label.codes[two]
    one, two = one[kept], two[kept]
    cases = np.stack((label.codes[one].astype(np.int64), label.codes[two], np.sign(rank[one] - rank[two])))
    distinct, case = np.unique(cases, axis=1, return_inverse=True)
    once = np.sort(np.unique(np.stack((sheet[one], case.ravel())), axis=1, return_index=True)[1])
    one, case = one[once], case.ravel()[once]
    said = [_said(label.values[a], label.values[b], way) for a, b, way in distinct.T.tolist()]
    both = [f"{label.values[a]}{SPLIT}{label.values[b]}" for a, b, _ in distinct.T.tolist()]
    made = labels.take(one)
    answers = {"label": _column(said, case), PAIR: _column(both, case)}
    return replace(made, answers=answers), one


def _said(one: str, two: str, way: int) -> str:
    if not way:
        return f"{one} {TIE} {two}"
    return f"{one} {BETTER} {two}" if way < 0 else f"{two} {BETTER} {one}"


def _column(texts: list[str], case: NDArray[np.intp]) -> Coded:
    distinct = Coded.from_text(texts)
    return Coded(distinct.codes[case], distinct.values)


def _sheets(labels: LabelTable) -> Ints:
    """A number for each sheet of each alternative."""
    people = len(labels.annotator.values) + 1
    sheet = labels.item.codes.astype(np.int64) * people + labels.annotator.codes + 1
    if labels.alternative is None:
        return sheet
    return sheet * (int(labels.alternative.max(initial=0)) + 1) + labels.alternative


def _two_of(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of positions of one group, the first before the second; `group` is sorted."""
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]][: len(group)])
    sizes = np.diff(np.append(starts, len(group)))
    left = np.repeat(starts + sizes, sizes) - np.arange(len(group)) - 1  # how many of the group follow
    first = np.repeat(np.arange(len(group)), left)
    inside = np.arange(len(first)) - np.repeat(np.cumsum(left) - left, left)
    return first, first + 1 + inside


def _of(rows: Ints, positions: Ints | None) -> Ints | None:
    return None if positions is None else np.append(rows, -1)[positions]
