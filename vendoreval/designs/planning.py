"""The plan of an audit: what it will take and how sure it will be, before anybody works."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vendoreval.contracts.metrics import SHEETS, UNITS_OF
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.designs.designs import DESIGNED, Design, design, lowest_share, tolerated_share
from vendoreval.designs.dynamic import Boundaries, OperatingRow, error_chances, operating_rows
from vendoreval.errors import InputError
from vendoreval.money import Money

ACCURACIES = tuple(Fraction(hundredths, 100) for hundredths in range(85, 100))


@dataclass(frozen=True, eq=False)
class AuditPlan:
    """A clause's design with what it costs and how it behaves, exactly, for each true accuracy.

    `at_threshold` is the row of a delivery that just keeps the clause. `wrong_breached` and
    `wrong_kept` are the exact chances of a wrong word at the edges. `cost` is of one audited item.
    """

    contract: Contract
    clause: Clause
    design: Design
    rows: tuple[OperatingRow, ...]
    at_threshold: OperatingRow
    wrong_breached: float
    wrong_kept: float
    cost: Decimal | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/plan/1` (DESIGN §4)."""
        decision, limit = self.clause.decision, tolerated_share(self.clause)
        return {
            "schema": "vendoreval/plan/1",
            "contract": self.contract.id,
            "clause": self.clause.id,
            "metric": self.clause.metric,
            "rule": decision.rule,
            "method": self.design.method,
            "items": self.design.population,
            "threshold": self.clause.threshold,
            "tolerated": None if limit is None else str(decision.tolerated),
            "calibrated": decision.calibrated,
            "alpha": self.design.alpha,
            "beta": self.design.beta,
            "allowed_errors": self.design.allowed,
            "max_items": self.design.max_items,
            "currency": self.contract.currency,
            "cost_per_item": None if self.cost is None else float(self.cost),
            "expected_cost": self.cost_of(self.at_threshold.expected_items),
            "worst_cost": self.cost_of(self.design.max_items),
            "wrong_breached": self.wrong_breached,
            "wrong_kept": self.wrong_kept,
            "operating_characteristic": [dict(vars(row)) for row in self.rows],
            **(
                {"unit": self.clause.unit, "most_units": self.clause.decision.most_units}
                if _several(self)
                else {}
            ),
            "sentences": list(sentences(self)),
        }

    def cost_of(self, items: float) -> float | None:
        """The cost of so many audited items in major units of the contract's currency."""
        if self.cost is None:
            return None
        return float(Money.of(self.cost * Decimal(str(items)), self.contract.currency).amount)


def plan_audit(
    contract: Contract,
    items: int,
    *,
    clause_id: str = "",
    cost: Decimal | None = None,
    sample: int | None = None,
    inspection: str = "normal",
) -> AuditPlan:
    """Plan the audit of a delivery of `items` under one clause, by default the first that can be planned.

    Raises InputError where the clause does not exist, is no share of the whole delivery, or its rule
    cannot be laid out for so many items.
    """
    clause = planned_clause(contract, clause_id)
    made = design(clause, items, sample=sample, inspection=inspection)
    limit = lowest_share(clause)
    accuracies = sorted({*ACCURACIES, limit})
    rows = operating_rows(made.limits, items, accuracies)
    wrong = error_chances(made.limits, items, made.allowed, min(made.intolerable, items))
    return AuditPlan(contract, clause, made, rows, rows[accuracies.index(limit)], *wrong, cost)


def plannable(clause: Clause) -> bool:
    """Whether the clause is on a share of right units in the whole delivery."""
    return clause.scope == "delivery" and clause.metric in ("accuracy", "error_rate", "completeness")


def limits_csv(limits: Boundaries) -> str:
    """The integer tables as an annex: for every n how many errors prove the breach, how few keep.

    A cell is empty where no number of errors decides.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("n", "accept_at", "reject_at"))
    for n, (accept, reject) in enumerate(
        zip(limits.accept_at.tolist(), limits.reject_at.tolist(), strict=True)
    ):
        writer.writerow((n, accept if accept >= 0 else "", reject if reject <= n else ""))
    return written.getvalue()


def planned_clause(contract: Contract, clause_id: str) -> Clause:
    """The clause of this id, by default the first that can be planned; raises InputError."""
    if clause_id:
        found = [clause for clause in contract.clauses if clause.id == clause_id]
        if not found:
            listed = ", ".join(clause.id for clause in contract.clauses)
            raise InputError(f"The contract has no clause {clause_id!r}.", remedy=f"It has: {listed}.")
        if not plannable(found[0]):
            raise InputError(
                f"Clause {clause_id!r} is on {found[0].metric} by {found[0].scope}; a plan is for a share of "
                "right units in the whole delivery.",
                remedy="Plan a clause on accuracy or error_rate with the scope delivery.",
            )
        return found[0]
    ready = [clause for clause in contract.clauses if plannable(clause)]
    ready.sort(
        key=lambda clause: clause.decision.rule not in (*DESIGNED, "active")
    )  # stable: named designs first
    if not ready:
        raise InputError(
            "No clause of this contract is on a share of right units in the whole delivery.",
            remedy="A plan needs a clause on accuracy or error_rate with the scope delivery.",
        )
    return ready[0]


def sentences(plan: AuditPlan) -> Sequence[str]:
    """The plan in plain words."""
    made, row = plan.design, plan.at_threshold
    said = [
        f"Clause {plan.clause.id} is decided by {made.rule} ({made.method}). Of {made.population:,} items at "
        f"most {made.allowed:,} may be wrong.",
        _size(plan),
        f"A delivery that just keeps the clause takes {_items(row.expected_items)} on average, and is wrongly "
        f"called breached with a chance of {chance(plan.wrong_breached)}.",
    ]
    if made.intolerable > made.population:
        return (*said, *_units(plan), *plan.notes)
    share = 1 - made.intolerable / made.population
    said.append(
        f"A delivery with {100 * share:.4g} % right is wrongly called kept with a chance of "
        f"{chance(plan.wrong_kept)}."
    )
    if plan.wrong_breached > made.alpha or plan.wrong_kept > made.beta:
        said.append(
            "This rule does not hold both of the clause's risks "
            f"({100 * made.alpha:g} % and {100 * made.beta:g} %) for this delivery."
        )
    worst = max(plan.rows, key=lambda r: r.expected_items)
    said.append(
        f"The longest audits, at {100 * worst.accuracy:g} % right, take {_items(worst.expected_items)} on "
        f"average, and one in twenty takes {worst.p95_items:,} or more."
    )
    if plan.cost is not None:
        expected = Money.of(plan.cost * Decimal(str(row.expected_items)), plan.contract.currency)
        most = Money.of(plan.cost * made.max_items, plan.contract.currency)
        said.append(f"That is {expected} for a delivery that just keeps the clause, and never above {most}.")
    return (*said, *_units(plan), *plan.notes)


def _several(plan: AuditPlan) -> bool:
    """Whether the clause counts units of which an item holds several."""
    return plan.contract.task.type in UNITS_OF and plan.clause.unit not in SHEETS


def _units(plan: AuditPlan) -> list[str]:
    """What a plan of items with one unit each does not say of items with several."""
    if not _several(plan):
        return []
    said = [
        f"The clause counts by {plan.clause.unit}, and an item holds several or none. These numbers are of "
        "items with one each: errors come together on items, so a verdict may take more of them."
    ]
    most, rule = plan.clause.decision.most_units, plan.clause.decision.rule
    if most is not None:
        said.append(f"By the contract no item holds more than {most:,} units, those that were missed included.")
    elif rule == "sequential":
        said.append(
            "This rule needs a bound on the units of an item (most_units in the decision), and is not run."
        )
    else:
        said.append(
            "The contract agrees on no most_units, so the word kept allows for items that hold as many wrong "
            "units as the fullest delivered item and the fullest gold item together."
        )
    return said


def _size(plan: AuditPlan) -> str:
    n = plan.design.max_items
    if plan.design.rule == "sequential":
        return (
            f"The audit may be looked at after every item and stops when it decides, at the latest after {n:,}."
        )
    if plan.design.rule in ("curtailed", "zero_defect"):
        return f"The sample is {n:,} items; the audit stops when its result is certain."
    if plan.design.rule == "double":
        return f"The first sample is {n // 2:,} items; a second one as large follows only where it is needed."
    if plan.design.rule == "group_sequential":
        return f"The sample is {n:,} items at most, with planned looks in between."
    return f"The sample is {n:,} items, read once at its end."


def _items(expected: float) -> str:
    return f"{expected:,.0f} items"


def chance(p: float) -> str:
    """A probability in per cent, as sentences say it."""
    return f"{100 * p:.1f} %" if p >= 0.001 else "less than 0.1 %"
