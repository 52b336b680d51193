"""What audits, deliveries and registers show of each promise, in the unit of its question."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from vendoreval.audits.promised import (
    accuracy_found,
    by_the_pilots_people,
    pilot_found,
    rejected_found,
    volume_found,
)
from vendoreval.engines.items import labels_by_person
from vendoreval.errors import InputError
from vendoreval.evidence.canonical import hash_of
from vendoreval.labels.escalations import answer_days
from vendoreval.questionnaires.promises import Measured
from vendoreval.store.tables import AuditRow, ContractRow, DeliveryRow, PilotRow, RegisterRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.claims.rework_record import in_words, rework_outcomes
from vendoreval.workflow.context import now
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.agreement import delivery_alpha
from vendoreval.workflow.deliveries.escalations import escalations_of, stored_register
from vendoreval.workflow.deliveries.listing import business_days
from vendoreval.workflow.pilots.pilots import judged_record


@dataclass(frozen=True)
class Track:
    """A vendor's contracts, deliveries and audits, each oldest first.

    `pilots` are those that were judged; their deliveries stand in `trials` and not among `deliveries`.
    """

    contracts: tuple[ContractRow, ...]
    deliveries: tuple[DeliveryRow, ...]
    audits: tuple[AuditRow, ...]
    pilots: tuple[PilotRow, ...]
    trials: tuple[DeliveryRow, ...]


def track(workspace: Workspace, vendor: str) -> Track:
    """What a vendor has delivered so far, and what audits were made of it."""
    with workspace.read() as reader:
        contracts = list(reader.all(ContractRow, vendor_id=vendor))
        ids = {row.id for row in contracts}
        deliveries = [row for row in reader.all(DeliveryRow) if row.contract_id in ids]
        pilots = [row for row in reader.all(PilotRow) if row.contract_id in ids]
        audits = list(as_revised(reader, [row for row in reader.all(AuditRow) if row.contract_id in ids]))
    contracts.sort(key=lambda row: (row.added_at, row.version, row.id))
    deliveries.sort(key=lambda row: (row.received_at, row.id))
    audits.sort(key=lambda row: (row.ran_at, row.id))
    judged = sorted((row.judged_at, row.id, row) for row in pilots if row.judged_at)
    trials = {row.id for row in pilots}
    return Track(
        tuple(contracts),
        tuple(row for row in deliveries if row.id not in trials),
        tuple(audits),
        tuple(row for _, _, row in judged),
        tuple(row for row in deliveries if row.id in trials),
    )


def track_hash(workspace: Workspace, seen: Track) -> str:
    """SHA-256 of all that a vendor's promises are held against."""
    rows = (*seen.deliveries, *seen.trials)
    mine = {row.id for row in rows}
    fared = {name: verdict for name, verdict in rework_outcomes(workspace).items() if name in mine}
    with workspace.read() as reader:
        registers = {row.delivery_id: row.register_sha for row in reader.all(RegisterRow)}  # the latest wins
    return hash_of(
        {
            "contracts": [[row.id, row.version, row.source_sha] for row in seen.contracts],
            "deliveries": [[row.id, row.table_sha, row.received_at.isoformat()] for row in rows],
            "registers": [registers.get(row.id) for row in rows],
            "audits": [row.result_sha for row in seen.audits],
            "pilots": [row.result_sha for row in seen.pilots],
            **({"reworks": fared} if fared else {}),
        }
    )


def measured(workspace: Workspace, seen: Track) -> dict[str, Measured]:
    """What was measured, by the name of the promise."""
    return {
        **_piloted(workspace, seen),
        **_accuracy(workspace, seen.audits),
        **_rejected(seen),
        **_volume(seen.deliveries),
        **_agreement(workspace, seen.deliveries),
        **_escalated(workspace, seen.deliveries),
        **_answered(workspace, seen.deliveries),
        **_reworked(workspace, seen.deliveries),
    }


def _result(workspace: Workspace, row: AuditRow) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(workspace.objects.read(row.result_sha))
    return record


def _accuracy(workspace: Workspace, audits: Sequence[AuditRow]) -> dict[str, Measured]:
    """From the latest audit that measured a whole delivery."""
    for row in reversed(audits):
        found = accuracy_found(_result(workspace, row))
        if found:
            return found
    return {}


def _piloted(workspace: Workspace, seen: Track) -> dict[str, Measured]:
    """What the latest pilot showed: accuracy and agreement, which later work replaces, and whether its team
    went on."""
    if not seen.pilots:
        return {}
    row = seen.pilots[-1]
    record = judged_record(workspace, row)
    found = pilot_found(record)
    since = [one for one in seen.deliveries if row.judged_at and one.received_at > row.judged_at]
    total = sum(one.rows for one in since)
    if total and record["people"]:
        labels = sum((labels_by_person(workspace.objects.path(one.table_sha)) for one in since), Counter[str]())
        found |= by_the_pilots_people(record["people"], labels, total, row.id)
    return found


def _rejected(seen: Track) -> dict[str, Measured]:
    """Deliveries whose first audit found a breach; reworks aside."""
    reworks = {row.id for row in seen.deliveries if row.rework_of}
    first: dict[str, str] = {}
    for row in seen.audits:
        if row.delivery_id not in reworks:
            first.setdefault(row.delivery_id, row.verdict)
    return rejected_found(tuple(first.values()))


def _volume(deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """Work that is done again is not counted twice."""
    return volume_found([(row.received_at, row.items) for row in deliveries if not row.rework_of])


def _agreement(workspace: Workspace, deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """Krippendorff's alpha of the latest delivery with several annotators."""
    for row in reversed(deliveries):
        if row.annotators < 2:
            continue
        try:
            found = delivery_alpha(workspace, row)
        except InputError:  # this version cannot compare such answers
            continue
        if found.estimate is not None:
            made = Measured(found.estimate, found.items, "items with several labels", f"delivery {row.id}",
                            found.low, found.high)  # fmt: skip
            return {"agreement": made}
    return {}


def _escalated(workspace: Workspace, deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """The share of items that were escalated, of the latest delivery in which that was possible."""
    for row in reversed(deliveries):
        counted = escalations_of(workspace, row).counted
        if counted:
            made = Measured(100 * counted.share, counted.items, "items", f"delivery {row.id}")
            return {"escalation_rate": made}
    return {}


def _answered(workspace: Workspace, deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """The longest time in which the vendor answered a question of ours, over all registers."""
    days: list[int] = []
    for row in deliveries:
        contract = load_contract(workspace, row.contract_id, row.contract_version)
        register = stored_register(workspace, row.id)
        days += answer_days(register, "vendor", contract.acceptance, now().date())
    if not days:
        return {}
    of = f"questions to the vendor, the slowest answer; median {median(days):g}"
    return {"turnaround": Measured(float(max(days)), len(days), of, "registers of questions")}


def _reworked(workspace: Workspace, deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """The longest time from a claim, or another order of rework, to its delivery; and how reworks fared."""
    days = [
        taken
        for row in deliveries
        if row.rework_of and (taken := business_days(workspace, row)) is not None
    ]  # fmt: skip
    if not days:
        return {}
    fared = in_words(workspace, deliveries)
    of = "reworked deliveries, the slowest" + (f"; {fared}" if fared else "")
    return {"rework": Measured(float(max(days)), len(days), of, "receipts")}
