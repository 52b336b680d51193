"""The records of a comparison: what is known of each vendor, and what came of holding them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from vendoreval.audits.item_totals import ItemTotals
from vendoreval.costs.model import Cost
from vendoreval.inference.paired import Paired
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.promises import Promise

STATUSES = ("eligible", "waived", "not answered", "not asked", "not eligible")
# Silence stands no better than a knock-out: whoever answers a little would else be worse off.
_RANK = {"eligible": 0, "waived": 0, "not asked": 1, "not answered": 2, "not eligible": 2}
Source = Literal["audit", "pilot"]


@dataclass(frozen=True, eq=False)
class Candidate:
    """What is known of one vendor. `clauses` counts findings by verdict over all its audits.

    `source` says whether `audited` is an audit or a pilot's main items; `pilot` holds the blocks of the
    latest pilot by name and `surge` what its surge showed; `asked` says whether it was sent a form; `promises`
    stand side by side with what was measured. `basis` names the hashes that the vendor's figures rest on.
    """

    vendor: str
    name: str
    assessment: Assessment | None = None
    audited: ItemTotals | None = None
    source: Source | None = None
    asked: bool = False
    clauses: Mapping[str, int] = field(default_factory=dict)
    promises: Sequence[Promise] = ()
    pilot: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    surge: Mapping[str, Any] | None = None
    promised: str | None = None  # the accuracy that its contract asks for
    price: str | None = None
    currency: str = ""
    cost: Cost | None = None
    basis: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Offer:
    """One vendor's line in a comparison. Shares of 1; scores in per cent; None where nothing is known.

    `low` and `high` hold for all compared vendors together. `unbeaten`: no other eligible vendor has
    both a higher accuracy and a cheaper correct label.
    """

    vendor: str
    name: str
    status: str
    knock_outs: tuple[str, ...]
    ranked: bool
    claimed: float | None
    evidenced: float | None
    reweighed: float | None
    sections: Mapping[str, float | None]
    audit: str | None
    source: Source | None
    accuracy: float | None
    low: float | None
    high: float | None
    n: int
    items: int
    clauses: Mapping[str, int]
    promises: Sequence[Promise]
    pilot: Mapping[str, Mapping[str, Any]]
    surge: Mapping[str, Any] | None
    promised: str | None
    price: str | None
    currency: str
    per_correct: float | None
    total: float | None
    unbeaten: bool = False

    @property
    def choosable(self) -> bool:
        """Whether nothing that is known stands against choosing this vendor."""
        return self.status in ("eligible", "waived", "not asked")

    @property
    def unranked(self) -> bool:
        """Whether it may be chosen, and answered too little to be ranked."""
        return not self.ranked and self.status in ("eligible", "waived")

    @property
    def breached(self) -> int:
        """Findings of its audits in which a clause was breached."""
        return self.clauses.get("breached", 0)

    @property
    def missed(self) -> int:
        """Promises that were measured and not kept."""
        return sum(promise.standing == "missed" for promise in self.promises)

    def key(self) -> tuple[int, float, float, str]:
        """What the order goes by: eligibility, measured accuracy, evidenced score; then the id."""
        accuracy = -1.0 if self.accuracy is None else self.accuracy
        evidenced = -1.0 if self.evidenced is None or not self.ranked else self.evidenced
        return _RANK[self.status], -accuracy, -evidenced, self.vendor


@dataclass(frozen=True)
class Pair:
    """Two vendors held against each other.

    `paired` is None where they share no gold item. `p_adjusted` allows for all pairs compared; `better`
    is the vendor proven more accurate at 5 %, None where chance may explain the difference. `lead` is
    the share of section weightings in which `one` has the higher evidenced score.
    """

    one: str
    two: str
    paired: Paired | None
    p_adjusted: float | None
    better: str | None
    only_one: int  # gold items audited for `one` alone
    only_two: int
    gold_differs: int  # items whose gold is not the same in both audits; left out
    lead: float | None


@dataclass(frozen=True)
class Comparison:
    """Two to six vendors side by side (record `vendoreval/comparison/1`), best first."""

    offers: tuple[Offer, ...]
    pairs: tuple[Pair, ...]
    confidence: float
    weights: Mapping[str, int]
    basis: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...]

    @property
    def order(self) -> tuple[str, ...]:
        return tuple(offer.vendor for offer in self.offers)

    @property
    def measured(self) -> tuple[Offer, ...]:
        """The offers that may be chosen and were measured, the most accurate first."""
        known = (offer for offer in self.offers if offer.choosable and offer.accuracy is not None)
        return tuple(sorted(known, key=lambda offer: (-(offer.accuracy or 0), offer.vendor)))

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "schema": "vendoreval/comparison/1",
            "order": list(self.order),
            "confidence": self.confidence,
            "weights": dict(self.weights),
            "vendors": [
                {
                    **{name: value for name, value in vars(offer).items() if name != "clauses"},
                    "knock_outs": list(offer.knock_outs),
                    "sections": dict(offer.sections),
                    "promises": dict(offer.clauses),
                    "standings": [promise.to_json() for promise in offer.promises],
                    "pilot": {name: dict(block) for name, block in offer.pilot.items()},
                    "surge": dict(offer.surge) if offer.surge else None,
                }
                for offer in self.offers
            ],
            "pairs": [
                {**vars(pair), "paired": dict(vars(pair.paired)) if pair.paired else None}
                for pair in self.pairs
            ],
            "basis": {vendor: dict(parts) for vendor, parts in self.basis.items()},
            "notes": list(self.notes),
        }
