"""The vendor's consensus: the majority of an item's labels, by the contract's tie rule, or their median."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable

TIE = "(tie)"  # the consensus of an item whose labels are tied, under the rule "wrong"


def majority(
    labels: LabelTable,
    ties: Literal["smallest_label", "first_answer", "wrong"],
    order: Sequence[str] = (),
) -> LabelTable:
    """One row an item: the label that most of its rows carry.

    A tie goes to the smallest label (in `order`, others after it in text order), to the tied label that was
    given first (by time where times are known, then by row), or becomes the label TIE, which gold never
    accepts. Rows without a label have no vote; items without a vote are left out. Items come in text order.
    """
    answer = labels.text("label")
    by_text = answer.recode((*order, *sorted(set(answer.values) - set(order))))
    voting = np.flatnonzero((by_text.codes >= 0) & (labels.item.codes >= 0))
    items, item = np.unique(labels.item.codes[voting], return_inverse=True)
    width = len(by_text.values) + 1
    pairs, votes = np.unique(item * width + by_text.codes[voting], return_counts=True)
    pair_item, pair_label = pairs // width, pairs % width
    most = np.zeros(len(items), dtype=np.int64)
    np.maximum.at(most, pair_item, votes)
    top = votes == most[pair_item]
    tied = np.bincount(pair_item[top], minlength=len(items)) > 1
    winner = np.full(len(items), len(by_text.values), dtype=np.int64)
    np.minimum.at(winner, pair_item[top], pair_label[top])
    if ties == "wrong":
        winner[tied] = len(by_text.values)
    elif ties == "first_answer":
        winner = _first_of_tied(labels, voting, item, by_text, set(pairs[top].tolist()), width, winner)
    return _one_each(labels, items, Coded(winner.astype(np.int32), (*by_text.values, TIE)))


def median(labels: LabelTable, order: Sequence[str]) -> LabelTable:
    """One row an item: the middle one of its labels on the scale, the lower of two middle ones.

    `order` has every label that counts, from low to high; others and rows without a label have no vote, and
    items without a vote are left out. So the answer is always one that somebody gave. Items in text order.
    """
    rank = labels.text("label").recode(tuple(order)).codes
    voting = np.flatnonzero((rank >= 0) & (labels.item.codes >= 0))
    voting = voting[np.lexsort((rank[voting], labels.item.codes[voting]))]
    items, first, votes = np.unique(labels.item.codes[voting], return_index=True, return_counts=True)
    return _one_each(labels, items, Coded(rank[voting[first + (votes - 1) // 2]], tuple(order)))


def _one_each(labels: LabelTable, items: NDArray[np.int32], chosen: Coded) -> LabelTable:
    """The table of the items' answers, which nobody gave alone; items in text order."""
    names = [labels.item.values[code] for code in items.tolist()]
    order = np.argsort(np.asarray(names, dtype=object), kind="stable") if names else np.empty(0, int)
    nobody = Coded(np.full(len(items), -1, dtype=np.int32), ())
    table = LabelTable(Coded(items.astype(np.int32), labels.item.values), nobody, {"label": chosen})
    return table.take(order)


def count_ties(labels: LabelTable) -> int:
    """How many items have no single most frequent label."""
    answer = majority(labels, "wrong").text("label")
    return int(np.count_nonzero(answer.codes == len(answer.values) - 1))


def _first_of_tied(
    labels: LabelTable,
    voting: NDArray[np.int64],
    item: NDArray[np.int64],
    by_text: Coded,
    top: set[int],
    width: int,
    winner: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Among an item's most frequent labels, the one that was given first."""
    when = np.arange(len(voting)) if labels.labelled_at is None else labels.labelled_at[voting]
    label = by_text.codes[voting]
    in_top = np.isin(item * width + label, np.asarray(sorted(top), dtype=np.int64))
    rows = np.flatnonzero(in_top)
    rows = rows[np.argsort(when[rows], kind="stable")]
    firsts, position = np.unique(item[rows], return_index=True)
    result = winner.copy()
    result[firsts] = label[rows[position]]
    return result
