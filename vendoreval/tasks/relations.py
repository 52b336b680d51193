"""Relations between two pieces of a text: matched one to one by where their heads and tails stand.

    mode       matched where, of heads and of tails             right where
    strict     the borders are the same                         both ends' labels and the relation's agree
    exact      the borders are the same                         the relation's label agrees
    partial    at least `overlap` of their text is common       the relation's label agrees

A pair of another label is `wrong_label`. One of the right label is `imprecise`, which is wrong, where `strict`
finds another label at an end, or where head and tail are exchanged (with `directed = "no"` they may be). So
what is one mistake is one error, not a miss and an extra. An end's label that gold doesn't tell is not asked
for.

The score of a right pair is the share of common text at its worse end; an imprecise one has none. The
assignment takes the largest sum of scores, in which a pair with its ends right weighs two more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.notation import folded
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes
from vendoreval.tasks.part_outcomes import compare
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.relation_ends import ENDS, Ends, described, end_labels
from vendoreval.tasks.rules import matching_value, matching_word
from vendoreval.tasks.span_pairs import billionths, enough_text, shared_text, sharing
from vendoreval.tasks.span_texts import unlike_texts
from vendoreval.tasks.spans import EACH

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
ENDS_FIRST = 2 * ONE
Found = tuple[Ints, Ints, Ints, Mask]  # gold units, delivered ones, scores, whether the ends' labels agree


@dataclass(frozen=True)
class Relations(ManyUnits):
    """Any number of relations an item."""

    shape: Shape = SHAPES["relations"]
    unit: str = "relation"

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a relation, matched one to one on each sheet."""
        found = compare(self, gold, labels, task)
        return unlike_texts(_with_reasons(found, gold.labels, labels, task), gold, labels)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        mode = matching_word(task, "mode")
        weighed = ", each weighed by its common text" if mode == "partial" else ""
        return f"1 - F1 of relations ({mode}){weighed}"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`from 7–14 PER to 28–48 ORG: Doctor [Ada Moe] works at the [University of Bergen]`."""
        return described(labels, np.asarray([row]))[0]

    def units(self, labels: LabelTable, task: Task) -> Units:
        """A row is a unit; where direction does not count, its ends stand in an order of content."""
        names = [end_labels(labels, end) for end in ENDS]
        values = sorted({*names[0].values, *names[1].values})
        ends = [
            np.column_stack([
                labels.numbers(f"{end}_start"), labels.numbers(f"{end}_end"), name.recode(values).codes
            ]).astype(np.int64)
            for end, name in zip(ENDS, names, strict=True)
        ]  # fmt: skip
        if matching_word(task, "directed") == "no":
            ends = [*_ordered(*ends), *ends]  # as they stood comes last: it is told of a relation
        return Units(np.arange(len(labels)), tuple(key for end in ends for key in end.T))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """The pairs whose ends the mode allows, the wrong way round too."""
        strict, directed = matching_word(task, "mode") == "strict", matching_word(task, "directed") == "yes"
        gold, given = Ends.of(expected), Ends.of(delivered)
        found = []
        for exchanged, ends in enumerate((given, given.exchanged())):
            for e, d, score, agree in _one_way(gold, ends, _least(task)):
                precise = (agree | (not strict)) & (not (exchanged and directed))
                found.append((e, d, score, precise))
        none = np.empty(0, dtype=np.int64)
        found.append((none, none, none, none.astype(np.bool_)))
        e, d, score, precise = (np.concatenate(column) for column in zip(*found, strict=True))
        best = _best_way(e, d, score, precise)
        weight = score + EACH + ENDS_FIRST * precise
        return Pairs(
            e[best], d[best], np.where(precise, score, 0)[best], precise[best], similarity=weight[best]
        )

    def where(self, side: Side, units: Ints) -> list[str]:
        """The relations in their text."""
        return described(side.labels, side.units.row[units])


TYPE = Relations()


def _least(task: Task) -> Fraction:
    """The share of common text that both ends must have; the same borders have all of it."""
    return matching_value(task, "overlap") if matching_word(task, "mode") == "partial" else Fraction(1)


def _ordered(head: Ints, tail: Ints) -> list[Ints]:
    """Both ends, the smaller one first."""
    differs = head != tail
    column = np.argmax(differs, axis=1)
    rows = np.arange(len(head))
    later = (head[rows, column] > tail[rows, column])[:, None]
    return [np.where(later, tail, head), np.where(later, head, tail)]


def _one_way(gold: Ends, given: Ends, least: Fraction) -> Iterator[Found]:
    """Pairs whose first ends fit each other, and their second ones."""
    for e, d, *heads in sharing(gold.places[0], given.places[0], least):
        tails = shared_text(gold.places[1], e, given.places[1], d)
        score = np.minimum(billionths(*heads), billionths(*tails))
        agree = np.ones(len(e), dtype=np.bool_)
        for mine, theirs in zip(gold.labels, given.labels, strict=True):
            codes = mine.codes[e]
            agree &= (codes < 0) | (codes == theirs.recode(mine.values).codes[d])
        kept = np.flatnonzero(enough_text(*tails, least))
        yield e[kept], d[kept], score[kept], agree[kept]


def _best_way(e: Ints, d: Ints, score: Ints, precise: Mask) -> Ints:
    """Of pairs that fit both ways round, the way that fits better."""
    order = np.lexsort((-score, ~precise, d, e))
    first = np.r_[True, (np.diff(e[order]) != 0) | (np.diff(d[order]) != 0)][: len(order)]
    best: Ints = order[first]
    return best


def _with_reasons(found: Outcomes, gold: LabelTable, given: LabelTable, task: Task) -> Outcomes:
    """The outcomes, of which the imprecise ones say what is wrong with their ends."""
    rows = np.flatnonzero((found.outcome == CODE["imprecise"]) & (found.level == LEVEL_CODE["object"]))
    if not len(rows) or found.where is None or found.expected_row is None or found.delivered_row is None:
        return found
    strict, directed = matching_word(task, "mode") == "strict", matching_word(task, "directed") == "yes"
    e, d = found.expected_row[rows], found.delivered_row[rows]
    turned = np.logical_or.reduce([
        gold.numbers(f"{end}_{border}")[e] != given.numbers(f"{end}_{border}")[d]
        for end in ENDS for border in ("start", "end")
    ])  # fmt: skip
    names = [[end_labels(table, end).take(at).text() for end in ENDS] for table, at in ((gold, e), (given, d))]
    where = found.where.text()
    for place, row in enumerate(rows.tolist()):
        if directed and (turned[place] or not strict):
            reason = "head and tail are exchanged"
        else:
            theirs = names[1][::-1] if turned[place] else names[1]
            reason = _other_labels([side[place] for side in names[0]], [side[place] for side in theirs])
        where[row] = f"{where[row]}; {reason}"
    return replace(found, where=Coded.from_text(where))


def _other_labels(gold: list[str | None], given: list[str | None]) -> str:
    return " and ".join(
        f"gold's {end} is {mine}, {f'not {theirs}' if theirs else 'here it has no label'}"
        for end, mine, theirs in zip(ENDS, gold, given, strict=True)
        if mine is not None and folded(mine) != folded(theirs or "")
    )
