"""Paid pilots: tasks that go out, and what is known of them afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from vendoreval.audits.pilot import ALPHA, Block, PilotPlan, plan_pilot
from vendoreval.contracts.business_days import add_business_days
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, InputError, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.piloting import PARTS, PilotTask, blocks_of, mix
from vendoreval.inference.power import critical_errors, power
from vendoreval.store.tables import CommitmentRow, ExposureRow, GoldRow, PilotRow, SeedRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, secret, slug
from vendoreval.workflow.contracts import load_contract
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold_lint import vendor_of, warnings_before_seeding
from vendoreval.workflow.golds import load_gold
from vendoreval.workflow.payload import shown
from vendoreval.workflow.seedings import tasks_csv

DAYS = 10  # business days that a vendor has for a pilot, unless a day is named
FILES = {1: "1-before-change.csv", 2: "2-after-change.csv", 3: "3-short-deadline.csv"}


@dataclass(frozen=True)
class Sent:
    """A pilot as it went out."""

    row: PilotRow
    contract: Contract
    plan: PilotPlan
    tasks: tuple[PilotTask, ...]


def send_pilot(
    workspace: Workspace,
    contract_id: str,
    gold_id: str,
    folder: Path,
    *,
    pilot_id: str = "",
    spare: int = 0,
    clause: str = "",
    payload: Path | None = None,
    due: date | None = None,
) -> dict[str, Any]:
    """Design a pilot, mix its tasks and write them to `folder`, one file a part; returns the record.

    Gold's column `block` says what an item is for (gold.piloting). `spare` is how many items go out (0: as
    many as the plan asks for): the main block is cut or grows to that number. `payload` is a row file with
    item_id and what the vendor shall see. Raises InputError, NotFound, Conflict, UsageError; nothing is
    kept then.
    """
    contract, gold = load_contract(workspace, contract_id), load_gold(workspace, gold_id)
    name, at = slug(pilot_id or f"pilot-{contract.vendor}", "pilot"), now()
    ends = due or add_business_days(at.date(), DAYS, contract.acceptance)
    if ends < at.date():
        raise UsageError(f"The pilot would have been due on {ends}.", remedy="Name a day to come.")
    _refuse_foreign(workspace, contract, gold_id)
    blocks, key = blocks_of(gold), secret()
    plan = plan_pilot(contract, spare or sum(map(len, blocks.values())), clause_id=clause)
    tasks = mix(blocks, _wanted(plan, spare), _choice(workspace, gold_id), key)
    rows = _rows(tasks, payload, gold)
    folder.mkdir(parents=True, exist_ok=True)
    listed = {part: tasks_csv(rows[part]) for part in PARTS if rows[part]}
    hidden = {"key": key.hex(), "items": {t.id: t.unit for t in tasks}, "gold": sorted(t.id for t in tasks)}
    kept = {"clause": plan.clause, "spare": spare, "tasks": [[t.id, t.item, t.block, t.part] for t in tasks]}
    warnings = warnings_before_seeding(workspace, gold_id)
    with workspace.write(actor(), at) as tx:
        if tx.get(PilotRow, name) or tx.get(SeedRow, name):
            raise Conflict(f"There is a pilot {name!r} already.", remedy="Give another id with --id.")
        for part, data in listed.items():
            write_whole(folder / FILES[part], data)  # killed now, it can be repeated
        put = workspace.objects.put_bytes
        tasks_sha, key_sha = put(canonical(kept)), put(canonical(hidden))
        met = put(canonical(sorted({task.item for task in tasks})))
        tx.add(
            SeedRow(id=name, gold_id=gold_id, tasks_sha=tasks_sha, key_sha=key_sha, rate="pilot", seeded_at=at)
        )
        tx.add(
            PilotRow(
                id=name, contract_id=contract.id, contract_version=contract.version, gold_id=gold_id,
                tasks_sha=tasks_sha, sent_at=at, due=ends,
            )
        )  # fmt: skip
        tx.add(ExposureRow(gold_id=gold_id, vendor_id=contract.vendor, kind="seeded", items_sha=met, at=at))
        tx.event("pilot.sent", name, {"contract": contract.id, "gold": gold_id, "tasks": tasks_sha})
    sent = Sent(load_row(workspace, name), contract, plan, tasks)
    notes = [*warnings, *_notes(workspace, sent, payload)]
    return {**sent_record(sent), "files": [str(folder / FILES[part]) for part in listed], "notes": notes}


def load_row(workspace: Workspace, pilot_id: str) -> PilotRow:
    """The stored row; raises NotFound."""
    with workspace.read() as reader:
        return reader.require(PilotRow, pilot_id, "pilot")


def load_sent(workspace: Workspace, pilot_id: str) -> Sent:
    """A pilot as it went out, under the contract's version of then; raises NotFound."""
    row = load_row(workspace, pilot_id)
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    kept = json.loads(workspace.objects.read(row.tasks_sha))
    tasks = tuple(PilotTask(*entry) for entry in kept["tasks"])
    items = len({task.item for task in tasks})
    return Sent(row, contract, plan_pilot(contract, items, clause_id=kept["clause"]), tasks)


def list_pilots(workspace: Workspace, vendor: str = "") -> tuple[PilotRow, ...]:
    """All pilots, or a vendor's, oldest first."""
    with workspace.read() as reader:
        rows = sorted(reader.all(PilotRow), key=lambda row: (row.sent_at, row.id))
    if not vendor:
        return tuple(rows)
    return tuple(row for row in rows if load_contract(workspace, row.contract_id).vendor == vendor)


def latest_judged(workspace: Workspace, vendor: str) -> dict[str, Any] | None:
    """The record `vendoreval/pilot/1` of the vendor's pilot that was judged last."""
    judged = [(row.judged_at, row.id, row) for row in list_pilots(workspace, vendor) if row.judged_at]
    if not judged:
        return None
    row = max(judged)[2]
    record: dict[str, Any] = json.loads(workspace.objects.read(row.result_sha or ""))
    return record


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
        "parts": [{"part": part, "when": when, "tasks": parts[part]} for part, when in PARTS.items()],
        "blocks": [_block(block, count[block.name]) for block in sent.plan.blocks],
    }


def _block(block: Block, tasks: int) -> dict[str, Any]:
    """A block as it went out: its power, where it has fewer tasks than planned."""
    reached = power(tasks, block.limit, ALPHA, block.factor) if tasks else 0.0
    return {
        "name": block.name, "tasks": tasks, "planned": block.tasks, "limit": float(block.limit),
        "critical": critical_errors(tasks, block.limit, ALPHA) if tasks else 0, "factor": block.factor,
        "power": reached, "measures": list(block.measures),
    }  # fmt: skip


def _choice(workspace: Workspace, gold_id: str) -> bytes:
    """What the draw of items hangs on: the gold itself, the same for all vendors that get it."""
    with workspace.read() as reader:
        return bytes.fromhex(reader.require(GoldRow, gold_id, "gold set").table_sha)


def _refuse_foreign(workspace: Workspace, contract: Contract, gold_id: str) -> None:
    owner = vendor_of(workspace, gold_id)
    if owner != contract.vendor:
        raise UsageError(
            f"The gold set {gold_id!r} belongs to a contract with {owner}.",
            remedy="Add the same file once more, for this contract.",
        )


def _wanted(plan: PilotPlan, spare: int) -> dict[str, int]:
    """Tasks of each block; where the buyer has fewer items or more, the main block gives way or grows."""
    wanted = {block.name: block.tasks for block in plan.blocks}
    main = plan.blocks[0]
    if spare:
        wanted[main.name] = max(main.tasks + spare - plan.items, 0)
    return wanted


def _rows(
    tasks: Sequence[PilotTask], payload: Path | None, gold: GoldSet
) -> Mapping[int, list[dict[str, str]]]:
    seen = shown(payload, sorted({task.item for task in tasks}))
    _refuse_answers(seen, gold, payload)
    return {
        part: [{"task_id": task.id, **seen[task.item]} for task in tasks if task.part == part] for part in PARTS
    }


def _refuse_answers(seen: Mapping[str, Mapping[str, str]], gold: GoldSet, payload: Path | None) -> None:
    """A column that holds gold's answers must not go out."""
    right = {item: accepted[0] for item, accepted in zip(gold.item_ids, gold.accepted, strict=True)}
    for column in next(iter(seen.values()), {}):
        if len(set(right.values())) > 1 and all(row[column] == right[item] for item, row in seen.items()):
            raise InputError(
                f"The column {column!r} holds the answers of gold.", file=str(payload), remedy="Leave it out."
            )


def _notes(workspace: Workspace, sent: Sent, payload: Path | None) -> list[str]:
    with workspace.read() as reader:
        committed = reader.get(CommitmentRow, sent.row.gold_id)
    notes = []
    if committed is None:
        notes.append("Gold is not committed to: nothing will prove that it stood before. See `gold commit`.")
    if payload is None:
        notes.append(
            "The tasks name the items, so repeats are easy to see. --payload FILE shows other columns."
        )
    count = Counter(task.block for task in sent.tasks)
    for block in sent.plan.blocks:
        tasks = count[block.name]
        if not tasks:
            notes.append(f"No item of the block {block.name}: it is not judged.")
        elif tasks < block.tasks:
            found = 100 * power(tasks, block.limit, ALPHA, block.factor)
            notes.append(
                f"{block.name}: {tasks:,} tasks of the {block.tasks:,} planned find {block.factor:g} times "
                f"the misses allowed with a chance of {found:.0f} %."
            )
    return notes
