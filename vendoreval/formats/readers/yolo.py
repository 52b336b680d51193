"""YOLO: Ultralytics' detect, segment, obb and pose sets, and darknet's (YOLO 1.1 of CVAT)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.folded_parts import turned_box
from vendoreval.formats.readers.interface import MAYBE, NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.masks import MaskCheck
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.picture_index import (
    Picture,
    PictureIndex,
    pictures_below,
    pictures_listed,
    pictures_within,
    stem_of,
)
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.yolo_lines import (
    KINDS,
    Line,
    beyond_image,
    box,
    fits,
    kind_of,
    parsed,
    points,
    ring,
)
from vendoreval.formats.readers.yolo_set import YoloSet, below, looks_like_labels, read_set
from vendoreval.labels.shapes import Shape

_ASIDE = {"detect": "box", "segment": "polygon", "obb": "box", "pose": "keypoints"}
_BOXES = ("detect", "obb", "pose")
_MISSING = "image without a label file, taken as not done"
_NO_SIZE = (
    "Name the folder of the pictures with --images DIR, or a file with the columns image, width and height: "
    "--read sizes=FILE."
)
_SEGMENTS = (
    "YOLO's polygons have no holes, and parts of an object are objects of their own; tools that make them from "
    "masks lose a pixel at the right and below. Where that matters, ask for COCO or the tool's own format."
)


class Yolo:
    """YOLO text files."""

    name = "yolo"
    suffixes = (".txt", ".yaml", ".yml", ".names", ".data")
    yields = frozenset({"boxes", "polygons", "masks", "keypoints"})
    options = (
        ReaderOption("kind", "what the lines are; auto: by the columns of all", "auto", ("auto", *KINDS)),
        ReaderOption("missing", "what an image without a label file is", "not_done", ("not_done", "empty")),
        ReaderOption("confidence", "a last column that is left out", "none", ("none", "last")),
        ReaderOption("names", "a file with one class a line, or a data.yaml", ""),
        ReaderOption("keypoints", "the keypoints' names in order, parted by commas", ""),
        ReaderOption("sizes", "a file with the columns image, width and height", "", file=True),
        ReaderOption("exif", "a picture's size: as it is shown or stored", "shown", ("shown", "stored")),
        ReaderOption("polygons", "for masks: leave polygons aside, or draw them", "aside", ("aside", "drawn")),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the names of files, and the first line of a label file."""
        texts = [member for member in source.members if member.name.lower().endswith(".txt")]
        labels = next((member for member in texts if member.size and looks_like_labels(member)), None)
        names = [m.name for m in source.members if PurePosixPath(m.name).name in _TELLING]
        if names and (labels or any("labels/" in member.name for member in texts)):
            return Confidence(SURE, f"{names[0]} stands beside label files.")
        if labels is not None:
            return Confidence(MAYBE, f"{labels.name} begins with a class and shares of an image.")
        return Confidence(NO, "no text file begins with a class and shares of an image.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in order of the label files' names; see formats.readers.interface."""
        yolo = read_set(source, options)
        kind = options["kind"]
        if kind == "auto":
            kind = kind_of(_columns(yolo, options), yolo.pose, shape.name, source.name)
        if kind == "pose" and yolo.pose is None:
            raise InputError(
                "Nothing here names the keypoints.", file=source.name,
                remedy="Name them in their order: --read keypoints=nose,tail.",
            )  # fmt: skip
        images = _Images(yolo, source, options)
        labels = _Labels(yolo, images, shape, kind, options)
        for stem, member in yolo.labels.items():
            yield labels.file(stem, member)
        yield labels.rest(source.name)


_TELLING = ("data.yaml", "data.yml", "dataset.yaml", "obj.data", "obj.names", "classes.txt")


def _columns(yolo: YoloSet, options: Mapping[str, str]) -> Counter[int]:
    """How many lines of the whole set have how many columns, without a confidence."""
    less = options["confidence"] == "last"
    found: Counter[int] = Counter()
    for member in yolo.labels.values():
        for line in member.read("document").splitlines():
            if words := len(line.split()):
                found[words - less] += 1
    return found


class _Images:
    """Names and sizes of the label files' images."""

    def __init__(self, yolo: YoloSet, source: Source, options: Mapping[str, str]) -> None:
        exif = options["exif"] == "shown"
        self.index, self._yolo = PictureIndex(exif), yolo
        delivered = [Picture(name) for name in yolo.listed]
        delivered += [Picture(below(one.name), one.size) for one in pictures_within(source, exif)]
        own = [Picture(below(one.name), one.size) for one in pictures_below(source.images, exif)]
        sizes = list(pictures_listed(Path(options["sizes"]))) if options["sizes"] else []
        self.index.add([*delivered, *own, *sizes])
        self.expected = [stem_of(one.name) for one in delivered or [*own, *sizes]]
        stems = dict.fromkeys([*yolo.labels, *(stem_of(one.name) for one in delivered)])
        self._same = Counter(yolo.item(stem) for stem in stems)
        self._used: dict[str, str] = {}

    def of(self, stem: str) -> tuple[str, tuple[int, int] | None, str]:
        """The item, its size if it is known, and why it is not."""
        try:
            found = self.index.named(stem, self._yolo.item(stem))
            if found is None:
                return self._name(stem), None, "no picture or table tells its size"
            if self._used.setdefault(found, stem) != stem:
                raise ValueError(f"its picture {found} is also that of {self._used[found]}")
            name = self.index.name(found)
            item = f"{self._name(stem)}{name[len(stem_of(name)) :]}"
        except ValueError as error:
            return self._name(stem), None, str(error)
        try:
            return item, self.index.size(found), ""
        except ValueError as error:
            return item, None, str(error)

    def _name(self, stem: str) -> str:
        item = self._yolo.item(stem)
        return stem if self._same[item] > 1 else item

    def without_labels(self) -> Iterator[str]:
        """Images that have no label file."""
        ends: dict[str, list[str]] = {}
        for stem in self._yolo.labels:
            ends.setdefault(stem.rpartition("/")[2], []).append(stem)
        for stem in dict.fromkeys(self.expected):
            if not any(
                f"/{one}".endswith(f"/{self._yolo.item(stem)}")
                or f"/{stem}".endswith(f"/{self._yolo.item(one)}")
                for one in ends.get(stem.rpartition("/")[2], ())
            ):
                yield stem


@dataclass
class _Labels:
    """Turns label files into answers, one by one."""

    yolo: YoloSet
    images: _Images
    shape: Shape
    kind: str
    options: Mapping[str, str]
    remarks: Remarks = field(default_factory=Remarks)
    _seen: Counter[int] = field(default_factory=Counter)
    _sized: int = 0

    def file(self, stem: str, member: Member) -> Answers:
        """The answers of one image."""
        rows = AnswerRows(member.name, self.shape)
        item, size, why = self.images.of(stem)
        rows.sheet(item, **({"width": size[0], "height": size[1]} if size else {}))
        lines = self._lines(member, rows, item)
        if lines and size is None and not self._sized:
            raise InputError(
                f"The size of {item} is not known ({why}), and YOLO tells shares of the image.",
                file=member.name, remedy=_NO_SIZE,
            )  # fmt: skip
        for line in lines:
            if size is None:
                rows.refuse(line.place, f"The size of its image is not known: {why}.", item)
            else:
                self._add(rows, line, item, size)
        self._sized += size is not None
        return rows.take()

    def _lines(self, member: Member, rows: AnswerRows, item: str) -> list[Line]:
        found: list[Line] = []
        data = member.read("document").removeprefix(b"\xef\xbb\xbf")
        for place, words in enumerate(data.split(b"\n"), start=1):
            if not words.strip():
                continue
            line = parsed(words, place, confidence=self.options["confidence"] == "last")
            if isinstance(line, Line):
                line = self._wrong(line) or line
            if isinstance(line, str):
                rows.refuse(place, line, item)
            else:
                found.append(line)
        repeated = len(found) - len({(line.label, line.shares) for line in found})
        self.remarks.count("Lines that stand in a file more than once, all of which are kept", item, repeated)
        return found

    def _wrong(self, line: Line) -> str:
        if line.label not in self.yolo.names:
            return f"Its class is {line.label}, which no name belongs to."
        return fits(line, self.kind, self.yolo.pose)

    def _add(self, rows: AnswerRows, line: Line, item: str, size: tuple[int, int]) -> None:
        self._seen[line.label] += 1
        if beyond_image(line, self.kind, self.yolo.pose):
            self.remarks.count("Lines with coordinates outside of the image", f"{item}, line {line.place}")
        common = {"item_id": item, "label": self.yolo.names[line.label]}
        shape, kind = self.shape.name, self.kind
        if shape == "boxes" and kind in _BOXES:
            rows.row(line.place, **common, **self._box(line, item, size))
        elif shape == "polygons" and kind == "segment":
            rows.row(line.place, **common, rings=[[ring(line.shares, size)]])
        elif shape == "masks" and kind == "segment" and self.options["polygons"] == "drawn":
            runs = MaskCheck(self.remarks).drawn([ring(line.shares, size)], size).tolist()
            rows.row(line.place, **common, width=size[0], height=size[1], runs=runs)
        elif shape == "keypoints" and kind == "pose" and self.yolo.pose is not None:
            self._points(rows, line, common, size)
        else:
            rows.aside(_ASIDE[kind])

    def _box(self, line: Line, item: str, size: tuple[int, int]) -> dict[str, float]:
        if self.kind != "obb":
            return box(line.shares, size)
        found, square = turned_box(ring(line.shares, size))
        if not square:
            self.remarks.count("Turned boxes whose corners are no rectangle", f"{item}, line {line.place}")
        return found

    def _points(self, rows: AnswerRows, line: Line, common: Mapping[str, str], size: tuple[int, int]) -> None:
        assert self.yolo.pose is not None
        corners = box(line.shares, size)
        area = (corners["x_max"] - corners["x_min"]) * (corners["y_max"] - corners["y_min"])
        for point in points(line, self.yolo.pose, size):
            rows.row(line.place, **common, **point, object_id=str(line.place), area=area)

    def rest(self, file: str) -> Answers:
        """Images without a label file, and what is to be said of the set."""
        rows = AnswerRows(file, self.shape, remarks=self.remarks)
        for stem in self.images.without_labels():
            if self.options["missing"] == "not_done":
                rows.aside(_MISSING)
                continue
            item, size, _ = self.images.of(stem)
            rows.sheet(item, **({"width": size[0], "height": size[1]} if size else {}))
        self._say()
        return rows.finish()

    def _say(self) -> None:
        for note in self.yolo.notes:
            self.remarks.say(note)
        if self.kind == "segment":
            self.remarks.say(_SEGMENTS)
        for number, name in self.yolo.names.items():
            if not self._seen[number]:
                self.remarks.count("Classes without any object", name)


READER = Yolo()
