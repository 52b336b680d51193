"""Are people of one mind, with each other and with themselves?

Two people who are each right with a share of A give different answers on at most 2 (1 - A) of the items,
however their errors depend on each other; and so does one person asked twice. Both bounds need no model.
A person is weaker than colleagues when more of the errors on shared items are the person's than an even
spread of each item's errors over its labels would give: exact, and fair to those with the hard items.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vendoreval.inference.comparing import Codes, Mask
from vendoreval.inference.hypergeometric import chances, p_breach
from vendoreval.inference.ordering import by_codes, dense, starts_of
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
    said = np.where(right, -1, answer)
    one = _pairs(item, said)
    own = _pairs(item, said, annotator)
    agreeing, pairs = one[0] - own[0], one[1] - own[1]
    return _share(agreeing, pairs, limit)


def with_oneself(
    answer: Codes, right: Mask, annotator: Codes, item: Codes, limit: Fraction
) -> Proportion | None:
    """Share of pairs of labels by one person on one item that agree, clustered by item or by person,
    whichever is less sure. None where nobody labelled an item twice."""
    said = np.where(right, -1, answer)
    by_item = _share(*_pairs(item, said, annotator), limit)
    if by_item is None:
        return None
    by_person = _share(*_pairs(annotator, said, item), limit)
    assert by_person is not None
    return by_item if by_item.p_breach >= by_person.p_breach else by_person


def people(wrong: Mask, annotator: Codes, item: Codes) -> tuple[Person, ...]:
    """Every annotator against the others on the same items, by code.

    Those who share less than half of their items with others are held against all others' labels.
    """
    labels = np.bincount(item)
    errors = np.bincount(item, weights=wrong).astype(np.int64)
    rows = by_codes(annotator, item)
    begin = starts_of(annotator[rows], item[rows])
    who, what = annotator[rows[begin]], item[rows[begin]]
    counts = np.stack([labels[what], errors[what], np.diff(np.append(begin, len(rows)))])
    even = counts[2] * counts[1] / counts[0]
    own_errors = np.bincount(annotator, weights=wrong).astype(np.int64)
    own_n = np.bincount(annotator)
    edges = starts_of(who)
    kinds = _kinds(counts, edges)
    total, all_errors = len(wrong), int(wrong.sum())
    found = []
    for k, (start, end) in enumerate(zip(edges.tolist(), [*edges[1:].tolist(), len(who)], strict=True)):
        person, mine = int(who[start]), counts[2, start:end]
        n, s = int(own_n[person]), int(own_errors[person])
        if int(mine[counts[0, start:end] > mine].sum()) * 2 >= n:
            p = _tail(kinds[k], n, s)
            expected, method = float(even[start:end].sum()), SHARED
        else:
            p = p_breach(total, all_errors, n, s) if n < total else 1.0
            expected, method = n * all_errors / total, ALONE
        found.append(Person(person, n, s, expected, p, method))
    return tuple(found)


def _kinds(counts: Ints, edges: Ints) -> list[list[tuple[int, int, int, int]]]:
    """By person: the labels and errors of an item and the labels of its own, and on how many items they are so.

    `counts` has a column an item of a person, whose first one is at `edges`.
    """
    key = np.zeros(counts.shape[1], dtype=np.int64)
    for row in counts:
        key = key * (int(row.max(initial=0)) + 1) + row
    person = np.repeat(np.arange(len(edges)), np.diff(np.append(edges, len(key))))
    order = by_codes(person, dense(key)[1])
    begin = starts_of(person[order], key[order])
    times = np.diff(np.append(begin, len(key)))
    found: list[list[tuple[int, int, int, int]]] = [[] for _ in range(len(edges))]
    kinds = (column.tolist() for column in (*counts[:, order[begin]], times))
    for k, labels, errors, mine, count in zip(person[order[begin]].tolist(), *kinds, strict=True):
        found[k].append((labels, errors, mine, count))
    return found


def _pairs(cluster: Codes, said: Codes, *within: Codes) -> tuple[Ints, Ints]:
    """By cluster: pairs of rows that said the same, and all pairs, within equal codes of the others."""
    groups, width = (cluster, *within), int(cluster.max(initial=0)) + 1
    order = by_codes(*groups)
    sizes = np.diff(np.append(starts_of(*(column[order] for column in groups)), len(order)))
    rows = order[np.repeat(sizes > 1, sizes)]
    sizes = sizes[sizes > 1]
    run = np.repeat(np.arange(len(sizes)), sizes)
    rows = rows[by_codes(run, said[rows])]

    def count(starts: Ints) -> Ints:
        sizes = np.diff(np.append(starts, len(rows)))
        pairs = np.bincount(cluster[rows[starts]], weights=sizes * (sizes - 1) // 2, minlength=width)
        return pairs.astype(np.int64)

    return count(starts_of(run, said[rows])), count(starts_of(run))


def _share(agreeing: Ints, pairs: Ints, limit: Fraction) -> Proportion | None:
    some = pairs > 0
    if not some.any():
        return None
    return clustered(agreeing[some], pairs[some], limit, confidence=0.95, population_clusters=None)


def _tail(kinds: Sequence[tuple[int, int, int, int]], n: int, seen: int) -> float:
    """P(at least `seen` errors on `n` labels) if each item's errors fall on its labels by chance.

    Items of equal counts share one characteristic function; its powers multiply (Fourier), to 1e-12.
    """
    if not seen:
        return 1.0
    spectrum = np.ones((n + 1) // 2 + 1, dtype=np.complex128)
    for labels, errors, mine, count in kinds:
        spectrum *= np.fft.rfft(_chances(labels, errors, mine), n + 1) ** count
    tail = np.fft.irfft(spectrum, n + 1)
    return float(min(max(tail[seen:].sum(), 1e-12), 1.0))
