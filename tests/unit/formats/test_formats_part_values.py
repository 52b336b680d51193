"""Numbers that stand in whole steps, and how large they may be."""

import pyarrow as pa
import pytest

from vendoreval.formats.intake.part_values import canonical_values
from vendoreval.labels.shapes import SHAPES


@pytest.mark.parametrize(
    ("x", "area", "reason"),
    [
        (999_999.9994, 4_000_000.25, None),
        (1.0, 1e12, None),
        (1_000_000.1, 4.0, "x is no number, or more than 1,000,000."),
        (1.0, 1.1e12, "area is no number, or more than 1,000,000,000,000."),
    ],
)
def test_an_area_may_be_larger_than_a_place(x: float, area: float, reason: str | None) -> None:
    texts = {name: pa.array(["1"]) for name in ("object_id", "label", "keypoint")}
    rows = {**texts, "x": pa.array([x]), "y": pa.array([2.0]), "area": pa.array([area])}
    found = canonical_values(rows, SHAPES["keypoints"], 1)
    assert dict(found.refused) == ({0: reason} if reason else {})
    if reason is None:
        assert found.columns["area"].to_pylist() == [round(area * 1000)]


@pytest.mark.parametrize(
    ("head", "tail", "reason"),
    [
        ((0, 4), (9, 9), None),
        ((4, 0), (5, 9), "head_end is less than head_start."),
        ((0, 4), (9, 5), "tail_end is less than tail_start."),
        ((0, 4), (-1, 5), "tail_start is negative."),
    ],
)
def test_ends_of_relations_begin_before_they_end(
    head: tuple[int, int], tail: tuple[int, int], reason: str | None
) -> None:
    places = dict(zip(("head_start", "head_end", "tail_start", "tail_end"), (*head, *tail), strict=True))
    rows = {"label": pa.array(["at"]), **{name: pa.array([place]) for name, place in places.items()}}
    assert dict(canonical_values(rows, SHAPES["relations"], 1).refused) == ({0: reason} if reason else {})
