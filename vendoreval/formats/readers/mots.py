"""MOTS: tracks of masks, as text (a line a mask in one frame) or as pictures (a picture a frame).

    frame id class height width rle

The ids are 1000 × class + number, and 10000 is a region on which nothing is judged. Each mask is read as the
box around it: tracks are judged by their boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.mot import FIRST, clip_of
from vendoreval.formats.readers.pictures import numbers_of
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.run_codecs import runs_from_coco
from vendoreval.labels.runs import box_of
from vendoreval.labels.shapes import Shape

_LINE = re.compile(rb"\s*(\d{1,9}) (\d{1,9}) (\d{1,6}) (\d{1,6}) (\d{1,6}) (\S+)\s*")
_FRAME = re.compile(r"\d{1,9}")
_REGION = 10  # the class on which nothing is judged
_OF_CLASS = 1000  # ids of a class
_TEXT = "masks"


@dataclass(frozen=True)
class Mots:
    """The reader of MOTS files."""

    name: str = "mots"
    suffixes: tuple[str, ...] = (".txt", ".png")
    yields: frozenset[str] = frozenset({"tracks"})
    options: tuple[ReaderOption, ...] = (
        ReaderOption("classes", "the classes in order of their numbers from 1, parted by commas",
                     "car,pedestrian"),
        ReaderOption("first", FIRST.meaning, "0", ("0", "1")),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By a first line, or by pictures of 16 bits that are numbered."""
        for member in source.ending(".txt"):
            first = next((line for line in member.head(65_536).splitlines() if line.strip()), b"")
            if _LINE.fullmatch(first):
                return Confidence(
                    SURE, f"{member.name} has lines of a frame, an id, a class, a size and run lengths."
                )
        pictures = source.ending(".png")
        numbered = all(_FRAME.fullmatch(PurePosixPath(one.name).stem) for one in pictures)
        if pictures and numbered and pictures[0].head(26)[24:26] == b"\x10\x00":
            return Confidence(SURE, f"{pictures[0].name} is a picture of 16 bits, named by a frame.")
        return Confidence(NO, "there are no lines with run lengths, and no numbered pictures of 16 bits.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The boxes around the masks of all clips."""
        classes = tuple(name.strip() for name in options["classes"].split(","))
        texts, pictures = source.ending(".txt"), source.ending(".png")
        if not texts and not pictures:
            raise InputError("There is no .txt file and no .png picture in it.", file=source.name)
        for member in texts:
            rows = AnswerRows(member.name, shape)
            rows.sheet(clip_of(member.name, source.name))
            reading = _Clip(rows, clip_of(member.name, source.name), classes, int(options["first"]))
            yield from batches(rows, reading.lines(member))
        clips: dict[str, list[Member]] = {}
        for member in pictures if not texts else ():
            folder = PurePosixPath(member.name).parent.as_posix()
            clips.setdefault(folder if folder != "." else PurePosixPath(source.name).stem, []).append(member)
        for name, members in clips.items():
            rows = AnswerRows(members[0].name, shape)
            rows.sheet(name)
            yield from batches(rows, _Clip(rows, name, classes, int(options["first"])).pictures(members))


READER = Mots()


@dataclass
class _Clip:
    """Reads the masks of one clip into rows."""

    rows: AnswerRows
    item: str
    classes: tuple[str, ...]
    first: int

    def lines(self, member: Member) -> Iterator[None]:
        with member.open() as stream:
            for place, line in enumerate(stream, start=1):
                if line.strip():
                    self._line(place, line)
                yield

    def _line(self, place: int, line: bytes) -> None:
        found = _LINE.fullmatch(line)
        if not found:
            self.rows.refuse(
                place, "It is no line of a frame, an id, a class, a size and run lengths.", self.item
            )
            return
        frame, number, code, height, width = (int(part) for part in found.groups()[:5])
        try:
            runs = runs_from_coco(found[6], height, width)
        except (ValueError, OverflowError) as error:
            self.rows.refuse(place, f"The run lengths cannot be read: {error}.", self.item)
            return
        self._take(place, frame, number, code, box_of(runs, height))

    def pictures(self, members: list[Member]) -> Iterator[None]:
        """One mask a number in each picture, but for 0, the ground."""
        for place, member in enumerate(members, start=1):
            stem = PurePosixPath(member.name).stem
            try:
                if not _FRAME.fullmatch(stem):
                    raise ValueError("its name is no number of a frame")
                pixels = numbers_of(member.open)
            except ValueError as error:
                self.rows.refuse(place, f"The picture {member.name} cannot be read: {error}.", self.item)
                yield
                continue
            for number in np.unique(pixels[pixels > 0]).tolist():
                rows, columns = np.nonzero(pixels == number)
                box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
                self._take(place, int(stem), number, number // _OF_CLASS, box)
            yield

    def _take(self, place: int, frame: int, number: int, code: int, box: tuple[int, int, int, int]) -> None:
        region = code == _REGION
        if region:
            self.rows.remarks.count("Regions on which nothing is judged", self.item)
        elif not 1 <= code <= len(self.classes):
            self.rows.refuse(place, f"The class {code} is none of the {len(self.classes)} named.", self.item)
            return
        if box[2] <= box[0]:
            self.rows.aside("mask without a pixel")
            return
        sides = dict(zip(("x_min", "y_min", "x_max", "y_max"), map(float, box), strict=True))
        self.rows.row(
            place, item_id=self.item, track_id=str(number), frame=frame - self.first, ignored=region or None,
            label=self.classes[0] if region else self.classes[code - 1], **sides,
        )  # fmt: skip
