"""Pascal VOC: boxes in XML, masks as pictures beside it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.coco_shapes import SHARES, shares_of_the_image
from vendoreval.formats.readers.folded_parts import distinct_names
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.picture_index import is_picture, stem_of
from vendoreval.formats.readers.pictures import told_size
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.voc_masks import SegmentPictures
from vendoreval.formats.readers.xml_stream import Element, elements, root_of
from vendoreval.labels.shapes import Shape

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_FLAGS = ("truncated", "difficult", "occluded")
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")
_DIFFICULT = "Difficult objects, so that what falls on them is not judged (else: --read difficult=object)"
_SWAPPED = "Boxes whose corners stand in the wrong order, which is put right"
_NO_AREA = "Boxes without an area"
_ONE_BASED = (
    "The smallest coordinate of all boxes is 1, as it is where pixels are counted from 1 and the last one is "
    "included. If the tool counts so: --read voc-base=1"
)
_ZERO = "Boxes that begin at 0, which none does where pixels are counted from 1 (else: --read voc-base=0)"
_MISSING = "image without an annotation file, taken as not done"
_LABEL_STUDIO = (
    "Label Studio's VOC export holds one annotator's answers an image, cut to whole pixels; polygons, masks "
    "and turned boxes are lost or made upright. For agreement, or where one of these may be, ask for its JSON."
)


class Voc:
    """Pascal VOC XML."""

    name = "voc"
    suffixes = (".xml",)
    yields = frozenset({"boxes", "masks"})
    options = (
        ReaderOption("voc-base", "the first pixel's number; with 1 the last is included", "0", ("0", "1")),
        ReaderOption("difficult", "what a difficult object is", "ignored", ("ignored", "object")),
        ReaderOption("labelmap", "for masks: a file of the classes' colours (labelmap.txt)", "", file=True),
    )

    def recognises(self, source: Source) -> Confidence:
        """By the root and what stands in it."""
        for member in _documents(source):
            head = member.head()
            if root_of(head) == "annotation" and b"<polygon>" not in head.split(b"<bndbox>")[0]:
                return Confidence(SURE, f"{member.name} is an annotation in XML.")
        return Confidence(NO, "no XML file has the root annotation.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, a file an image; see formats.readers.interface."""
        members = _documents(source)
        if not members:
            raise InputError(
                "There is no XML file in it.", file=source.name, remedy="Name the folder Annotations."
            )
        remarks = Remarks()
        images = [_document(member).image for member in members]  # read again below, one at a time
        names = distinct_names([(_folder(m), image) for m, image in zip(members, images, strict=True)])
        pictures = SegmentPictures(source, options["labelmap"], remarks) if shape.name == "masks" else None
        boxes = _Boxes(shape, options, remarks)
        for member, item in zip(members, names, strict=True):
            rows, document = AnswerRows(member.name, shape), _document(member)
            if document.by_label_studio:
                remarks.say(_LABEL_STUDIO)
            if pictures is None:
                rows.sheet(item, **document.facts)
                boxes.add(rows, document, item)
            else:
                labels = [one.word("name") for one in document.objects]
                pictures.add(rows, PurePosixPath(member.name).stem, labels, item, document.facts)
            yield rows.take()
        boxes.say_base()
        yield _missing(source, AnswerRows(source.name, shape, remarks=remarks), images)


def _missing(source: Source, rows: AnswerRows, images: Sequence[str]) -> Answers:
    """Images that the delivery names and that have no file."""
    told = {stem_of(PurePosixPath(image).name) for image in images}
    told |= {PurePosixPath(member.name).stem for member in _documents(source)}
    expected = {stem_of(PurePosixPath(name).name) for name in _expected(source)}
    if missing := len(expected - told):
        rows.aside(_MISSING, missing)
    return rows.finish()


def _folder(member: Member) -> str:
    """Below which a file lies, without the folder that all lie in."""
    return "/".join(part for part in PurePosixPath(member.name).parts[:-1] if part != "Annotations")


@dataclass(frozen=True)
class _Document:
    """One annotation file."""

    image: str
    objects: tuple[Element, ...]
    facts: Mapping[str, Any]  # of the sheet
    by_label_studio: bool


def _documents(source: Source) -> list[Member]:
    return [member for member in source.members if member.name.lower().endswith(".xml")]


def _document(member: Member) -> _Document:
    """An annotation file; raises InputError where it is none."""
    top = list(elements(member, "annotation"))
    root = Element("annotation", {}, 1, children=top)
    image = root.word("filename").replace("\\", "/") or PurePosixPath(member.name).stem
    size = told_size(_number(root.word("size", "width")), _number(root.word("size", "height")))
    facts: dict[str, Any] = {"width": size[0], "height": size[1]} if size else {}
    if person := root.word("source", "annotator"):
        facts["annotator_id"] = person
    label_studio = root.word("owner", "name") == "Label Studio"
    return _Document(image, tuple(one for one in top if one.tag == "object"), facts, label_studio)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _expected(source: Source) -> Iterator[str]:
    """Images that the delivery names beside its annotations: in ImageSets/Main, and its pictures."""
    for member in source.members:
        parts = PurePosixPath(member.name).parts
        if is_picture(member.name) and not any(part.startswith("Segmentation") for part in parts):
            yield member.name
        elif (
            "ImageSets" in parts
            and parts[-2] == "Main"
            and parts[-1] in ("train.txt", "val.txt", "trainval.txt")
        ):
            text = member.read("document").decode("utf-8", "replace")
            yield from (line.split()[0] for line in text.splitlines() if line.strip())


@dataclass
class _Boxes:
    """Turns objects into boxes."""

    shape: Shape
    options: Mapping[str, str]
    remarks: Remarks
    _smallest: float = math.inf

    def add(self, rows: AnswerRows, document: _Document, item: str) -> None:
        """All objects of a file."""
        person = document.facts.get("annotator_id")
        for one in document.objects:
            label = one.word("name")
            corners = self._corners(one, f"{item}, line {one.line}")
            if one.child("bndbox") is None:
                rows.aside(_other_shape(one))
            elif not label:
                rows.refuse(one.line, "The object has no name.", item)
            elif corners is None:
                rows.refuse(one.line, "A corner of its bndbox is missing or no number.", item)
            elif shares_of_the_image(np.asarray([list(corners.values())]))[0]:
                rows.refuse(one.line, SHARES, item)
            else:
                rows.row(
                    one.line, item_id=item, label=label, annotator_id=person, **corners,
                    attributes=_attributes(one), ignored=self._ignored(one, f"{item}, line {one.line}"),
                )  # fmt: skip
            if parts := sum(part.tag == "part" for part in one):
                rows.aside("part of an object", parts)

    def _corners(self, one: Element, where: str) -> dict[str, float] | None:
        """The corners as pixel edges, in order; None where one is missing."""
        numbers = [_number(one.word("bndbox", name)) for name in _CORNERS]
        known = [number for number in numbers if number is not None]
        if len(known) < 4:
            return None
        x_min, y_min, x_max, y_max = known
        if x_min > x_max or y_min > y_max:
            self.remarks.count(_SWAPPED, where)
            x_min, x_max, y_min, y_max = *sorted((x_min, x_max)), *sorted((y_min, y_max))
        self._smallest = min(self._smallest, x_min, y_min)
        less = int(self.options["voc-base"])
        if less and min(x_min, y_min) < 1:
            self.remarks.count(_ZERO, where)
        found = {"x_min": x_min - less, "y_min": y_min - less, "x_max": x_max, "y_max": y_max}
        if found["x_min"] == x_max or found["y_min"] == y_max:
            self.remarks.count(_NO_AREA, where)
        return found

    def _ignored(self, one: Element, where: str) -> bool | None:
        if self.options["difficult"] == "object" or one.word("difficult").lower() not in _YES:
            return None
        self.remarks.count(_DIFFICULT, where)
        return True

    def say_base(self) -> None:
        """Say so where the coordinates look as if pixels were counted from 1."""
        if self.options["voc-base"] == "0" and self._smallest == 1:
            self.remarks.say(f"{_ONE_BASED}.")


def _other_shape(one: Element) -> str:
    for tag, word in (
        ("robndbox", "turned box (robndbox)"),
        ("polygon", "polygon"),
        ("part", "object of parts"),
    ):
        if one.child(tag) is not None:
            return word
    return "object without a shape"


def _attributes(one: Element) -> str | None:
    """Flags as true or false, the pose unless it is not specified, and CVAT's attributes as they are."""
    found: dict[str, Any] = {}
    for name in _FLAGS:
        word = one.word(name).lower()
        if word in (*_YES, *_NO):
            found[name] = word in _YES
    if (pose := one.word("pose")) and pose.lower() != "unspecified":
        found["pose"] = pose
    for attribute in one.child("attributes") or ():
        if name := attribute.word("name"):
            found[name] = attribute.word("value")
    return json.dumps(found, ensure_ascii=False) if found else None


READER = Voc()
