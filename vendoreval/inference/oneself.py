"""A person's several labels on one item, held against each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Codes = NDArray[np.int32] | NDArray[np.int64]


def self_agreement(item: Codes, annotator: Codes, label: Codes) -> tuple[int, float | None]:
    """Labels that repeat an earlier one by the same person on the same item, and the share of equal pairs."""
    rows, same, others = repeated(item, annotator, label)
    return len(rows), float((same / others).mean()) if len(rows) else None


def repeated(item: Codes, annotator: Codes, label: Codes) -> tuple[Ints, Ints, Ints]:
    """Rows of a person's several labels on one item, with the equal ones among that person's others."""
    known = np.flatnonzero((annotator >= 0) & (item >= 0) & (label >= 0))
    people = int(annotator.max(initial=-1)) + 1
    key = item[known].astype(np.int64) * people + annotator[known]
    _, unit, times = np.unique(key, return_inverse=True, return_counts=True)
    several = times[unit] > 1
    rows = known[several]
    same, others = others_on_item(unit[several], label[rows]) if len(rows) else (rows, rows)
    return rows, same, others


def others_on_item(item: Codes, label: Codes) -> tuple[Ints, Ints]:
    """For each row: how many other labels of its item are equal, and how many others there are."""
    width = int(label.max(initial=0)) + 1
    _, place, counts = np.unique(item.astype(np.int64) * width + label, return_inverse=True, return_counts=True)
    return counts[place] - 1, np.bincount(item)[item] - 1
