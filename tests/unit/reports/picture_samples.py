"""Small tables of gold, deliveries and outcomes to draw pictures from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.claims.records import ClaimLine
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, sheets_of
from vendoreval.labels.shapes import SHAPES
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

Rows = Sequence[Mapping[str, Any]]


def box(label: str, x: int, y: int, to_x: int, to_y: int, **more: Any) -> dict[str, Any]:
    """A box in whole pixels."""
    edges = {"x_min": x, "y_min": y, "x_max": to_x, "y_max": to_y}
    return {"label": label, **{name: value * 1000 for name, value in edges.items()}, **more}


def gold_of(shape: str, items: Mapping[str, Rows], **sheet: Any) -> GoldSet:
    """Gold with one answer an item."""
    records = [
        {"item_id": item, "answers": [rows], "edge_case": -1, "sheet": sheet} for item, rows in items.items()
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
