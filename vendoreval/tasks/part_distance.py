"""How far apart two people's answers are, for all types of many units an item.

    distance = 1 - 2 Q ÷ (n + m)

n and m are the numbers of units of both answers, Q the largest sum of the matches' quality (intersection ÷
union for boxes) over one-to-one pairs of units of one label that reach the contract's limit. Where each quality
is 1 this is 1 - F1. Two answers with nothing are equal. Attributes and points below a unit play no part.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.matching import assign
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.part_outcomes import codes_of, values_of
from vendoreval.tasks.parts import Parts, side_of

WORDS = "1 - 2 × the overlap of matched {units} of one class ÷ the {units} of both answers"


def part_distance(kind: Parts, first: LabelTable, second: LabelTable, task: Task) -> NDArray[np.float64]:
    """One value an item, by item code; the tables are those of `TaskType.distance`."""
    one, other = side_of(kind, first, task), side_of(kind, second, task)
    values = values_of(task, one, other)
    pairs = kind.pairs(one, other, task)
    same = pairs.same
    if same is None:
        mine, theirs = codes_of(one, values)[pairs.expected], codes_of(other, values)[pairs.delivered]
        same = (mine == theirs) & (mine >= 0)
    kept = np.flatnonzero(same)
    chosen = kept[
        assign(
            pairs.expected[kept], pairs.delivered[kept], pairs.score[kept], np.ones(len(kept), dtype=np.bool_)
        )
    ]
    items = len(first.item.values)
    common = np.bincount(one.item[pairs.expected[chosen]], weights=pairs.score[chosen], minlength=items) / ONE
    units = np.bincount(one.item, minlength=items) + np.bincount(other.item, minlength=items)
    return np.where(units == 0, 0.0, 1 - 2 * common / np.maximum(units, 1))
