"""The worked example of the page on spans is what the code counts."""

from __future__ import annotations

import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.span_samples import judged
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task

PAGE = page("spans")


def spans(name: str) -> list[tuple[int, int, str]]:
    return [(int(row["start"]), int(row["end"]), row["label"]) for row in table("spans", name)]


@pytest.mark.parametrize("row", table("spans", "outcomes"), ids=lambda row: row["mode"])
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    task = Task("spans", ("PER", "LOC", "ORG"), matching={"mode": row["mode"]})
    counts = judged(spans("gold"), spans("delivered"), task).counts()
    assert {name: counts[name] for name in row if name != "mode"} == {
        name: int(value) for name, value in row.items() if name != "mode"
    }


def test_every_key_of_the_matching_rule_is_on_the_page() -> None:
    for key in TASK_TYPES["spans"].matching:
        assert f"`{key.name}`" in PAGE or f"`{key.name} =" in PAGE
        assert all(choice in PAGE for choice in key.choices if choice not in ("none", "not_counted"))
