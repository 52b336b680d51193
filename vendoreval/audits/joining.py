"""Clauses of one family, judged together: the chance of any wrong *breached* among them stays the agreed one.

Ten classes, each just at its limit, are each called breached in 5 of 100 deliveries, and one of them
somewhere in 36. The findings of a family share that risk by Holm's method (Scandinavian J. Statistics 6,
1979), under any dependence: the smallest of m p-values is held against alpha / m, the next against
alpha / (m - 1), and so on to the first that fails. A finding's own numbers (interval, strike-outs) are then
those at the risk that it was held against. *Kept* needs no such share: a family is kept when all are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from vendoreval.audits.records import Finding
from vendoreval.contracts.joint import breach_risk
from vendoreval.contracts.terms import Clause
from vendoreval.inference.multiplicity import holm, holm_steps

Trial = Callable[[Clause], Finding]  # the totals of a clause, or of one group of it, held against its terms
Judge = Callable[[Clause], Iterable[Trial]]
Judged = tuple[Clause, Trial, Finding]  # the clause with the risks that the finding was held against


def judge_all(clauses: Sequence[Clause], judge: Judge) -> list[Judged]:
    """Every finding of `clauses`, in their order, families at their joint risk."""
    alone = [(clause, trial, trial(clause)) for clause in clauses for trial in judge(clause)]
    for family in dict.fromkeys(clause.family for clause in clauses if clause.family):
        p = {
            k: f.p_breach for k, (c, _, f) in enumerate(alone) if c.family == family and f.p_breach is not None
        }
        values = list(p.values())
        steps = holm_steps(values, float(min((breach_risk(alone[k][0]) for k in p), default=1)))
        shared = f"Its risk is shared by the {len(p):,} findings of the family {family}."
        for k, step, joint in zip(p, steps, holm(values).tolist(), strict=True):
            clause, trial, _ = alone[k]
            at_its_share = _at(clause, breach_risk(clause) / step)
            found = trial(at_its_share)
            alone[k] = at_its_share, trial, replace(found, p_joint=joint, reason=f"{found.reason} {shared}")
    return alone


def _at(clause: Clause, risk: Decimal) -> Clause:
    decision = clause.decision
    swapped = decision.rule == "acceptance"
    return replace(clause, decision=replace(decision, beta=risk) if swapped else replace(decision, alpha=risk))
