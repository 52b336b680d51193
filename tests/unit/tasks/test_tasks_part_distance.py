"""The distance of two people's answers: boxes against enumeration, all types pair by pair and all at once."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.box_samples import delivery_of, shuffled
from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.known import task_type
from vendoreval.tasks.side_by_side import SideBySide

Box = tuple[str, int, int, int, int]
Row = dict[str, Any]
TASK = Task("boxes", ("car", "dog"))
edges = st.integers(0, 12)
boxes = st.lists(
    st.builds(lambda label, x, y, w, h: (label, x, y, x + 1 + w, y + 1 + h), st.sampled_from(["car", "dog"]),
              edges, edges, edges, edges),
    max_size=4,
)  # fmt: skip


def table(sheets: Sequence[tuple[str, str, Sequence[Box]]]) -> LabelTable:
    rows = [(item, who, *box) for item, who, found in sheets for box in found]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    names = ("x_min", "y_min", "x_max", "y_max")
    numbers = {name: 1000 * np.asarray(columns[3 + k], dtype=np.int64) for k, name in enumerate(names)}
    return LabelTable(
        Coded.from_text(columns[0]), Coded.from_text(columns[1]),
        {"label": Coded.from_text(columns[2]), **numbers},
        sheets=Sheets(Coded.from_text(one[0] for one in sheets), Coded.from_text(one[1] for one in sheets)),
    )  # fmt: skip


def iou(one: Box, other: Box) -> float:
    width = min(one[3], other[3]) - max(one[1], other[1])
    height = min(one[4], other[4]) - max(one[2], other[2])
    common = max(width, 0) * max(height, 0)
    areas = [(box[3] - box[1]) * (box[4] - box[2]) for box in (one, other)]
    return common / (sum(areas) - common)


def enumerated(one: Sequence[Box], other: Sequence[Box]) -> float:
    if not one and not other:
        return 0.0
    few, many = sorted((one, other), key=len)
    best = 0.0
    for order in itertools.permutations(range(len(many)), len(few)):
        quality = [
            iou(box, many[k]) if box[0] == many[k][0] else 0.0 for box, k in zip(few, order, strict=True)
        ]
        best = max(best, sum(value for value in quality if value >= 0.5))
    return 1 - 2 * best / (len(one) + len(other))


@given(st.lists(boxes, min_size=2, max_size=5))
@settings(max_examples=150)
def test_distance_is_that_of_the_best_pairing(answers: list[list[Box]]) -> None:
    sheets = [(f"i{k}", f"p{k % 2}", found) for k, found in enumerate(answers)]
    side = SideBySide(table(sheets), TASK, TYPE)
    pairs = [(a, b) for a in range(len(answers)) for b in range(len(answers))]
    first, second = np.asarray(pairs, dtype=np.int64).T
    found = side.distances(first, second)
    known = [enumerated(answers[a], answers[b]) for a, b in pairs]
    assert found.tolist() == pytest.approx(known, abs=1e-8)
    matrix = side.across(np.arange(len(answers)), np.arange(len(answers)))
    assert matrix.ravel().tolist() == found.tolist()
    assert (matrix == matrix.T).all()
    assert all(found[k] == 0 for k, (a, b) in enumerate(pairs) if sorted(answers[a]) == sorted(answers[b]))


def test_rows_of_a_sheet_may_stand_anywhere() -> None:
    sheets = [
        ("a", "p", [("car", 0, 0, 4, 4)]),
        ("b", "p", []),
        ("a", "q", [("car", 0, 0, 4, 4), ("dog", 5, 5, 9, 9)]),
    ]
    labels = table(sheets)
    turned = labels.take(np.arange(len(labels))[::-1])
    one, other = np.asarray([0, 0, 1]), np.asarray([1, 2, 1])
    for rows in (labels, turned):
        assert SideBySide(rows, TASK, TYPE).distances(one, other).tolist() == pytest.approx([1, 1 / 3, 0])


def outline(label: str, *corners: int) -> Row:
    return {"label": label, "rings": [[[1000 * value for value in corners]]]}


def mask(label: str, *runs: int) -> Row:
    return {"label": label, "width": 8, "height": 6, "runs": list(runs)}


def thing(number: str, label: str, **points: tuple[int, int]) -> list[Row]:
    return [
        {"object_id": number, "label": label, "keypoint": name, "x": 1000 * x, "y": 1000 * y, "visible": 2,
         "area": 100_000 * int(number)}
        for name, (x, y) in points.items()
    ]  # fmt: skip


ANSWERS: dict[str, list[list[Row]]] = {
    "polygons": [
        [outline("car", 0, 0, 10, 0, 10, 10, 0, 10), outline("dog", 20, 0, 30, 0, 25, 9)],
        [outline("car", 0, 0, 10, 0, 10, 8, 0, 8)], [outline("dog", 0, 0, 10, 0, 10, 8, 0, 8)], [],
        [outline("dog", 20, 0, 30, 0, 25, 9), outline("car", 0, 0, 10, 0, 10, 10, 0, 10)],
    ],
    "masks": [
        [mask("car", 0, 12, 36), mask("dog", 24, 6, 18)], [mask("car", 0, 10, 38)], [mask("dog", 0, 12, 36)],
        [], [mask("dog", 24, 6, 18)],
    ],
    "keypoints": [
        thing("1", "car", a=(0, 0), b=(9, 9)) + thing("2", "car", a=(50, 50), b=(60, 60)),
        thing("1", "car", a=(1, 0), b=(9, 8)), thing("2", "dog", a=(0, 0), b=(9, 9)), [],
        thing("2", "car", a=(1, 0), b=(9, 9)),
    ],
    "spans": [
        [{"start": 0, "end": 5, "label": "car"}, {"start": 7, "end": 9, "label": "dog"}],
        [{"start": 0, "end": 5, "label": "car"}], [{"start": 0, "end": 5, "label": "dog"}], [],
        [{"start": 7, "end": 9, "label": "dog"}, {"start": 0, "end": 4, "label": "car"}],
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("preset", [False, True])
def test_all_types_are_as_far_apart_pair_by_pair_as_all_at_once(name: str, preset: bool) -> None:
    given = {"preset": "nervaluate" if name == "spans" else "cvat"} if preset else {}
    answers, task = ANSWERS[name], Task(name, ("car", "dog"), matching=given)
    labels = delivery_of({(f"i{k % 3}", f"p{k // 3}"): rows for k, rows in enumerate(answers)}, SHAPES[name])
    kind = task_type(name)
    side, everybody = SideBySide(labels, task, kind), np.arange(len(answers))
    matrix = side.across(everybody, everybody)
    pairs = side.distances(np.repeat(everybody, len(answers)), np.tile(everybody, len(answers)))
    assert matrix.ravel().tolist() == pairs.tolist()
    assert matrix.tolist() == pytest.approx(matrix.T, abs=0)
    assert matrix.diagonal().tolist() == [0.0] * len(answers)
    assert matrix[3].tolist() == [1.0, 1.0, 1.0, 0.0, 1.0]  # nothing is like nothing else
    assert matrix[1, 2] == 1.0  # in the same place, of another class
    assert 0 < matrix[0, 1] < 1
    assert side.across(everybody[:2], everybody[3:]).tolist() == matrix[:2, 3:].tolist()
    assert kind.distance_words(task).startswith("1 - ")
    turned = SideBySide(shuffled(labels, 3), task, kind)
    assert sorted(turned.across(everybody, everybody).ravel().tolist()) == sorted(matrix.ravel().tolist())
