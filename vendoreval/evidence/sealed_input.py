"""What an audit looked at, as files: sealed gold, sealed labels, and the totals around them.

Outcomes are not among them: whoever reads the files pairs gold and labels again, by the same `judge`
that the audit used. So nobody can call a right answer wrong, count an error twice, or add one.

    gold.jsonl       each gold item used: the record that was committed to, its place and its salt; `amended`
                     holds the answers that stand beside it since gold was found wrong
    labels.jsonl     each delivered label on these items, in the order of the delivery
    sheets.jsonl     who answered which item, where answers are any number of labels (evidence.sealed_parts)
    agreement.jsonl  the tally of all labels, or sums of their distances, where a clause is about agreement
    tasks.json       under which task id an item was sent, where gold was mixed into tasks
    frame.json       the delivery's totals, and what else the audit was told
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vendoreval.audits.active_draw import ActiveDraw
from vendoreval.audits.audit_input import AuditInput
from vendoreval.contracts.terms import Contract, Task
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.commitments import Opened
from vendoreval.evidence.json_lines import joined, lines, read_blocks, read_lines, text_column
from vendoreval.evidence.older_input import read_older
from vendoreval.evidence.sealed_gold import SealedGold, gold_lines
from vendoreval.evidence.sealed_parts import SHEETS, part_rows, read_parts, sheet_rows
from vendoreval.gold.goldset import GoldSet
from vendoreval.inference.spread import Spread
from vendoreval.inference.tally import Tally
from vendoreval.labels.columns import Coded, Codes
from vendoreval.labels.shapes import SHAPES, Shape
from vendoreval.labels.table import CONTEXT, LabelTable
from vendoreval.tasks.judged import judge
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import CODE, Outcomes

Moments = np.ndarray[Any, np.dtype[np.datetime64]]
FRAME = "vendoreval/frame/2"
_ROWS = 1 << 15  # moments written at a time
GOLD, LABELS = "gold.jsonl", "labels.jsonl"
# The fields of frame.json beside the schema and the day of receipt; sets are written in text order.
_PLAIN = (
    "items", "labels", "sent_known", "seed", "seed_from", "drawn", "most_units", "planned_items",
    "earlier_items", "gold_committed",
)  # fmt: skip
_MAPPINGS = ("inspections", "strata", "stratum_sizes", "settled", "looks_before")
_SETS = ("adjudicated", "known_items")
_TOTALS = ("sheets", "most_sheets", "objects", "most_time", "most_characters")  # of several units an item
_PAIRS = ("gold_checked", "answered_twice")


def input_files(seen: AuditInput, received: str, places: Sequence[Opened] = ()) -> dict[str, bytes]:
    """The files of `seen`. `places` are its gold records as they were committed to, where they were."""
    if seen.gold is None:
        raise ValueError("an input that was read from an older bundle is not sealed again")
    files = {
        "frame.json": canonical(_frame(seen, received)),
        GOLD: gold_lines(seen.gold, places),
        **_label_files(seen, seen.gold.shape),
    }
    if seen.task_ids:
        files["tasks.json"] = canonical(dict(seen.task_ids))
    if seen.agreement is not None:
        files["agreement.jsonl"] = lines(seen.agreement.rows())
    return files


def read_input(
    files: Mapping[str, bytes], contract: Contract, sealed: SealedGold | None = None
) -> tuple[AuditInput, str]:
    """The audit's input as sealed, judged again under `contract`, and the day of receipt.

    `sealed`: what gold.jsonl holds, where it is read already.
    """
    if GOLD not in files:
        return read_older(files, contract.task.classes)
    frame = json.loads(files["frame.json"])
    if frame.get("schema") != FRAME:
        raise ValueError(f"frame.json has the schema {frame.get('schema')!r}")
    shape = SHAPES[contract.task.type]
    gold = (SealedGold(files[GOLD], shape) if sealed is None else sealed).gold
    labels = read_parts(files, files[LABELS], gold) if shape.many else _read_labels(files[LABELS], gold)
    judged = judge(gold, labels, contract.task)
    seen = AuditInput(
        judged.units, judged.by_label, len(gold), frame["items"], frame["labels"],
        edge_items=gold.edge_items, ties=judged.ties, gold=gold,
        task_ids=json.loads(files.get("tasks.json", b"{}")),
        agreement=_agreement(files, contract.task),
        earlier_audits=tuple(frame["earlier_audits"]), sent_items=frame.get("sent_items", 0),
        delivered=labels, rework_of=frame.get("rework_of", ""), left_out=frame.get("left_out", {}),
        active=ActiveDraw.from_json(frame["active"]) if "active" in frame else None,
        **{name: frame[name] for name in _TOTALS if name in frame},
    )  # fmt: skip
    told = {name: frame[name] for name in (*_PLAIN, *_MAPPINGS)}
    told |= {name: frozenset(frame[name]) for name in _SETS}
    told |= {name: tuple(frame[name]) for name in _PAIRS}
    return replace(seen, **told), frame["received"]


def _frame(seen: AuditInput, received: str) -> dict[str, Any]:
    return {
        "schema": FRAME,
        "received": received,
        **{name: getattr(seen, name) for name in _PLAIN},
        **{name: dict(getattr(seen, name)) for name in _MAPPINGS},
        **{name: sorted(getattr(seen, name)) for name in _SETS},
        **{name: list(getattr(seen, name)) for name in _PAIRS},
        "earlier_audits": [dict(one) for one in seen.earlier_audits],
        "sent_items": seen.sent_items,
        **({name: getattr(seen, name) for name in _TOTALS if _told(seen, name)} if seen.sheets else {}),
        **({"rework_of": seen.rework_of, "left_out": dict(seen.left_out)} if seen.rework_of else {}),
        **({"active": seen.active.to_json()} if seen.active else {}),
    }


def _told(seen: AuditInput, name: str) -> bool:
    return name in ("sheets", "most_sheets", "objects") or getattr(seen, name) > 0


def _label_files(seen: AuditInput, shape: Shape) -> dict[str, bytes]:
    if not shape.many:
        return {LABELS: _label_lines(seen.by_label)}
    if seen.delivered is None:
        raise ValueError("the labels that were judged are not known")
    return {LABELS: lines(part_rows(seen.delivered, shape)), SHEETS: lines(sheet_rows(seen.delivered))}


def _label_lines(labels: Outcomes) -> bytes:
    kept = labels.take(np.flatnonzero(labels.outcome != CODE["missing"]))
    columns: dict[str, Iterable[str]] = {
        "item_id": text_column(kept.item), "annotator_id": text_column(kept.annotator),
        "label": text_column(kept.delivered),
        **{name: text_column(column) for name, column in kept.context.items() if name in CONTEXT},
    }  # fmt: skip
    if kept.labelled_at is not None:
        columns["labelled_at"] = (
            "null" if text == "NaT" else f'"{text}"'
            for part in np.array_split(kept.labelled_at, len(kept) // _ROWS + 1)
            for text in np.datetime_as_string(part, unit="us").tolist()
        )  # fmt: skip
    return joined(columns)


class _Column:
    """A text column that grows; codes in order of first appearance."""

    def __init__(self) -> None:
        self._known: dict[str | None, int] = {None: -1}
        self._codes: list[Codes] = []

    def add(self, texts: Sequence[str | None]) -> None:
        known = self._known
        for text in dict.fromkeys(texts):
            known.setdefault(text, len(known) - 1)
        self._codes.append(np.fromiter(map(known.__getitem__, texts), dtype=np.int32, count=len(texts)))

    def coded(self) -> Coded:
        _, *values = self._known
        if not all(isinstance(value, str) for value in values):
            raise ValueError("a label holds something that is no text")
        return Coded(np.concatenate([np.empty(0, np.int32), *self._codes]), tuple(map(str, values)))


def _read_labels(data: bytes, gold: GoldSet) -> LabelTable:
    """The labels, held as integer codes while they are read, so that memory stays small."""
    first = next(read_lines(data), {})
    names = ("item_id", "annotator_id", "label", *(name for name in CONTEXT if name in first))
    columns = {name: _Column() for name in names}
    times: list[Moments] | None = [] if "labelled_at" in first else None
    for rows in read_blocks(data):
        for name, column in columns.items():
            column.add([row[name] for row in rows])
        if times is not None:
            times.append(_moments([row["labelled_at"] for row in rows]))
    coded = {name: column.coded() for name, column in columns.items()}
    item = coded["item_id"].recode(gold.item_ids)
    if (item.codes < 0).any():
        stray = coded["item_id"].text()[int(np.flatnonzero(item.codes < 0)[0])]
        raise ValueError(f"a label on {stray!r}, which is no gold item")
    return LabelTable(
        item, coded["annotator_id"], {"label": coded["label"]},
        labelled_at=None if times is None else np.concatenate(times),
        stage=coded.get("stage"), guideline_version=coded.get("guideline_version"),
        source=coded.get("source"), flagged=coded.get("flagged"), shown=coded.get("shown"),
    )  # fmt: skip


def _moments(texts: Sequence[str | None]) -> Moments:
    return np.asarray(["NaT" if text is None else text for text in texts], dtype="datetime64[us]")


def _agreement(files: Mapping[str, bytes], task: Task) -> Tally | Spread | None:
    rows = files.get("agreement.jsonl")
    if rows is None:
        return None
    if task_type(task.type).shape.many:
        return Spread.from_rows(read_lines(rows))
    return Tally.from_rows(read_lines(rows), task.classes)
