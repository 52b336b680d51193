"""What a vendor promised, held against what its deliveries and audits showed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from vendoreval.audits.agreeing import scale_of
from vendoreval.contracts.terms import Contract
from vendoreval.errors import InputError
from vendoreval.inference import agreement as coefficients
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.questionnaires.bank import Bank
from vendoreval.questionnaires.promises import Measured, Promise, promises
from vendoreval.store.tables import AuditRow, ContractRow, DeliveryRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.agreement import delivery_tally
from vendoreval.workflow.contracts import load_contract
from vendoreval.workflow.questionnaires import current_answers, score_vendor

WEEK = timedelta(days=7)
CONFIDENCE = 0.95


def vendor_promises(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Promise, ...]:
    """A vendor's promises side by side; raises NotFound, Conflict where the answers cannot be scored."""
    answers = current_answers(workspace, vendor, bank)
    found = score_vendor(workspace, vendor, bank)
    with workspace.read() as reader:
        contracts = reader.all(ContractRow, vendor_id=vendor)
        ids = {row.id for row in contracts}
        deliveries = [row for row in reader.all(DeliveryRow) if row.contract_id in ids]
        audits = [row for row in reader.all(AuditRow) if row.contract_id in ids]
    deliveries.sort(key=lambda row: (row.received_at, row.id))
    audits.sort(key=lambda row: (row.ran_at, row.id))
    newest = max(contracts, key=lambda row: (row.added_at, row.version, row.id), default=None)
    terms = contract_words(load_contract(workspace, newest.id, newest.version)) if newest else {}
    measured = {
        **_accuracy(workspace, audits),
        **_rejected(audits),
        **_volume(deliveries),
        **_agreement(workspace, deliveries),
    }
    return promises(bank, answers, found, measured, terms)


def contract_words(contract: Contract) -> dict[str, str]:
    """What a contract says of each promise, in a few words; promises it is silent on are left out."""
    said = {}
    for name, metrics in (
        ("accuracy", ("accuracy",)),
        ("agreement", ("alpha", "kappa", "ac1", "fleiss_kappa")),
    ):
        clauses = [c for c in contract.clauses if c.metric in metrics and c.scope == "delivery"]
        if clauses:
            least = clauses[0].threshold
            if name == "accuracy":
                least = f"{(Decimal(least) * 100).normalize():f} %"
            said[name] = f"at least {least} {clauses[0].ref}".strip()
    if contract.acceptance:
        silence = "acceptance" if contract.acceptance.silence == "accepted" else "no acceptance"
        said["acceptance_window"] = f"{contract.acceptance.window_days} business days; silence is {silence}"
    kinds = {remedy.kind: remedy for remedy in reversed(contract.remedies)}
    if "rework" in kinds:
        rework = kinds["rework"]
        days = f"{rework.deadline_days} business days" if rework.deadline_days else "no deadline"
        said["rework"] = f"{rework.scope}, {days}, {rework.rounds or 'any number of'} rounds"
    paid = [kind for kind in ("credit", "refund", "audit_cost", "withhold", "termination") if kind in kinds]
    if paid:
        said["credit"] = ", ".join(paid).replace("_", " ")
    if contract.price:
        said["price_unit"] = f"{contract.price.per_unit} {contract.currency} per {contract.price.unit}"
    return said


def _result(workspace: Workspace, row: AuditRow) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(workspace.objects.read(row.result_sha))
    return record


def _accuracy(workspace: Workspace, audits: Sequence[AuditRow]) -> dict[str, Measured]:
    """Accuracy and its complement in per cent, from the latest audit that measured a whole delivery."""
    for row in reversed(audits):
        for finding in _result(workspace, row)["findings"]:
            whole = finding["scope"] == "delivery" and finding["estimate"] is not None
            if whole and finding["metric"] in ("accuracy", "error_rate"):
                ends = [finding[key] for key in ("estimate", "low", "high")]
                right, low, high = ends if finding["metric"] == "accuracy" else _complement(ends)
                wrong, least, most = _complement([right, low, high])
                of, name = f"audited {finding['unit']}s", f"audit {row.id}"
                return {
                    "accuracy": Measured(100 * right, finding["n"], of, name, _percent(low), _percent(high)),
                    "escape_rate": Measured(
                        100 * wrong, finding["n"], of, name, _percent(least), _percent(most)
                    ),
                }
    return {}


def _complement(ends: Sequence[float | None]) -> tuple[float, float | None, float | None]:
    value, low, high = ends
    assert value is not None
    return 1 - value, None if high is None else 1 - high, None if low is None else 1 - low


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _rejected(audits: Sequence[AuditRow]) -> dict[str, Measured]:
    """Deliveries whose first audit found a breach, in per cent, with the exact interval."""
    first: dict[str, str] = {}
    for row in audits:
        first.setdefault(row.delivery_id, row.verdict)
    if not first:
        return {}
    rejected = sum(verdict == "breached" for verdict in first.values())
    low, high = clopper_pearson(rejected, len(first), CONFIDENCE)
    share = Measured(
        100 * rejected / len(first), len(first), "audited deliveries", "first audits", 100 * low, 100 * high
    )
    return {"first_pass_acceptance": share}


def _volume(deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """The most items that arrived within seven days."""
    if not deliveries:
        return {}
    most = max(
        sum(row.items for row in deliveries if start.received_at <= row.received_at < start.received_at + WEEK)
        for start in deliveries
    )
    return {"capacity": Measured(float(most), len(deliveries), "deliveries", "the largest week")}


def _agreement(workspace: Workspace, deliveries: Sequence[DeliveryRow]) -> dict[str, Measured]:
    """Krippendorff's alpha of the latest delivery with several annotators."""
    for row in reversed(deliveries):
        if row.annotators < 2:
            continue
        contract = load_contract(workspace, row.contract_id, row.contract_version)
        try:
            counts = delivery_tally(workspace, row, contract)
            found = coefficients.agreement(
                counts, "alpha", scale=scale_of(contract.task), order=contract.task.classes
            )
        except InputError:  # this version cannot compare such answers
            continue
        if found.estimate is not None:
            made = Measured(found.estimate, found.items, "items with several labels", f"delivery {row.id}",
                            found.low, found.high)  # fmt: skip
            return {"agreement": made}
    return {}
