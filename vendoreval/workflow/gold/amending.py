"""Amending gold: the right answer of one item is put beside the wrong one, and all that follows is done."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.task_types import TASK_TYPES
from vendoreval.contracts.terms import Contract
from vendoreval.engines.gold_parts import gold_parts
from vendoreval.errors import Conflict, InputError, NotFound, UsageError
from vendoreval.formats.writers.gold_answers import gold_from
from vendoreval.gold.amending import Answer, delivered_answer, not_there
from vendoreval.labels.notation import Classes
from vendoreval.labels.shapes import SHAPES
from vendoreval.store.tables import GoldRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.amended_gold import Effects, carry_out, effects
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.named_files import named_files
from vendoreval.workflow.gold.amendments import Amendment, amendments, store_amendment
from vendoreval.workflow.gold.golds import committed_gold, load_gold
from vendoreval.workflow.gold.reading import GoldReading, read_gold_files

_TOO_MANY = 0.05  # of a set's items; gold that is wrong so often judges nobody


@dataclass(frozen=True)
class Right:
    """Where the right answer comes from: a text with `also` accepted ones, a file, what was delivered, or
    `nothing` on the item; `reading` says how the file is read."""

    answer: str = ""
    also: Sequence[str] = ()
    file: Path | None = None
    delivered: bool = False
    nothing: bool = False
    reading: GoldReading = field(default_factory=GoldReading)


def amend_gold(
    workspace: Workspace, gold_id: str, item: str, right: Right, *, reason: str, by: str = "",
    claim_id: str = "", line: int = 0, dry_run: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Amend the answer of a gold item, judge its audits again and strike lines that are right now.

    Nothing is overwritten; with `dry_run` nothing is changed. Repeated, it finishes what was cut short. Raises
    NotFound, UsageError for an answer that may not be, InputError with file and line, Conflict where the answer
    counts as right already.
    """
    if not reason.strip():
        raise UsageError("Why was the answer wrong?", remedy="Say it with --reason.")
    with workspace.read() as reader:
        contract_id = reader.require(GoldRow, gold_id, "gold set").contract_id
    contract = load_contract(workspace, contract_id)
    shown = _line(workspace, gold_id, claim_id, line)
    item = item or (shown[1].item if shown else "")
    record = _record(workspace, gold_id, item)
    if shown and shown[1].item != item:
        raise UsageError(f"Line {line} of claim {claim_id!r} is on item {shown[1].item!r}, not {item!r}.")
    answers = _answers(contract, gold_id, item, right, shown)
    added = not_there(record, answers)
    made = amendments(workspace, gold_id)
    new = Amendment(
        gold_id, item, tuple(added), reason.strip(), by or actor(), now(), claim_id, line, len(made) + 1
    )
    if not added:
        return _finish(workspace, new, made, dry_run=dry_run)
    if dry_run:
        return _told(workspace, new, effects(workspace, gold_id, (*made, new)), dry_run=True)
    with workspace.write(actor(), new.at) as tx:
        store_amendment(workspace, tx, new)
    return _told(workspace, new, carry_out(workspace, gold_id, amendments(workspace, gold_id)))


def _finish(
    workspace: Workspace, new: Amendment, made: Sequence[Amendment], *, dry_run: bool
) -> dict[str, Any]:
    """What an earlier command left undone; Conflict where there is nothing of it."""
    last = next((one for one in reversed(made) if one.item == new.item), None)
    left = effects(workspace, new.gold, made)
    if last is None or not left:
        raise Conflict(
            f"That is a right answer of {new.item!r} already; an amendment adds one and takes none away.",
            remedy="To narrow what counts as right, add the corrected gold as a new set for work to come.",
        )
    return _told(workspace, last, left if dry_run else carry_out(workspace, new.gold, made), dry_run=dry_run)


def _told(workspace: Workspace, made: Amendment, found: Effects, *, dry_run: bool = False) -> dict[str, Any]:
    items = len(committed_gold(workspace, made.gold))
    wrong = len({one.item for one in amendments(workspace, made.gold)} | {made.item})
    warnings = []
    if wrong > _TOO_MANY * items:
        warnings.append(
            f"{wrong:,} of the {items:,} answers of gold set {made.gold!r} were amended "
            f"({100 * wrong / items:.1f} %). Gold that is wrong so often judges nobody: check all of it."
        )
    return {
        "schema": "vendoreval/gold-amended/1", "gold": made.gold, "item_id": made.item,
        "amendment": made.number, "reason": made.reason, "by": made.by, "dry_run": dry_run,
        **found.to_json(), "warnings": warnings,
    }  # fmt: skip


def _line(
    workspace: Workspace, gold_id: str, claim_id: str, line: int
) -> tuple[StoredDispute, ClaimLine] | None:
    """The line of a claim that showed it; raises UsageError where there is none, or one on other gold."""
    if not claim_id:
        return None
    stored = load_dispute(workspace, claim_id)
    if stored.audit.row.gold_id != gold_id:
        raise UsageError(f"Claim {claim_id!r} rests on the gold set {stored.audit.row.gold_id!r}.")
    found = next((one for one in stored.dispute.claim.lines if one.number == line), None)
    if found is None:
        raise UsageError(
            f"Claim {claim_id!r} has no line {line}.", remedy="Say with --line which of its lines it is."
        )
    return stored, found


def _record(workspace: Workspace, gold_id: str, item: str) -> Mapping[str, Any]:
    gold = load_gold(workspace, gold_id)
    if not item:
        raise UsageError("Which item was wrong?", remedy="Say it with --item, or with --claim and --line.")
    if item not in gold.item_ids:
        raise NotFound("gold item", item, gold.item_ids)
    (record,) = gold.only({item}).records()
    return record


def _answers(
    contract: Contract, gold_id: str, item: str, right: Right, shown: tuple[StoredDispute, ClaimLine] | None
) -> list[Answer]:
    many = SHAPES[contract.task.type].many
    ways = [bool(right.answer), right.file is not None, right.delivered, right.nothing]
    if sum(ways) != 1 or (right.also and not right.answer):
        raise UsageError(
            "Say the right answer in one way.",
            remedy="--answer TEXT [--also TEXT], --from FILE, --delivered, or --nothing.",
        )
    if right.file is not None:
        return _from_file(contract, gold_id, item, right.file, right.reading)
    if right.delivered:
        return [_delivered(shown, many=many)]
    if many != right.nothing:
        raise UsageError(
            f"An answer of {contract.task.type} is {'no text' if many else 'never nothing'}.",
            remedy="Give it with --from FILE, or --delivered." if many else "Give it with --answer.",
        )
    return [[]] if right.nothing else _classes(contract, (right.answer, *right.also))


def _classes(contract: Contract, texts: Sequence[str]) -> list[Answer]:
    known = Classes(contract.task.classes, numbers=TASK_TYPES[contract.task.type].numbers)
    found = [known.read(text) for text in texts]
    if known.only_numbers and (refused := next((one.refused for one in found if one.refused), "")):
        raise UsageError(refused, remedy="Write it with digits and a decimal point.")
    read = [one.label for one in found]
    for label in read:
        if known.names and label not in known.names:
            raise UsageError(
                f"The contract knows no class {label!r}.", remedy=f"Its classes: {', '.join(known.order[:12])}."
            )
    return [[{"label": label}] for label in read]


def _from_file(contract: Contract, gold_id: str, item: str, file: Path, reading: GoldReading) -> list[Answer]:
    taken = read_gold_files(contract, named_files([file]), gold_id, reading)
    table = io.BytesIO(taken.table)
    gold = gold_parts(table, gold_id) or gold_from(table, gold_id)
    if gold.item_ids != (item,):
        raise InputError(
            f"The file holds {len(gold):,} items; it should hold {item!r} and nothing else.", file=file.name,
            remedy=f"Take its rows out with --where item_id={item}.",
        )  # fmt: skip
    return list(gold.records()[0]["answers"])


def _delivered(shown: tuple[StoredDispute, ClaimLine] | None, *, many: bool) -> Answer:
    if shown is None:
        raise UsageError("Delivered where?", remedy="Name the line with --claim and --line.")
    stored, line = shown
    labels = stored.audit.seen.delivered
    if not many and line.delivered is not None:
        return [{"label": line.delivered}]
    if not many or labels is None:
        raise UsageError(f"Nothing was delivered on line {line.number}.", remedy="Give the answer itself.")
    answer = delivered_answer(labels, SHAPES[stored.contract.task.type], line.item, line.annotator)
    if answer is None:
        raise UsageError(f"Not one person answered {line.item!r}.", remedy="Give the answer with --from FILE.")
    return answer
