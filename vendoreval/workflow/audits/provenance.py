"""Gathering what an audit rests on, for its certificate and its claims."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date

from vendoreval.audits.audit_input import missing_by_word
from vendoreval.labels.columns import Coded
from vendoreval.labels.near_ids import NearPair
from vendoreval.reports.provenance_parts import Drawn, OtherAudit, OtherGold, RestsOn
from vendoreval.store.tables import AuditRow, CommitmentRow, DeliveryRow, EventRow, GoldRow, SampleRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.stored_audit import StoredAudit
from vendoreval.workflow.gold.golds import gold_provenance

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
        delivery = reader.require(DeliveryRow, row.delivery_id, "delivery")
        sample = reader.get(SampleRow, row.id)
        added = reader.all(EventRow, kind="gold.added", subject=row.gold_id)
        audits = reader.all(AuditRow, delivery_id=row.delivery_id)
        drawn_too = reader.all(SampleRow, delivery_id=row.delivery_id)
        golds = reader.all(GoldRow, contract_id=row.contract_id)
        committed = {one.gold_id: one.committed_at.date() for one in reader.all(CommitmentRow)}
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    told = gold_provenance(workspace, row.gold_id)
    drawn: Drawn = "tickets" if sample else "seeded" if intake.get("seeding") else "chosen"
    if stored.result.basis.get("by_scores"):
        drawn = "scores"
    return RestsOn(
        gold=row.gold_id,
        items=gold.items,
        drawn=drawn,
        added=gold.added_at.date(),
        added_by=added[-1].actor if added else "",
        makers={} if sample else _makers(told),
        experts=_experts(told) if sample else (),
        seed_from=_told(stored, "seed_from"),
        for_all=stored.result.basis.get("speaks_for_all", True),
        committed="" if sample else _told(stored, "gold_committed"),
        committed_on=committed.get(row.gold_id),
        earlier=_other_audits(audits, drawn_too, row, before=True),
        later=_other_audits(audits, drawn_too, row, before=False),
        others=_other_golds(golds, committed, audits, row),
        intake=intake,
        missing_by_word=_missing_by_word(stored),
    )


def _told(stored: StoredAudit, name: str) -> str:
    """What the result says of this; results of earlier versions say it in what they looked at alone."""
    return str(stored.result.basis[name] if stored.result.basis else getattr(stored.seen, name))


def _missing_by_word(stored: StoredAudit) -> list[NearPair]:
    if not stored.result.basis:
        return missing_by_word(stored.seen)
    apart = stored.result.basis.get("missing_by_word", ())
    return [NearPair(one["item_id"], one["delivered_id"], tuple(one["rules"])) for one in apart]


def _makers(told: Mapping[str, Coded]) -> dict[str, tuple[str, ...]]:
    """The people whom the gold's columns name, by column."""
    return {name: column.values for name, column in told.items() if name.lower() in _MAKERS}


def _experts(told: Mapping[str, Coded]) -> tuple[str, ...]:
    """The experts who labelled a sample; the column lists those of each item."""
    column = told.get("auditors")
    listed = column.values if column else ()
    return tuple(sorted({name for names in listed for name in names.split("|")}))


def _other_audits(
    audits: Sequence[AuditRow], samples: Sequence[SampleRow], this: AuditRow, *, before: bool
) -> tuple[OtherAudit, ...]:
    """All other audits of the delivery on one side of this one in time, and the samples never finished."""
    found = [(row.ran_at, row.id, row.gold_id, row.verdict) for row in audits]
    done = {row.id for row in audits}
    found += [(row.drawn_at, row.id, "", "") for row in samples if row.id not in done]
    mine = (this.ran_at, this.id)
    chosen = sorted(one for one in found if (one[:2] < mine if before else one[:2] > mine))
    return tuple(OtherAudit(name, gold, at.date(), verdict) for at, name, gold, verdict in chosen)


def _other_golds(
    golds: Sequence[GoldRow], committed: Mapping[str, date], audits: Sequence[AuditRow], this: AuditRow
) -> tuple[OtherGold, ...]:
    """The contract's other gold sets; answers of a sample are told with its audit."""
    answers = {f"{row.id}-answers"[:64] for row in audits}
    return tuple(
        OtherGold(row.id, row.items, committed.get(row.id))
        for row in sorted(golds, key=lambda row: (row.added_at, row.id))
        if row.id != this.gold_id and row.id not in answers
    )
