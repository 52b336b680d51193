"""How far apart two people's answers are, for all types of many units an item.

    distance = 1 - 2 Q ÷ (n + m)

n and m are the numbers of units of both answers, Q the largest sum of the matches' quality (intersection ÷
union for boxes) over one-to-one pairs of units of one label that reach the contract's limit (of any label
where the rule does not look at it). Where each quality is 1 this is 1 - F1. Two answers with nothing are equal.
Of types whose units belong to larger wholes (`Parts.wholes`), wholes are what is paired, and Q counts their
pairs of units: of boxes in tracks this is 1 - IDF1.
Attributes and points below a unit play no part.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.matching import assign
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.part_outcomes import codes_of, values_of
from vendoreval.tasks.parts import Pairs, Parts, Side, side_of
from vendoreval.tasks.rules import matching_word

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
WORDS = "1 - 2 × the overlap of matched {units} of one class ÷ the {units} of both answers"


def part_distance(kind: Parts, first: LabelTable, second: LabelTable, task: Task) -> Floats:
    """One value an item, by item code; the tables are those of `TaskType.distance`."""
    found = _by_item(kind, first, second, task)
    return (found + _by_item(kind, second, first, task)) / 2 if kind.both_ways else found


def part_distances(kind: Parts, first: LabelTable, second: LabelTable, task: Task) -> Floats:
    """Every answer of one table against every answer of the other, whatever their items: a matrix.

    The tables are those of `TaskType.distance`. All units are laid upon one item, so each is made but once.
    """
    found = _across(kind, first, second, task)
    return (found + _across(kind, second, first, task).T) / 2 if kind.both_ways else found


def matched_units(kind: Parts, one: Side, other: Side, task: Task) -> tuple[Ints, Ints]:
    """The units of both sides that are matched one to one, by the quality that the distance sums up."""
    pairs = kind.pairs(one, other, _plain(task))
    kept = _of_one_label(one, other, pairs, task)
    e, d = pairs.expected[kept], pairs.delivered[kept]
    chosen = assign(e, d, pairs.score[kept], np.ones(len(kept), dtype=np.bool_))
    return e[chosen], d[chosen]


def _of_one_label(one: Side, other: Side, pairs: Pairs, task: Task) -> Ints:
    """The pairs whose labels agree, or that count as agreeing."""
    if pairs.same is not None:
        return np.flatnonzero(pairs.same)
    values = values_of(task, one, other)
    mine, theirs = codes_of(one, values)[pairs.expected], codes_of(other, values)[pairs.delivered]
    return np.flatnonzero((mine == theirs) & (mine >= 0))


def _by_item(kind: Parts, first: LabelTable, second: LabelTable, task: Task) -> Floats:
    one, other = (side_of(kind, labels, _plain(task)) for labels in (first, second))
    items = len(first.item.values)
    common = _common(kind, one, other, task, one.item, np.zeros(len(other.units), dtype=np.int64), items)
    return _distance(common, np.bincount(one.item, minlength=items) + np.bincount(other.item, minlength=items))


def _across(kind: Parts, first: LabelTable, second: LabelTable, task: Task) -> Floats:
    one, other = (side_of(kind, _on_one_item(labels), _plain(task)) for labels in (first, second))
    row, column = (
        labels.item.codes[side.units.row].astype(np.int64) for labels, side in ((first, one), (second, other))
    )
    height, width = len(first.item.values), len(second.item.values)
    common = _common(kind, one, other, task, row * width, column, height * width)
    units = np.bincount(row, minlength=height)[:, None] + np.bincount(column, minlength=width)[None, :]
    return _distance(common.reshape(height, width), units)


def _common(
    kind: Parts, one: Side, other: Side, task: Task, row: Ints, column: Ints, count: int
) -> Floats:  # fmt: skip
    """The quality in common, by pair of answers: a unit of one side and one of the other are in the pair
    `row` + `column`, of `count`."""
    pairs = kind.pairs(one, other, _plain(task))
    kept = _of_one_label(one, other, pairs, task)
    e, d, score = pairs.expected[kept], pairs.delivered[kept], pairs.score[kept]
    answers = row[e] + column[d]
    wholes = kind.wholes(one), kind.wholes(other)
    if wholes[0] is not None and wholes[1] is not None:
        answers, e, d, score = _of_wholes(answers, wholes[0][e], wholes[1][d])
    left, right = (_numbered(answers, unit) for unit in (e, d))
    chosen = assign(left, right, score, np.ones(len(score), dtype=np.bool_))
    found: Floats = np.bincount(answers[chosen], weights=score[chosen], minlength=count) / ONE
    return found


def _of_wholes(answers: Ints, e: Ints, d: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Pairs of wholes by pair of answers, each once, and how many pairs of units they have, as scores."""
    pairs, count = np.unique(np.stack((answers, e, d)), axis=1, return_counts=True)
    return pairs[0], pairs[1], pairs[2], count * ONE


def _numbered(answers: Ints, unit: Ints) -> Ints:
    """A number from 0 for each unit in each pair of answers."""
    width = int(unit.max(initial=0)) + 1
    number: Ints = np.unique(answers * width + unit, return_inverse=True)[1].astype(np.int64)
    return number


def _distance(common: Floats, units: Ints) -> Floats:
    return np.where(units == 0, 0.0, 1 - 2 * common / np.maximum(units, 1))


def _on_one_item(labels: LabelTable) -> LabelTable:
    """All rows on one item, each answer by a person of its own, so that no unit spans two answers."""
    item = Coded(np.zeros(len(labels), dtype=np.int32), ("all",))
    return replace(labels, item=item, annotator=labels.item, sheets=None)


def _plain(task: Task) -> Task:
    """The contract's limits without a preset: tools that pair greedily would make a distance hang on order."""
    if "preset" not in task.matching:
        return task
    keys = [key.name for key in TASK_TYPES[task.type].matching]
    return replace(task, matching={**{name: matching_word(task, name) for name in keys}, "preset": "none"})
