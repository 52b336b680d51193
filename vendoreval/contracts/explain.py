"""A contract in plain words: what every term means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vendoreval.contracts.joint import joint_risk, joint_sentence
from vendoreval.contracts.metrics import METRICS, SHEETS, UNITS, UNITS_OF
from vendoreval.contracts.rules import CALENDARS, RULES, SCORES
from vendoreval.contracts.task_types import TASK_TYPES, assumed, consensus_of
from vendoreval.contracts.terms import (
    Acceptance,
    Attribute,
    Clause,
    Contract,
    Decision,
    DisputeTerms,
    Remedy,
    Task,
)
from vendoreval.money import Money

WHOLE = "one person's whole answer on an item, right where everything in it is"


@dataclass(frozen=True)
class PowerQuestion:
    """What to ask of statistics for one clause: the limit as the least share of right units.

    alpha guards the word breached, beta the word kept.
    """

    clause: str
    limit: Fraction
    alpha: float
    beta: float


def power_questions(contract: Contract) -> list[PowerQuestion]:
    """One question for every clause on a share that this version measures and decides by chance."""
    questions = []
    for clause in contract.clauses:
        metric, decision = METRICS[clause.metric], clause.decision
        if metric.kind != "share" or not metric.available or decision.rule == "point":
            continue
        limit = 1 - clause.limit if metric.lower_is_better else clause.limit
        alpha, beta = float(decision.alpha), float(decision.beta)
        if decision.rule == "acceptance":
            alpha, beta = beta, alpha
        questions.append(PowerQuestion(clause.id, limit, alpha, beta))
    return questions


def explain(contract: Contract) -> list[str]:
    """Sentences for every term of the contract, in the order of the document."""
    return [line for lines in explain_parts(contract).values() for line in lines]


def explain_parts(contract: Contract) -> dict[str, list[str]]:
    """The sentences by part: frame, task, price, acceptance, clauses, remedies."""
    task = [_task(contract.task)]
    if contract.task.severity:
        listed = ", ".join(f"{name} {severity}" for name, severity in contract.task.severity.items())
        task.append(f"An error on these classes weighs otherwise than major: {listed}.")
    if contract.task.unsure:
        listed = " or ".join(f"“{name}”" for name in contract.task.unsure)
        task.append(
            f"Who cannot tell answers {listed} instead of guessing; clauses on every class leave it out."
        )
    if contract.task.filters == "forbidden":
        task.append("A delivery is judged whole: no row is left out by a filter.")
    if contract.task.repeats != "refuse":
        task.append(f"Of a person's different answers on one item, the {contract.task.repeats} counts.")
    if contract.task.attributes:
        task.append(f"Of an object's attributes count: {', '.join(map(_attribute, contract.task.attributes))}.")
    task += _units(contract)
    task.append(_gold(contract.task))
    price = []
    if contract.price:
        each = _money(contract, contract.price.per_unit)
        price.append(f"The price is {each} for each {contract.price.unit}.")
    return {
        "frame": [_heading(contract)],
        "task": task,
        "price": price,
        "acceptance": [_acceptance(contract.acceptance)],
        "dispute": [_dispute(contract.dispute)],
        "clauses": [
            *(explain_clause(clause) for clause in contract.clauses),
            *(said for said in (joint_sentence(joint_risk(contract)),) if said),
        ],
        "remedies": [_remedy(contract, remedy) for remedy in contract.remedies],
    }


def _heading(contract: Contract) -> str:
    buyer = f" to {contract.buyer}" if contract.buyer else ""
    start = f", from {contract.effective}" if contract.effective else ""
    end = f" until {contract.ends}" if contract.ends else ", without an end date"
    return f"{contract.title} ({contract.id}): {contract.vendor} delivers{buyer}{start}{end}."


def _task(task: Task) -> str:
    kind = TASK_TYPES[task.type]
    parts = [f"Task: {task.type}, {kind.meaning}"]
    if task.classes:
        parts.append(f"{len(task.classes)} classes ({', '.join(task.classes)})")
    if task.guideline:
        parts.append(f"by guideline {task.guideline.id} version {task.guideline.version}")
    for key in kind.matching:
        chosen = task.matching.get(key.name)
        if chosen is not None:
            parts.append(f"{key.name} = {_written(chosen)} ({key.meaning})")
        elif not key.tacit:
            parts.append(f"{key.name} = {assumed(key, task.matching)} (not written, assumed: {key.meaning})")
    if task.type in UNITS_OF:
        return "; ".join(parts) + "."
    if task.answers == "each":
        return "; ".join(parts) + ". Every label counts for itself; labels on one item are not independent."
    if consensus_of(task.type, task.matching) == "median":
        return f"{'; '.join(parts)}. The vendor's answer on an item is the lower median of its labels."
    lowest = "the lowest of the tied classes"
    ties = {
        "smallest_label": lowest if task.type == "ordinal" else "the first of the tied classes in text order",
        "first_answer": "the tied class that was answered first",
        "wrong": "counted as wrong",
    }[task.ties]
    return f"{'; '.join(parts)}. The vendor's answer on an item is the majority of its labels; a tie is {ties}."


def _units(contract: Contract) -> list[str]:
    """What counts as one in the clauses, for types of several units an item."""
    if contract.task.type not in UNITS_OF:
        return []
    used = dict.fromkeys(
        clause.unit
        for clause in contract.clauses
        if clause.metric != "completeness" and METRICS[clause.metric].kind != "agreement"
    )
    counted = [f"Counted by {unit}: {WHOLE if unit in SHEETS else UNITS[unit]}." for unit in used]
    return [*counted, "What is missed or invented is wrong, too. Units of one item are not independent."]


def _written(value: Any) -> str:
    """A matching rule's word or number, its numbers by name, or its classes."""
    if isinstance(value, Mapping):
        return ", ".join(
            f"{name} under {_names(told)}" if _names(told) else f"{told} for {name}"
            for name, told in value.items()
        )
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _names(told: Any) -> str:
    """The classes that a class lies under; empty for a number."""
    if isinstance(told, list):
        return " and ".join(map(str, told))
    return told if isinstance(told, str) and not told.replace(".", "", 1).isdigit() else ""


def _attribute(attribute: Attribute) -> str:
    if attribute.tolerance is None:
        return f"{attribute.name}, which must be equal"
    return f"{attribute.name}, a number that may differ by {attribute.tolerance:f}"


def _gold(task: Task) -> str:
    if task.gold == "chosen":
        return "The buyer may choose the items of gold: what they show counts for the whole delivery."
    return (
        "Only a draw that the vendor can check speaks for the whole delivery; on items that the buyer chose, a "
        "claim covers the defects found."
    )


def _acceptance(acceptance: Acceptance | None) -> str:
    if acceptance is None:
        return "The contract sets no window for accepting a delivery."
    silence = {"accepted": "accepts it", "not_accepted": "does not accept it"}[acceptance.silence]
    holidays = f" without {len(acceptance.holidays)} holidays" if acceptance.holidays else ""
    return (
        f"The buyer has {acceptance.window_days} business days ({CALENDARS[acceptance.calendar]}{holidays}) to "
        f"answer a delivery, the first of them after the day it came; silence {silence}. The vendor has "
        f"{acceptance.response_days} business days to answer a claim."
    )


def _dispute(terms: DisputeTerms) -> str:
    silence = {"accepted": "counts as accepted", "not_accepted": "is not accepted by that"}[terms.silence]
    codes = "every code" if terms.reasons == DisputeTerms().reasons else f"the codes {', '.join(terms.reasons)}"
    return (
        f"A line of a claim that the vendor leaves unanswered until its deadline {silence}. A rebuttal may "
        f"give {codes}. The buyer rules on it within {terms.ruling_days} business days, an arbiter within "
        f"{terms.arbiter_days}. After each ruling the sums are reckoned again; no ruling raises them."
    )


def percent(share: Decimal | Fraction | str) -> str:
    """An exact share as a percentage, with no digit more than it has: 0.97 -> "97 %"."""
    exact = Fraction(share) * 100
    value = Decimal(exact.numerator) / Decimal(exact.denominator)
    return f"{value.normalize():f} %"


def explain_clause(clause: Clause) -> str:
    """What one clause promises, and how it is decided."""
    place = f"{clause.ref} " if clause.ref else ""
    tail = (
        []
        if RULES[clause.decision.rule].available
        else [f"This version does not decide by {clause.decision.rule}."]
    )
    if not METRICS[clause.metric].available:
        tail.append(f"This version does not measure {clause.metric}.")
    if tail:
        tail.append("The clause is reported as not run.")
    if clause.family:
        tail.append(f"All findings of the family {clause.family} share this risk of a wrong breach (Holm).")
    if clause.remedy:
        tail.append(f"A breach leads to: {', '.join(clause.remedy)}.")
    return " ".join([f"{place}{clause.id}: {_promise(clause)}", *_decision(clause), *tail])


def _promise(clause: Clause) -> str:
    metric = METRICS[clause.metric]
    bound = "at most" if metric.lower_is_better else "at least"
    group = f" {clause.group!r}" if clause.group else ""
    where = {
        "delivery": "in every delivery",
        "class": f"for the class{group}" if group else "for every class",
        "annotator": f"for the annotator{group}" if group else "for every annotator",
        "edge_case": "on the edge cases",
    }[clause.scope]
    limit = percent(clause.threshold) if metric.bounded and metric.kind != "agreement" else clause.threshold
    name = clause.metric.replace("_", " ")
    return f"the {name} ({metric.meaning}), counted by {clause.unit}, must be {bound} {limit} {where}."


def _decision(clause: Clause) -> list[str]:
    said = _rule(clause)
    if clause.decision.most_units is not None:
        said.append(f"No item holds more than {clause.decision.most_units:,} units, those missed included.")
    return said


def _rule(clause: Clause) -> list[str]:
    decision = clause.decision
    alpha, beta = percent(decision.alpha), percent(decision.beta)
    if decision.rule == "point":
        return ["The measured figure alone decides, whatever chance did to the sample."]
    if decision.rule not in ("claim", "acceptance"):
        words = [f"It is decided by {decision.rule}: {RULES[decision.rule].meaning}."]
        if decision.rule not in ("iso2859-1", "zero_defect"):
            words.append(f"A wrong word breached has a chance of at most {alpha}, a wrong word kept of {beta}.")
        if decision.rule == "active":
            words.append(_drawn_by_scores(decision))
        if decision.tolerated is not None:
            words.append(f"It counts as kept once {percent(decision.tolerated)} is shown.")
        return words
    breach, kept = (alpha, beta) if decision.rule == "claim" else (beta, alpha)
    return [
        "A breach is claimed only if a delivery that just keeps the promise would give a sample this bad with "
        f"a chance of at most {breach}; it counts as kept only if a delivery that just breaks it would give "
        f"one this good with a chance of at most {kept}; otherwise the sample cannot decide."
    ]


def _drawn_by_scores(decision: Decision) -> str:
    """How the rule `active` draws."""
    if decision.scores == "none":
        return f"Every item is as likely to be drawn as any other, on work lists of {decision.block:,}."
    return (
        f"The scores are {SCORES[decision.scores]}; they make at most five strata, which are sealed before the "
        f"seed of the draw is known. Items are drawn by tickets, {decision.block:,} on a work list; no stratum "
        f"is drawn with less than {percent(decision.floor)} of its share of the items, and the people who "
        "label them see no score. Both risks hold whatever the scores are worth."
    )


def _remedy(contract: Contract, remedy: Remedy) -> str:
    place = f"{remedy.ref} " if remedy.ref else ""
    parts = [f"{place}{remedy.id}: {_owed(contract, remedy)}"]
    if remedy.deadline_days:
        parts.append(f"within {remedy.deadline_days} business days")
    if remedy.after_rework:
        rounds = "a rework" if remedy.after_rework == 1 else f"{remedy.after_rework} rounds of rework"
        parts.append(f"only when {rounds} failed")
    if remedy.cap_percent is not None:
        parts.append(f"never more than {remedy.cap_percent:f} % of the delivery's price")
    text = ", ".join(parts) + "."
    if remedy.justification:
        text += f" Why this sum: {remedy.justification.rstrip('.')}."
    return f"{text} It is the only remedy." if remedy.sole else text


def _owed(contract: Contract, remedy: Remedy) -> str:
    sums = {"refund": "the vendor pays back", "withhold": "the buyer keeps back"}
    if remedy.kind == "rework":
        what = {
            "defects": "the wrong units",
            "class": "the classes in breach",
            "delivery": "the whole delivery",
        }
        rounds = f", up to {remedy.rounds} rounds" if remedy.rounds else ""
        return f"the vendor labels {what[remedy.scope]} again, free of charge{rounds}"
    if remedy.kind == "termination":
        return "the buyer may end the contract"
    if remedy.kind == "audit_cost":
        each = "" if remedy.amount is not None else " for each audited item"
        paid = remedy.per_unit if remedy.amount is None else remedy.amount
        return f"the vendor pays {_money(contract, paid or Decimal(0))}{each} for the audit"
    if remedy.kind == "credit" and remedy.percent is None and remedy.amount is None:
        return _credit(contract, remedy)
    verb = sums.get(remedy.kind, "the vendor credits")
    if remedy.amount is not None:
        return f"{verb} {_money(contract, remedy.amount)}"
    share = Decimal(100) if remedy.percent is None else remedy.percent
    return f"{verb} {share:f} % of the delivery's price"


def _credit(contract: Contract, remedy: Remedy) -> str:
    price = contract.price.per_unit if contract.price else Decimal(0)
    each = _money(contract, remedy.per_unit if remedy.per_unit is not None else price)
    count = {
        "lower_bound": "the number of wrong units in the whole delivery that is proven at the least",
        "estimate": "the estimated number of wrong units in the whole delivery",
        "found": "the number of wrong units found",
    }[remedy.basis]
    excess = " beyond the number that the threshold allows" if remedy.excess_only else ""
    return f"the vendor credits {each} for each wrong unit{excess}, counting {count}"


def _money(contract: Contract, amount: Decimal) -> str:
    """A sum as the contract writes it; unit prices may be finer than the minor unit."""
    rounded = Money.of(amount, contract.currency)
    return str(rounded) if rounded.amount == amount else f"{contract.currency} {amount:f}"
