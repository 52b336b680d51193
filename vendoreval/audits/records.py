"""What an audit finds: one finding a clause, and the figures beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BREACHED, INCONCLUSIVE, NOT_RUN, KEPT = VERDICTS = ("breached", "inconclusive", "not_run", "kept")


def worst(verdicts: tuple[str, ...]) -> str:
    """The verdict of an audit: the worst of its clauses (DESIGN §1); not_run when there is none."""
    return min(verdicts, key=VERDICTS.index, default=NOT_RUN)


@dataclass(frozen=True)
class Walk:
    """How a clause's design was followed along the draw (rules of audits.designs).

    `walked` of the `available` audited items were used, in the order of the draw; the design ends after
    `max_items`. At the last one the clause is kept with at most `accept` wrong units and breached from
    `reject` on (None: no number decides there, or the limits are no whole numbers). `errors_at` are the
    places in the draw, from 1, of the items with a wrong unit. `anytime`: the finding's interval holds
    whenever the audit stops. `seed` gives the order of the draw (sampling.draw). `drawn`: strata, chances and
    money of a draw by frozen scores (audits.active).
    """

    rule: str
    walked: int
    available: int
    max_items: int
    accept: int | None
    reject: int | None
    errors_at: tuple[int, ...]
    anytime: bool
    seed: str = ""
    drawn: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        plain = {**vars(self), "errors_at": list(self.errors_at)}
        by_scores = plain.pop("drawn")
        return {**plain, "drawn": dict(by_scores)} if by_scores else plain


@dataclass(frozen=True)
class UnitCount:
    """How many units the whole delivery holds; `low` and `high` are two-sided at `confidence`."""

    estimate: int
    low: int
    high: int
    confidence: float
    method: str


@dataclass(frozen=True)
class Finding:
    """A clause's verdict with its numbers.

    `estimate`, `low` and `high` are on the metric's own scale; the interval is two-sided at
    `confidence`. `n` units were counted on `clusters` items, `errors` of them wrong. p_breach is the
    chance of a sample this bad from a delivery that just keeps the clause, p_kept of one this good
    from a delivery that just breaks it; None where the rule gives none. `more_items` is how many
    further audited items would decide an inconclusive clause if the estimate stays as it is.
    `units_in_all`: the units of the whole delivery, where they are more than its items and must be estimated.
    """

    clause: str
    metric: str
    unit: str
    scope: str
    group: str | None
    threshold: str
    verdict: str
    reason: str
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    method: str = ""
    n: int = 0
    errors: int = 0
    clusters: int = 0
    population: int | None = None
    design_effect: float | None = None
    p_breach: float | None = None
    p_kept: float | None = None
    more_items: int | None = None
    strikeouts: int | None = None  # wrong units that could be struck out before the breach falls
    walk: Walk | None = None  # for rules with a design
    with_allowance: str | None = None  # the verdict that an allowance for wrong gold leaves of a breach
    p_joint: float | None = None  # p_breach for all findings of the clause's family together (Holm)
    units_in_all: UnitCount | None = None

    def to_json(self) -> dict[str, Any]:
        plain = {**vars(self), "walk": None if self.walk is None else self.walk.to_json()}
        estimated = plain.pop("units_in_all")
        return {**plain, "units_in_all": dict(vars(estimated))} if estimated else plain


@dataclass(frozen=True)
class ClassFigures:
    """One class: units that gold gives it, how many were right, precision, recall, F1 (None = 0/0)."""

    name: str
    n: int
    correct: int
    delivered: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True)
class AnnotatorFigures:
    """One annotator on the gold items, with the exact 95 % interval of the accuracy."""

    name: str
    n: int
    errors: int
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class UnitRule:
    """The audited answers counted by one of the three unit rules."""

    unit: str
    n: int
    right: int
    errors: int
    estimate: float | None  # the share of right units, None = 0/0


@dataclass(frozen=True)
class Pattern:
    """One of the silent failure patterns: raised or not, with the numbers it rests on."""

    name: str
    flag: bool
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class AuditResult:
    """Everything an audit found (record `vendoreval/audit/1`).

    `basis` says what it rests on: how items were drawn, where the seed is from, whether gold was committed to,
    what was settled about the delivery, and its earlier audits; empty where an older record does not tell.
    `unit_rules`, for types of several units an item: the same answers by item, by object, and as errors ÷
    (perfect units + errors).
    """

    audit: str
    delivery: str
    contract: str
    contract_version: int
    vendor: str
    gold: str
    verdict: str
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    by_class: tuple[ClassFigures, ...] = ()
    by_annotator: tuple[AnnotatorFigures, ...] = ()
    confusion: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # expected -> delivered -> n
    patterns: tuple[Pattern, ...] = ()
    notes: tuple[str, ...] = ()
    earlier_audits: tuple[Mapping[str, Any], ...] = ()  # of the same delivery, oldest first
    basis: Mapping[str, Any] = field(default_factory=dict)
    unit_rules: tuple[UnitRule, ...] = ()

    @property
    def by_object(self) -> UnitRule | None:
        """The answers counted by object or span; None for types of one unit an item."""
        return next((rule for rule in self.unit_rules if rule.unit == "object"), None)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values (DESIGN §6)."""
        return {
            "schema": "vendoreval/audit/1",
            "audit": self.audit,
            "delivery": self.delivery,
            "contract": self.contract,
            "contract_version": self.contract_version,
            "vendor": self.vendor,
            "gold": self.gold,
            "verdict": self.verdict,
            "counts": dict(self.counts),
            "findings": [finding.to_json() for finding in self.findings],
            "by_class": [_renamed(figures, "class") for figures in self.by_class],
            "by_annotator": [_renamed(figures, "annotator") for figures in self.by_annotator],
            "confusion": {row: dict(cells) for row, cells in self.confusion.items()},
            "patterns": [
                {"pattern": p.name, "flag": p.flag, "evidence": dict(p.evidence)} for p in self.patterns
            ],
            "notes": list(self.notes),
            "earlier_audits": [dict(one) for one in self.earlier_audits],
            **({"basis": dict(self.basis)} if self.basis else {}),
            **({"unit_rules": [dict(vars(one)) for one in self.unit_rules]} if self.unit_rules else {}),
        }


def _renamed(figures: ClassFigures | AnnotatorFigures, name: str) -> dict[str, Any]:
    plain = dict(vars(figures))
    return {name: plain.pop("name"), **plain}
