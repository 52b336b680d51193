"""A clip as a strip of time: which delivered track follows each track of gold, from frame to frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.reports.pictures.marks import LOOKS, tag_of
from vendoreval.reports.svg import FULL, MUTED, PAPER, RULE, SMALL, Svg
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, OUTCOMES, Outcomes

MOST_TRACKS = 14
_SMALL = 330.0  # of the picture of a single line
_NAMES, _LANE, _BAR, _HEAD = 118.0, 22.0, 13.0, 14.0
_GRAVE = ("missing", "extra")
Numbers = Mapping[int, int]  # the line that tells of a unit, by the unit's number


@dataclass(frozen=True)
class Stretch:
    """Frames in a row in which a track is followed by `name`, or by nobody (""); `tag`: its line's."""

    first: int
    last: int
    name: str
    state: str
    tag: str = ""


@dataclass(frozen=True)
class Lane:
    """One track of gold, or one that only the delivery has."""

    name: str
    side: str
    label: str
    stretches: tuple[Stretch, ...]
    tag: str = ""

    @property
    def wrong(self) -> bool:
        """Whether a line tells of it or of one of its boxes."""
        return bool(self.tag) or any(one.tag for one in self.stretches)


@dataclass(frozen=True)
class TrackStrip:
    """The lanes of one answered clip over its frames."""

    title: str
    said: str
    lanes: tuple[Lane, ...]
    wide: float = FULL
    legend: bool = True

    @property
    def frames(self) -> tuple[int, int]:
        """The first and the last frame that is shown."""
        every = [one for lane in self.lanes for one in lane.stretches]
        return min(one.first for one in every), max(one.last for one in every)

    @property
    def marks(self) -> tuple[Stretch, ...]:
        """What lines tell of."""
        return tuple(one for lane in self.lanes for one in lane.stretches if one.tag)

    def svg(self) -> Markup:
        """Followed frames are filled, missing ones hollow, those of nobody in gold dashed."""
        shown = sorted(self.lanes, key=lambda lane: not lane.wrong)[:MOST_TRACKS]
        first, last = self.frames
        height = _HEAD + _LANE * len(shown) + (32 if self.legend else 14)
        drawing = Svg(self.wide, height, self.title, self.said)
        step = (self.wide - _NAMES - 2) / (last - first + 1)
        for place, lane in enumerate(shown):
            top = _HEAD + _LANE * place
            drawing.text(0, top + 10, f"{lane.side} {lane.name} {lane.label}", size=SMALL, longest=17)
            drawing.text(_NAMES - 8, top + 10, lane.tag, size=SMALL, anchor="end")
            drawing.line(_NAMES, top + _BAR, self.wide, top + _BAR, RULE)
            for one in lane.stretches:
                _draw(drawing, one, _NAMES + (one.first - first) * step, top, (one.last - one.first + 1) * step)
        bottom = _HEAD + _LANE * len(shown) + 2
        drawing.text(_NAMES, bottom + 8, f"frame {first:,}", size=SMALL, colour=MUTED)
        drawing.text(self.wide, bottom + 8, f"frame {last:,}", size=SMALL, colour=MUTED, anchor="end")
        if not self.legend:
            return drawing.done()
        left = len(self.lanes) - len(shown)
        said = "filled: the delivered track of that name follows it; hollow: missing; dashed: not in gold"
        more = f"; {left:,} more tracks" if left else ""
        drawing.text(0, bottom + 22, said + more, size=SMALL, colour=MUTED, longest=120)
        return drawing.done()


def strip(
    title: str, said: str, units: Outcomes, rows: Sequence[int], gold: GoldSet, delivered: LabelTable,
    numbers: Numbers, only: int | None = None,
) -> TrackStrip | None:  # fmt: skip
    """The strip of one sheet's outcomes `rows`; with `only` that of the tracks which this row is about."""
    lanes = [*_of_gold(units, rows, gold.labels, delivered, numbers), *_extra(units, rows, delivered, numbers)]
    if only is not None:
        wanted = _about(units, only, gold.labels, delivered)
        lanes = [lane for lane in lanes if (lane.side, lane.name) in wanted]
    if not any(lane.stretches for lane in lanes):
        return None
    small = only is not None
    return TrackStrip(title, said, tuple(lanes), _SMALL if small else FULL, legend=not small)


def _draw(drawing: Svg, one: Stretch, x: float, top: float, width: float) -> None:
    look = LOOKS[one.state]
    fill = PAPER if one.state in _GRAVE else RULE
    drawing.rect(x + 0.5, top + 0.5, max(width - 1, 1.5), _BAR - 2, fill, look.ink)
    if one.state == "extra":
        drawing.line(x, top + _BAR / 2, x + width, top + _BAR / 2, look.ink, 1, dash="3 2")
    told = f"{one.tag} {one.name}".strip() if one.tag else one.name
    if told and width > 6 * min(len(told), 4) + 4:
        drawing.text(x + 3, top + 9.5, told, size=SMALL, longest=max(int(width / 6), 1))
    elif one.tag:
        drawing.text(x, top - 1, one.tag, size=SMALL, colour=look.ink)


def _of_gold(
    units: Outcomes, rows: Sequence[int], gold: LabelTable, delivered: LabelTable, numbers: Numbers
) -> list[Lane]:
    """Each gold track with what follows it in each of its frames."""
    assert units.expected_row is not None
    assert units.delivered_row is not None
    assert units.level is not None
    frame, name, label = gold.numbers("frame"), gold.text("track_id"), gold.text("label")
    follows: dict[tuple[str, int], tuple[str, str, str]] = {}  # by track and frame: name, state, tag
    tags: dict[str, str] = {}
    labels: dict[str, str] = {}
    for row in rows:
        e, d = int(units.expected_row[row]), int(units.delivered_row[row])
        level, tag = int(units.level[row]), _tag(units, row, numbers)
        if e < 0:
            continue
        track = name[e] or ""
        labels.setdefault(track, label[e] or "")
        if level == LEVEL_CODE["track"]:
            tags[track] = tag
            continue
        if level == LEVEL_CODE["link"]:
            state = OUTCOMES[int(units.outcome[row])]
            follows[track, int(frame[e])] = (delivered.text("track_id")[d] or "", state, tag)
        elif level == LEVEL_CODE["object"]:
            found = follows.get((track, int(frame[e])))
            if found is None:
                follows[track, int(frame[e])] = ("", "missing", tag)
            elif tag and not found[2]:
                follows[track, int(frame[e])] = (*found[:2], tag)
    return [
        Lane(track, "gold", labels[track], _stretches(track, follows), tags.get(track, ""))
        for track in sorted(labels)
    ]


def _stretches(track: str, follows: Mapping[tuple[str, int], tuple[str, str, str]]) -> tuple[Stretch, ...]:
    """Frames in a row that the same track follows; a switch, or a tag, begins a new one."""
    found: list[Stretch] = []
    for frame in sorted(frame for of, frame in follows if of == track):
        name, state, tag = follows[track, frame]
        last = found[-1] if found else None
        same = last is not None and last.last == frame - 1 and last.name == name
        if (
            last is not None
            and same
            and not (tag and not last.tag)
            and (state in _GRAVE) == (last.state in _GRAVE)
        ):
            found[-1] = Stretch(last.first, frame, name, last.state, last.tag)
        else:
            found.append(Stretch(frame, frame, name, state, tag))
    return tuple(found)


def _extra(units: Outcomes, rows: Sequence[int], delivered: LabelTable, numbers: Numbers) -> list[Lane]:
    """The delivered tracks with boxes that gold does not have."""
    assert units.expected_row is not None
    assert units.delivered_row is not None
    assert units.level is not None
    frame, name, label = delivered.numbers("frame"), delivered.text("track_id"), delivered.text("label")
    follows: dict[tuple[str, int], tuple[str, str, str]] = {}
    tags: dict[str, str] = {}
    labels: dict[str, str] = {}
    for row in rows:
        d, tag = int(units.delivered_row[row]), _tag(units, row, numbers)
        if d < 0 or units.expected_row[row] >= 0 or units.outcome[row] != CODE["extra"]:
            continue
        track = name[d] or ""
        labels.setdefault(track, label[d] or "")
        if units.level[row] == LEVEL_CODE["track"]:
            tags[track] = tag
        else:
            follows[track, int(frame[d])] = ("", "extra", tag)
    return [
        Lane(track, "delivered", labels[track], _stretches(track, follows), tags.get(track, ""))
        for track in sorted(labels)
        if any(of == track for of, _ in follows)
    ]


def _about(units: Outcomes, row: int, gold: LabelTable, delivered: LabelTable) -> set[tuple[str, str]]:
    """The lanes that one outcome is about: gold's track, or the delivered one and what it follows."""
    assert units.expected_row is not None
    assert units.delivered_row is not None
    e, d = int(units.expected_row[row]), int(units.delivered_row[row])
    if e >= 0:
        return {("gold", gold.text("track_id")[e] or "")}
    name = delivered.text("track_id")[d] or ""
    codes = delivered.text("track_id").codes
    of_track = (units.delivered_row >= 0) & (codes[units.delivered_row] == codes[d])
    of_track &= (units.item.codes == units.item.codes[row]) & (units.expected_row >= 0)
    names = gold.text("track_id")
    followed = {names[int(one)] or "" for one in np.unique(units.expected_row[of_track])}
    return {("delivered", name), *(("gold", one) for one in followed)}


def _tag(units: Outcomes, row: int, numbers: Numbers) -> str:
    number = numbers.get(int(units.unit[row]))
    state = OUTCOMES[int(units.outcome[row])]
    return "" if number is None else tag_of(state, number)
