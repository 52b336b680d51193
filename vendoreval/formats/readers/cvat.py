"""CVAT XML 1.1: "CVAT for images" (boxes, polygons, polylines, masks, skeletons and points, tags), and tracks.

Ellipses and cuboids are counted, not read; so are images where tracks are wanted, and the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.cvat_pieces import OUTER, Piece, image_boxes, per_image, track_boxes
from vendoreval.formats.readers.cvat_shapes import ALL_KINDS, KINDS, Size, joined, rows_of, whole_of
from vendoreval.formats.readers.cvat_tracks import BETWEEN, CLIP, Clips
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.xml_columns import Irregular
from vendoreval.formats.readers.xml_stream import Element, elements_or, root_of
from vendoreval.labels.shapes import Shape

Ints = NDArray[np.int64]
ROOT = "annotations"
_OPTIONS = (
    ReaderOption(
        "empty", "an image without shapes was answered with nothing, or is not done", "answered",
        ("answered", "not_done"),
    ),
    ReaderOption(
        "groups", "polygons or masks of one label and group_id are parts of one object, or are objects apart",
        "join", ("join", "apart"),
    ),
    ReaderOption(
        "annotator", "who answered: the assignee of a job (or of a task of one job), or nobody who is known",
        "assignee", ("assignee", "unknown"),
    ),
    CLIP,
    BETWEEN,
)  # fmt: skip


@dataclass(frozen=True)
class Cvat:
    """The reader of CVAT XML files."""

    name: str = "cvat"
    suffixes: tuple[str, ...] = (".xml",)
    yields: frozenset[str] = frozenset(KINDS)
    options: tuple[ReaderOption, ...] = _OPTIONS

    def recognises(self, source: Source) -> Confidence:
        """By the root of its XML files."""
        files = source.ending(*self.suffixes)
        other = [member.name for member in files if root_of(member.head()) != ROOT]
        if files and not other:
            return Confidence(SURE, f"the root of {files[0].name} is <{ROOT}>.")
        return Confidence(NO, f"the root of {other[0]} is not <{ROOT}>." if other else "there is no .xml file.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The shapes of every image."""
        files = source.ending(*self.suffixes)
        if not files:
            raise InputError("There is no .xml file in it.", file=source.name)
        for member in files:
            rows = AnswerRows(member.name, shape)
            yield from _File(member, rows, shape.name, options).answers()


READER = Cvat()


@dataclass
class _File:
    """Reads one file, image by image, into `rows`."""

    member: Member
    rows: AnswerRows
    shape: str
    options: Mapping[str, str]
    annotator: str | None = None
    seen: Counter[str] = field(default_factory=Counter)
    whole: int = 0  # images so far
    ready: list[Answers] = field(default_factory=list)  # what was read in whole pieces

    @cached_property
    def clips(self) -> Clips:
        """The videos."""
        return Clips(self.member.name, self.options)

    def answers(self) -> Iterator[Answers]:
        """All that the file says, in its order."""
        outer = OUTER.get(self.shape)
        ends = (f"</{outer}>".encode(),) if outer else ()
        for element in elements_or(self.member, ROOT, ends, self._taken):
            if element is not None:
                self._element(element)
            yield from self.ready
            self.ready.clear()
            if self.rows.full():
                yield self.rows.take()
        self._end()
        yield self.rows.finish()

    def _element(self, element: Element) -> None:
        if element.tag == "image":
            self._image(element)
        elif element.tag == "meta":
            self.annotator = _assignee(element) if self.options["annotator"] == "assignee" else None
            self.clips.meta(element)
        elif element.tag == "track":
            self._track(element)

    def _taken(self, piece: bytes, line: int) -> bool:
        """Whether a piece of the file could be read at once; then its answers are `ready`."""
        try:
            found = Piece.of(piece, OUTER[self.shape], line)
            if self.shape == "boxes":
                columns, rows, aside = image_boxes(found)
            else:
                columns, rows, aside = track_boxes(found, self.options["between"])
        except Irregular:
            return False
        self.ready.append(self.rows.take())
        columns |= self._images(found) if self.shape == "boxes" else self._tracks(found, rows)
        for word, count in aside.items():
            self.rows.aside(word, count)
        places = found.lines[rows].tolist()
        self.ready.append(replace(self.rows.take(), rows=columns, places=places))
        return True

    def _images(self, piece: Piece) -> dict[str, Any]:
        """The images of a piece as sheets; the boxes' columns of these."""
        sheets = []
        for image, count in zip(piece.outer, per_image(piece), strict=True):
            name = image.attributes["name"]
            self.whole += 1
            self.seen[name] += 1
            sheets.append(f"{self.member.name}:{self.whole}")
            self._sheet(name, sheets[-1], _size(image), some=count > 0)
        return self._pair(piece, sheets)

    def _tracks(self, piece: Piece, rows: Ints) -> dict[str, Any]:
        """The columns of a piece's boxes, of those `rows`, that say of which clip they are and by whom."""
        import pyarrow as pa

        columns = self._pair(piece, [self.member.name] * len(piece.outer))
        columns["item_id"] = piece.of_outer([self.clips.of(track) for track in piece.outer])
        return {name: column.take(pa.array(rows)) for name, column in columns.items()}

    def _pair(self, piece: Piece, sheets: list[str]) -> dict[str, Any]:
        who = {"annotator_id": piece.of_outer([self.annotator] * len(sheets))} if self.annotator else {}
        return {"sheet_id": piece.of_outer(sheets), **who}

    def _sheet(self, name: str, sheet: str, size: Size, *, some: bool) -> None:
        """An image as answered, unless it has no shapes and that means nothing."""
        if not some and self.options["empty"] != "answered":
            self.rows.aside("image without shapes")
            return
        width, height = size or (None, None)
        pair = {"annotator_id": self.annotator, "sheet_id": sheet}
        self.rows.sheet(name, **pair, width=width, height=height)

    def _end(self) -> None:
        """What is said at the end of the file."""
        self._videos()
        for name, count in self.seen.items():
            if count > 1:
                self.rows.remarks.count(
                    "Images that stand more than once, as in jobs that overlap, or with honeypots, which are "
                    "the buyer's gold; each is an answer by itself", name,
                )  # fmt: skip

    def _track(self, track: Element) -> None:
        if self.shape == "tracks":
            pair = {"annotator_id": self.annotator, "sheet_id": self.member.name}
            self.clips.track(track, self.rows, pair)
            return
        self.rows.aside("track")
        for one in track:
            if one.tag != "attribute":
                self.rows.aside("shape of a track")

    def _videos(self) -> None:
        """Each video is an answered one, also one without a track; files of images hold none."""
        if self.shape != "tracks":
            return
        for note in self.clips.notes:
            self.rows.remarks.say(note)
        for name, size in self.clips.sheets(answered=not self.whole and self.options["empty"] == "answered"):
            pair = {"annotator_id": self.annotator, "sheet_id": self.member.name}
            self.rows.sheet(name, **pair, **size)

    def _image(self, image: Element) -> None:
        name = image.attributes.get("name")
        self.whole += 1
        if self.shape == "tracks":
            for one in image:
                self.rows.aside(f"{one.tag} of an image")
            return
        if not name:
            self.rows.refuse(image.line, "The image has no name.")
            for _ in image:
                self.rows.aside("shape of an image without a name")
            return
        self.seen[name] += 1
        size = _size(image)
        pair = {"annotator_id": self.annotator, "sheet_id": f"{self.member.name}:{self.whole}"}
        found = self._shapes(image, size, {"item_id": name, **pair})
        if self.shape == "classification":
            if not found:
                self.rows.aside("image without a tag")
        else:
            self._sheet(name, str(pair["sheet_id"]), size, some=bool(image.children))

    def _shapes(self, image: Element, size: Size, pair: Mapping[str, str | None]) -> int:
        """Take the shapes of an image; how many there are of the kind that is read."""
        groups: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
        for number, element in enumerate(image, start=1):
            if element.tag not in KINDS[self.shape]:
                self.rows.aside(element.tag if element.tag in ALL_KINDS else "unknown element")
                continue
            if element.attributes.get("outside") == "1":
                self.rows.aside(f"{element.tag} that is outside")
                continue
            try:
                rows = rows_of(element, self.shape, size, number)
            except ValueError as error:
                self.rows.refuse(element.line, f"The {element.tag} cannot be read: {error}.", pair["item_id"])
                continue
            group = (element.attributes.get("group_id") or "0") if self._joins() else "0"
            key = (rows[0]["label"], group) if group != "0" else ("", str(-number))
            groups.setdefault(key, []).extend((element.line, row) for row in rows)
        for (label, _), parts in groups.items():
            self._take(parts, pair, grouped=bool(label))
        return len(groups)

    def _joins(self) -> bool:
        return self.shape in ("polygons", "masks") and self.options["groups"] == "join"

    def _take(self, parts: list[tuple[int, dict[str, Any]]], pair: Mapping[str, Any], *, grouped: bool) -> None:
        if not grouped:
            for line, row in parts:
                self.rows.row(line, **pair, **row)
            return
        self.rows.row(parts[0][0], **pair, **joined([row for _, row in parts]))
        if len(parts) > 1:
            self.rows.remarks.count(
                "Shapes that are further parts of another shape, by label and group_id", pair["item_id"],
                len(parts) - 1,
            )  # fmt: skip


def _size(image: Element) -> Size:
    try:
        width, height = (whole_of(image.attributes.get(side, "")) for side in ("width", "height"))
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None


def _assignee(meta: Element) -> str | None:
    """The person of a job; of a task only if it is one job, for else it is who is in charge of several."""
    job = meta.word("job", "assignee", "username") or meta.word("job", "assignee")
    if job:
        return job
    segments = meta.child("task", "segments")
    if segments is not None and len(segments.children) > 1:
        return None
    return meta.word("task", "assignee", "username") or None
