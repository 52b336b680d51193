"""A rework claim: what is wrong, line by line, what is asked for, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from vendoreval.money import Money

_OF_PARTS = ("level", "where", "score")


@dataclass(frozen=True)
class ClaimLine:
    """One defect. `also` names further breached clauses that count the same defect.

    `task` is the id under which the vendor got the item, where it is not the item's own. Of types with several
    units an item: `level` says what is wrong (an object, one of its attributes), `where` which part to look at,
    `score` how near it came (0 to 1).
    """

    number: int
    item: str
    unit: int
    expected: str | None
    delivered: str | None
    annotator: str | None
    outcome: str
    severity: str
    clause: str
    also: tuple[str, ...] = ()
    task: str | None = None
    level: str | None = None
    where: str | None = None
    score: float | None = None

    @property
    def fault(self) -> str:
        """What is wrong in a few words; of what is right, and yet too far from gold for a clause, just that."""
        if self.level == "link" and self.outcome == "wrong_attribute":
            return "identity switch"
        return "beyond the limit" if self.outcome == "correct" else self.outcome.replace("_", " ")

    @property
    def shown(self) -> str:
        """The id by which the vendor knows the item."""
        return self.task or self.item

    def to_json(self) -> dict[str, Any]:
        """The line as plain JSON values."""
        plain = {**vars(self), "also": list(self.also)}
        return plain if self.level else {key: plain[key] for key in plain if key not in _OF_PARTS}


@dataclass(frozen=True)
class Demand:
    """One step of the remedies ladder, with its amount (None where nothing is paid) and basis.

    `after_rework`: the step is conditional: it is asked for only when so many rounds of rework have failed (0:
    it is asked for now).
    """

    remedy: str
    kind: str
    text: str
    amount: Money | None
    amount_on_estimate: Money | None
    due: date | None
    ref: str = ""
    justification: str = ""
    after_rework: int = 0


_OF_UNITS = ("population_at_least", "unit")


@dataclass(frozen=True)
class Extrapolation:
    """Wrong units in the whole delivery for one breached clause.

    `found` on `sample` audited units; `estimate` and the one-sided lower bound `at_least` are scaled
    to `population` units; `allowed` is what the threshold tolerates. `strikeouts` is the number of
    found errors that could be struck out before the breach is no longer proven. `group` is the class
    or annotator where the clause judges each of them. Where the number of units in the delivery is not
    known, `population` is the sample and nothing is extrapolated. Where that number is itself estimated,
    `population_at_least` is its lower bound, to which `at_least` and `allowed` are scaled; `unit` is what is
    counted. `by_scores`: the sample was drawn where scores expect errors, and is no fair part of the delivery.
    """

    clause: str
    group: str | None
    found: int
    sample: int
    population: int
    estimate: int
    at_least: int
    allowed: int
    confidence: float
    strikeouts: int
    population_at_least: int | None = None
    unit: str | None = None
    by_scores: bool = False

    @property
    def by_count(self) -> bool:
        """Whether so many wrong units break the clause; a loss hangs on how far each of them is off."""
        return self.allowed < self.surely

    @property
    def surely(self) -> int:
        """The units to which the lower bound is scaled."""
        return self.population if self.population_at_least is None else self.population_at_least

    def to_json(self) -> dict[str, Any]:
        """The extrapolation as plain JSON values."""
        left_out = (*(() if self.unit else _OF_UNITS), *(() if self.by_scores else ("by_scores",)))
        return {key: value for key, value in vars(self).items() if key not in left_out}


@dataclass(frozen=True)
class Struck:
    """A line that no longer stands: by which ruling, with its reason, and who ruled."""

    number: int
    why: str
    by: str

    def to_json(self) -> dict[str, Any]:
        """The strike-out as plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class Followed:
    """An earlier claim on the delivery or one that it replaces, and the remedies that it `asks` for now."""

    claim: str
    delivery: str
    asks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The relation as plain JSON values."""
        return {**vars(self), "asks": list(self.asks)}


@dataclass(frozen=True)
class Claim:
    """A version of a claim (record `vendoreval/claim/1`).

    State: draft, issued, superseded, withdrawn or settled.

    `supersedes`: claims on the same defects whose place it takes. From version 2 on, what rulings left of it:
    `lines` are those that still stand, under the numbers of version 1, and `struck` the others; `verdict` is
    what is left of the breach; `failed_reworks` rounds of rework have failed. `follows`: other claims on
    this delivery or those that it replaces; what one of them asks for is not asked again.
    """

    id: str
    version: int
    state: str
    audit: str
    delivery: str
    contract: str
    contract_version: int
    vendor: str
    buyer: str
    currency: str
    drafted: date
    issued: date | None
    answer_by: date | None
    extrapolations: tuple[Extrapolation, ...]
    demands: tuple[Demand, ...]
    lines: tuple[ClaimLine, ...]
    notes: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    verdict: str = "breached"
    struck: tuple[Struck, ...] = ()
    failed_reworks: int = 0
    follows: tuple[Followed, ...] = ()

    @property
    def asked_now(self) -> tuple[Demand, ...]:
        """The demands that no condition holds back."""
        return tuple(demand for demand in self.demands if not demand.after_rework)

    @property
    def conditional(self) -> tuple[Demand, ...]:
        """The demands that are asked for only when a rework fails."""
        return tuple(demand for demand in self.demands if demand.after_rework)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "schema": "vendoreval/claim/1",
            "claim": self.id,
            "version": self.version,
            "state": self.state,
            "audit": self.audit,
            "delivery": self.delivery,
            "contract": self.contract,
            "contract_version": self.contract_version,
            "vendor": self.vendor,
            "buyer": self.buyer,
            "currency": self.currency,
            "drafted": self.drafted.isoformat(),
            "issued": self.issued.isoformat() if self.issued else None,
            "answer_by": self.answer_by.isoformat() if self.answer_by else None,
            "strikeouts": min((e.strikeouts for e in self.extrapolations), default=0),
            "extrapolations": [e.to_json() for e in self.extrapolations],
            "demands": [_demand(demand) for demand in self.demands],
            "lines": [line.to_json() for line in self.lines],
            "notes": list(self.notes),
            **({"supersedes": list(self.supersedes)} if self.supersedes else {}),
            **({"failed_reworks": self.failed_reworks} if self.failed_reworks else {}),
            **({"follows": [one.to_json() for one in self.follows]} if self.follows else {}),
            **(self._ruled() if self.version > 1 else {}),
        }

    def _ruled(self) -> dict[str, Any]:
        return {"verdict": self.verdict, "struck": [one.to_json() for one in self.struck]}


def money_record(value: Money) -> dict[str, Any]:
    """A sum as claims store it: in the currency's smallest unit, and as text."""
    return {"minor": value.minor, "currency": value.currency, "text": str(value)}


def _demand(demand: Demand) -> dict[str, Any]:
    return {
        "remedy": demand.remedy,
        "kind": demand.kind,
        "text": demand.text,
        "amount": demand.amount and money_record(demand.amount),
        "amount_on_estimate": demand.amount_on_estimate and money_record(demand.amount_on_estimate),
        "due": demand.due.isoformat() if demand.due else None,
        "ref": demand.ref,
        "justification": demand.justification,
        **({"after_rework": demand.after_rework} if demand.after_rework else {}),
    }
