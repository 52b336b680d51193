"""The worked examples of the pages on preferences, rankings and rubrics are what the code counts."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.rows_samples import delivery_of, gold_of
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.preference import TYPE

TASKS = {
    "preference": Task("preference", ("a", "b", "tie")),
    "ranking": Task("ranking", ()),
    "rubrics": Task("rubrics", ("helpful", "true", "clear"), matching={"tolerance": "0.5"}),
}
Row = dict[str, Any]


def rows(kind: str, name: str) -> list[Row]:
    """An example; ranks are numbers."""
    return [{**row, "rank": int(row["rank"])} if "rank" in row else row for row in table(kind, name)]


def preferred() -> Outcomes:
    gold, given = table("preference", "gold"), table("preference", "delivered")
    accepted = [[row["label"], *filter(None, row["accepted"].split(","))] for row in gold]
    golds = from_columns("g", {
        "item_id": [row["item_id"] for row in gold], "label": [row["label"] for row in gold],
        "accepted": list(map(json.dumps, accepted)),
    })  # fmt: skip
    item, who, label = (
        Coded.from_text(row[name] for row in given) for name in ("item_id", "annotator_id", "label")
    )
    return TYPE.compare(golds, LabelTable(item, who, {"label": label}), TASKS["preference"])


def compared(kind: str) -> Outcomes:
    if kind == "preference":
        return preferred()
    sheets = {
        key: list(mine)
        for key, mine in groupby(rows(kind, "delivered"), lambda row: (row["item_id"], row["annotator_id"]))
    }
    gold = gold_of(kind, {"q1": [rows(kind, "gold")]})
    return task_type(kind).compare(gold, delivery_of(kind, sheets), TASKS[kind])


@pytest.mark.parametrize("kind", list(TASKS))
def test_the_example_counts_what_the_page_says(kind: str) -> None:
    (said,) = table(kind, "outcomes")
    counts = {name: count for name, count in compared(kind).counts().items() if count}
    assert counts == {name: int(count) for name, count in said.items()}


@pytest.mark.parametrize("kind", list(TASKS))
def test_every_key_of_the_matching_rule_is_on_the_page(kind: str) -> None:
    for key in TASK_TYPES[kind].matching:
        assert f"{key.name} =" in page(kind)
