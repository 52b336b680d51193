"""What a delivery itself shows about which items are likely wrong: a score from 0 to 1 for each item.

Row arrays are parallel: `item`, `annotator` and `label` are codes from 0; rows with a negative code are left
out. A score needs no truth and proves nothing: it only says where to look first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vendoreval.inference.consensus import Consensus
from vendoreval.inference.tally import Codes, Ints

Floats = NDArray[np.float64]

RARE = 0.05  # of the delivered labels


def vote_shares(
    item: Codes, annotator: Codes, label: Codes, items: int,
    delivered: Codes | None = None, by: Codes | None = None,
) -> Floats:  # fmt: skip
    """By item, the share of the other annotators' labels that differ; NaN where nobody else labelled it.

    `delivered`: the item's delivered answer, -1 for none, and `by` the annotator who gave it (-1, or None,
    where it is nobody's own). Without `delivered` every label of an item is a delivered one, and the score is
    their mean.
    """
    rows = (item >= 0) & (annotator >= 0) & (label >= 0)
    of, who, said = (np.asarray(codes)[rows].astype(np.int64) for codes in (item, annotator, label))
    if delivered is not None:
        answer = np.asarray(delivered, dtype=np.int64)
        own = np.full(items, -1) if by is None else np.asarray(by, dtype=np.int64)
        others = (who != own[of]) & (answer[of] >= 0)
        differ = np.bincount(of[others], said[others] != answer[of[others]], items)
        return _share(differ, np.bincount(of[others], minlength=items))
    people, labels = int(who.max(initial=0)) + 1, int(said.max(initial=0)) + 1
    others = _size(of) - _size(of * people + who)
    alike = _size(of * labels + said) - _size((of * people + who) * labels + said)
    compared = others > 0
    share = (others - alike)[compared] / others[compared]
    return _share(np.bincount(of[compared], share, items), np.bincount(of[compared], minlength=items))


def doubts(model: Consensus, item: Codes, label: Codes, items: int) -> Floats:
    """By item, one minus the chance that a model gives to its delivered labels, on average.

    NaN without a label. For one delivered answer an item pass one row an item.
    """
    rows = (item >= 0) & (label >= 0)
    of, said = np.asarray(item)[rows], np.asarray(label)[rows]
    doubt = 1 - model.posterior[of, said]
    return _share(np.bincount(of, doubt, items), np.bincount(of, minlength=items))


def rarity(item: Codes, label: Codes, items: int, rare: float = RARE) -> Floats:
    """By item, 1 where one of its labels makes up less than a share `rare` of all; NaN without a label."""
    rows = (item >= 0) & (label >= 0)
    of, said = np.asarray(item)[rows], np.asarray(label)[rows]
    counts = np.bincount(said)
    few = counts[said] < rare * len(said)
    found = np.bincount(of, few, items)
    return np.where(np.bincount(of, minlength=items) > 0, np.minimum(found, 1.0), np.nan)


def _size(group: Ints) -> Ints:
    """For each row the number of rows of its group."""
    _, inverse, counts = np.unique(group, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse])


def _share(part: Floats | Ints, whole: Ints) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
