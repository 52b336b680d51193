"""Every input of the cost model: what it means, and where its default comes from.

Nothing is hidden: the template of the input file, the page docs/cost.md and the list of assumptions
under each result are made from this table. A default of 0 means that nothing is known, so nothing is
added; the tornado then shows no bar for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["count", "money", "share", "number", "flag"]

_YOURS = "0: only you know it; ask whoever would do the work"


@dataclass(frozen=True)
class CostField:
    """One input. `default` None: it has to be given. `varies`: the tornado moves it."""

    section: str
    key: str
    kind: Kind
    meaning: str
    default: float | None
    source: str
    varies: bool = True

    @property
    def name(self) -> str:
        """The input's name in the file and in results, such as `delay.weeks`."""
        return f"{self.section}.{self.key}"


SECTIONS = {
    "labels": "What is bought",
    "audit": "Checking a delivery",
    "acceptance": "Deliveries that are sent back",
    "rework": "Wrong labels that are found before use",
    "engineering": "Your engineers' time with bad labels",
    "training": "Trainings that are wasted and repeated",
    "delay": "Weeks lost",
    "failure": "Wrong labels that nobody finds",
}

FIELDS = (
    CostField("labels", "units", "count", "labels bought", None, "", varies=False),
    CostField("labels", "price", "money", "price of one label", None, ""),
    CostField("labels", "accuracy", "share", "share of labels that are right as delivered", None, ""),
    CostField("labels", "setup", "money", "once, for set-up, guideline work and tools", 0, _YOURS),
    CostField("labels", "classes", "count", "classes to choose from, for the effective number of labels", 2,
              "2: the formula of random noise is proven for two classes", varies=False),
    CostField("audit", "items", "count", "labels audited in each submission", 0,
              "0: no audit is planned; `vendoreval contract check` shows what a sample would catch"),
    CostField("audit", "per_item", "money", "cost of one audited label", 0.5,
              "0.50: the illustrative figure of the worked example in docs/cost.md"),
    CostField("acceptance", "sample", "count", "labels of a submission that decide on its acceptance", 0,
              "0: every submission is accepted", varies=False),
    CostField("acceptance", "allowed_errors", "count", "wrong labels in that sample that still pass", 0,
              "0: the strictest plan; `vendoreval audit plan` gives plans", varies=False),
    CostField("acceptance", "rounds", "count", "submissions at most, the first one included", 3,
              "3: the first one and the two rounds of rework that contracts usually grant", varies=False),
    CostField("acceptance", "manage", "money", "your cost of sending a submission back", 0, _YOURS),
    CostField("acceptance", "weeks", "number", "weeks until a further submission arrives", 0, _YOURS),
    CostField("rework", "found", "share", "share of the wrong labels that is found before use", 0.5,
              "0.5: no published figure exists; one half, so that neither end is assumed"),
    CostField("rework", "fix", "money", "cost of correcting one found label", None,
              "twice the label's price: a vendor's claim (Keylabs 2025, rework doubles labour), weak evidence"),
    CostField("rework", "free", "flag", "the vendor corrects found labels free of charge", 0,
              "no: only a contract clause makes it free", varies=False),
    CostField("engineering", "hours", "number", "hours of engineers, caused by wrong labels", 0, _YOURS),
    CostField("engineering", "rate", "money", "cost of one engineer's hour", 100,
              "100: the illustrative figure of the worked example in docs/cost.md"),
    CostField("training", "retrainings", "number", "expected number of repeated trainings", 0, _YOURS),
    CostField("training", "gpu_hours", "number", "GPU hours of one training", 0, _YOURS),
    CostField("training", "gpu_rate", "money", "cost of one GPU hour", 0, _YOURS),
    CostField("training", "hours", "number", "engineers' hours for one repeated training", 0, _YOURS),
    CostField("delay", "weeks", "number", "weeks the project waits because of wrong labels", 0, _YOURS),
    CostField("delay", "per_week", "money", "cost of one week of delay", 0, _YOURS),
    CostField("failure", "escaped", "money", "cost of one wrong label that is used", 0, _YOURS),
    CostField("failure", "probability", "share", "chance that wrong labels cause a failure in the field", 0,
              _YOURS),
    CostField("failure", "loss", "money", "loss from such a failure", 0, _YOURS),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}
FIX_FACTOR = 2.0  # the default of rework.fix, times the price
# What grows and shrinks with the share of wrong labels when another accuracy is considered.
DRIVEN_BY_ERRORS = ("engineering.hours", "training.retrainings", "delay.weeks", "failure.probability")
