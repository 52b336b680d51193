"""Paid pilots: tasks that go out, and what is known of them afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.contracts.terms import Contract
from vendoreval.gold.piloting import (
    FILLER,
    PARTS,
    PilotTask,
    kept_task,
)
from vendoreval.pilots.levels import findings, stricter
from vendoreval.pilots.pilot import Block, PilotPlan, plan_pilot
from vendoreval.questionnaires.answers import Answer, fold
from vendoreval.questionnaires.bank import CORE_BANK, Bank
from vendoreval.questionnaires.promises import claimed_figures
from vendoreval.questionnaires.worth import PilotFinding
from vendoreval.store.tables import PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.questionnaires.answer_log import given_answers


@dataclass(frozen=True)
class Sent:
    """A pilot as it went out."""

    row: PilotRow
    contract: Contract
    plan: PilotPlan
    tasks: tuple[PilotTask, ...]
    shown: tuple[str, ...]  # columns of the task lists beside the id


def load_row(workspace: Workspace, pilot_id: str) -> PilotRow:
    """The stored row; raises NotFound."""
    with workspace.read() as reader:
        return reader.require(PilotRow, pilot_id, "pilot")


def load_sent(workspace: Workspace, pilot_id: str) -> Sent:
    """A pilot as it went out, under the contract's version of then; raises NotFound."""
    row = load_row(workspace, pilot_id)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    kept = json.loads(workspace.objects.read(row.tasks_sha))
    tasks = tuple(kept_task(entry) for entry in kept["tasks"])
    items = len({task.item for task in tasks if task.block != FILLER})
    return Sent(
        row, contract, plan_pilot(contract, items, clause_id=kept["clause"]), tasks, tuple(kept["shown"])
    )


def list_pilots(workspace: Workspace, vendor: str = "") -> tuple[PilotRow, ...]:
    """All pilots, or a vendor's, oldest first."""
    with workspace.read() as reader:
        rows = sorted(reader.all(PilotRow), key=lambda row: (row.sent_at, row.id))
    if not vendor:
        return tuple(rows)
    return tuple(row for row in rows if load_contract(workspace, row.contract_id).vendor == vendor)


def latest_judged(workspace: Workspace, vendor: str) -> PilotRow | None:
    """The vendor's pilot that was judged last."""
    judged = [(row.judged_at, row.id, row) for row in list_pilots(workspace, vendor) if row.judged_at]
    return max(judged)[2] if judged else None


def judged_record(workspace: Workspace, row: PilotRow) -> dict[str, Any]:
    """The record `vendoreval/pilot/1` of a pilot that was judged."""
    record: dict[str, Any] = json.loads(workspace.objects.read(row.result_sha or ""))
    return record


def pilot_findings(
    workspace: Workspace, vendor: str, bank: Bank, answers: Mapping[str, Answer]
) -> dict[str, PilotFinding]:
    """What the vendor's latest pilot says of its answers; empty without one, or for a bank of the buyer's own.

    Figures are those of the day on which it was judged, unless the vendor promises more by now.
    """
    row = latest_judged(workspace, vendor)
    if row is None or row.judged_at is None or bank.id != CORE_BANK:
        return {}
    with workspace.read() as reader:
        given = given_answers(reader, vendor, bank)
    then = fold(answer for at, answer in given if at <= row.judged_at)
    figures = stricter(claimed_figures(bank, then), claimed_figures(bank, answers))
    return findings(judged_record(workspace, row), figures)


def sent_record(sent: Sent) -> dict[str, Any]:
    """The record `vendoreval/pilot-sent/1`."""
    row, count = sent.row, Counter(task.block for task in sent.tasks)
    parts = Counter(task.part for task in sent.tasks)
    return {
        "schema": "vendoreval/pilot-sent/1",
        "pilot": row.id,
        "vendor": sent.contract.vendor,
        "contract": row.contract_id,
        "contract_version": row.contract_version,
        "gold": row.gold_id,
        "clause": sent.plan.clause,
        "sent_at": row.sent_at.isoformat(),
        "due": row.due.isoformat(),
        "items": len({task.item for task in sent.tasks}),
        "tasks": len(sent.tasks),
        "shown": list(sent.shown),
        "parts": [{"part": part, "when": when, "tasks": parts[part]} for part, when in PARTS.items()],
        "blocks": [_block(block, count[block.name]) for block in sent.plan.blocks],
    }


def file_of(pilot_id: str, part: int) -> str:
    """The name of a part's task list; it tells the vendor nothing of what the part is for."""
    return f"{pilot_id}-part-{part}.csv"


def write_lists(workspace: Workspace, pilot_id: str, folder: Path) -> list[Path]:
    """Write a pilot's task lists once more, as they went out; raises NotFound."""
    kept = json.loads(workspace.objects.read(load_row(workspace, pilot_id).tasks_sha))
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for part, sha in sorted(kept["lists"].items()):
        written.append(folder / file_of(pilot_id, int(part)))
        write_whole(written[-1], workspace.objects.read(sha))
    return written


def _block(block: Block, tasks: int) -> dict[str, Any]:
    """A block as it went out: its power, where it has fewer tasks than planned."""
    return {
        "name": block.name, "tasks": tasks, "planned": block.tasks, "limit": float(block.limit),
        "critical": block.critical_at(tasks), "factor": block.factor,
        "power": block.power_at(tasks), "measures": list(block.measures),
    }  # fmt: skip
