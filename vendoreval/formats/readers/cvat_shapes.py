"""The shapes of a CVAT XML file as columns of answers.

Coordinates are pixel edges, y down; `rotation` turns a box clockwise about its centre, in degrees. A mask's
`rle` goes along the rows of a crop, zeros first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from vendoreval.formats.readers.xml_stream import Element
from vendoreval.labels.records import canonical_map
from vendoreval.labels.run_codecs import runs_from_cvat
from vendoreval.labels.runs import Runs, runs_from_spans, spans_of

KINDS = {  # the elements that are answers of a shape
    "classification": ("tag",),
    "multilabel": ("tag",),
    "boxes": ("box",),
    "polygons": ("polygon",),
    "masks": ("mask",),
    "keypoints": ("skeleton", "points"),
    "polylines": ("polyline",),
    "tracks": (),  # they are in no image
}
ALL_KINDS = frozenset({"ellipse", "cuboid"}.union(*KINDS.values()))
SIDES = {"x_min": "xtl", "y_min": "ytl", "x_max": "xbr", "y_max": "ybr"}
SOURCES = {"manual": "human", "semi-auto": "model-assisted", "auto": "auto"}
Size = tuple[int, int] | None  # width, height


def rows_of(element: Element, shape: str, size: Size, number: int) -> list[dict[str, Any]]:
    """The rows of one element: several for the points of a skeleton; `number` tells objects apart.

    Raises ValueError, with what is wrong, where it cannot be read.
    """
    told = {
        "label": text_of(element, "label"),
        "source": SOURCES.get(element.attributes.get("source", ""), element.attributes.get("source")),
    }
    if KINDS[shape] != ("tag",):
        told["attributes"] = attributes_of(element)
    return [told | row for row in _READ[shape](element, size, number)]


def text_of(element: Element, name: str) -> str:
    """An attribute that must be there."""
    found = element.attributes.get(name)
    if found is None:
        raise ValueError(f"the <{element.tag}> has no {name}")
    return found


def number_of(text: str) -> float:
    """A finite number; raises ValueError for anything else, such as nan."""
    try:
        found = math.nan if "_" in text else float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise ValueError(f"{_shown(text)} is no number")
    return found


def whole_of(text: str) -> int:
    """A whole number that an image's sides may have."""
    if not re.fullmatch(r"\s*-?[0-9]{1,9}\s*", text):
        raise ValueError(f"{_shown(text)} is no whole number")
    return int(text)


def attributes_of(element: Element) -> str | None:
    """Its attributes as JSON: texts as they are, and CVAT's own `occluded` as true or false."""
    found: dict[str, Any] = {}
    for one in element:
        if one.tag == "attribute":
            found[text_of(one, "name")] = one.text
    occluded = element.attributes.get("occluded")
    if occluded is not None:
        found["occluded"] = occluded.strip() == "1"
    return written(tuple(found.items())) if found else None


@lru_cache(maxsize=10_000)
def written(items: tuple[tuple[str, str | bool], ...]) -> str:
    """Attributes as canonical JSON."""
    return canonical_map(dict(items))


def _tag(element: Element, size: Size, number: int) -> list[dict[str, Any]]:
    return [{}]


def _box(element: Element, size: Size, number: int) -> list[dict[str, Any]]:
    row = {column: number_of(text_of(element, name)) for column, name in SIDES.items()}
    angle = number_of(element.attributes.get("rotation", "0"))
    return [row | ({"angle": angle} if angle else {})]


def _polygon(element: Element, size: Size, number: int) -> list[dict[str, Any]]:
    return [{"rings": [[[side for point in points_of(element) for side in point]]]}]


def _mask(element: Element, size: Size, number: int) -> list[dict[str, Any]]:
    if size is None:
        raise ValueError("the size of its image is not told")
    left, top, width, height = (whole_of(text_of(element, side)) for side in ("left", "top", "width", "height"))
    runs = runs_from_cvat(text_of(element, "rle"), left, top, width, height, *size)
    return [{"width": size[0], "height": size[1], "runs": runs}]


def _points(element: Element, size: Size, number: int) -> list[dict[str, Any]]:
    """Points of a skeleton by their labels; those of a <points>, which have none, by their numbers."""
    if element.tag == "points":
        seen = 1 if element.attributes.get("occluded") == "1" else 2
        return [
            {"object_id": str(number), "keypoint": str(place), "x": x, "y": y, "visible": seen}
            for place, (x, y) in enumerate(points_of(element), start=1)
        ]
    rows = []
    for point in element:
        if point.tag != "points":
            continue
        places = points_of(point)
        if len(places) != 1:
            raise ValueError(
                f"the point {point.attributes.get('label')!r} of the skeleton has {len(places)} places"
            )
        away, hidden = (point.attributes.get(name) == "1" for name in ("outside", "occluded"))
        (x, y) = places[0]
        rows.append({
            "object_id": str(number), "keypoint": text_of(point, "label"), "x": x, "y": y,
            "visible": 0 if away else 1 if hidden else 2,
        })  # fmt: skip
    if not rows:
        raise ValueError("the skeleton has no points")
    return rows


def points_of(element: Element) -> list[tuple[float, float]]:
    """The points of an attribute `points`: x,y;x,y …"""
    found = []
    for pair in text_of(element, "points").split(";"):
        sides = pair.split(",")
        if len(sides) != 2:
            raise ValueError(f"{_shown(pair)} is no point")
        found.append((number_of(sides[0]), number_of(sides[1])))
    return found


_READ = {
    "classification": _tag, "boxes": _box, "polygons": _polygon, "masks": _mask, "keypoints": _points,
    "polylines": _polygon, "multilabel": _tag,
}  # fmt: skip


def joined(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Parts of one object as that object: polygons as its parts, masks as their union; else as the first."""
    whole = dict(rows[0])
    if "rings" in whole:
        whole["rings"] = [part for row in rows for part in row["rings"]]
    if "runs" in whole:
        whole["runs"] = _union([row["runs"] for row in rows], whole["width"] * whole["height"])
    return whole


def _union(masks: Sequence[Runs], pixels: int) -> Runs:
    starts = np.concatenate([spans_of(runs)[0] for runs in masks])
    stops = np.concatenate([spans_of(runs)[1] for runs in masks])
    order = np.argsort(starts, kind="stable")
    starts, stops = starts[order], np.maximum.accumulate(stops[order])
    starts = np.maximum(starts, np.concatenate([[0], stops[:-1]]))
    return runs_from_spans(starts, stops, pixels)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
