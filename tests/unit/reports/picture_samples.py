"""Small tables of gold, deliveries and outcomes to draw pictures from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, sheets_of
from vendoreval.labels.runs import runs_from_pixels
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

Rows = Sequence[Mapping[str, Any]]


def box(label: str, x: int, y: int, to_x: int, to_y: int, **more: Any) -> dict[str, Any]:
    """A box in whole pixels."""
    edges = {"x_min": x, "y_min": y, "x_max": to_x, "y_max": to_y}
    return {"label": label, **{name: value * 1000 for name, value in edges.items()}, **more}


def gold_of(
    shape: str, items: Mapping[str, Rows], sheets: Mapping[str, Any] | None = None, **sheet: Any
) -> GoldSet:
    """Gold with one answer an item; `sheet` or `sheets` tell size or text."""
    records = [
        {"item_id": item, "answers": [rows], "edge_case": -1, "sheet": (sheets or {}).get(item, sheet)}
        for item, rows in items.items()
    ]
    return GoldSet.from_records("gold-1", records, shape=SHAPES[shape])


def delivered_of(shape: str, sheets: Mapping[tuple[str, str], Rows]) -> LabelTable:
    """A delivery: the rows of each pair of item and annotator."""
    pairs = list(sheets)
    owners = [pair for pair, rows in sheets.items() for _ in rows]
    return LabelTable(
        Coded.from_text(item for item, _ in owners),
        Coded.from_text(person for _, person in owners),
        answer_columns([row for rows in sheets.values() for row in rows], SHAPES[shape]),
        sheets=sheets_of([item for item, _ in pairs], [{} for _ in pairs], [person for _, person in pairs]),
    )


def outcomes_of(
    rows: Sequence[tuple[str, str | None, str, int, int]], gold: GoldSet, delivered: LabelTable,
    level: str = "object",
) -> Outcomes:  # fmt: skip
    """Outcomes of item, annotator, outcome, row of gold, row of the delivery; units are numbered in turn."""
    names = sorted({*gold.labels.text("label").values, *delivered.text("label").values})

    def side(table: LabelTable, at: Sequence[int]) -> Coded:
        return Coded.from_text(table.text("label")[row] if row >= 0 else None for row in at).recode(names)

    expected, given = [row[3] for row in rows], [row[4] for row in rows]
    right = np.asarray([row[2] == "correct" for row in rows])
    return Outcomes(
        item=Coded.from_text(row[0] for row in rows),
        unit=np.arange(len(rows), dtype=np.int32),
        annotator=Coded.from_text(row[1] for row in rows),
        labelled_at=None,
        expected=side(gold.labels, expected),
        delivered=side(delivered, given),
        outcome=np.asarray([CODE[row[2]] for row in rows], dtype=np.int8),
        score=np.where(right, ONE, 0).astype(np.int64),
        severity=np.zeros(len(rows), dtype=np.int8),
        level=np.full(len(rows), LEVEL_CODE[level], dtype=np.int8),
        expected_row=np.asarray(expected, dtype=np.int64),
        delivered_row=np.asarray(given, dtype=np.int64),
    )


def lines_of(units: Outcomes) -> tuple[ClaimLine, ...]:
    """A claim line for each wrong row."""
    wrong = [
        row for row in units.rows()
        if row["outcome"] in ("missing", "extra", "wrong_label", "imprecise", "wrong_attribute")
    ]  # fmt: skip
    return tuple(
        ClaimLine(number, row["item_id"], row["unit_id"], row["expected"], row["delivered"],
                  row["annotator_id"], row["outcome"], row["severity"], "found")
        for number, row in enumerate(wrong, 1)
    )  # fmt: skip


def street() -> tuple[GoldSet, LabelTable, Outcomes]:
    """Two street pictures: on the first one car is right, a dog missed, a cat called dog, a car invented."""
    gold = gold_of(
        "boxes",
        {
            "a.jpg": [box("car", 100, 80, 180, 160), box("dog", 400, 80, 430, 120),
                      box("cat", 520, 300, 560, 350), box("car", 0, 0, 60, 40, ignored=True)],
            "b.jpg": [box("dog", 10, 10, 50, 60)],
        },
        width=640, height=480,
    )  # fmt: skip
    delivered = delivered_of(
        "boxes",
        {
            ("a.jpg", "w1"): [box("car", 102, 81, 182, 163), box("dog", 521, 299, 558, 352),
                              box("car", 300, 200, 380, 260), box("car", 5, 5, 55, 38)],
            ("b.jpg", "w1"): [box("dog", 11, 9, 50, 61)],
        },
    )  # fmt: skip
    units = outcomes_of(
        [
            ("a.jpg", "w1", "correct", 0, 0), ("a.jpg", "w1", "missing", 1, -1),
            ("a.jpg", "w1", "wrong_label", 2, 1), ("a.jpg", "w1", "extra", -1, 2),
            ("a.jpg", "w1", "unscorable", 3, 3), ("b.jpg", "w1", "correct", 4, 4),
        ],
        gold, delivered,
    )  # fmt: skip
    return gold, delivered, units


def field() -> tuple[GoldSet, LabelTable, Outcomes]:
    """Polygons in pixels of a field: one outline is coarse, one pond with an island was missed."""

    def rings(*flat: list[int]) -> list[list[list[int]]]:
        return [[[1000 * n for n in ring] for ring in flat]]

    barn = rings([40, 40, 160, 30, 170, 120, 50, 130])
    pond = rings([220, 60, 300, 50, 340, 110, 290, 170, 230, 150], [260, 90, 290, 90, 290, 120, 260, 120])
    hedge = rings([60, 180, 200, 175, 205, 195, 62, 200])
    gold = gold_of(
        "polygons",
        {"field-7.tif": [{"label": name, "rings": shape}
                         for name, shape in (("barn", barn), ("pond", pond), ("hedge", hedge))]},
        width=400, height=240,
    )  # fmt: skip
    delivered = delivered_of(
        "polygons",
        {("field-7.tif", "w1"): [{"label": "barn", "rings": rings([42, 38, 158, 32, 168, 118, 52, 128])},
                                 {"label": "hedge", "rings": rings([70, 150, 190, 165, 205, 215, 62, 200])}]},
    )  # fmt: skip
    rows = [("correct", 0, 0), ("missing", 1, -1), ("imprecise", 2, 1)]
    return gold, delivered, outcomes_of([("field-7.tif", "w1", *row) for row in rows], gold, delivered)


def scan() -> tuple[GoldSet, LabelTable, Outcomes]:
    """A mask with a hole, and the same region delivered without it and a little to the right."""
    y, x = np.mgrid[:160, :240]
    region = ((x - 110) / 70) ** 2 + ((y - 80) / 50) ** 2 < 1
    hole = ((x - 110) / 22) ** 2 + ((y - 80) / 18) ** 2 < 1
    moved = ((x - 118) / 70) ** 2 + ((y - 84) / 50) ** 2 < 1

    def mask(pixels: Any) -> dict[str, Any]:
        return {"label": "lesion", "width": 240, "height": 160, "runs": runs_from_pixels(pixels).tolist()}

    gold = gold_of("masks", {"scan-3": [mask(region & ~hole)]}, width=240, height=160)
    delivered = delivered_of("masks", {("scan-3", "w1"): [mask(moved)]})
    return gold, delivered, outcomes_of([("scan-3", "w1", "imprecise", 0, 0)], gold, delivered)


def bird() -> tuple[GoldSet, LabelTable, Outcomes]:
    """The points of a bird; beak and tail of the delivered ones are elsewhere."""
    places = {"beak": (40, 60), "eye": (58, 50), "wing": (110, 90), "foot": (105, 140), "tail": (180, 100)}
    given = places | {"beak": (52, 78), "eye": (59, 51), "tail": (150, 120)}

    def points(at: Mapping[str, tuple[int, int]]) -> list[dict[str, Any]]:
        one = {"object_id": "1", "label": "bird", "visible": 2}
        return [{**one, "keypoint": name, "x": x * 1000, "y": y * 1000} for name, (x, y) in at.items()]

    gold = gold_of("keypoints", {"bird-1.jpg": points(places)}, width=220, height=170)
    delivered = delivered_of("keypoints", {("bird-1.jpg", "w1"): points(given)})
    return gold, delivered, outcomes_of([("bird-1.jpg", "w1", "imprecise", 0, 0)], gold, delivered)


TEXT = "Angela Merkel met the President of the Bank of England in London.\nShe left on Monday."


def span(words: str, label: str, **more: Any) -> dict[str, Any]:
    """The span of `words` in TEXT."""
    start = TEXT.index(words)
    return {"start": start, "end": start + len(words), "label": label, **more}


def story() -> tuple[GoldSet, LabelTable, Outcomes]:
    """One text with nested spans."""
    gold = gold_of(
        "spans",
        {"t1": [span("Angela Merkel", "PER"), span("President of the Bank of England", "PER"),
                span("Bank of England", "ORG"), span("England", "LOC")]},
        text=TEXT,
    )  # fmt: skip
    delivered = delivered_of(
        "spans",
        {("t1", "w1"): [span("Angela Merkel", "PER"), span("President of the Bank", "PER"),
                        span("England", "LOC"), span("Monday", "LOC")]},
    )  # fmt: skip
    rows = [("correct", 0, 0), ("imprecise", 1, 1), ("missing", 2, -1), ("correct", 3, 2), ("extra", -1, 3)]
    return gold, delivered, outcomes_of([("t1", "w1", *row) for row in rows], gold, delivered)
