"""What the workspace knows of one vendor, gathered for a comparison."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from vendoreval.audits.comparing import item_totals
from vendoreval.audits.comparison_records import Candidate, ItemTotals, Source
from vendoreval.audits.pilot_result import main_totals
from vendoreval.audits.records import NOT_RUN, AuditResult
from vendoreval.contracts.terms import Contract
from vendoreval.costs.inputs import CostFile
from vendoreval.costs.model import Cost, cost
from vendoreval.errors import InvalidDocument, NotFound, UsageError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank
from vendoreval.store.tables import AuditRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits import load_audit
from vendoreval.workflow.contracts import contract_row, load_contract
from vendoreval.workflow.costs import contract_values, measured_inputs, no_file
from vendoreval.workflow.golds import load_gold
from vendoreval.workflow.measured import track, track_hash
from vendoreval.workflow.pilot_answers import judged_again
from vendoreval.workflow.pilots import judged_record, latest_judged
from vendoreval.workflow.promises import vendor_promises
from vendoreval.workflow.questionnaires import current_answers, score_vendor, sent_mode
from vendoreval.workflow.vendors import show_vendor


@dataclass(frozen=True, eq=False)
class Measurement:
    """An audit or a pilot that measured a vendor's accuracy. `result` is that of an audit, `pilot` its row."""

    kind: Source
    contract: Contract
    totals: ItemTotals
    sha: str
    at: datetime
    result: AuditResult | None = None
    pilot: PilotRow | None = None


def candidate(
    workspace: Workspace, vendor_id: str, bank: Bank, chosen: Sequence[Measurement], file: CostFile | None
) -> Candidate:
    """One vendor's side of a comparison; `chosen` are measurements to use instead of the latest."""
    vendor = show_vendor(workspace, vendor_id)
    seen = next((one for one in chosen if one.contract.vendor == vendor_id), None)
    seen = seen or _latest(workspace, vendor_id)
    contract = seen.contract if seen else _newest_contract(workspace, vendor.contracts)
    told = _assessment(workspace, vendor_id, bank)
    promises = vendor_promises(workspace, vendor_id, bank) if told else ()
    tried = seen.pilot if seen else None
    tried = tried or latest_judged(workspace, vendor_id)
    pilot = judged_record(workspace, tried)["blocks"] if tried else ()
    return Candidate(
        vendor_id, vendor.name, told,
        asked=sent_mode(workspace, vendor_id, bank) is not None,
        audited=seen.totals if seen else None,
        source=seen.kind if seen else None,
        clauses=_clauses(workspace, vendor.audits),
        promises=promises,
        pilot={block["name"]: block for block in pilot},
        promised=_promised(contract),
        price=_price(vendor_id, contract, file),
        currency=contract.currency if contract else file.currency if file else "",
        cost=_cost(vendor_id, contract, seen, file),
        basis=_basis(workspace, vendor_id, told, seen, tried, contract, file),
    )  # fmt: skip


def measurement(workspace: Workspace, name: str, vendors: Sequence[str]) -> Measurement:
    """An audit or a judged pilot by its id; raises NotFound, UsageError for one of another vendor."""
    with workspace.read() as reader:
        pilot = reader.get(PilotRow, name)
        if not pilot and not reader.get(AuditRow, name):
            audits, pilots = reader.all(AuditRow), reader.all(PilotRow)
            known = (*(row.id for row in audits), *(row.id for row in pilots))
            raise NotFound("audit or pilot", name, known)
    found = _piloted(workspace, pilot) if pilot else _audited(workspace, name)
    if found.contract.vendor not in vendors:
        raise UsageError(
            f"{name!r} is about {found.contract.vendor}, which is not compared.",
            remedy="Leave it out, or name that vendor too.",
        )
    return found


def _latest(workspace: Workspace, vendor: str) -> Measurement | None:
    """The vendor's latest audit or judged pilot that counted a unit."""
    with workspace.read() as reader:
        audits = {row.id: row for row in reader.all(AuditRow)}
        pilots = {row.id: row for row in reader.all(PilotRow)}
    made = [(row.ran_at, "audit", name, row.contract_id) for name, row in audits.items()]
    made += [(row.judged_at, "pilot", name, row.contract_id) for name, row in pilots.items() if row.judged_at]
    for _, kind, name, contract in sorted(made, reverse=True):
        if load_contract(workspace, contract).vendor == vendor:
            found = _piloted(workspace, pilots[name]) if kind == "pilot" else _audited(workspace, name)
            if found.totals.items:
                return found
    return None


def _audited(workspace: Workspace, audit: str) -> Measurement:
    stored = load_audit(workspace, audit)
    totals = item_totals(
        stored.row.id, stored.seen, _accepted(workspace, stored.row.gold_id), stored.contract.task.answers
    )
    return Measurement(
        "audit", stored.contract, totals, stored.row.result_sha, stored.row.ran_at, stored.result
    )


def _accepted(workspace: Workspace, gold_id: str) -> dict[str, frozenset[str]]:
    """The answers that gold accepts of each item."""
    gold = load_gold(workspace, gold_id)
    return dict(zip(gold.item_ids, map(frozenset, gold.accepted), strict=True))


def _piloted(workspace: Workspace, row: PilotRow) -> Measurement:
    if row.judged_at is None or row.result_sha is None:
        raise UsageError(f"Pilot {row.id!r} is not judged yet.", remedy="Take its answers in first.")
    judged = judged_again(workspace, row.id)
    return Measurement(
        "pilot",
        judged.sent.contract,
        main_totals(row.id, judged.seen),
        row.result_sha,
        row.judged_at,
        pilot=row,
    )


def _newest_contract(workspace: Workspace, contracts: Sequence[str]) -> Contract | None:
    rows = [contract_row(workspace, contract_id) for contract_id in contracts]
    newest = max(rows, key=lambda row: (row.added_at, row.id), default=None)
    return load_contract(workspace, newest.id, newest.version) if newest else None


def _assessment(workspace: Workspace, vendor: str, bank: Bank) -> Assessment | None:
    return score_vendor(workspace, vendor, bank) if current_answers(workspace, vendor, bank) else None


def _clauses(workspace: Workspace, audits: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Findings of all the vendor's audits by verdict; a clause not run promises nothing either way."""
    names = {audit for audit, _ in audits}
    with workspace.read() as reader:
        rows = [row for row in reader.all(AuditRow) if row.id in names]
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
    vendor: str, contract: Contract | None, seen: Measurement | None, file: CostFile | None
) -> Cost | None:
    """The vendor's cost; None where price, quantity or accuracy are not known."""
    known = file or no_file(contract.currency if contract else "USD")
    try:
        if contract and seen:
            return cost(measured_inputs(known, contract, seen.totals, seen.result))
        return cost(known.inputs(vendor, contract_values(contract) if contract else {}))
    except InvalidDocument:
        return None


def _basis(
    workspace: Workspace,
    vendor: str,
    told: Assessment | None,
    seen: Measurement | None,
    tried: PilotRow | None,
    contract: Contract | None,
    file: CostFile | None,
) -> dict[str, str]:
    parts: dict[str, str] = {}
    if told:
        parts["answers"] = sha256_hex(canonical(told.to_json()))
    if seen:
        parts[seen.kind] = seen.sha
    if tried and tried.result_sha:
        parts["pilot"] = tried.result_sha
    if contract:
        parts["contract"] = contract_row(workspace, contract.id, contract.version).source_sha
    if file:
        plain = {"values": dict(file.values), "vendors": {k: dict(v) for k, v in file.vendors.items()}}
        parts["costs"] = sha256_hex(canonical(plain))
    if told:  # what promises are held against; not the days that open questions have waited, which pass by
        parts["promises"] = track_hash(workspace, track(workspace, vendor))
    return parts
