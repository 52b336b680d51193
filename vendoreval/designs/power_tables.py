"""What samples of usual sizes would catch, clause by clause: the table that `contract check` prints."""

from __future__ import annotations

from dataclasses import dataclass

from vendoreval.contracts.explain import PowerQuestion, power_questions
from vendoreval.contracts.terms import Contract
from vendoreval.inference.power import PowerRow, power_table, sample_for_power

SIZES = (100, 200, 500, 1000, 2000, 5000)
FACTORS = (1.25, 1.5, 2.0)


@dataclass(frozen=True)
class ClausePower:
    """The power table of one clause; `needed` items catch double the allowed errors 9 times in 10."""

    clause: str
    needed: int
    rows: tuple[PowerRow, ...]


def power_tables(contract: Contract) -> tuple[ClausePower, ...]:
    """What samples would catch, for every clause on a share that is decided by chance."""
    return tuple(_power(question) for question in power_questions(contract) if 0 < question.limit < 1)


def _power(question: PowerQuestion) -> ClausePower:
    limit, alpha = question.limit, question.alpha
    factors = [factor for factor in FACTORS if factor * float(1 - limit) < 1]
    rows = power_table(limit, alpha, SIZES, factors)
    needed = sample_for_power(limit, alpha, 0.9, factors[-1])[0] if factors else 0
    return ClausePower(question.clause, needed, rows)
