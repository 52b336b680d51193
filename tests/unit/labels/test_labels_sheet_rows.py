"""Which rows stand on which sheet, and which sheets hold the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tasks.box_samples import box, delivery_of, shuffled
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.sheet_rows import sheet_contents, sheet_of_rows
from vendoreval.labels.table import LabelTable, Sheets

SMALL, LARGE = box("car", 0, 0, 4, 4), box("dog", 0, 0, 9, 9)
Answers = dict[tuple[str, str | None], list[dict[str, Any]]]
KEYS = st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(["p", "q", None]))


@given(st.dictionaries(KEYS, st.lists(st.sampled_from([SMALL, LARGE]), max_size=3)), st.integers(0, 9))
def test_equal_numbers_are_equal_rows_in_any_order(sheets: Answers, seed: int) -> None:
    labels = shuffled(delivery_of(sheets), seed)
    assert labels.sheets is not None
    content = sheet_contents(labels, SHAPES["boxes"])
    held = {key: sorted(str(row) for row in rows) for key, rows in sheets.items()}
    items = [item or "" for item in labels.sheets.item.text()]
    keys = list(zip(items, labels.sheets.annotator.text(), strict=True))
    for one, number in zip(keys, content.tolist(), strict=True):
        assert (number == 0) == (not held[one])
        for other, another in zip(keys, content.tolist(), strict=True):
            assert (number == another) == (held[one] == held[other])
    counted = np.bincount(sheet_of_rows(labels, labels.sheets), minlength=len(keys)).tolist()
    assert counted == [len(sheets[key]) for key in keys]


def test_ids_of_tools_are_no_content_and_rows_without_a_sheet_have_none() -> None:
    rows: Answers = {("a", "p"): [{**SMALL, "object_id": "7"}], ("a", "q"): [{**SMALL, "object_id": "8"}]}
    labels = delivery_of(rows)
    assert len(set(sheet_contents(labels, SHAPES["boxes"]).tolist())) == 1
    only = Sheets(Coded.from_text(["a"]), Coded.from_text(["q"]))
    assert sheet_of_rows(labels, only).tolist() == [-1, 0]
    none = Sheets(Coded.from_text([]), Coded.from_text([]))
    assert sheet_of_rows(labels, none).tolist() == [-1, -1]
    elsewhere = LabelTable(Coded(np.asarray([-1, 0], dtype=np.int32), ("a",)), labels.annotator, labels.answers)
    assert sheet_of_rows(elsewhere, only).tolist() == [-1, 0]


def test_outlines_are_told_apart_by_their_corners() -> None:
    def outline(*corners: int) -> dict[str, object]:
        return {"label": "car", "rings": [[list(corners)]]}

    one, other = outline(0, 0, 9, 0, 9, 9), outline(0, 0, 9, 0, 9, 8)
    labels = delivery_of({("a", "p"): [one], ("a", "q"): [other], ("b", "p"): [one]}, SHAPES["polygons"])
    first, second, third = sheet_contents(labels, SHAPES["polygons"]).tolist()
    assert (first == third, first == second) == (True, False)
