"""Sending a paid pilot: what may go out, what goes out, and what the buyer should know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from vendoreval.contracts.business_days import add_business_days
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.piloting import (
    AFTER,
    AMBIGUOUS,
    BEFORE,
    FILLER,
    MAIN,
    PARTS,
    REPEATS,
    SURGE,
    SURGED,
    PilotTask,
    blocks_of,
    mix,
)
from vendoreval.pilots.pilot import POWER, plan_pilot, surge_share, tasks_wanted
from vendoreval.store.tables import CommitmentRow, DeliveryRow, ExposureRow, GoldRow, PilotRow, SeedRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now, secret, slug
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.task_files import list_bytes
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.gold.gold_lint import exposures
from vendoreval.workflow.gold.golds import load_gold
from vendoreval.workflow.gold.payload import further, hints, shown
from vendoreval.workflow.pilots.pilots import Sent, file_of, list_pilots, load_row, sent_record

DAYS = 10  # business days that a vendor has for a pilot, unless a day is named


def send_pilot(
    workspace: Workspace,
    contract_id: str,
    gold_id: str,
    folder: Path | None,
    *,
    pilot_id: str = "",
    items: int = 0,
    clause: str = "",
    payload: Path | None = None,
    due: date | None = None,
) -> dict[str, Any]:
    """Design a pilot, mix its tasks and write them to `folder` (None: its id), one file a part; returns
    the record.

    Gold's column `block` says what an item is for (gold.piloting). `items` is how many go out (0: as many as
    the plan asks for): the last part and then the main block give way, or main grows. Items that the vendor
    met before stay at home. `payload` is a row file with item_id and what the vendor shall see. Raises
    InputError, NotFound, Conflict, UsageError; nothing is kept then.
    """
    contract, gold = load_contract(workspace, contract_id), load_gold(workspace, gold_id)
    name, at = slug(pilot_id or f"pilot-{contract.vendor}", "pilot"), now()
    folder = folder or Path(name)
    ends = due or add_business_days(at.date(), DAYS, contract.acceptance)
    if ends < at.date():
        raise UsageError(f"The pilot would have been due on {ends}.", remedy="Name a day to come.")
    if gold.shape.many:
        raise UsageError(
            f"Pilots are judged answer by answer, and {contract.task.type} have any number of parts an item.",
            remedy="Send items with `vendoreval gold seed`, take them in and run an audit.",
        )
    _refuse_unfit(workspace, contract, gold_id)
    there = _unmet(workspace, contract, gold)
    plan = plan_pilot(contract, items or sum(map(len, there.values())), clause_id=clause)
    key = secret()
    wanted = tasks_wanted(plan, {block: len(listed) for block, listed in there.items()}, items)
    others = further(payload, gold.item_ids)
    tasks = mix(there, wanted, _choice(workspace, gold_id), key, others)
    _refuse_silent(contract, tasks)
    rows, guessed = _rows(tasks, payload, gold)
    made = {part: list_bytes(rows[part]) for part in PARTS if rows[part]}
    columns = tuple(name for name in rows[BEFORE][0] if name != "task_id")
    out = _Outgoing(name, contract, gold_id, plan.clause, tasks, columns, made, key, at, ends)
    row = _keep(workspace, out, folder)
    sent = Sent(row, contract, plan, tasks, columns)
    notes = [*_notes(workspace, sent, len(gold) - sum(map(len, there.values())), items), *guessed]
    if payload is None:
        notes.append(
            "The tasks name the items, so repeats are easy to see. --payload FILE shows other columns."
        )
    return {**sent_record(sent), "files": [str(folder / file_of(name, part)) for part in made], "notes": notes}


@dataclass(frozen=True)
class _Outgoing:
    """A pilot that is about to go out: its columns beside the id, and its task lists by part."""

    name: str
    contract: Contract
    gold: str
    clause: str
    tasks: tuple[PilotTask, ...]
    shown: tuple[str, ...]
    lists: Mapping[int, bytes]
    key: bytes
    at: datetime
    due: date


def _keep(workspace: Workspace, out: _Outgoing, folder: Path) -> PilotRow:
    """Write the task lists and record the pilot; raises Conflict when its id is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    put = workspace.objects.put_bytes
    hidden = {
        "key": out.key.hex(),
        "items": {t.id: t.unit for t in out.tasks},
        "gold": sorted(t.id for t in out.tasks if t.block != FILLER),
    }
    with workspace.write(actor(), out.at) as tx:
        if any(tx.get(table, out.name) for table in (PilotRow, SeedRow, DeliveryRow)):
            raise Conflict(
                f"There is a pilot {out.name!r} already, or a delivery or seeding of that name.",
                remedy="Give another id with --id.",
            )
        for part, data in out.lists.items():
            write_whole(folder / file_of(out.name, part), data)  # killed now, it can be repeated
        kept = {
            "clause": out.clause, "shown": list(out.shown),
            "tasks": [[task.id, task.item, task.block, task.part] for task in out.tasks],
            "lists": {str(part): put(data) for part, data in out.lists.items()},
        }  # fmt: skip
        tasks_sha, key_sha = put(canonical(kept)), put(canonical(hidden))
        met = put(canonical(sorted({task.item for task in out.tasks if task.block != FILLER})))
        vendor, gold = out.contract.vendor, out.gold
        tx.add(
            SeedRow(id=out.name, gold_id=gold, tasks_sha=tasks_sha, key_sha=key_sha, rate="", seeded_at=out.at)
        )
        row = PilotRow(
            id=out.name, contract_id=out.contract.id, contract_version=out.contract.version, gold_id=gold,
            tasks_sha=tasks_sha, sent_at=out.at, due=out.due,
        )  # fmt: skip
        tx.add(row)
        tx.add(ExposureRow(gold_id=gold, vendor_id=vendor, kind="seeded", items_sha=met, at=out.at))
        said = {
            "contract": out.contract.id, "version": out.contract.version, "gold": gold,
            "tasks": tx.sealed(tasks_sha), "key": tx.sealed(key_sha), "exposed": tx.sealed(met),
            "due": out.due.isoformat(),
        }  # fmt: skip
        tx.event("pilot.sent", out.name, said, out.name)
    return load_row(workspace, out.name)


def _choice(workspace: Workspace, gold_id: str) -> bytes:
    """What the draw of items hangs on: the gold itself, the same for all vendors that get it."""
    with workspace.read() as reader:
        return bytes.fromhex(reader.require(GoldRow, gold_id, "gold set").table_sha)


def _refuse_unfit(workspace: Workspace, contract: Contract, gold_id: str) -> None:
    """Gold must belong to the contract, not be retired, and be committed to before anything goes out."""
    with workspace.read() as reader:
        row = reader.require(GoldRow, gold_id, "gold set")
        committed = reader.get(CommitmentRow, gold_id)
    if row.contract_id != contract.id:
        raise UsageError(
            f"The gold set {gold_id!r} belongs to the contract {row.contract_id!r}.",
            remedy="Add the same file once more, for this contract.",
        )
    if row.retired_at:
        raise UsageError(f"The gold set {gold_id!r} is retired.", remedy="Take fresh gold.")
    if committed is None:
        raise UsageError(
            f"The gold set {gold_id!r} is not committed to, so nothing would prove that it stood before.",
            remedy=f"Say first: vendoreval gold commit {gold_id}",
        )


def _unmet(workspace: Workspace, contract: Contract, gold: GoldSet) -> dict[str, tuple[str, ...]]:
    """The gold items by block that the vendor has not met; raises UsageError when no main item is left."""
    met = {item for exposure in exposures(workspace, contract.vendor) for item in exposure.items}
    blocks = blocks_of(gold)
    left = {block: tuple(item for item in items if item not in met) for block, items in blocks.items()}
    if blocks[MAIN] and not left[MAIN]:
        raise UsageError(
            f"{contract.vendor} has met every main item of the gold set {gold.id!r}.", remedy="Take fresh gold."
        )
    return left


def _refuse_silent(contract: Contract, tasks: Sequence[PilotTask]) -> None:
    """Whoever sends items without an answer must offer a way to say so."""
    if not contract.task.ways_to_ask and any(task.block == AMBIGUOUS for task in tasks):
        raise UsageError(
            "The gold holds ambiguous items, and the contract offers no answer by which to ask.",
            remedy='Name a class for it in the contract: unsure = ["cannot tell"]; or leave these items out.',
        )


def _rows(
    tasks: Sequence[PilotTask], payload: Path | None, gold: GoldSet
) -> tuple[dict[int, list[dict[str, str]]], list[str]]:
    """The lines of each part, and what they let guess; raises InputError for what they would tell."""
    seen = shown(payload, sorted({task.item for task in tasks}))
    guessed = []
    if payload:
        blocks = {task.item: task.block for task in tasks if task.block not in (REPEATS, SURGE, FILLER)}
        blocks |= {task.item: MAIN for task in tasks if task.block == SURGE}
        guessed = hints(payload, {item: seen[item] for item in blocks}, gold.answer_texts, blocks)
    return {
        part: [{"task_id": task.id, **seen[task.item]} for task in tasks if task.part == part] for part in PARTS
    }, guessed


def _notes(workspace: Workspace, sent: Sent, met: int, items: int) -> list[str]:
    notes = []
    earlier = [row.id for row in list_pilots(workspace, sent.contract.vendor) if row.id != sent.row.id]
    if earlier:
        notes.append(
            f"This is pilot {len(earlier) + 1} of {sent.contract.vendor}: with each further one, chance alone "
            "is likelier to bring a good result. Reports say how many there were."
        )
    if met:
        notes.append(f"{met:,} gold items that {sent.contract.vendor} met before stay at home.")
    out = len({task.item for task in sent.tasks if task.block != FILLER})
    if out < items:
        notes.append(f"{items:,} items were asked for; the gold has {out:,} that could go out.")
    count = Counter(task.block for task in sent.tasks)
    notes += _of_surge(sent, count)
    for block in sent.plan.blocks:
        tasks = count[block.name]
        if not tasks:
            notes.append(f"No item of the block {block.name}: it is not judged.")
        elif tasks < block.tasks or block.power < POWER:
            found = 100 * block.power_at(tasks)
            notes.append(
                f"{block.name}: {tasks:,} tasks of the {block.tasks:,} planned find {block.factor:g} times "
                f"the misses allowed with a chance of {found:.0f} %."
            )
    return notes


def _of_surge(sent: Sent, count: Mapping[str, int]) -> list[str]:
    """How much gold the surge has, and how many of the calm part's hours it gets."""
    said, parts = [], Counter(task.part for task in sent.tasks)
    if count[SURGE] < sent.plan.surge:
        said.append(f"The surge has {count[SURGE]:,} gold items; {sent.plan.surge:,} were planned.")
    if count[SURGE]:
        time = 100 * float(surge_share(parts[SURGED], parts[AFTER]))
        said.append(
            f"The surge, part {SURGED}, has {parts[SURGED]:,} tasks to the {parts[AFTER]:,} of part {AFTER}: "
            f"twice the work in half the time leaves it {time:.0f} % of the hours that part {AFTER} took. Note "
            "when you hand the parts over."
        )
    return said
