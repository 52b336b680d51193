"""The cost of an offer: an input file, completed by an audit and its contract where one is named."""

from __future__ import annotations

from pathlib import Path

from vendoreval.audits.cost_inputs import measured_accuracy, measured_inputs, no_file, priced
from vendoreval.audits.records import AuditResult
from vendoreval.costs.choosing import CostStudy, study
from vendoreval.costs.inputs import CostFile, parse_costs, template
from vendoreval.errors import Conflict, InputError
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
    if not found.totals.items or not (found.fair or _measured_whole(found.result)):
        raise InputError(
            f"{name!r} measured no share of right answers in the whole delivery.",
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


def _measured_whole(result: AuditResult | None) -> bool:
    """Whether a clause measured the accuracy of the whole delivery."""
    try:
        return result is not None and bool(measured_accuracy(result))
    except InputError:
        return False
