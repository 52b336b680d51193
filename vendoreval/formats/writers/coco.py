"""COCO JSON: boxes, polygons, masks as compressed run lengths, keypoints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

import msgspec
import numpy as np

from vendoreval.formats.writers.geometry import area_of, box_around, box_in, by_object, has_holes, points_in
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
from vendoreval.labels.run_codecs import coco_counts
from vendoreval.labels.runs import area_of as pixels_in
from vendoreval.labels.runs import box_of

Lost = Counter[str]


@dataclass(frozen=True)
class Coco:
    """The writer of COCO files."""

    name: str = "coco"
    ending: str = ".json"
    yields: frozenset[str] = frozenset({"boxes", "polygons", "masks", "keypoints"})

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """Images, categories and annotations, each numbered from 1."""
        written = Written()
        numbers = {name: number for number, name in enumerate(setting.classes, start=1)}
        images: list[dict[str, Any]] = []
        annotations: list[dict[str, Any]] = []
        for number, task in enumerate(tasks, start=1):
            images.append(_image(task, number))
            answer = one_answer(task, "COCO")
            if answer is None:
                continue
            lose_context(answer, written.lost)
            for found in _ANNOTATIONS[setting.shape.name](answer, setting, written.lost):
                label = found.pop("label")
                annotations.append({
                    "id": len(annotations) + 1, "image_id": number, "category_id": numbers[label],
                    **found, "iscrowd": 0,
                })  # fmt: skip
            written.rows += len(answer.rows)
        written.tasks = len(images)
        categories = [_category(name, number, setting) for name, number in numbers.items()]
        document = {"images": images, "categories": categories, "annotations": annotations}
        out.write(msgspec.json.encode(document) + b"\n")
        return written


WRITER = Coco()


def _image(task: Task, number: int) -> dict[str, Any]:
    width, height = size_of(task, "COCO")
    told = {"id": number, "file_name": task.item, "width": width, "height": height, **task.shown}
    return told | ({"remarks": list(task.remarks)} if task.remarks else {})


def _category(name: str, number: int, setting: Setting) -> dict[str, Any]:
    found: dict[str, Any] = {"id": number, "name": name, "supercategory": ""}
    if setting.shape.name == "keypoints":
        found |= {"keypoints": list(setting.keypoints), "skeleton": []}
    return found


def _told(row: Row, lost: Lost) -> dict[str, Any]:
    """What every annotation has: its label and attributes, among them the angle."""
    lost[IDS] += row.get("object_id") is not None
    attributes = dict(row.get("attributes", {}))
    if row.get("angle"):
        attributes["rotation"] = row["angle"]
    return {"label": row["label"]} | ({"attributes": attributes} if attributes else {})


def _boxes(answer: Answer, setting: Setting, lost: Lost) -> list[dict[str, Any]]:
    found = []
    for row in answer.rows:
        left, top, right, bottom = box_in(row)
        width, height = _less(right, left), _less(bottom, top)
        found.append(_told(row, lost) | {"bbox": [left, top, width, height], "area": width * height})
    return found


def _less(high: float, low: float) -> float:
    """The difference of two numbers of thousandths, which is one itself."""
    return round(high - low, 3)


def _polygons(answer: Answer, setting: Setting, lost: Lost) -> list[dict[str, Any]]:
    """Parts are lists of numbers; the format has no holes."""
    found = []
    for row in answer.rows:
        if has_holes(row["rings"]):
            lost["polygon with a hole, which is left out"] += 1
            continue
        outer = [part[0] for part in row["rings"]]
        box = box_around(point for ring in outer for point in points_in(ring))
        area = sum(map(area_of, outer))
        found.append(_told(row, lost) | {"bbox": _sides(box), "area": area, "segmentation": outer})
    return found


def _sides(box: tuple[float, float, float, float]) -> list[float]:
    left, top, right, bottom = box
    return [left, top, _less(right, left), _less(bottom, top)]


def _masks(answer: Answer, setting: Setting, lost: Lost) -> list[dict[str, Any]]:
    found = []
    for row in answer.rows:
        runs = np.asarray(row["runs"], dtype=np.int64)
        mask = {"size": [row["height"], row["width"]], "counts": coco_counts(runs)}
        told = {"bbox": _sides(box_of(runs, row["height"])), "area": pixels_in(runs), "segmentation": mask}
        found.append(_told(row, lost) | told)
    return found


def _point(row: Row | None, lost: Lost) -> list[float]:
    if row is None:
        lost["keypoint that was not delivered, which the format tells as not labelled"] += 1
        return [0, 0, 0]
    lost["visibility that was not told, which becomes 2 (visible)"] += "visible" not in row
    return [row["x"], row["y"], row.get("visible", 2)]


def _keypoints(answer: Answer, setting: Setting, lost: Lost) -> list[dict[str, Any]]:
    """The points of an object in the order of the category's; one that is not there has three zeros."""
    found = []
    for rows in by_object(answer.rows):
        points = {row["keypoint"]: row for row in rows}
        numbers: list[float] = []
        for name in setting.keypoints:
            numbers += _point(points.get(name), lost)
        box = box_around((row["x"], row["y"]) for row in rows)
        left, top, width, height = _sides(box)
        found.append(_told(rows[0], lost) | {
            "bbox": [left, top, width, height], "area": rows[0].get("area", width * height),
            "keypoints": numbers, "num_keypoints": sum(seen > 0 for seen in numbers[2::3]),
        })  # fmt: skip
    return found


_ANNOTATIONS: Mapping[str, Callable[[Answer, Setting, Lost], list[dict[str, Any]]]] = {
    "boxes": _boxes, "polygons": _polygons, "masks": _masks, "keypoints": _keypoints,
}  # fmt: skip
