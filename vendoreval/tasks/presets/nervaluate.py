"""The figures of nervaluate 1.2.1 for spans: a tool's number beside the contract's.

Its four schemes take the delivered spans one after the other and give each the first gold span that is still
free and fits: another order of rows gives other figures. Here both sides stand in the order of start, end and
label, as its readers of tags have them. The covered share of the gold span decides, in floating numbers, as
there; its ends are inclusive, so spans that only touch share nothing. Spans in pieces count as a whole.

    correct    correct         incorrect    wrong_label, or imprecise where the labels agree
    partial    imprecise, half a point      missed, spurious    missing, extra
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.tasks.outcomes import CODE, ONE, Outcomes
from vendoreval.tasks.parts import Pairs, Side

VERSION = "nervaluate 1.2.1, rows by start, end and label"
Ints = NDArray[np.int64]
_COUNTED = {
    "correct": ("correct",), "incorrect": ("wrong_label", "imprecise"), "missed": ("missing",),
    "spurious": ("extra",),
}  # fmt: skip


@dataclass(frozen=True)
class _Span:
    unit: int
    start: int
    end: int
    label: int

    def share_of(self, other: _Span) -> float:
        """How much of this span the other one covers, in percent."""
        common = min(self.end, other.end) - max(self.start, other.start)
        return common / (self.end - self.start) * 100.0 if common > 0 else 0.0

    def same(self, other: _Span) -> bool:
        return self.start == other.start and self.end == other.end


def greedy_pairs(
    expected: Side,
    delivered: Side,
    labels: tuple[NDArray[np.int32], NDArray[np.int32]],
    mode: str,
    share: Fraction,
) -> Pairs:
    """The pairs that the scheme of that name (strict, exact, partial, type) forms on each sheet."""
    gold, given = _spans(expected, labels[0]), _spans(delivered, labels[1])
    alternative = expected.labels.alternative
    answer = np.zeros(len(expected.labels), np.int64) if alternative is None else alternative
    answers = _groups(gold, expected.item, answer[expected.units.row])
    sheets = _groups(given, delivered.item, delivered.labels.annotator.codes[delivered.units.row])
    found = [
        pair
        for item, mine in sheets.items()
        for theirs in answers.get(item, {}).values()
        for sheet in mine.values()
        for pair in _scheme(theirs, sheet, mode, float(share * 100))
    ]
    columns = (
        [np.asarray(column, dtype=np.int64) for column in zip(*found, strict=True)]
        if found
        else [np.empty(0, dtype=np.int64)] * 3
    )
    e, d, score = columns
    same = (labels[0][e] == labels[1][d]) | (score > 0)
    return Pairs(e, d, score, precise=score == ONE, same=same, similarity=np.full(len(e), ONE))


def counts(outcomes: Outcomes) -> dict[str, float]:
    """What it counts in one scheme, and precision, recall and F1, from the preset's outcomes in that mode.

    0 where nothing is to be divided by, as there.
    """
    objects, found = outcomes.take(outcomes.at("object")), {}
    half = objects.score == ONE // 2
    for name, kinds in _COUNTED.items():
        found[name] = int(np.count_nonzero(np.isin(objects.outcome, [CODE[kind] for kind in kinds]) & ~half))
    found["partial"] = int(np.count_nonzero(half))
    actual = len(objects) - found["missed"]
    possible = len(objects) - found["spurious"]
    points = found["correct"] + found["partial"] / 2
    precision, recall = points / actual if actual else 0.0, points / possible if possible else 0.0
    f1 = 2 * precision * recall / (precision + recall) if points else 0.0
    return {**found, "precision": precision, "recall": recall, "f1": f1}


def _spans(side: Side, labels: NDArray[np.int32]) -> list[_Span]:
    row = side.units.row
    columns = (
        side.labels.numbers("start")[row].tolist(),
        side.labels.numbers("end")[row].tolist(),
        labels.tolist(),
    )
    return [_Span(unit, *content) for unit, content in enumerate(zip(*columns, strict=True))]


def _groups(spans: Sequence[_Span], item: Ints, part: NDArray[np.integer]) -> dict[int, dict[int, list[_Span]]]:
    """The spans of each part (a sheet, an alternative answer) of each item, in the order that counts."""
    found: dict[int, dict[int, list[_Span]]] = {}
    for span in sorted(spans, key=lambda one: (one.start, one.end, one.label)):
        found.setdefault(int(item[span.unit]), {}).setdefault(int(part[span.unit]), []).append(span)
    return found


def _scheme(
    gold: Sequence[_Span], given: Sequence[_Span], mode: str, least: float
) -> Iterator[tuple[int, int, int]]:
    """Units that are paired, with the pair's score."""
    free = list(gold)
    choose = _closest if mode == "type" else _first(mode)
    for one in given:
        near = [other for other in free if other.share_of(one) >= least]
        partner, score = choose(one, free, near)
        if partner is not None:
            free.remove(partner)
            yield partner.unit, one.unit, score


_Choice = tuple[_Span | None, int]


def _first(mode: str) -> Callable[[_Span, Sequence[_Span], Sequence[_Span]], _Choice]:
    """The first one with the same borders (and label), else the first one that is near."""

    def choose(one: _Span, free: Sequence[_Span], near: Sequence[_Span]) -> _Choice:
        fits = [other for other in free if other.same(one) and (mode != "strict" or other.label == one.label)]
        if fits:
            return fits[0], ONE
        return (near[0], ONE // 2 if mode == "partial" else 0) if near else (None, 0)

    return choose


def _closest(one: _Span, free: Sequence[_Span], near: Sequence[_Span]) -> _Choice:
    """The near one of the same label whose borders are closest, else the first near one."""
    alike = [other for other in near if other.label == one.label]
    if alike:
        return min(alike, key=lambda other: abs(other.start - one.start) + abs(other.end - one.end)), ONE
    return (near[0], 0) if near else (None, 0)
