"""Objects followed through a video: boxes matched frame by frame, and tracks over the whole clip.

An item is a clip. Its boxes are units of level "object", matched one to one within each frame by intersection
÷ union, whatever track they belong to; so they are judged as the boxes of as many images. Who is who is judged
apart, by units of the levels "track" and "link" (tasks.track_identity).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.box_overlap import EDGES, box_pairs
from vendoreval.tasks.boxes import box_texts
from vendoreval.tasks.many_units import ManyUnits
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.part_outcomes import compared
from vendoreval.tasks.parts import Pairs, Side, Units
from vendoreval.tasks.track_identity import with_identity

Ints = NDArray[np.int64]
_MOST = 1 << 31  # numbers of groups and first keys lie below it (tasks.pairing, tasks.parts)


@dataclass(frozen=True)
class Tracks(ManyUnits):
    """Any number of boxes a clip; a row is one box of one track in one frame."""

    shape: Shape = SHAPES["tracks"]

    def compare(self, gold: GoldSet, labels: LabelTable, task: Task) -> Outcomes:
        """One outcome a box, matched one to one in each frame, then one a track and one a link."""
        return with_identity(compared(self, gold, labels, task), gold.labels, labels, task)

    def distance_words(self, task: Task) -> str:
        """What `distance` measures."""
        return "1 - IDF1 of the tracks of one class"

    def describe(self, labels: LabelTable, row: int) -> str:
        """`frame 12, track 3: box 12,40 to 80,90`."""
        return _texts(labels, np.asarray([row]))[0]

    def units(self, labels: LabelTable, task: Task) -> Units:
        """Each row; its content are its frame, its edges, its angle, and last the name of its track."""
        place = _one_number(labels.numbers("frame"), labels.numbers("x_min"))
        keys = [place, *(labels.numbers(name) for name in EDGES[1:])]
        if "angle" in labels.answers:
            keys.append(labels.numbers("angle"))
        track = labels.text("track_id")
        rank = np.empty(len(track.values), dtype=np.int64)
        rank[np.argsort(np.asarray(track.values, dtype=object))] = np.arange(len(rank))
        return Units(np.arange(len(labels)), (*keys, rank[track.codes]))

    def pairs(self, expected: Side, delivered: Side, task: Task) -> Pairs:
        """Boxes of one frame whose intersection ÷ union reaches the contract's limit."""
        return box_pairs(expected, delivered, task, _frames(expected, delivered))

    def wholes(self, side: Side) -> Ints:
        """Each box's track, by person and item."""
        labels = side.labels
        people = len(labels.annotator.values) + 1
        key = (side.item * people + labels.annotator.codes + 1) * (len(labels.text("track_id").values) + 1)
        found: Ints = np.unique(key + labels.text("track_id").codes, return_inverse=True)[1].astype(np.int64)
        return found

    def where(self, side: Side, units: Ints) -> list[str]:
        """As `describe`."""
        return _texts(side.labels, side.units.row[units])


TYPE = Tracks()


def _frames(*sides: Side) -> tuple[Ints, Ints]:
    """A number for each frame of each clip, the same on both sides."""
    frames = [side.labels.numbers("frame") for side in sides]
    number = _one_number(np.concatenate([side.item for side in sides]), np.concatenate(frames))
    return number[: len(frames[0])], number[len(frames[0]) :]


def _one_number(first: Ints, second: Ints) -> Ints:
    """A number below 2**31 for each two numbers, in their order."""
    if not len(first):
        return first
    width = int(second.max()) - int(second.min()) + 1
    if (int(first.max()) - int(first.min()) + 1) * width < _MOST:
        number: Ints = (first - first.min()) * width + (second - second.min())
        return number
    _, ranks = np.unique(second, return_inverse=True)
    inverse: Ints = np.unique((first - first.min()) * _MOST + ranks, return_inverse=True)[1]
    return inverse.astype(np.int64)


def _texts(labels: LabelTable, rows: Ints) -> list[str]:
    """How the boxes of these rows are called, with their frames and tracks."""
    frames, tracks = labels.numbers("frame")[rows].tolist(), labels.text("track_id").take(rows).text()
    listed = zip(frames, tracks, box_texts(labels, rows), strict=True)
    return [f"frame {frame}, track {track}: {text}" for frame, track, text in listed]
