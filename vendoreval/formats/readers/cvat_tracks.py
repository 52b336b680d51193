"""Tracks of a CVAT XML file: "CVAT for video 1.1".

A track is a list of shapes by frame. A shape that is `outside` says that its object is gone from this frame on,
until the next shape; it is no answer. CVAT writes the frames between keyframes out itself (`keyframe="0"`),
other writers leave them out; the option `between` says what counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.cvat_shapes import rows_of, text_of, whole_of
from vendoreval.formats.readers.interface import ReaderOption
from vendoreval.formats.readers.keyframes import Shape, filled
from vendoreval.formats.readers.xml_stream import Element

CLIP = ReaderOption(
    "clip", "what a video is called: its own file, its task, or the XML file; a job adds the frames it is of",
    "source", ("source", "task", "file", "job"),
)  # fmt: skip
BETWEEN = ReaderOption(
    "between", "boxes of a track between its keyframes: those in the file, none, or all, linearly interpolated",
    "exported", ("exported", "keyframes", "linear"),
)  # fmt: skip


@dataclass
class Clips:
    """The videos of one file, and the rows of their tracks."""

    file: str
    options: Mapping[str, str]
    names: dict[str, str] = field(default_factory=dict)  # by task id, "" where the file tells but one
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)  # tracks by task id
    notes: list[str] = field(default_factory=list)

    def meta(self, meta: Element) -> None:
        """What the head of the file says of its videos."""
        several = meta.child("project", "tasks")
        if several is not None:
            for task in several:
                number = task.word("id")
                self.names[number] = self._name(meta, task)
                self._size(number, task)
            return
        about = meta.child("task") or meta.child("job") or Element("task", {}, 0)
        self.names[""] = self._name(meta, about)
        self._size("", about)

    def _name(self, meta: Element, about: Element) -> str:
        how, own = self.options["clip"], about.word("name")
        source = about.word("source") or meta.word("source")
        stem = PurePosixPath(self.file).stem
        name = {"task": own, "file": stem}.get(how) or source or own or stem
        first, last = (about.word(f"{end}_frame") for end in ("start", "stop"))
        if how != "job" and about.tag == "job" and first and last:
            self.notes.append(
                f"{self.file} is a job of the frames {first} to {last} of {name}: it answers nothing in "
                "others. With --read clip=job it is a clip of its own."
            )
        return f"{name}:{first}-{last}" if how == "job" and first and last else name

    def _size(self, number: str, about: Element) -> None:
        size = about.child("original_size")
        if size is not None and size.word("width").isdecimal() and size.word("height").isdecimal():
            self.sizes[number] = (int(size.word("width")), int(size.word("height")))

    def of(self, track: Element) -> str:
        """The video that a track belongs to."""
        number = track.attributes.get("task_id", "")
        self.seen[number] += 1
        return self.names.get(number) or self.names.get("") or PurePosixPath(self.file).stem

    def sheets(self, *, answered: bool) -> Iterator[tuple[str, dict[str, int]]]:
        """The videos with their sizes; those without tracks only where they are `answered`."""
        for number in {**self.names, **self.seen}:
            if answered or self.seen[number]:
                name = self.names.get(number) or PurePosixPath(self.file).stem
                width, height = self.sizes.get(number, (0, 0))
                yield name, {"width": width, "height": height}

    def track(self, track: Element, rows: AnswerRows, pair: Mapping[str, Any]) -> None:
        """The boxes of one track."""
        item = self.of(track)
        name, label = (track.attributes.get(one) for one in ("id", "label"))
        if not name or not label:
            rows.refuse(track.line, f"The track has no {'label' if name else 'id'}.", item)
        shapes = [one for one in track if one.tag != "attribute"]
        read: list[Shape] = []
        for one in shapes:
            if not name or not label:
                rows.aside("shape of a track without id or label")
            elif one.tag != "box":
                rows.aside(f"{one.tag} of a track")
            else:
                self._box(one, track, rows, item, read)
        if self.options["between"] == "linear":
            read = list(filled(sorted(read, key=lambda one: one[0])))
        for frame, outside, line, row in read:
            if outside:
                rows.aside("box that is outside")
            else:
                rows.row(line, item_id=item, track_id=name, frame=frame, **pair, **row)

    def _box(
        self, box: Element, track: Element, rows: AnswerRows, item: str,
        read: list[Shape],
    ) -> None:  # fmt: skip
        if self.options["between"] == "keyframes" and box.attributes.get("keyframe") == "0":
            rows.aside("box between keyframes")
            return
        told = {name: track.attributes[name] for name in ("label", "source") if name in track.attributes}
        whole = Element(box.tag, told | box.attributes, box.line, "", box.children)
        try:
            frame = whole_of(text_of(box, "frame"))
            (row,) = rows_of(whole, "boxes", None, 0)
        except ValueError as error:
            rows.refuse(box.line, f"The box of a track cannot be read: {error}.", item)
            return
        row["occluded"] = int(box.attributes.get("occluded") == "1")
        read.append((frame, box.attributes.get("outside") == "1", box.line, row))
