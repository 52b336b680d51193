"""The worked example of the page on cuboids is what the code counts. UPDATE_GOLDEN=1 draws its picture anew."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fractions import Fraction

import pytest

from tests.conftest import ROOT
from tests.unit.tasks.box_samples import Row
from tests.unit.tasks.cuboid_samples import cuboid, delivered, gold, rule, sheet
from tests.unit.tasks.page_tables import page, table
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.reports.pictures.item_picture import ItemPicture
from vendoreval.reports.pictures.pairs import marks, sheet_pairs
from vendoreval.tasks.cuboid_shapes import NUMBERS
from vendoreval.tasks.cuboids import TYPE

PAGE = page("cuboids")


def rows(name: str) -> list[Row]:
    return [cuboid(*(float(row[n]) for n in NUMBERS), label=row["label"]) for row in table("cuboids", name)]


@pytest.mark.parametrize(
    "row", table("cuboids", "outcomes"), ids=lambda row: f"{row['match']}-{row['heading']}"
)
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    task = rule(**{key: row.pop(key) for key in ("match", "heading")})
    error = float(row.pop("heading_error"))
    found = TYPE.compare(gold({"a": rows("gold")}), delivered(sheet(rows("delivered"))), task)
    counts = found.take(found.at("object")).counts()
    assert {name: counts[name] for name in row} == {name: int(value) for name, value in row.items()}
    how = Counting("heading", cap=Fraction(180))
    assert float(measure("heading_error", found, None, task.classes, how).lost) == pytest.approx(error)


def test_the_example_s_overlaps_are_those_of_the_page() -> None:
    found = TYPE.compare(gold({"a": rows("gold")}), delivered(sheet(rows("delivered"))), rule(match="bev"))
    shown = re.findall(r"\| (\.?\d+) \| (\.?\d+) \| `", PAGE)
    for level, at in (("object", 0), ("footprint", 1)):
        scores = sorted(round(score / 10**9, 3) for score in found.score[found.at(level)].tolist())
        assert scores == sorted(float(one[at]) for one in shown)


def test_every_key_and_every_metric_of_cuboids_is_on_the_page() -> None:
    for key in TASK_TYPES["cuboids"].matching:
        assert f"`{key.name}`" in PAGE
        assert all(f"`{choice}`" in PAGE for choice in key.choices if choice not in ("none", "not_counted"))
    for one in METRICS.values():
        assert "cuboids" not in one.tasks or len(one.tasks) > 5 or f"`{one.name}`" in PAGE


def test_the_picture_of_the_page_is_what_a_report_draws() -> None:
    expected, given = gold({"a": rows("gold")}), delivered(sheet(rows("delivered")))
    found = TYPE.compare(expected, given, rule())
    shapes = marks(expected, given, "a", sheet_pairs(found.take(found.at("object")), range(5), {}))
    picture = replace(ItemPicture("Example of cuboids", "Gold and the delivery.", shapes), above=True)
    drawn = f"{picture.svg()}\n"
    path = ROOT / "docs/types/cuboids.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn, "utf-8")
    assert path.read_text("utf-8") == drawn
