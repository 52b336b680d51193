"""The worked example of the page on relations is what the code counts."""

from __future__ import annotations

import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.relation_samples import End, Plain, judged
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task

PAGE = page("relations")
CLASSES = ("works_at", "located_in", "lives_in")


def end(row: dict[str, str], name: str) -> End:
    start, stop = map(int, row[name].split("–"))
    return start, stop, row[f"{name}_label"]


def relations(name: str) -> list[Plain]:
    return [(row["label"], end(row, "head"), end(row, "tail")) for row in table("relations", name)]


@pytest.mark.parametrize(
    "row", table("relations", "outcomes"), ids=lambda row: f"{row['mode']}-{row['directed']}"
)
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    rule = {name: row[name] for name in ("mode", "directed")}
    counts = judged(
        relations("gold"), relations("delivered"), Task("relations", CLASSES, matching=rule)
    ).counts()
    assert {name: counts[name] for name in row if name not in rule} == {
        name: int(value) for name, value in row.items() if name not in rule
    }


def test_every_key_of_the_matching_rule_is_on_the_page() -> None:
    for key in TASK_TYPES["relations"].matching:
        assert f"`{key.name}`" in PAGE
        assert all(choice in PAGE for choice in key.choices if choice != "not_counted")
