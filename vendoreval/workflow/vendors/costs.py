"""The cost of an offer: an input file, completed by an audit and its contract where one is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from vendoreval.audits.item_totals import ItemTotals
from vendoreval.audits.records import AuditResult, Finding
from vendoreval.contracts.terms import Contract
from vendoreval.costs.choosing import CostStudy, study
from vendoreval.costs.inputs import CostFile, CostInputs, parse_costs, template
from vendoreval.errors import Conflict, InputError
from vendoreval.inference.proportions import of_process
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.files import read_text, write_whole
from vendoreval.workflow.vendors.measurements import measurement


def write_template(path: Path) -> None:
    """Write an input file to fill in; raises Conflict when the file is there."""
    if path.exists():
        raise Conflict(f"{path} is there already.", remedy="Name another file.")
    write_whole(path, template().encode())


def read_costs(path: Path) -> CostFile:
    """Read an input file; raises InvalidDocument with all problems at once."""
    return parse_costs(read_text(path), path.name)


def study_cost(path: Path, other: Path | None = None) -> CostStudy:
    """The cost of the offer in `path`, beside the one in `other`."""
    return study(read_costs(path).inputs(), read_costs(other).inputs() if other else None)


def study_measured(
    workspace: Workspace, name: str, path: Path | None = None, other: Path | None = None
) -> CostStudy:
    """The same with the accuracy that an audit or a pilot measured.

    Raises NotFound, InputError where it measured none, InvalidDocument where an input is missing: a pilot
    does not say how much will be bought.
    """
    found = measurement(workspace, name)
    file = read_costs(path) if path else no_file(found.contract.currency)
    if not found.totals.items:
        raise InputError(
            f"{name!r} judged no single answer right or wrong.",
            remedy="Give labels.accuracy in the input file instead.",
        )
    terms = priced(found.contract, load_contract(workspace, found.contract.id))
    if file.currency != terms.currency and file.price_of(terms.vendor) is None:
        raise InputError(
            f"The input file reckons in {file.currency}, the contract {terms.id!r} in {terms.currency}.",
            remedy=f"Give labels.price in the file, in {file.currency}.",
        )
    inputs = measured_inputs(file, terms, found.totals, found.result)
    return study(inputs, read_costs(other).inputs() if other else None)


def no_file(currency: str) -> CostFile:
    """What holds where nobody gave an input file: the defaults."""
    return CostFile("the offer", currency, {}, {}, (), {})


def audited_inputs(file: CostFile, contract: Contract, result: AuditResult) -> CostInputs:
    """Inputs with the measured accuracy, and price, quantity and classes where the file names none.

    The accuracy's interval is its range in the tornado, unless the file gives another.
    """
    finding = measured_accuracy(result)
    ends = sorted((right_share(finding, finding.low), right_share(finding, finding.high)))
    share = right_share(finding, finding.estimate)
    return _with_accuracy(file, contract, quantities(contract, result), share, ends)


def measured_inputs(
    file: CostFile, contract: Contract, totals: ItemTotals, result: AuditResult | None
) -> CostInputs:
    """The same for an audit that judged no clause on accuracy, or (`result` None) a pilot.

    A pilot does not say how much will be bought: the file has to.
    """
    if result is not None:
        try:
            return audited_inputs(file, contract, result)
        except InputError:
            pass
    share = of_process(totals.y, totals.x, Fraction(1, 2))
    known = quantities(contract, result) if result is not None else contract_values(contract)
    return _with_accuracy(file, contract, known, share.estimate, [share.low, share.high])


def _with_accuracy(
    file: CostFile, contract: Contract, known: Mapping[str, float], share: float, ends: Sequence[float]
) -> CostInputs:
    inputs = file.inputs(contract.vendor, in_currency(file, contract, known), {"labels.accuracy": share})
    if ends[0] == ends[1]:  # a census leaves no doubt about this delivery; the next one will differ
        return inputs
    return replace(inputs, ranges={"labels.accuracy": (ends[0], ends[1]), **inputs.ranges})


def priced(measured: Contract, newest: Contract) -> Contract:
    """The contract by which something was measured, at the price as it is now."""
    return replace(measured, price=newest.price, currency=newest.currency)


def in_currency(file: CostFile, contract: Contract, known: Mapping[str, float]) -> dict[str, float]:
    """What a contract says, without its price where the input file reckons in another currency."""
    foreign = file.currency != contract.currency
    return {name: value for name, value in known.items() if not (foreign and name == "labels.price")}


def quantities(contract: Contract, result: AuditResult) -> dict[str, float]:
    """What the contract says, and the delivery's units at the price of one that is right or wrong."""
    known = contract_values(contract)
    items, labels = float(result.counts["items"]), float(result.counts["labels"])
    units = labels if contract.task.answers == "each" else items
    known["labels.units"] = units
    if contract.price and contract.price.unit in ("item", "label"):
        paid = labels if contract.price.unit == "label" else items
        known["labels.price"] = float(contract.price.per_unit) * paid / units
    return known


def contract_values(contract: Contract) -> dict[str, float]:
    """What a contract says about costs: the price, and the number of classes."""
    known: dict[str, float] = {}
    if contract.price:
        known["labels.price"] = float(contract.price.per_unit)
    if len(contract.task.classes) > 1:
        known["labels.classes"] = float(len(contract.task.classes))
    return known


def measured_accuracy(result: AuditResult) -> Finding:
    """The finding on the whole delivery's accuracy; raises InputError when the audit has none."""
    for finding in result.findings:
        whole = finding.scope == "delivery" and finding.estimate is not None
        if whole and finding.metric in ("accuracy", "error_rate"):
            return finding
    raise InputError(
        f"Audit {result.audit!r} did not measure the accuracy of the whole delivery.",
        remedy="Give labels.accuracy in the input file instead.",
    )


def right_share(finding: Finding, value: float | None) -> float:
    """A value of the finding as a share of right units."""
    share = value or 0.0
    return 1 - share if finding.metric == "error_rate" else share
