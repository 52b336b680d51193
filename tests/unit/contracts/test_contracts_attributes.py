"""Task types of many units: which attributes count, which matching keys hold, and what has no majority."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from vendoreval.contracts.explain import explain
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Attribute, Task
from vendoreval.contracts.weaknesses import warnings
from vendoreval.contracts.writing import plain, to_toml
from vendoreval.errors import InvalidDocument
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import judged_types, task_type
from vendoreval.tasks.rules import matching_value, matching_word

HEAD = """\
schema = "vendoreval/contract/1"
id = "c-1"
vendor = "acme"
title = "Boxes"
currency = "USD"

[task]
type = "boxes"
classes = ["car", "van"]
"""
CLAUSE = """
[[clause]]
id = "accuracy"
metric = "accuracy"
unit = "object"
scope = "delivery"
threshold = "0.97"
decision = { rule = "claim" }
"""
ATTRIBUTES = """
[task.attributes]
occluded = "equal"
age = { tolerance = "2.5" }
"""


def test_attributes_are_read_and_written_back() -> None:
    contract = parse_contract(HEAD + ATTRIBUTES + CLAUSE)
    assert contract.task.attributes == (Attribute("occluded"), Attribute("age", Decimal("2.5")))
    assert parse_contract(to_toml(plain(contract))) == contract
    text = " ".join(explain(contract))
    assert "occluded, which must be equal" in text
    assert "age, a number that may differ by 2.5" in text


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('[task.attributes]\nx = "same"\n', "task.attributes.x"),
        ("[task.attributes]\nx = { within = 2 }\n", "task.attributes.x.tolerance"),
        ('[task.attributes]\nx = { tolerance = "2", more = 1 }\n', "task.attributes.x.more"),
    ],
)
def test_other_rules_are_refused(written: str, field: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(HEAD + written + CLAUSE)
    assert field in {problem.field for problem in caught.value.problems}


def test_classes_have_no_attributes_and_boxes_no_majority() -> None:
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(HEAD.replace('"boxes"', '"classification"') + ATTRIBUTES + CLAUSE)
    assert "have no attributes" in str(caught.value.problems)
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(HEAD + 'answers = "consensus"\n' + CLAUSE)
    assert "have no majority" in str(caught.value.problems)


def test_a_matching_rule_that_is_not_written_is_the_type_s_or_the_preset_s() -> None:
    assert matching_value(Task("boxes", ()), "iou") == Fraction(1, 2)
    assert matching_value(Task("boxes", (), matching={"preset": "cvat"}), "iou") == Fraction(2, 5)
    assert matching_value(Task("boxes", (), matching={"preset": "cvat", "iou": 0.35}), "iou") == Fraction(7, 20)
    assert matching_word(Task("spans", ()), "mode") == "strict"
    contract = parse_contract(HEAD + '[task.matching]\npreset = "cvat"\n' + CLAUSE)
    assert "iou = 0.4 (not written, assumed: a pair shares at least so much: " in " ".join(explain(contract))
    weak = [found.field for found in warnings(contract)]
    assert "task.matching.iou" in weak
    assert "task.matching.empty" not in weak


def test_task_types_are_available_when_they_are_judged() -> None:
    available = {kind.name for kind in TASK_TYPES.values() if kind.available}
    assert available == set(judged_types())


@pytest.mark.parametrize("name", judged_types())
def test_a_type_without_a_majority_has_no_vote(name: str) -> None:
    nothing = LabelTable(Coded.from_text([]), Coded.from_text([]), answer_columns([], SHAPES[name]))
    voted = task_type(name).vote(nothing, Task(name, ()))
    assert (voted is not None) == TASK_TYPES[name].consensus
