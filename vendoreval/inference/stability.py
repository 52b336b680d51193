"""Are people of one mind, with each other and with themselves?

Two people who are each right with a share of A give different answers on at most 2 (1 - A) of the items,
however their errors depend on each other; and so does one person asked twice. Both bounds need no model.
A person is weaker than colleagues when more of the errors on shared items are the person's than an even
spread of each item's errors over its labels would give: exact, and fair to those with the hard items.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vendoreval.inference.comparing import Codes, Mask
from vendoreval.inference.hypergeometric import chances, p_breach
from vendoreval.inference.proportions import Proportion, clustered

Ints = NDArray[np.int64]
SHARED = "exact, given each item's errors (sum of hypergeometric counts)"
ALONE = "Fisher's exact test against all others"
_chances = lru_cache(4096)(chances)  # few kinds of items stand behind many people


@dataclass(frozen=True)
class Person:
    """One annotator: wrong of `n`, the number that an even spread would give, one-sided p."""

    annotator: int
    n: int
    errors: int
    expected: float
    p: float
    method: str


def between_people(
    answer: Codes, right: Mask, annotator: Codes, item: Codes, limit: Fraction
) -> Proportion | None:
    """Share of pairs of labels by different people on one item that agree, held against `limit`.

    Two right answers agree even where gold accepts both. None where no item has two people.
    """
    said = np.where(right, -1, answer.astype(np.int64))
    one = _pairs(item, said)
    own = _pairs(item, said, annotator)
    agreeing, pairs = one[0] - own[0], one[1] - own[1]
    return _share(agreeing, pairs, limit)


def with_oneself(
    answer: Codes, right: Mask, annotator: Codes, item: Codes, limit: Fraction
) -> Proportion | None:
    """Share of pairs of labels by one person on one item that agree, clustered by item or by person,
    whichever is less sure. None where nobody labelled an item twice."""
    said = np.where(right, -1, answer.astype(np.int64))
    by_item = _share(*_pairs(item, said, annotator), limit)
    by_person = _share(*_pairs(annotator, said, item), limit)
    if by_item is None or by_person is None:
        return None
    return by_item if by_item.p_breach >= by_person.p_breach else by_person


def people(wrong: Mask, annotator: Codes, item: Codes) -> tuple[Person, ...]:
    """Every annotator against the others on the same items, by code.

    Those who share less than half of their items with others are held against all others' labels.
    """
    labels = np.bincount(item)
    errors = np.bincount(item, weights=wrong).astype(np.int64)
    own_pairs, own_labels = np.unique(annotator.astype(np.int64) * len(labels) + item, return_counts=True)
    who, what = own_pairs // len(labels), own_pairs % len(labels)
    own_errors = np.bincount(annotator, weights=wrong).astype(np.int64)
    own_n = np.bincount(annotator)
    edges = np.flatnonzero(np.r_[True, who[1:] != who[:-1], True])
    found = []
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        person, items, mine = int(who[start]), what[start:end], own_labels[start:end]
        n, s = int(own_n[person]), int(own_errors[person])
        shared = labels[items] > mine
        if int(mine[shared].sum()) * 2 >= n:
            p = _tail(labels[items], errors[items], mine, s)
            expected, method = float((mine * errors[items] / labels[items]).sum()), SHARED
        else:
            total, all_errors = len(wrong), int(wrong.sum())
            p = p_breach(total, all_errors, n, s) if n < total else 1.0
            expected, method = n * all_errors / total, ALONE
        found.append(Person(person, n, s, expected, p, method))
    return tuple(found)


def _pairs(cluster: Codes, *keys: NDArray[np.int64] | Codes) -> tuple[Ints, Ints]:
    """By cluster: pairs of rows that agree in the first key, and all pairs, within equal other keys."""
    said, within = keys[0], keys[1:]
    width = int(cluster.max(initial=0)) + 1

    def count(columns: list[NDArray[np.int64]]) -> Ints:
        order = np.lexsort(columns)
        same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
        for column in columns:
            same &= column[order][1:] == column[order][:-1]
        starts = np.flatnonzero(np.r_[len(order) > 0, ~same])
        sizes = np.diff(np.r_[starts, len(order)]).astype(np.int64)
        first = cluster[order[starts]]
        pairs = np.zeros(width, dtype=np.int64)
        np.add.at(pairs, first, sizes * (sizes - 1) // 2)
        return pairs

    groups = [np.asarray(column, dtype=np.int64) for column in (cluster, *within)]
    return count([*groups, np.asarray(said, dtype=np.int64)]), count(groups)


def _share(agreeing: Ints, pairs: Ints, limit: Fraction) -> Proportion | None:
    some = pairs > 0
    if not some.any():
        return None
    return clustered(agreeing[some], pairs[some], limit, confidence=0.95, population_clusters=None)


def _tail(labels: Ints, errors: Ints, mine: Ints, seen: int) -> float:
    """P(at least `seen` errors) if each item's errors fall on its labels by chance.

    Items of equal counts share one characteristic function; its powers multiply (Fourier), to 1e-12.
    """
    kinds, times = np.unique(np.stack([labels, errors, mine]), axis=1, return_counts=True)
    size = int(mine.sum()) + 1
    spectrum = np.ones(size // 2 + 1, dtype=np.complex128)
    for k, count in enumerate(times.tolist()):
        one = _chances(*(int(v) for v in kinds[:, k]))
        spectrum *= np.fft.rfft(one, size) ** count
    tail = np.fft.irfft(spectrum, size) if size > 1 else np.ones(1)
    return float(min(max(tail[seen:].sum(), 1e-12), 1.0)) if seen else 1.0
