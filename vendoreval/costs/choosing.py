"""Decisions by cost: what a better vendor may charge, which accuracy is worth its price, what matters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from vendoreval.costs.fields import DRIVEN_BY_ERRORS, FIELDS
from vendoreval.costs.inputs import CostInputs, Quote
from vendoreval.costs.model import Cost, cost
from vendoreval.errors import InputError

ACCURACIES = (0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
SWING = 0.5  # the tornado moves an input by this share of it
_SHARES = ("labels.accuracy", "rework.found", "failure.probability")


@dataclass(frozen=True)
class BreakEven:
    """How much more a label of the better offer may cost before the other one is cheaper.

    `labels_only`: (e_A - e_B) (r c_fix + (1 - r) c_esc), with A's figures, as if nothing but labels had
    a cost. `all_costs`: the premium at which both totals are equal, both for `units` labels. `asked` is the
    premium asked.
    """

    better: str
    other: str
    labels_only: float
    all_costs: float
    asked: float
    units: float = 0.0


def break_even(one: CostInputs, two: CostInputs) -> BreakEven:
    """The premium that the offer with fewer wrong labels is worth; raises InputError across currencies."""
    if one.currency != two.currency:
        raise InputError(
            f"{one.name} is priced in {one.currency}, {two.name} in {two.currency}.",
            remedy="Convert one of the two files.",
        )
    worse, better = sorted((one, two), key=lambda offer: offer["labels.accuracy"])
    gap = better["labels.accuracy"] - worse["labels.accuracy"]
    found, fix = worse["rework.found"], 0.0 if worse["rework.free"] else worse["rework.fix"]
    labels_only = gap * (found * fix + (1 - found) * worse["failure.escaped"])
    units = better["labels.units"]  # two quantities would compare two projects
    free_labels = cost(better.changed({"labels.price": 0.0})).total
    same_size = cost(worse.changed({"labels.units": units})).total
    all_costs = (same_size - free_labels) / units - worse["labels.price"]
    asked = better["labels.price"] - worse["labels.price"]
    return BreakEven(better.name, worse.name, labels_only, all_costs, asked, units)


def at_accuracy(inputs: CostInputs, accuracy: float, price: float | None = None) -> CostInputs:
    """The same project at another accuracy.

    Engineers' hours, repeated trainings, weeks of delay and the chance of a failure are taken as
    proportional to the share of wrong labels; the cost model knows no better law.
    """
    before, after = 1 - inputs["labels.accuracy"], 1 - accuracy
    changes = {"labels.accuracy": accuracy}
    if price is not None:
        changes["labels.price"] = price
    for name in DRIVEN_BY_ERRORS:
        scaled = inputs[name] * after / before if before else inputs[name]
        changes[name] = min(scaled, 1.0) if name in _SHARES else scaled
    return inputs.changed(changes)


def worth(inputs: CostInputs, accuracy: float) -> float:
    """The highest price of a label at `accuracy` that costs no more per correct label than `inputs` do.

    Solves (N x + rest) / (N a) = cost per correct label now for x; may be negative.
    """
    rest = cost(at_accuracy(inputs, accuracy, 0.0)).total
    return cost(inputs).per_correct * accuracy - rest / inputs["labels.units"]


def quoted_price(quotes: Sequence[Quote], accuracy: float) -> float:
    """The price between two quotes: a straight line of log price over log share of wrong labels.

    So each halving of the errors costs the same factor. Raises InputError outside the quotes.
    """
    for low, high in pairwise(quotes):
        if low.accuracy <= accuracy <= high.accuracy:
            if low.price <= 0 or high.price <= 0 or low.accuracy == high.accuracy:
                return low.price
            part = math.log((1 - accuracy) / (1 - low.accuracy))
            part /= math.log((1 - high.accuracy) / (1 - low.accuracy))
            return float(low.price * (high.price / low.price) ** part)
    raise InputError(f"No quoted price reaches an accuracy of {accuracy:g}.", remedy="Add a [[quote]].")


@dataclass(frozen=True)
class Best:
    """The accuracy at which a correct label is cheapest, within the quotes; `edge`: no quote beyond it."""

    accuracy: float
    price: float
    per_correct: float
    edge: bool


def best_accuracy(inputs: CostInputs) -> Best | None:
    """Which accuracy is worth paying for, by the quoted prices; None with fewer than two quotes.

    The cost per correct label is minimised in each piece between quotes and at the quotes.
    """
    from scipy.optimize import minimize_scalar  # takes long to import

    quotes = inputs.quotes
    if len(quotes) < 2:
        return None

    def per_correct(accuracy: float) -> float:
        return cost(at_accuracy(inputs, accuracy, quoted_price(quotes, accuracy))).per_correct

    found = [quote.accuracy for quote in quotes]
    for low, high in pairwise(quotes):
        if low.accuracy < high.accuracy:
            bounds = (low.accuracy, high.accuracy)
            found.append(float(minimize_scalar(per_correct, bounds=bounds, method="bounded",
                                               options={"xatol": 1e-9}).x))  # fmt: skip
    best = min(found, key=lambda accuracy: (per_correct(accuracy), accuracy))
    edge = best in (quotes[0].accuracy, quotes[-1].accuracy)
    return Best(best, quoted_price(quotes, best), per_correct(best), edge)


@dataclass(frozen=True)
class Swing:
    """One input, its two ends, and the cost per correct label at each of them."""

    name: str
    meaning: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        return abs(self.at_high - self.at_low)


def tornado(inputs: CostInputs) -> tuple[Swing, ...]:
    """What drives the cost per correct label: each input moved alone, the strongest first.

    An input goes from half to one and a half times its value, the accuracy by half of its share of
    wrong labels, or over the file's `[range]`. Inputs without effect are left out.
    """
    swings = []
    for one in FIELDS:
        if not one.varies and one.name not in inputs.ranges:
            continue
        low, high = inputs.ranges.get(one.name) or _ends(one.name, inputs[one.name])
        ends = [cost(inputs.changed({one.name: end})).per_correct for end in (low, high)]
        swings.append(Swing(one.name, one.meaning, low, high, *ends))
    moved = [swing for swing in swings if swing.width > 0]
    return tuple(sorted(moved, key=lambda swing: (-swing.width, swing.name)))


def _ends(name: str, value: float) -> tuple[float, float]:
    if name == "labels.accuracy":
        wrong = 1 - value
        return max(1 - wrong * (1 + SWING), value / 2), 1 - wrong * (1 - SWING)
    low, high = value * (1 - SWING), value * (1 + SWING)
    return low, min(high, 1.0) if name in _SHARES else high


@dataclass(frozen=True)
class CostStudy:
    """One offer, and another beside it where there is one (record `vendoreval/cost-study/1`)."""

    one: Cost
    two: Cost | None
    premium: BreakEven | None
    worth: tuple[tuple[float, float], ...]
    best: Best | None
    swings: tuple[Swing, ...]

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "schema": "vendoreval/cost-study/1",
            "cost": self.one.to_json(),
            "other": self.two.to_json() if self.two else None,
            "break_even": dict(vars(self.premium)) if self.premium else None,
            "worth": [{"accuracy": accuracy, "price": price} for accuracy, price in self.worth],
            "best": dict(vars(self.best)) if self.best else None,
            "tornado": [dict(vars(swing)) for swing in self.swings],
        }


def study(inputs: CostInputs, other: CostInputs | None = None) -> CostStudy:
    """Everything that `vendoreval cost` prints; pure."""
    return CostStudy(
        cost(inputs),
        cost(other) if other else None,
        break_even(inputs, other) if other else None,
        tuple((accuracy, worth(inputs, accuracy)) for accuracy in ACCURACIES),
        best_accuracy(inputs),
        tornado(inputs),
    )
