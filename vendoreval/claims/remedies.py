"""What is demanded: the remedies of the breached clauses, in the contract's order, with their sums.

Formulas, in the contract's currency, rounded half up to its minor unit once, at the end:

    counted        at_least, estimate or found wrong units, as the remedy's basis says
    credit         max(0, counted - allowed) x price of a unit; allowed is 0 without `excess_only`
    credit         or, where the price is of another unit than the clause counts (boxes under a price of an
                   image): the same part of the price of all units that it is counted from
    credit         or: percent of the delivery's price, or a fixed amount
    audit_cost     a fixed amount, or a sum x audited items
    withhold, refund   percent (default 100) of the delivery's price, or a fixed amount
    cap            no sum exceeds cap_percent of the delivery's price

One wrong unit is paid for once: where several clauses or groups lead to the same credit, the largest
of their sums is demanded, not the total. `amount` rests on the remedy's basis, `amount_on_estimate` on
the point estimate in the place of a lower bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from vendoreval.claims.extrapolating import allowed
from vendoreval.claims.records import Demand, Extrapolation
from vendoreval.contracts.metrics import OBJECTS
from vendoreval.contracts.terms import Contract, Remedy
from vendoreval.money import Money

_UNIT_COUNTS = {
    **dict.fromkeys(OBJECTS, ("objects",)), "item": ("items",), "label": ("sheets", "labels"),
    "word": ("words",),
}  # fmt: skip
CHARACTER = "character"
_SAME = {name: "object" for name in OBJECTS if name != "word"}  # one thing under several names


@dataclass(frozen=True)
class Grounds:
    """What sums are computed from: the breaches, the audited items and the delivery's counts.

    `failed_reworks`: rounds of rework that failed before; steps that wait for so many are due.
    Unless `beyond`, the sample does not speak for the whole delivery: remedies stay with the wrong units found.
    """

    extrapolations: tuple[Extrapolation, ...]
    audited_items: int
    counts: Mapping[str, int]
    beyond: bool = True
    failed_reworks: int = 0

    @property
    def found(self) -> int:
        """Wrong units found; one that several clauses count is counted once. Characters have no price."""
        return max((e.found for e in self.extrapolations if e.unit != CHARACTER), default=0)


def delivery_price(contract: Contract, counts: Mapping[str, int]) -> Decimal | None:
    """Price of the whole delivery in major units; None when there is none or its units are not counted."""
    price = contract.price
    if price is None:
        return None
    known = next((counts[name] for name in _UNIT_COUNTS.get(price.unit, ()) if name in counts), None)
    return None if known is None else price.per_unit * known


def ladder(contract: Contract, grounds: Grounds) -> tuple[Demand, ...]:
    """One demand for each remedy that a breached clause names, in the contract's order of remedies."""
    breached = {e.clause for e in grounds.extrapolations}
    named = {name for clause in contract.clauses if clause.id in breached for name in clause.remedy}
    return tuple(_demand(contract, remedy, grounds) for remedy in contract.remedies if remedy.id in named)


def _demand(contract: Contract, remedy: Remedy, grounds: Grounds) -> Demand:
    amount, how = _sum(contract, remedy, grounds, remedy.basis)
    basis = "estimate" if remedy.basis == "lower_bound" else remedy.basis
    on_estimate, _ = _sum(contract, remedy, grounds, basis)
    price = delivery_price(contract, grounds.counts)
    return Demand(
        remedy=remedy.id,
        kind=remedy.kind,
        text=_with_cap(how, remedy, price, contract.currency),
        amount=_capped(amount, remedy, price, contract.currency),
        amount_on_estimate=_capped(on_estimate, remedy, price, contract.currency),
        due=None,
        ref=remedy.ref,
        justification=remedy.justification,
        after_rework=max(0, remedy.after_rework - grounds.failed_reworks),
    )


def _sum(contract: Contract, remedy: Remedy, grounds: Grounds, basis: str) -> tuple[Decimal | None, str]:
    """The sum before any cap, in major units, and the sentence that says how it comes about."""
    if remedy.kind == "rework":
        return None, _rework(remedy if grounds.beyond else replace(remedy, scope="defects"))
    if remedy.kind == "termination":
        return None, "The buyer reserves the right to end the contract."
    if remedy.amount is not None:
        return remedy.amount, f"{_VERBS[remedy.kind]} the fixed sum that the contract names."
    if remedy.kind == "audit_cost":
        each = remedy.per_unit or Decimal(0)
        return each * grounds.audited_items, (
            f"Pay for the audit: {contract.currency} {each:f} × {grounds.audited_items:,} audited items."
        )
    if remedy.kind == "credit" and remedy.percent is None:
        return _credit(contract, remedy, grounds, basis)
    share = Decimal(100) if remedy.percent is None else remedy.percent
    if not grounds.beyond:
        return _of_found(contract, remedy, grounds.found, share)
    price = delivery_price(contract, grounds.counts)
    text = f"{_VERBS[remedy.kind]} {share:f} % of the delivery's price"
    if price is None:
        return None, f"{text}; the sum follows from the invoice, as the priced units are not counted here."
    return price * share / 100, f"{text}, {Money.of(price, contract.currency)}."


def _of_found(contract: Contract, remedy: Remedy, found: int, share: Decimal) -> tuple[Decimal, str]:
    """A share of the price where the sample speaks for itself only."""
    price = found * contract.price.per_unit if contract.price else Decimal(0)
    said = f"{_VERBS[remedy.kind]} {share:f} % of the price of the {found:,} wrong units found"
    return price * share / 100, f"{said}, {Money.of(price, contract.currency)}."


_VERBS = {"credit": "Credit", "refund": "Pay back", "withhold": "The buyer keeps back", "audit_cost": "Pay"}


def _rework(remedy: Remedy) -> str:
    what = {"defects": "the defects listed", "class": "the classes in breach", "delivery": "the whole delivery"}
    rounds = f" The contract allows {remedy.rounds} rounds." if remedy.rounds else ""
    days = f", within {remedy.deadline_days} business days of this claim" if remedy.deadline_days else ""
    fresh = " The result is audited on a fresh sample."
    return f"Label {what[remedy.scope]} again, free of charge{days}.{rounds}{fresh}"


@dataclass(frozen=True)
class _Credited:
    """What one ground leads to: `paid` of `units` wrong units, among `within`, after those `free`."""

    paid: int
    units: int
    free: int
    within: int
    ground: Extrapolation


def _credit(contract: Contract, remedy: Remedy, grounds: Grounds, basis: str) -> tuple[Decimal | None, str]:
    counted = [
        _credited(contract, remedy, ground, basis)
        for ground in grounds.extrapolations
        if remedy.id in contract.clause(ground.clause).remedy
    ]
    sums = [(_worth(contract, remedy, grounds, one), one) for one in counted]
    amount, most = max(sums, key=lambda entry: (entry[0] or 0, entry[1].paid))
    group = f" ({most.ground.group})" if most.ground.group else ""
    less = f", less {most.free:,} allowed" if remedy.excess_only else ""
    text = (
        f"{_each(contract, remedy, most)} {_BASES[basis]} {most.units:,}{less}, by clause {most.ground.clause}"
        f"{group}."
    )
    if len(counted) > 1:
        text += " Further breaches lead to the same credit; each wrong unit is counted once."
    return amount, text


def _credited(contract: Contract, remedy: Remedy, ground: Extrapolation, basis: str) -> _Credited:
    units, within = {
        "lower_bound": (ground.at_least, ground.surely),
        "estimate": (ground.estimate, ground.population),
        "found": (ground.found, ground.population if ground.by_scores else ground.sample),
    }[basis]
    free = allowed(contract.clause(ground.clause), within) if remedy.excess_only else 0
    return _Credited(max(0, units - free), units, free, within, ground)


def _of_other_unit(contract: Contract, remedy: Remedy, one: _Credited) -> bool:
    """Whether the price is of another unit than the ground counts, so that it is no price of one of these."""
    unit, price = one.ground.unit, contract.price
    if unit == CHARACTER:
        return True
    if remedy.per_unit is not None or price is None or unit is None:
        return False
    return _SAME.get(price.unit, price.unit) != _SAME.get(unit, unit)


def _worth(contract: Contract, remedy: Remedy, grounds: Grounds, one: _Credited) -> Decimal | None:
    """What the wrong units paid for are worth; None where their part of the price is not known."""
    if not _of_other_unit(contract, remedy, one):
        return _price(contract, remedy) * one.paid
    if one.ground.population_at_least is not None:
        price = delivery_price(contract, grounds.counts)
        return None if price is None else price * one.paid / one.ground.population
    if contract.price is None or contract.price.unit != "item":
        return None
    units = max(one.ground.sample, grounds.counts["opportunities"], 1)
    return contract.price.per_unit * grounds.audited_items * one.paid / units


def _price(contract: Contract, remedy: Remedy) -> Decimal:
    price = contract.price.per_unit if contract.price else Decimal(0)
    return price if remedy.per_unit is None else remedy.per_unit


def _each(contract: Contract, remedy: Remedy, one: _Credited) -> str:
    """The head of the sentence: a sum for each wrong unit, or a part of the price."""
    if not _of_other_unit(contract, remedy, one):
        each = f"{contract.currency} {_price(contract, remedy):f}"
        return f"Credit {each} × {one.paid:,} wrong units:"
    what = "delivery" if one.ground.population_at_least is not None else "audited items"
    return f"Credit the part of the price of the {what} that falls on {one.paid:,} wrong {one.ground.unit}s:"


_BASES = {"lower_bound": "proven at the least", "estimate": "estimated", "found": "found"}


def _cap(remedy: Remedy, price: Decimal | None) -> Decimal | None:
    return None if remedy.cap_percent is None or price is None else price * remedy.cap_percent / 100


def _capped(amount: Decimal | None, remedy: Remedy, price: Decimal | None, currency: str) -> Money | None:
    """The sum under its cap; None where a cap exists that cannot be computed."""
    if amount is None or (remedy.cap_percent is not None and price is None):
        return None
    cap = _cap(remedy, price)
    return Money.of(amount if cap is None else min(amount, cap), currency)


def _with_cap(text: str, remedy: Remedy, price: Decimal | None, currency: str) -> str:
    if remedy.cap_percent is None or remedy.kind in ("rework", "termination"):
        return text
    cap = _cap(remedy, price)
    known = "which the invoice shows" if cap is None else str(Money.of(cap, currency))
    return f"{text} Capped at {remedy.cap_percent:f} % of the delivery's price, {known}."
