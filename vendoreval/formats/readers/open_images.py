"""Open Images: boxes, or classes of whole images, as rows of a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.named_pictures import EXIF, NO_SIZE, SIZES, NamedPictures
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.text_source import explained, open_text
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import Shape
from vendoreval.limits import allowed
from vendoreval.received import read_text

_NEEDED = ("ImageID", "LabelName")
_EDGES = ("XMin", "XMax", "YMin", "YMax")
_MARKS = {
    "IsOccluded": "occluded",
    "IsTruncated": "truncated",
    "IsDepiction": "depiction",
    "IsInside": "inside",
}
_GROUP = "IsGroupOf"
_SOURCES = {
    "xclick": "human", "verification": "human", "crowdsource-verification": "human",
    "activemil": "model-assisted", "machine": "auto",
}  # fmt: skip
_FARTHEST = 2.0


class OpenImages:
    """Files of boxes (13 columns and more) and of image labels (4 columns)."""

    name = "open-images"
    suffixes = (".csv",)
    yields = frozenset({"boxes", "multilabel"})
    options = (
        ReaderOption("group", "what IsGroupOf=1 is: what falls on it is not judged, or it is an object",
                     "ignored", ("ignored", "object")),
        ReaderOption("names", "a file of two columns, LabelName and what it is called; else one delivered "
                     "with it is taken, if its name begins with class-descriptions", ""),
        SIZES,
        EXIF,
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the columns of a file."""
        for member in source.ending(".csv"):
            if set(_NEEDED) <= set(_head(member)):
                return Confidence(SURE, f"{member.name} has the columns of Open Images.")
        return Confidence(NO, "no file has the columns ImageID and LabelName.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in file order; see formats.readers.interface."""
        boxes = shape.name == "boxes"
        fitting = [
            one for one in source.ending(".csv")
            if set(_NEEDED) <= set(_head(one)) and ("XMin" in _head(one)) == boxes
        ]  # fmt: skip
        if not fitting:
            raise InputError(
                f"No file of it holds {'boxes' if boxes else 'labels of whole images'}.", file=source.name,
                remedy=f"A file of them has the columns {', '.join((*_NEEDED, *(_EDGES if boxes else ())))}.",
            )  # fmt: skip
        reading = _Rows(options, _names(source, options["names"]), NamedPictures(source, options))
        for member in fitting:
            rows = AnswerRows(member.name, shape)
            yield from batches(rows, reading.steps(rows, member))


def _head(member: Member) -> list[str]:
    line = member.head(8_192).decode("utf-8-sig", "replace").partition("\n")[0].strip()
    return [name.strip() for name in line.split(",")]


def _names(source: Source, option: str) -> dict[str, str]:
    """What the codes of classes, such as /m/01g317, are called."""
    described = [one for one in source.ending(".csv")
                 if PurePosixPath(one.name).name.startswith("class-descriptions")]  # fmt: skip
    if option:
        text = read_text(Path(option))
    elif described:
        with explained(described[0]), open_text(described[0]) as stream:
            text = stream.read()
    else:
        return {}
    return {
        row[0].strip(): row[1].strip()
        for row in csv.reader(text.splitlines())
        if len(row) >= 2 and row[1].strip()
    }


@dataclass
class _Rows:
    """Turns rows into answers."""

    options: Mapping[str, str]
    names: Mapping[str, str]
    pictures: NamedPictures
    sized: int = 0

    def steps(self, rows: AnswerRows, member: Member) -> Iterator[None]:
        """Add row after row."""
        before, seen = csv.field_size_limit(allowed().line), set[str]()
        try:
            with explained(member), open_text(member) as stream:
                reader = csv.DictReader(stream)
                for row in reader:
                    self._add(rows, row, reader.line_num, seen)
                    yield
        except csv.Error as error:
            raise InputError(f"The row cannot be read: {error}.", file=member.name) from error
        finally:
            csv.field_size_limit(before)

    def _add(self, rows: AnswerRows, row: dict[str, Any], line: int, seen: set[str]) -> None:
        name, code = (row.get(column) for column in _NEEDED)
        if not name or not code:
            rows.refuse(line, f"The row has no {'LabelName' if name else 'ImageID'}.", name)
            return
        item, size, why = self.pictures.of(name)
        if name not in seen:
            seen.add(name)
            rows.sheet(item, **({"width": size[0], "height": size[1]} if size else {}))
        label = self.names.get(code, code)
        if code.startswith("/m/") and code not in self.names:
            rows.remarks.count("Classes that no file names", code)
        if rows.shape.name == "boxes":
            self._box(rows, row, line, item, label, size, why)
            return
        if row.get("Confidence") not in ("1", "1.0", "", None):
            rows.aside("label of an image that is not confirmed")
            return
        rows.row(line, item_id=item, label=label, source=_SOURCES.get(row.get("Source") or ""))

    def _box(
        self, rows: AnswerRows, row: dict[str, Any], line: int, item: str, label: str,
        size: tuple[int, int] | None, why: str,
    ) -> None:  # fmt: skip
        if size is None:
            if not self.sized:
                raise InputError(
                    f"The size of {item} is not known ({why}), and Open Images tells shares of the image.",
                    file=rows.file, line=line, remedy=NO_SIZE,
                )  # fmt: skip
            rows.refuse(line, f"The size of its image is not known: {why}.", item)
            return
        self.sized += 1
        try:
            left, right, top, bottom = (_share(row.get(name), name) for name in _EDGES)
        except ValueError as error:
            rows.refuse(line, f"The box cannot be read: {error}.", item)
            return
        ignored = row.get(_GROUP) == "1" and self.options["group"] == "ignored"
        if ignored:
            rows.remarks.count("Boxes of a group (IsGroupOf), on which nothing is judged", item)
        marks = {told: row[name] == "1" for name, told in _MARKS.items() if row.get(name) in ("0", "1")}
        if not ignored and row.get(_GROUP) in ("0", "1"):
            marks["group"] = row[_GROUP] == "1"
        rows.row(
            line, item_id=item, label=label, ignored=ignored or None,
            source=_SOURCES.get(row.get("Source") or ""), x_min=left * size[0],
            x_max=right * size[0], y_min=top * size[1], y_max=bottom * size[1],
            attributes=canonical_map(marks) if marks else None,
        )  # fmt: skip


def _share(cell: Any, name: str) -> float:
    try:
        value = float(cell or "")
    except (TypeError, ValueError):
        raise ValueError(f"its {name} is no number") from None
    if not 1 - _FARTHEST <= value <= _FARTHEST:
        raise ValueError(f"its {name} is {value:g}; edges are shares of the image, from 0 to 1")
    return value


READER = OpenImages()
