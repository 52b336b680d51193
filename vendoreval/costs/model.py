"""What an offer really costs, line by line, and what a correct label costs.

With N labels, price p, share of wrong labels e, share r of them found before use:

    total = N p + setup + S n c_aud + N e r c_fix [unless free] + (S - 1) c_manage + h w
            + T (g gamma + h_T w) + (D + (S - 1) weeks) d + N e (1 - r) c_esc + pi L
    per correct label = total / (N (1 - e))

S is the expected number of submissions: 1 / P(pass), capped by the contract's rounds, each audited on a
fresh sample of n. Labels that the buyer repairs do not count as correct ones of the vendor; what is
wrong in use is printed beside. Estimates, hence floats; claims are computed elsewhere, in integers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vendoreval.costs.fields import FIELDS
from vendoreval.costs.inputs import CostInputs
from vendoreval.errors import InputError
from vendoreval.inference.binomial import at_most

LINES = {
    "labels": "labels at their price",
    "setup": "set-up",
    "audit": "audits",
    "rework": "correcting labels that are found wrong",
    "returns": "sending deliveries back",
    "engineering": "engineers' time",
    "training": "repeated trainings",
    "delay": "delay",
    "escaped": "wrong labels that are used",
    "failure": "failure in the field",
}


@dataclass(frozen=True)
class Cost:
    """The cost of one offer (record `vendoreval/cost/1`), in major units of `currency`.

    `lines` by name, in the order of LINES; they sum to `total`. `per_listed` is price ÷ share right,
    `effective` the number of clean labels that would teach a model as much under random noise.
    """

    inputs: CostInputs
    lines: dict[str, float]
    total: float
    per_correct: float
    per_listed: float
    wrong_delivered: float
    wrong_in_use: float
    p_pass: float
    submissions: float
    effective: float
    per_effective: float | None

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values, every input with its origin."""
        given = self.inputs.given
        return {
            "schema": "vendoreval/cost/1",
            "name": self.inputs.name,
            "currency": self.inputs.currency,
            "total": self.total,
            "per_correct_label": self.per_correct,
            "per_correct_label_by_price_alone": self.per_listed,
            "lines": self.lines,
            "wrong_delivered": self.wrong_delivered,
            "wrong_in_use": self.wrong_in_use,
            "p_pass": self.p_pass,
            "expected_submissions": self.submissions,
            "effective_labels": self.effective,
            "price_per_effective_label": self.per_effective,
            "inputs": [
                {
                    "name": one.name,
                    "value": self.inputs[one.name],
                    "given": one.name in given,
                    "meaning": one.meaning,
                    "source": "" if one.name in given else one.source,
                }
                for one in FIELDS
            ],
        }


def cost(inputs: CostInputs) -> Cost:
    """Compute everything about one offer. Raises InputError when no label is right."""
    v = inputs.values
    n, wrong = v["labels.units"], 1 - v["labels.accuracy"]
    if wrong >= 1:
        raise InputError("No label is right, so none has a price.", remedy="Check labels.accuracy.")
    errors = n * wrong
    found = errors * v["rework.found"]
    p_pass = chance_to_pass(wrong, int(v["acceptance.sample"]), int(v["acceptance.allowed_errors"]))
    submissions = expected_submissions(p_pass, int(v["acceptance.rounds"]))
    again = submissions - 1
    rate = v["engineering.rate"]
    one_training = v["training.gpu_hours"] * v["training.gpu_rate"] + v["training.hours"] * rate
    weeks = v["delay.weeks"] + again * v["acceptance.weeks"]
    lines = {
        "labels": n * v["labels.price"],
        "setup": v["labels.setup"],
        "audit": submissions * v["audit.items"] * v["audit.per_item"],
        "rework": 0.0 if v["rework.free"] else found * v["rework.fix"],
        "returns": again * v["acceptance.manage"],
        "engineering": v["engineering.hours"] * rate,
        "training": v["training.retrainings"] * one_training,
        "delay": weeks * v["delay.per_week"],
        "escaped": (errors - found) * v["failure.escaped"],
        "failure": v["failure.probability"] * v["failure.loss"],
    }
    total = sum(lines.values())
    share = effective_share(wrong, int(v["labels.classes"]))
    return Cost(
        inputs, lines, total,
        per_correct=total / (n - errors),
        per_listed=v["labels.price"] / (1 - wrong),
        wrong_delivered=errors,
        wrong_in_use=errors - found,
        p_pass=p_pass,
        submissions=submissions,
        effective=n * share,
        per_effective=v["labels.price"] / share if share > 0 else None,
    )  # fmt: skip


def chance_to_pass(wrong: float, sample: int, allowed: int) -> float:
    """The chance that a submission with this share of wrong labels passes; 1 without a sample."""
    return at_most(allowed, sample, wrong) if sample else 1.0


def expected_submissions(p_pass: float, rounds: int) -> float:
    """Submissions until one passes, `rounds` at most: (1 - (1 - P)^rounds) / P, tending to 1 / P."""
    if p_pass >= 1:
        return 1.0
    return float(sum((1 - p_pass) ** done for done in range(rounds)))


def effective_share(wrong: float, classes: int) -> float:
    """How much of the labels is left as information under random noise.

    (1 - 2 eta)^2 for two classes: sample complexity grows as its inverse (Aslam & Decatur; Simon). For
    K classes with symmetric noise the heuristic (1 - K eta / (K - 1))^2. Noise that is concentrated on
    a class hurts more than this.
    """
    return max(0.0, 1 - classes * wrong / (classes - 1)) ** 2


def assumed(inputs: CostInputs) -> list[tuple[str, float, str]]:
    """The inputs that nobody gave and that move a result: name, value, where the value comes from."""
    found = cost(inputs)
    return [
        (one.name, inputs[one.name], one.source)
        for one in FIELDS
        if one.name not in inputs.given and inputs[one.name] and _moves(inputs, one.name, found)
    ]


def _moves(inputs: CostInputs, name: str, found: Cost) -> bool:
    value = inputs[name]
    other = cost(inputs.changed({name: value - 1 if value == 1 else value + 1 if value > 1 else value / 2}))
    return (other.total, other.effective) != (found.total, found.effective)
