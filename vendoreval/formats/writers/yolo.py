"""YOLO sets as Ultralytics reads them, in one zip: detect, obb (where a box is turned), segment and pose.

    data.yaml           classes by number; keypoints where there are any
    train.txt           the images
    labels/NAME.txt     a line an object

The sizes of images, which it does not tell, stand in a file beside it (--read sizes=FILE).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.picture_index import is_picture, stem_of
from vendoreval.formats.writers.archive import Archive
from vendoreval.formats.writers.geometry import box_around, box_in, by_object, corners_of, has_holes
from vendoreval.formats.writers.interface import (
    ATTRIBUTES,
    IDS,
    Answer,
    Setting,
    Task,
    Written,
    lose_context,
    one_answer,
    size_of,
)
from vendoreval.safe_text import csv_bytes

Lost = Counter[str]
Size = tuple[int, int]


@dataclass(frozen=True)
class Yolo:
    """The writer of YOLO sets."""

    name: str = "yolo"
    ending: str = ".zip"
    yields: frozenset[str] = frozenset({"boxes", "polygons", "keypoints"})

    def write(self, tasks: Sequence[Task], setting: Setting, out: IO[bytes]) -> Written:
        """One label file an image; an empty one where nothing is there, none where nobody answered."""
        written = Written(tasks=len(tasks))
        numbers = {name: number for number, name in enumerate(setting.classes)}
        names: dict[str, str] = {}
        sizes = []
        with Archive(out) as archive:
            archive.add("data.yaml", _settings(setting))
            listed = [task.item for task in tasks if is_picture(task.item)]
            archive.add("train.txt", "".join(f"./images/{item}\n" for item in listed).encode())
            for task in tasks:
                stem = stem_of(task.item)
                if names.setdefault(stem, task.item) != task.item:
                    raise InputError(f"{names[stem]!r} and {task.item!r} would have one label file in YOLO.")
                sizes.append((task.item, *map(str, size_of(task, "YOLO"))))
                answer = one_answer(task, "YOLO")
                if answer is not None:
                    lose_context(answer, written.lost)
                    lines = list(_lines(answer, task, setting, numbers, written))
                    archive.add(f"labels/{stem}.txt", "".join(f"{line}\n" for line in lines).encode())
        written.beside["-sizes.csv"] = csv_bytes(("image", "width", "height"), sizes)
        return written


WRITER = Yolo()


def _settings(setting: Setting) -> bytes:
    """data.yaml; JSON texts are YAML texts."""
    lines = ["path: .", "train: train.txt", "val: train.txt", "names:"]
    lines += [f"  {number}: {json.dumps(name)}" for number, name in enumerate(setting.classes)]
    if setting.shape.name == "keypoints":
        names = json.dumps(list(setting.keypoints))
        lines += [f"kpt_shape: [{len(setting.keypoints)}, 3]", "kpt_names:"]
        lines += [f"  {number}: {names}" for number in range(len(setting.classes))]
    return "".join(f"{line}\n" for line in lines).encode()


def _lines(
    answer: Answer, task: Task, setting: Setting, numbers: Mapping[str, int], written: Written
) -> Iterator[str]:
    size = size_of(task, "YOLO")
    for row in answer.rows:
        written.lost[IDS] += row.get("object_id") is not None
        written.lost[ATTRIBUTES] += len(row.get("attributes", ()))
    rows = by_object(answer.rows) if setting.shape.name == "keypoints" else [[row] for row in answer.rows]
    for own in rows:
        shares = _shares(own, setting, size, written.lost)
        if shares:
            written.rows += len(own)
            yield " ".join([str(numbers[own[0]["label"]]), *map(repr, shares)])


def _shares(rows: Sequence[Mapping[str, Any]], setting: Setting, size: Size, lost: Lost) -> list[float]:
    """The numbers of one line behind its class; none for what the format cannot hold."""
    row = rows[0]
    if setting.shape.name == "boxes":
        return _ring(corners_of(row), size) if setting.turned else _box(box_in(row), size)
    if setting.shape.name == "polygons":
        if len(row["rings"]) > 1 or has_holes(row["rings"]) or len(row["rings"][0][0]) < 6:
            lost["polygon of several parts, with a hole or of two points, which is left out"] += 1
            return []
        return _ring(row["rings"][0][0], size)
    return _pose(rows, setting, size, lost)


def _pose(rows: Sequence[Mapping[str, Any]], setting: Setting, size: Size, lost: Lost) -> list[float]:
    points = {row["keypoint"]: row for row in rows}
    shares = _box(box_around((row["x"], row["y"]) for row in rows), size)
    lost["area of an object with keypoints, for which that of the box around them stands"] += "area" in rows[0]
    for name in setting.keypoints:
        found = points.get(name)
        lost["keypoint that was not delivered, which the format tells as not labelled"] += found is None
        seen = found.get("visible", 2) if found else 0
        shares += [*_ring([found["x"], found["y"]], size), seen] if found else [0, 0, 0]
    return shares


def _box(box: Sequence[float], size: Size) -> list[float]:
    left, top, right, bottom = box
    width, height = size
    return [
        (left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height
    ]  # fmt: skip


def _ring(points: Sequence[float], size: Size) -> list[float]:
    return [side / size[place % 2] for place, side in enumerate(points)]
