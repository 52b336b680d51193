"""Scores that a delivery shows by itself: how likely each item's answer is wrong (contracts.rules.SCORES).

They say where to look first. An audit that draws by them is valid whatever they are worth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.inference.consensus import dawid_skene
from vendoreval.inference.side_information import doubts, rarity, vote_shares
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import task_type

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
_TIED = -2


def delivered_scores(kind: str, labels: LabelTable, task: Task) -> Floats:
    """The score of every item of `labels.item.values`; NaN where the delivery shows none.

    `kind`: delivery, posterior or rare. With a consensus it is the score of that one answer; else the mean of
    those of the item's labels. A tie that counts as wrong has the score 1.
    """
    answer, items = labels.text("label"), len(labels.item.values)
    item, who, said = labels.item.codes, _people(labels), answer.codes
    given = _consensus(labels, task, answer) if task.answers == "consensus" else None
    rows = (item, said) if given is None else (np.arange(items, dtype=np.int32), given)
    if kind == "delivery":
        found = vote_shares(item, who, said, items, given)
    elif kind == "rare":
        found = rarity(*rows, items)
    else:
        found = doubts(dawid_skene(item, who, said, len(answer.values)), *rows, items)
    return found if given is None else np.where(given == _TIED, 1.0, found)


def _people(labels: LabelTable) -> Codes:
    """Who gave each label; labels of nobody are of somebody else each."""
    who = labels.annotator.codes
    unnamed = np.flatnonzero(who < 0)
    if not len(unnamed):
        return who
    found = who.copy()
    found[unnamed] = len(labels.annotator.values) + np.arange(len(unnamed))
    return found


def _consensus(labels: LabelTable, task: Task, answer: Coded) -> Codes:
    """The code of each item's consensus; -1 where it has none, _TIED where a tie is no answer."""
    chosen = task_type(task.type).vote(labels, task)
    assert chosen is not None  # one answer an item has a consensus
    given = np.full(len(labels.item.values), -1, dtype=np.int32)
    codes = chosen.text("label").recode(answer.values).codes
    given[chosen.item.codes] = np.where(codes < 0, _TIED, codes)
    return given
