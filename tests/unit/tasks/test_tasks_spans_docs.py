"""The worked example of the page on spans is what the code counts."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.unit.tasks.span_samples import judged
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task

PAGE = (ROOT / "docs/types/spans.md").read_text("utf-8")


def table(name: str) -> list[dict[str, str]]:
    """The table that stands below the mark of an example."""
    found = re.search(rf"<!-- example: {name} -->\n((?:\|.*\n)+)", PAGE)
    assert found is not None
    head, _, *lines = (
        [cell.strip() for cell in line.strip("|\n").split("|")] for line in found[1].splitlines()
    )
    return [dict(zip(head, line, strict=True)) for line in lines]


def spans(name: str) -> list[tuple[int, int, str]]:
    return [(int(row["start"]), int(row["end"]), row["label"]) for row in table(name)]


@pytest.mark.parametrize("row", table("outcomes"), ids=lambda row: row["mode"])
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
