"""The worked examples of the pages on ordinal and numeric answers are what the code counts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.scale_samples import judged, measured
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task

CLASSES = {"ordinal": ("none", "mild", "moderate", "severe"), "numeric": ()}
PAGES = {kind: page(kind) for kind in CLASSES}


@pytest.mark.parametrize(
    ("kind", "row"), [(kind, row) for kind in PAGES for row in table(kind, "figures")], ids=str
)
def test_the_example_counts_what_the_page_says(kind: str, row: dict[str, str]) -> None:
    answers = table(kind, "answers")
    task = Task(kind, CLASSES[kind], matching={"tolerance": row["tolerance"]})
    outcomes = judged(
        {f"i{k}": one["gold"] for k, one in enumerate(answers)},
        [(f"i{k}", "w", one["delivered"]) for k, one in enumerate(answers)],
        task,
    )
    counts = outcomes.counts()
    assert [counts[name] for name in ("correct", "wrong_label")] == [
        int(row["correct"]),
        int(row["wrong_label"]),
    ]
    for name in ("accuracy", "exact_match"):
        found = measured(name, outcomes, task)
        assert Fraction(found.n - found.errors, found.n) == Fraction(row[name])
    assert measured("mae", outcomes, task, cap=Fraction(1000)).lost == Fraction(row["mae"])


@pytest.mark.parametrize("kind", PAGES)
def test_every_key_and_metric_of_the_type_is_on_the_page(kind: str) -> None:
    for key in TASK_TYPES[kind].matching:
        assert (
            f"`{key.name} =" in PAGES[kind] or f"`{key.name}`" in PAGES[kind] or f"{key.name} =" in PAGES[kind]
        )
        assert all(choice in PAGES[kind] for choice in key.choices)
