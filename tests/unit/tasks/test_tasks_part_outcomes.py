"""What becomes of the units of a sheet: the semantics that all types with many units an item share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np

from tests.unit.tasks.box_samples import box, delivery_of, gold_of, shuffled
from vendoreval.contracts.terms import Attribute, Task
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.outcomes import Outcomes

TASK = Task("boxes", ("car", "dog"), severity={"dog": "critical"})
CAR, DOG = box("car", 0, 0, 10, 10), box("dog", 50, 50, 70, 80)


def rows(found: Outcomes, *names: str) -> list[tuple[Any, ...]]:
    columns = names or ("item_id", "annotator_id", "expected", "delivered", "outcome", "level")
    return [tuple(row[name] for name in columns) for row in found.rows()]


def test_every_kind_of_outcome() -> None:
    gold = gold_of({"a": [CAR, DOG], "b": [CAR], "c": [], "d": [], "e": [CAR, DOG], "f": []})
    labels = delivery_of({
        ("a", "p"): [box("car", 0, 0, 10, 9), box("car", 50, 50, 70, 80)],
        ("b", "p"): [box("car", 20, 20, 30, 30)],
        ("c", "p"): [],
        ("d", "p"): [DOG],
        ("z", "p"): [CAR],
    })  # fmt: skip
    found = TYPE.compare(gold, labels, TASK)
    assert rows(found) == [
        ("a", "p", "car", "car", "correct", "object"),
        ("a", "p", "dog", "car", "wrong_label", "object"),
        ("b", "p", "car", None, "missing", "object"),
        ("b", "p", None, "car", "extra", "object"),
        ("c", "p", None, None, "empty_agreed", "item"),
        ("d", "p", None, "dog", "extra", "object"),
        ("e", None, "car", None, "missing", "object"),
        ("e", None, "dog", None, "missing", "object"),
        ("f", None, None, None, "missing", "item"),
    ]
    assert found.unit.tolist() == [0, 1, 0, 1, 0, 0, 0, 1, 0]
    assert found.score.tolist() == [900_000_000, 10**9, 0, 0, 10**9, 0, 0, 0, 0]
    assert rows(found, "severity") == [(s,) for s in (
        "major", "critical", "major", "major", "major", "critical", "major", "critical", "major",
    )]  # fmt: skip
    assert found.answered is not None
    assert found.answered.tolist() == [True] * 6 + [False] * 3
    assert found.unanswered.tolist() == [False] * 6 + [True] * 3
    assert rows(found, "where")[:4] == [
        (None,), ("box 50,50 to 70,80",), ("box 0,0 to 10,10",), ("box 20,20 to 30,30",),
    ]  # fmt: skip
    assert found.expected_row is not None
    assert found.delivered_row is not None
    assert found.expected_row.tolist() == [0, 1, 2, -1, -1, -1, 3, 4, -1]
    assert found.delivered_row.tolist() == [0, 1, -1, 2, -1, 3, -1, -1, -1]


def test_each_sheet_is_held_against_gold_by_itself() -> None:
    labels = delivery_of({("a", "q"): [CAR], ("a", "p"): [DOG, CAR]})
    found = TYPE.compare(gold_of({"a": [CAR, DOG]}), labels, TASK)
    assert rows(found, "annotator_id", "expected", "outcome") == [
        ("p", "car", "correct"), ("p", "dog", "correct"), ("q", "car", "correct"), ("q", "dog", "missing"),
    ]  # fmt: skip
    assert found.unit.tolist() == [0, 1, 2, 3]


def test_what_falls_on_an_ignored_unit_is_unscorable() -> None:
    crowd = box("car", 100, 100, 200, 200, ignored=True)
    gold = gold_of({"a": [CAR, crowd], "b": [crowd], "c": [crowd]})
    on_crowd = box("dog", 100, 100, 200, 190)
    labels = delivery_of({("a", "p"): [CAR, on_crowd, on_crowd], ("b", "p"): [], ("c", "p"): [DOG]})
    assert rows(TYPE.compare(gold, labels, TASK), "item_id", "expected", "delivered", "outcome") == [
        ("a", "car", "car", "correct"),
        ("a", None, "dog", "unscorable"),
        ("a", None, "dog", "unscorable"),
        ("b", None, None, "empty_agreed"),
        ("c", None, "dog", "extra"),
    ]


def test_a_unit_that_matches_gold_is_not_taken_away_by_an_ignored_one() -> None:
    gold = gold_of({"a": [CAR, box("car", 0, 0, 10, 9, ignored=True)]})
    found = TYPE.compare(gold, delivery_of({("a", "p"): [box("car", 0, 0, 10, 9)]}), TASK)
    assert rows(found, "outcome") == [("correct",)]


def test_of_alternative_answers_the_one_with_the_fewest_errors_counts_for_each_sheet() -> None:
    gold = gold_of({"a": [[CAR, DOG], [CAR], []]})
    labels = delivery_of({("a", "p"): [CAR], ("a", "q"): [CAR, DOG], ("a", "r"): [DOG, box("dog", 0, 0, 1, 1)]})
    assert rows(TYPE.compare(gold, labels, TASK), "annotator_id", "expected", "outcome") == [
        ("p", "car", "correct"),
        ("q", "car", "correct"), ("q", "dog", "correct"),
        ("r", "car", "missing"), ("r", "dog", "correct"), ("r", None, "extra"),
    ]  # fmt: skip


def test_attributes_of_matched_objects() -> None:
    task = Task("boxes", ("car",), attributes=(Attribute("occluded"), Attribute("age", Decimal("0.2"))))
    gold = gold_of({"a": [
        box("car", 0, 0, 10, 10, attributes={"occluded": True, "age": "0.3"}),
        box("car", 20, 0, 30, 10, attributes={"occluded": "false", "colour": "red"}),
        box("car", 40, 0, 50, 10, attributes={"occluded": "false"}),
    ]})  # fmt: skip
    labels = delivery_of({("a", "p"): [
        box("car", 0, 0, 10, 10, attributes={"occluded": "true", "age": 0.1}),
        box("car", 20, 0, 30, 10, attributes={"occluded": True}),
    ]})  # fmt: skip
    found = TYPE.compare(gold, labels, task)
    assert rows(found, "level", "outcome", "where") == [
        ("object", "correct", None),
        ("object", "correct", None),
        ("object", "missing", "box 40,0 to 50,10"),
        ("attribute", "correct", None),
        ("attribute", "correct", None),
        ("attribute", "wrong_attribute", "box 20,0 to 30,10: occluded: expected false, got true"),
    ]
    assert found.at("object").sum() == 3


def test_times_and_context_of_what_was_missed_are_those_of_its_sheet() -> None:
    labels = delivery_of({("a", "p"): [CAR, box("car", 5, 5, 6, 6)], ("b", "p"): []})
    times = np.asarray(["2026-03-01T10:00", "2026-03-01T11:00"], dtype="datetime64[us]")
    stage = delivery_of({("x", "draft"): [CAR], ("y", "draft"): [CAR]}).annotator
    labels = LabelTable(**{**vars(labels), "labelled_at": times, "stage": stage})
    gold = gold_of({"a": [CAR, DOG], "b": [DOG]}, difficulty=["hard", "easy"])
    found = TYPE.compare(gold, labels, TASK)
    assert rows(found, "outcome", "labelled_at", "stage", "difficulty") == [
        ("correct", "2026-03-01T10:00:00.000000Z", "draft", "hard"),
        ("missing", "2026-03-01T11:00:00.000000Z", "draft", "hard"),
        ("extra", "2026-03-01T11:00:00.000000Z", "draft", "hard"),
        ("missing", None, None, "easy"),
    ]


def test_no_gold_item_and_no_label_is_no_error() -> None:
    assert len(TYPE.compare(gold_of({}), delivery_of({("a", "p"): [CAR]}), TASK)) == 0
    assert rows(TYPE.compare(gold_of({"a": [CAR]}), delivery_of({}), TASK), "outcome") == [("missing",)]


def test_row_order_changes_nothing() -> None:
    gold = gold_of({"a": [CAR, DOG, CAR], "b": []})
    labels = delivery_of({("a", "q"): [CAR, CAR, DOG, DOG], ("a", "p"): [DOG, CAR], ("b", "p"): [CAR]})
    for seed in range(5):
        mixed = TYPE.compare(gold, shuffled(labels, seed), TASK)
        assert list(mixed.rows()) == list(TYPE.compare(gold, labels, TASK).rows())
