"""The canonical file of gold with one answer an item: how a gold set is written and read again."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import IO

import numpy as np

from vendoreval.formats.writers.parquet_table import LabelWriter, read_texts
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.labels.yes_no import edge_code

ROLES = ("item_id", "label", "accepted", "difficulty", "edge_case")
SCHEMA = "vendoreval/gold/1"
Columns = dict[str, list[str | None]]


def from_columns(gold_id: str, columns: Columns) -> GoldSet:
    """A gold set from its columns as texts (`accepted` as JSON lists)."""
    answers = {text: tuple(json.loads(text or "[]")) for text in set(columns["accepted"])}
    accepted = tuple(answers[text] for text in columns["accepted"])
    edges = columns.get("edge_case")
    difficulty = columns.get("difficulty")
    count = len(accepted)
    nobody = Coded(np.full(count, -1, dtype=np.int32), ())
    return GoldSet(
        gold_id,
        LabelTable(Coded.from_text(columns["item_id"]), nobody, {"label": Coded.from_text(columns["label"])}),
        accepted,
        Coded.from_text(difficulty) if difficulty else None,
        np.asarray([edge_code(text) for text in edges], dtype=np.int8) if edges else None,
        {name: Coded.from_text(texts) for name, texts in columns.items() if name not in ROLES},
    )


def gold_bytes(gold: GoldSet) -> bytes:
    """The gold set as canonical Parquet."""
    columns: Columns = {
        "item_id": list(gold.item_ids),
        "label": gold.labels.text("label").text(),
        "accepted": [json.dumps(accepted, ensure_ascii=False) for accepted in gold.accepted],
        **{name: column.text() for name, column in gold.provenance.items()},
    }
    if gold.difficulty is not None:
        columns["difficulty"] = gold.difficulty.text()
    if gold.edge_case is not None:
        columns["edge_case"] = [{1: "true", 0: "false"}.get(edge) for edge in gold.edge_case.tolist()]
    buffer = io.BytesIO()
    with LabelWriter(buffer, list(columns), SCHEMA, texts=gold.provenance) as writer:
        writer.write(columns)
    return buffer.getvalue()


def gold_from(path: Path | IO[bytes], gold_id: str) -> GoldSet:
    """The gold set that `gold_bytes` wrote."""
    return from_columns(gold_id, read_texts(path))


def provenance_from(path: Path | IO[bytes]) -> dict[str, Coded]:
    """What that file tells of each item besides its answer: who gave it, when, and the like."""
    return {name: Coded.from_text(texts) for name, texts in read_texts(path, ROLES).items()}
