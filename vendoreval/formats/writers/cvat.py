"""CVAT XML 1.1, "CVAT for images": boxes, polygons, masks, skeletons, and tags for classes of whole images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from vendoreval.formats.writers.geometry import box_in, by_object, has_holes, points_in
from vendoreval.formats.writers.interface import (
    IDS,
    Answer,
    Row,
    Setting,
    Task,
    Written,
    lose_context,
    one_answer,
    size_of,
)
from vendoreval.labels.run_codecs import cvat_counts

Lost = Counter[str]
_SOURCES = {"human": "manual", "model-assisted": "semi-auto", "auto": "auto"}
_TYPES = {
    "boxes": "rectangle",
    "polygons": "polygon",
    "masks": "mask",
    "keypoints": "skeleton",
    "polylines": "polyline",
}
_REMARK = "rework"
_TAGS = ("classification", "multilabel")


@dataclass(frozen=True)
class Cvat:
    """The writer of CVAT XML files."""

    name: str = "cvat"
    ending: str = ".xml"
    yields: frozenset[str] = frozenset(
        {"classification", "multilabel", "boxes", "polygons", "polylines", "masks", "keypoints"}
    )

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """The labels, and the images in order; the person stands in it where one gave all answers."""
        written = Written(tasks=len(tasks))
        people = {answer.annotator for task in tasks for answer in task.answers}
        person = people.pop() if len(people) == 1 else None
        out.write(_meta(setting, person, remarks=any(task.remarks for task in tasks)).encode())
        for number, task in enumerate(tasks):
            answer = one_answer(task, "CVAT")
            shapes = list(_shapes(answer, setting, written.lost)) if answer else []
            if answer:
                lose_context(answer, written.lost, people=person is None)
                written.rows += len(answer.rows)
            if setting.shape.name not in _TAGS:  # there a tag would be an answer
                shapes += [_remark(text) for text in task.remarks]
            width, height = size_of(task, "CVAT")
            told = {"id": number, "name": task.item, "width": width, "height": height}
            out.write(f"<image{_attributes(told)}>\n{''.join(shapes)}</image>\n".encode())
        out.write(b"</annotations>\n")
        return written


WRITER = Cvat()


def _attributes(told: Mapping[str, Any]) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in told.items())


def _meta(setting: Setting, person: str | None, *, remarks: bool) -> str:
    kind = _TYPES.get(setting.shape.name, "tag")
    labels = "".join(_label(name, kind) for name in setting.classes)
    if remarks and kind != "tag":
        given = (
            "<attributes><attribute><name>reason</name><mutable>False</mutable><input_type>text</input_type>"
        )
        given += "<default_value></default_value><values></values></attribute></attributes>"
        labels += _label(_REMARK, "tag", given)
    assignee = f"<assignee><username>{escape(person)}</username></assignee>" if person else ""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
        f"<meta><job>{assignee}<labels>{labels}</labels></job></meta>\n"
    )


def _label(name: str, kind: str, attributes: str = "<attributes></attributes>") -> str:
    return f"<label><name>{escape(name)}</name><type>{kind}</type>{attributes}</label>"


def _remark(text: str) -> str:
    told = _attributes({"label": _REMARK, "source": "manual"})
    return f'<tag{told}><attribute name="reason">{escape(text)}</attribute></tag>\n'


def _shapes(answer: Answer, setting: Setting, lost: Lost) -> Iterator[str]:
    rows = by_object(answer.rows) if setting.shape.name == "keypoints" else [[row] for row in answer.rows]
    for number, own in enumerate(rows, start=1):
        lost[IDS] += own[0].get("object_id") is not None
        yield from _SHAPES[setting.shape.name](own, number, lost)


def _element(tag: str, row: Row, lost: Lost, places: Mapping[str, Any], inner: str = "") -> str:
    """One shape; CVAT asks for `occluded` at each."""
    attributes = dict(row.get("attributes", {}))
    occluded = attributes.pop("occluded", False)
    source = _SOURCES.get(row.get("source", "human"), "manual")
    told = {"label": row["label"], "source": source}
    told |= {} if tag == "tag" else {"occluded": int(occluded is True)}
    lost["kind of an attribute that is no text"] += sum(not isinstance(one, str) for one in attributes.values())
    inner += "".join(
        f"<attribute{_attributes({'name': n})}>{_text(v)}</attribute>" for n, v in attributes.items()
    )
    return f"<{tag}{_attributes({**told, **places})}>{inner}</{tag}>\n"


def _text(value: Any) -> str:
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def _tag(rows: Sequence[Row], number: int, lost: Lost) -> Iterator[str]:
    yield _element("tag", rows[0], lost, {})


def _box(rows: Sequence[Row], number: int, lost: Lost) -> Iterator[str]:
    row = rows[0]
    places = dict(zip(("xtl", "ytl", "xbr", "ybr"), box_in(row), strict=True))
    yield _element("box", row, lost, places | ({"rotation": row["angle"]} if row.get("angle") else {}))


def _polygon(rows: Sequence[Row], number: int, lost: Lost) -> Iterator[str]:
    """Several parts are polygons of one group."""
    row = rows[0]
    if has_holes(row["rings"]):
        lost["polygon with a hole, which is left out"] += 1
        return
    group = {"group_id": number} if len(row["rings"]) > 1 else {}
    for part in row["rings"]:
        yield _element("polygon", row, lost, {"points": _points(part[0]), **group})


def _polyline(rows: Sequence[Row], number: int, lost: Lost) -> Iterator[str]:
    row = rows[0]
    if len(row["rings"]) > 1:
        lost["line of several parts, which is left out"] += 1
        return
    yield _element("polyline", row, lost, {"points": _points(row["rings"][0][0])})


def _points(ring: Sequence[float]) -> str:
    return ";".join(f"{x},{y}" for x, y in points_in(ring))


def _mask(rows: Sequence[Row], number: int, lost: Lost) -> Iterator[str]:
    row = rows[0]
    rle, part = cvat_counts(np.asarray(row["runs"], dtype=np.int64), row["height"], row["width"])
    names = ("left", "top", "width", "height")
    yield _element("mask", row, lost, {"rle": rle, **dict(zip(names, part, strict=True))})


def _skeleton(rows: Sequence[Row], number: int, lost: Lost) -> Iterator[str]:
    lost["area of an object with keypoints"] += "area" in rows[0]
    points = ""
    for row in rows:
        lost["visibility that was not told, which becomes visible"] += "visible" not in row
        seen = row.get("visible", 2)
        told = {"label": row["keypoint"], "outside": int(seen == 0), "occluded": int(seen == 1)}
        points += f"<points{_attributes(told)} points={quoteattr(_points([row['x'], row['y']]))}></points>"
    yield _element("skeleton", rows[0], lost, {}, points)


_SHAPES: Mapping[str, Callable[[Sequence[Row], int, Lost], Iterator[str]]] = {
    "classification": _tag, "multilabel": _tag, "boxes": _box, "polygons": _polygon, "polylines": _polyline,
    "masks": _mask, "keypoints": _skeleton,
}  # fmt: skip
