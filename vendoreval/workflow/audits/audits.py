"""Running an audit: delivery × gold × contract → result, stored with what it looked at."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from vendoreval.audits.agreeing import on_agreement
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.drawing import CHOSEN, ROOT, UNPROVEN
from vendoreval.audits.records import AuditResult
from vendoreval.contracts.terms import Contract
from vendoreval.engines.items import most_labels
from vendoreval.engines.wanted import labels_on_items
from vendoreval.errors import Conflict, UsageError
from vendoreval.evidence.bundle import to_zip
from vendoreval.evidence.canonical import canonical
from vendoreval.evidence.receipts import committed_when
from vendoreval.evidence.sealed_input import input_files
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.settled import settled
from vendoreval.store.tables import AuditRow, CommitmentRow, DeliveryRow, ExposureRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.tasks.judged import judge
from vendoreval.workflow.audits.active_samples import refuse_by_scores
from vendoreval.workflow.audits.fresh import burnt_for, fresh_only, left_out
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.audits.track_record import inspections, looked_before
from vendoreval.workflow.context import actor, now, slug
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.deliveries.listing import production
from vendoreval.workflow.deliveries.partitioning import label_source
from vendoreval.workflow.deliveries.settling import refuse_strangers, refuse_unsettled
from vendoreval.workflow.gold.gold_lint import exposures
from vendoreval.workflow.gold.golds import load_gold

if TYPE_CHECKING:
    from vendoreval.audits.agreement_record import AgreementCounts

_UNJUDGED = ("seconds",)  # what a delivery tells of labels that no audit looks at


def run_audit(
    workspace: Workspace, delivery_id: str, gold_id: str, audit_id: str | None = None, *, gold_checked: str = ""
) -> AuditResult:
    """Audit a delivery against gold under its contract, and store the result.

    `gold_checked`, as "3/200": gold answers overturned, of those that were adjudicated. Raises NotFound,
    Conflict when the audit id is taken or a breach would rest on a delivery that is not settled, InputError
    when no gold item was delivered. A rework is judged only on gold that no audit of the work before used and
    that was not shown to the vendor; raises Conflict where none is left, and for gold that scores chose.
    """
    delivery = production(workspace, delivery_id)
    gold = load_gold(workspace, gold_id)
    contract = load_contract(workspace, delivery.contract_id, delivery.contract_version)
    name = slug(audit_id or f"{delivery_id}-{gold_id}"[:64], "audit")
    refuse_taken(workspace, name)
    refuse_by_scores(workspace, gold_id)
    burnt = burnt_for(workspace, contract, delivery)
    seen = replace(look(workspace, contract, gold, delivery, burnt=burnt), gold_checked=_checked(gold_checked))
    result = audit(contract, seen, audit_id=name, delivery=delivery_id, gold=gold_id)
    refuse_unsettled(workspace, delivery, gold, seen, result)
    at = now()
    with workspace.write(actor(), at) as tx:
        store_audit(workspace, tx, result, seen, delivery, (seen.gold or gold).item_ids, at)
    return result


def _checked(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    try:
        overturned, adjudicated = (int(part) for part in text.split("/"))
    except ValueError as error:
        raise UsageError(
            f"{text!r} does not say how many of how many.", remedy="Write it like 3/200."
        ) from error
    if not 0 <= overturned <= adjudicated or not adjudicated:
        raise UsageError(f"{overturned} of {adjudicated} is no rate.", remedy="Write it like 3/200.")
    return overturned, adjudicated


def store_audit(
    workspace: Workspace, tx: Transaction, result: AuditResult, seen: AuditInput, delivery: DeliveryRow,
    gold_items: Sequence[str], at: datetime,
) -> None:  # fmt: skip
    """Store an audit with what it looked at, in a transaction that is open; raises Conflict."""
    if tx.get(AuditRow, result.audit):
        raise _taken(result.audit)
    put = workspace.objects.put_bytes
    result_sha = put(canonical(result.to_json()))
    row = AuditRow(
        id=result.audit, delivery_id=delivery.id, gold_id=result.gold, contract_id=result.contract,
        contract_version=result.contract_version, verdict=result.verdict, result_sha=result_sha,
        outcomes_sha=put(to_zip(input_files(seen, delivery.received_at.date().isoformat()))), ran_at=at,
    )  # fmt: skip
    tx.add(row)
    items_sha = put(canonical(sorted(gold_items)))
    tx.add(
        ExposureRow(
            gold_id=result.gold, vendor_id=result.vendor, kind="audited", items_sha=items_sha, at=at
        )
    )  # fmt: skip
    told = {
        "delivery": delivery.id, "gold": result.gold, "contract": result.contract,
        "version": result.contract_version, "verdict": result.verdict, "result": result_sha,
        "outcomes": tx.sealed(row.outcomes_sha), "exposed": tx.sealed(items_sha),
    }  # fmt: skip
    tx.event("audit.run", result.audit, told, delivery.id)


def look(
    workspace: Workspace,
    contract: Contract,
    gold: GoldSet,
    delivery: DeliveryRow,
    sample: str = "",
    burnt: frozenset[str] = frozenset(),
) -> AuditInput:
    """Hold the delivery's labels on gold items against gold; the committed root orders the walk.

    `sample`: the items were drawn from the delivery as the sample of this id. `burnt`: items on which a rework
    is not judged; raises Conflict where no gold is left.
    """
    intake = json.loads(workspace.objects.read(delivery.intake_sha))
    whole, sent_items = _only_sent(gold, workspace, intake)
    gold = fresh_only(whole, burnt, delivery)
    labels = labels_on_items(label_source(workspace, delivery), gold.item_ids, without=_UNJUDGED)
    if not len(labels) and not (labels.sheets and len(labels.sheets)):
        refuse_strangers(workspace, delivery, gold)
    judged = judge(gold, labels, contract.task)
    committed = gold_committed(workspace, gold.id, delivery)
    before = looked_before(workspace, delivery, gold.item_ids, gold=gold.id, sample=sample)
    return AuditInput(
        judged.units, judged.by_label, len(gold), delivery.items, delivery.rows, sent_items > 0,
        gold.edge_items, judged.ties, draw_seed(workspace, gold.id) if committed == "before" else "",
        most_units(workspace, contract, delivery, intake),
        inspections(workspace, contract, delivery),
        task_ids=_sent_as(workspace, intake, gold),
        agreement=_agreement(workspace, delivery, contract),
        earlier_items=before.shared,
        known_items=_known(workspace, contract.vendor, gold, delivery),
        gold_committed=committed,
        drawn=CHOSEN,
        seed_from=ROOT if committed == "before" else UNPROVEN,
        gold=gold,
        settled=settled(intake),
        looks_before=before.before,
        earlier_audits=before.audits,
        sent_items=sent_items,
        delivered=labels,
        rework_of=delivery.rework_of or "",
        left_out=left_out(workspace, contract.task, delivery, burnt, len(whole) - len(gold)),
        sheets=_total(intake, "answered"),
        most_sheets=_total(intake, "most_of_an_item") or 1,
        objects=_total(intake, "objects"),
        most_time=_total(intake, "most_time"),
        most_characters=_total(intake, "most_characters"),
    )  # fmt: skip


def _agreement(workspace: Workspace, delivery: DeliveryRow, contract: Contract) -> AgreementCounts | None:
    """How far the delivery's labels agree, where a clause asks."""
    if not on_agreement(contract):
        return None
    from vendoreval.workflow.deliveries.agreement import delivery_agreement  # few contracts need all it imports

    return delivery_agreement(workspace, delivery, contract)


def _total(intake: Mapping[str, Any], name: str) -> int:
    """A total of the sheets of a delivery whose answers are any number of rows; 0 for others."""
    return int((intake.get("sheets") or {}).get(name, 0))


def gold_committed(workspace: Workspace, gold_id: str, delivery: DeliveryRow) -> str:
    """Whether gold was fixed before its answers could be fitted to the labels."""
    with workspace.read() as reader:
        commitment = reader.get(CommitmentRow, gold_id)
    return committed_when(commitment.committed_at if commitment else None, delivery.received_at)


def _known(workspace: Workspace, vendor_id: str, gold: GoldSet, delivery: DeliveryRow) -> frozenset[str]:
    """Gold items that the vendor could know when it delivered: audited earlier, or revealed."""
    met = exposures(workspace, vendor_id, delivery.received_at)
    known = {item for one in met if one.kind != "seeded" for item in one.items}
    return frozenset(known.intersection(gold.item_ids))


def _sent_as(workspace: Workspace, intake: dict[str, Any], gold: GoldSet) -> dict[str, str]:
    """The task ids of the gold items, where the delivery answers a seeding."""
    if not intake.get("seeding"):
        return {}
    from vendoreval.workflow.gold.seedings import task_ids  # with the readers of task files

    mine = set(gold.item_ids)
    return {item: task for task, item in task_ids(workspace, intake["seeding"]).items() if item in mine}


def draw_seed(workspace: Workspace, gold_id: str) -> str:
    """The seed of the order in which committed gold is walked: its root, which stood before the labels came."""
    with workspace.read() as reader:
        return reader.require(CommitmentRow, gold_id, "commitment").root


def most_units(
    workspace: Workspace, contract: Contract, delivery: DeliveryRow, intake: Mapping[str, Any]
) -> int:
    """The most units that an item of the delivery has; counted again where an older intake did not."""
    one_each = delivery.rows == delivery.items and "sheets" not in intake
    if contract.task.answers == "consensus" or one_each:
        return 1
    return int(intake.get("most_labels") or most_labels(label_source(workspace, delivery)))


def _only_sent(gold: GoldSet, workspace: Workspace, intake: dict[str, Any]) -> tuple[GoldSet, int]:
    """Gold items that were sent, and how many items were; all and 0 where no list came with the delivery."""
    sha = intake.get("sent_items_sha256")
    if not sha:
        return gold, 0
    sent = set(json.loads(workspace.objects.read(sha)))
    return gold.only(sent), len(sent)


def refuse_taken(workspace: Workspace, name: str) -> None:
    """Raise Conflict when there is an audit of this id."""
    with workspace.read() as reader:
        if reader.get(AuditRow, name):
            raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(f"There is an audit {name!r} already.", remedy="Give another one with --id.")


def list_audits(workspace: Workspace) -> tuple[AuditRow, ...]:
    """All audits as they were judged last, oldest first."""
    with workspace.read() as reader:
        rows = as_revised(reader, reader.all(AuditRow))
    return tuple(sorted(rows, key=lambda row: (row.ran_at, row.id)))
