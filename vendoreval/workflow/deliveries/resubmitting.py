"""A rework as it arrives: what it answers, what was done, and what is left to judge it by."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from vendoreval.claims.arriving import arrival, sentences
from vendoreval.claims.following import asks_now
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.records import Claim, Followed
from vendoreval.contracts.terms import Contract
from vendoreval.designs.fresh_needed import fresh_needed
from vendoreval.engines.items import item_ids
from vendoreval.engines.wanted import labels_on_items
from vendoreval.labels.alike import compare, sums
from vendoreval.store.tables import AuditRow, ClaimRow, DeliveryRow, GoldRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.reworks import chain_of, readings_of
from vendoreval.workflow.gold.burnt import met_items
from vendoreval.workflow.gold.golds import load_gold


def arrival_of(
    workspace: Workspace, contract: Contract, rework_of: str, table_sha: str, received: date
) -> dict[str, Any]:
    """What the intake report tells of a rework of `rework_of` whose labels are `table_sha`."""
    chain = chain_of(workspace, rework_of)
    claims = [_answered(claim, received) for claim in standing_claims(workspace, rework_of)]
    rounds = [remedy.rounds for remedy in contract.remedies if remedy.kind == "rework"]
    before, after = (_sums(workspace, sha) for sha in (chain[0].table_sha, table_sha))
    return arrival(rework_of, len(chain), max(rounds, default=0), claims, compare(before, after))


def claims_before(workspace: Workspace, delivery_id: str) -> tuple[Followed, ...]:
    """The claims that stand, settled or not, on the deliveries that this one replaces."""
    earlier = chain_of(workspace, delivery_id)[1:]
    return tuple(
        Followed(claim.id, row.id, asks_now(claim))
        for row in earlier for claim in standing_claims(workspace, row.id, ("issued", "settled"))
    )  # fmt: skip


def standing_claims(
    workspace: Workspace, delivery_id: str, states: Collection[str] = ("issued",)
) -> tuple[Claim, ...]:
    """The newest version of every claim on a delivery, however read, that is in one of the states."""
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, delivery_id, "delivery")
    alike = [row.id for row in readings_of(workspace, delivery)]
    with workspace.read() as reader:
        audits = [row.id for name in alike for row in reader.all(AuditRow, delivery_id=name)]
        rows = [row for audit in audits for row in reader.all(ClaimRow, audit_id=audit)]
    newest = {
        row.id: row for row in sorted(rows, key=lambda row: (row.issued_at or row.drafted_at, row.version))
    }
    return tuple(
        claim_from_json(json.loads(workspace.objects.read(row.claim_sha)))
        for row in newest.values() if row.state in states
    )  # fmt: skip


def told_of_rework(workspace: Workspace, row: DeliveryRow, report: Mapping[str, Any]) -> dict[str, Any]:
    """The arrival, with what is fresh today of each gold set and what the clauses need; empty for no rework."""
    if not row.rework_of or "rework" not in report:
        return {}
    contract = load_contract(workspace, row.contract_id, row.contract_version)
    burnt = met_items(workspace, contract.vendor, rework_of=row.rework_of, before=row.received_at)
    items = frozenset(item_ids(workspace.objects.path(row.table_sha)))
    fresh = len(items - burnt)
    needed = [one.to_json() for one in fresh_needed(contract, fresh, row.items, row.rows)]
    gold = _gold(workspace, row, items, burnt)
    record = report["rework"]
    return {
        **record, "fresh_items": fresh, "gold": gold, "needed": needed,
        "sentences": sentences(record, gold, needed, fresh),
    }  # fmt: skip


def _gold(
    workspace: Workspace, row: DeliveryRow, items: frozenset[str], burnt: frozenset[str]
) -> list[dict[str, Any]]:
    """The contract's gold sets with an item here, retired ones left out."""
    with workspace.read() as reader:
        sets = [one for one in reader.all(GoldRow, contract_id=row.contract_id) if one.retired_at is None]
    found = []
    for one in sorted(sets, key=lambda one: (one.added_at, one.id)):
        here = items.intersection(load_gold(workspace, one.id).item_ids)
        if here:
            found.append({"gold": one.id, "burnt": len(here & burnt), "fresh": len(here - burnt)})
    return found


def _answered(claim: Claim, received: date) -> dict[str, Any]:
    days = [demand.due for demand in claim.demands if demand.kind == "rework" and demand.due]
    due = min(days, default=None)
    return {
        "claim": claim.id, "version": claim.version, "due": due.isoformat() if due else None,
        "in_time": None if due is None else received <= due,
    }  # fmt: skip


def _sums(workspace: Workspace, table_sha: str) -> dict[str, int]:
    path = workspace.objects.path(table_sha)
    return sums(labels_on_items(path, item_ids(path)))
