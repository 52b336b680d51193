"""The worked example of the page on several classes is what the code counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.tag_samples import judged, measured, value
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task

PAGE = page("multilabel")
RULES: dict[str, dict[str, Any]] = {
    "plain": {}, "parents": {"parents": {"dog": "animal", "cat": "animal"}}, "left_out": {"empty": "left_out"},
}  # fmt: skip


@pytest.mark.parametrize("row", table("multilabel", "figures"), ids=lambda row: row["rule"])
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    how = Task("multilabel", ("animal", "dog", "cat", "speech"), matching=RULES[row["rule"]])
    sides = [[[one for one in cell.split(", ") if one] for cell in (line["gold"], line["delivered"])]
             for line in table("multilabel", "answers")]  # fmt: skip
    outcomes = judged(
        {f"i{k}": gold for k, (gold, _) in enumerate(sides)},
        {(f"i{k}", "w"): said for k, (_, said) in enumerate(sides)},
        how,
    )
    counts = outcomes.counts()
    assert [str(counts[name]) for name in ("correct", "missing", "extra")] == [
        row[name] for name in ("correct", "missing", "extra")
    ]
    found = {name: value(measured(name, outcomes, how, "item")) for name in ("exact_match", "jaccard")}
    found |= {"hamming": float(measured("hamming", outcomes, how, "item").lost)}
    found |= {"f1": value(measured("f1", outcomes, how, "tag"))}
    assert {name: round(one, 4) for name, one in found.items()} == {name: float(row[name]) for name in found}


def test_every_key_of_the_matching_rule_is_on_the_page() -> None:
    for key in TASK_TYPES["multilabel"].matching:
        assert f"`{key.name}" in PAGE
        assert all(choice in PAGE for choice in key.choices)
