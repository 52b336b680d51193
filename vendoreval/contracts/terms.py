"""A contract's quality terms, as frozen records. Parsing stands in `parsing`, wording in `explain`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from vendoreval.contracts.reasons import REASONS
from vendoreval.contracts.rules import DEFAULT_BLOCK, DEFAULT_FLOOR

Answers = Literal["each", "consensus"]
Ties = Literal["smallest_label", "first_answer", "wrong"]
Filters = Literal["allowed", "forbidden"]
Repeats = Literal["refuse", "last", "first"]
Gold = Literal["drawn", "chosen"]
# What answers that ask instead of deciding are usually called, where the contract names none.
USUALLY_UNSURE = frozenset(
    ("unsure", "unknown", "uncertain", "not sure", "cannot tell", "can't tell", "unclear", "ambiguous",
     "skip", "skipped", "flag", "flagged", "escalate", "escalated", "?")
)  # fmt: skip


@dataclass(frozen=True)
class Guideline:
    """The written guideline that labels must follow."""

    id: str
    version: str


@dataclass(frozen=True)
class Attribute:
    """An attribute of an object that counts: by equality, or as a number with a tolerance."""

    name: str
    tolerance: Decimal | None = None


@dataclass(frozen=True)
class Task:
    """What is labelled, and how an answer is held against gold.

    `unsure` are the classes that say "I cannot tell, please decide" instead of guessing. `filters`: whether
    a delivery may be taken in with some of its rows left out. `repeats` says which of a person's different
    answers on one item counts; `refuse`: no rule, an audit asks first.
    `gold`: whether only items that were drawn speak for a whole delivery, or also those that the buyer chose
    (audits.drawing). `attributes`: those of an object that count, in the order of the contract.
    """

    type: str
    classes: tuple[str, ...]
    guideline: Guideline | None = None
    answers: Answers = "each"
    ties: Ties = "smallest_label"
    severity: dict[str, str] = field(default_factory=dict)  # class -> minor, major or critical
    matching: dict[str, Any] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    filters: Filters = "allowed"
    repeats: Repeats = "refuse"
    gold: Gold = "drawn"
    attributes: tuple[Attribute, ...] = ()

    @property
    def ways_to_ask(self) -> tuple[str, ...]:
        """The classes by which an annotator asks instead of deciding."""
        return self.unsure or tuple(name for name in self.classes if self.is_unsure(name))

    def is_unsure(self, answer: str) -> bool:
        """Whether an answer asks instead of deciding: by the contract, else by its usual names."""
        return answer in self.unsure if self.unsure else answer.strip().lower() in USUALLY_UNSURE


@dataclass(frozen=True)
class Price:
    """Price of one unit in major units of the contract's currency, exact."""

    per_unit: Decimal
    unit: str


@dataclass(frozen=True)
class Acceptance:
    """The window in which the buyer must answer a delivery, in business days of `calendar`."""

    window_days: int
    silence: Literal["accepted", "not_accepted"]
    calendar: str = "mon-fri"
    holidays: tuple[date, ...] = ()
    response_days: int = 5  # the vendor's time to answer a claim


@dataclass(frozen=True)
class DisputeTerms:
    """How a claim is argued, in business days of the acceptance's calendar.

    `silence`: what a line is that the vendor leaves unanswered until its deadline. `ruling_days`: the buyer's
    time to rule on what was rebutted; `arbiter_days`: the arbiter's. `reasons`: the codes that a rebuttal may
    give (contracts.reasons).
    """

    silence: Literal["accepted", "not_accepted"] = "not_accepted"
    ruling_days: int = 5
    arbiter_days: int = 10
    reasons: tuple[str, ...] = tuple(REASONS)


@dataclass(frozen=True)
class Decision:
    """How a clause is decided. `rule` names one of `contracts.rules.RULES`.

    alpha: highest accepted chance to claim a breach that is none; beta: highest accepted chance to
    call kept what is breached. `tolerated` and `calibrated` belong to the sequential rule, `options`
    holds what single rules need besides.
    """

    rule: str
    alpha: Decimal = Decimal("0.05")
    beta: Decimal = Decimal("0.10")
    tolerated: Decimal | None = None
    calibrated: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def most_units(self) -> int | None:
        """No item holds more units than this, those that were missed included; None: not agreed."""
        found = self.options.get("most_units")
        return None if found is None else int(found)

    @property
    def worst(self) -> Fraction | None:
        """Of a loss (audits.measures): the most that a unit loses; None: not agreed."""
        found = self.options.get("worst")
        return None if found is None else Fraction(str(found))

    @property
    def scores(self) -> str:
        """Where the rule `active` takes its scores from (contracts.rules.SCORES)."""
        return str(self.options.get("scores", "delivery"))

    @property
    def floor(self) -> Decimal:
        """The rule `active` draws no stratum with less than this part of its own share."""
        return Decimal(str(self.options.get("floor", DEFAULT_FLOOR)))

    @property
    def block(self) -> int:
        """Items on a work list of the rule `active`."""
        return int(self.options.get("block", DEFAULT_BLOCK))


@dataclass(frozen=True)
class Clause:
    """One promise that can be kept or breached.

    `threshold` is the contract's own decimal text, so that no verdict hangs on a rounded float.
    `group` restricts a scope "class" or "annotator" to one of them; None = each. Clauses of one `family`
    share one risk of a wrong breach.
    """

    id: str
    metric: str
    unit: str
    scope: str
    threshold: str
    decision: Decision
    remedy: tuple[str, ...] = ()
    ref: str = ""
    group: str | None = None
    family: str = ""

    @property
    def limit(self) -> Fraction:
        """The threshold as an exact fraction."""
        return Fraction(self.threshold)

    @property
    def risks(self) -> tuple[float, float]:
        """The agreed risk of a wrong `breached` and of a wrong `kept`; `acceptance` swaps the two."""
        alpha, beta = float(self.decision.alpha), float(self.decision.beta)
        return (beta, alpha) if self.decision.rule == "acceptance" else (alpha, beta)


@dataclass(frozen=True)
class Remedy:
    """What the vendor owes when a clause that names it is breached.

    kind: rework, credit, refund, audit_cost, withhold or termination. Amounts are major units.
    """

    id: str
    kind: str
    scope: str = "delivery"  # defects, class or delivery
    rounds: int = 0
    deadline_days: int = 0
    amount: Decimal | None = None  # a fixed sum
    per_unit: Decimal | None = None  # a sum for each counted wrong unit (default: the unit's price)
    percent: Decimal | None = None  # of the delivery's price
    basis: Literal["lower_bound", "estimate", "found"] = "lower_bound"
    excess_only: bool = True  # count only what exceeds the allowed number of errors
    cap_percent: Decimal | None = None  # of the delivery's price
    sole: bool = False
    after_rework: int = 0  # asked for only when so many rounds of rework have failed
    justification: str = ""
    ref: str = ""


@dataclass(frozen=True)
class Contract:
    """The quality terms of one contract version."""

    id: str
    vendor: str
    title: str
    currency: str
    task: Task
    clauses: tuple[Clause, ...]
    effective: date | None = None
    ends: date | None = None
    price: Price | None = None
    acceptance: Acceptance | None = None
    remedies: tuple[Remedy, ...] = ()
    buyer: str = ""
    version: int = 1
    dispute: DisputeTerms = DisputeTerms()

    def clause(self, clause_id: str) -> Clause:
        """The clause with this id; KeyError if there is none."""
        return {clause.id: clause for clause in self.clauses}[clause_id]

    def remedy(self, remedy_id: str) -> Remedy:
        """The remedy with this id; KeyError if there is none."""
        return {remedy.id: remedy for remedy in self.remedies}[remedy_id]
