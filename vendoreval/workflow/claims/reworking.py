"""Judging the rework that a claim asked for, and recording it as a move of the dispute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vendoreval.audits.drawing import speaks_for_all
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, NOT_RUN
from vendoreval.claims.following import asks_now
from vendoreval.claims.pairing import held_against
from vendoreval.claims.records import Claim
from vendoreval.claims.reworks import (
    FAILED,
    NONE_LEFT,
    PASSED,
    Reworked,
    argued_about,
    demanded,
    fresh_verdict,
)
from vendoreval.contracts.terms import Contract
from vendoreval.engines.items import item_ids
from vendoreval.engines.wanted import labels_on_items
from vendoreval.errors import Conflict, UsageError
from vendoreval.evidence.canonical import canonical
from vendoreval.store.tables import AuditRow, DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.tasks.judged import judge
from vendoreval.workflow.audits.fresh import burnt_for
from vendoreval.workflow.audits.stored_audit import StoredAudit, load_audit
from vendoreval.workflow.claims.disputes import StoredDispute, load_dispute, make_move
from vendoreval.workflow.claims.steps import settle_command
from vendoreval.workflow.context import now
from vendoreval.workflow.deliveries.listing import production
from vendoreval.workflow.deliveries.resubmitting import standing_claims
from vendoreval.workflow.deliveries.reworks import chain_of, failed_before, readings_of


@dataclass(frozen=True)
class JudgedRework:
    """A rework as judged, the claim as it stands after it, and what to do next."""

    found: Reworked
    claim: Claim
    recorded: bool
    next_steps: tuple[str, ...]


def judge_rework(workspace: Workspace, claim_id: str, delivery_id: str, audit_id: str = "") -> JudgedRework:
    """Judge a rework against the claim that asked for it; `audit_id` names the audit on fresh items.

    Without one the newest such audit counts, and without any the rest is not judged yet. A failed rework brings
    up the steps of the remedies that waited for it. Raises NotFound, UsageError for a delivery that is no
    rework of the claimed one, Conflict where the claim takes no further move or this rework was judged already.
    """
    stored = load_dispute(workspace, claim_id)
    delivery = production(workspace, delivery_id)
    replaced = chain_of(workspace, delivery_id)[1:]
    names = {row.id for one in replaced for row in readings_of(workspace, one)}
    if stored.dispute.claim.delivery not in names:
        raise UsageError(
            f"Delivery {delivery_id!r} is no rework of {stored.dispute.claim.delivery!r}, which claim "
            f"{claim_id!r} is about.",
            remedy="Say what a delivery replaces when you take it in: vendoreval delivery add --rework-of",
        )
    again = _fresh_audit(workspace, stored, delivery, audit_id)
    found = _found(workspace, stored, delivery, again)
    return _record(workspace, stored, found, again)


def _found(
    workspace: Workspace, stored: StoredDispute, delivery: DeliveryRow, again: StoredAudit | None
) -> Reworked:
    claim, contract, first = stored.newest, stored.contract, stored.audit
    gold = first.seen.gold
    if gold is None:
        raise Conflict(
            f"Audit {first.row.id!r} was run by an earlier version, which did not keep gold and labels apart.",
            remedy="The rest of the rework is judged by an audit of its own.",
        )
    labels = labels_on_items(workspace.objects.path(delivery.table_sha), gold.item_ids)
    states, broken = held_against(claim.lines, first.seen, judge(gold, labels, contract.task))
    if again is not None:
        fresh = fresh_verdict(first.result, again.result)
    else:
        fresh = NOT_RUN if _holds_fresh(workspace, contract, delivery) else NONE_LEFT
    beyond = speaks_for_all(first.seen.drawn, first.seen.seed_from, contract.task.gold)
    asked = demanded(claim, contract, beyond=beyond)
    return Reworked(
        claim.id, claim.version, delivery.id, again.row.id if again else "", fresh, states,
        {line.number: line for line in claim.lines}, argued_about(stored.dispute, now().date()), broken,
        failed_before(workspace, delivery.id) - failed_before(workspace, claim.delivery), asked.rounds,
        asked.due, delivery.received_at.date(), asked.each,
    )  # fmt: skip


def _fresh_audit(
    workspace: Workspace, stored: StoredDispute, delivery: DeliveryRow, audit_id: str
) -> StoredAudit | None:
    """The audit of the rework on fresh items: the one that is named, else the newest; None without one."""
    with workspace.read() as reader:
        if audit_id and reader.require(AuditRow, audit_id, "audit").delivery_id != delivery.id:
            raise UsageError(f"Audit {audit_id!r} is not one of the rework {delivery.id!r}.")
        rows = sorted(reader.all(AuditRow, delivery_id=delivery.id), key=lambda row: (row.ran_at, row.id))
    burnt = burnt_for(workspace, stored.contract, delivery)
    for row in reversed(rows):
        if audit_id and row.id != audit_id:
            continue
        found = load_audit(workspace, row.id)
        used = burnt.intersection(found.seen.units.item.values)
        if not used:
            return found
        if audit_id:
            raise Conflict(
                f"Audit {audit_id!r} used {len(used):,} items that were named or audited before; whoever mends "
                "only those would pass it.",
                remedy=f"Run it again, they are left out then: vendoreval audit run {delivery.id} --gold GOLD",
            )
    return None


def _holds_fresh(workspace: Workspace, contract: Contract, delivery: DeliveryRow) -> bool:
    """Whether the rework holds an item that was never named or audited."""
    items = item_ids(workspace.objects.path(delivery.table_sha))
    return not burnt_for(workspace, contract, delivery).issuperset(items)


def _record(
    workspace: Workspace, stored: StoredDispute, found: Reworked, again: StoredAudit | None
) -> JudgedRework:
    """Record the judgement as a move, unless the last one of this rework said the same."""
    data = canonical(found.to_json())
    sha = workspace.objects.put_bytes(data)
    steps = _next_steps(stored, found, again)
    if any(move.kind == "reworked" and move.told.get("record") == sha for move in stored.dispute.moves):
        return JudgedRework(found, stored.newest, recorded=False, next_steps=steps)
    after = make_move(
        workspace, found.claim, "reworked", delivery=found.delivery, audit=found.audit,
        verdict=found.outcome, mended=list(found.mended), unmended=sorted((*found.left, *found.open)),
        regressions=len(found.broken), failed=found.outcome == FAILED, record=sha,
        **_asked_elsewhere(workspace, found, stored.newest.delivery),
    )  # fmt: skip
    return JudgedRework(found, after.newest, recorded=True, next_steps=steps)


def _asked_elsewhere(workspace: Workspace, found: Reworked, delivery: str) -> dict[str, Any]:
    """What claims on the rework, or others on the delivery, ask for already, so that this one does not.

    Of claims on the same delivery the first one asks; only what it had to wait for can be asked by a later one.
    """
    others = (*standing_claims(workspace, delivery), *standing_claims(workspace, found.delivery))
    asked = {claim.id: list(asks_now(claim)) for claim in others if claim.id != found.claim}
    named = {claim: remedies for claim, remedies in asked.items() if remedies}
    return {"asked_elsewhere": named} if named else {}


def _next_steps(stored: StoredDispute, found: Reworked, again: StoredAudit | None) -> tuple[str, ...]:
    """The commands that go on from here."""
    if found.outcome == PASSED:
        return f"vendoreval delivery accept {found.delivery} --reason WHY", settle_command(stored)
    if found.outcome == FAILED:
        show = f"vendoreval claim show {found.claim}"
        return (show, f"vendoreval claim draft {found.audit}") if found.fresh == BREACHED else (show,)
    if found.fresh in (NOT_RUN, INCONCLUSIVE):
        sample = f"vendoreval audit tasks {found.delivery} --id {found.delivery[:58]}-fresh --out tasks.csv"
        return (f"vendoreval audit run {found.delivery} --gold GOLD", sample) if again is None else (sample,)
    return (f"vendoreval claim show {found.claim}",)
