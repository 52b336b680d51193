"""nuScenes: the tables of a set (sample_annotation.json and those beside it), or a file of results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from vendoreval.errors import InputError
from vendoreval.formats.readers.answer_rows import AnswerRows, batches
from vendoreval.formats.readers.cuboid_places import of_quaternion, upright
from vendoreval.formats.readers.interface import NO, SURE, Answers, Confidence, ReaderOption
from vendoreval.formats.readers.json_stream import top_level
from vendoreval.formats.readers.json_values import listed, number, table, text
from vendoreval.formats.readers.members import Member
from vendoreval.formats.readers.sources import Source
from vendoreval.formats.readers.text_source import explained, whole_text
from vendoreval.jsonfile import parse_json, values
from vendoreval.labels.records import canonical_map
from vendoreval.labels.shapes import Shape

_TABLE = "sample_annotation.json"
_BESIDE = ("instance.json", "category.json", "attribute.json", "visibility.json", "sample.json")
_FIELDS = (b'"translation"', b'"rotation"', b'"sample_token"')
_COUNTS = ("num_lidar_pts", "num_radar_pts")


class Nuscenes:
    """nuScenes' cuboids."""

    name = "nuscenes"
    suffixes = (".json",)
    yields = frozenset({"cuboids"})
    options = (
        ReaderOption("empty", "a sample without cuboids was answered with nothing, or is not done", "answered",
                     ("answered", "not_done")),
    )  # fmt: skip

    def recognises(self, source: Source) -> Confidence:
        """By the table's name, or by the fields at the beginning of a file."""
        for member in source.ending(".json"):
            head = member.head()
            if all(field in head for field in _FIELDS):
                return Confidence(SURE, f"{member.name} has the fields of nuScenes.")
        return Confidence(NO, "no file has the fields of nuScenes.")

    def read(self, source: Source, shape: Shape, options: Mapping[str, str]) -> Iterator[Answers]:
        """The answers of that shape, in file order; see formats.readers.interface."""
        named = {PurePosixPath(one.name).name: one for one in source.ending(".json")}
        if _TABLE in named:
            beside = {name: _by_token(named[name]) for name in _BESIDE if name in named}
            rows = AnswerRows(named[_TABLE].name, shape)
            yield from batches(rows, _Tables(rows, beside, options).steps(named[_TABLE]))
            return
        if not named:
            raise InputError("There is no JSON file in it.", file=source.name, remedy=f"Name {_TABLE}.")
        for member in source.ending(".json"):
            rows = AnswerRows(member.name, shape)
            yield from batches(rows, _results(rows, member, options))


def _by_token(member: Member) -> dict[str, dict[str, Any]]:
    """A table of the set, by token."""
    found = parse_json(whole_text(member), member.name)
    return {one["token"]: one for one in listed(found) if isinstance(one, dict) and text(one.get("token"))}


class _Tables:
    """The rows of sample_annotation.json, with what stands beside it."""

    def __init__(self, rows: AnswerRows, beside: Mapping[str, Any], options: Mapping[str, str]) -> None:
        self._rows, self._beside, self._options = rows, beside, options
        self._seen: set[str] = set()

    def steps(self, member: Member) -> Iterator[None]:
        """Add row after row, then the samples without any."""
        place = 0
        with explained(member), member.open() as stream:
            for name, pieces in top_level(stream, member.name):
                if name:
                    raise InputError("This is no list of annotations.", file=member.name)
                for piece in pieces:
                    for raw in msgspec.json.decode(piece, type=list[msgspec.Raw]):
                        place += 1
                        self._add(place, raw)
                        yield
        empty = sorted(set(self._beside.get("sample.json", ())) - self._seen)
        for token in empty:
            if self._options["empty"] == "not_done":
                self._rows.aside("sample without cuboids, taken as not done")
            else:
                self._rows.sheet(token)
            yield

    def _add(self, place: int, raw: msgspec.Raw) -> None:
        try:
            found = values(bytes(raw))
        except (ValueError, UnicodeDecodeError) as error:
            self._rows.refuse(place, f"It cannot be read: {error}")
            return
        item = text(table(found).get("sample_token"))
        if item is None:
            self._rows.refuse(place, "It names no sample.")
            return
        if item not in self._seen:
            self._seen.add(item)
            self._rows.sheet(item)
        instance = self._named("instance.json", found.get("instance_token"))
        label = text(self._named("category.json", instance.get("category_token")).get("name"))
        marks = {name: int(found[name]) for name in _COUNTS if type(found.get(name)) is int}
        told: dict[str, Any] = {**marks}
        names = [
            self._named("attribute.json", one).get("name") for one in listed(found.get("attribute_tokens"))
        ]
        if known := [one for one in names if isinstance(one, str)]:
            told["attribute"] = known[0] if len(known) == 1 else known
        if level := text(self._named("visibility.json", found.get("visibility_token")).get("level")):
            told["visibility"] = level
        _cuboid(self._rows, place, item, found, label or text(found.get("category_name")), told)

    def _named(self, name: str, token: Any) -> dict[str, Any]:
        found = self._beside.get(name, {})
        return table(found.get(token)) if isinstance(token, str) else {}


def _results(rows: AnswerRows, member: Member, options: Mapping[str, str]) -> Iterator[None]:
    """A file of results: lists of cuboids by sample."""
    found = parse_json(whole_text(member), member.name)
    samples = table(found).get("results", found)
    if not isinstance(samples, dict):
        raise InputError(
            "This is no file of results: it holds no table of samples.", file=member.name,
            remedy=f"Name a file of results, or the folder of the tables with {_TABLE}.",
        )  # fmt: skip
    place = 0
    for item, cuboids in samples.items():
        if not isinstance(cuboids, list) or not item.strip():
            rows.refuse(place, f"The cuboids of {item!r} are no list.", item or None)
            continue
        if not cuboids and options["empty"] == "not_done":
            rows.aside("sample without cuboids, taken as not done")
            continue
        rows.sheet(item)
        for one in cuboids:
            place += 1
            if table(one).get("detection_score", -1) != -1:
                rows.remarks.count("Cuboids with a score, which is not read")
            name = text(table(one).get("attribute_name"))
            label = text(table(one).get("detection_name")) or text(table(one).get("tracking_name"))
            _cuboid(rows, place, item, one, label, {"attribute": name} if name else {})
            yield


def _cuboid(
    rows: AnswerRows, place: int, item: str, found: Any, label: str | None, told: Mapping[str, Any]
) -> None:
    """One row: sizes are width, length and height; the rotation is a quaternion w, x, y, z."""
    try:
        if label is None:
            raise ValueError("nothing names its class")
        middle, size = _list(found, "translation", 3), _list(found, "size", 3)
        yaw, lean = of_quaternion(*_list(found, "rotation", 4))
        wide, long, high = size
        answer = upright(middle, (long, wide, high), yaw, lean, rows.remarks, item)
    except ValueError as error:
        rows.refuse(place, f"The cuboid cannot be read: {error}.", item)
        return
    rows.row(
        place, item_id=item, label=label, label_id=text(table(found).get("token")), **answer,
        object_id=text(table(found).get("instance_token")) or text(table(found).get("tracking_id")),
        attributes=canonical_map(told) if told else None,
    )  # fmt: skip


def _list(found: Any, name: str, count: int) -> list[float]:
    value = table(found).get(name)
    if not isinstance(value, list) or len(value) != count:
        raise ValueError(f"its {name} is no list of {count} numbers")
    return [number(one, name) for one in value]


READER = Nuscenes()
