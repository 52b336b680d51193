"""The labels that were judged, held against those in the vendor's own files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vendoreval.audits.audit_input import AuditInput
from vendoreval.errors import EvidenceError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.opened_bundle import Findings
from vendoreval.evidence.sealed_parts import part_rows, sheet_rows
from vendoreval.labels.columns import Coded
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CONTEXT, LabelTable
from vendoreval.tasks.outcomes import CODE

Label = tuple[str | None, ...]  # item, annotator, label, time, then what else is told of it


def check_labels(seen: AuditInput, own: LabelTable, found: Findings) -> None:
    """The labels on the audited items are exactly those judged; raises EvidenceError naming one that is not."""
    if seen.gold is not None and seen.delivered is not None and seen.gold.shape.many:
        _check_parts(seen.gold.shape, seen.delivered, own, found)
        return
    kept = seen.by_label.take(np.flatnonzero(seen.by_label.outcome != CODE["missing"]))
    context = [name for name in CONTEXT if name in kept.context]
    judged = _counted(kept.item, kept.annotator, kept.delivered, kept.labelled_at, kept.context, context)
    answer = own.answers["label"]
    assert isinstance(answer, Coded)
    told = {name: getattr(own, name) for name in context}
    sent = _counted(own.item, own.annotator, answer, own.labelled_at, told, context)
    for label in sorted((judged - sent) + (sent - judged), key=str):
        item, annotator, answered = label[:3]
        more = judged[label] > sent[label]
        where = "the bundle but not in the files" if more else "the files but not in the bundle"
        raise EvidenceError(
            f"The label {answered!r} of annotator {annotator!r} on item {item!r} is in {where}."
        )
    found.fit(f"the {judged.total():,} labels judged are exactly those in the delivered files")


def _check_parts(shape: Shape, delivered: LabelTable, own: LabelTable, found: Findings) -> None:
    """The same for rows of boxes, spans and the like, and for the sheets they stand on."""
    judged, sent = (Counter(map(canonical, part_rows(labels, shape))) for labels in (delivered, own))
    for line in sorted((judged - sent) + (sent - judged)):
        row = json.loads(line)
        where = (
            "the bundle but not in the files"
            if judged[line] > sent[line]
            else "the files but not in the bundle"
        )
        raise EvidenceError(
            f"An answer of annotator {row['annotator_id']!r} on item {row['item_id']!r} is in {where}: "
            f"{row['answer']}."
        )
    _check_sheets(delivered, own, found)
    found.fit(f"the {judged.total():,} answers judged are exactly those in the delivered files")


def _check_sheets(delivered: LabelTable, own: LabelTable, found: Findings) -> None:
    """Who answered which item, and size and text of the item as far as the files tell them."""
    sheets, mine = (Counter(map(_pair, sheet_rows(labels))) for labels in (delivered, own))
    for item, person in sorted((sheets - mine) + (mine - sheets), key=str):
        raise EvidenceError(f"Whether {person!r} answered the item {item!r} is not what the files say.")
    told = {_pair(row): row for row in sheet_rows(own)}
    words: set[str] = set()
    for row in sheet_rows(delivered):
        fact = told[_pair(row)]
        for name in ("width", "height", "text"):
            if name in fact and row.get(name) != fact[name]:
                raise EvidenceError(f"The {name} of the item {row['item_id']!r} is not what the files say.")
            if name in row and name not in fact:
                words.add(row["item_id"])
    if words:
        found.open("sheets", f"size or text of {len(words):,} items: your files do not tell them")


def _pair(row: Mapping[str, Any]) -> tuple[Any, Any]:
    return row["item_id"], row["annotator_id"]


def _counted(
    item: Coded, annotator: Coded, label: Coded, times: Any, context: Mapping[str, Coded | None],
    names: Sequence[str],
) -> Counter[Label]:  # fmt: skip
    when = [None] * len(item) if times is None else np.datetime_as_string(times, unit="us").tolist()
    told = [column.text() for name in names if (column := context[name]) is not None]
    return Counter(zip(item.text(), annotator.text(), label.text(), when, *told, strict=True))
