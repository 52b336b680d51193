"""Supervisely: a project of images or point clouds (meta.json, DATASET/ann/NAME.json) as it is exported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.folded_parts import distinct_names
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_values import listed, table, text
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.pictures import told_size
from vendoreval.formats.readers.remarks import Remarks
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.supervisely_clouds import cloud
from vendoreval.formats.readers.supervisely_objects import KINDS, Nodes, answers_of, nodes_of, tags_of
from vendoreval.formats.readers.text_source import whole_text
from vendoreval.jsonfile import parse_json
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import Shape

_META = ("meta.json", "obj_class_to_machine_color.json", "key_id_map.json")
_TITLE = re.compile(rb'"(classTitle|geometryType)"\s*:')
_EMPTY = re.compile(rb'"objects"\s*:\s*\[\s*\]')
_SEVERAL = "Images whose objects are of several people, of whom nobody is taken for the annotator"


class Supervisely:
    """Supervisely's annotations of images and point clouds."""

    name = "supervisely"
    suffixes = (".json",)
    yields = frozenset({"boxes", "polygons", "masks", "keypoints", "polylines", "cuboids"})
    options = (
        ReaderOption(
            "corners", "a rectangle's corners are its edges, or its first and last pixel", "edges",
            ("edges", "pixels"),
        ),
        ReaderOption("empty", "what an image without objects is", "answered", ("answered", "not_done")),
        ReaderOption(
            "annotator", "who answered: the labelerLogin of all of an image's objects, or nobody who is known",
            "login", ("login", "unknown"),
        ),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By a file in a folder `ann` with Supervisely's fields."""
        for member in source.members:
            if member.suffix != ".json" or PurePosixPath(member.name).name in _META:
                continue
            head = member.head()
            sized = b'"size"' in head or (b'"figures"' in head and b'"key"' in head)
            if sized and b'"objects"' in head and (_TITLE.search(head) or _EMPTY.search(head)):
                return Confidence(SURE, f"{member.name} has the size and the objects of Supervisely.")
        return Confidence(NO, "no file has Supervisely's objects.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, an image a file; see formats.readers.interface."""
        members = [one for one in source.ending(".json") if PurePosixPath(one.name).name not in _META]
        if not members:
            raise InputError(
                "There is no annotation in it.", file=source.name, remedy="Name the project's folder."
            )
        remarks = Remarks()
        images = _Images(shape, options, remarks, _nodes(source))
        names = distinct_names([(_dataset(one), _image(one)) for one in members])
        for member, item in zip(members, names, strict=True):
            yield images.read(member, item)
        yield AnswerRows(source.name, shape, remarks=remarks).finish()


def _image(member: Member) -> str:
    """The image's name: the file's without `.json`."""
    return PurePosixPath(member.name).name.removesuffix(".json")


def _dataset(member: Member) -> str:
    """The folder of the dataset, which lies above `ann`."""
    parent = PurePosixPath(member.name).parent
    found = str(parent.parent if parent.name == "ann" else parent)
    return "" if found == "." else found


def _nodes(source: Source) -> Nodes:
    """The names of the keypoints of each class, from meta.json."""
    metas = [one for one in source.members if PurePosixPath(one.name).name == "meta.json"]
    return nodes_of(parse_json(whole_text(metas[0]), metas[0].name)) if metas else {}


class _Images:
    """Turns annotation files into answers, one by one."""

    def __init__(self, shape: Shape, options: Mapping[str, str], remarks: Remarks, nodes: Nodes) -> None:
        self._shape, self._options, self._remarks, self._nodes = shape, options, remarks, nodes

    def read(self, member: Member, item: str) -> Answers:
        """One image; raises InputError where the file is none of Supervisely's."""
        rows = AnswerRows(member.name, self._shape)
        found = parse_json(whole_text(member), member.name)
        if not isinstance(found, dict) or not isinstance(found.get("objects"), list):
            raise InputError(
                "This is no annotation of Supervisely: it has no list of objects.", file=member.name
            )
        if tags := listed(found.get("tags")):
            rows.aside("tag of an image", len(tags))
        if isinstance(found.get("figures"), list):
            cloud(rows, found, item, self._options)
            return rows.take()
        objects = found["objects"]
        if not objects and self._options["empty"] == "not_done":
            rows.aside("image without objects, taken as not done")
            return rows.take()
        size = _size(found.get("size"))
        who = self._annotator(objects, item)
        rows.sheet(item, annotator_id=who, **({"width": size[0], "height": size[1]} if size else {}))
        for place, one in enumerate(objects, start=1):
            self._add(rows, place, table(one), item, size, who)
        return rows.take()

    def _annotator(self, objects: list[Any], item: str) -> str | None:
        if self._options["annotator"] == "unknown":
            return None
        people = {text(table(one).get("labelerLogin")) for one in objects} - {None}
        if len(people) > 1:
            self._remarks.count(_SEVERAL, item)
        return people.pop() if len(people) == 1 else None

    def _add(
        self, rows: AnswerRows, place: int, found: Mapping[str, Any], item: str, size: tuple[int, int] | None,
        who: str | None,
    ) -> None:  # fmt: skip
        kind = text(found.get("geometryType")) or text(found.get("shape")) or "object without a geometry"
        if KINDS.get(kind) != self._shape.name:
            rows.aside(kind)
            return
        label = text(found.get("classTitle"))
        try:
            if label is None:
                raise ValueError("it has no classTitle")
            answers = answers_of(kind, found, size, self._nodes.get(label, {}), self._options["corners"])
        except ValueError as error:
            rows.refuse(place, f"The {kind} cannot be read: {error}.", item)
            return
        tags = tags_of(found.get("tags"))
        number = found.get("id")
        for answer in answers:
            rows.row(place, **{
                "item_id": item, "label": label, "annotator_id": who, "object_id": str(place),
                "label_id": str(number) if isinstance(number, int) else None,
                "attributes": canonical_map(tags) if tags else None, **answer,
            })  # fmt: skip


def _size(told: Any) -> tuple[int, int] | None:
    sides = [table(told).get(name) for name in ("width", "height")]
    if not all(isinstance(side, int | float) and not isinstance(side, bool) for side in sides):
        return None
    return told_size(sides[0], sides[1])


READER = Supervisely()
