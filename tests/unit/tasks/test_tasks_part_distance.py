"""The distance of two people's boxes, against enumeration of all one-to-one pairings."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.side_by_side import SideBySide

Box = tuple[str, int, int, int, int]
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
