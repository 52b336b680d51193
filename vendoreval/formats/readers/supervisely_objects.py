"""Supervisely's objects as columns of answers."""

from __future__ import annotations

import base64
import binascii
import io
import zlib
from collections.abc import Mapping
from typing import Any

from vendoreval.formats.readers.json_values import Flat, listed, number, pairs, table, text
from vendoreval.formats.readers.pictures import shown_pixels_of
from vendoreval.labels.runs import runs_from_crop
from vendoreval.limits import allowed

KINDS = {
    "rectangle": "boxes", "polygon": "polygons", "bitmap": "masks", "graph": "keypoints", "line": "polylines",
    "polyline": "polylines",
}  # fmt: skip
Nodes = dict[str, dict[str, str]]  # class -> a keypoint's id -> its name
Row = dict[str, Any]


def nodes_of(meta: Any) -> Nodes:
    """The names of keypoints by class and by id."""
    found: Nodes = {}
    for one in listed(table(meta).get("classes")):
        title = text(table(one).get("title"))
        nodes = table(table(table(one).get("geometry_config")).get("nodes"))
        if title is not None and nodes:
            found[title] = {key: text(table(node).get("label")) or key for key, node in nodes.items()}
    return found


def answers_of(
    kind: str, found: Mapping[str, Any], size: tuple[int, int] | None, names: Mapping[str, str], corners: str
) -> list[Row]:
    """The rows of one object; raises ValueError."""
    if kind == "rectangle":
        return [_box(pairs(_points(found, "exterior"), "exterior"), corners)]
    if kind == "bitmap":
        return [_mask(table(found.get("bitmap")), size)]
    if kind == "graph":
        return _keypoints(table(found.get("nodes")), names)
    rings = [pairs(_points(found, "exterior"), "exterior")]
    rings += [pairs(hole, "interior") for hole in listed(_points(found, "interior"))]
    return [{"rings": [rings]}]


def tags_of(found: Any) -> dict[str, Any]:
    """Tags by name; one without a value is true, one that stands several times a list."""
    values: dict[str, list[Any]] = {}
    for tag in listed(found):
        name = text(table(tag).get("name"))
        if name is not None:
            value = tag.get("value")
            values.setdefault(name, []).append(True if value is None else value)
    return {name: value[0] if len(value) == 1 else value for name, value in values.items()}


def _points(found: Mapping[str, Any], name: str) -> Any:
    return table(found.get("points")).get(name)


def _box(flat: Flat, corners: str) -> Row:
    """Two opposite corners in any order."""
    if len(flat) != 4:
        raise ValueError(f"it has {len(flat) // 2} corners")
    (ax, ay, bx, by), last = flat, float(corners == "pixels")
    return {
        "x_min": min(ax, bx),
        "y_min": min(ay, by),
        "x_max": max(ax, bx) + last,
        "y_max": max(ay, by) + last,
    }


def _mask(bitmap: Mapping[str, Any], size: tuple[int, int] | None) -> Row:
    """A PNG, packed by zlib and base64, whose upper left pixel lies at the origin."""
    if size is None:
        raise ValueError("the image's width and height are not told")
    left, top = pairs([bitmap.get("origin")], "origin")
    if left != int(left) or top != int(top):
        raise ValueError("its origin is no pixel")
    data = bitmap.get("data")
    if not isinstance(data, str):
        raise ValueError("it has no data")
    pixels = shown_pixels_of(lambda: io.BytesIO(_unpacked(data)))
    runs = runs_from_crop(pixels, int(left), int(top), *size)
    return {"width": size[0], "height": size[1], "runs": runs.tolist()}


def _unpacked(data: str) -> bytes:
    most = allowed().memory
    unpack = zlib.decompressobj()
    try:
        found = unpack.decompress(base64.b64decode(data, validate=True), most)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise ValueError("its data is no base64 of a packed picture") from error
    if unpack.unconsumed_tail:
        raise ValueError("its data unpacks to more than is read")
    return found


def _keypoints(nodes: Mapping[str, Any], names: Mapping[str, str]) -> list[Row]:
    """A row a node: its name from meta.json; what is `disabled` is labelled but not visible."""
    if not nodes:
        raise ValueError("it has no nodes")
    found = []
    for key, node in nodes.items():
        loc = table(node).get("loc")
        if not isinstance(loc, list) or len(loc) != 2:
            raise ValueError(f"its node {key} has no place")
        x, y = (number(one, "loc") for one in loc)
        found.append({"keypoint": names.get(key, key), "x": x, "y": y,
                      "visible": 1 if table(node).get("disabled") else 2})  # fmt: skip
    return found
