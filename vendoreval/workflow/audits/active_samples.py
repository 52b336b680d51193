"""A sample drawn by frozen scores, as an audit sees it, and when its answers end it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace

from vendoreval.audits.active_draw import ActiveDraw
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import BREACHED, KEPT, AuditResult
from vendoreval.designs.active import ActiveDesign
from vendoreval.errors import Conflict
from vendoreval.evidence.frozen_scores import given_up
from vendoreval.gold.panel import Panel
from vendoreval.store.tables import AuditRow, SampleRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_samples import Sample, load_sample
from vendoreval.workflow.gold.receipts import receipts_of


def active_draw(workspace: Workspace, sample: Sample, items: Collection[str]) -> ActiveDraw | None:
    """The draw of the settled `items`, the first ones of it; None for a sample that was drawn otherwise."""
    told = sample.active
    if told is None:
        return None
    design = ActiveDesign.from_json(json.loads(workspace.objects.read(told["sealed"]))["design"])
    settled = set(items)
    order = tuple((item, stratum) for item, stratum in told["order"] if item in settled)
    lists = -(-len(order) // design.block)
    shares = tuple(tuple(one) for one in told["shares"][:lists])
    return ActiveDraw(
        told["clause"], design, order, shares, told["source"], tuple(told["ranges"]), told["strata"],
        sample.draw["scores"], told["units"], told["lapsed"],
    )  # fmt: skip


def with_given_up(workspace: Workspace, contract_id: str, sample: Sample, seen: AuditInput) -> AuditInput:
    """What the audit looks at; draws by scores that were given up before count as looks at the delivery."""
    if sample.active is None:
        return seen
    receipts, clause = receipts_of(workspace, contract_id), sample.active["clause"]
    (mine,) = (one for one in receipts if one.get("number") == sample.draw["scores"])
    left = given_up(mine, receipts, {one["audit"] for one in seen.earlier_audits})
    told = tuple({"audit": one, "gold": "", "verdict": "open", "items": 0, "shared": 0} for one in left)
    before = {**seen.looks_before, clause: seen.looks_before.get(clause, 0) + len(left)}
    return replace(
        seen, looks_before=before if left else seen.looks_before, earlier_audits=(*seen.earlier_audits, *told)
    )


def ended(sample: Sample, trial: AuditResult | None, panel: Panel) -> bool:
    """Whether the audit may end: its clause is decided, or all items that may be drawn are answered."""
    told = sample.active
    if told is None or trial is None:
        return False
    decided = any(f.clause == told["clause"] and f.verdict in (KEPT, BREACHED) for f in trial.findings)
    return decided or (not panel.open and len(told["order"]) >= sample.row.items)


def refuse_closed(before: Sample, after: Panel) -> None:
    """Raise Conflict where answers to a list change from which the next one was drawn already."""
    told = before.active
    if told is None or len(told["lists"]) < 2:
        return
    open_now = set(told["lists"][-1])
    was = {one.task: one.label for one in before.panel.settled if one.task not in open_now}
    now = {one.task: one.label for one in after.settled}
    changed = [task for task, label in was.items() if now.get(task) != label]
    if changed:
        raise Conflict(
            f"The answer to task {changed[0]} stands: later items were drawn because of it.",
            remedy=(
                "Adjudicate a list before the next one is drawn; a mistake is mended by: vendoreval gold amend"
            ),
        )


def refuse_by_scores(workspace: Workspace, gold_id: str) -> None:
    """Raise Conflict where gold is the answers to a sample drawn by scores: it is no fair part of anything."""
    with workspace.read() as reader:
        drawn = [row.id for row in reader.all(AuditRow, gold_id=gold_id) if reader.get(SampleRow, row.id)]
    for audit_id in drawn:
        if load_sample(workspace, audit_id).active is not None:
            raise Conflict(
                f"{gold_id!r} holds the items of the audit {audit_id!r}, which were drawn where scores expect "
                "errors, until its rule decided: shares of right answers on them say nothing else.",
                remedy=f"Take other gold. What these items say: vendoreval audit show {audit_id}",
            )
