"""Comparing vendors: what the workspace knows of each of them, and whether an earlier comparison is stale."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vendoreval import __version__
from vendoreval.audits.comparing import Candidate, Comparison, compare_vendors, item_totals
from vendoreval.audits.records import NOT_RUN, AuditResult
from vendoreval.contracts.terms import Contract
from vendoreval.costs.choosing import tornado
from vendoreval.costs.inputs import CostFile
from vendoreval.costs.model import Cost, cost
from vendoreval.errors import InputError, InvalidDocument, NotFound, UsageError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank
from vendoreval.reports.comparison_view import comparison_view
from vendoreval.reports.facts import Facts, Hashes
from vendoreval.reports.report import Report
from vendoreval.store.tables import EventRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits import StoredAudit, list_audits, load_audit
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.contracts import contract_row, load_contract
from vendoreval.workflow.costs import (
    audited_inputs,
    contract_values,
    measured_accuracy,
    no_file,
    read_costs,
)
from vendoreval.workflow.questionnaires import current_answers, load_bank, score_vendor
from vendoreval.workflow.vendors import Vendor, show_vendor

MOST_VENDORS = 6
_PARTS = {
    "answers": "the answers or their scoring",
    "audit": "the latest audit",
    "contract": "the contract",
    "costs": "the cost inputs",
}


@dataclass(frozen=True)
class Earlier:
    """A comparison of the same vendors that was reported before, and what has changed under it."""

    made_at: datetime
    order: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def stale(self) -> bool:
        return bool(self.changed)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "made_at": self.made_at.isoformat(),
            "order": list(self.order),
            "stale": self.stale,
            "changed": list(self.changed),
        }


@dataclass(frozen=True, eq=False)
class Compared:
    """A comparison with the costs behind it, and the earlier one of the same vendors."""

    comparison: Comparison
    candidates: tuple[Candidate, ...]
    earlier: Earlier | None
    bank: Bank

    def to_json(self) -> dict[str, Any]:
        """The comparison's record, and whether an earlier one is stale."""
        return {
            **self.comparison.to_json(),
            "costs": {one.vendor: one.cost.to_json() for one in self.candidates if one.cost},
            "earlier": self.earlier.to_json() if self.earlier else None,
        }


def compare(
    workspace: Workspace,
    vendors: Sequence[str],
    *,
    bank_name: str = "",
    audits: Sequence[str] = (),
    costs: Path | None = None,
    weights: str = "",
) -> Compared:
    """Compare two to six vendors by what the workspace knows of them.

    `audits` names audits to use; else each vendor's latest one that measured accuracy. `costs` is an
    input file of `vendoreval cost`, which may hold values of single vendors. Raises UsageError, NotFound.
    """
    if len(set(vendors)) != len(vendors) or not 2 <= len(vendors) <= MOST_VENDORS:
        raise UsageError(
            f"{len(set(vendors))} different vendors cannot be compared.",
            remedy=f"Name two to {MOST_VENDORS}.",
        )
    bank = load_bank(bank_name) if bank_name else load_bank()
    chosen = [load_audit(workspace, audit) for audit in audits]
    _refuse_foreign(chosen, vendors)
    file = read_costs(costs) if costs else None
    candidates = tuple(_candidate(workspace, vendor, bank, chosen, file) for vendor in sorted(vendors))
    made = compare_vendors(candidates, section_weights(weights, bank))
    return Compared(made, candidates, _earlier(workspace, made), bank)


def comparison_report(workspace: Workspace, made: Compared, remarks: tuple[str, ...] = ()) -> Report:
    """The report of a comparison."""
    costs = {one.vendor: one.cost for one in made.candidates if one.cost}
    swings = {vendor: tornado(found.inputs) for vendor, found in costs.items()}
    sections = [(section.id, section.title, section.weight) for section in made.bank.sections]
    facts = Facts(
        printed=now(), program=f"vendoreval {__version__}", vendor=", ".join(made.comparison.order),
        hashes=Hashes(log_head=workspace.verify_log()), remarks=remarks,
    )  # fmt: skip
    return comparison_view(made.comparison, costs, swings, sections, facts)


def record_comparison(workspace: Workspace, made: Comparison, out: str) -> None:
    """Log what a reported comparison rests on, so that a later change is noticed."""
    data = {"order": list(made.order), "basis": {k: dict(v) for k, v in made.basis.items()}, "name": out}
    with workspace.write(actor(), now()) as tx:
        tx.event("comparison.made", _subject(made), data)


def section_weights(text: str, bank: Bank) -> dict[str, int]:
    """`G=30,A=20` as weights by section; raises UsageError, NotFound for an unknown section."""
    weights: dict[str, int] = {}
    known = tuple(section.id for section in bank.sections)
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, number = part.partition("=")
        if name.strip() not in known:
            raise NotFound("section", name.strip(), known)
        if not number.strip().isdigit():
            raise UsageError(f"{part!r} is no weight.", remedy="Write --weights G=30,A=20,C=50.")
        weights[name.strip()] = int(number)
    if text and not sum(weights.values()):
        raise UsageError("All weights are 0.", remedy="Write --weights G=30,A=20,C=50.")
    return weights


def _refuse_foreign(chosen: Sequence[StoredAudit], vendors: Sequence[str]) -> None:
    for stored in chosen:
        if stored.contract.vendor not in vendors:
            raise UsageError(
                f"Audit {stored.row.id!r} is about {stored.contract.vendor}, which is not compared.",
                remedy="Leave it out, or name that vendor too.",
            )


def _candidate(
    workspace: Workspace, vendor_id: str, bank: Bank, chosen: Sequence[StoredAudit], file: CostFile | None
) -> Candidate:
    vendor = show_vendor(workspace, vendor_id)
    stored = next((one for one in chosen if one.contract.vendor == vendor_id), None)
    stored = stored or _latest(workspace, vendor)
    contract = stored.contract if stored else _newest_contract(workspace, vendor)
    told = _assessment(workspace, vendor_id, bank)
    return Candidate(
        vendor_id, vendor.name, told,
        audited=item_totals(stored.row.id, stored.seen) if stored else None,
        promises=_promises(workspace, vendor),
        promised=_promised(contract),
        price=_price(vendor_id, contract, file),
        currency=contract.currency if contract else file.currency if file else "",
        cost=_cost(vendor_id, contract, stored.result if stored else None, file),
        basis=_basis(workspace, told, stored, contract, file),
    )  # fmt: skip


def _latest(workspace: Workspace, vendor: Vendor) -> StoredAudit | None:
    """The vendor's latest audit that measured the accuracy of a whole delivery."""
    for audit_id, _ in reversed(vendor.audits):
        stored = load_audit(workspace, audit_id)
        try:
            measured_accuracy(stored.result)
        except InputError:
            continue
        return stored
    return None


def _newest_contract(workspace: Workspace, vendor: Vendor) -> Contract | None:
    rows = [contract_row(workspace, contract_id) for contract_id in vendor.contracts]
    newest = max(rows, key=lambda row: (row.added_at, row.id), default=None)
    return load_contract(workspace, newest.id, newest.version) if newest else None


def _assessment(workspace: Workspace, vendor: str, bank: Bank) -> Assessment | None:
    return score_vendor(workspace, vendor, bank) if current_answers(workspace, vendor, bank) else None


def _promises(workspace: Workspace, vendor: Vendor) -> dict[str, int]:
    """Findings of all the vendor's audits by verdict; a clause not run promises nothing either way."""
    names = {audit for audit, _ in vendor.audits}
    rows = [row for row in list_audits(workspace) if row.id in names]
    results = [json.loads(workspace.objects.read(row.result_sha)) for row in rows]
    found = Counter(finding["verdict"] for result in results for finding in result["findings"])
    return {verdict: found[verdict] for verdict in sorted(found) if verdict != NOT_RUN}


def _promised(contract: Contract | None) -> str | None:
    for clause in contract.clauses if contract else ():
        if clause.metric == "accuracy" and clause.scope == "delivery":
            return clause.threshold
    return None


def _price(vendor: str, contract: Contract | None, file: CostFile | None) -> str | None:
    """The price in words; the cost file's comes before the contract's."""
    own = {**file.values, **file.vendors.get(vendor, {})}.get("labels.price") if file else None
    if own is not None:
        return f"{own:g}, by the cost file"
    price = contract.price if contract else None
    return f"{price.per_unit} per {price.unit}" if price else None


def _cost(
    vendor: str, contract: Contract | None, result: AuditResult | None, file: CostFile | None
) -> Cost | None:
    """The vendor's cost; None where neither an audit nor the file tells price, quantity and accuracy."""
    known = file or no_file(contract.currency if contract else "USD")
    try:
        if contract and result:
            return cost(audited_inputs(known, contract, result))
        return cost(known.inputs(vendor, contract_values(contract) if contract else {}))
    except InvalidDocument:
        return None


def _basis(
    workspace: Workspace,
    told: Assessment | None,
    stored: StoredAudit | None,
    contract: Contract | None,
    file: CostFile | None,
) -> dict[str, str]:
    parts: dict[str, str] = {}
    if told:
        parts["answers"] = sha256_hex(canonical(told.to_json()))
    if stored:
        parts["audit"] = stored.row.result_sha
    if contract:
        parts["contract"] = contract_row(workspace, contract.id, contract.version).source_sha
    if file:
        plain = {"values": dict(file.values), "vendors": {k: dict(v) for k, v in file.vendors.items()}}
        parts["costs"] = sha256_hex(canonical(plain))
    return parts


def _subject(made: Comparison) -> str:
    return "+".join(sorted(made.order))


def _earlier(workspace: Workspace, made: Comparison) -> Earlier | None:
    with workspace.read() as reader:
        rows = reader.all(EventRow, kind="comparison.made", subject=_subject(made))
    if not rows:
        return None
    last = max(rows, key=lambda row: row.seq)
    data = json.loads(last.data)
    return Earlier(last.at, tuple(data["order"]), tuple(_changed(data["basis"], made.basis)))


def _changed(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> list[str]:
    """`the latest audit of acme`, for every part that is not what it was."""
    return [
        f"{words} of {vendor}"
        for vendor in sorted({*before, *after})
        for part, words in _PARTS.items()
        if before.get(vendor, {}).get(part) != after.get(vendor, {}).get(part)
    ]
