"""Imperfect gold: what a verdict is worth when some of the gold answers are wrong.

Every wrong gold answer on a right label looks like an error of the vendor's. With at most a share g of
wrong gold answers a delivery that just keeps the limit L shows right answers on at least L (1 - g) of its
units, so the clause is held against that lower limit too. g is the exact upper bound (95 %) of how
often adjudication overturned the gold. Errors that were all adjudicated need no such allowance.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from vendoreval.contracts.rules import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.inference.imperfect_gold import GoldRevision, auditor_error, gold_revision

_CONFIDENCE = 0.95
_DIGITS = Decimal("0.000000001")


def revision(checked: tuple[int, int]) -> GoldRevision | None:
    """How often the gold was overturned, from (overturned, adjudicated); None where nothing was checked."""
    return gold_revision(*checked, _CONFIDENCE) if checked[1] else None


def double_notes(differed: int, double: int) -> list[str]:
    """What items that several auditors answered say of the gold's own errors."""
    if not double:
        return []
    said = f"Several auditors answered {double:,} items and differed on {differed:,} of them."
    if 2 * differed > double:
        return [f"{said} Such answers are hardly better than chance: the guideline needs to be cleared up."]
    error = auditor_error(differed, double)
    return [
        f"{said} If they err independently, one of them is wrong on about {100 * error:.1f} % of the items, "
        f"and both alike on at most {100 * error**2:.2f} %. Where they differ, an adjudicator decides."
    ]


def lowered(clause: Clause, gold_error: float) -> Clause:
    """`clause` with its limit, and what it tolerates, loosened by a share `gold_error` of wrong gold."""
    decision = clause.decision
    tolerated = (
        None if decision.tolerated is None else _loosened(clause, Fraction(decision.tolerated), gold_error)
    )
    return replace(
        clause,
        threshold=str(_loosened(clause, clause.limit, gold_error)),
        decision=replace(decision, tolerated=tolerated),
    )


def _loosened(clause: Clause, share: Fraction, gold_error: float) -> Decimal:
    """The share on the metric's own scale, in decimals that favour the vendor."""
    if METRICS[clause.metric].lower_is_better:
        right = (1 - share) * (1 - Fraction(str(gold_error)))
        return 1 - _floor(right)
    return _floor(share * (1 - Fraction(str(gold_error))))


def _floor(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_DIGITS, ROUND_FLOOR)
