"""Work lists of an audit that draws by frozen scores: the next one follows from the answers to those before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.audits.active import wrong_shares
from vendoreval.audits.active_draw import next_list, queues
from vendoreval.audits.audit_input import counting_of
from vendoreval.contracts.terms import Contract
from vendoreval.designs.active import Answer
from vendoreval.errors import Conflict, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.frozen_scores import lapsed
from vendoreval.gold.panel import SampleTask, named_by, sample_tasks
from vendoreval.reports.unit_words import unit_word
from vendoreval.sampling.draw import seed_from
from vendoreval.store.tables import DeliveryRow, SampleRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.audits import refuse_taken
from vendoreval.workflow.audits.draw_seeds import Seeds, choose_seed
from vendoreval.workflow.audits.fresh import burnt_for
from vendoreval.workflow.audits.frozen_scores import Frozen, drawable, frozen, sealed_ids
from vendoreval.workflow.audits.sample_draws import drawn_ids, population_of, sent_as
from vendoreval.workflow.audits.samples import gold_of, look_at
from vendoreval.workflow.audits.stored_samples import Sample, load_sample
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import production
from vendoreval.workflow.deliveries.task_files import Going, write_tasks
from vendoreval.workflow.gold.payload import shown
from vendoreval.workflow.gold.receipts import receipts_of


@dataclass(frozen=True, eq=False)
class _Drawn:
    """An audit that is being drawn: what was frozen, its terms, and how the vendor knows the items."""

    workspace: Workspace
    frozen: Frozen
    delivery: DeliveryRow
    contract: Contract
    known: Mapping[str, str]  # our id -> the vendor's, where they differ
    written: Mapping[str, str]  # the id in the file of strata -> ours
    going: Going


def active_list(
    workspace: Workspace,
    audit_id: str,
    out: Path,
    *,
    seeds: Seeds | None = None,
    repeats: int = 0,
    auditors: int = 1,
    payload: Path | None = None,
    going: Going | None = None,
) -> dict[str, Any]:
    """Write a work list of an audit whose scores are frozen to `out`; returns the record.

    The first list takes the seed, how many people answer each item, and repeats of every list. The next one is
    drawn once all tasks of those before are settled; until then the last one is written again. Raises NotFound,
    Conflict, InputError, UsageError.
    """
    fixed = frozen(workspace, audit_id)
    delivery = production(workspace, fixed.sealed["delivery"])
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    known = sent_as(workspace, delivery)
    written = sealed_ids(drawable(workspace, contract, delivery), known)
    made = _Drawn(workspace, fixed, delivery, contract, known, written, going or Going())
    with workspace.read() as reader:
        begun = reader.get(SampleRow, audit_id)
    if begun is None:
        kept = _begin(made, audit_id, seeds or Seeds(), repeats, auditors, payload)
    elif (seeds and seeds != Seeds()) or repeats or auditors > 1:
        raise UsageError(
            f"Audit {audit_id!r} is drawn already, by its seed.",
            remedy="Leave out the seed and what else the first list took.",
        )
    else:
        kept = _go_on(made, load_sample(workspace, audit_id), payload)
    return _written(made, audit_id, kept, out)


def _begin(
    made: _Drawn, audit_id: str, seeds: Seeds, repeats: int, auditors: int, payload: Path | None
) -> dict[str, Any]:
    """Choose the seed and draw the first list."""
    workspace, fixed = made.workspace, made.frozen
    refuse_taken(workspace, audit_id)
    if made.written.keys() != fixed.strata.keys():
        raise Conflict(
            "Other items may be drawn than when the scores were frozen.",
            remedy="Freeze them again, under a new id.",
        )
    origin = choose_seed(workspace, made.contract.id, seeds)
    population = population_of(workspace, made.delivery)
    burnt = sorted(set(population) & burnt_for(workspace, made.contract, made.delivery))
    why = lapsed(fixed.receipt, origin.record, receipts_of(workspace, made.contract.id))
    kept: dict[str, Any] = {
        "tasks": [], "shown": {}, "population": len(population), "source": origin.words, "burnt": burnt,
        "draw": {
            **origin.record, "population": len(population), "items": fixed.design.cap,
            "scores": fixed.receipt["number"],
            **({"burnt": sorted(made.known.get(item, item) for item in burnt)} if burnt else {}),
        },
        "strata": {}, "sizes": {str(h): size for h, size in enumerate(fixed.design.sizes)},
        "active": {
            "clause": fixed.sealed["clause"], "source": fixed.sealed["source"], "units": fixed.sealed["units"],
            "sealed": fixed.receipt["sealed"], "strata": fixed.receipt["strata"], "ranges":
            fixed.sealed["ranges"], "lapsed": why, "order": [], "shares": [], "lists": [], "repeats": repeats,
            "payload": payload is not None,
        },
    }  # fmt: skip
    at = now()
    kept = _extended(made, audit_id, kept, origin.seed, (), payload)
    sha = workspace.objects.put_bytes(canonical(kept))
    row = SampleRow(
        id=audit_id, delivery_id=made.delivery.id, seed=origin.seed, tasks_sha=sha, items=fixed.design.cap,
        auditors=auditors, drawn_at=at,
    )  # fmt: skip
    with workspace.write(actor(), at) as tx:
        tx.add(row)
        told = {"delivery": made.delivery.id, "seed": origin.seed, "items": fixed.design.cap, "tasks": sha}
        tx.event("audit.sampled", audit_id, told, made.delivery.id)
    return kept


def _go_on(made: _Drawn, sample: Sample, payload: Path | None) -> dict[str, Any]:
    """Draw the next list, once all answers to those before are in; else the last one once more."""
    workspace, row = made.workspace, sample.row
    if row.closed_at:
        raise Conflict(f"Audit {row.id!r} is finished.", remedy=f"See it with: vendoreval audit show {row.id}")
    kept: dict[str, Any] = json.loads(workspace.objects.read(row.tasks_sha))
    panel = sample.panel
    if panel.open:
        return kept
    gold = gold_of(sample, panel, made.contract)
    assert gold is not None  # nothing is open, so the list is answered
    seen = look_at(workspace, made.contract, made.delivery, sample, panel, gold)
    clause = made.contract.clause(kept["active"]["clause"])
    wrong = wrong_shares(clause, seen.units, counting_of(clause, made.contract.task, seen))
    answered = [(stratum, wrong[item]) for item, stratum in kept["active"]["order"]]
    longer = _extended(made, row.id, kept, row.seed, answered, payload)
    if longer is kept:
        raise Conflict(
            f"All {row.items:,} items that the rule may draw are answered.",
            remedy=f"End the audit: vendoreval audit answers {row.id} --finish",
        )
    sha, at = workspace.objects.put_bytes(canonical(longer)), now()
    with workspace.write(actor(), at) as tx:
        tx.update(tx.require(SampleRow, row.id, "sample"), tasks_sha=sha)
        tx.event(
            "audit.listed", row.id, {"tasks": sha, "list": len(longer["active"]["lists"])}, made.delivery.id
        )
    return longer


def _extended(
    made: _Drawn,
    audit_id: str,
    kept: dict[str, Any],
    seed: str,
    answered: Sequence[Answer],
    payload: Path | None,
) -> dict[str, Any]:
    """The sample with one more work list; itself where no item is left to draw.

    A list comes in an order of its own: it tells nothing of the strata. Answers count in the order of the draw.
    """
    design, active = made.frozen.design, kept["active"]
    waiting = queues(made.frozen.strata, seed, len(design.sizes))
    items, chances = next_list(design, answered, seed, waiting)
    if not items:
        return kept
    if active["payload"] and payload is None:
        raise UsageError("The first list showed columns of a file.", remedy="Give it again with --payload.")
    drawn = [(made.written[item], stratum) for item, stratum in items]
    number = len(active["lists"]) + 1
    mixed = drawn_ids([item for item, _ in drawn], seed_from(seed, "list", str(number)), len(drawn), made.known)
    again = drawn_ids(mixed, seed_from(seed, "repeats", str(number)), min(active["repeats"], len(mixed)))
    seen = shown(payload, mixed)
    listed = sample_tasks(mixed, again, start=len(kept["tasks"]) + 1)
    tasks = named_by(made.going.endings(seen), listed)
    place = {item: k for k, (item, _) in enumerate(drawn)}
    in_order = sorted(tasks, key=lambda task: (task.repeat, place[task.item]))
    return {
        **kept,
        "tasks": [*kept["tasks"], *([task.id, task.item, task.repeat] for task in in_order)],
        "shown": {**kept["shown"], **seen},
        "strata": {**kept["strata"], **{item: str(stratum) for item, stratum in drawn}},
        "active": {
            **active,
            "order": [*active["order"], *([item, stratum] for item, stratum in drawn)],
            "shares": [*active["shares"], list(chances)],
            "lists": [*active["lists"], [task.id for task in tasks]],
        },
    }


def _written(made: _Drawn, audit_id: str, kept: Mapping[str, Any], out: Path) -> dict[str, Any]:
    """Write the last list to `out`."""
    active = kept["active"]
    by_id = {name: SampleTask(name, item, repeat) for name, item, repeat in kept["tasks"]}
    tasks = [by_id[name] for name in active["lists"][-1]]
    listed = [{"task_id": task.id, **kept["shown"][task.item]} for task in tasks]
    number = len(active["lists"])
    items = {task.id: task.item for task in tasks}
    sent = write_tasks(out, listed, items, made.contract, made.going, f"Tasks {audit_id} {number}")
    with made.workspace.read() as reader:
        row = reader.require(SampleRow, audit_id, "sample")
    return {
        "schema": "vendoreval/audit-tasks/1", "audit": audit_id, "delivery": made.delivery.id,
        "contract": made.contract.id, "unit": unit_word(made.contract.task), "population": kept["population"],
        "items": sum(not task.repeat for task in tasks), "tasks": len(tasks),
        "repeats": sum(task.repeat for task in tasks), "auditors": row.auditors, "strata": {},
        "seed": row.seed, "seed_source": kept["source"], "seed_from": kept["draw"]["seed_from"],
        "file_sha256": sent.sha256, "beside": list(sent.beside), "list": number, "most_items": row.items,
        "lapsed": active["lapsed"],
        **({"left_out": len(kept["burnt"])} if kept["burnt"] else {}),
    }  # fmt: skip
