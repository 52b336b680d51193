"""Outcomes as rows and back, with the label's context."""

import numpy as np

from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.classification import compare
from vendoreval.tasks.outcomes import Outcomes


def outcomes(stage: Coded | None) -> Outcomes:
    gold = from_columns(
        "g",
        {
            "item_id": ["a", "b", "c"],
            "label": ["x", "y", "x"],
            "accepted": ['["x"]', '["y"]', '["x"]'],
            "difficulty": ["hard", None, "easy"],
        },
    )
    labels = LabelTable(
        Coded.from_text(["b", "a", "z", "a"]),
        Coded.from_text(["p", "p", "p", "q"]),
        {"label": Coded.from_text(["y", "y", "x", "x"])},
        stage=stage,
    )
    return compare(gold, labels, ["x", "y"])


def test_stage_and_difficulty_stand_beside_each_outcome() -> None:
    found = outcomes(Coded.from_text(["first", "first", "first", "second"]))
    assert found.item.text() == ["b", "a", "a", "c"]
    assert found.context["stage"].text() == ["first", "first", "second", None]
    assert found.context["difficulty"].text() == [None, "hard", "hard", "easy"]
    assert found.take(np.array([2])).context["stage"].text() == ["second"]


def test_rows_and_back_keep_the_context() -> None:
    found = outcomes(Coded.from_text(["first", None, "first", "second"]))
    again = Outcomes.from_rows(found.rows(), ["x", "y"])
    assert list(again.rows()) == list(found.rows())
    assert again.context.keys() == {"stage", "difficulty"}


def test_columns_that_a_delivery_has_not_are_in_no_row() -> None:
    assert "stage" not in next(outcomes(None).rows())
