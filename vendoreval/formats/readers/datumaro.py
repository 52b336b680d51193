"""Datumaro JSON: one file a subset, with labels by their place in the list of categories."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.cuboid_places import of_angles, upright
from vendoreval.formats.readers.datumaro_types import Annotation, Categories, Counted, Item, Picture
from vendoreval.formats.readers.folded_parts import folded, union
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_stream import decoded, top_level
from vendoreval.formats.readers.masks import MaskCheck
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.picture_index import stem_of
from vendoreval.formats.readers.pictures import told_size
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.labels.shapes import Shape

_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
Size = tuple[int, int]  # width, height
_HEAD = re.compile(rb'"dm_format_version"\s*:|"label"\s*:\s*\{\s*"labels"\s*:\s*\[')
_TYPES = {
    "boxes": "bbox",
    "polygons": "polygon",
    "masks": "mask",
    "keypoints": "points",
    "polylines": "polyline",
    "multilabel": "label",
    "cuboids": "cuboid_3d",
}
_WORDS = {"bbox": "box", "points": "keypoints", "label": "label of the whole image"}
_CROWD = "Crowds, so that what falls on them is not judged (else: --read crowd=object)"


class Datumaro:
    """Datumaro JSON."""

    name = "datumaro"
    suffixes = (".json",)
    yields = frozenset({"boxes", "polygons", "polylines", "masks", "keypoints", "multilabel", "cuboids"})
    options = (
        ReaderOption("crowd", "what the attribute `is_crowd` is", "ignored", ("ignored", "object")),
        ReaderOption(
            "items", "items' names: their id, or with their picture's ending", "id", ("id", "picture")
        ),
        ReaderOption("polygons", "for masks: leave polygons aside, or draw them", "aside", ("aside", "drawn")),
    )

    def recognises(self, source: Source) -> Confidence:
        """By its version, or its categories."""
        for member in _files(source):
            if _HEAD.search(member.head()):
                return Confidence(SURE, f"{member.name} has Datumaro's categories.")
        return Confidence(NO, "no JSON file has Datumaro's version or categories.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in file order; see formats.readers.interface."""
        if not _files(source):
            raise InputError("There is no JSON file in it.", file=source.name)
        for member in _files(source):
            categories = _categories(member)
            rows = AnswerRows(member.name, shape)
            items = _Items(rows, shape, options, categories)
            with member.open() as stream:
                for name, pieces in top_level(stream, member.name):
                    for piece in pieces if name == "items" else ():
                        items.add(piece)
                        yield rows.take()
            yield rows.finish()


def _files(source: Source) -> list[Member]:
    return [member for member in source.members if member.name.lower().endswith(".json")]


def _categories(member: Member) -> Categories:
    """Classes and keypoints of a file; raises InputError where it has none."""
    with member.open() as stream:
        for name, pieces in top_level(stream, member.name):
            if name == "categories":
                decoder = msgspec.json.Decoder(Categories)
                found = [decoded(piece, decoder, member.name, "Its categories") for piece in pieces]
                return found[0] if found else Categories()
    raise InputError("It has no categories, by which labels are told.", file=member.name)


class _Items:
    """Turns items into rows, one by one; groups of parts become one object."""

    def __init__(self, rows: AnswerRows, shape: Shape, options: Mapping[str, str], told: Categories) -> None:
        self._rows, self._shape, self._options = rows, shape, options
        self._masks = MaskCheck(rows.remarks)
        self._labels = [label.name for label in told.label.labels] if told.label else []
        self._points = {one.label_id: one.labels for one in told.points.items} if told.points else {}
        self._kinds: tuple[str, ...] = (_TYPES[shape.name],)
        if shape.name == "masks" and options["polygons"] == "drawn":
            self._kinds = ("mask", "polygon")
        self._place = 0

    def add(self, piece: bytes) -> None:
        """Some items."""
        for raw in decoded(piece, _RAWS, self._rows.file, "Its list of items"):
            self._place += 1
            try:
                item = msgspec.json.decode(raw, type=Item)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                for _ in range(_count(raw)):
                    self._rows.refuse(self._place, f"Its item cannot be read: {error}.")
                continue
            self._item(item)

    def _item(self, item: Item) -> None:
        picture = _picture(item)
        name, size = str(item.id), _size(picture.size)
        if self._options["items"] == "picture" and picture.path:
            name += picture.path[len(stem_of(picture.path)) :]
        self._rows.sheet(name, **({"width": size[0], "height": size[1]} if size else {}))
        found = [one for one in (self._read(raw, name) for raw in item.annotations) if one is not None]
        boxes = {one.group or 0: one.bbox for one in found if one.type == "bbox" and one.group and one.bbox}
        masked: set[int | None] = {one.group for one in found if one.type == "mask" and one.group}
        taken = [one for one in found if self._counts(one, name, masked)]
        folds = self._shape.name in ("polygons", "masks")
        keyed = [((one.type, one.group, one.label_id) if folds and one.group else None, one) for one in taken]
        for place, parts in enumerate(folded(keyed), start=1):
            self._object(parts, name, size, boxes.get(parts[0].group or 0), place)

    def _read(self, raw: msgspec.Raw, item: str) -> Annotation | None:
        try:
            return msgspec.json.decode(raw, type=Annotation)
        except RecursionError:
            self._rows.refuse(self._place, "It is nested too deeply.", item)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self._rows.refuse(self._place, f"It cannot be read: {error}.", item)
        return None

    def _counts(self, one: Annotation, item: str, masked: set[int | None]) -> bool:
        """Whether it is an answer; else it is refused, or set aside by its kind: so are outlines of masks."""
        if one.type not in self._kinds or (
            one.type == "polygon" and "mask" in self._kinds and one.group in masked
        ):
            self._rows.aside(_WORDS.get(one.type, one.type))
        elif one.label_id is None:
            self._rows.refuse(self._place, "It has no label.", item)
        elif not 0 <= one.label_id < len(self._labels):
            self._rows.refuse(self._place, f"Its label_id {one.label_id} is not among the file's.", item)
        else:
            return True
        return False

    def _object(
        self, parts: Sequence[Annotation], item: str, size: Size | None, box: Sequence[float] | None, place: int
    ) -> None:  # fmt: skip
        first = parts[0]
        assert first.label_id is not None
        attributes, angle = self._attributes(parts)
        ignored = attributes.pop("is_crowd", False) is True and self._options["crowd"] == "ignored"
        try:
            answers = self._answers(parts, size, box, place)
        except ValueError as error:
            for _ in parts:
                self._rows.refuse(self._place, f"It cannot be read: {error}.", item)
            return
        if ignored:
            self._rows.remarks.count(_CROWD, item)
        for answer in answers:
            self._rows.row(
                self._place, item_id=item, label=self._labels[first.label_id], ignored=ignored or None,
                attributes=json.dumps(attributes, ensure_ascii=False) if attributes else None, **answer,
                **({"angle": angle} if angle else {}),
            )  # fmt: skip

    def _attributes(self, parts: Sequence[Annotation]) -> tuple[dict[str, Any], float | None]:
        """Those of all parts, and the angle of a turned box apart."""
        found: dict[str, Any] = {}
        for one in parts:
            found |= one.attributes or {}
        angle = found.get("rotation")
        if self._shape.name != "boxes" or isinstance(angle, bool) or not isinstance(angle, int | float):
            return found, None
        del found["rotation"]
        return found, float(angle)

    def _answers(
        self, parts: Sequence[Annotation], size: Size | None, box: Sequence[float] | None, place: int
    ) -> list[dict[str, Any]]:  # fmt: skip
        first = parts[0]
        if self._shape.name == "multilabel":
            return [{}]
        if self._shape.name == "boxes":
            return [_box(first)]
        if self._shape.name == "cuboids":
            return [_cuboid(first, self._rows.remarks)]
        if self._shape.name in ("polygons", "polylines"):
            return [{"rings": [[_ring(one)] for one in parts]}]
        if self._shape.name == "masks":
            runs, (width, height) = self._mask(parts, size)
            return [{"width": width, "height": height, "runs": runs}]
        return _keypoints(first, self._points.get(first.label_id or 0, ()), box, str(place))

    def _mask(self, parts: Sequence[Annotation], size: Size | None) -> tuple[list[int], Size]:
        masks = []
        for one in parts:
            if one.type == "polygon":
                if size is None:
                    raise ValueError("the image's width and height are not told")
                masks.append(self._masks.drawn([_ring(one)], size))
                continue
            if one.rle is None:
                raise ValueError("it has no rle")
            height, width = one.rle.size
            if size is not None and (width, height) != size:
                raise ValueError(f"it is {width} x {height} pixels, its image {size[0]} x {size[1]}")
            size = (width, height)
            masks.append(self._masks.decoded(one.rle.counts, size))
        assert size is not None
        return union(masks, size[1], size[0]).tolist(), size


def _count(raw: msgspec.Raw) -> int:
    """How many annotations an item has that cannot be read; at least one, for it is a loss by itself."""
    try:
        return len(msgspec.json.decode(raw, type=Counted).annotations) or 1
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 1


def _picture(item: Item) -> Picture:
    """What is told of the item's picture; one that tells it otherwise tells nothing."""
    try:
        return msgspec.json.decode(item.image or item.media, type=Picture | None) or Picture()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Picture()


def _size(told: Sequence[float] | None) -> Size | None:
    """Width and height of the file's height and width."""
    return told_size(told[1], told[0]) if told is not None and len(told) == 2 else None


def _box(one: Annotation) -> dict[str, float]:
    if one.bbox is None:
        raise ValueError("it has no bbox")
    x, y, width, height = one.bbox
    return {"x_min": x, "y_min": y, "x_max": x + width, "y_max": y + height}


def _cuboid(one: Annotation, remarks: Remarks) -> dict[str, Any]:
    """Its middle, its whole extents along its own axes, and angles about x, y and z in radians."""
    if one.position is None or one.rotation is None or one.scale is None:
        raise ValueError("it has no position, rotation or scale")
    return upright(one.position, one.scale, *of_angles(*one.rotation), remarks, f"annotation {one.id}")


def _ring(one: Annotation) -> list[float]:
    if not one.points or len(one.points) % 2:
        raise ValueError(f"it has {len(one.points or ())} numbers; x and y belong together")
    return one.points


def _keypoints(
    one: Annotation, names: Sequence[str], box: Sequence[float] | None, place: str
) -> list[dict[str, Any]]:  # fmt: skip
    """One row a point: its name by its place among its label's, 2 (visible) where nothing else is told."""
    flat = _ring(one)
    if len(flat) != 2 * len(names):
        raise ValueError(f"it has {len(flat) // 2} points for the {len(names)} that its label names")
    seen = one.visibility if one.visibility is not None else [2] * len(names)
    if len(seen) != len(names) or any(value not in (0, 1, 2) for value in seen):
        raise ValueError("its visibility is not 0, 1 or 2 for each point")
    area = box[2] * box[3] if box is not None else None
    return [
        {"object_id": place, "keypoint": name, "x": x, "y": y, "visible": visible, "area": area}
        for name, x, y, visible in zip(names, flat[::2], flat[1::2], seen, strict=True)
    ]


READER = Datumaro()
