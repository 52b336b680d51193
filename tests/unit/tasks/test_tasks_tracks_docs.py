"""The worked example of the page on tracks is what the code judges."""

from __future__ import annotations

import pytest

from tests.unit.tasks.box_samples import Row
from tests.unit.tasks.page_tables import page, table
from tests.unit.tasks.test_tasks_tracks import figure
from tests.unit.tasks.track_samples import compared, place
from vendoreval.contracts.task_types import TASK_TYPES


def rows(side: str) -> list[Row]:
    return [
        place(
            one["track_id"], int(one["frame"]), int(one["x_min"]), 10, int(one["x_max"]), 30, label=one["label"]
        )
        for one in table("tracks", side)
    ]


def test_the_example_is_judged_as_the_page_says() -> None:
    found = compared(rows("gold"), rows("delivered"))
    told = [
        {"level": row["level"], "expected": row["expected"] or "", "delivered": row["delivered"] or "",
         "outcome": row["outcome"], "score": f"{row['score']:.9g}", "where": row["where"] or ""}
        for row in found.rows()
    ]  # fmt: skip
    assert told == table("tracks", "outcomes")


def test_the_figures_of_the_example() -> None:
    found = compared(rows("gold"), rows("delivered"))
    for one in table("tracks", "figures"):
        assert figure(one["metric"], found) == pytest.approx(float(one["figure"]), abs=1e-9), one["metric"]


def test_every_key_and_unit_is_explained() -> None:
    kind = TASK_TYPES["tracks"]
    assert all(f"`{key.name}`" in page("tracks") for key in kind.matching)
    assert all(f"`{unit}`" in page("tracks") for unit in ("object", "track", "link"))
