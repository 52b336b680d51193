"""A clause judged on a sample that was drawn by frozen scores: along the draw, to the first decision.

These items were drawn on purpose where errors are likely. Their share of errors says nothing of the delivery by
itself: the test and the estimate weigh each item by the chance with which it was drawn (designs.active).
Whatever takes audited items for a fair draw is not run on them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from vendoreval.audits.active_draw import ActiveDraw
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.deciding import not_run
from vendoreval.audits.measures import measure
from vendoreval.audits.records import BREACHED, KEPT, Finding, Walk
from vendoreval.audits.units import Counting, Mask, drawn, units_in_words
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause, Decision
from vendoreval.designs.active import ActiveDesign, ActivePath, Answer, active_design, follow
from vendoreval.designs.active_estimate import ActiveEstimate, estimate
from vendoreval.designs.designs import design as laid_out_uniformly
from vendoreval.designs.designs import lowest_share, tolerated_share
from vendoreval.designs.dynamic import operating_rows
from vendoreval.errors import InputError
from vendoreval.inference.hypergeometric import allowed_errors
from vendoreval.tasks.outcomes import Outcomes

RULE = "active"
METHOD = "betting on strata of frozen scores, each item weighed by its chance"
JUDGED = ("accuracy", "error_rate", "completeness")
NOT_UNIFORM = (
    "The items were drawn on purpose where scores expect errors. They are no uniform sample, and {what} "
    "takes them for one."
)
_DIGITS = 9  # of shares and of money: other machines differ in the last ones


def edges(clause: Clause, items: int, units: int = 1) -> tuple[int, int]:
    """The most wrong items that keep the clause, and the fewest that must not be called kept.

    Where items hold several answers these are sums of shares: the numbers are rounded to the vendor's side for
    *breached* and against *kept*.
    """
    allowed, tolerated = items * (1 - lowest_share(clause)), tolerated_share(clause)
    beyond = allowed + 1 if tolerated is None else items * (1 - tolerated)
    if units > 1:
        return math.ceil(allowed), max(math.floor(beyond), math.ceil(allowed) + 1)
    kept = allowed_errors(items, lowest_share(clause))
    return kept, max(math.ceil(beyond), kept + 1)


def laid_out(
    clause: Clause, sizes: tuple[int, ...], predicted: tuple[float, ...] | None, units: int = 1,
    risks: tuple[float, float] | None = None,
) -> ActiveDesign:  # fmt: skip
    """The design of `clause` for strata of these sizes, with the rates of errors that the scores predict.

    `risks`: of a further look at the delivery they are smaller than those agreed.
    """
    alpha, beta = risks or clause.risks
    items = sum(sizes)
    allowed, intolerable = edges(clause, items, units)
    cap = clause.decision.options.get("max_items")
    return active_design(
        sizes, allowed, intolerable, predicted, alpha=alpha, beta=beta,
        cap=min(int(cap), items) if cap else None, floor=float(clause.decision.floor),
        block=clause.decision.block, single=units == 1,
    )  # fmt: skip


def uniformly(clause: Clause) -> Clause:
    """The clause under the same risks by a uniform draw: the rule sequential, calibrated."""
    decision = clause.decision
    plain = Decision("sequential", decision.alpha, decision.beta, decision.tolerated, calibrated=True)
    return replace(clause, decision=plain)


def wrong_shares(clause: Clause, units: Outcomes, how: Counting) -> dict[str, float]:
    """The share of wrong units of each audited item; one on which nothing can be scored has none wrong."""
    totals = measure(clause.metric, units, None, (), how)
    right, counted = totals.ys[0], totals.xs[0]
    share = 1 - right / np.maximum(counted, 1)
    codes = np.unique(units.item.codes[drawn(units, how)]).tolist()
    found = np.where(counted > 0, share, 0.0).tolist()
    return {units.item.values[code]: value for code, value in zip(codes, found, strict=True)}


def judge_active(clause: Clause, seen: AuditInput, how: Counting, items: int) -> Finding:
    """The finding of a clause with the rule `active`; `items` are those that the sample stands for."""
    made = seen.active
    refused = _unfit(clause, made, seen, how, items)
    if refused or made is None:
        return not_run(clause, refused)
    alpha, beta = clause.risks
    design = replace(made.design, alpha=alpha, beta=beta)  # of a further look at the delivery they are smaller
    wrong = wrong_shares(clause, seen.units, how)
    answered = [(stratum, wrong[item]) for item, stratum in made.order if item in wrong]
    path = follow(design, answered, made.shares)
    return _finding(clause, seen, how, made, design, answered[: path.n], path)


def _unfit(clause: Clause, made: ActiveDraw | None, seen: AuditInput, how: Counting, items: int) -> str:
    """Why the draw cannot serve the clause; empty where it can."""
    if clause.scope != "delivery" or clause.metric not in JUDGED:
        return (
            f"The rule {RULE} judges accuracy, error_rate and completeness of the whole delivery. Take claim."
        )
    if made is None:
        return (
            f"The rule {RULE} judges samples drawn by scores that were frozen before. Freeze them: "
            "vendoreval audit scores DELIVERY"
        )
    if made.clause != clause.id:
        return f"The items were drawn for the clause {made.clause}, by its terms. Freeze scores for this one."
    if made.lapsed:
        return f"{made.lapsed} Whoever knows the draw and may still choose the strata can steer it."
    counted = measure(clause.metric, seen.units, None, (), how).xs[0]
    if counted.max(initial=0) > 1 and (counted != made.units).any():
        return (
            f"Items hold different numbers of answers, up to {int(counted.max()):,}. The rule {RULE} needs "
            'as many on each: count the consensus, or take "sequential".'
        )
    design = made.design
    if (sum(design.sizes), design.allowed, design.intolerable) != (items, *edges(clause, items, made.units)):
        return "The strata were frozen for other terms, or for another number of items."
    if not _agreed(clause, made):
        return f"The sealed bets or chances are not those of the rule {RULE} under this contract."
    return ""


def _agreed(clause: Clause, made: ActiveDraw) -> bool:
    """Whether all of the sealed design follows from the contract, the strata's sizes and what they predict.

    Whoever could seal other weights or factors would start with more money than the other side bears.
    """
    design = made.design
    try:
        again = laid_out(clause, design.sizes, design.predicted, made.units, (design.alpha, design.beta))
    except InputError:
        return False
    told = (design.cap, design.floor, design.block, design.single)
    return told == (again.cap, again.floor, again.block, again.single) and again.alternatives.like(
        design.alternatives
    )


def _finding(
    clause: Clause, seen: AuditInput, how: Counting, made: ActiveDraw, design: ActiveDesign,
    answered: list[Answer], path: ActivePath,
) -> Finding:  # fmt: skip
    items = sum(design.sizes)
    confidence = float(1 - clause.decision.alpha)
    found = estimate(design, answered, float(clause.decision.alpha), made.shares)
    lower = METRICS[clause.metric].lower_is_better
    wrong = [_rounded(value / items) for value in (found.wrong, found.fewest, found.most)]
    value, low, high = wrong if lower else (1 - wrong[0], 1 - wrong[2], 1 - wrong[1])
    n, errors = _units(clause, seen, how, _on(seen.units, made, path.n))
    errors_at = tuple(step.t + 1 for step in path.steps if step.wrong)
    walk = Walk(
        RULE, path.n, len(made.order), design.cap, None, None, errors_at, True, seen.seed,
        drawn=_told(made, design, path, _uniform(clause, made, path, wrong[0])),
    )  # fmt: skip
    return Finding(
        clause.id, clause.metric, clause.unit, clause.scope, None, clause.threshold, path.verdict,
        _reason(clause, path, n, errors, walk, wrong[0]) + _beyond(design, path, found),
        estimate=_rounded(value), low=_rounded(low), high=_rounded(high), confidence=confidence, method=METHOD,
        n=n, errors=errors, clusters=path.n, population=items,
        p_breach=_rounded(1 / max(path.e_breached, 1.0)), p_kept=_rounded(1 / max(path.e_kept, 1.0)),
        strikeouts=0 if path.verdict == BREACHED else None, walk=walk,
    )  # fmt: skip


def walked_by_scores(finding: Finding, seen: AuditInput, units: Outcomes) -> Mask | None:
    """Rows of `units` on the items that the finding's walk used; None where these were not drawn by scores."""
    if finding.method != METHOD or finding.walk is None or seen.active is None:
        return None
    return _on(units, seen.active, finding.walk.walked)


def _on(units: Outcomes, made: ActiveDraw, walked: int) -> Mask:
    """Rows on the first `walked` items of the draw."""
    items = {item for item, _ in made.order[:walked]}
    inside = np.asarray([item in items for item in units.item.values] + [False])
    return np.asarray(inside[units.item.codes])


def _units(clause: Clause, seen: AuditInput, how: Counting, rows: Mask) -> tuple[int, int]:
    """The units counted on the items that were walked, and the wrong ones among them."""
    totals = measure(clause.metric, seen.units.take(np.flatnonzero(rows)), None, (), how)
    return totals.n, totals.errors


def _uniform(clause: Clause, made: ActiveDraw, path: ActivePath, share: float) -> dict[str, int] | None:
    """The items that a uniform draw takes under the same risks where `share` is wrong, by the rule sequential.

    None where it is not laid out: undecided audits, items of several answers.
    """
    if path.verdict not in (BREACHED, KEPT) or made.units > 1 or clause.decision.tolerated is None:
        return None
    items = sum(made.design.sizes)
    limits = laid_out_uniformly(uniformly(clause), items).limits
    (row,) = operating_rows(limits, items, [Fraction(items - round(share * items), items)])
    return {"expected_items": round(row.expected_items), "p95_items": row.p95_items}


def _told(
    made: ActiveDraw, design: ActiveDesign, path: ActivePath, uniform: dict[str, int] | None
) -> dict[str, Any]:
    """The draw and the money as a record: strata, chances of each work list, and each answer in order.

    `uniform`: what a uniform draw takes.
    """
    seen = [0] * len(design.sizes)
    wrong = [0.0] * len(design.sizes)
    for step in path.steps:
        seen[step.stratum] += 1
        wrong[step.stratum] += step.wrong
    lists = -(-path.n // design.block)
    return {
        "source": made.source,
        "strata_sha256": made.strata_sha256,
        "receipt": made.receipt,
        "uniform": uniform,
        "strata": [
            {"items": size, "scores": scores, "drawn": n, "wrong": _rounded(bad)}
            for size, scores, n, bad in zip(design.sizes, made.ranges, seen, wrong, strict=True)
        ],
        "floor": design.floor,
        "block": design.block,
        "shares": [list(one) for one in made.shares[:lists]],
        "steps": [
            [step.stratum, _rounded(step.wrong), _money(step.e_breached), _money(step.e_kept)]
            for step in path.steps
        ],
    }  # fmt: skip


def _beyond(design: ActiveDesign, path: ActivePath, found: ActiveEstimate) -> str:
    """Why the interval may hold numbers that the verdict excludes; nothing where it holds none."""
    if path.verdict == BREACHED and found.fewest <= design.allowed:
        limit = "the limit"
    elif path.verdict == KEPT and found.most >= design.intolerable:
        limit = "the tolerated share"
    else:
        return ""
    return (
        f" The interval still reaches {limit}: both its ends hold at once, which takes more evidence than one "
        "verdict."
    )


def _reason(clause: Clause, path: ActivePath, n: int, errors: int, walk: Walk, share: float) -> str:
    said = (
        f"{errors:,} of {n:,} {units_in_words(clause.unit)} wrong on the first {walk.walked:,} items of the "
        f"draw; weighed by their chances to be drawn, that is about {100 * share:.3g} % of the delivery."
    )
    if path.verdict == BREACHED:
        return f"{said} The rule {RULE} calls the clause breached here."
    if path.verdict == KEPT:
        return f"{said} The rule {RULE} calls the clause kept here."
    if walk.walked >= walk.max_items:
        return f"{said} This is the largest sample of the rule {RULE}, and it does not decide."
    return f"{said} The rule {RULE} has not decided: the audit goes on with the next work list."


def unfair_draw(clause: Clause, seen: AuditInput) -> str:
    """Why a clause of another rule is not judged on items drawn by scores; empty where it may be.

    The combined test of strata (rule `sequential`) holds for every way to draw from strata fixed before.
    """
    if seen.active is None or clause.decision.rule == RULE:
        return ""
    if clause.decision.rule == "sequential" and clause.scope == "delivery":
        return seen.active.lapsed
    if seen.active.uniform:
        return f"The sample ended where the rule {RULE} decided: by {clause.decision.rule} no chance holds."
    return NOT_UNIFORM.format(what=f"the rule {clause.decision.rule}")


def active_notes(seen: AuditInput) -> list[str]:
    """What figures beside the clause are worth on such a sample."""
    if seen.active is None or seen.active.uniform:
        return []
    return [
        "The items were drawn on purpose where scores expect errors, so they are no uniform sample: figures "
        "by class and by annotator, confusions and plain counts are of the audited items only, and say "
        "nothing of the delivery."
    ]


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)


def _money(value: float) -> float:
    """To nine digits, and no more than JSON can hold."""
    return float(f"{min(value, 1e300):.{_DIGITS}g}")
