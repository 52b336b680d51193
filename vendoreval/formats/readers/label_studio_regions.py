"""Regions of Label Studio annotations as columns of answers.

Results with one id are one region: its shape, its label, and what was asked of it by itself, which becomes its
attributes. Places are percents of the image's sides. A rotated rectangle turns clockwise about its top left
corner, in pixels: the percents are turned into pixels first, for else it would be bent on images that are no
squares. Ours turn about their centre.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vendoreval.labels.records import canonical_map
from vendoreval.labels.run_codecs import runs_from_labelstudio

ORIGINS = {"manual": "human", "prediction": "auto", "prediction-changed": "model-assisted"}
KINDS = {
    "rectangle": "boxes", "polygon": "polygons", "brush": "masks", "keypoint": "keypoints", "text": "spans",
    "vector": "polylines", "region of a recording": "segments", "videorectangle": "tracks",
}  # fmt: skip
_SHAPES = ("rectangle", "polygon", "brush", "keypoint", "ellipse", "bitmask", "vector", "videorectangle")
_ASKED = ("choices", "number", "rating", "textarea", "taxonomy", "datetime")
_TEXTS = ("labels", "hypertextlabels")
_OTHERS = (
    "paragraphlabels", "timeserieslabels", "pairwise", "ranker",
)  # fmt: skip
UNKNOWN = "result of another kind"


@dataclass
class Region:
    """Results that share an id. `kind` is rectangle, polygon …, text, or that of a question of its own."""

    id: str | None
    kind: str = ""
    labels: list[str] = field(default_factory=list)
    value: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    count: int = 0

    @property
    def told(self) -> dict[str, Any]:
        """The columns that every shape has."""
        if len(self.labels) != 1:
            raise ValueError(f"it carries {len(self.labels)} labels")
        origin = self.result.get("origin")
        return {
            "label": self.labels[0],
            "attributes": canonical_map(self.attributes) if self.attributes else None,
            "source": ORIGINS.get(origin, origin) if isinstance(origin, str) else None,
        }


def regions_of(results: Sequence[Any]) -> tuple[list[Region], dict[str, int]]:
    """The regions in file order; and how many results are none, by a word for them."""
    regions: dict[str, Region] = {}
    aside: dict[str, int] = {}
    for place, result in enumerate(results):
        value = result.get("value") if isinstance(result, dict) else None
        if not isinstance(result, dict) or (result.get("type") != "relation" and not isinstance(value, dict)):
            word = "result that cannot be read"
        elif result.get("type") == "relation":
            word = "relation"
        else:
            name = result.get("id")
            key = name if isinstance(name, str) else f"\0{place}"
            region = regions.setdefault(key, Region(name if isinstance(name, str) else None))
            _add(region, result, value or {})
            continue
        aside[word] = aside.get(word, 0) + 1
    for region in regions.values():
        if not region.kind:
            region.kind = str(region.asked[0].get("type")) if region.asked else "result that cannot be read"
    return list(regions.values()), aside


def _add(region: Region, result: Mapping[str, Any], value: Mapping[str, Any]) -> None:
    """One more result of a region: its shape, its labels, or an answer to a question about it."""
    region.count += 1
    kind = result.get("type")
    kind = kind if isinstance(kind, str) else ""
    if kind in _ASKED:
        region.asked.append(result)
        name = result.get("from_name")
        region.attributes[name if isinstance(name, str) else kind] = _asked(
            value.get("text" if kind == "textarea" else kind)
        )
        return
    base = kind.removesuffix("labels")
    found = value.get("labels" if base == "videorectangle" else kind) if _names(kind) else None
    if isinstance(found, list):
        region.labels += [label for label in found if isinstance(label, str)]
    shape = base if base in _SHAPES else _of_text(kind, value)
    if shape and (not region.kind or kind in _SHAPES):
        region.kind, region.value, region.result = shape, value, result


def _names(kind: str) -> bool:
    """Whether a result of that type may name its region's label."""
    return kind.endswith("labels") or kind == "videorectangle"


def _of_text(kind: str, value: Mapping[str, Any]) -> str:
    """What a region is that is no shape on an image; empty for labels that only name another result's shape."""
    if kind in _TEXTS and "start" in value:
        return "region of a recording" if "channel" in value or isinstance(value["start"], float) else "text"
    return "" if kind == "labels" else kind if kind in _OTHERS else UNKNOWN


def _asked(found: Any) -> Any:
    """One choice or text by itself, several as a list."""
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def box_of(region: Region) -> dict[str, Any]:
    """The unrotated box, and the angle by which it turns about its centre. Raises ValueError."""
    width, height = size_of(region)
    x, y, w, h = (_number(region.value, side) for side in ("x", "y", "width", "height"))
    angle = _number(region.value, "rotation", 0.0)
    x, w, y, h = x * width / 100, w * width / 100, y * height / 100, h * height / 100
    if angle:
        x, y = turned_about_centre(x, y, w, h, angle)
    box = {"x_min": x, "y_min": y, "x_max": x + w, "y_max": y + h}
    return box | ({"angle": angle} if angle else {})


def turned_about_centre(x: float, y: float, w: float, h: float, angle: float) -> tuple[float, float]:
    """The top left corner, before the turn, of the box that turns about its centre to the same place."""
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    return x + (w * cosine - h * sine - w) / 2, y + (w * sine + h * cosine - h) / 2


def polygon_of(region: Region) -> dict[str, Any]:
    """One ring. Raises ValueError."""
    width, height = size_of(region)
    if region.value.get("closed") is False:
        raise ValueError("it is not closed")
    points = region.value.get("points")
    if not isinstance(points, list) or not all(isinstance(one, list) and len(one) == 2 for one in points):
        raise ValueError("its points are no pairs of numbers")
    ring = []
    for one in points:
        ring += [_finite(one[0]) * width / 100, _finite(one[1]) * height / 100]
    return {"rings": [[ring]]}


def line_of(region: Region) -> dict[str, Any]:
    """A line along its vertices, each joined to the one it names, or else the one before. Raises ValueError."""
    width, height = size_of(region)
    vertices = region.value.get("vertices")
    if not isinstance(vertices, list) or not vertices or not all(isinstance(one, dict) for one in vertices):
        raise ValueError("it has no vertices")
    if any(one.get("isBezier") for one in vertices):
        raise ValueError("it is a curve, whose course cannot be told from its vertices")
    places = [[_number(one, "x") * width / 100, _number(one, "y") * height / 100] for one in vertices]
    number = {str(one["id"]): at for at, one in enumerate(vertices) if one.get("id") is not None}
    chains = [[*places[0]]]
    for at, one in enumerate(vertices[1:], start=1):
        before = number.get(str(one.get("prevPointId")), at - 1)
        if before != at - 1:
            chains.append([*places[before]])
        chains[-1] += places[at]
    if region.value.get("closed"):
        chains[-1] += places[0]
    return {"rings": [[chain] for chain in chains]}


def mask_of(region: Region) -> dict[str, Any]:
    """Runs down the columns. Raises ValueError."""
    width, height = size_of(region)
    packed = region.value.get("rle")
    if not isinstance(packed, list):
        raise ValueError("it has no run lengths")
    return {"width": width, "height": height, "runs": runs_from_labelstudio(packed, width, height)}


def point_of(region: Region) -> dict[str, Any]:
    """One point by its label. Raises ValueError."""
    width, height = size_of(region)
    return {
        "keypoint": region.told["label"],
        "x": _number(region.value, "x") * width / 100,
        "y": _number(region.value, "y") * height / 100,
    }


def times_of(region: Region) -> dict[str, Any]:
    """Start and end of a piece of a recording, in seconds. Raises ValueError."""
    return {"start_s": _number(region.value, "start"), "end_s": _number(region.value, "end")}


def offsets_of(region: Region) -> tuple[int, int]:
    """Start and end as they stand in the file; of hypertext those in its whole text. Raises ValueError."""
    value: Any = region.value
    if isinstance(value.get("start"), str):
        value = value.get("globalOffsets")
    start, end = (value.get(name) if isinstance(value, dict) else None for name in ("start", "end"))
    if type(start) is not int or type(end) is not int or max(abs(start), abs(end)) >= 2**53:
        raise ValueError("its offsets are no whole numbers of its whole text")
    return start, end


def size_of(region: Region) -> tuple[int, int]:
    """The image's width and height in pixels. Raises ValueError where the file does not tell them."""
    told = region.result
    width, height = told.get("original_width"), told.get("original_height")
    if (
        type(width) is not int
        or type(height) is not int
        or not 0 < min(width, height) <= max(width, height) < 2**31
    ):
        raise ValueError("the size of its image is not told")
    if told.get("image_rotation"):
        raise ValueError(f"its image is turned by {told['image_rotation']} degrees in the tool")
    if told.get("item_index"):
        raise ValueError("it stands on a further image of its task")
    return width, height


def sizes_in(regions: Sequence[Region]) -> tuple[int, int] | None:
    """The size of the image, by the first region that tells it."""
    for region in regions:
        try:
            return size_of(region)
        except ValueError:
            continue
    return None


def _number(value: Mapping[str, Any], name: str, default: float | None = None) -> float:
    found = value.get(name)
    return default if found is None and default is not None else _finite(found)


def _finite(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("a number of its place is missing")
    return float(value)
