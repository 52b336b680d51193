"""One clause, or one group of it, held against its totals: the verdict and its numbers.

Rules (contracts.rules): `claim` says breached when a sample this bad has a chance of at most alpha
under a delivery that just keeps the clause, and kept when one this good has a chance of at most beta
under a delivery that just breaks it. `acceptance` swaps the two risks: alpha guards the word kept.
`point` compares the estimate with the threshold and knows no chance. No verdict hangs on a rounded
number: p-values come from exact or effective-sample tails, the point rule compares integers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from vendoreval.audits.measures import Measure
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, Finding
from vendoreval.contracts.terms import Clause
from vendoreval.inference.proportions import (
    CENSUS,
    Proportion,
    clustered,
    macro,
    more_items_needed,
    simple,
    strikeouts,
)

RULES_HERE = ("claim", "acceptance", "point")


@dataclass(frozen=True)
class Frame:
    """The delivery that the audited items stand for.

    `items` in the delivery; `census` when every one of them has gold. Totals over a class or an
    annotator have an unknown population, unless it is a census.
    """

    items: int
    census: bool


def not_run(clause: Clause, reason: str, group: str | None = None) -> Finding:
    """A finding that says why the clause was not judged."""
    return Finding(
        clause.id, clause.metric, clause.unit, clause.scope, group, clause.threshold, NOT_RUN, reason
    )


def decide(clause: Clause, group: str | None, totals: Measure, frame: Frame, *, whole: bool) -> Finding:
    """Judge `totals`. `whole` says that they cover every unit of the audited items.

    Thresholds of error_rate are upper limits of the error share; all others are lower limits.
    """
    if totals.n == 0:
        return not_run(clause, "No unit on the gold items belongs to this clause.", group)
    is_error = clause.metric == "error_rate"
    limit = 1 - clause.limit if is_error else clause.limit
    alpha, beta = _risks(clause)
    confidence = float(1 - clause.decision.alpha)
    share = _estimate(totals, limit, confidence, frame, whole=whole)
    verdict = _verdict(clause, totals, share, limit, alpha, beta)
    finding = Finding(
        clause.id, clause.metric, clause.unit, clause.scope, group, clause.threshold, verdict, "",
        estimate=1 - share.estimate if is_error else share.estimate,
        low=1 - share.high if is_error else share.low,
        high=1 - share.low if is_error else share.high,
        confidence=confidence,
        method=share.method,
        n=totals.n,
        errors=totals.errors,
        clusters=share.clusters,
        population=share.population,
        design_effect=share.design_effect,
        p_breach=share.p_breach,
        p_kept=share.p_kept,
        more_items=more_items_needed(share, limit, alpha, beta) if verdict == INCONCLUSIVE else None,
        strikeouts=_strikeouts(clause, totals, share, limit, alpha) if verdict == BREACHED else None,
    )  # fmt: skip
    return replace(finding, reason=_reason(finding, clause.decision.rule))


def _risks(clause: Clause) -> tuple[float, float]:
    """The risk of a wrong `breached` and of a wrong `kept`."""
    alpha, beta = float(clause.decision.alpha), float(clause.decision.beta)
    return (beta, alpha) if clause.decision.rule == "acceptance" else (alpha, beta)


def _estimate(totals: Measure, limit: Fraction, confidence: float, frame: Frame, *, whole: bool) -> Proportion:
    if len(totals.xs) > 1:
        return macro(totals.ys, totals.xs, limit, confidence=confidence, population_clusters=frame.items)
    if totals.one_unit_an_item:
        population = totals.n if frame.census else frame.items if whole else None
        return simple(totals.n - totals.errors, totals.n, limit, confidence=confidence, population=population)
    return clustered(totals.ys[0], totals.xs[0], limit, confidence=confidence, population_clusters=frame.items)


def _verdict(
    clause: Clause, totals: Measure, share: Proportion, limit: Fraction, alpha: float, beta: float
) -> str:
    if clause.decision.rule == "point":
        return KEPT if _ratio(totals) >= limit else BREACHED
    if share.p_breach <= alpha:
        return BREACHED
    return KEPT if share.p_kept <= beta else INCONCLUSIVE


def _ratio(totals: Measure) -> Fraction:
    """The estimate as an exact fraction."""
    parts = [Fraction(int(y.sum()), int(x.sum())) for y, x in zip(totals.ys, totals.xs, strict=True)]
    return sum(parts, Fraction(0)) / len(parts)


def _strikeouts(clause: Clause, totals: Measure, share: Proportion, limit: Fraction, alpha: float) -> int:
    if clause.decision.rule == "point":
        allowed = int((1 - limit) * totals.n)
        return max(totals.errors - allowed - 1, 0)
    return strikeouts(share, limit, alpha)


def _reason(finding: Finding, rule: str) -> str:
    """One plain sentence; reports word the numbers further."""
    count = f"{finding.errors:,} of {finding.n:,} units wrong on {finding.clusters:,} items"
    limit = f"{'at most' if finding.metric == 'error_rate' else 'at least'} {finding.threshold}"
    word = "kept" if finding.verdict == KEPT else "breached"
    if finding.method == CENSUS:
        every = "every item of the delivery, so nothing is left to chance"
        return f"{count}, {every}; the clause ({limit}) is {word}."
    if rule == "point":
        return f"{count}; the clause ({limit}) is {word} by the figure found, whatever part chance has in it."
    if finding.verdict == BREACHED:
        return f"{count}; the clause asks for {limit}, and chance does not explain the gap."
    if finding.verdict == KEPT:
        return f"{count}; this shows that the clause ({limit}) is kept."
    further = (
        f"about {finding.more_items:,} further audited items would decide it"
        if finding.more_items
        else "no number of further items in this delivery would decide it at this estimate"
    )
    return f"{count}; the sample cannot decide whether the clause ({limit}) is kept: {further}."
