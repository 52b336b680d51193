"""Where a vendor stands under an AQL plan with switching, from how its earlier deliveries fared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vendoreval.audits.records import BREACHED, KEPT
from vendoreval.contracts.terms import Clause
from vendoreval.sampling.aql import code_letter, plan_for
from vendoreval.sampling.plans import Outcome
from vendoreval.sampling.switching import Inspected, Switching, within_tighter

STOPPED = "stopped"


@dataclass(frozen=True)
class Inspection:
    """One earlier delivery: its units, the errors found in its sample, and the clause's verdict."""

    population: int
    errors: int
    verdict: str


def switches(clause: Clause) -> bool:
    """Whether the clause is decided by an AQL plan whose severity follows the vendor's record."""
    decision = clause.decision
    return decision.rule == "iso2859-1" and decision.options.get("inspection", "switching") == "switching"


def inspection_after(clause: Clause, history: Sequence[Inspection]) -> str:
    """normal, tightened, reduced or stopped: how the next delivery is inspected.

    `history`: first inspections of the vendor's deliveries under this clause, oldest first; deliveries
    that were neither accepted nor refused do not count.
    """
    options = clause.decision.options
    aql, level = options["aql"], options.get("level", "II")
    state = Switching("iso2859-1")
    for past in history:
        if state.stopped:
            break
        if past.verdict not in (KEPT, BREACHED):
            continue
        (stage,) = plan_for(past.population, aql, level, state.inspection).stages
        outcome: Outcome = "accepted" if past.errors <= stage.accept else "accepted_with_doubt"
        if past.verdict == BREACHED:
            outcome = "refused"
        tighter = within_tighter(code_letter(past.population, level), aql, past.errors, state.inspection)
        state = state.after(Inspected(outcome, stage.accept, tighter))
    return STOPPED if state.stopped else state.inspection
