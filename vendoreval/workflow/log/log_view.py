"""The log as a delivery's bundle shows it: its own events opened, all others closed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from vendoreval.evidence.chain import FIRST, Event
from vendoreval.store.tables import AuditRow, ClaimRow, DeliveryRow, GoldRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.deliveries.shared_files import siblings

# Events of schema /1 that hold an unsalted hash of gold, or hashes and rates of seeded tasks.
_TELLING = {"gold.added", "gold.seeded", "audit.answered", "pilot.sent"}
_RECEIPT, _ANNOUNCED = "gold.committed", "seed.announced"
_LOOKS = ("delivery.added", "audit.run")
_CONTRACTS = ("contract.added", "contract.amended")


@dataclass(frozen=True)
class _Own:
    """What belongs to a delivery. `subjects` finds its events of schema `/1`, which carry no tag."""

    tag: str
    subjects: frozenset[tuple[str, str]]  # beginning of the kind, and subject
    contract: str
    versions: frozenset[int]
    golds: frozenset[str]  # that its audits used
    seeding: str  # whose task ids it answers
    receipts: frozenset[str]  # all gold of its contract: the vendor holds the receipts
    shared: frozenset[str]  # tags of other deliveries of its files, whose audits are looks at it


def events_for_bundle(workspace: Workspace, delivery_id: str) -> list[dict[str, Any]]:
    """The whole log as plain JSON, in order; raises NotFound.

    Opened are all events about this delivery (so every audit and claim on it), those of its contract's
    versions, of its seeding and of the gold that its audits used, every receipt of its contract, and arrival
    and audits of other deliveries of its files. All others are closed: what they tell cannot be read, and the
    chain still holds.
    """
    with workspace.read() as reader:
        delivery = reader.require(DeliveryRow, delivery_id, "delivery")
        seeding = json.loads(workspace.objects.read(delivery.intake_sha)).get("seeding", "")
        shared = frozenset(reader.tag(row.id) for row in siblings(workspace, reader, delivery))
        own = _own(reader, delivery, seeding, shared)
        return [(event if _opens(event, own) else event.closed()).to_json() for event in reader.events()]


def _own(reader: Reader, delivery: DeliveryRow, seeding: str, shared: frozenset[str]) -> _Own:
    audits = reader.all(AuditRow, delivery_id=delivery.id)
    names = {row.id for row in audits}
    claims = {row.id for row in reader.all(ClaimRow) if row.audit_id in names}
    subjects = {("delivery.", delivery.id), ("pilot.", delivery.id)}
    subjects |= {(kind, name) for name in names for kind in ("audit.", "evidence.")}
    subjects |= {("claim.", name) for name in claims}
    return _Own(
        reader.tag(delivery.id), frozenset(subjects), delivery.contract_id,
        frozenset({delivery.contract_version, *(row.contract_version for row in audits)}),
        frozenset(row.gold_id for row in audits), seeding,
        frozenset(row.id for row in reader.all(GoldRow, contract_id=delivery.contract_id)), shared,
    )  # fmt: skip


def _opens(event: Event, own: _Own) -> bool:
    if event.schema == FIRST and event.kind in _TELLING:
        return False
    if event.tag == own.tag:
        return True
    if event.tag in own.shared and event.kind in _LOOKS:
        return True
    if event.kind in _CONTRACTS:
        return event.subject == own.contract and event.data.get("version") in own.versions
    if event.kind == _RECEIPT:
        return event.subject in own.receipts
    if event.kind == _ANNOUNCED:
        return event.subject == own.contract
    if event.kind == "gold.seeded":
        return bool(own.seeding) and event.data.get("seeding") == own.seeding
    if event.kind.startswith("gold."):
        return event.subject in own.golds
    return event.schema == FIRST and any(
        event.kind.startswith(kind) and event.subject == name for kind, name in own.subjects
    )
