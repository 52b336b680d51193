"""How many fresh units the audit of a rework takes, clause by clause, before anybody labels them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vendoreval.contracts.explain import PowerQuestion, power_questions
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.designs.designs import DESIGNED, design
from vendoreval.designs.planning import plannable
from vendoreval.errors import InputError
from vendoreval.inference.power import sample_for_power, zero_error_sample


@dataclass(frozen=True)
class Needed:
    """`kept`: the fewest units, all right, that can show the clause kept; `twice`: those that catch twice the
    allowed errors 9 times in 10, as `contract check` prints (for rules with a design: its largest sample).
    `fresh` units are there; of fewer than are needed, only all of them together can show anything.
    """

    clause: str
    unit: str
    kept: int
    twice: int
    fresh: int

    def to_json(self) -> dict[str, Any]:
        """The numbers as plain JSON values."""
        return dict(vars(self))


def fresh_needed(contract: Contract, fresh: int, items: int, rows: int) -> tuple[Needed, ...]:
    """What every clause on a share of right units in the whole delivery needs that is decided by chance.

    `fresh` of the delivery's `items` can still be audited, and it has `rows` labels or objects. Clauses on
    single classes or people are left out: each class or person takes as many.
    """
    questions = {one.clause: one for one in power_questions(contract)}
    found = []
    for clause in contract.clauses:
        units = fresh if clause.unit == "item" else fresh * rows // max(items, 1)
        if clause.id not in questions or not plannable(clause) or clause.metric == "completeness" or not units:
            continue
        try:
            kept, twice = _least(clause, questions[clause.id], units)
        except InputError:  # no number of units does it
            continue
        found.append(Needed(clause.id, clause.unit, kept, twice, units))
    return tuple(found)


def _least(clause: Clause, asked: PowerQuestion, units: int) -> tuple[int, int]:
    if clause.decision.rule in DESIGNED:
        return _designed(clause, units)
    kept = zero_error_sample(asked.limit, 1 - asked.beta)
    return kept, sample_for_power(asked.limit, asked.alpha, 0.9, 2)[0]


def _designed(clause: Clause, population: int) -> tuple[int, int]:
    made = design(clause, population)
    accepts = np.flatnonzero(made.limits.accept_at >= 0)
    return (int(accepts[0]) if len(accepts) else made.max_items), made.max_items
