"""Escalated items of a delivery: the register of questions, flagged labels, and how long answers took."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vendoreval.contracts.business_days import business_days_between
from vendoreval.contracts.terms import Contract
from vendoreval.engines.items import has_flags, item_ids, items_asked_about
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.intake.escalation_rows import Register, read_register
from vendoreval.formats.readers.columns_map import parse_pairs
from vendoreval.labels.escalations import SIDES, AnswerTimes, Escalated, Escalation, answer_times, escalated
from vendoreval.store.tables import DeliveryRow, RegisterRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.files import read_bytes
from vendoreval.workflow.gold.seedings import task_ids

_LISTED = 20  # open questions that are listed


@dataclass(frozen=True)
class Escalations:
    """What is known of a delivery's escalated items.

    `counted` is None where nothing could be escalated: no class for "cannot tell", no flag, no register.
    """

    delivery: str
    register: tuple[Escalation, ...]
    counted: Escalated | None
    times: tuple[AnswerTimes, ...]


def take_register(
    workspace: Workspace, delivery_id: str, file: Path, *, mapping: Sequence[str] = (), fmt: str | None = None
) -> dict[str, Any]:
    """Take a register of questions in; a later one replaces an earlier one, which is kept.

    Raises NotFound, InputError for a file without a usable row.
    """
    row, at = delivery_row(workspace, delivery_id), now()
    intake = json.loads(workspace.objects.read(row.intake_sha))
    made = read_register(
        file, items=item_ids(workspace.objects.path(row.table_sha)), mapping=parse_pairs(mapping, "--map"),
        task_ids=task_ids(workspace, intake["seeding"]) if intake.get("seeding") else None, fmt=fmt, until=at,
    )  # fmt: skip
    with workspace.write(actor(), at) as tx:
        keep_register(tx, workspace, delivery_id, made, file, at)
    return _record(workspace, row, made)


def keep_register(
    tx: Transaction, workspace: Workspace, delivery: str, made: Register, file: Path, at: datetime
) -> str:
    """Record a register in a transaction that is open; returns the hash under which it is kept."""
    put = workspace.objects.put_bytes
    register, source = put(canonical([_plain(one) for one in made.entries])), put(read_bytes(file, "memory"))
    tx.add(RegisterRow(delivery_id=delivery, register_sha=register, source_sha=source, actor=actor(), at=at))
    said = {"register": register, "questions": len(made.entries), "refused": len(made.refusals)}
    tx.event("delivery.register", delivery, said, delivery)
    return register


def show_register(workspace: Workspace, delivery_id: str) -> dict[str, Any]:
    """The record of a delivery's escalated items; raises NotFound."""
    return _record(workspace, delivery_row(workspace, delivery_id))


def escalations_of(workspace: Workspace, row: DeliveryRow) -> Escalations:
    """The register, the escalated items and the answer times of a delivery."""
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    register = stored_register(workspace, row.id)
    path, counted = workspace.objects.path(row.table_sha), None
    if register or _can_ask(contract, path):
        counted = escalated(row.items, items_asked_about(path, contract.task.is_unsure), register)
    today = now().date()
    times = tuple(answer_times(register, side, contract.acceptance, today) for side in SIDES)
    return Escalations(row.id, register, counted, times)


def stored_register(workspace: Workspace, delivery_id: str) -> tuple[Escalation, ...]:
    """The latest register of a delivery; empty where there is none."""
    with workspace.read() as reader:
        rows = reader.all(RegisterRow, delivery_id=delivery_id)
    if not rows:
        return ()
    return read_kept(workspace, max(rows, key=lambda one: one.seq or 0).register_sha)


def read_kept(workspace: Workspace, sha: str) -> tuple[Escalation, ...]:
    """The register that is kept under a hash."""
    return tuple(_entry(plain) for plain in json.loads(workspace.objects.read(sha)))


def _can_ask(contract: Contract, path: Path) -> bool:
    """Whether annotators had a way to ask: a class for it, or a flag beside the label."""
    return bool(contract.task.ways_to_ask) or has_flags(path)


def _plain(one: Escalation) -> dict[str, Any]:
    times = {name: when.isoformat() if when else None for name, when in _times(one).items()}
    return {**vars(one), **times}


def _times(one: Escalation) -> dict[str, datetime | None]:
    return {"asked_at": one.asked_at, "answered_at": one.answered_at}


def _entry(plain: dict[str, Any]) -> Escalation:
    asked, answered = (
        datetime.fromisoformat(plain[name]) if plain[name] else None for name in ("asked_at", "answered_at")
    )
    return Escalation(**{**plain, "asked_at": asked, "answered_at": answered})


def _record(workspace: Workspace, row: DeliveryRow, made: Register | None = None) -> dict[str, Any]:
    found = escalations_of(workspace, row)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    today = now().date()
    waiting = sorted(
        (one for one in found.register if one.answered_at is None), key=lambda one: (one.asked_at, one.item_id)
    )
    versions = Counter(one.guideline_version for one in found.register if one.guideline_version)
    return {
        "schema": "vendoreval/escalations/1",
        "delivery": row.id,
        "questions": len(found.register),
        "decided": sum(bool(one.decision) for one in found.register),
        "escalated": {**vars(found.counted), "share": found.counted.share} if found.counted else None,
        "times": [times.to_json() for times in found.times],
        "open": [
            {
                "item_id": one.item_id, "asked_by": one.asked_by, "asked_at": one.asked_at.isoformat(),
                "question": one.question,
                "business_days": business_days_between(one.asked_at.date(), today, contract.acceptance),
            }
            for one in waiting[:_LISTED]
        ],
        "guideline_versions": dict(sorted(versions.items())),
        "refusals": [asdict(refusal) for refusal in made.refusals] if made else [],
        "notes": list(made.notes) if made else [],
    }  # fmt: skip
