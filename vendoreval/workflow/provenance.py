"""Gathering what an audit rests on, for its certificate and its claims."""

from __future__ import annotations

import json
from collections.abc import Sequence

from vendoreval.gold.goldset import GoldSet
from vendoreval.reports.provenance_parts import Drawn, Earlier, RestsOn
from vendoreval.store.tables import AuditRow, CommitmentRow, DeliveryRow, EventRow, GoldRow, SampleRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits import StoredAudit
from vendoreval.workflow.golds import load_gold

# Columns of a gold file that say who answered; other columns are what the item shows.
_MAKERS = (
    "expert", "experts", "author", "annotator", "annotator_id", "labeller", "labelled_by", "labeled_by",
    "made_by", "created_by", "reviewer", "reviewed_by", "adjudicator", "adjudicated_by", "source",
)  # fmt: skip


def rests_on(workspace: Workspace, stored: StoredAudit) -> RestsOn:
    """What the audit rests on, as the workspace knows it."""
    row = stored.row
    with workspace.read() as reader:
        gold = reader.require(GoldRow, row.gold_id, "gold set")
        commitment = reader.get(CommitmentRow, row.gold_id)
        delivery = reader.require(DeliveryRow, row.delivery_id, "delivery")
        sample = reader.get(SampleRow, row.id)
        added = reader.all(EventRow, kind="gold.added", subject=row.gold_id)
        audits = reader.all(AuditRow, delivery_id=row.delivery_id)
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    answered = load_gold(workspace, row.gold_id)
    drawn: Drawn = "tickets" if sample else "seeded" if intake.get("seeding") else "chosen"
    return RestsOn(
        gold=row.gold_id,
        items=gold.items,
        drawn=drawn,
        added=gold.added_at.date(),
        added_by=added[-1].actor if added else "",
        makers={} if sample else _makers(answered),
        experts=_experts(answered) if sample else (),
        seed_from=stored.seen.seed_from,
        for_all=stored.result.basis.get("speaks_for_all", True),
        committed="" if sample else stored.seen.gold_committed,
        committed_on=commitment.committed_at.date() if commitment else None,
        earlier=_earlier(audits, row),
        intake=intake,
    )


def _makers(gold: GoldSet) -> dict[str, tuple[str, ...]]:
    """The people whom the gold's columns name, by column."""
    return {name: column.values for name, column in gold.provenance.items() if name.lower() in _MAKERS}


def _experts(gold: GoldSet) -> tuple[str, ...]:
    """The experts who labelled a sample; the column lists those of each item."""
    column = gold.provenance.get("auditors")
    listed = column.values if column else ()
    return tuple(sorted({name for names in listed for name in names.split("|")}))


def _earlier(audits: Sequence[AuditRow], this: AuditRow) -> tuple[Earlier, ...]:
    before = [row for row in audits if (row.ran_at, row.id) < (this.ran_at, this.id)]
    ordered = sorted(before, key=lambda row: (row.ran_at, row.id))
    return tuple(Earlier(row.id, row.gold_id, row.ran_at.date(), row.verdict) for row in ordered)
