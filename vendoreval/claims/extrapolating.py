"""From the wrong units of a sample to those of the whole delivery, clause by clause.

Only the accuracy (or error rate) of a whole delivery is extrapolated. Where an answer is one row, its
population is known from the manifest. Where an item holds several units, those that were missed stand in no
file: the number of units is estimated from the sample (audits.reach), and the lower bound of wrong units is
the lowest share times the lowest number, each at half of the agreed risk, so that both together hold at it.
For classes, annotators, edge cases and averages of ratios there is no such number, and the claim stays with
the wrong units that were found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction

from vendoreval.audits.active import METHOD as BY_SCORES
from vendoreval.audits.records import Finding
from vendoreval.audits.stratifying import METHOD as STRATA
from vendoreval.claims.records import Extrapolation
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.inference.hypergeometric import allowed_errors, errors_at_least

_ROUNDING = 1e-9  # float noise must not raise a count


def extrapolate(
    clause: Clause, finding: Finding, counts: Mapping[str, int], *, beyond: bool = True
) -> Extrapolation:
    """Wrong units of the delivery for a breached `finding` of `clause`.

    `counts` are the audit's: the delivery's `items` and `labels`. The lower bound is the exact
    hypergeometric one at the clause's alpha where an item holds one unit, else the conservative end of
    the finding's interval. Unless `beyond`, the sample does not speak for the whole delivery, and the
    claim stays with what was found.
    """
    confidence = finding.confidence or float(1 - clause.decision.alpha)  # of a family, or after other looks
    if METRICS[clause.metric].kind == "agreement":  # labels that differ: nothing says which is wrong
        return Extrapolation(
            clause.id, finding.group, found=0, sample=finding.n, population=finding.n, estimate=0,
            at_least=0, allowed=0, confidence=confidence, strikeouts=0,
        )  # fmt: skip
    population = _population(finding, counts) if beyond else finding.n
    estimated = finding.units_in_all if beyond else None
    surely = population if estimated is None else min(estimated.low, population)
    return Extrapolation(
        clause=clause.id,
        group=finding.group,
        found=finding.errors,
        sample=finding.n,
        population=population,
        estimate=_estimate(clause, finding, population) if beyond else finding.errors,
        at_least=_at_least(clause, finding, surely),
        allowed=allowed(clause, surely),
        confidence=confidence,
        strikeouts=finding.strikeouts or 0,
        population_at_least=None if estimated is None else surely,
        unit=(METRICS[clause.metric].counts.removesuffix("s") or finding.unit) if "objects" in counts else None,
        by_scores=finding.method == BY_SCORES,
    )


def allowed(clause: Clause, units: int) -> int:
    """The most wrong units that the threshold tolerates among `units`; of a loss that says how far they are
    off and not how many, no number of them is too many."""
    if METRICS[clause.metric].kind == "score" and not METRICS[clause.metric].counts:
        return units
    is_error = METRICS[clause.metric].lower_is_better
    return allowed_errors(units, 1 - clause.limit if is_error else clause.limit)


def _population(finding: Finding, counts: Mapping[str, int]) -> int:
    """Units in the delivery, or in the sample alone where the delivery's number is not known."""
    if finding.units_in_all is not None:
        return max(finding.units_in_all.estimate, finding.n)
    whole = finding.scope == "delivery" and finding.metric in ("accuracy", "error_rate")
    if finding.method == BY_SCORES and finding.population is not None:  # what was found is no fair part of it
        return finding.population * -(-finding.n // max(finding.clusters, 1))  # up: some could not be scored
    if not whole or finding.population is None or finding.population <= finding.clusters:
        return finding.n
    if finding.n == finding.clusters:
        return max(finding.population, finding.n)
    return max(counts["labels"] - counts.get("left_out_labels", 0), finding.n)


def _estimate(clause: Clause, finding: Finding, population: int) -> int:
    if finding.method in (STRATA, BY_SCORES) and finding.estimate is not None:  # weighed by the strata's sizes
        right = 1 - finding.estimate if METRICS[clause.metric].lower_is_better else finding.estimate
        return _rounded(population * (1 - Fraction(right)))
    return _rounded(Fraction(population * finding.errors, finding.n))


def _at_least(clause: Clause, finding: Finding, population: int) -> int:
    if population == finding.n:
        return finding.errors
    stopped = finding.walk is not None and finding.walk.anytime  # no fixed sample: its own interval holds
    if finding.n == finding.clusters and finding.units_in_all is None and not stopped:
        return errors_at_least(population, finding.n, finding.errors, _risk(clause, finding))
    bound = finding.low if METRICS[clause.metric].lower_is_better else finding.high
    if bound is None:
        return finding.errors
    share = bound if METRICS[clause.metric].lower_is_better else 1 - bound
    return max(math.ceil(population * share - _ROUNDING), finding.errors)


def _risk(clause: Clause, finding: Finding) -> float:
    """The risk that the finding was held against: the clause's, or its share for one of many findings."""
    return float(clause.decision.alpha) if finding.confidence is None else round(1 - finding.confidence, 12)


def _rounded(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))
