"""The worked examples of the page on time segments are what the code counts."""

from __future__ import annotations

import pytest

from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.time_samples import Plain, der, judged, times
from vendoreval.contracts.task_types import TASK_TYPES

PAGE = page("segments")


def segments(name: str) -> list[Plain]:
    return [(float(row["start_s"]), float(row["end_s"]), row["label"]) for row in table("segments", name)]


@pytest.mark.parametrize(
    "row", table("segments", "outcomes"), ids=lambda row: f"{row['iou']}-{row['boundary']}"
)
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    rule = {key: row.pop(key) for key in ("iou", "boundary")}
    found = judged(segments("gold"), segments("delivered"), **rule)
    counts = found.take(found.at("object")).counts()
    assert {name: counts[name] for name in row} == {name: int(value) for name, value in row.items()}


@pytest.mark.parametrize("row", table("segments", "time"), ids=lambda row: f"{row['collar']}-{row['overlaps']}")
def test_the_time_of_the_example_is_that_of_the_page(row: dict[str, str]) -> None:
    found = judged(segments("gold"), segments("delivered"), collar=row["collar"], overlaps=row["overlaps"])
    time, rate = times(found), der(found)
    parts = {"missed": "missing", "false alarm": "extra", "confusion": "wrong_label"}
    assert {name: float(row[name]) for name in parts} == {
        name: time.get(outcome, 0) / 1000 for name, outcome in parts.items()
    }
    assert (float(row["gold"]), float(row["der"])) == (rate.n / 1000, round(float(rate.lost), 3))


def test_every_key_of_the_matching_rule_is_on_the_page() -> None:
    for key in TASK_TYPES["segments"].matching:
        assert f"| `{key.name}` |" in PAGE
        assert all(f"`{choice}`" in PAGE for choice in key.choices)
