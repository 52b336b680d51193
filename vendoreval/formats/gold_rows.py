"""Reading gold from a row file: an error in gold stops the import, for gold must be beyond doubt."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vendoreval.errors import InputError
from vendoreval.formats.parquet_table import LabelWriter, read_texts
from vendoreval.formats.rows import open_rows, require
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable

ROLES = ("item_id", "label", "accepted", "difficulty", "edge_case")
TRUE, FALSE = ("true", "1", "yes"), ("false", "0", "no")
SCHEMA = "vendoreval/gold/1"
Columns = dict[str, list[str | None]]


def read_gold(
    path: Path, gold_id: str, *, mapping: Mapping[str, str], classes: Sequence[str], fmt: str | None = None
) -> tuple[GoldSet, tuple[str, ...]]:
    """The gold set in a file, and notes.

    Columns: item_id, label; if there, accepted (`|` separated or a JSON list), difficulty, edge_case;
    all others are kept as provenance. Raises InputError with file and line for an empty field, an
    unknown class, or an item that stands there twice with different answers.
    """
    unknown = [role for role in mapping if role not in ROLES]
    if unknown:
        raise InputError(f"--map knows no role {unknown[0]!r}.", remedy=f"Roles: {', '.join(ROLES)}.")
    file = open_rows(path, fmt)
    roles = {role: mapping.get(role, role) for role in ROLES if role in mapping or role in file.names}
    require(file, {"item_id": "item_id", "label": "label", **roles})
    others = [name for name in file.names if name not in roles.values()]
    columns: Columns = {name: [] for name in (*roles, *others)}
    seen: dict[str, tuple[int, tuple[str, ...]]] = {}
    repeated = 0
    for batch in file.batches():
        for row, line in enumerate(batch.lines):
            item = batch.columns[roles["item_id"]][row]
            label = batch.columns[roles["label"]][row]
            extra = batch.columns[roles["accepted"]][row] if "accepted" in roles else None
            accepted = _checked(path, line, item, label, extra, classes)
            if item in seen:
                _refuse_other_answer(path, line, str(item), accepted, seen[str(item)])
                repeated += 1
                continue
            seen[str(item)] = (line, accepted)
            for name, column in columns.items():
                column.append(batch.columns[roles.get(name, name)][row])
    if file.refusals:
        raise InputError(file.refusals[0].reason, file=path.name, line=file.refusals[0].line)
    if not seen:
        raise InputError("The file has no rows.", file=path.name)
    columns["accepted"] = [json.dumps(accepted, ensure_ascii=False) for _, accepted in seen.values()]
    notes = (f"{repeated:,} rows repeat an item with the same answer.",) if repeated else ()
    return from_columns(gold_id, columns), notes


def _checked(
    path: Path, line: int, item: str | None, label: str | None, extra: str | None, classes: Sequence[str]
) -> tuple[str, ...]:
    """The accepted answers of one row, the primary one first."""
    if not item or not label:
        raise InputError(
            f"The {'label' if item else 'item id'} is empty.", file=path.name, line=line,
            remedy="Gold needs both in every row.",
        )  # fmt: skip
    accepted = tuple(dict.fromkeys((label, *_listed(extra))))
    wrong = [answer for answer in accepted if classes and answer not in classes]
    if wrong:
        raise InputError(
            f"The contract knows no class {wrong[0]!r}.", file=path.name, line=line,
            remedy=f"Its classes: {', '.join(classes[:12])}{', …' if len(classes) > 12 else ''}.",
        )  # fmt: skip
    return accepted


def _listed(text: str | None) -> list[str]:
    if not text:
        return []
    if text.startswith("["):
        try:
            return [str(part) for part in json.loads(text)]
        except json.JSONDecodeError:
            pass
    return [part for part in text.split("|") if part]


def _refuse_other_answer(
    path: Path, line: int, item: str, accepted: tuple[str, ...], before: tuple[int, tuple[str, ...]]
) -> None:
    if accepted != before[1]:
        raise InputError(
            f"Item {item!r} has the answer {accepted[0]!r} here and {before[1][0]!r} in line {before[0]}.",
            file=path.name,
            line=line,
            remedy="Decide on one, or list both in the column 'accepted'.",
        )


def from_columns(gold_id: str, columns: Columns) -> GoldSet:
    """A gold set from its columns as texts (`accepted` as JSON lists)."""
    accepted = tuple(tuple(json.loads(text or "[]")) for text in columns["accepted"])
    edges = columns.get("edge_case")
    difficulty = columns.get("difficulty")
    count = len(accepted)
    nobody = Coded(np.full(count, -1, dtype=np.int32), ())
    return GoldSet(
        gold_id,
        LabelTable(Coded.from_text(columns["item_id"]), nobody, {"label": Coded.from_text(columns["label"])}),
        accepted,
        Coded.from_text(difficulty) if difficulty else None,
        np.asarray([_edge(text) for text in edges], dtype=np.int8) if edges else None,
        {name: Coded.from_text(texts) for name, texts in columns.items() if name not in ROLES},
    )


def _edge(text: str | None) -> int:
    word = (text or "").strip().lower()
    return 1 if word in TRUE else 0 if word in FALSE else -1


def gold_bytes(gold: GoldSet) -> bytes:
    """The gold set as canonical Parquet."""
    label = gold.labels.answers["label"]
    assert isinstance(label, Coded)
    columns: Columns = {
        "item_id": list(gold.item_ids),
        "label": label.text(),
        "accepted": [json.dumps(accepted, ensure_ascii=False) for accepted in gold.accepted],
        **{name: column.text() for name, column in gold.provenance.items()},
    }
    if gold.difficulty is not None:
        columns["difficulty"] = gold.difficulty.text()
    if gold.edge_case is not None:
        columns["edge_case"] = [{1: "true", 0: "false"}.get(edge) for edge in gold.edge_case.tolist()]
    buffer = io.BytesIO()
    with LabelWriter(buffer, list(columns), SCHEMA) as writer:
        writer.write(columns)
    return buffer.getvalue()


def gold_from(path: Path, gold_id: str) -> GoldSet:
    """The gold set that `gold_bytes` wrote."""
    return from_columns(gold_id, read_texts(path))
