"""The chance that some clause of many is wrongly called breached: each has its risk, and they add up.

Ten clauses, each just kept, each called breached in at most 5 of 100 deliveries, are all called kept or
undecided in 0.95^10 = 60 of 100, if they err independently; whatever they have to do with each other, the
chance is at most the sum of the risks. A family of clauses has one risk (audits.joining).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause, Contract

SHAREABLE = ("claim", "acceptance")  # rules whose findings may share a risk as a family
WITHOUT_RISK = ("point", "zero_defect", "iso2859-1", "iso2859-2")  # rules that keep no agreed risk of a breach
YEAR = 12  # deliveries


@dataclass(frozen=True)
class JointRisk:
    """What `risks`, each of a wrong breach, come to for one delivery: `independent`, and `at_most` in any case.

    `findings` are judged, at least: how many annotators there will be is not known.
    """

    findings: int
    risks: tuple[float, ...]
    open_ended: bool = False

    @property
    def independent(self) -> float:
        return 1 - math.prod(1 - risk for risk in self.risks)

    @property
    def at_most(self) -> float:
        return min(1.0, math.fsum(self.risks))

    def to_json(self) -> dict[str, Any]:
        return {
            "findings": self.findings,
            "open_ended": self.open_ended,
            "independent": self.independent,
            "at_most": self.at_most,
            "deliveries_a_year": YEAR,
            "in_a_year": self.in_a_year,
        }

    @property
    def in_a_year(self) -> float:
        """The chance in one of YEAR deliveries, independent."""
        return 1 - (1 - self.independent) ** YEAR


def breach_risk(clause: Clause) -> Decimal:
    """The agreed risk of a wrong *breached*: alpha, or beta where the rule `acceptance` swaps the two."""
    decision = clause.decision
    return decision.beta if decision.rule == "acceptance" else decision.alpha


def joint_risk(contract: Contract) -> JointRisk:
    """The risks of a delivery that just keeps every clause, before anything is audited."""
    each = [(clause, _findings(contract, clause)) for clause in contract.clauses]
    known = [clause for clause, count in each for _ in range(count)]
    several = any(clause.scope == "annotator" and not clause.group for clause in contract.clauses)
    return _risks(known, open_ended=several)


def risk_of(judged: Iterable[Clause]) -> JointRisk:
    """The risks of findings that were judged; `judged` names the clause of each."""
    return _risks(judged)


def joint_sentence(risk: JointRisk) -> str:
    """What to expect of a vendor that just keeps every limit; empty where no clause has a risk."""
    if not risk.risks:
        return ""
    once = (
        f"The chance that a delivery just at every limit is called breached is up to {_percent(risk.at_most)}"
    )
    if len(risk.risks) > 1:
        once = (
            f"A delivery just at every limit is called breached somewhere among {risk.findings:,} findings "
            f"with a chance of up to {_percent(risk.independent)} if they err independently, "
            f"{_percent(risk.at_most)} in any case"
        )
    more = ", and more with each further annotator" if risk.open_ended else ""
    return f"{once}{more}; one of {YEAR} such deliveries with up to {_percent(risk.in_a_year)}."


def _risks(judged: Iterable[Clause], *, open_ended: bool = False) -> JointRisk:
    risks: list[float] = []
    families: dict[str, float] = {}
    findings = 0
    for clause in judged:
        if clause.decision.rule in WITHOUT_RISK:
            continue
        findings += 1
        if clause.family:
            families[clause.family] = float(breach_risk(clause))
        else:
            risks.append(float(breach_risk(clause)))
    return JointRisk(findings, (*risks, *families.values()), open_ended)


def _findings(contract: Contract, clause: Clause) -> int:
    """How many findings a clause comes to; one annotator at least."""
    if not METRICS[clause.metric].available:
        return 0
    if clause.scope != "class" or clause.group:
        return 1
    return max(len(set(contract.task.classes) - set(contract.task.ways_to_ask)), 1)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
