"""Planning audits from a contract in the workspace or from a file, before anybody works."""

from __future__ import annotations

from pathlib import Path

from vendoreval.audits.active import RULE
from vendoreval.audits.active_planning import FLAGGED, LIFT, RUNS, ActivePlan, plan_active
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.designs.dynamic import Boundaries
from vendoreval.designs.planning import AuditPlan, limits_csv, plan_audit, planned_clause
from vendoreval.errors import UsageError
from vendoreval.numerals import amount
from vendoreval.pilots import pilot
from vendoreval.pilots.pilot import PilotPlan
from vendoreval.workflow.contracts.contracts import load_contract
from vendoreval.workflow.files import read_text, write_whole
from vendoreval.workflow.workspaces import open_workspace


def plan(
    contract: str, items: int, *, clause: str = "", cost: str = "", sample: int | None = None
) -> AuditPlan:
    """The plan for a delivery of `items` under `contract`, an id in the workspace or a TOML file.

    `cost` is the price of one audited item as decimal text. Raises InputError, NotFound, UsageError.
    """
    return plan_audit(
        named_contract(contract), items, clause_id=clause, cost=amount(cost, "--cost-per-item"), sample=sample
    )


def plan_with_scores(
    contract: str, items: int, *, clause: str = "", cost: str = "", lift: float = 0.0, flagged: float = 0.0,
    runs: int = 0, limits: bool = False,
) -> ActivePlan | None:  # fmt: skip
    """What scores save for a delivery of `items`, beside the uniform rule.

    None where the clause is not decided by the rule active and no `lift` is asked about. Raises as `plan`, and
    UsageError where `limits` are asked for, which follow from the answers here.
    """
    terms = named_contract(contract)
    chosen = planned_clause(terms, clause)
    if chosen.decision.rule != RULE and not lift:
        return None
    if limits:
        raise UsageError(
            "A draw by scores has no table of limits: each answer counts by its chance to be drawn.",
            remedy="Leave --boundaries away.",
        )
    return plan_active(
        terms, chosen, items, lift=lift or LIFT, flagged=flagged or FLAGGED, runs=runs or RUNS,
        cost=amount(cost, "--cost-per-item"),
    )  # fmt: skip


def plan_pilot(contract: str, spare: int, *, clause: str = "", cost: str = "") -> PilotPlan:
    """The pilot for a contract, an id in the workspace or a TOML file; `spare` items are there for it."""
    return pilot.plan_pilot(
        named_contract(contract), spare, clause_id=clause, cost=amount(cost, "--cost-per-item")
    )


def named_contract(name: str) -> Contract:
    """A contract by its file, or by its id in the workspace."""
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        return parse_contract(read_text(path), path.name)
    return load_contract(open_workspace(), name)


def write_boundaries(limits: Boundaries, out: Path) -> None:
    """Write the table of stopping limits."""
    write_whole(out, limits_csv(limits).encode())
