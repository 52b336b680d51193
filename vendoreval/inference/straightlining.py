"""Answers given without looking: long runs of one label, one label for everything, answers that come too fast.

Each test is adjusted by Holm's method over annotators, so that the chance that any of them is wrongly
named stays below the level, if its null hypothesis holds:

- `straight_lines`, run: among items of the same class (by `reference`: gold or consensus) the order of an
  annotator's labels is accidental. A run is judged by the exact chance that its items would all carry this
  label if the labels were dealt anew within each class, times the number of places and labels at which a
  run so improbable could begin (union bound).
- `straight_lines`, one answer: at most half of the answers are given without looking. So of the items that
  are of another class, a label falls on (1 + s) / 2 at most, s being the others' share. Only a label on
  ONE_ANSWER of all items is judged.
- `one_answer_to_all`: the same for answers that are no classes, on items where others answered otherwise.
- `too_fast`: the annotator's usual time is not below FAST of the others' median on the same item (sign
  test).

Rows are parallel and, for runs, in working order within each annotator. Rows with a negative code are
left out. These tests say whom to look at; an error rate is shown by gold only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from vendoreval.inference.binomial import at_least
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.ordering import by_code, starts_of
from vendoreval.inference.tally import Codes, Ints

Floats = NDArray[np.float64]
ALPHA = 0.01
LEAST = 20  # labels of an annotator
ONE_ANSWER = 0.9
FAST = 1 / 3
_RUNS = 5  # longest runs of an annotator that are judged; fewer can only make the test milder


@dataclass(frozen=True)
class StraightLine:
    """An annotator who gives `label` without looking.

    kind "run": `length` times in a row from the annotator's row `start` on (0 is the first of `n`).
    kind "one answer": on `length` of all `n` items. q is p adjusted for all tests.
    """

    code: int
    kind: str
    label: int
    n: int
    length: int
    start: int
    p: float
    q: float


@dataclass(frozen=True)
class Fast:
    """An annotator who takes less than FAST of the others' median time on `fast` of `n` compared items.

    `ratio` is the usual time over that of the others on the same item.
    """

    code: int
    n: int
    fast: int
    ratio: float
    p: float
    q: float


def straight_lines(
    annotator: Codes, label: Codes, reference: Codes, alpha: float = ALPHA
) -> tuple[StraightLine, ...]:
    """Annotators with improbable runs, or with one answer for everything; by annotator code.

    `reference` is the class of each row's item, by gold or consensus. With a consensus all items can take
    part; items of unlike classes must not be lumped together, so one without a class is left out.
    """
    known = np.flatnonzero((annotator >= 0) & (label >= 0) & (reference >= 0))
    annotator, label, reference = annotator[known], label[known], reference[known]
    width = int(max(label.max(initial=0), reference.max(initial=0))) + 1
    classes = reference.astype(np.int64)
    totals = np.bincount(classes * width + label, minlength=width * width).reshape(width, width)
    tests: list[StraightLine] = []
    for code, rows in rows_of_each(annotator):
        if len(rows) >= LEAST:
            own = np.bincount(classes[rows] * width + label[rows], minlength=totals.size).reshape(totals.shape)
            tests.append(_longest(code, label[rows], classes[rows], own))
            tests.append(_one_answer(code, own, totals - own))
    adjusted = holm([test.p for test in tests]).tolist()
    return tuple(
        StraightLine(**{**vars(test), "q": q}) for test, q in zip(tests, adjusted, strict=True) if q <= alpha
    )


def one_answer_to_all(
    item: Codes, annotator: Codes, content: Codes, alpha: float = ALPHA
) -> tuple[StraightLine, ...]:
    """People who give one and the same answer to (nearly) every item, where answers are no classes.

    Tested as one class is, on the items on which somebody else gave another answer: at most half of the
    answers are given without looking, so that this answer falls on (1 + s) / 2 of them at most, s being the
    others' share of it.
    """
    tests: list[StraightLine] = []
    for code, rows in rows_of_each(annotator):
        values, counts = np.unique(content[rows], return_counts=True)
        usual, n = int(values[counts.argmax()]), len(rows)
        if n < LEAST or counts.max() < ONE_ANSWER * n:
            continue
        others = np.flatnonzero((annotator >= 0) & (annotator != code) & np.isin(item, item[rows]))
        differs = np.isin(item[others], item[others][content[others] != usual])
        mine = np.isin(item[rows], item[others][differs])
        if not mine.any():
            continue
        share = float((content[others][differs] == usual).mean())
        given = int((content[rows][mine] == usual).sum())
        p = at_least(given, int(mine.sum()), (1 + share) / 2)
        tests.append(StraightLine(code, "one answer", usual, n, int(counts.max()), 0, p, 1.0))
    adjusted = holm([test.p for test in tests]).tolist()
    return tuple(
        StraightLine(**{**vars(test), "q": q}) for test, q in zip(tests, adjusted, strict=True) if q <= alpha
    )


def too_fast(item: Codes, annotator: Codes, seconds: Floats, alpha: float = ALPHA) -> tuple[Fast, ...]:
    """Annotators who usually take less than FAST of the time that others take on the same items."""
    known = np.flatnonzero((item >= 0) & (annotator >= 0) & np.isfinite(seconds) & (seconds >= 0))
    item, annotator, seconds = item[known], annotator[known], seconds[known]
    others = _others_median(item, seconds)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = seconds / others
    tests: list[Fast] = []
    for code, mine in rows_of_each(np.where(np.isfinite(ratio), annotator, -1)):
        if len(mine) >= LEAST:
            fast = int((ratio[mine] < FAST).sum())
            usual = float(np.median(ratio[mine]))
            tests.append(Fast(code, len(mine), fast, usual, at_least(fast, len(mine), 0.5), 1.0))
    adjusted = holm([test.p for test in tests]).tolist()
    return tuple(Fast(**{**vars(test), "q": q}) for test, q in zip(tests, adjusted, strict=True) if q <= alpha)


def rows_of_each(annotator: Codes) -> list[tuple[int, Ints]]:
    """Each annotator's code and rows, in row order; rows with a negative code belong to nobody."""
    rows = np.flatnonzero(annotator >= 0)
    if not len(rows):
        return []
    order = rows[by_code(annotator[rows])]
    begin = starts_of(annotator[order])
    return list(zip(annotator[order[begin]].tolist(), np.split(order, begin[1:]), strict=True))


def longest_run(label: Codes) -> int:
    """The length of the longest run of equal labels ("longstring" of the R package careless)."""
    return int(_runs(label)[1].max(initial=0))


def _runs(label: Codes) -> tuple[Ints, Ints]:
    """Start and length of each run."""
    starts = starts_of(label)
    return starts, np.diff(np.append(starts, len(label)))


def _longest(code: int, label: Codes, classes: Ints, own: Ints) -> StraightLine:
    """The most improbable of an annotator's longest runs."""
    width = own.shape[1]
    places = math.log(len(label) * np.count_nonzero(own.sum(axis=0)))
    best = StraightLine(code, "run", int(label[0]), len(label), 0, 0, 1.0, 1.0)
    starts, lengths = _runs(label)
    first = np.argsort(-lengths, kind="stable")[:_RUNS]
    for start, length in zip(starts[first].tolist(), lengths[first].tolist(), strict=True):
        given = int(label[start])
        inside = np.bincount(classes[start : start + length], minlength=width)
        chance = (_log_falling(own[:, given], inside) - _log_falling(own.sum(axis=1), inside)).sum()
        p = math.exp(min(chance + places, 0.0))
        if p < best.p:
            best = StraightLine(code, "run", given, len(label), length, start, p, 1.0)
    return best


def _log_falling(start: Ints, length: Ints) -> Floats:
    value: Floats = gammaln(start + 1.0) - gammaln(start - length + 1.0)
    return value


def _one_answer(code: int, own: Ints, others: Ints) -> StraightLine:
    """The annotator's most frequent label on items of other classes, against half-blind answers."""
    n = int(own.sum())
    given = int(own.sum(axis=0).argmax())
    length = int(own[:, given].sum())
    p = 1.0
    if length >= ONE_ANSWER * n:
        elsewhere = np.delete(np.arange(len(own)), given)
        count = own[elsewhere].sum(axis=1)
        share = others[elsewhere, given] / np.maximum(others[elsewhere].sum(axis=1), 1)
        share = np.where(others[elsewhere].sum(axis=1) > 0, share, 1.0)
        items, said = int(count.sum()), int(own[elsewhere, given].sum())
        if items:
            mean = float((count * (1 + share) / 2).sum()) / items
            p = at_least(said, items, mean) if said >= items * mean + 1 or said == items else 1.0
    return StraightLine(code, "one answer", given, n, length, 0, p, 1.0)


def _others_median(item: Codes, seconds: Floats) -> Floats:
    """For each row, the median of its item's other rows; NaN where there are fewer than two."""
    order = np.argsort(seconds)
    order = order[by_code(item[order])]
    begin = starts_of(item[order])
    sizes = np.diff(np.append(begin, len(order)))
    first, size = np.repeat(begin, sizes), np.repeat(sizes, sizes)
    place = np.arange(len(order)) - first
    value = seconds[order]
    rest = size - 1
    enough = rest >= 2
    low, high = np.maximum(rest - 1, 0) // 2, rest // 2
    low, high = low + (low >= place), high + (high >= place)
    last = len(order) - 1
    middle = (value[np.minimum(first + low, last)] + value[np.minimum(first + high, last)]) / 2
    result = np.full(len(order), np.nan)
    result[order] = np.where(enough, middle, np.nan)
    return result
