"""CVAT XML 1.1, "CVAT for images": boxes, polygons, polylines, masks, skeletons and points, tags.

Tracks (videos), ellipses and cuboids are counted, not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.cvat_shapes import ALL_KINDS, KINDS, Size, joined, rows_of, whole_of
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.xml_stream import Element, elements, root_of
from vendoreval.labels.shapes import Shape

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
            yield from batches(rows, _File(member, rows, shape.name, options).steps())


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

    def steps(self) -> Iterator[None]:
        for element in elements(self.member, ROOT):
            if element.tag == "image":
                self._image(element)
            elif element.tag == "meta":
                self.annotator = _assignee(element) if self.options["annotator"] == "assignee" else None
            elif element.tag == "track":
                self.rows.aside("track")
                for one in element:
                    if one.tag != "attribute":
                        self.rows.aside("shape of a track")
            yield
        for name, count in self.seen.items():
            if count > 1:
                self.rows.remarks.count(
                    "Images that stand more than once, as in jobs that overlap, or with honeypots, which are "
                    "the buyer's gold; each is an answer by itself", name,
                )  # fmt: skip

    def _image(self, image: Element) -> None:
        name = image.attributes.get("name")
        self.whole += 1
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
        elif image.children or self.options["empty"] == "answered":
            width, height = size or (None, None)
            self.rows.sheet(name, **{**pair, "width": width, "height": height})
        else:
            self.rows.aside("image without shapes")

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
