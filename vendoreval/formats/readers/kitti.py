"""KITTI's label files: a text file an image, a line an object, in a plane (boxes) and in space (cuboids).

    type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]

Edges are pixels; sizes and places are metres in the camera's axes (x right, y down, z ahead), the place being
the middle of the underside, and rotation_y radians about y. Ours are x ahead, y left, z up, the middle, and
degrees from x towards y: see docs/formats/kitti.md.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.named_pictures import EXIF, SIZES, NamedPictures
from vendoreval.formats.readers.picture_index import stem_of
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import Shape

_FOLDER = re.compile(r"(?:^|/)(?:label_0?[0-9]|labels?)/")
_COLUMNS = (15, 16)
_NOWHERE = -900.0  # places of objects that have none are -1000, sizes -1 or 0
_DONT_CARE = "DontCare"
_BLANK = "; a class with a blank in its name shifts all of them: name it with --read names=NAME"
_MISSING = "image without a label file, taken as not done"


class Kitti:
    """KITTI text files."""

    name = "kitti"
    suffixes = (".txt",)
    yields = frozenset({"boxes", "cuboids"})
    options = (
        ReaderOption("dontcare", "what DontCare is: what falls on it is not judged, it is left aside, or "
                     "it is an object", "ignored", ("ignored", "aside", "object")),
        ReaderOption("names", "classes with blanks in their names, parted by commas: traffic light", ""),
        SIZES,
        EXIF,
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the columns of a first line."""
        for member in source.ending(".txt"):
            lines = member.head(4_096).decode("utf-8", "replace").splitlines()[:20] if member.size else []
            found = [one for one in map(_parsed, lines) if not isinstance(one, str)]
            if any(not label.replace(".", "").isdigit() for label, _ in found):
                return Confidence(SURE, f"{member.name} has lines of a class and KITTI's 14 or 15 numbers.")
        return Confidence(NO, "no text file has lines of a class and KITTI's 14 or 15 numbers.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in order of the files' names; see formats.readers.interface."""
        members = [one for one in source.ending(".txt") if _is_label(one, source)]
        if not members:
            raise InputError(
                "There is no label file in it.", file=source.name, remedy="Name the folder label_2."
            )
        remarks = Remarks()
        files = _Files(shape, options, remarks, NamedPictures(source, options), members)
        for member in members:
            yield files.read(member)
        files.refuse_flat(source.name)
        yield files.rest(source.name)


def _is_label(member: Member, source: Source) -> bool:
    """Where some files stand in a folder of labels, only those are label files."""
    within = any(_FOLDER.search(one.name) for one in source.ending(".txt"))
    return not within or bool(_FOLDER.search(member.name))


def _below(name: str) -> str:
    """A label file's path below its folder of labels, without its ending."""
    found = _FOLDER.search(name)
    return (name[found.end() :] if found else name).removesuffix(".txt")


def _parsed(line: str, names: Sequence[str] = ()) -> tuple[str, list[float]] | str:
    """The class and the numbers of a line, or why it is none; `names` are classes that have blanks."""
    named = next((name for name in names if line.startswith(f"{name} ")), "")
    words = [named, *line[len(named) :].split()] if named else line.split()
    if len(words) not in _COLUMNS:
        return f"It has {len(words)} columns, not 15 or 16{_BLANK}."
    try:
        numbers = [float(word) for word in words[1:]]
    except ValueError:
        return f"Columns 2 to {len(words)} are not all numbers{_BLANK}."
    if not all(map(math.isfinite, numbers)):
        return "It holds a number that is not finite."
    return words[0], numbers


class _Files:
    """Turns label files into answers, one by one."""

    def __init__(
        self, shape: Shape, options: Mapping[str, str], remarks: Remarks, pictures: NamedPictures,
        members: list[Member],
    ) -> None:  # fmt: skip
        self._shape, self._options, self._remarks, self._pictures = shape, options, remarks, pictures
        self._same = Counter(_below(member.name) for member in members)
        self._read: set[str] = set()
        self._flat = self._placed = 0  # objects without a place in space, and the others
        names = {" ".join(name.split()) for name in options["names"].split(",")} - {""}
        self._names = sorted(names, key=len, reverse=True)

    def read(self, member: Member) -> Answers:
        """The answers of one file; one without lines is an image answered with nothing."""
        rows = AnswerRows(member.name, self._shape)
        below = _below(member.name)
        stem = below if self._same[below] == 1 else member.name.removesuffix(".txt")
        self._read.add(PurePosixPath(stem).name)
        item, size, _ = self._pictures.of(stem)
        rows.sheet(item, **({"width": size[0], "height": size[1]} if size else {}))
        text = member.read("document").removeprefix(b"\xef\xbb\xbf")
        for place, raw in enumerate(text.split(b"\n"), start=1):
            if raw.strip():
                self._line(rows, place, raw, item)
        return rows.take()

    def _line(self, rows: AnswerRows, place: int, raw: bytes, item: str) -> None:
        try:
            found = _parsed(raw.decode(), self._names)
        except UnicodeDecodeError:
            found = "It is not UTF-8 text."
        if isinstance(found, str):
            rows.refuse(place, found, item)
            return
        label, numbers = found
        ignored = label == _DONT_CARE and self._options["dontcare"] != "object"
        if ignored and self._options["dontcare"] == "aside":
            rows.aside(_DONT_CARE)
            return
        if len(numbers) == 15:
            self._remarks.count("Lines with a score, which is not read")
        answer = _box(numbers) if self._shape.name == "boxes" else cuboid(numbers)
        if answer is None:
            self._flat += not ignored
            rows.aside(f"{_DONT_CARE} without a place in space" if ignored else "box without a place in space")
            return
        self._placed += not ignored
        if ignored:
            self._remarks.count("DontCare, on which nothing is judged", item)
        attributes = _attributes(numbers)
        rows.row(
            place, item_id=item, label=label, ignored=ignored or None, object_id=str(place), **answer,
            attributes=canonical_map(attributes) if attributes else None,
        )  # fmt: skip

    def refuse_flat(self, file: str) -> None:
        """Raise InputError for boxes without one in space: as cuboids, every image would be empty."""
        if self._flat and not self._placed:
            raise InputError(
                f"None of its {self._flat:,} objects has a place in space: they are boxes, no cuboids.",
                file=file,
                remedy='Take the file with the places, or agree on the task type "boxes".',
            )

    def rest(self, file: str) -> Answers:
        """Pictures without a label file, and what is to be said of all."""
        rows = AnswerRows(file, self._shape, remarks=self._remarks)
        pictures = {PurePosixPath(stem_of(name)).name for name in self._pictures.delivered}
        if missing := len(pictures - self._read):
            rows.aside(_MISSING, missing)
        return rows.finish()


def _attributes(numbers: list[float]) -> dict[str, Any]:
    """How far it is truncated (0 to 1) and how much is hidden (0 to 3), where it is told."""
    truncated, occluded = numbers[0], numbers[1]
    found: dict[str, Any] = {}
    if truncated >= 0:
        found["truncated"] = truncated
    if occluded >= 0 and occluded == int(occluded):
        found["occluded"] = int(occluded)
    return found


def _box(numbers: list[float]) -> dict[str, Any]:
    left, top, right, bottom = numbers[3:7]
    return {"x_min": left, "y_min": top, "x_max": right, "y_max": bottom}


def cuboid(numbers: list[float]) -> dict[str, Any] | None:
    """Centre, size and yaw in our axes; None where the line tells no place in space.

    The box's length lies along the camera's x where rotation_y is 0, and turns with it towards -z (KITTI
    object development kit, readme.txt), so that its heading in our axes is -rotation_y - 90 degrees.
    """
    height, width, length, x, y, z, rotation = numbers[7:14]
    if min(height, width, length) <= 0 or min(x, y, z) <= _NOWHERE:
        return None
    yaw = (-math.degrees(rotation) - 90) % 360
    return {
        "x": z, "y": -x, "z": -y + height / 2, "long": length, "wide": width, "high": height,
        "yaw": yaw - 360 if yaw > 180 else yaw,
    }  # fmt: skip


READER = Kitti()
