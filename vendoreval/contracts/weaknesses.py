"""Terms that are valid and weak: what experience says will hurt the buyer in a dispute.

What a sample size can prove is a question of statistics and stands in the power table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from vendoreval.contracts.metrics import DETAILS, METRICS, OBJECTS, SHEETS
from vendoreval.contracts.rules import WITHOUT_DRAW
from vendoreval.contracts.task_types import TASK_TYPES, assumed
from vendoreval.contracts.terms import Acceptance, Clause, Contract, Remedy

_SHORT_WINDOW = 5
_HIGH_ALPHA = Decimal("0.10")


@dataclass(frozen=True)
class Weakness:
    """A weak term: its dotted field, what may happen, and what would be stronger."""

    field: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.what} {self.remedy}"


def warnings(contract: Contract) -> list[Weakness]:
    """The weak terms of a valid contract, in the order of the document."""
    found = [*_frame(contract), *_acceptance(contract.acceptance)]
    for clause in contract.clauses:
        found += _clause(clause)
    if not any(clause.scope == "class" for clause in contract.clauses) and len(contract.task.classes) > 1:
        found.append(
            Weakness(
                "clause",
                "no clause looks at single classes: a rare class may be all wrong in a delivery that keeps "
                "its average.",
                'Add a floor with metric = "recall" and scope = "class".',
            )
        )
    found += _only_what_was_found(contract)
    used = {name for clause in contract.clauses for name in clause.remedy}
    for remedy in contract.remedies:
        found += _remedy(contract, remedy, used=remedy.id in used)
    return found


def _only_what_was_found(contract: Contract) -> Iterator[Weakness]:
    """Errors of matched cuboids, in a contract without a clause on those that are missing."""
    details = [clause.id for clause in contract.clauses if clause.unit in DETAILS]
    if details and not any(clause.unit in (*OBJECTS, *SHEETS, "opportunity") and clause.metric != "completeness"
                           for clause in contract.clauses):  # fmt: skip
        yield Weakness(
            f"clause.{details[0]}",
            "errors are those of cuboids that were found: who leaves out what is hard loses nothing by it.",
            'Add a clause with metric = "recall" and unit = "object".',
        )


def _frame(contract: Contract) -> Iterator[Weakness]:
    if contract.effective is None:
        yield Weakness("effective", "nothing says from when the terms hold.", "Write effective = 2026-03-01.")
    if contract.ends is None:
        yield Weakness("ends", "the contract has no end.", "Write ends = 2027-02-28, or agree on notice.")
    if contract.task.guideline is None:
        yield Weakness(
            "task.guideline",
            "no guideline version is named: the vendor can say that another one was in force.",
            'Write guideline = { id = "…", version = "…" }.',
        )
    for key in TASK_TYPES[contract.task.type].matching:
        if key.name not in contract.task.matching and not key.tacit:
            yield Weakness(
                f"task.matching.{key.name}",
                f"it is not written; {assumed(key, contract.task.matching)} is assumed.",
                "Write it, so that both sides count alike.",
            )
        if key.harsh and str(contract.task.matching.get(key.name, key.default)) == key.default:
            yield Weakness(
                f"task.matching.{key.name}",
                key.harsh,
                f'Write {key.name} = "{key.advised}", unless the guideline settles them.',
            )
    if contract.price is None:
        yield Weakness("price", "without a price no sum can be computed.", "Add a [price] table.")


def _acceptance(acceptance: Acceptance | None) -> Iterator[Weakness]:
    if acceptance is None:
        yield Weakness(
            "acceptance", "there is no window for accepting a delivery.", "Add an [acceptance] table."
        )
        return
    if acceptance.silence == "accepted":
        yield Weakness(
            "acceptance.silence",
            "a delivery that nobody answers in time is accepted, and the claim is lost.",
            'Ask for silence = "not_accepted".',
        )
    if acceptance.window_days < _SHORT_WINDOW:
        yield Weakness(
            "acceptance.window_days",
            f"{acceptance.window_days} business days are short for an audit.",
            "Ask for 10.",
        )


def _clause(clause: Clause) -> Iterator[Weakness]:
    field, decision = f"clause.{clause.id}", clause.decision
    if not clause.remedy:
        yield Weakness(f"{field}.remedy", "a breach has no consequence.", "Name at least one remedy.")
    if not clause.ref:
        yield Weakness(f"{field}.ref", "no paragraph of the signed contract is named.", 'Write ref = "§4.2".')
    perfect = 0 if METRICS[clause.metric].lower_is_better else 1
    if METRICS[clause.metric].bounded and clause.limit == perfect:
        yield Weakness(
            f"{field}.threshold", "perfection: one error breaks it, and no sample can show it kept.",
            "Ask for a level that can be reached and proven.",
        )  # fmt: skip
    if decision.rule == "point":
        yield Weakness(
            f"{field}.decision.rule",
            '"point" gives no protection against chance: a good delivery can fail by a bad sample.',
            'Take "claim" or "acceptance".',
        )
    elif decision.alpha > _HIGH_ALPHA:
        yield Weakness(
            f"{field}.decision.alpha",
            f"a risk of {decision.alpha} of a wrong word is high; a claim built on it is easily disputed.",
            "Take 0.05.",
        )
    if not METRICS[clause.metric].available:
        yield Weakness(f"{field}.metric", f"this version does not measure {clause.metric}.", "It is not run.")
    yield from _rule(clause, f"{field}.decision")


def _rule(clause: Clause, field: str) -> Iterator[Weakness]:
    """What experience says of the decision rules that lay out a design."""
    decision = clause.decision
    if decision.rule in WITHOUT_DRAW:
        return
    if clause.scope != "delivery" or METRICS[clause.metric].kind != "share":
        yield Weakness(
            f"{field}.rule",
            f"{decision.rule} needs the number of units in the delivery, which is not known for this clause; "
            "it is not run.",
            'Take "claim" here.',
        )
    if decision.rule == "sequential" and decision.tolerated is None:
        yield Weakness(
            f"{field}.tolerated",
            "without a tolerated share a delivery near the threshold is not decided before nearly all of it is "
            "looked at.",
            "Tolerate a little less than the threshold, for example two points.",
        )
    if decision.rule == "active" and clause.unit not in SHEETS:
        yield Weakness(
            f"{field}.rule",
            f"active counts whole answers on items, and an item holds several or no {clause.unit}s; it is "
            f"not run.",
            'Count by item, or take "sequential" with most_units.',
        )
    if decision.rule == "iso2859-1":
        yield Weakness(
            f"{field}.rule",
            "an AQL plan accepts deliveries that break the threshold quite often; it proves no share.",
            'Take "sequential", or read what the plan says under `vendoreval audit plan`.',
        )
    if decision.rule == "zero_defect":
        yield Weakness(
            f"{field}.rule",
            "one error refuses a delivery that keeps the threshold: a claim built on it is easily disputed.",
            'Take "curtailed" or "sequential".',
        )


def _remedy(contract: Contract, remedy: Remedy, *, used: bool) -> Iterator[Weakness]:
    field = f"remedy.{remedy.id}"
    if not used:
        yield Weakness(field, "no clause names this remedy.", "Name it in a clause, or leave it out.")
    if remedy.sole:
        yield Weakness(
            f"{field}.sole", "as the only remedy it rules out every other one, damages too.", "Strike it."
        )
    if remedy.kind == "rework" and not remedy.rounds:
        yield Weakness(f"{field}.rounds", "nothing says how often rework is tried.", "Write rounds = 2.")
    if remedy.kind == "rework" and not remedy.deadline_days:
        yield Weakness(
            f"{field}.deadline_days", "rework has no deadline.", "Write deadline_days = 5 (business days)."
        )
    if remedy.kind == "credit" and not remedy.justification:
        yield Weakness(
            f"{field}.justification",
            "nothing says why this sum is fair; a court may call it a penalty.",
            "Write one sentence on the loss it stands for.",
        )
    counts = remedy.kind == "credit" and remedy.percent is None and remedy.amount is None
    unsure = [c.id for c in contract.clauses if remedy.id in c.remedy and METRICS[c.metric].kind == "agreement"]
    if counts and unsure:
        yield Weakness(
            f"{field}.per_unit",
            f"the clause {unsure[0]} is about agreement, which counts no wrong units: it would credit nothing.",
            "Name a remedy with a percent or an amount there.",
        )
    units = {clause.unit for clause in contract.clauses if remedy.id in clause.remedy}
    if counts and remedy.per_unit is None and contract.price and units - {contract.price.unit}:
        other = ", ".join(sorted(units - {contract.price.unit}))
        yield Weakness(
            f"{field}.per_unit",
            f"the price is for each {contract.price.unit}, but wrong units are counted by {other}.",
            "Write per_unit.",
        )
