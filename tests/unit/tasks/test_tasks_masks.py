"""Masks as outcomes; plain pixels are the oracle."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tests.unit.tasks.box_samples import delivery_of, gold_of, shuffled
from vendoreval.contracts.terms import Task
from vendoreval.labels.nested import Nested
from vendoreval.labels.runs import pixels_of, runs_from_pixels
from vendoreval.labels.shapes import SHAPES
from vendoreval.tasks.known import task_type
from vendoreval.tasks.masks import TYPE
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.pixels import unions

SHAPE = SHAPES["masks"]
CLASSES = ("road", "sky")
Row = dict[str, Any]
Pixels = NDArray[np.bool_]


def mask(label: str, pixels: Pixels, **further: Any) -> Row:
    height, width = pixels.shape
    return {
        "label": label,
        "width": width,
        "height": height,
        "runs": runs_from_pixels(pixels).tolist(),
        **further,
    }


def area(x: int, y: int, width: int, height: int, image: tuple[int, int] = (20, 30)) -> Pixels:
    """A rectangle of pixels in an image of (rows, columns)."""
    pixels = np.zeros(image, dtype=np.bool_)
    pixels[y : y + height, x : x + width] = True
    return pixels


def compared(gold: list[Row], delivered: list[Row], **matching: Any) -> Outcomes:
    task = Task("masks", CLASSES, matching=matching)
    return TYPE.compare(gold_of({"a": gold}, SHAPE), delivery_of({("a", "p"): delivered}, SHAPE), task)


def rows(found: Outcomes) -> list[tuple[Any, ...]]:
    names = ("expected", "delivered", "outcome", "score", "where")
    return [tuple(row[name] for name in names) for row in found.rows()]


ROAD, SKY = mask("road", area(0, 10, 10, 10)), mask("sky", area(0, 0, 30, 5))


def test_it_is_a_known_type() -> None:
    assert task_type("masks") is TYPE


def test_matched_missed_extra_and_wrong() -> None:
    given_ = [
        mask("road", area(0, 10, 10, 9)),
        mask("road", area(0, 0, 30, 5)),
        mask("sky", area(20, 10, 2, 2)),
    ]
    assert rows(compared([ROAD, SKY], given_)) == [
        ("sky", "road", "wrong_label", 1.0, "mask of 150 pixels, 0,0 to 30,5 of 30 x 20"),
        ("road", "road", "correct", 0.9, None),
        (None, "sky", "extra", 0, "mask of 4 pixels, 20,10 to 22,12 of 30 x 20"),
    ]
    assert rows(compared([ROAD], given_[:1], imprecise_below="0.91"))[0][2] == "imprecise"
    assert [row[2] for row in rows(compared([ROAD], given_[:1], iou="0.91"))] == ["missing", "extra"]


def test_a_decision_at_the_limit_is_exact() -> None:
    third = mask("road", area(0, 10, 10, 3))
    for limit, outcome in (("0.3", "correct"), ("0.3000000000000000000001", "missing")):
        assert rows(compared([ROAD], [third], iou=limit))[0][2] == outcome
    assert rows(compared([ROAD], [third], iou="0.1", imprecise_below="0.3"))[0][2] == "correct"


def test_disjoint_masks_in_one_box_are_no_match() -> None:
    """fiftyone compares the boxes of masks by default: IoU 1.0."""
    upper = np.triu(np.ones((20, 20), dtype=np.bool_), 1)
    assert [row[2] for row in rows(compared([mask("road", upper)], [mask("road", upper.T)]))] == [
        "missing",
        "extra",
    ]


def test_a_mask_without_a_pixel_is_nothing_to_score() -> None:
    nothing = mask("road", area(0, 0, 0, 0))
    assert rows(compared([], [nothing]))[0][2:] == ("unscorable", 0, "mask of 0 pixels, 0,0 to 0,0 of 30 x 20")
    assert rows(compared([nothing], []))[0][2] == "empty_agreed"


def test_masks_of_another_size_say_nothing() -> None:
    halved = mask("road", area(0, 5, 5, 5, (10, 15)))
    found = compared([ROAD, SKY], [halved, SKY])
    assert {row[2] for row in rows(found)} == {"unscorable"}
    assert len(found) == 3
    assert all(row[4].endswith("the sheet has masks of another size than gold") for row in rows(found))
    gold = gold_of({"a": [ROAD], "b": [ROAD]}, SHAPE)
    labels = delivery_of({("a", "p"): [halved], ("a", "q"): [ROAD], ("b", "p"): [ROAD]}, SHAPE)
    again = TYPE.compare(gold, labels, Task("masks", CLASSES))
    assert [(r["item_id"], r["annotator_id"], r["outcome"]) for r in again.rows()] == [
        ("a", "p", "unscorable"), ("a", "p", "unscorable"), ("a", "q", "correct"), ("b", "p", "correct"),
    ]  # fmt: skip


def test_what_falls_on_an_ignored_mask_is_unscorable() -> None:
    """COCO ignores `iscrowd`; labelformat writes every mask as crowd, and AP is -1 for perfect ones."""
    crowd = mask("road", area(0, 0, 30, 20), ignored=True)
    assert [row[2] for row in rows(compared([crowd], [ROAD]))] == ["unscorable"]
    assert [row[2] for row in rows(compared([crowd, ROAD], [ROAD]))] == ["correct"]


def test_all_pixels_of_a_class_are_one_unit_with_semantic_regions() -> None:
    left, right = area(0, 10, 5, 10), area(4, 10, 6, 10)
    found = compared([ROAD, SKY], [mask("road", left), mask("road", right), SKY], regions="semantic")
    assert [row[:4] for row in rows(found)] == [
        ("sky", "sky", "correct", 1.0),
        ("road", "road", "correct", 1.0),
    ]
    found = compared([ROAD], [mask("road", left), mask("sky", right)], regions="semantic")
    assert [row[:4] for row in rows(found)] == [("road", "road", "correct", 0.5), (None, "sky", "extra", 0)]
    found = compared([ROAD], [mask("road", area(0, 0, 3, 3))], regions="semantic")
    assert [row[:4] for row in rows(found)] == [("road", "road", "imprecise", 0)]
    found = compared([ROAD], [mask("sky", area(0, 10, 10, 10))], regions="semantic")
    assert [row[2] for row in rows(found)] == ["missing", "extra"]


shapes = arrays(np.bool_, (4, 5))
sides = st.lists(st.builds(mask, st.sampled_from(CLASSES), shapes), max_size=5)


@given(sides, sides, st.integers(0, 99), st.sampled_from(["instance", "semantic"]))
def test_rows_in_any_order_and_sides_exchanged(
    first: list[Row], second: list[Row], seed: int, regions: str
) -> None:
    task = Task("masks", CLASSES, matching={"regions": regions, "iou": "0.3"})
    gold, labels = gold_of({"a": first}, SHAPE), delivery_of({("a", "p"): second}, SHAPE)
    found = TYPE.compare(gold, labels, task)
    assert list(TYPE.compare(gold, shuffled(labels, seed), task).rows()) == list(found.rows())
    if all(any(count for count in row["runs"][1::2]) for row in (*first, *second)):
        one, other = found.counts(), compared(second, first, **task.matching).counts()
        assert (one["missing"], one["extra"]) == (other["extra"], other["missing"])
        assert (one["correct"], one["imprecise"]) == (other["correct"], other["imprecise"])


@given(sides, st.sampled_from(["instance", "semantic"]))
def test_a_file_against_itself_is_perfect(given_: list[Row], regions: str) -> None:
    filled = [row for row in given_ if sum(row["runs"][1::2])]
    found = compared(filled, filled, regions=regions, iou="1")
    assert found.right.all()
    assert (found.score == ONE).all()


@given(st.lists(st.tuples(st.integers(0, 2), shapes), min_size=1, max_size=6))
def test_unions_are_those_of_pixels(drawn: list[tuple[int, Pixels]]) -> None:
    runs = Nested.from_lists([runs_from_pixels(one).tolist() for _, one in drawn], 1)
    whole = unions(runs, np.asarray([group for group, _ in drawn]), np.full(3, 20))
    for group in range(3):
        expected = np.logical_or.reduce([np.zeros((4, 5), np.bool_), *(p for g, p in drawn if g == group)])
        assert (pixels_of(np.asarray(whole[group]), 4, 5) == expected).all()


@given(shapes, shapes)
def test_the_score_is_the_iou_of_pixels(first: Pixels, second: Pixels) -> None:
    shared, whole = int((first & second).sum()), int((first | second).sum())
    found = compared([mask("road", first)], [mask("road", second)], iou="0")
    if shared:
        assert found.score.tolist() == [round(Fraction(shared * ONE, whole))]


def test_distance() -> None:
    one = delivery_of({("a", "p"): [ROAD, SKY], ("b", "p"): [], ("c", "p"): [ROAD]}, SHAPE)
    other = delivery_of(
        {("a", "q"): [ROAD], ("b", "q"): [], ("c", "q"): [mask("road", area(0, 10, 10, 9))]}, SHAPE
    )
    task = Task("masks", CLASSES)
    found = TYPE.distance(one.on_items(("a", "b", "c")), other.on_items(("a", "b", "c")), task)
    assert found is not None
    assert found.tolist() == pytest.approx([1 - 2 / 3, 0, 0.1])
    assert TYPE.describe(one, 0) == "mask of 100 pixels, 0,10 to 10,20 of 30 x 20"
