"""Drawing a sample of a delivery for expert auditors, and writing their blind tasks.

Items are drawn by tickets of a seed, so that anybody can repeat the draw; nothing is planted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

from vendoreval.audits.active import RULE as ACTIVE
from vendoreval.audits.looking import at_risk_left
from vendoreval.contracts.terms import Clause
from vendoreval.designs.designs import design
from vendoreval.designs.planning import plannable
from vendoreval.designs.strata import allocate
from vendoreval.engines.items import item_ids
from vendoreval.errors import Conflict, InputError, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.readers.rows import open_rows, require
from vendoreval.gold.panel import named_by, sample_tasks
from vendoreval.reports.unit_words import unit_word
from vendoreval.sampling.draw import draw, seed_from
from vendoreval.store.tables import DeliveryRow, SampleRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.audits import refuse_taken
from vendoreval.workflow.audits.draw_seeds import Seeds, choose_seed
from vendoreval.workflow.audits.fresh import burnt_for
from vendoreval.workflow.audits.track_record import looked_before
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import production
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.deliveries.settling import settle_before_sampling
from vendoreval.workflow.deliveries.task_files import Going, write_tasks
from vendoreval.workflow.gold.payload import shown
from vendoreval.workflow.gold.seedings import task_ids


def draw_sample(
    workspace: Workspace,
    delivery_id: str,
    audit_id: str,
    out: Path,
    *,
    items: int = 0,
    seeds: Seeds | None = None,
    repeats: int = 0,
    auditors: int = 1,
    payload: Path | None = None,
    strata: Path | None = None,
    floor: int = 0,
    going: Going | None = None,
) -> dict[str, Any]:
    """Draw items of a delivery and write blind tasks for expert auditors to `out`; returns the record.

    `items`: how many, by default the largest sample that the contract's designs may need. `seeds`: what the
    seed is made of. `payload` is a row file with item_id and what the auditors shall see. `strata` is a row
    file with item_id and stratum of every item: then each stratum is drawn for itself, in proportion, with at
    least `floor` items. Of a rework, items that audits of the work before looked at, or whose answers were
    shown to the vendor, are not drawn. Raises InputError, NotFound, Conflict, UsageError.
    """
    name = slug(audit_id, "audit")
    refuse_taken(workspace, name)
    delivery = production(workspace, delivery_id)
    settle_before_sampling(workspace, delivery)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    population = population_of(workspace, delivery)
    burnt = burnt_for(workspace, contract, delivery) & frozenset(population)
    rest = _rest(population, burnt, delivery)
    before = looked_before(workspace, delivery, (), sample=name).before
    clauses = [at_risk_left(clause, before) for clause in contract.clauses]
    wanted = min(items or _largest_design(clauses, len(rest)), len(rest))
    origin = choose_seed(workspace, contract.id, seeds or Seeds())
    chosen = origin.seed
    named = _strata(strata, rest) if strata else {}
    known = sent_as(workspace, delivery)
    if named:
        drawn = _by_stratum(named, chosen, wanted, floor, known)
    else:
        drawn = drawn_ids(rest, chosen, wanted, known)
    again = drawn_ids(drawn, seed_from(chosen, "repeats"), min(repeats, len(drawn)))
    seen = shown(payload, drawn)
    how = going or Going()
    tasks = named_by(how.endings(seen), sample_tasks(drawn, again))
    listed = [{"task_id": task.id, **seen[task.item]} for task in tasks]
    strata_of = {item: named[item] for item in drawn} if named else {}
    kept = {
        "tasks": [[task.id, task.item, task.repeat] for task in tasks],
        "shown": seen,
        "population": len(population),
        "source": origin.words,
        "draw": {
            **origin.record,
            "population": len(population),
            "items": wanted,
            **({"burnt": sorted(known.get(item, item) for item in burnt)} if burnt else {}),
        },
        "burnt": sorted(burnt),
        "strata": strata_of,
        "sizes": dict(sorted(Counter(named.values()).items())),
    }
    at = now()
    sha = workspace.objects.put_bytes(canonical(kept))
    row = SampleRow(
        id=name, delivery_id=delivery.id, seed=chosen, tasks_sha=sha, items=wanted, auditors=auditors,
        drawn_at=at,
    )  # fmt: skip
    with workspace.write(actor(), at) as tx:
        if tx.get(SampleRow, name):
            raise Conflict(f"There is a sample {name!r} already.", remedy="Give another id with --id.")
        tx.add(row)
        told = {"delivery": delivery.id, "seed": chosen, "items": wanted, "tasks": sha}
        tx.event("audit.sampled", name, told, delivery.id)
    sent = write_tasks(out, listed, {task.id: task.item for task in tasks}, contract, how, f"Tasks {name}")
    return {
        "schema": "vendoreval/audit-tasks/1", "audit": name, "delivery": delivery.id, "contract": contract.id,
        "unit": unit_word(contract.task), "population": len(population), "items": wanted, "tasks": len(tasks),
        "repeats": len(again), "auditors": auditors,
        "strata": dict(sorted(Counter(strata_of.values()).items())),
        "seed": chosen, "seed_source": origin.words, "seed_from": origin.seed_from,
        "file_sha256": sent.sha256, "beside": list(sent.beside),
        **({"left_out": len(burnt)} if burnt else {}),
    }  # fmt: skip


def draw_file(file: Path, seed: str, take: int | None = None, stratum: str | None = None) -> dict[str, Any]:
    """Repeat a draw from a row file with a column item_id (an item may stand in many rows).

    Needs no workspace: the vendor repeats with its own file what an audit drew. Raises InputError.
    """
    rows = open_rows(file)
    require(rows, {"item_id": "item_id"}, option="")
    items: dict[str, None] = {}
    for batch in rows.batches(("item_id",)):
        items.update((item, None) for item in batch.columns["item_id"].to_pylist() if item)
    drawn = draw(items, seed, take, stratum)
    return {
        "schema": "vendoreval/draw/1", "seed": seed, "stratum": stratum, "population": len(items),
        "drawn": [{"ticket": found.ticket, "item": found.item} for found in drawn],
    }  # fmt: skip


def sent_as(workspace: Workspace, delivery: DeliveryRow) -> dict[str, str]:
    """Under which id the vendor got each item, where tasks were sent with gold mixed in."""
    seeding = json.loads(workspace.objects.read(delivery.intake_sha)).get("seeding")
    return {item: task for task, item in task_ids(workspace, seeding).items()} if seeding else {}


def population_of(workspace: Workspace, delivery: DeliveryRow) -> list[str]:
    """The items that the draw is from: those delivered, and those sent where a list of them exists."""
    items = set(item_ids(label_source(workspace, delivery)))
    sent = json.loads(workspace.objects.read(delivery.intake_sha)).get("sent_items_sha256")
    if sent:
        items |= set(json.loads(workspace.objects.read(sent)))
    return sorted(items)


def _rest(population: list[str], burnt: frozenset[str], delivery: DeliveryRow) -> list[str]:
    """The items that may be drawn; raises Conflict where none is left."""
    rest = [item for item in population if item not in burnt]
    if not rest:
        raise Conflict(
            f"Nothing of the rework {delivery.id!r} is fresh: all of its {len(population):,} items were named "
            "or audited before.",
            remedy="What was named is judged by: vendoreval claim rework CLAIM " + delivery.id,
        )
    return rest


def drawn_ids(items: Sequence[str], seed: str, take: int, names: Mapping[str, str] | None = None) -> list[str]:
    """The items with the smallest tickets, as they are written in the delivery (tickets go by their NFC form).

    `names`: the ids under which the vendor got items; tickets go by these, so that it can repeat the draw.
    """
    known = {(names or {}).get(item, item): item for item in items}
    written = {normalize("NFC", name): item for name, item in known.items()}
    return [written[found.item] for found in draw(known, seed, take)]


def _strata(file: Path, population: Sequence[str]) -> dict[str, str]:
    """The stratum of every item of the delivery; raises InputError where one is missing."""
    rows = open_rows(file)
    require(rows, {"item_id": "item_id", "stratum": "stratum"}, option="")
    named: dict[str, str] = {}
    for batch in rows.batches(("item_id", "stratum")):
        columns = (batch.columns[name].to_pylist() for name in ("item_id", "stratum"))
        named.update((item, stratum) for item, stratum in zip(*columns, strict=True) if item and stratum)
    missing = [item for item in population if item not in named]
    if missing:
        raise InputError(
            f"The item {missing[0]!r} has no stratum.", file=str(file),
            remedy=f"{len(missing):,} of {len(population):,} items are missing; strata cover every item.",
        )  # fmt: skip
    return {item: named[item] for item in population}


def _by_stratum(
    named: dict[str, str], seed: str, wanted: int, floor: int, known: Mapping[str, str]
) -> list[str]:
    """Each stratum's smallest tickets, mixed in proportion, so that every beginning is spread over all."""
    names = sorted(set(named.values()))
    members = {name: [item for item, own in named.items() if own == name] for name in names}
    sizes = allocate([len(members[name]) for name in names], wanted, floor)
    placed = []
    for name, size in zip(names, sizes, strict=True):
        drawn = drawn_ids(members[name], seed_from(seed, name), size, known)
        placed += [((k + 0.5) / size, name, item) for k, item in enumerate(drawn)]
    return [item for _, _, item in sorted(placed)]


def _largest_design(clauses: Sequence[Clause], population: int) -> int:
    """The largest sample that one of the clauses may need."""
    sizes = []
    for clause in clauses:
        if plannable(clause):
            try:
                sizes.append(design(clause, population).max_items)
            except InputError:
                continue
    if not sizes and any(clause.decision.rule == ACTIVE for clause in clauses):
        raise UsageError(
            "The contract's audit draws by scores, which are frozen before the draw.",
            remedy="Freeze them: vendoreval audit scores DELIVERY. For another sample say how many: --items.",
        )
    if not sizes:
        raise UsageError(
            "No clause of the contract says how many items to draw.", remedy="Say it with --items."
        )
    return max(sizes)
