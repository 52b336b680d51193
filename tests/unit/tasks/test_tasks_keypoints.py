"""Keypoints as outcomes; pycocotools' OKS and plain arithmetic are the oracles."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.contracts import contract_toml
from tests.unit.tasks.box_samples import delivery_of, gold_of, shuffled
from vendoreval.contracts.explain import explain_parts
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Task
from vendoreval.errors import InvalidDocument
from vendoreval.labels.shapes import SHAPES
from vendoreval.tasks.keypoint_objects import COCO_PERSON
from vendoreval.tasks.keypoints import TYPE, oks
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.parts import Side

SHAPE = SHAPES["keypoints"]
CLASSES = ("person", "dog")
NAMES = tuple(COCO_PERSON)
Row = dict[str, Any]
Points = dict[str, tuple[float, ...]]  # x, y and, where it is told, visibility


def thing(number: str, label: str, points: Points, area: float | None = None, **further: Any) -> list[Row]:
    rows = []
    for name, (x, y, *visible) in points.items():
        row = {
            "object_id": number,
            "label": label,
            "keypoint": name,
            "x": round(1000 * x),
            "y": round(1000 * y),
        }
        row |= {"visible": int(visible[0])} if visible else {}
        row |= {"area": round(1000 * area)} if area is not None else {}
        rows.append({**row, **further})
    return rows


def compared(gold: list[Row], delivered: list[Row], **matching: Any) -> Outcomes:
    task = Task("keypoints", CLASSES, matching=matching)
    return TYPE.compare(gold_of({"a": gold}, SHAPE), delivery_of({("a", "p"): delivered}, SHAPE), task)


def rows(found: Outcomes, level: str = "object") -> list[tuple[Any, ...]]:
    names = ("expected", "delivered", "outcome", "score", "where")
    return [tuple(row[name] for name in names) for row in found.rows() if row["level"] == level]


def square(x: float, y: float, side: float) -> Points:
    return {"nw": (x, y), "ne": (x + side, y), "se": (x + side, y + side), "sw": (x, y + side)}


PERSON, DOG = thing("1", "person", square(0, 0, 10)), thing("2", "dog", square(50, 0, 20))


def test_it_is_a_known_type() -> None:
    assert task_type("keypoints") is TYPE


def test_matched_missed_extra_and_wrong() -> None:
    delivered = [*thing("7", "person", square(0.5, 0, 10)), *thing("8", "person", square(50, 0, 20)),
                 *thing("9", "dog", square(100, 100, 9))]  # fmt: skip
    found = compared([*PERSON, *DOG], delivered)
    similar = exp(-(0.5**2) / (2 * 100 * 0.18**2))
    assert [row[:3] for row in rows(found)] == [
        ("person", "person", "correct"), ("dog", "person", "wrong_label"), (None, "dog", "extra"),
    ]  # fmt: skip
    assert rows(found)[0][3] == pytest.approx(similar, abs=1e-9)
    assert rows(found)[1][3:] == (1.0, "4 keypoints, 50,0 to 70,20, object 8")
    assert [row[2] for row in rows(found, "point")] == ["correct"] * 8 + ["extra"] * 4
    assert found.unit.tolist() == list(range(15))
    assert rows(compared(PERSON, delivered[:4], imprecise_below="0.97"))[0][2] == "imprecise"
    found = compared(PERSON, [])
    assert [row[2] for row in (*rows(found), *rows(found, "point"))] == ["missing"] * 5
    assert rows(found, "point")[0] == ("person", None, "missing", 0, "keypoint ne: expected at 10,0")


def test_points_within_the_allowed_distance() -> None:
    moved = thing("1", "person", {**square(0, 0, 10), "se": (10.6, 10.8), "sw": (0, 11.001)})
    found = rows(compared(PERSON, moved), "point")  # .1 of a side of 10: 1 pixel
    assert [row[2] for row in found] == ["correct", "correct", "correct", "imprecise"]
    assert found[3][4] == "keypoint sw at 0,11.001: expected at 0,10"
    assert found[2][3] == pytest.approx(exp(-1 / (2 * 100 * 0.18**2)), abs=1e-9)
    found = rows(compared(PERSON, moved, pck="0.0999999999999999999"), "point")
    assert [row[2] for row in found] == ["correct", "correct", "imprecise", "imprecise"]
    for pixels, right in (("1.001", 4), ("1.0009", 3), ("1", 3), ("0.5", 2)):
        found = rows(compared(PERSON, moved, pck_pixels=pixels), "point")
        assert [row[2] for row in found].count("correct") == right


def test_missing_and_extra_points() -> None:
    points = square(0, 0, 10)
    del points["sw"]
    found = compared(PERSON, thing("1", "person", points | {"tail": (5, 5)}))
    assert rows(found)[0][2:4] == ("correct", 0.75)
    assert [(row[0], row[1], row[2]) for row in rows(found, "point")] == [
        ("person", "person", "correct"), ("person", "person", "correct"), ("person", "person", "correct"),
        ("person", None, "missing"), (None, "person", "extra"),
    ]  # fmt: skip
    assert rows(found, "point")[4][4] == "keypoint tail at 5,5: not in gold"


def test_points_that_gold_does_not_label_count_nowhere() -> None:
    gold = thing("1", "person", {**square(0, 0, 10), "sw": (0, 0, 0)})
    found = compared(gold, PERSON)
    assert rows(found)[0][2:4] == ("correct", 1.0)
    assert len(rows(found, "point")) == 3
    found = compared(PERSON, gold)  # visibility 0 in a delivery is a point that was not delivered
    assert rows(found)[0][3] == 0.75
    assert [row[2] for row in rows(found, "point")] == ["correct", "correct", "correct", "missing"]
    nothing = thing("1", "person", {"nw": (0, 0, 0)})
    assert [row[2] for row in rows(compared([], nothing))] == ["unscorable"]
    assert rows(compared(nothing, []), "item")[0][2] == "empty_agreed"


def test_area_and_visibility_are_part_of_the_answer() -> None:
    """sleap-io writes area 900 as 100 and visibility 1 as 2, and OKS AP .7 becomes 0."""
    gold = [thing("1", "person", {**square(0, 0, 10), "sw": (0, 10, 1)}, area) for area in (900, 100)]
    records = [gold_of({"a": rows_}, SHAPE).records()[0]["answers"][0] for rows_ in gold]
    assert {row["area"] for row in records[0]} == {900_000}
    assert [row.get("visible") for row in records[0]].count(1) == 1
    moved = thing("1", "person", square(4, 0, 10))
    scores = [rows(compared(rows_, moved, oks="0.05"))[0][3] for rows_ in gold]
    assert scores == pytest.approx([exp(-16 / (2 * area * 0.18**2)) for area in (900, 100)], abs=1e-9)


def test_the_distance_at_the_limit_is_that_of_cvat_and_fiftyone() -> None:
    """OKS .4 at .244 and .5 at .212 of √area with σ .09; .5 at 1.18 with fiftyone's σ of 1 (rounded there)."""
    for preset, limit, share in (("cvat", "0.4", 0.244), ("none", "0.5", 0.212), ("fiftyone", "0.5", 1.18)):
        deviation = 1 if preset == "fiftyone" else 2 * 0.09
        exact = sqrt(-2 * log(float(limit))) * deviation
        assert exact == pytest.approx(share, abs=3e-3)
        for factor, outcome in ((0.999, "correct"), (1.001, "missing")):
            moved = thing("1", "person", square(10 * exact * factor, 0, 10))
            assert rows(compared(PERSON, moved, preset=preset))[0][2] == outcome


def test_a_decision_at_the_limit_is_said() -> None:
    three = thing("1", "person", {name: place for name, place in square(0, 0, 10).items() if name != "sw"})
    (row,) = rows(compared(PERSON, three, oks="0.75"))
    assert row[2] == "correct"
    assert row[4].endswith("at the limit, within the error of floating numbers")


def test_with_the_preset_cvat_points_of_either_side_are_counted() -> None:
    more = thing("1", "person", square(0, 0, 10) | {"tail": (5, 5)})
    assert rows(compared(PERSON, more))[0][3] == 1
    assert rows(compared(PERSON, more, preset="cvat"))[0][3] == pytest.approx(0.8)


def test_an_object_in_one_place_needs_a_distance_in_pixels() -> None:
    gold, moved = thing("1", "person", {"eye": (5, 5)}), thing("1", "person", {"eye": (8, 9)})
    assert [row[2] for row in rows(compared(gold, moved))] == ["unscorable"]
    assert rows(compared(gold, moved, pck_pixels="5"))[0][2:4] == ("correct", 0.5)
    assert rows(compared(gold, moved, pck_pixels="4.9"))[0][2] == "missing"


def test_a_keypoint_that_stands_there_twice_is_unscorable() -> None:
    twice = [*PERSON, *thing("1", "person", {"nw": (1, 1)})]
    assert [row[2] for row in rows(compared(PERSON, twice))] == ["unscorable"]


def test_the_similarity_is_that_of_pycocotools() -> None:
    rng = np.random.default_rng(17)
    gold, delivered = [], []
    truth: dict[str, Any] = {"images": [{"id": 1, "width": 500, "height": 500}],
                             "categories": [{"id": 1, "name": "person"}], "annotations": []}  # fmt: skip
    results = []
    for number in range(6):
        places = rng.integers(0, 400, (17, 2))
        seen = rng.integers(0, 3, 17)
        seen[0] = 2
        area = int(rng.integers(500, 40_000))
        gold += thing(str(number), "person", _named(places, seen), area)
        moved = places + rng.integers(-8, 9, (17, 2))
        delivered += thing(str(number), "person", _named(moved, np.full(17, 2)))
        truth["annotations"].append({"id": number + 1, "image_id": 1, "category_id": 1, "iscrowd": 0,
                                     "area": area, "bbox": [0, 0, 1, 1], "num_keypoints": int((seen > 0).sum()),
                                     "keypoints": _triples(places, seen)})  # fmt: skip
        results.append({"image_id": 1, "category_id": 1, "score": 1 - number / 10,
                        "keypoints": _triples(moved, np.full(17, 2))})  # fmt: skip
    reference = COCO()
    reference.dataset = truth
    reference.createIndex()
    evaluation = COCOeval(reference, reference.loadRes(results), "keypoints")
    evaluation._prepare()
    expected = evaluation.computeOks(1, 1)  # delivered x gold
    task = Task("keypoints", CLASSES, matching={"preset": "coco"})
    sides = [Side(table, TYPE.units(table, task)) for table in (
        gold_of({"a": gold}, SHAPE).labels, delivery_of({("a", "p"): delivered}, SHAPE))]  # fmt: skip
    names = [side.labels.text("object_id") for side in sides]
    e, d = (index.ravel() for index in np.indices((6, 6)))
    found = oks(sides[0], e, sides[1], d, task)
    rows_ = [(names[1][int(sides[1].units.row[j])], names[0][int(sides[0].units.row[i])])
             for i, j in zip(e.tolist(), d.tolist(), strict=True)]  # fmt: skip
    wanted = [expected[int(mine or 0), int(theirs or 0)] for mine, theirs in rows_]
    assert np.allclose(found, wanted, rtol=0, atol=1e-12)
    assert found.max() > 0.5


def _triples(places: Any, seen: Any) -> list[int]:
    numbers: list[int] = np.column_stack([places, seen]).ravel().tolist()
    return numbers


def _named(places: Any, seen: Any) -> Points:
    return {name: (*place, v) for name, place, v in zip(NAMES, places.tolist(), seen.tolist(), strict=True)}


things = st.lists(
    st.tuples(st.sampled_from(CLASSES), st.integers(0, 30), st.integers(0, 30), st.integers(5, 12)), max_size=4
)


def _rows(found: list[tuple[str, int, int, int]]) -> list[Row]:
    return [
        row
        for number, (label, x, y, side) in enumerate(found)
        for row in thing(str(number), label, square(x, y, side), 64)
    ]


@given(things, things, st.integers(0, 99))
def test_rows_in_any_order_and_sides_exchanged(first: Any, second: Any, seed: int) -> None:
    task = Task("keypoints", CLASSES)
    gold, labels = gold_of({"a": _rows(first)}, SHAPE), delivery_of({("a", "p"): _rows(second)}, SHAPE)
    found = TYPE.compare(gold, labels, task)
    assert list(TYPE.compare(gold, shuffled(labels, seed), task).rows()) == list(found.rows())
    back = compared(_rows(second), _rows(first))
    for level in ("object", "point"):
        one, other = (each.take(each.at(level)).counts() for each in (found, back))
        assert (one["missing"], one["extra"]) == (other["extra"], other["missing"])
    distances = [TYPE.distance(*sides, task) for sides in ((gold.labels, labels), (labels, gold.labels))]
    assert np.array_equal(np.asarray(distances[0]), np.asarray(distances[1]))


@given(things)
def test_a_file_against_itself_is_perfect(first: Any) -> None:
    found = compared(_rows(first), _rows(first), oks="1", pck="0")
    assert found.right.all()
    assert (found.score == ONE).all()
    assert len(found) == max(5 * len(first), 1)


def test_items_that_nobody_answered() -> None:
    found = TYPE.compare(
        gold_of({"a": PERSON, "b": []}, SHAPE), delivery_of({}, SHAPE), Task("keypoints", CLASSES)
    )
    assert [(row["item_id"], row["level"], row["outcome"]) for row in found.rows()] == [
        ("a", "object", "missing"), *[("a", "point", "missing")] * 4, ("b", "item", "missing"),
    ]  # fmt: skip
    assert found.unanswered.all()


def test_sigmas_of_the_contract() -> None:
    task = {"type": "keypoints", "classes": list(CLASSES)}
    contract = parse_contract(contract_toml(task={**task, "matching": {"sigmas": {"nw": "0.5", "ne": "0.25"}}}))
    moved = thing("1", "person", square(1, 0, 10))
    (row,) = rows(
        TYPE.compare(gold_of({"a": PERSON}, SHAPE), delivery_of({("a", "p"): moved}, SHAPE), contract.task)
    )
    terms = [exp(-1 / (2 * 100 * (2 * sigma) ** 2)) for sigma in (0.5, 0.25, 0.09, 0.09)]
    assert row[3] == pytest.approx(sum(terms) / 4, abs=1e-9)
    assert "sigmas = 0.5 for nw, 0.25 for ne" in explain_parts(contract)["task"][0]
    with pytest.raises(InvalidDocument, match="not above 0"):
        parse_contract(contract_toml(task={**task, "matching": {"sigmas": {"nw": "0"}}}))
    with pytest.raises(InvalidDocument):
        parse_contract(contract_toml(task={**task, "matching": {"sigmas": "two"}}))


def test_describe() -> None:
    labels = delivery_of({("a", "p"): DOG}, SHAPE)
    assert TYPE.describe(labels, 0) == "keypoint nw at 50,0 of object 2"
