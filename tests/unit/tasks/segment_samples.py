"""Panoptic images as maps of segments, and panoptic quality as its paper defines it, pixel by pixel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.unit.tasks import box_samples
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.runs import runs_from_pixels
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.panoptic import TYPE

PANOPTIC = SHAPES["panoptic"]
LABELS = ("car", "dog", "road", "sky")
STUFF = ("road", "sky")
Map = NDArray[np.int64]  # of segments by number; 0 is none


@dataclass(frozen=True)
class Image:
    """Which segment each pixel belongs to, each segment's class, and those that gold ignores."""

    pixels: Map
    classes: Mapping[int, str]
    ignored: frozenset[int] = frozenset()

    def segments(self) -> dict[int, str]:
        """Those that have a pixel and are not ignored."""
        there = set(np.unique(self.pixels).tolist())
        return {n: name for n, name in self.classes.items() if n in there and n not in self.ignored}

    def rows(self) -> list[dict[str, Any]]:
        """A row a segment."""
        height, width = self.pixels.shape
        size = {"width": width, "height": height}
        return [
            {"label": name, **size, "runs": runs_from_pixels(self.pixels == n).tolist()}
            | ({"ignored": True} if n in self.ignored else {})
            for n, name in self.classes.items() if (self.pixels == n).any()
        ]  # fmt: skip


def drawn(text: str, classes: Mapping[str, str], ignored: str = "") -> Image:
    """From lines of letters; `.` is no segment."""
    letters = [list(line) for line in text.split()]
    numbers = {letter: n for n, letter in enumerate(classes, start=1)}
    pixels = np.asarray([[numbers.get(letter, 0) for letter in line] for line in letters], dtype=np.int64)
    return Image(
        pixels, {numbers[letter]: name for letter, name in classes.items()},
        frozenset(numbers[letter] for letter in ignored),
    )  # fmt: skip


def task(**matching: Any) -> Task:
    """A task of segments."""
    return Task("panoptic", LABELS, matching={"stuff": list(STUFF), **matching})


def gold_of(items: Mapping[str, Image]) -> GoldSet:
    """Gold by item."""
    return box_samples.gold_of({item: one.rows() for item, one in items.items()}, PANOPTIC)


def delivery_of(sheets: Mapping[tuple[str, str], Image]) -> LabelTable:
    """What each (item, annotator) answered."""
    return box_samples.delivery_of({(item, who): one.rows() for (item, who), one in sheets.items()}, PANOPTIC)


def judged(gold: Image, given: Image, rule: Task | None = None) -> Outcomes:
    """One person's answer on one image against gold."""
    return TYPE.compare(gold_of({"i": gold}), delivery_of({("i", "a"): given}), rule or task())


@dataclass
class Quality:
    """Of one class: what the paper counts."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    iou: Fraction = Fraction(0)

    @property
    def pq(self) -> Fraction:
        """Panoptic quality."""
        return 2 * self.iou / (2 * self.tp + self.fp + self.fn)


def paper(images: Sequence[tuple[Image, Image]]) -> dict[str, Quality]:
    """Kirillov et al. 2019, sections 4.1 and 4.2: void is what gold ignores or leaves without a segment."""
    found: dict[str, Quality] = {}
    for gold, given in images:
        void = np.isin(gold.pixels, [0, *gold.ignored])
        expected, delivered = gold.segments(), given.segments()
        areas = Counter(given.pixels[~void].tolist())
        taken: set[int] = set()
        for g, name in expected.items():
            mine = found.setdefault(name, Quality())
            mine.fn += 1
            for p, other in delivered.items():
                shared = int(((gold.pixels == g) & (given.pixels == p)).sum())
                union = int((gold.pixels == g).sum()) + areas[p] - shared
                if other == name and 2 * shared > union:
                    mine.tp, mine.fn, mine.iou = mine.tp + 1, mine.fn - 1, mine.iou + Fraction(shared, union)
                    taken.add(p)
        for p, name in delivered.items():
            on_void = int(((given.pixels == p) & void).sum())
            if p not in taken and 2 * on_void <= int((given.pixels == p).sum()):
                found.setdefault(name, Quality()).fp += 1
    return found
