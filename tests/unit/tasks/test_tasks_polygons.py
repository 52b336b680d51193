"""Polygons as outcomes: what becomes of good, invalid and ignored ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tasks.box_samples import delivery_of, gold_of, shuffled
from vendoreval.contracts.terms import Task
from vendoreval.labels.shapes import SHAPES
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes
from vendoreval.tasks.polygons import TYPE

SHAPE = SHAPES["polygons"]
TASK = Task("polygons", ("car", "dog"))
Row = dict[str, Any]


def polygon(label: str, *rings: list[tuple[float, float]], **further: Any) -> Row:
    """One part of an outline and its holes, in pixels."""
    return {"label": label, "rings": [[_flat(ring) for ring in rings]], **further}


def _flat(ring: list[tuple[float, float]]) -> list[int]:
    return [round(1000 * n) for point in ring for n in point]


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def compared(gold: list[Row], given_: list[Row], **matching: Any) -> list[tuple[Any, ...]]:
    found = outcomes({"a": gold}, {("a", "p"): given_}, **matching)
    names = ("expected", "delivered", "outcome", "score", "where")
    return [tuple(row[name] for name in names) for row in found.rows()]


def outcomes(
    gold: dict[str, list[Row]], given_: dict[tuple[str, str | None], list[Row]], **matching: Any
) -> Outcomes:
    task = Task("polygons", TASK.classes, matching=matching)
    return TYPE.compare(gold_of(gold, SHAPE), delivery_of(given_, SHAPE), task)


CAR, DOG = polygon("car", square(0, 0, 10)), polygon("dog", square(50, 50, 20))
BOW_TIE = [(0.0, 0.0), (10.0, 10.0), (10.0, 0.0), (0.0, 10.0)]


def test_it_is_a_known_type() -> None:
    assert task_type("polygons") is TYPE


def test_matched_missed_extra_and_wrong() -> None:
    car, cat = polygon("car", square(0, 0, 9)), polygon("cat", square(50, 50, 20))
    assert compared([CAR, DOG], [car, cat, polygon("dog", square(90, 0, 5))]) == [
        ("car", "car", "correct", 0.81, None),
        ("dog", "cat", "wrong_label", 1.0, "polygon 50,50 to 70,70 of 4 corners"),
        (None, "dog", "extra", 0, "polygon 90,0 to 95,5 of 4 corners"),
    ]
    assert compared([CAR], [car], imprecise_below="0.82")[0][2] == "imprecise"
    assert compared([CAR], [car], iou="0.82") == [
        ("car", None, "missing", 0, "polygon 0,0 to 10,10 of 4 corners"),
        (None, "car", "extra", 0, "polygon 0,0 to 9,9 of 4 corners"),
    ]


def test_holes_decide() -> None:
    ring = polygon("car", square(0, 0, 10), square(1, 1, 8))
    assert [row[2] for row in compared([CAR], [ring])] == ["missing", "extra"]
    assert compared([ring], [ring])[0][2:4] == ("correct", 1.0)


def test_a_decision_at_the_limit_is_said_and_falls_for_the_vendor() -> None:
    half = polygon("car", square(0, 0, 10))
    half["rings"] = [[_flat([(0, 0), (10, 0), (10, 5), (0, 5)])]]
    (row,) = compared([CAR], [half], iou="0.5")
    assert row[2:4] == ("correct", 0.5)
    assert row[4].endswith("at the limit, within the error of floating numbers")
    assert len(compared([CAR], [half], iou="0.500001")) == 2
    (row,) = compared([CAR], [half], iou="0.4", imprecise_below="0.5")
    assert row[2] == "correct"
    assert "at the limit" in row[4]


def test_an_invalid_outline_is_named_and_counts_for_nobody() -> None:
    bow_tie = polygon("car", BOW_TIE)
    where = "polygon 0,0 to 10,10 of 4 corners; self-intersection at 5,5"
    assert compared([CAR], [bow_tie]) == [("car", "car", "unscorable", 0, where)]
    assert compared([], [bow_tie]) == [(None, "car", "unscorable", 0, where)]
    assert compared([bow_tie], [CAR]) == [
        (None, "car", "unscorable", 0, "polygon 0,0 to 10,10 of 4 corners"),
    ]
    assert compared([bow_tie], []) == [(None, None, "empty_agreed", 1, None)]
    speck = polygon("car", [(3, 3), (4, 4)])
    assert compared([], [speck])[0][2:] == (
        "unscorable", 0, "polygon 3,3 to 4,4 of 2 corners; an outline of fewer than 3 corners",
    )  # fmt: skip


def test_an_invalid_outline_is_a_defect_where_the_contract_says_so() -> None:
    bow_tie = polygon("car", BOW_TIE)
    (row,) = compared([CAR], [bow_tie], invalid="counted")
    assert row[2] == "imprecise"
    assert "self-intersection at 5,5" in row[4]
    assert [row[2] for row in compared([], [bow_tie], invalid="counted")] == ["extra"]
    (row,) = compared([bow_tie], [CAR], invalid="counted")
    assert row[2] == "unscorable"  # a fault of gold is not the vendor's
    gold = gold_of({"a": [bow_tie]}, SHAPE)
    plain = replace(gold, labels=replace(gold.labels, alternative=None))  # as it is read from a table
    given_ = delivery_of({("a", "p"): [CAR]}, SHAPE)
    found = TYPE.compare(plain, given_, Task("polygons", TASK.classes, matching={"invalid": "counted"}))
    assert found.counts()["unscorable"] == 1


@pytest.mark.parametrize("repair", ["linework", "structure"])
def test_a_repair_shows_the_area_before_and_after(repair: str) -> None:
    (row,) = compared([CAR], [polygon("dog", BOW_TIE)], repair=repair)
    assert row[2:4] == ("wrong_label", 0.5)
    assert row[4] == (
        "polygon 0,0 to 10,10 of 4 corners; self-intersection at 5,5; "
        f"repaired by {repair}, area 0 before and 50 after; at the limit, within the error of floating numbers"
    )


def test_what_falls_on_an_ignored_polygon_is_unscorable() -> None:
    crowd = polygon("car", square(0, 0, 100), ignored=True)
    assert compared([crowd], [CAR])[0][:3] == (None, "car", "unscorable")
    assert [row[2] for row in compared([crowd], [polygon("car", square(95, 0, 10))])] == ["unscorable"]
    assert [row[2] for row in compared([crowd], [polygon("car", square(95, 95, 10))])] == ["extra"]
    assert [row[2] for row in compared([crowd, CAR], [CAR])] == ["correct"]


sides = st.lists(
    st.builds(
        lambda label, x, y, side: polygon(label, square(x, y, side)),
        st.sampled_from(["car", "dog"]), st.integers(0, 12), st.integers(0, 12), st.integers(1, 10),
    ),
    max_size=6,
)  # fmt: skip


@given(sides, sides, st.integers(0, 99))
def test_rows_in_any_order_and_sides_exchanged(first: list[Row], second: list[Row], seed: int) -> None:
    gold, labels = gold_of({"a": first}, SHAPE), delivery_of({("a", "p"): second}, SHAPE)
    found = TYPE.compare(gold, labels, TASK)
    assert list(TYPE.compare(gold, shuffled(labels, seed), TASK).rows()) == list(found.rows())
    back = TYPE.compare(gold_of({"a": second}, SHAPE), delivery_of({("a", "p"): first}, SHAPE), TASK)
    one, other = found.counts(), back.counts()
    assert (one["missing"], one["extra"]) == (other["extra"], other["missing"])
    assert (one["correct"], one["wrong_label"]) == (other["correct"], other["wrong_label"])
    assert abs(int(found.score.sum()) - int(back.score.sum())) <= len(found)


@given(sides)
def test_a_file_against_itself_is_perfect(rows: list[Row]) -> None:
    found = TYPE.compare(gold_of({"a": rows}, SHAPE), delivery_of({("a", "p"): rows}, SHAPE), TASK)
    assert found.right.all()
    assert (found.score == ONE).all()
    assert len(found) == max(len(rows), 1)


def test_turning_and_starting_elsewhere_is_the_same_polygon() -> None:
    ring = square(0, 0, 10)
    again = [*ring[2:], *ring[:2]][::-1]
    found = compared([CAR], [polygon("car", again)], iou="1")
    assert found[0][2:4] == ("correct", 1.0)
    assert CODE["correct"] in outcomes({"a": [CAR]}, {("a", "p"): [CAR]}).outcome
    assert np.count_nonzero(outcomes({"a": [CAR]}, {("a", "p"): [CAR]}).score) == 1


def test_describe() -> None:
    assert TYPE.describe(delivery_of({("a", "p"): [DOG]}, SHAPE), 0) == "polygon 50,50 to 70,70 of 4 corners"
