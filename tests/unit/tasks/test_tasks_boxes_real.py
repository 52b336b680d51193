"""Two published sets of boxes: every figure of their FACTS.json, which other programs computed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vendoreval.contracts.terms import Task
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable, Sheets
from vendoreval.tasks.boxes import TYPE
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes
from vendoreval.tasks.parts import side_of

DATA = Path(__file__).parents[3].parent / "shared" / "data"
EDGES = ("x_min", "y_min", "x_max", "y_max")
CORRECT = CODE["correct"]
Row = tuple[str, str | None, str, list[float]]  # item, annotator, label, edges
Sizes = dict[str, tuple[int, int]]


def read(folder: str, name: str) -> Iterator[dict[str, str]]:
    with (DATA / folder / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def facts(folder: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / folder / "FACTS.json").read_text("utf-8"))
    return found


def table(rows: list[Row], sheets: Iterable[tuple[str, str | None]], sizes: Sizes) -> LabelTable:
    listed = sorted(sheets, key=str)
    edges = np.asarray([row[3] for row in rows]).reshape(-1, 4)
    steps = np.rint(edges * 1000).astype(np.int64)
    return LabelTable(
        Coded.from_text(row[0] for row in rows),
        Coded.from_text(row[1] for row in rows),
        {"label": Coded.from_text(row[2] for row in rows),
         **{name: steps[:, place] for place, name in enumerate(EDGES)}},
        sheets=Sheets(
            Coded.from_text(item for item, _ in listed), Coded.from_text(who for _, who in listed),
            np.asarray([sizes[item][0] for item, _ in listed]),
            np.asarray([sizes[item][1] for item, _ in listed]),
        ),
    )  # fmt: skip


def gold_set(labels: LabelTable) -> GoldSet:
    return GoldSet("g", labels, shape=SHAPES["boxes"])


def figures(found: Outcomes) -> dict[str, float]:
    """Of class-blind or single-class comparisons: as FACTS.json names and rounds them."""
    counts = found.counts()
    right, extra, missing = counts["correct"], counts["extra"], counts["missing"]
    return {
        "tp": right, "fp": extra, "fn": missing,
        "precision": round(right / (right + extra), 6),
        "recall": round(right / (right + missing), 6),
        "f1": round(2 * right / (2 * right + extra + missing), 6),
        "mean_iou_of_matched": round(int(found.score[found.outcome == CORRECT].sum()) / ONE / right, 6),
    }  # fmt: skip


def pedestrians(name: str, assignments: str, sizes: Sizes, gold: bool = False) -> LabelTable:
    def who(row: dict[str, str]) -> str | None:
        return None if gold else row["annotator_id"]

    rows: list[Row] = []
    for row in read("pedestrian_boxes", name):
        x, y, w, h = (float(row[key]) for key in ("x_center", "y_center", "width", "height"))
        rows.append((row["item_id"], who(row), row["label"], [x - w / 2, y - h / 2, x + w / 2, y + h / 2]))
    return table(rows, [(row["item_id"], who(row)) for row in read("pedestrian_boxes", assignments)], sizes)


@pytest.fixture(scope="module")
def street() -> tuple[GoldSet, LabelTable]:
    """The authors cut boxes at the last pixel's coordinate: 1279 and 719 in images of 1280 × 720."""
    sizes = {
        row["item_id"]: (int(row["width"]) - 1, int(row["height"]) - 1)
        for row in read("pedestrian_boxes", "images.csv")
    }
    return (
        gold_set(pedestrians("gold.csv", "gold_assignments.csv", sizes, gold=True)),
        pedestrians("delivered.csv", "assignments.csv", sizes),
    )


@pytest.mark.parametrize("limit", ["0.3", "0.5", "0.75"])
def test_pedestrians(street: tuple[GoldSet, LabelTable], limit: str) -> None:
    task = Task("boxes", ("pedestrian",), matching={"iou": limit, "outside": "cut"})
    found = TYPE.compare(*street, task)
    assert figures(found) == facts("pedestrian_boxes")["micro"][limit]


def test_sheets_without_boxes_count(street: tuple[GoldSet, LabelTable]) -> None:
    found = TYPE.compare(*street, Task("boxes", ("pedestrian",), matching={"outside": "cut"}))
    known = facts("pedestrian_boxes")
    sheets = known["n_assignments_on_gold_images"]
    pair = found.item.codes.astype(np.int64) * 1000 + found.annotator.codes
    assert len(np.unique(pair)) == sheets
    wrong = np.unique(pair[~found.right])
    assert round((sheets - len(wrong)) / sheets, 6) == known["image_fully_right_iou50"]
    balance = np.bincount(np.unique(pair, return_inverse=True)[1], found.outcome == CODE["extra"])
    balance -= np.bincount(np.unique(pair, return_inverse=True)[1], found.outcome == CODE["missing"])
    assert round(float((balance == 0).mean()), 6) == known["image_count_exactly_right"]
    empty_gold = known["n_gold_images_without_box"]
    assert 0 < found.counts()["empty_agreed"] <= 7 * empty_gold
    assert found.answered is not None
    assert found.answered.all()


def test_boxes_without_area_or_outside_the_image_are_named(street: tuple[GoldSet, LabelTable]) -> None:
    known = facts("pedestrian_boxes")
    sizes = {row["item_id"]: (1280, 720) for row in read("pedestrian_boxes", "images.csv")}
    labels = pedestrians("delivered.csv", "assignments.csv", sizes)
    side = side_of(TYPE, labels, Task("boxes", ()))
    named = TYPE.where(side, np.arange(len(labels)))
    left, top, right, bottom = (labels.numbers(name) for name in EDGES)
    flat = (right <= left) | (bottom <= top)
    beyond = (left < 0) | (top < 0) | (right > 1_280_000) | (bottom > 720_000)
    assert int(flat.sum()) == known["n_zero_area_boxes"]
    assert [("without area" in text) for text in named] == flat.tolist()
    assert [("outside the image" in text) for text in named] == beyond.tolist()


CELLS = ("Eosinophile", "Lymohozyten", "Makrophagen", "Mastzellen", "Neutrophile")
ROUNDS = ("1_from_scratch", "2_algorithm_assisted")


def cells(name: str, sizes: Sizes, round_: str | None, border: int) -> list[Row]:
    """Rows of one round, or of gold; without those within `border` pixels of the image's border."""
    rows: list[Row] = []
    for row in read("asthma_cell_boxes", name):
        if row["item_id"] not in sizes or row.get("deleted") == "True" or row.get("round") != round_:
            continue
        left, top, right, bottom = edges = [float(row[edge]) for edge in EDGES]
        wide, high = sizes[row["item_id"]]
        if border and min(left, top, wide - right, high - bottom) <= border:
            continue
        rows.append((row["item_id"], row.get("annotator_id"), row["label"], edges))
    return rows


def cell_tables(round_: str, border: int) -> tuple[GoldSet, LabelTable]:
    images = list(read("asthma_cell_boxes", "images.csv"))
    sizes = {row["item_id"]: (int(row["image_width"]), int(row["image_height"])) for row in images}
    people = sorted({row["annotator_id"] for row in read("asthma_cell_boxes", "delivered.csv")})
    delivered = cells("delivered.csv", sizes, round_, border)
    return (
        gold_set(table(cells("gold.csv", sizes, None, border), [(item, None) for item in sizes], sizes)),
        table(delivered, [(item, who) for item in sizes for who in people], sizes),
    )


def of_class(labels: LabelTable, name: str) -> LabelTable:
    code = labels.text("label").values.index(name)
    return labels.take(np.flatnonzero(labels.text("label").codes == code))


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize("limit", ["0.25", "0.5"])
def test_cells_whatever_their_class(round_: str, limit: str) -> None:
    known = facts("asthma_cell_boxes")[round_][f"class_aware_iou{limit}_noborder"]
    found = TYPE.compare(*cell_tables(round_, 2), Task("boxes", CELLS, matching={"iou": limit}))
    counts = found.counts()
    matched = counts["correct"] + counts["wrong_label"]
    assert matched == known["localised_any_class"]
    assert round(counts["correct"] / matched, 6) == known["class_accuracy_of_localised"]
    pairs = found.take(np.flatnonzero((found.expected.codes >= 0) & (found.delivered.codes >= 0)))
    confusion: dict[str, dict[str, int]] = {}
    for gold, given in zip(pairs.expected.text(), pairs.delivered.text(), strict=True):
        assert gold is not None
        assert given is not None
        row = confusion.setdefault(gold, {})
        row[given] = row.get(given, 0) + 1
    assert confusion == known["confusion_localised_gold_to_delivered"]


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize("setting", ["0.25_noborder", "0.5_noborder", "0.5_all_boxes"])
def test_cells_within_each_class(round_: str, setting: str) -> None:
    """Matching within a class is matching of each class by itself."""
    known = facts("asthma_cell_boxes")[round_][f"class_aware_iou{setting}"]
    limit, which = setting.split("_", 1)
    gold, labels = cell_tables(round_, 2 if which == "noborder" else 0)
    task = Task("boxes", CELLS, matching={"iou": limit})
    counts, score = {"correct": 0, "extra": 0, "missing": 0}, 0
    for name in CELLS:
        found = TYPE.compare(gold_set(of_class(gold.labels, name)), of_class(labels, name), task)
        counts = {outcome: n + found.counts()[outcome] for outcome, n in counts.items()}
        score += int(found.score[found.at("object")].sum())
    assert counts == {"correct": known["tp"], "extra": known["fp"], "missing": known["fn"]}
    assert round(score / ONE / known["tp"], 6) == known["mean_iou_of_matched"]
