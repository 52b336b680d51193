"""Names of nobody: which gold label a delivered one stands for, such as the speaker behind SPEAKER_00.

On each sheet the delivered labels are mapped to gold's one to one, so that they have as much time in common as
possible; only time counts that `der` looks at, and what is left is mapped by all common time. A label that has
no time in common with a free one of gold stands for nobody. Of alternative answers of an item, the mapping is
made to the one with which the sheet has most time in common, then the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.matching import assign
from vendoreval.tasks.part_outcomes import codes_of, values_of
from vendoreval.tasks.parts import Parts, side_of
from vendoreval.tasks.time_line import TimeLine, time_line
from vendoreval.tasks.tries import Tries, lay_out, on_items

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
CALLED = "called"  # the answer column of what a mapped label was called
NOBODY = "nobody ({})"


def mapped(kind: Parts, gold: GoldSet, labels: LabelTable, task: Task) -> LabelTable:
    """The labels, on gold items each with gold's label for what it stands for; `CALLED` keeps its own one."""
    expected = side_of(kind, gold.labels.on_items(gold.item_ids), task)
    rows, given = on_items(labels, gold.item_ids)
    delivered = side_of(kind, given, task)
    values = values_of(task, expected, delivered)
    codes = codes_of(expected, values), codes_of(delivered, values)
    tries = lay_out(len(gold), expected, delivered)
    line = time_line(tries, (expected, delivered), codes, np.ones(len(tries), dtype=np.bool_), task)
    found = _mapping(line, len(values))
    attempt = _best(found, tries)[tries.sheet_of]
    read = _read(found, attempt * len(values) + codes[1], codes[1].astype(np.int64) + len(values))
    own = labels.text("label")
    every = (*values, *(NOBODY.format(value) for value in values), *sorted({*own.values} - {*values}))
    label = own.recode(every).codes.copy()
    label[rows[delivered.units.row]] = read
    return replace(labels, answers={**labels.answers, "label": Coded(label, every), CALLED: own})


@dataclass(frozen=True, eq=False)
class _Mapping:
    """By key of try and delivered label, ascending: gold's label, and their scored time in common."""

    key: Ints
    gold: Ints
    common: Ints
    width: int


def _mapping(line: TimeLine, width: int) -> _Mapping:
    """The mapping of every try; labels are below `width`."""
    taken: list[tuple[Ints, Ints, Ints]] = []
    everywhere = np.ones(len(line.size), dtype=np.bool_)
    for rows, scored in ((line.scored, True), (everywhere, False)):
        ours, theirs, common = _common(line, rows, width)
        free = np.ones(len(ours), dtype=np.bool_)
        for mine, their, _ in taken:
            free &= ~np.isin(ours, mine) & ~np.isin(theirs, their)
        ours, theirs, common = ours[free], theirs[free], common[free]
        left, right = (np.unique(side, return_inverse=True)[1] for side in (ours, theirs))
        chosen = assign(left, right, common, np.ones(len(common), dtype=np.bool_))
        taken.append((ours[chosen], theirs[chosen], common[chosen] * scored))
    gold, key, time = (np.concatenate(column) for column in zip(*taken, strict=True))
    order = np.argsort(key, kind="stable")
    return _Mapping(key[order], gold[order] % max(width, 1), time[order], width)


def _common(line: TimeLine, rows: Mask, width: int) -> tuple[Ints, Ints, Ints]:
    """Labels that meet on stretches of `rows`, each by a key of its try and itself, and their common time."""
    e, d, size = line.meeting(rows)
    attempt = line.attempt[line.expected.stretch[e]]
    pairs, place = np.unique(
        (attempt * width + line.expected.label[e]) * width + line.delivered.label[d], return_inverse=True
    )
    ours = pairs // max(width, 1)
    theirs = ours // max(width, 1) * width + pairs % max(width, 1)
    return ours, theirs, np.bincount(place, size, minlength=len(pairs)).astype(np.int64)


def _best(found: _Mapping, tries: Tries) -> Ints:
    """By sheet: its try with most mapped time in common, then the first."""
    total = np.bincount(found.key // max(found.width, 1), found.common, minlength=len(tries))
    ranked = np.lexsort((np.arange(len(tries)), -total, tries.sheet))
    best: Ints = ranked[tries.first]
    return best


def _read(found: _Mapping, keys: Ints, otherwise: Ints) -> Ints:
    """Gold's label for each key, or else what stands there for nobody."""
    if not len(found.key):
        return otherwise
    place = np.minimum(np.searchsorted(found.key, keys), len(found.key) - 1)
    return np.where(found.key[place] == keys, found.gold[place], otherwise)
