"""VGG Image Annotator (VIA 1 and 2): annotations as JSON or CSV, and project files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_values import table, text
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.via_files import Entry, entries
from vendoreval.formats.readers.via_regions import KINDS, attributes_of, place_of
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import Shape

_JSON = re.compile(rb'"_via_img_metadata"\s*:|"(shape_attributes|file_attributes)"\s*:|"regions"\s*:')
_CSV = b"region_shape_attributes"
_LABELS = ("label", "class", "category", "name", "type", "label_id", "object")
_UNNAMED = "No region attribute is called {}; the regions have {}."


class Via:
    """VIA's files."""

    name = "via"
    suffixes = (".json", ".csv")
    yields = frozenset({"boxes", "polygons", "keypoints", "polylines", "classification"})
    options = (
        ReaderOption(
            "label", "the attribute that is the class: of regions, or of files for classification; "
            "auto: the only one, or else one that is called so", "auto",
        ),
        ReaderOption("keypoint", "the attribute that names a point; empty: points are set aside", ""),
        ReaderOption("object", "the attribute by which points are of one object; empty: all of one class", ""),
        ReaderOption("ellipses", "for polygons: leave circles and ellipses aside, or draw them with 72 corners",
                     "aside", ("aside", "drawn")),
        ReaderOption("empty", "what an image without regions is", "answered", ("answered", "not_done")),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the words at the beginning of a file."""
        for member in source.members:
            head = member.head() if member.suffix in self.suffixes else b""
            if member.suffix == ".csv" and _CSV in head.partition(b"\n")[0]:
                return Confidence(SURE, f"{member.name} has the columns of VIA.")
            if member.suffix == ".json" and _is_json(head):
                return Confidence(SURE, f"{member.name} has the regions of VIA.")
        return Confidence(NO, "no file has VIA's regions.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, a file after the other; see formats.readers.interface."""
        members = source.ending(*self.suffixes)
        if not members:
            raise InputError("There is no JSON or CSV file in it.", file=source.name)
        for member in members:
            found = entries(member)
            rows = AnswerRows(member.name, shape)
            yield from batches(rows, _Reading(rows, found, options).steps())


def _is_json(head: bytes) -> bool:
    if b'"_via_img_metadata"' in head:
        return True
    return b'"filename"' in head and b'"regions"' in head and bool(_JSON.search(head))


class _Reading:
    """Turns one file's images into rows."""

    def __init__(self, rows: AnswerRows, found: list[Entry], options: Mapping[str, str]) -> None:
        self._rows, self._entries, self._options = rows, found, options
        of_files = rows.shape.name == "classification"
        told = [table(one) for entry in found for one in ([entry.attributes] if of_files else _answers(entry))]
        self._label = _attribute(told, options["label"], rows.file)
        twice = Counter(entry.name for entry in found if not entry.why)
        for name, count in twice.items():
            if count > 1:
                rows.remarks.count("Names that several images have, told apart by their size in bytes", name)

    def steps(self) -> Iterator[None]:
        """Add image after image."""
        for entry in self._entries:
            self._add(entry)
            yield

    def _add(self, entry: Entry) -> None:
        rows = self._rows
        if entry.why:
            rows.refuse(entry.place, entry.why)
            return
        if rows.shape.name == "classification":
            self._class(entry)
            return
        if not entry.regions and self._options["empty"] == "not_done":
            rows.aside("image without regions, taken as not done")
            return
        rows.sheet(entry.name)
        for region in entry.regions:
            self._region(entry, table(region))

    def _class(self, entry: Entry) -> None:
        if entry.regions:
            self._rows.aside("region", len(entry.regions))
        found = attributes_of(table(entry.attributes)).get(self._label)
        if not isinstance(found, str) or not found:
            self._rows.aside("image without a class, taken as not done")
            return
        self._rows.row(entry.place, item_id=entry.name, label=found)

    def _region(self, entry: Entry, region: Mapping[str, Any]) -> None:
        rows, drawn = self._rows, table(region.get("shape_attributes"))
        kind = text(drawn.get("name")) or "region without a shape"
        if not self._reads(kind):
            rows.aside(kind)
            return
        told = attributes_of(table(region.get("region_attributes")))
        label = told.pop(self._label, None)
        if not isinstance(label, str) or not label.strip():
            rows.refuse(
                entry.place, f"The {kind} has no {self._label or 'attribute that names its class'}.", entry.name
            )
            return
        try:
            answer = place_of(kind, drawn, rows.shape.name)
        except ValueError as error:
            rows.refuse(entry.place, f"The {kind} cannot be read: {error}.", entry.name)
            return
        if rows.shape.name == "keypoints":
            point = told.pop(self._options["keypoint"], None)
            if not isinstance(point, str) or not point:
                rows.refuse(entry.place, f"The point has no {self._options['keypoint']}.", entry.name)
                return
            owner = told.pop(self._options["object"], None) if self._options["object"] else label
            answer |= {"keypoint": point, "object_id": f"{label} {owner}" if owner != label else label}
        rows.row(
            entry.place, item_id=entry.name, label=label, **answer,
            attributes=canonical_map(told) if told else None,
        )  # fmt: skip

    def _reads(self, kind: str) -> bool:
        shape = self._rows.shape.name
        if shape == "keypoints" and not self._options["keypoint"]:
            return False
        return KINDS.get(kind) == shape or (
            shape == "polygons" and kind in ("circle", "ellipse") and self._options["ellipses"] == "drawn"
        )


def _answers(entry: Entry) -> list[Any]:
    """What was said of each region."""
    return [table(one).get("region_attributes") for one in entry.regions]


def _attribute(told: list[dict[str, Any]], option: str, file: str) -> str:
    """The attribute that is the class; raises InputError where it cannot be told."""
    names = Counter(name for one in told for name in one)
    if option != "auto":
        if names and option not in names:
            raise InputError(
                _UNNAMED.format(repr(option), ", ".join(sorted(names))), file=file,
                remedy="Name another one with --read label=NAME.",
            )  # fmt: skip
        return option
    if len(names) <= 1:
        return next(iter(names), "")
    known = [name for name in _LABELS if name in names]
    if known:
        return known[0]
    raise InputError(
        f"It has the attributes {', '.join(sorted(names))}, and nothing tells which of them is the class.",
        file=file, remedy=f"Say which: {' or '.join(f'--read label={name}' for name in sorted(names)[:4])}.",
    )  # fmt: skip


READER = Via()
