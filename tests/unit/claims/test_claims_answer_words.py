"""Both answers of a line in words: nothing in them tells which side is gold's."""

from __future__ import annotations

import pytest

from tests.unit.reports import picture_samples as samples
from tests.unit.reports.picture_samples import box, delivered_of, gold_of
from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.answer_words import BothAnswers, both_answers
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.terms import Attribute, Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.judged import judge


def told(gold: GoldSet, delivered: LabelTable) -> list[tuple[str, BothAnswers]]:
    """Outcome and both answers of everything that is not right."""
    task = Task(gold.shape.name, (), attributes=(Attribute("occluded"),))
    units = judge(gold, delivered, task).units
    seen = AuditInput(units, units, len(gold), len(gold), len(delivered), gold=gold, delivered=delivered)
    found = []
    for number, row in enumerate(units.rows(), start=1):
        line = ClaimLine(
            number, row["item_id"], row["unit_id"], row["expected"], row["delivered"], row["annotator_id"],
            row["outcome"], "major", "c", level=row["level"], where=row["where"],
        )  # fmt: skip
        if line.outcome != "correct":
            found.append((line.outcome, both_answers(line, seen, task)))
    return found


def test_boxes_are_told_by_class_and_place() -> None:
    gold, delivered, _ = samples.street()
    found = dict(told(gold, delivered))
    assert found["wrong_label"].gold == "There is “cat” here: box 520,300 to 560,350."
    assert found["wrong_label"].delivered == "There is “dog” here: box 521,299 to 558,352."
    assert found["wrong_label"].size == (640, 480)
    assert found["missing"].delivered == found["extra"].gold == "There is nothing here."


def test_ids_of_objects_and_decimals_are_left_out() -> None:
    gold = gold_of("boxes", {"i": [box("cat", 0, 0, 100, 100, object_id="expert-7")]})
    given = {**box("dog", 1, 0, 100, 100, object_id="acme-3"), "x_min": 1234}
    (one,) = [both for _, both in told(gold, delivered_of("boxes", {("i", "w"): [given]}))]
    assert one.gold == "There is “cat” here: box 0,0 to 100,100."
    assert one.delivered == "There is “dog” here: box 1,0 to 100,100."


def test_decimals_stay_where_nothing_else_differs() -> None:
    gold = gold_of("boxes", {"i": [box("cat", 0, 0, 2, 2)]})
    given = {**box("dog", 0, 0, 2, 2), "x_min": 400}
    (one,) = [both for _, both in told(gold, delivered_of("boxes", {("i", "w"): [given]}))]
    assert one.gold == "There is “cat” here: box 0,0 to 2,2."
    assert one.delivered == "There is “dog” here: box 0,0 to 2,2."
    same = {**given, "label": "cat", "y_min": 400, "x_max": 2400, "y_max": 2400}
    found = told(gold, delivered_of("boxes", {("i", "w"): [same]}))
    assert [both.delivered for outcome, both in found if outcome in ("imprecise", "extra")]


def test_a_text_that_only_gold_has_is_shown_with_both_answers() -> None:
    gold, delivered, _ = samples.story()
    assert delivered.sheets is not None
    assert delivered.sheets.text is None
    for _, both in told(gold, delivered):
        for answer in (both.gold, both.delivered):
            assert "[" in answer or answer == "There is nothing here."
        assert both.text == samples.TEXT


def test_a_point_is_told_alone_and_an_object_with_all_its_points() -> None:
    gold, delivered, _ = samples.bird()
    found = told(gold, delivered)
    assert ("imprecise", "There is “bird” here: keypoint beak at 40,60.") in [(o, b.gold) for o, b in found]
    lost = told(gold, delivered_of("keypoints", {(gold.item_ids[0], "w"): []}))
    assert all(both.gold.count("keypoint ") == len(both.gold_rows) for _, both in lost)
    assert max(len(both.gold_rows) for _, both in lost) == len(gold.labels)


@pytest.mark.parametrize(("given", "said"), [("yes", "yes"), (None, "not given")])
def test_an_attribute_is_told_by_its_value(given: str | None, said: str) -> None:
    values = {} if given is None else {"occluded": given}
    gold = gold_of("boxes", {"i": [box("cat", 0, 0, 100, 100, attributes={"occluded": "no"})]})
    delivered = delivered_of("boxes", {("i", "w"): [box("cat", 0, 0, 100, 100, attributes=values)]})
    (one,) = [both for outcome, both in told(gold, delivered) if outcome == "wrong_attribute"]
    place = "There is “cat” here: box 0,0 to 100,100"
    assert (one.gold, one.delivered) == (f"{place}, occluded: no.", f"{place}, occluded: {said}.")


def test_an_item_that_nobody_answered_has_no_answer() -> None:
    gold = gold_of("boxes", {"i": [box("cat", 0, 0, 10, 10)]})
    ((_, one),) = told(gold, delivered_of("boxes", {("other", "w"): []}))
    assert one.delivered == "No answer."


def test_words_stand_between_words_of_their_own_text() -> None:
    """The vendor who mends a word and the blind arbiter must not read gold's words around it."""
    from tests.unit.tasks import word_samples

    gold = word_samples.gold_of({"i": "a big cat sat on it"})
    found = [both for _, both in told(gold, word_samples.delivery_of({("i", "w"): "a pig cap sat it"}))]
    assert [both.gold for both in found[:3]] == [
        "There is “a [big] cat sat on it”.", "There is “a big [cat] sat on it”.",
        "There is “a big cat sat [on] it”.",
    ]  # fmt: skip
    assert [both.delivered for both in found[:3]] == [
        "There is “a [pig] cap sat it”.", "There is “a pig [cap] sat it”.", "There is “a pig cap sat [–] it”.",
    ]  # fmt: skip


def test_cuboids_are_told_to_a_tenth_of_a_metre_and_of_a_degree() -> None:
    numbers = {"x": 1012, "y": -2004, "z": 750, "long": 4200, "wide": 1800, "high": 1500, "yaw": 0}
    gold = gold_of("cuboids", {"i": [{"label": "car", **numbers}]})
    given = {"label": "car", **numbers, "x": 1049, "yaw": 12345}
    task = Task("cuboids", (), matching={"heading_within": "5"})
    units = judge(gold, delivered_of("cuboids", {("i", "w"): [given]}), task).units
    labels = delivered_of("cuboids", {("i", "w"): [given]})
    seen = AuditInput(units, units, 1, 1, 1, gold=gold, delivered=labels)
    row = next(row for row in units.rows() if row["level"] == "heading")
    line = ClaimLine(1, "i", row["unit_id"], "car", "car", "w", "imprecise", "major", "c", level="heading")
    both = both_answers(line, seen, task)
    assert both.gold == "There is “car” here: cuboid at 1,-2,0.8, 4.2 × 1.8 × 1.5 m, heading 0°."
    assert both.delivered == "There is “car” here: cuboid at 1,-2,0.8, 4.2 × 1.8 × 1.5 m, heading 12.3°."
