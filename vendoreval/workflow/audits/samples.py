"""Answers of expert auditors to a sample: taken in round by round, until the audit may stop.

Experts label the drawn items blind, and their answers become the gold of one audit. They may come in any
order and any number of rounds: what counts is the beginning of the draw that is settled without a gap.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.drawing import TICKETS
from vendoreval.audits.records import BREACHED, KEPT, NOT_RUN, AuditResult
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, InputError
from vendoreval.evidence.canonical import canonical
from vendoreval.formats.writers.gold_answers import from_columns, gold_bytes
from vendoreval.formats.writers.gold_table import part_gold_bytes
from vendoreval.formats.writers.task_sheets import SheetAnswer
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.panel import Judgement, Panel, Settled
from vendoreval.labels.crosswalk import Crosswalk
from vendoreval.labels.shapes import SHAPES
from vendoreval.sampling.draw import seed_from
from vendoreval.store.tables import DeliveryRow, GoldRow, SampleAnswersRow, SampleRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.active_samples import active_draw, ended, refuse_closed, with_given_up
from vendoreval.workflow.audits.answer_files import gold_of_answers, sample_answers
from vendoreval.workflow.audits.audits import look, store_audit
from vendoreval.workflow.audits.sample_draws import drawn_ids
from vendoreval.workflow.audits.stored_samples import Sample, load_sample
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import delivery_row
from vendoreval.workflow.deliveries.task_files import Going, write_tasks
from vendoreval.workflow.gold.golds import keep_gold
from vendoreval.workflow.gold.reading import GoldReading

_CONTROLS = 10  # one in so many undisputed items goes to the adjudicator too, so that the list tells nothing


def answer_sample(
    workspace: Workspace,
    audit_id: str,
    file: Path | None,
    *,
    auditor: str = "",
    adjudicates: bool = False,
    finish: bool = False,
    keep_open: bool = False,
    reading: GoldReading | None = None,
) -> tuple[dict[str, Any], AuditResult | None]:
    """Take a round of answers in; returns the record, and the result once the audit is finished.

    It finishes as soon as it may stop, unless `keep_open`; `finish` ends it with what there is; `reading` says
    how files of boxes, spans and the like are read. Raises
    InputError with file and line, NotFound, Conflict when the audit is finished already.
    """
    sample = load_sample(workspace, audit_id)
    if sample.row.closed_at:
        raise Conflict(
            f"Audit {audit_id!r} is finished.", remedy=f"See it with: vendoreval audit show {audit_id}"
        )
    delivery = delivery_row(workspace, sample.row.delivery_id)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    fresh: list[Judgement] = []
    if file is not None:
        named = replace(reading or GoldReading(), ids=Crosswalk(_tasks_of_items(sample)))
        given = sample_answers(file, contract, named)
        fresh = _judgements(file, given, sample, contract, auditor, adjudicates=adjudicates)
    before = sample
    sample = replace(sample, judgements=(*sample.judgements, *fresh))
    panel, at = sample.panel, now()
    refuse_closed(before, panel)
    gold = gold_of(sample, panel, contract)
    seen = look_at(workspace, contract, delivery, sample, panel, gold) if gold else None
    trial = None
    if gold and seen:
        trial = audit(contract, seen, audit_id=audit_id, delivery=delivery.id, gold=gold.id)
    may_stop, waiting = _may_stop(trial, panel) if sample.active is None else (ended(sample, trial, panel), [])
    done = trial is not None and (finish or (may_stop and not keep_open))
    if finish and trial is None:
        raise Conflict("No item at the beginning of the draw is settled yet.", remedy="Take answers in first.")
    with workspace.write(actor(), at) as tx:
        if fresh:
            _add_round(workspace, tx, sample.row, fresh, at)
        if done and trial and seen and gold:
            keep_gold(tx, _gold_row(workspace, contract, gold, at), delivery.id)
            tx.update(tx.require(SampleRow, audit_id, "sample"), closed_at=at)
            store_audit(workspace, tx, trial, seen, delivery, gold.item_ids, at)
    record = {
        "schema": "vendoreval/audit-answers/1", "audit": audit_id, "taken": len(fresh),
        "tasks": len(sample.tasks), "items": sample.row.items, **panel.to_json(),
        "in_order": len(gold) if gold else 0, "may_stop": may_stop, "waiting": waiting, "finished": done,
        "verdict": trial.verdict if trial else None,
        "findings": [finding.to_json() for finding in trial.findings] if trial else [],
        **({"list": len(sample.active["lists"]), "list_answered": not panel.open} if sample.active else {}),
    }  # fmt: skip
    return record, trial if done else None


def adjudication_tasks(
    workspace: Workspace, audit_id: str, out: Path, going: Going | None = None
) -> dict[str, Any]:
    """Write the tasks that a further expert shall decide blindly; returns the record.

    Answers on which auditors differ, answers that contradict the delivery, and one in ten others, so
    that being on the list tells nothing. Raises Conflict when there is nothing to decide.
    """
    sample = load_sample(workspace, audit_id)
    delivery = delivery_row(workspace, sample.row.delivery_id)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    panel = sample.panel
    counted = _contradicted(workspace, contract, delivery, sample, panel)
    left = [s for s in panel.settled if not s.adjudicated]
    wanted = {s.task for s in left if s.item in counted} | set(panel.disputed)
    others = [s.task for s in left if s.task not in wanted]
    controls = drawn_ids(others, seed_from(sample.row.seed, "controls"), -(-len(others) // _CONTROLS))
    if not wanted:
        raise Conflict("There is nothing to adjudicate.", remedy="Take answers in first.")
    listed = [
        {"task_id": task.id, **sample.shown[task.item]}
        for task in sample.tasks
        if task.id in wanted or task.id in controls
    ]
    items = {task.id: task.item for task in sample.tasks}
    sent = write_tasks(out, listed, items, contract, going or Going(), f"Adjudication {audit_id}")
    return {
        "schema": "vendoreval/audit-adjudication/1", "audit": audit_id, "tasks": len(listed),
        "disputed": len(panel.disputed), "contradicting": len(wanted) - len(panel.disputed),
        "controls": len(controls), "beside": list(sent.beside),
    }  # fmt: skip


def gold_of(sample: Sample, panel: Panel, contract: Contract) -> GoldSet | None:
    """The settled items at the beginning of the draw, without a gap, as a gold set; None if there is none."""
    settled = {s.item: s for s in panel.settled}
    first: list[Settled] = []
    for task in sample.tasks:
        if task.repeat:
            continue
        if task.item not in settled:
            break
        first.append(settled[task.item])
    return _gold(f"{sample.row.id}-answers"[:64], first, contract) if first else None


def look_at(
    workspace: Workspace, contract: Contract, delivery: DeliveryRow, sample: Sample, panel: Panel, gold: GoldSet
) -> AuditInput:
    """What the audit of a sample looks at."""
    seen = look(workspace, contract, gold, delivery, sample=sample.row.id, burnt=sample.burnt)
    seen = with_given_up(workspace, contract.id, sample, seen)
    checked = panel.adjudicated
    return replace(
        seen,
        items=max(seen.items, sample.population),
        seed=sample.row.seed,
        drawn=TICKETS,
        seed_from=sample.seed_from,
        gold_committed="",
        planned_items=sample.row.items,
        gold_checked=(sum(s.overturned for s in checked), len(checked)),
        adjudicated=frozenset(s.item for s in panel.settled if s.adjudicated) & set(gold.item_ids),
        strata={item: sample.strata[item] for item in gold.item_ids} if sample.strata else {},
        stratum_sizes=sample.sizes,
        answered_twice=(panel.double - panel.double_agreed, panel.double),
        active=active_draw(workspace, sample, gold.item_ids),
    )


def _gold(gold_id: str, settled: Sequence[Settled], contract: Contract) -> GoldSet:
    if SHAPES[contract.task.type].many:
        return gold_of_answers(gold_id, list(settled), contract)
    return from_columns(
        gold_id,
        {
            "item_id": [s.item for s in settled],
            "label": [s.label for s in settled],
            "accepted": [json.dumps([s.label], ensure_ascii=False) for s in settled],
            "auditors": ["|".join(s.by) for s in settled],
            "adjudicated": ["true" if s.adjudicated else "false" for s in settled],
        },
    )


def _gold_row(workspace: Workspace, contract: Contract, gold: GoldSet, at: datetime) -> GoldRow:
    table = workspace.objects.put_bytes(part_gold_bytes(gold) if gold.shape.many else gold_bytes(gold))
    return GoldRow(
        id=gold.id, contract_id=contract.id, task_type=contract.task.type, table_sha=table, source_sha=table,
        items=len(gold), added_at=at,
    )  # fmt: skip


def _add_round(
    workspace: Workspace, tx: Transaction, sample: SampleRow, fresh: Sequence[Judgement], at: datetime
) -> None:
    listed = [[j.task, j.auditor, j.label, j.adjudicates] for j in fresh]
    sha = workspace.objects.put_bytes(canonical(listed))
    tx.add(SampleAnswersRow(sample_id=sample.id, answers_sha=sha, at=at))
    told = {"answers": tx.sealed(sha), "count": len(fresh)}
    tx.event("audit.answered", sample.id, told, sample.delivery_id)


def _may_stop(trial: AuditResult | None, panel: Panel) -> tuple[bool, list[str]]:
    """Whether the audit may end, and the clauses that are read only after the whole sample."""
    if trial is None:
        return False, []
    waiting = [f.clause for f in trial.findings if f.walk is None and f.verdict == NOT_RUN and panel.open]
    walked = [f for f in trial.findings if f.walk is not None]
    decided = bool(walked) and all(f.verdict in (KEPT, BREACHED) for f in walked)
    return not panel.open or (decided and not waiting), waiting


def _contradicted(
    workspace: Workspace, contract: Contract, delivery: DeliveryRow, sample: Sample, panel: Panel
) -> set[str]:
    """Settled items with a wrong unit."""
    if not panel.settled:
        return set()
    seen = look_at(workspace, contract, delivery, sample, panel, _gold("adjudication", panel.settled, contract))
    wrong = seen.units.wrong
    return {seen.units.item.values[code] for code in set(seen.units.item.codes[wrong].tolist())}


def _tasks_of_items(sample: Sample) -> dict[str, str]:
    """The task of each item that is no more than one: files of tools name items."""
    often = Counter(task.item for task in sample.tasks)
    return {task.item: task.id for task in sample.tasks if often[task.item] == 1}


def _judgements(
    file: Path, answers: Sequence[SheetAnswer], sample: Sample, contract: Contract, auditor: str,
    *, adjudicates: bool,
) -> list[Judgement]:  # fmt: skip
    known, classes = {task.id for task in sample.tasks}, contract.task.classes
    many = SHAPES[contract.task.type].many
    fresh = []
    for answer in answers:
        who = auditor or answer.auditor or "auditor"
        if answer.task not in known:
            raise InputError(
                f"This sample has no task {answer.task!r}.", file=str(file), line=answer.line,
                remedy="Name each item by its task_id, or by its item_id where it is one task only."
                if many
                else "Give back the file that `audit tasks` wrote.",
            )  # fmt: skip
        if classes and not many and answer.answer not in classes:
            raise InputError(
                f"The contract knows no class {answer.answer!r}.", file=str(file), line=answer.line,
                remedy=f"Its classes: {', '.join(classes[:12])}{', …' if len(classes) > 12 else ''}.",
            )  # fmt: skip
        fresh.append(Judgement(answer.task, who, answer.answer, adjudicates))
    return fresh
