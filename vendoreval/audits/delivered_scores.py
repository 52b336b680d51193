"""Scores that a delivery shows by itself: how likely each item's answer is to be wrong, 0 to 1.

`delivery`   the share of the other annotators of the item who differ
`posterior`  1 minus the chance of the item's answer by the model of Dawid and Skene (inference.consensus)
`rare`       how rare the answer is: the rarest of the delivery has 1, one ten times as frequent 0.1

They say where to look first. An audit that draws by them is valid whatever they are worth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.inference.consensus import dawid_skene
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.consensus import majority

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def delivered_scores(kind: str, labels: LabelTable, task: Task) -> Floats:
    """The score of every item of `labels.item.values`; NaN where the delivery shows none.

    Where each label counts, an item's score is the mean of those of its labels.
    """
    answer = labels.text("label")
    voting = np.flatnonzero((answer.codes >= 0) & (labels.item.codes >= 0))
    item = labels.item.codes[voting].astype(np.int64)
    label = answer.codes[voting].astype(np.int64)
    if kind == "delivery":
        return _differing(item, label, labels, task)
    if kind == "posterior":
        by_label = _doubts(item, label, labels.annotator.codes[voting], len(answer.values))
    else:
        often = np.bincount(label, minlength=len(answer.values))
        rarest = often[often > 0].min(initial=1)
        by_label = np.broadcast_to(rarest / np.maximum(often, 1), (len(labels.item.values), len(often)))
    if task.answers == "consensus":
        given = _consensus(labels, task, answer)
        known = given >= 0
        return np.where(known, by_label[np.arange(len(given)), given], np.nan)
    return _mean(item, by_label[item, label], len(labels.item.values))


def _differing(item: Ints, label: Ints, labels: LabelTable, task: Task) -> Floats:
    """The share of pairs of an item's labels that differ; with a consensus, of labels that differ from it."""
    count = len(labels.item.values)
    width = int(label.max(initial=0)) + 1
    pairs, votes = np.unique(item * width + label, return_counts=True)
    people = np.bincount(item, minlength=count).astype(np.float64)
    several = people > 1
    if task.answers == "consensus":
        most = np.zeros(count)
        np.maximum.at(most, pairs // width, votes)
        return np.where(several, 1 - most / np.maximum(people, 1), np.nan)
    same = np.bincount(pairs // width, weights=votes * (votes - 1.0), minlength=count)
    return np.where(several, 1 - same / np.maximum(people * (people - 1), 1), np.nan)


def _doubts(item: Ints, label: Ints, annotator: NDArray[np.int32], classes: int) -> Floats:
    model = dawid_skene(item.astype(np.int32), annotator, label.astype(np.int32), classes)
    found: Floats = 1 - model.posterior
    return found


def _consensus(labels: LabelTable, task: Task, answer: Coded) -> Ints:
    """The code of each item's consensus; -1 where it has none."""
    chosen = majority(labels, task.ties)
    given = np.full(len(labels.item.values), -1, dtype=np.int64)
    given[chosen.item.codes] = chosen.text("label").recode(answer.values).codes
    return given


def _mean(item: Ints, value: Floats, count: int) -> Floats:
    rows = np.bincount(item, minlength=count)
    return np.where(rows > 0, np.bincount(item, weights=value, minlength=count) / np.maximum(rows, 1), np.nan)
