"""Clauses on agreement: alpha, kappa and ac1 of a whole delivery, or class by class, against the limit.

No gold takes part. The delivery's items stand for the vendor's work under the contract, so a delivery of few
items may be unable to decide. The rules claim, acceptance and point mean what they mean in `deciding`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from vendoreval.audits.deciding import RULES_HERE, not_run
from vendoreval.audits.joining import Trial
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, Finding
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause, Contract, Task
from vendoreval.inference.agreement import Metric, Scale
from vendoreval.inference.agreement_limit import METHOD, Held, against_limit, spread_against_limit
from vendoreval.inference.spread import Spread
from vendoreval.inference.tally import Tally
from vendoreval.tasks.rules import matching_word

AGREEMENT: dict[str, Metric] = {
    "alpha": "alpha", "kappa": "kappa", "ac1": "ac1", "weighted_kappa": "kappa", "ac2": "ac1",
}  # fmt: skip
WEIGHTED = ("weighted_kappa", "ac2")
_NOBODY = "No item of the delivery has labels by two people, so there is nothing to compare."
_EQUAL = 1e-9  # what is nearer to the limit than rounding counts as reaching it


@dataclass(frozen=True)
class Compared:
    """How classes are compared: on a scale, in an order, and with weights for those nearby."""

    scale: Scale
    order: tuple[str, ...] = ()
    weights: str = ""


def on_agreement(contract: Contract) -> bool:
    """Whether a clause of the contract is about agreement, so that an audit needs the delivery's tally."""
    return any(METRICS[clause.metric].kind == "agreement" for clause in contract.clauses)


def scale_of(task: Task) -> Scale:
    """The scale on which a task's answers are compared: the contract's, or that of its type of answer."""
    if task.type == "ordinal":
        return cast(Scale, matching_word(task, "scale"))
    return "interval" if task.type == "numeric" else "nominal"


def weights_of(task: Task) -> str:
    """How much nearby classes agree under weighted_kappa and ac2; empty where classes have no order."""
    return matching_word(task, "weights") if task.type == "ordinal" else ""


def order_of(task: Task, counts: Tally) -> tuple[str, ...]:
    """The classes in the contract's order; a class that the contract does not name comes after all others."""
    known = task.classes
    return tuple(dict.fromkeys((*known, *counts.values))) if known else ()


def judge_agreement(clause: Clause, task: Task, counts: Tally | Spread | None) -> Iterable[Trial]:
    """The trials of one clause on agreement: one, or one a class."""
    if clause.decision.rule not in RULES_HERE:
        what = f"Agreement is not decided by the rule {clause.decision.rule}; take claim, acceptance or point."
        yield partial(not_run, reason=what)
    elif counts is None:
        yield partial(not_run, reason="The audit did not look at all labels of the delivery.")
    elif isinstance(counts, Spread):
        yield _by_distance(clause, task, counts)
    elif clause.scope == "class":
        classes = [name for name in task.classes or counts.values if name not in task.ways_to_ask]
        for name in (clause.group,) if clause.group else classes:
            yield partial(_of_classes, group=name, counts=counts.against(name), how=Compared("nominal"))
    else:
        weights = weights_of(task) if clause.metric in WEIGHTED else ""
        how = Compared(scale_of(task), order_of(task, counts), weights)
        yield partial(_of_classes, group=None, counts=counts, how=how)


def _by_distance(clause: Clause, task: Task, spread: Spread) -> Trial:
    """The trial of answers of any number of rows: alpha of the whole delivery."""
    if clause.metric != "alpha":
        why = (
            f"{clause.metric} counts equal labels; answers of the type {task.type} are held against each other "
        )
        return partial(not_run, reason=f"{why}by their distance. Take alpha.")
    if clause.scope == "class":
        why = "Alpha of single classes is not judged where an answer has any number of them"
        return partial(not_run, reason=f"{why}; `agreement show --by class` shows it.")
    return partial(_of_distances, spread=spread)


def _of_distances(clause: Clause, spread: Spread) -> Finding:
    held = spread_against_limit(spread, clause.limit, float(1 - clause.decision.alpha))
    nothing = _NOBODY if not len(spread) else "All answers are equal: agreement beyond chance is undefined."
    return _judged(clause, held, nothing)


def _of_classes(clause: Clause, group: str | None, counts: Tally, how: Compared) -> Finding:
    held = against_limit(
        counts, AGREEMENT[clause.metric], clause.limit, scale=how.scale, order=how.order, weights=how.weights,
        confidence=float(1 - clause.decision.alpha),
    )  # fmt: skip
    return _judged(clause, held, _undefined(counts, group), group)


def _judged(clause: Clause, held: Held | None, undefined: str, group: str | None = None) -> Finding:
    if held is None:
        return not_run(clause, undefined, group)
    confidence = float(1 - clause.decision.alpha)
    verdict = _verdict(clause, held)
    finding = Finding(
        clause.id, clause.metric, clause.unit, clause.scope, group, clause.threshold, verdict, "",
        estimate=held.found.estimate,
        low=held.low,
        high=held.high,
        confidence=confidence,
        method=METHOD,
        n=held.found.items,
        errors=held.differing,
        clusters=held.found.items,
        design_effect=held.share.design_effect,
        p_breach=held.p_breach,
        p_kept=held.p_kept,
        more_items=held.more_items(*clause.risks) if verdict == INCONCLUSIVE else None,
    )  # fmt: skip
    return replace(finding, reason=_reason(finding, clause.decision.rule))


def _verdict(clause: Clause, held: Held) -> str:
    if clause.decision.rule == "point":
        reached = (held.found.estimate or 0.0) >= float(clause.limit) - _EQUAL
        return KEPT if reached else BREACHED
    alpha, beta = clause.risks
    if held.p_breach <= alpha:
        return BREACHED
    return KEPT if held.p_kept <= beta else INCONCLUSIVE


def _undefined(counts: Tally, group: str | None) -> str:
    if not (counts.sizes >= 2).any():
        return _NOBODY
    if group is not None:
        return f"The class {group!r} does not vary in the delivery: agreement beyond chance is undefined."
    return "Only one class was used in the delivery: agreement beyond chance is undefined."


def _reason(finding: Finding, rule: str) -> str:
    """One plain sentence; reports word the numbers further."""
    found = f"{finding.metric} is {finding.estimate:.3f} on the {finding.n:,} items with two labels or more"
    differ = f"{finding.errors:,} of them have labels that differ"
    limit = f"at least {finding.threshold}"
    if rule == "point":
        return f"{found}; {differ}. The clause asks for {limit}, and the measured value alone decides."
    if finding.verdict == BREACHED:
        return f"{found}; {differ}. The clause asks for {limit}, and chance does not explain the gap."
    if finding.verdict == KEPT:
        return f"{found}; {differ}. This shows that the clause ({limit}) is kept."
    further = (
        f"about {finding.more_items:,} further items would decide it"
        if finding.more_items
        else "no number of further items would decide it at this estimate"
    )
    return f"{found}; {differ}. It cannot be decided whether the clause ({limit}) is kept: {further}."
