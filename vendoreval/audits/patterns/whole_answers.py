"""Whole answers, one row a person and item, for the tests of people: what one answer holds hangs together.

An answer is wrong if any of its units is. Two wrong answers are the same if their wrong units are, to the last
digit. Where nothing was delivered wrongly this tells nothing: everybody who misses an object misses it in the
same way. So answers that miss the same and nothing else play no part in the tests of copying.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.patterns.signs import Labels, labels_of
from vendoreval.audits.units import Counting, counted
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, Outcomes

Ints = NDArray[np.int64]
WORD = "answers"
RIGHT = "(right)"


def whole_answers(outcomes: Outcomes) -> Labels:
    """The answers on gold items of which anything could be scored, as labels.

    `expected` is one class everywhere, `delivered` this class where the answer is right; else a number that
    only the same wrong answers on an item share, or nothing where sameness tells nothing.
    """
    seen = outcomes.take(np.flatnonzero(counted(outcomes, Counting("item"))))
    pairs = np.stack([seen.item.codes, seen.annotator.codes]).astype(np.int64)
    (item, annotator), place = np.unique(pairs, axis=1, return_inverse=True)
    place = np.asarray(place, dtype=np.int64).ravel()
    count = len(item)
    wrong = np.bincount(place[~seen.right], minlength=count) > 0
    kind = np.where(wrong, _alike(seen, place, item, count), 0)
    first = np.unique(place, return_index=True)[1]
    values = (RIGHT, *(f"wrong {k}" for k in range(1, int(kind.max(initial=0)) + 1)))
    one = seen.take(first)
    flat = Outcomes(
        Coded(item.astype(np.int32), seen.item.values), np.zeros(count, dtype=np.int32),
        Coded(annotator.astype(np.int32), seen.annotator.values), one.labelled_at,
        Coded(np.zeros(count, dtype=np.int32), values), Coded(kind.astype(np.int32), values),
        np.where(wrong, CODE["wrong_label"], CODE["correct"]).astype(np.int8), one.score, one.severity,
    )  # fmt: skip
    return labels_of(flat, WORD)


def _alike(seen: Outcomes, place: Ints, item: Ints, count: int) -> Ints:
    """1, 2 … for the different wrong answers of an item; -1 for those that miss the same units and no more."""
    where = seen.where.text() if seen.where is not None else [None] * len(seen)
    said: list[list[tuple[int, int, int, str]]] = [[] for _ in range(count)]
    for row in np.flatnonzero(~seen.right).tolist():
        sides = int(seen.expected.codes[row]), int(seen.delivered.codes[row])
        said[place[row]].append((int(seen.outcome[row]), *sides, where[row] or ""))
    keys = [(here, tuple(sorted(units))) for here, units in zip(item.tolist(), said, strict=True)]
    often = Counter(keys)
    number: dict[object, int] = {}
    used: Counter[int] = Counter()
    found = np.full(count, -1, dtype=np.int64)
    for answer, (here, units) in enumerate(keys):
        if often[here, units] == 1 or any(delivered >= 0 for _, _, delivered, _ in units):
            if (here, units) not in number:
                used[here] += 1
                number[here, units] = used[here]
            found[answer] = number[here, units]
    return found
