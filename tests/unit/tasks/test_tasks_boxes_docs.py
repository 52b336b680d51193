"""The worked example of the page on boxes is what the code counts. UPDATE_GOLDEN=1 draws its picture anew."""

from __future__ import annotations

import os
import re

import pytest

from tests.conftest import ROOT
from tests.unit.tasks.box_samples import Row, box, delivery_of, gold_of
from tests.unit.tasks.page_tables import page, table
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Task
from vendoreval.reports.pictures.item_picture import ItemPicture
from vendoreval.reports.pictures.pairs import marks, sheet_pairs
from vendoreval.tasks.boxes import TYPE

PAGE = page("boxes")


def boxes(name: str) -> list[Row]:
    edges = ("x_min", "y_min", "x_max", "y_max")
    return [box(row["label"], *(float(row[edge]) for edge in edges)) for row in table("boxes", name)]


@pytest.mark.parametrize(
    "row", table("boxes", "outcomes"), ids=lambda row: f"{row['iou']}-{row['imprecise_below']}"
)
def test_the_example_counts_what_the_page_says(row: dict[str, str]) -> None:
    rule = {key: row.pop(key) for key in ("iou", "imprecise_below")}
    task = Task("boxes", ("car", "van"), matching=rule)
    found = TYPE.compare(gold_of({"a": boxes("gold")}), delivery_of({("a", "p"): boxes("delivered")}), task)
    counts = found.counts()
    assert {name: counts[name] for name in row} == {name: int(value) for name, value in row.items()}


def test_the_example_s_overlaps_are_those_of_the_page() -> None:
    task = Task("boxes", ("car", "van"), matching={"iou": "0.3"})
    found = TYPE.compare(gold_of({"a": boxes("gold")}), delivery_of({("a", "p"): boxes("delivered")}), task)
    shown = [float(value) for value in re.findall(r"as \w+ \| ([\d.]+) \|", PAGE)]
    assert sorted(round(score / 10**9, 3) for score in found.score.tolist()) == sorted(shown)


def test_every_key_of_the_matching_rule_is_on_the_page() -> None:
    for key in TASK_TYPES["boxes"].matching:
        assert f"`{key.name}`" in PAGE
        assert all(f"`{choice}`" in PAGE for choice in key.choices if choice not in ("none", "not_counted"))


def test_the_picture_of_the_page_is_what_a_report_draws() -> None:
    gold, labels = gold_of({"a": boxes("gold")}), delivery_of({("a", "p"): boxes("delivered")})
    rule = {"iou": "0.5", "imprecise_below": "0.75"}
    found = TYPE.compare(gold, labels, Task("boxes", ("car", "van"), matching=rule))
    shapes = marks(gold, labels, "a", sheet_pairs(found, range(len(found)), {}))
    drawn = f"{ItemPicture('Example of boxes', 'Gold and the delivery.', shapes, (320, 180)).svg()}\n"
    path = ROOT / "docs/types/boxes.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(drawn, "utf-8")
    assert path.read_text("utf-8") == drawn
