"""The inputs of a cost study: a file, completed by what an audit or a pilot measured and by its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from vendoreval.audits.item_totals import ItemTotals
from vendoreval.audits.records import AuditResult, Finding
from vendoreval.contracts.terms import Contract
from vendoreval.costs.inputs import CostFile, CostInputs
from vendoreval.errors import InputError
from vendoreval.inference.proportions import of_process


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
