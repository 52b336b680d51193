"""Who is who in a clip: whole tracks held against whole tracks, and what follows each gold track.

Boxes of gold and delivery are *near* where one frame has both and they reach the contract's `iou`.

    track   Each gold track has at most one delivered track, and each delivered one at most one of gold's, so
            that the mapped tracks have the most near boxes of all mappings (Ristani et al., Performance
            measures and a data set for multi-target, multi-camera tracking, 2016). A track's score is its own
            IDF1: 2 × near boxes ÷ the boxes of both tracks. It is `correct` where that is the contract's
            `followed` at least, and the classes that most boxes of both tracks have agree; `wrong_label`,
            `imprecise` likewise; `missing` or `extra` without a partner. `size` counts the boxes of both.

    link    Boxes are matched once more within each frame: pairs of mapped tracks first, then the largest
            sum of overlaps. Each matched box of gold is a unit: `correct`, or `wrong_attribute` where the
            delivered track is another one than at the last matched box of its gold track: an identity
            switch. Its score is the association of the two tracks that it belongs to (Luiten et al., HOTA,
            2020): their matched boxes ÷ (the boxes of both − their matched boxes).

Nothing of this hangs on the order of rows or on the names of tracks. What cannot be scored counts in neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.limits import at_least
from vendoreval.tasks.matching import assign
from vendoreval.tasks.merging import merged
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes
from vendoreval.tasks.part_outcomes import Compared
from vendoreval.tasks.rules import matching_value

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_MAPPED = 2 * ONE  # what a pair of mapped tracks weighs more than any overlap


@dataclass(frozen=True, eq=False)
class TrackBoxes:
    """The scored boxes of one side and the tracks they form, sheet by sheet, each in an order of content.

    Of each box: its outcome, its row of the label table and its track. Of each track: its sheet, its number of
    boxes, and its first box of the class that most of its boxes have.
    """

    outcome: Ints
    row: Ints
    track: Ints
    sheet_of: Ints
    boxes: Ints
    first: Ints


@dataclass(frozen=True, eq=False)
class Near:
    """Near boxes, by their numbers in both sides' TrackBoxes, and how near they are in billionths."""

    expected: Ints
    delivered: Ints
    similarity: Ints


@dataclass(frozen=True, eq=False)
class Clips:
    """All sheets of all clips: the boxes of both sides, which are near, and which tracks are mapped.

    `common` counts the near boxes of each mapped pair of tracks.
    """

    expected: TrackBoxes
    delivered: TrackBoxes
    near: Near
    mapped: tuple[Ints, Ints]
    common: Ints


def with_identity(boxes: Compared, gold: LabelTable, labels: LabelTable, task: Task) -> Outcomes:
    """The outcomes of boxes, and after those of each item the outcomes of its tracks and links."""
    clips = clips_of(boxes, gold, labels)
    found = replace(boxes.outcomes, size=np.ones(len(boxes.outcomes), dtype=np.int64))
    return merged(found, _tracks(found, clips, gold, labels, task), _links(found, clips, gold, labels))


def clips_of(boxes: Compared, gold: LabelTable, labels: LabelTable) -> Clips:
    """The scored boxes, and the best mapping of their tracks."""
    found = boxes.outcomes
    expected = _boxes(found, found.expected_row, gold, found.expected)
    delivered = _boxes(found, found.delivered_row, labels, found.delivered)
    near = _near(boxes, expected, delivered, len(gold), len(labels))
    width = len(delivered.boxes) + 1
    pair, _, common, _ = distinct(expected.track[near.expected] * width + delivered.track[near.delivered])
    e, d = pair // width, pair % width
    chosen = assign(e, d, common, np.ones(len(pair), dtype=np.bool_))
    return Clips(expected, delivered, near, (e[chosen], d[chosen]), common[chosen])


def matched_boxes(clips: Clips) -> Near:
    """The boxes matched within frames, those of mapped tracks first; by gold track, then by frame."""
    near, partner = clips.near, np.full(len(clips.expected.boxes), -1, dtype=np.int64)
    partner[clips.mapped[0]] = clips.mapped[1]
    own = partner[clips.expected.track[near.expected]] == clips.delivered.track[near.delivered]
    weight = near.similarity + own * _MAPPED
    chosen = assign(near.expected, near.delivered, weight, np.ones(len(weight), dtype=np.bool_))
    # a side's boxes stand frame by frame, so that a track's boxes come in the order of frames
    of_box = np.full(len(clips.expected.row), -1, dtype=np.int64)
    of_box[near.expected[chosen]] = chosen
    chosen = of_box[of_box >= 0]
    track = clips.expected.track[near.expected[chosen]]
    few = len(clips.expected.boxes) < np.iinfo(np.int16).max  # such numbers are sorted by counting
    chosen = chosen[np.argsort(track.astype(np.int16) if few else track, kind="stable")]
    return Near(near.expected[chosen], near.delivered[chosen], near.similarity[chosen])


def _boxes(found: Outcomes, rows: Ints | None, labels: LabelTable, label: Coded) -> TrackBoxes:
    """The boxes of one side that are scored, by sheet and frame."""
    assert rows is not None
    outcome = np.flatnonzero(found.at("object") & (rows >= 0) & (found.outcome != CODE["unscorable"]))
    people = len(found.annotator.values) + 1
    sheet = found.item.codes[outcome].astype(np.int64) * people + found.annotator.codes[outcome] + 1
    frame = labels.numbers("frame")[rows[outcome]]
    wide = int(frame.max(initial=0)) - int(frame.min(initial=0)) + 1
    order = np.argsort(sheet * wide + frame, kind="stable")  # then by content
    outcome, sheet = outcome[order], sheet[order]
    names = labels.text("track_id")
    key = sheet * (len(names.values) + 1) + names.codes[rows[outcome]]
    _, start, boxes, inverse = distinct(key)
    rank = np.empty(len(start), dtype=np.int64)
    rank[np.argsort(start)] = np.arange(len(start))
    track, order = rank[inverse], np.argsort(start)
    return TrackBoxes(
        outcome, rows[outcome], track, sheet[start[order]], boxes[order],
        _first_of_class(track, label.codes[outcome]),
    )  # fmt: skip


def _first_of_class(track: Ints, label: NDArray[np.int32]) -> Ints:
    """Of each track its first box of the class that most of its boxes have; of equal ones the first class."""
    width = int(label.max(initial=0)) + 2
    key, first, count, _ = distinct(track * width + label + 1)
    ranked = np.lexsort((key, -count, key // width))
    best = np.r_[True, np.diff(key[ranked] // width) != 0][: len(ranked)]
    found: Ints = first[ranked[best]]
    return found


def distinct(keys: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """The distinct keys in order, where each stands first, how often, and the place of each key among them."""
    wide = int(keys.max(initial=-1)) + 1
    if wide > 4 * len(keys) + 1024:  # a table would be too large
        found = np.unique(keys, return_index=True, return_counts=True, return_inverse=True)
        values, first, inverse, count = (part.astype(np.int64) for part in found)
        return values, first, count, inverse
    often = np.bincount(keys, minlength=wide)
    values = np.flatnonzero(often)
    first, place = np.empty(wide, dtype=np.int64), np.cumsum(often > 0) - 1
    first[keys[::-1]] = np.arange(len(keys) - 1, -1, -1)
    return values, first[values], often[values].astype(np.int64), place[keys].astype(np.int64)


def _near(boxes: Compared, expected: TrackBoxes, delivered: TrackBoxes, gold: int, labels: int) -> Near:
    """Which boxes of one sheet are near; both label tables have so many rows."""
    pairs, (gold_row, label_row) = boxes.pairs, boxes.rows
    place = np.full(labels, -1, dtype=np.int64)
    place[delivered.row] = np.arange(len(delivered.row))
    d = place[label_row[pairs.delivered]]
    kept = np.flatnonzero(d >= 0)
    d, e_row = d[kept], gold_row[pairs.expected[kept]]
    score = pairs.score[kept]
    if len(expected.row) == len(distinct(expected.row)[0]):  # one answer a clip: rows tell boxes
        of_row = np.full(gold, -1, dtype=np.int64)
        of_row[expected.row] = np.arange(len(expected.row))
        e = of_row[e_row]
        return Near(e[e >= 0], d[e >= 0], score[e >= 0])
    width = gold + 1
    keys = expected.sheet_of[expected.track] * width + expected.row
    order = np.argsort(keys)
    wanted = delivered.sheet_of[delivered.track[d]] * width + e_row
    at = np.minimum(np.searchsorted(keys[order], wanted), max(len(keys) - 1, 0))
    there = np.flatnonzero(keys[order][at] == wanted if len(keys) else np.zeros(len(wanted), dtype=np.bool_))
    return Near(order[at[there]], d[there], score[there])


def _tracks(
    found: Outcomes, clips: Clips, gold: LabelTable, labels: LabelTable, task: Task
) -> Outcomes:  # fmt: skip
    """One outcome a track: mapped pairs and gold's tracks without a partner, then the delivery's."""
    mine, theirs = clips.expected, clips.delivered
    alone = np.ones(len(theirs.boxes), dtype=np.bool_)
    alone[clips.mapped[1]] = False
    e = np.concatenate([np.arange(len(mine.boxes)), np.full(int(alone.sum()), -1)])
    d = np.full(len(e), -1, dtype=np.int64)
    d[clips.mapped[0]], d[len(mine.boxes) :] = clips.mapped[1], np.flatnonzero(alone)
    common = np.zeros(len(e), dtype=np.int64)
    common[clips.mapped[0]] = clips.common
    boxes = np.append(mine.boxes, 0)[e] + np.append(theirs.boxes, 0)[d]
    first = np.append(mine.first, -1)[e], np.append(theirs.first, -1)[d]  # boxes
    at = [np.append(side.outcome, -1)[box] for side, box in zip((mine, theirs), first, strict=True)]
    rows = [np.append(side.row, -1)[box] for side, box in zip((mine, theirs), first, strict=True)]
    codes = [
        np.where(place >= 0, column.codes[place], -1).astype(np.int32)
        for column, place in zip((found.expected, found.delivered), at, strict=True)
    ]
    outcome = np.where(
        at_least(2 * common, np.maximum(boxes, 1), matching_value(task, "followed")), CODE["correct"],
        CODE["imprecise"],
    )  # fmt: skip
    outcome[codes[0] != codes[1]] = CODE["wrong_label"]
    outcome[d < 0], outcome[e < 0] = CODE["missing"], CODE["extra"]
    parent = np.where(at[1] >= 0, at[1], at[0])
    made = found.take(parent)
    return replace(
        made,
        expected=Coded(codes[0], found.expected.values),
        delivered=Coded(codes[1], found.delivered.values),
        outcome=outcome.astype(np.int8),
        score=np.rint(2 * common / np.maximum(boxes, 1) * ONE).astype(np.int64),
        severity=found.severity[np.where(at[0] >= 0, at[0], at[1])],
        level=np.full(len(e), LEVEL_CODE["track"], dtype=np.int8),
        size=boxes,
        where=_track_words(outcome, (rows[0], rows[1]), (gold, labels), common, boxes),
        expected_row=rows[0],
        delivered_row=rows[1],
    )


def _track_words(
    outcome: Ints, rows: tuple[Ints, Ints], tables: tuple[LabelTable, LabelTable], common: Ints, boxes: Ints
) -> Coded:
    """What a person must look at, of every track that is not right."""
    texts = []
    mine, theirs = (table.text("track_id") for table in tables)
    named = np.flatnonzero(outcome != CODE["correct"])
    for place in named.tolist():
        e, d = int(rows[0][place]), int(rows[1][place])
        if e < 0 or d < 0:
            texts.append(f"track {theirs[d] if e < 0 else mine[e]}, {_boxes_in_words(int(boxes[place]))}")
        else:
            texts.append(
                f"track {theirs[d]}: {2 * int(common[place]):,} of {int(boxes[place]):,} boxes in common with "
                f"gold's track {mine[e]}"
            )
    return _said(texts, named, len(outcome))


def _boxes_in_words(count: int) -> str:
    return "1 box" if count == 1 else f"{count:,} boxes"


def _links(found: Outcomes, clips: Clips, gold: LabelTable, labels: LabelTable) -> Outcomes:
    """One outcome a matched box: whether the track that follows its object is still the same."""
    mine, theirs = clips.expected, clips.delivered
    pairs = matched_boxes(clips)
    e, d = mine.track[pairs.expected], theirs.track[pairs.delivered]
    switched = np.r_[False, (e[1:] == e[:-1]) & (d[1:] != d[:-1])][: len(e)]
    rows = mine.row[pairs.expected], theirs.row[pairs.delivered]
    parent, other = theirs.outcome[pairs.delivered], mine.outcome[pairs.expected]
    made = found.take(parent)
    return replace(
        made,
        expected=found.expected.take(other),
        outcome=np.where(switched, CODE["wrong_attribute"], CODE["correct"]).astype(np.int8),
        score=association(clips, e, d),
        severity=found.severity[other],
        level=np.full(len(e), LEVEL_CODE["link"], dtype=np.int8),
        size=np.ones(len(e), dtype=np.int64),
        where=_switch_words(switched, rows, (gold, labels)),
        expected_row=rows[0],
        delivered_row=rows[1],
    )


def association(clips: Clips, e: Ints, d: Ints) -> Ints:
    """Of matched boxes, by their tracks: matched boxes ÷ (the boxes of both − these), in billionths."""
    width = len(clips.delivered.boxes) + 1
    _, _, count, inverse = distinct(e * width + d)
    both = count[inverse]
    found: Ints = np.rint(
        both / np.maximum(clips.expected.boxes[e] + clips.delivered.boxes[d] - both, 1) * ONE
    ).astype(np.int64)
    return found


def _switch_words(switched: Mask, rows: tuple[Ints, Ints], tables: tuple[LabelTable, LabelTable]) -> Coded:
    """At which frame gold's track goes on under another name."""
    texts = []
    frames, (mine, theirs) = tables[0].numbers("frame"), (table.text("track_id") for table in tables)
    for place in np.flatnonzero(switched).tolist():
        e, before, now = (int(rows[0][place]), int(rows[1][place - 1]), int(rows[1][place]))
        texts.append(
            f"frame {int(frames[e])}, track {theirs[now]}: gold's track {mine[e]}, followed by track "
            f"{theirs[before]} until frame {int(frames[rows[0][place - 1]])}"
        )
    return _said(texts, np.flatnonzero(switched), len(switched))


def _said(texts: list[str], places: Ints, count: int) -> Coded:
    """A column of `count` rows that has these texts at these places, and nothing elsewhere."""
    found = Coded.from_text(texts)
    codes = np.full(count, -1, dtype=np.int32)
    codes[places] = found.codes
    return Coded(codes, found.values)
