"""Labels and sheets of types whose answers are any number of rows, as lines of a bundle and back.

labels.jsonl   each delivered row on the audited items: item, annotator, its answer columns, what is told of it
sheets.jsonl   each answered pair of item and annotator, and what is known of the item; one without a row
               was answered with nothing
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vendoreval.evidence.json_lines import read_lines
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.records import answer_columns, answer_records, sheet_records, sheets_of
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CONTEXT, LabelTable, Sheets

SHEETS = "sheets.jsonl"
_TOLD = (*CONTEXT, "labelled_at")


def part_rows(labels: LabelTable, shape: Shape) -> Iterator[dict[str, Any]]:
    """The lines of labels.jsonl, in the order of the delivery."""
    told: dict[str, list[Any]] = {
        name: column.text() for name in CONTEXT if (column := getattr(labels, name)) is not None
    }
    if labels.labelled_at is not None:
        moments = np.datetime_as_string(labels.labelled_at, unit="us").tolist()
        told["labelled_at"] = [None if text == "NaT" else text for text in moments]
    rows = zip(labels.item.text(), labels.annotator.text(), answer_records(labels, shape), strict=True)
    for row, (item, annotator, answer) in enumerate(rows):
        further = {name: column[row] for name, column in told.items()}
        yield {"item_id": item, "annotator_id": annotator, "answer": answer, **further}


def sheet_rows(labels: LabelTable) -> Iterator[dict[str, Any]]:
    """The lines of sheets.jsonl."""
    sheets = labels.sheets
    if sheets is None:
        raise ValueError("labels of any number of rows have sheets")
    for item, annotator, known in zip(
        sheets.item.text(), sheets.annotator.text(), sheet_records(sheets), strict=True
    ):
        yield {"item_id": item, "annotator_id": annotator, **known}


def read_parts(files: Mapping[str, bytes], labels: bytes, gold: GoldSet) -> LabelTable:
    """The labels as sealed; raises KeyError, TypeError or ValueError for lines that are none."""
    rows = list(read_lines(labels))
    told = {name for row in rows[:1] for name in _TOLD if name in row}
    context = {name: Coded.from_text(row[name] for row in rows) for name in told if name in CONTEXT}
    table = LabelTable(
        _items([row["item_id"] for row in rows], gold),
        Coded.from_text(row["annotator_id"] for row in rows),
        answer_columns([row["answer"] for row in rows], gold.shape),
        sheets=_sheets(list(read_lines(files[SHEETS])), gold),
        stage=context.get("stage"),
        guideline_version=context.get("guideline_version"),
        source=context.get("source"),
        flagged=context.get("flagged"),
    )
    if "labelled_at" not in told:
        return table
    moments = ["NaT" if row["labelled_at"] is None else row["labelled_at"] for row in rows]
    return replace(table, labelled_at=np.asarray(moments, dtype="datetime64[us]"))


def _sheets(rows: list[dict[str, Any]], gold: GoldSet) -> Sheets:
    known: list[Mapping[str, Any]] = [
        {name: value for name, value in row.items() if name in ("width", "height", "text")} for row in rows
    ]
    sheets = sheets_of([str(row["item_id"]) for row in rows], known, [row["annotator_id"] for row in rows])
    return replace(sheets, item=_items([row["item_id"] for row in rows], gold))


def _items(texts: list[Any], gold: GoldSet) -> Coded:
    found = Coded.from_text(texts)
    item = found.recode(gold.item_ids)
    if (item.codes < 0).any():
        stray = found.text()[int(np.flatnonzero(item.codes < 0)[0])]
        raise ValueError(f"a label on {stray!r}, which is no gold item")
    return item
