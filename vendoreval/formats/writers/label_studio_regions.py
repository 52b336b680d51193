"""Answers as results of Label Studio: percents of the image, boxes that turn about their top left corner."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vendoreval.formats.writers.geometry import box_around, box_in, by_object, has_holes, points_in
from vendoreval.formats.writers.interface import Answer, Row, Setting, Task, size_of
from vendoreval.labels.run_codecs import labelstudio_counts

LABEL, POINT, ORIGINAL = "label", "point", ("original_width", "original_height")
ORIGINS = {"human": "manual", "auto": "prediction", "model-assisted": "prediction-changed"}
Result = dict[str, Any]


@dataclass
class Regions:
    """Makes the results of answers; `asked` are the values of each question about single regions."""

    setting: Setting
    to_name: str
    lost: Counter[str] = field(default_factory=Counter)
    asked: dict[str, dict[str, None]] = field(default_factory=dict)
    numbers: dict[str, None] = field(default_factory=dict)

    def of(self, answer: Answer, task: Task) -> list[Result]:
        """The results of one answer."""
        found: list[Result] = []
        keys: set[str] = set()
        for number, (rows, results) in enumerate(_RESULTS[self.setting.shape.name](self, answer, task), 1):
            key = rows[0].get("object_id") or rows[0].get("span_id") or f"r{number}"
            key = f"{key}-{number}" if key in keys else key  # results of one id would be one region
            keys.add(key)
            for result in results:
                told = {"id": key, "to_name": self.to_name, **result}
                origin = ORIGINS.get(rows[0].get("source", ""))
                found.append(told | ({"origin": origin} if origin else {}))
            found += [{"id": key, "to_name": self.to_name, **one} for one in self._asked(rows[0], results[0])]
        return found

    def _asked(self, row: Row, region: Result) -> Iterator[Result]:
        """Attributes are answers to questions about the region: numbers, or choices."""
        place = {name: value for name, value in region.get("value", {}).items() if not name.endswith("labels")}
        told = {name: region[name] for name in ORIGINAL if name in region}
        for name, value in row.get("attributes", {}).items() if "value" in region else ():
            if name in (LABEL, POINT):
                self.lost["attribute called as a control is, which is left out"] += 1
            elif isinstance(value, int | float) and not isinstance(value, bool):
                self.numbers[name] = None
                yield {"from_name": name, "type": "number", **told, "value": {**place, "number": value}}
            else:
                choices = value if isinstance(value, list) else [value]
                self.lost["kind of an attribute that is no text or number"] += not all(
                    isinstance(one, str) for one in choices
                )
                texts = [one if isinstance(one, str) else str(one) for one in choices]
                self.asked.setdefault(name, {}).update(dict.fromkeys(texts))
                yield {"from_name": name, "type": "choices", **told, "value": {**place, "choices": texts}}


Found = Iterator[tuple[Sequence[Row], list[Result]]]


def _choices(regions: Regions, answer: Answer, task: Task) -> Found:
    for row in answer.rows:
        yield [row], [{"from_name": LABEL, "type": "choices", "value": {"choices": [row["label"]]}}]


def _all_choices(regions: Regions, answer: Answer, task: Task) -> Found:
    """All labels of an answer are the choices of one question."""
    if answer.rows:
        labels = [row["label"] for row in answer.rows]
        yield answer.rows, [{"from_name": LABEL, "type": "choices", "value": {"choices": labels}}]


def _numbers(regions: Regions, answer: Answer, task: Task) -> Found:
    for row in answer.rows:
        try:
            number = int(row["label"])
        except ValueError:
            number = float(row["label"])  # type: ignore[assignment]
        yield [row], [{"from_name": LABEL, "type": "number", "value": {"number": number}}]


def _texts(regions: Regions, answer: Answer, task: Task) -> Found:
    for row in answer.rows:
        regions.lost["end of a line within a text"] += "\n" in row["label"]
        yield [row], [{"from_name": LABEL, "type": "textarea", "value": {"text": [row["label"]]}}]


def _relations(regions: Regions, answer: Answer, task: Task) -> Found:
    """Each end is a span of its own label; what joins them is the relation."""
    ends: dict[tuple[int, int, str | None], str] = {}
    for row in answer.rows:
        pair = []
        for side in ("head", "tail"):
            end = (row[f"{side}_start"], row[f"{side}_end"], row.get(f"{side}_label"))
            name = ends.setdefault(end, f"e{len(ends) + 1}")
            pair.append(name)
        told = {"type": "relation", "from_id": pair[0], "to_id": pair[1], "direction": "right"}
        yield [{}], [told | {"labels": [row["label"]]}]
    for (start, stop, label), name in ends.items():
        value = {
            "start": start,
            "end": stop,
            "text": (task.text or "")[start:stop],
            "labels": [label] if label else [],
        }
        yield [{}], [{"id": name, "from_name": LABEL, "type": "labels", "value": value}]


def _image(task: Task) -> dict[str, Any]:
    width, height = size_of(task, "Label Studio")
    return {**dict(zip(ORIGINAL, (width, height), strict=True)), "image_rotation": 0}


def _labelled(kind: str, label: str, value: Mapping[str, Any], name: str = LABEL) -> Result:
    """A region that carries a label."""
    return {"from_name": name, "type": kind, "value": {**value, kind: [label]}}


def _boxes(regions: Regions, answer: Answer, task: Task) -> Found:
    told = _image(task) if answer.rows else {}
    for row in answer.rows:
        value = rectangle(box_in(row), row.get("angle") or 0, task)
        yield [row], [told | _labelled("rectanglelabels", row["label"], value)]


def rectangle(box: Sequence[float], angle: float, task: Task) -> dict[str, float]:
    """A box that turns about its centre as one that turns about its top left corner, in percents."""
    width, height = size_of(task, "Label Studio")
    left, top, right, bottom = box
    w, h = right - left, bottom - top
    if angle:
        sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
        left, top = left - (w * cosine - h * sine - w) / 2, top - (w * sine + h * cosine - h) / 2
    return {
        "x": 100 * left / width, "y": 100 * top / height, "width": 100 * w / width, "height": 100 * h / height,
        "rotation": angle,
    }  # fmt: skip


def _polygons(regions: Regions, answer: Answer, task: Task) -> Found:
    told = _image(task) if answer.rows else {}
    for row in answer.rows:
        if len(row["rings"]) > 1 or has_holes(row["rings"]):
            regions.lost["polygon of several parts or with a hole, which is left out"] += 1
            continue
        ring = row["rings"][0][0]
        sides = (told[ORIGINAL[0]], told[ORIGINAL[1]])
        shares = [100 * side / sides[place % 2] for place, side in enumerate(ring)]
        points = [list(pair) for pair in zip(shares[::2], shares[1::2], strict=True)]
        yield [row], [told | _labelled("polygonlabels", row["label"], {"points": points, "closed": True})]


def _lines(regions: Regions, answer: Answer, task: Task) -> Found:
    """A line along its vertices, each joined to the one before."""
    told = _image(task) if answer.rows else {}
    for row in answer.rows:
        if len(row["rings"]) > 1:
            regions.lost["line of several parts, which is left out"] += 1
            continue
        vertices: list[dict[str, Any]] = []
        for number, (x, y) in enumerate(points_in(row["rings"][0][0])):
            place = {"x": 100 * x / told[ORIGINAL[0]], "y": 100 * y / told[ORIGINAL[1]]}
            before = f"v{number - 1}" if number else None
            vertices.append({"id": f"v{number}", **place, "prevPointId": before, "isBezier": False})
        yield [row], [told | _labelled("vectorlabels", row["label"], {"vertices": vertices, "closed": False})]


def _segments(regions: Regions, answer: Answer, task: Task) -> Found:
    for row in answer.rows:
        value = {"start": row["start_s"], "end": row["end_s"], "channel": 0}
        yield [row], [_labelled("labels", row["label"], value)]


def _masks(regions: Regions, answer: Answer, task: Task) -> Found:
    for row in answer.rows:
        told = {**dict(zip(ORIGINAL, (row["width"], row["height"]), strict=True)), "image_rotation": 0}
        packed = labelstudio_counts(np.asarray(row["runs"], dtype=np.int64), row["height"], row["width"])
        yield [row], [told | _labelled("brushlabels", row["label"], {"format": "rle", "rle": packed})]


def _keypoints(regions: Regions, answer: Answer, task: Task) -> Found:
    """An object is a rectangle with its area, as the parent of its points."""
    told = _image(task) if answer.rows else {}
    for rows in by_object(answer.rows):
        first = rows[0]
        box = _with_area(box_around((row["x"], row["y"]) for row in rows), first.get("area"))
        results = [told | _labelled("rectanglelabels", first["label"], rectangle(box, 0, task))]
        for row in rows:
            regions.lost["visibility of a keypoint"] += row.get("visible") is not None
            place = {
                "x": 100 * row["x"] / told[ORIGINAL[0]],
                "y": 100 * row["y"] / told[ORIGINAL[1]],
                "width": 0.5,
            }
            point = _labelled("keypointlabels", row["keypoint"], place, POINT)
            results.append(told | point | {"id": f"{first['object_id']}-{row['keypoint']}",
                                           "parentID": first["object_id"]})  # fmt: skip
        yield rows, results


def _with_area(box: tuple[float, float, float, float], area: float | None) -> Sequence[float]:
    """The box about the same centre with that area; the points' own area is told by it."""
    left, top, right, bottom = box
    w, h = right - left, bottom - top
    if area is None:
        return box
    factor = math.sqrt(area / (w * h)) if w * h else 0.0
    w, h = (w * factor, h * factor) if factor else (math.sqrt(area), math.sqrt(area))
    x, y = (left + right) / 2, (top + bottom) / 2
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def _spans(regions: Regions, answer: Answer, task: Task) -> Found:
    for row in answer.rows:
        if "pieces" in row:
            regions.lost["span in pieces, which is left out"] += 1
            continue
        start, end = row["start"], row["end"]
        value = {"start": start, "end": end, "text": (task.text or "")[start:end]}
        yield [row], [_labelled("labels", row["label"], value)]


_RESULTS: Mapping[str, Callable[[Regions, Answer, Task], Found]] = {
    "classification": _choices, "ordinal": _choices, "numeric": _numbers, "multilabel": _all_choices,
    "transcription": _texts, "relations": _relations, "boxes": _boxes, "polygons": _polygons, "masks": _masks,
    "keypoints": _keypoints, "spans": _spans, "polylines": _lines, "segments": _segments,
}  # fmt: skip
