"""What the workspace knows of one vendor, gathered for a comparison."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vendoreval.audits.cost_inputs import contract_values, in_currency, measured_inputs, no_file, priced
from vendoreval.audits.records import NOT_RUN, worst
from vendoreval.comparing.records import Candidate
from vendoreval.contracts.terms import Contract
from vendoreval.costs.inputs import CostFile
from vendoreval.costs.model import Cost, cost
from vendoreval.errors import InputError
from vendoreval.evidence.canonical import canonical, sha256_hex
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank
from vendoreval.store.tables import AuditRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.audits.revisions import as_revised
from vendoreval.workflow.contracts.contracts import contract_row, load_contract
from vendoreval.workflow.pilots.pilots import judged_record, latest_judged
from vendoreval.workflow.questionnaires.promises import vendor_promises
from vendoreval.workflow.questionnaires.questionnaires import current_answers, score_vendor, sent_mode
from vendoreval.workflow.reports.measured import track, track_hash
from vendoreval.workflow.vendors.measurements import Measurement, latest_measurement
from vendoreval.workflow.vendors.vendors import show_vendor


def candidate(
    workspace: Workspace, vendor_id: str, bank: Bank, chosen: Sequence[Measurement], file: CostFile | None
) -> Candidate:
    """One vendor's side of a comparison; `chosen` are measurements to use instead of the latest."""
    vendor = show_vendor(workspace, vendor_id)
    seen = next((one for one in chosen if one.contract.vendor == vendor_id), None)
    seen = seen or latest_measurement(workspace, vendor_id)
    contract = _newest_contract(workspace, vendor.contracts)
    told = _assessment(workspace, vendor_id, bank)
    promises = vendor_promises(workspace, vendor_id, bank) if told else ()
    tried = seen.pilot if seen else None
    tried = tried or latest_judged(workspace, vendor_id)
    pilot = judged_record(workspace, tried) if tried else {}
    return Candidate(
        vendor_id, vendor.name, told,
        asked=sent_mode(workspace, vendor_id, bank) is not None,
        audited=seen.totals if seen else None,
        source=seen.kind if seen else None,
        clauses=_clauses(workspace, vendor.audits),
        promises=promises,
        pilot={block["name"]: block for block in pilot.get("blocks", ())},
        surge=pilot.get("surge"),
        promised=_promised(contract),
        price=_price(vendor_id, contract, file),
        currency=_currency(vendor_id, contract, file),
        cost=_cost(vendor_id, contract, seen, file),
        basis=_basis(workspace, vendor_id, told, seen, tried, contract, file),
    )  # fmt: skip


def _newest_contract(workspace: Workspace, contracts: Sequence[str]) -> Contract | None:
    rows = [contract_row(workspace, contract_id) for contract_id in contracts]
    newest = max(rows, key=lambda row: (row.added_at, row.id), default=None)
    return load_contract(workspace, newest.id, newest.version) if newest else None


def _assessment(workspace: Workspace, vendor: str, bank: Bank) -> Assessment | None:
    return score_vendor(workspace, vendor, bank) if current_answers(workspace, vendor, bank) else None


def _clauses(workspace: Workspace, audits: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Clauses of all the vendor's audits by verdict."""
    names = {audit for audit, _ in audits}
    with workspace.read() as reader:
        rows = as_revised(reader, [row for row in reader.all(AuditRow) if row.id in names])
    return clause_verdicts(json.loads(workspace.objects.read(row.result_sha))["findings"] for row in rows)


def clause_verdicts(audits: Iterable[Sequence[Mapping[str, Any]]]) -> dict[str, int]:
    """How many clauses got each verdict, from the findings of each audit.

    A clause counts once an audit, by its worst finding, as on the certificate; one that was not run promises
    nothing either way.
    """
    found: Counter[str] = Counter()
    for findings in audits:
        verdicts: dict[str, tuple[str, ...]] = {}
        for finding in findings:
            verdicts[finding["clause"]] = (*verdicts.get(finding["clause"], ()), finding["verdict"])
        found.update(worst(own) for own in verdicts.values())
    return {verdict: found[verdict] for verdict in sorted(found) if verdict != NOT_RUN}


def _promised(contract: Contract | None) -> str | None:
    for clause in contract.clauses if contract else ():
        if clause.metric == "accuracy" and clause.scope == "delivery":
            return clause.threshold
    return None


def _price(vendor: str, contract: Contract | None, file: CostFile | None) -> str | None:
    """The price in words; the cost file's comes before the contract's."""
    own = file.price_of(vendor) if file else None
    if own is not None:
        return f"{own:g}, by the cost file"
    price = contract.price if contract else None
    return f"{price.per_unit} per {price.unit}" if price else None


def _currency(vendor: str, contract: Contract | None, file: CostFile | None) -> str:
    """The currency of the price, where one is known."""
    if file and (contract is None or file.price_of(vendor) is not None):
        return file.currency
    return contract.currency if contract else ""


def _cost(
    vendor: str, contract: Contract | None, seen: Measurement | None, file: CostFile | None
) -> Cost | None:
    """The vendor's cost; None where price, quantity or accuracy are not known."""
    known = file or no_file(contract.currency if contract else "USD")
    try:
        if contract and seen:
            return cost(measured_inputs(known, priced(seen.contract, contract), seen.totals, seen.result))
        said = in_currency(known, contract, contract_values(contract)) if contract else {}
        return cost(known.inputs(vendor, said))
    except InputError:  # an input is missing, or no label is right
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
        plain = {
            "currency": file.currency, "values": dict(file.values),
            "vendors": {k: dict(v) for k, v in file.vendors.items()},
            "quotes": [vars(quote) for quote in file.quotes],
            "ranges": {k: list(v) for k, v in file.ranges.items()},
        }  # fmt: skip
        parts["costs"] = sha256_hex(canonical(plain))
    if told:  # what promises are held against; not the days that open questions have waited, which pass by
        parts["promises"] = track_hash(workspace, track(workspace, vendor))
    return parts
