"""Imperfect gold: what a verdict is worth when some of the gold answers are wrong.

Every wrong gold answer on a right label looks like an error of the vendor's. With at most a share g of
the units held against wrong gold, a delivery that just keeps the limit L shows right answers on at least
L - g of its units, whichever units the wrong gold falls on (Fréchet's bound), so the clause is held against
that lower limit too. g is the exact upper bound (95 %) of how often adjudication overturned the gold, laid
on the items with most units. It is known of the gold as a whole, not of the gold of one class or person,
where nearly all of the wrong gold may lie: such clauses get no allowance. Errors that were all adjudicated
need none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from vendoreval.contracts.metrics import METRICS
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


def touched(clause: Clause, units: Sequence[int], gold_error: float) -> Fraction | None:
    """The share of the clause's units that wrong gold may have turned into errors, at most.

    `units` are those counted on each item; `gold_error` is the share of gold items that may be wrong, and they
    may be those with most units. None where
    a rate of the whole gold says nothing: of classes, people, edge cases, and of means of ratios.
    """
    if clause.scope != "delivery" or METRICS[clause.metric].kind != "share":
        return None
    if clause.metric == "completeness":  # whether an item was answered does not hang on gold's answer
        return Fraction(0)
    sizes = sorted(units, reverse=True)
    wrong = Fraction(str(gold_error)) * len(sizes)
    whole = int(wrong)
    share = sum(sizes[:whole]) + (wrong - whole) * sum(sizes[whole : whole + 1])
    return Fraction(share, max(sum(sizes), 1))


def lowered(clause: Clause, share: Fraction) -> Clause:
    """`clause` with its limit, and what it tolerates, loosened by a `share` of units touched by wrong gold."""
    decision = clause.decision
    tolerated = None if decision.tolerated is None else _loosened(clause, Fraction(decision.tolerated), share)
    return replace(
        clause,
        threshold=str(_loosened(clause, clause.limit, share)),
        decision=replace(decision, tolerated=tolerated),
    )


def _loosened(clause: Clause, limit: Fraction, share: Fraction) -> Decimal:
    """The limit on the metric's own scale, in decimals that favour the vendor."""
    if METRICS[clause.metric].lower_is_better:
        return 1 - _floor(max(1 - limit - share, Fraction(0)))
    return _floor(max(limit - share, Fraction(0)))


def _floor(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_DIGITS, ROUND_FLOOR)
