"""Supervisely's annotations of a point cloud: figures in space, each of an object that tells its class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vendoreval.formats.readers.answer_rows import AnswerRows
from vendoreval.formats.readers.cuboid_places import of_angles, upright
from vendoreval.formats.readers.json_values import listed, numbers, table, text
from vendoreval.formats.readers.supervisely_objects import tags_of
from vendoreval.labels.records import canonical_map

_AXES = ("x", "y", "z")


def cloud(rows: AnswerRows, found: Mapping[str, Any], item: str, options: Mapping[str, str]) -> None:
    """The answers on one point cloud."""
    figures = listed(found.get("figures"))
    if not figures and options["empty"] == "not_done":
        rows.aside("point cloud without figures, taken as not done")
        return
    objects = {text(table(one).get("key")): table(one) for one in listed(found.get("objects"))}
    people = {text(table(one).get("labelerLogin")) for one in figures} - {None}
    who = people.pop() if len(people) == 1 and options["annotator"] == "login" else None
    rows.sheet(item, annotator_id=who)
    for place, figure in enumerate(map(table, figures), start=1):
        kind = text(figure.get("geometryType")) or "figure without a geometry"
        if kind != "cuboid_3d" or rows.shape.name != "cuboids":
            rows.aside(kind)
            continue
        owner = objects.get(text(figure.get("objectKey")), {})
        try:
            label = text(owner.get("classTitle"))
            if label is None:
                raise ValueError("no object tells its class")
            geometry = table(figure.get("geometry"))
            middle, size, turned = (
                numbers(geometry.get(name), *_AXES) for name in ("position", "dimensions", "rotation")
            )
            answer = upright(middle, size, *of_angles(*turned), rows.remarks, item)
        except ValueError as error:
            rows.refuse(place, f"The {kind} cannot be read: {error}.", item)
            continue
        tags = tags_of(owner.get("tags"))
        rows.row(
            place, item_id=item, label=label, annotator_id=who, label_id=text(figure.get("key")), **answer,
            object_id=text(figure.get("objectKey")), attributes=canonical_map(tags) if tags else None,
        )  # fmt: skip
