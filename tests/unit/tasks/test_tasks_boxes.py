"""Boxes: overlap against fractions and shapely, decisions at the limit, and what must never matter."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import box as rectangle

from tests.unit.tasks.box_samples import Row, box, delivery_of, gold_of, shuffled
from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.outcomes import ONE, Outcomes

CLASSES = ("car", "dog")


def task(**matching: Any) -> Task:
    return Task("boxes", CLASSES, matching=matching)


def compared(gold: list[Row], given_boxes: list[Row], **matching: Any) -> Outcomes:
    return TYPE.compare(gold_of({"a": gold}), delivery_of({("a", "p"): given_boxes}), task(**matching))


def iou(first: Row, second: Row) -> Fraction:
    """By whole numbers."""
    wide = min(first["x_max"], second["x_max"]) - max(first["x_min"], second["x_min"])
    high = min(first["y_max"], second["y_max"]) - max(first["y_min"], second["y_min"])
    common = max(wide, 0) * max(high, 0)
    areas = [(b["x_max"] - b["x_min"]) * (b["y_max"] - b["y_min"]) for b in (first, second)]
    return Fraction(common, sum(areas) - common) if sum(areas) - common else Fraction(first == second)


EDGE, LENGTH = st.integers(0, 12), st.integers(1, 8)
BOX = st.builds(
    lambda c, x, y, w, h: box(c, x, y, x + w, y + h), st.sampled_from(CLASSES), EDGE, EDGE, LENGTH, LENGTH
)
SOME = st.lists(BOX, max_size=4)


@settings(max_examples=300, deadline=None)
@given(SOME, SOME, st.sampled_from(["0.1", "0.25", "0.3333", "0.5", "0.75", "1"]))
def test_the_best_assignment_by_fractions(gold: list[Row], given_boxes: list[Row], limit: str) -> None:
    """All assignments are tried: the sum of overlaps is the largest there is, then errors the fewest."""
    best: tuple[Fraction, int] = (Fraction(-1), 0)
    for order in permutations(range(len(given_boxes) + len(gold)), len(gold)):
        sum_, saved = Fraction(0), 0
        for one, place in zip(gold, order, strict=True):
            share = iou(one, given_boxes[place]) if place < len(given_boxes) else Fraction(0)
            if place < len(given_boxes) and share >= Fraction(limit):
                sum_, saved = sum_ + share, saved + 1 + (one["label"] == given_boxes[place]["label"])
        best = max(best, (sum_, saved))
    found = compared(gold, given_boxes, iou=limit)
    counts = found.counts()
    errors = counts["missing"] + counts["extra"] + counts["wrong_label"]
    if gold or given_boxes:
        # sums that differ by less than a billionth are not told apart
        assert abs(int(found.score.sum()) - best[0] * ONE) <= len(gold)
        assert errors >= len(gold) + len(given_boxes) - best[1] or int(found.score.sum()) < best[0] * ONE
    for row in found.rows():
        assert (row["outcome"] == "missing") == (row["delivered"] is None and row["level"] == "object")


@settings(max_examples=200, deadline=None)
@given(SOME, SOME, st.integers(0, 1000))
def test_what_must_never_matter(gold: list[Row], given_boxes: list[Row], seed: int) -> None:
    labels = delivery_of({("a", "p"): given_boxes, ("a", "q"): gold, ("b", "p"): []})
    reference = gold_of({"a": gold, "b": gold})
    found = TYPE.compare(reference, labels, task())
    # the order of rows, of gold or of the delivery
    mixed = TYPE.compare(gold_of({"a": gold[::-1], "b": gold[::-1]}), shuffled(labels, seed), task())
    assert list(mixed.rows()) == list(found.rows())
    # gold against itself is right
    mine = found.take(np.flatnonzero([row["annotator_id"] == "q" for row in found.rows()]))
    assert mine.right.all()
    assert (mine.score == ONE).all()
    # swapping gold and delivery swaps missing and extra, and nothing else
    there, back = compared(gold, given_boxes).counts(), compared(given_boxes, gold).counts()
    there["missing"], there["extra"] = there["extra"], there["missing"]
    assert there == back


def test_the_limit_itself_is_enough_and_is_decided_exactly() -> None:
    """1/3 is no decimal: 0.3333 is below it, 0.3334 above; 0.5 is met exactly."""
    gold = [box("car", 0, 0, 20, 10)]
    third, half = [box("car", 10, 0, 30, 10)], [box("car", 0, 0, 10, 10)]
    for limit, boxes, matched in (("0.3333", third, 1), ("0.3334", third, 0), ("0.5", half, 1)):
        assert compared(gold, boxes, iou=limit).counts()["correct"] == matched
    wide = [box("car", 0, 0, 999_999, 999_999)]
    less = [box("car", 0, 0, 999_999, 499_999.499)]
    assert compared(wide, less).counts()["correct"] == 0
    assert compared(wide, [box("car", 0, 0, 999_999, 499_999.5)]).counts()["correct"] == 1


def test_imprecise_below_the_contract_s_limit() -> None:
    gold = [box("car", 0, 0, 10, 10), box("dog", 20, 0, 30, 10), box("dog", 40, 0, 50, 10)]
    given_boxes = [box("car", 0, 0, 10, 8), box("dog", 20, 0, 30, 7.999), box("car", 40, 0, 50, 7)]
    found = compared(gold, given_boxes, imprecise_below="0.8")
    assert [row["outcome"] for row in found.rows()] == ["correct", "imprecise", "wrong_label"]
    assert found.score.tolist() == [800_000_000, 799_900_000, 700_000_000]


def test_boxes_without_area_match_only_their_equals() -> None:
    flat, other = box("car", 5, 5, 5, 9), box("car", 5, 5, 5, 8)
    assert compared([flat], [flat]).counts()["correct"] == 1
    found = compared([flat, box("car", 0, 0, 10, 10)], [other])
    assert [row["outcome"] for row in found.rows()] == ["missing", "missing", "extra"]
    assert [row["where"] for row in found.rows()][2] == "box 5,5 to 5,8, without area"
    upside_down = box("car", 9, 9, 5, 5)
    assert compared([upside_down], [upside_down]).counts()["correct"] == 1
    assert compared([box("car", 5, 5, 9, 9)], [upside_down]).counts()["correct"] == 0


def sized(labels: LabelTable | GoldSet, width: int, height: int) -> Any:
    table = labels.labels if isinstance(labels, GoldSet) else labels
    assert table.sheets is not None
    many = len(table.sheets)
    sheets = replace(table.sheets, width=np.full(many, width), height=np.full(many, height))
    changed = LabelTable(**{**vars(table), "sheets": sheets})
    return GoldSet("g", changed, shape=labels.shape) if isinstance(labels, GoldSet) else changed


def test_boxes_that_reach_outside_the_image() -> None:
    gold = gold_of({"a": [box("car", 0, 0, 10, 10)]})
    labels = sized(delivery_of({("a", "p"): [box("car", -20, 0, 10, 10)]}), 100, 100)
    kept = TYPE.compare(gold, labels, task())
    assert [row["where"] for row in kept.rows()][1] == "box -20,0 to 10,10, reaches outside the image"
    cut = TYPE.compare(gold, labels, task(outside="cut"))
    assert cut.counts()["correct"] == 1
    assert cut.score.tolist() == [ONE]
    # sizes that gold knows hold for the delivery, too; without any, nothing is cut
    unsized = delivery_of({("a", "p"): [box("car", -20, 0, 10, 10)]})
    assert TYPE.compare(sized(gold, 100, 100), unsized, task(outside="cut")).counts()["correct"] == 1
    assert TYPE.compare(gold, unsized, task(outside="cut")).counts()["correct"] == 0


def test_inclusive_pixels() -> None:
    """Boxes of 10 × 10 and 10 × 5 pixels, written by their first and last pixel."""
    gold, half = [box("car", 0, 0, 9, 9)], [box("car", 0, 0, 9, 4)]
    assert compared(gold, half, pixels="inclusive").counts()["correct"] == 1
    assert compared(gold, half).counts()["correct"] == 0
    apart = [box("car", 0.5, 0, 0.6, 0.1)], [box("car", 0.7, 0, 0.8, 0.1)]  # a trap of §2: they do not touch
    assert compared(*apart).counts()["correct"] == 0


def outline(row: Row) -> Any:
    edges = (row[name] for name in ("x_min", "y_min", "x_max", "y_max"))
    # shapely turns anticlockwise as y goes up, which is clockwise as y goes down
    return affinity.rotate(rectangle(*edges), row.get("angle", 0) / 1000, origin="center")


ANGLE = st.sampled_from([0, 15, 30, 45, 90, 135, 180, 270, 33.333, -20])
TURNED = st.builds(
    lambda x, y, w, h, a: box("car", x, y, x + w, y + h, a),
    st.integers(0, 6), st.integers(0, 6), st.integers(4, 12), st.integers(2, 6), ANGLE,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(TURNED, TURNED)
def test_turned_boxes_against_shapely(first: Row, second: Row) -> None:
    mine, other = outline(first), outline(second)
    share = mine.intersection(other).area / mine.union(other).area
    found = compared([first], [second], iou="0.05")
    if abs(share - 0.05) > 1e-9:
        assert (found.outcome[0] == 0) == (share > 0.05)
    if found.outcome[0] == 0:
        assert abs(int(found.score[0]) - share * ONE) <= 2


def test_a_right_angle_is_exact() -> None:
    """A box of 20 × 10 turned by 90 degrees stands upright; an odd size has its middle on a half step."""
    turned, upright = box("car", 0, 0, 20, 10.001, 90), box("car", 4.9995, -4.9995, 15.0005, 15.0005)
    assert compared([turned], [box("car", 0, 0, 20, 10.001, -90)]).score.tolist() == [ONE]
    found = compared([turned], [upright], iou="0.99")
    assert found.counts()["correct"] == 1
    assert found.where is not None
    assert found.where[0] is None  # no word of floating numbers
    half = [box("car", 5, -5, 15, 5)]
    assert compared([box("car", 0, 0, 20, 10, 90)], half).counts()["correct"] == 1
    assert compared([box("car", 0, 0, 20, 10, 90)], half, iou="0.500001").counts()["correct"] == 0


def test_a_decision_at_the_limit_that_floating_numbers_cannot_make_is_marked() -> None:
    """Two boxes turned alike, one half of the other: right, and said to be at the limit."""
    found = compared([box("car", 0, 0, 20, 10, 30)], [box("car", 5, 0, 15, 10, 30)])
    assert found.counts()["correct"] == 1
    assert found.where is not None
    assert found.where[0] == "box 5,0 to 15,10 turned 30°; at the limit, within the error of floating numbers"


def test_a_right_label_of_a_turned_box_is_right() -> None:
    """CONVENTIONS §2: percent turned before pixels gives a share of .33 for a perfect label."""
    true, as_exported = box("car", 100, 200, 200, 500), box("car", 0, 100, 200, 250)
    assert compared([true], [box("car", 0, 300, 300, 400, 90)]).score.tolist() == [ONE]
    assert iou(true, as_exported) < Fraction(2, 5)


def test_what_people_are_told() -> None:
    labels = delivery_of({("a", "p"): [box("car", 1.5, 2, 3, 4.125, 30, object_id="17")]})
    assert TYPE.describe(labels, 0) == "box 1.5,2 to 3,4.125 turned 30°, object 17"


def test_distance_of_two_people() -> None:
    """Of two boxes each one is shared with an overlap of .8: 1 − 2 × .8 ÷ 4."""
    items = ("a", "b", "c", "d")
    one, flat, small = box("car", 0, 0, 10, 10), box("car", 0, 0, 10, 8), box("car", 0, 0, 5, 5)
    answers = {"a": [one, box("dog", 50, 0, 60, 10)], "b": [], "c": [small], "d": [small]}
    others = {"a": [flat, box("car", 80, 0, 90, 10)], "b": [], "c": [{**small, "label": "dog"}], "d": []}
    first = delivery_of({(item, "p"): boxes for item, boxes in answers.items()})
    second = delivery_of({(item, "q"): boxes for item, boxes in others.items()})
    tables = first.on_items(items), second.on_items(items)
    expected = [0.6, 0, 1, 1]
    assert TYPE.distance(*tables, task()) == pytest.approx(expected)
    assert TYPE.distance(tables[1], tables[0], task()) == pytest.approx(expected)
    assert TYPE.distance(tables[0], tables[0], task()) == pytest.approx([0, 0, 0, 0])


A_BOX, ANOTHER = box("car", 0, 0, 9, 9), box("dog", 20, 0, 29, 9)
INVENTED = [box("bus", i * 20, 50, i * 20 + 9, 59) for i in range(5)]


@pytest.mark.parametrize(
    ("gold", "given_boxes", "counts"),
    [
        ([A_BOX] * 2, [A_BOX] * 2, {"correct": 2}),
        ([A_BOX] * 10, [A_BOX] * 10, {"correct": 10}),
        ([A_BOX, ANOTHER], [A_BOX], {"correct": 1, "missing": 1}),
        ([A_BOX], [A_BOX, box("cat", 50, 0, 59, 9)], {"correct": 1, "extra": 1}),
        ([A_BOX], INVENTED, {"missing": 1, "extra": 5}),
    ],
    ids=["two equal boxes", "ten equal boxes", "a miss", "an extra", "a class that gold does not know"],
)
def test_what_other_tools_get_wrong(gold: list[Row], given_boxes: list[Row], counts: dict[str, int]) -> None:
    """CONVENTIONS §2 (evalme) and SURPRISES (supervision): nothing is counted twice, and nothing is lost."""
    assert {name: n for name, n in compared(gold, given_boxes).counts().items() if n} == counts


def test_small_squares_are_not_made_of_pixels() -> None:
    """CONVENTIONS §2: 4 × 4 squares half a pixel apart share .620, not .391."""
    found = compared([box("car", 0, 0, 4, 4)], [box("car", 0.5, 0.5, 4.5, 4.5)])
    assert found.counts()["correct"] == 1
    assert found.score.tolist() == [round(Fraction(49, 79) * ONE)]
    assert compared([box("car", 0, 0, 0.6, 0.6)], [box("car", 0, 0, 1, 1)]).counts()["correct"] == 0
