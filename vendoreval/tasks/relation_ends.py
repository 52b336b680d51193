"""The two ends of relations: where they stand, and how they are shown in their text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.columns import Coded
from vendoreval.labels.notation import folded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.parts import Side
from vendoreval.tasks.span_pairs import Places
from vendoreval.tasks.span_texts import AROUND, in_context, item_texts

Ints = NDArray[np.int64]
ENDS = ("head", "tail")


@dataclass(frozen=True, eq=False)
class Ends:
    """The places and the labels of both ends of each unit, head first; case and blanks tell no labels apart."""

    places: tuple[Places, Places]
    labels: tuple[Coded, Coded]

    @classmethod
    def of(cls, side: Side) -> Ends:
        """The ends of a side's units."""
        row, labels = side.units.row, side.labels
        none = Coded(np.full(len(row), -1, dtype=np.int32), ())
        places = [
            Places(side.item, labels.numbers(f"{end}_start")[row], labels.numbers(f"{end}_end")[row], none)
            for end in ENDS
        ]
        names = [end_labels(labels, end).read_as(folded).take(row) for end in ENDS]
        return cls((places[0], places[1]), (names[0], names[1]))

    def exchanged(self) -> Ends:
        """With the tails first."""
        return Ends(self.places[::-1], self.labels[::-1])


def end_labels(labels: LabelTable, end: str) -> Coded:
    """The labels of all heads or tails; none where they are not told."""
    column = labels.answers.get(f"{end}_label")
    return column if isinstance(column, Coded) else Coded(np.full(len(labels), -1, dtype=np.int32), ())


def described(labels: LabelTable, rows: Ints) -> list[str]:
    """`relation from 7–14 PER to 28–48 ORG: Doctor [Ada Moe] works at the [University of Bergen] in Norway.`"""
    texts = item_texts(labels.sheets)
    borders = [
        [labels.numbers(f"{end}_{border}")[rows].tolist() for border in ("start", "end")] for end in ENDS
    ]
    names = [end_labels(labels, end).take(rows).text() for end in ENDS]
    items = labels.item.take(rows).text()
    found = []
    for at, item in enumerate(items):
        ends = [(starts[at], stops[at]) for starts, stops in borders]
        said = [f"{a}–{b} {name[at] or ''}".rstrip() for (a, b), name in zip(ends, names, strict=True)]
        shown = _shown(texts[item], ends) if item in texts else ""
        found.append(f"relation from {said[0]} to {said[1]}{shown}")
    return found


def _shown(text: str, ends: list[tuple[int, int]]) -> str:
    if any(start >= end for start, end in ends):
        return ", of which one is empty or ends before it begins"
    if min(ends)[0] < 0 or max(end for _, end in ends) > len(text):
        return f", which reaches outside its text of {len(text):,} characters"
    first, second = sorted(ends)
    if second[0] - first[1] <= 3 * AROUND:
        return f": {in_context(text, [first, second])}"
    return f": {in_context(text, [first])} … {in_context(text, [second])}"
