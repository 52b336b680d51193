"""Linting gold, and warning when a vendor met gold before."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from vendoreval.gold.clues import Clue, Exposure
from vendoreval.gold.lint import lint, seen_before
from vendoreval.store.tables import CommitmentRow, ContractRow, DeliveryRow, ExposureRow, GoldRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.gold.golds import load_gold


def lint_gold(workspace: Workspace, gold_id: str, tasks: Path | str | None = None) -> dict[str, Any]:
    """What would give a gold set away, alone or beside the file of `tasks` among which it goes out.

    Raises NotFound, InputError when the tasks cannot be read.
    """
    from vendoreval.workflow.gold.seedings import read_tasks  # audits, which ask for exposures, read no tasks

    gold = load_gold(workspace, gold_id)
    rows = read_tasks(Path(tasks)) if tasks else None
    clues = lint(gold, rows, exposures(workspace, vendor_of(workspace, gold_id)))
    return {
        "schema": "vendoreval/gold-lint/1",
        "gold": gold_id,
        "items": len(set(gold.item_ids)),
        "tasks": None if rows is None else len(rows),
        "clues": [clue.to_json() for clue in clues],
    }


def vendor_of(workspace: Workspace, gold_id: str) -> str:
    """The vendor of the contract that a gold set belongs to; raises NotFound."""
    with workspace.read() as reader:
        contract = reader.require(GoldRow, gold_id, "gold set").contract_id
        return reader.all(ContractRow, id=contract)[-1].vendor_id


def exposures(workspace: Workspace, vendor_id: str, before: datetime | None = None) -> list[Exposure]:
    """The gold items that a vendor met, earlier than `before` if given, oldest first."""
    with workspace.read() as reader:
        rows = reader.all(ExposureRow, vendor_id=vendor_id)
    return [
        Exposure(
            row.gold_id, row.kind, row.at.isoformat(),
            frozenset(json.loads(workspace.objects.read(row.items_sha))),
        )
        for row in rows
        if before is None or row.at < before
    ]  # fmt: skip


def warnings_before_seeding(workspace: Workspace, gold_id: str) -> list[str]:
    """Sentences on what the vendor met already of a gold set that is about to go out."""
    return _sentences(workspace, gold_id, exposures(workspace, vendor_of(workspace, gold_id)))


def warnings_before_audit(workspace: Workspace, gold_id: str, received: datetime) -> list[str]:
    """Sentences on gold of which the vendor could know before it delivered at `received`.

    That the items were seeded is as it should be; that an audit used them before, or that their
    answers were revealed, is not.
    """
    earlier = exposures(workspace, vendor_of(workspace, gold_id), before=received)
    return _sentences(workspace, gold_id, [met for met in earlier if met.kind != "seeded"])


def deliveries_before_commitment(workspace: Workspace, gold_id: str) -> list[str]:
    """Sentences on deliveries under the gold's contract that came before its commitment; raises NotFound."""
    with workspace.read() as reader:
        contract = reader.require(GoldRow, gold_id, "gold set").contract_id
        committed = reader.require(CommitmentRow, gold_id, "commitment").committed_at
        rows = reader.all(DeliveryRow, contract_id=contract)
    early = sorted((row.received_at, row.id) for row in rows if row.received_at <= committed)
    return [
        f"Delivery {delivery} came before this commitment, on {at.date()}: nothing proves that the gold was "
        f"not fitted to its labels. A sample that experts label proves more: vendoreval audit tasks {delivery}"
        for at, delivery in early
    ]


def _sentences(workspace: Workspace, gold_id: str, met: list[Exposure]) -> list[str]:
    if not met:
        return []
    clues: tuple[Clue, ...] = tuple(seen_before(frozenset(load_gold(workspace, gold_id).item_ids), met))
    return [f"{clue.what} {clue.remedy}" for clue in clues]
