"""Vendors side by side: eligibility, answers, accuracy on the same gold, promises kept, price and cost.

Every figure of a vendor comes from that vendor alone, on an absolute scale, and the order goes by those
figures; so adding a vendor never reorders the others. Only the allowance for making several comparisons
grows with their number: intervals hold together (Bonferroni), p-values are adjusted (Holm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.auditing import AuditInput, counted
from vendoreval.audits.measures import measure
from vendoreval.costs.model import Cost
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.paired import Paired, paired
from vendoreval.inference.proportions import Proportion, clustered, simple
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.promises import Promise
from vendoreval.questionnaires.robustness import lead, reweighed

ALPHA = 0.05
STATUSES = ("eligible", "waived", "not asked", "not eligible")
_RANK = {"eligible": 0, "waived": 0, "not asked": 1, "not eligible": 2}
Totals = NDArray[np.int64]
Source = Literal["audit", "pilot"]


@dataclass(frozen=True, eq=False)
class ItemTotals:
    """One audit by item: right units `y` of counted units `x`, and what gold expects of the item."""

    audit: str
    items: tuple[str, ...]
    y: Totals
    x: Totals
    expected: tuple[frozenset[str], ...]


@dataclass(frozen=True, eq=False)
class Candidate:
    """What is known of one vendor. `clauses` counts findings by verdict over all its audits.

    `source` says whether `audited` is an audit or a pilot's main items; `pilot` holds the blocks of the
    latest pilot by name; `promises` stand side by side with what was measured. `basis` names the hashes
    that the vendor's figures rest on.
    """

    vendor: str
    name: str
    assessment: Assessment | None = None
    audited: ItemTotals | None = None
    source: Source | None = None
    clauses: Mapping[str, int] = field(default_factory=dict)
    promises: Sequence[Promise] = ()
    pilot: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
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
    promised: str | None
    price: str | None
    currency: str
    per_correct: float | None
    total: float | None
    unbeaten: bool = False

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


def item_totals(audit: str, seen: AuditInput) -> ItemTotals:
    """Right and counted units of every audited item that has one."""
    units = counted(seen, "accuracy")
    totals = measure("accuracy", units, None, units.expected.values)
    codes = np.unique(units.item.codes)
    names = {int(code): units.item.values[code] for code in codes}
    expected: dict[int, set[str]] = {code: set() for code in names}
    pairs = np.unique(np.stack([units.item.codes, units.expected.codes]), axis=1)
    for item, value in pairs.T.tolist():
        if value >= 0:
            expected[item].add(units.expected.values[value])
    kept = np.flatnonzero(totals.xs[0] > 0)
    chosen = [int(codes[row]) for row in kept]
    return ItemTotals(
        audit, tuple(names[code] for code in chosen), totals.ys[0][kept], totals.xs[0][kept],
        tuple(frozenset(expected[code]) for code in chosen),
    )  # fmt: skip


def compare_vendors(candidates: Sequence[Candidate], weights: Mapping[str, int] | None = None) -> Comparison:
    """Compare vendors; pure, and the same in whatever order they are given.

    `weights` are other section weights to look at; the frozen ones keep deciding.
    """
    ordered = sorted(candidates, key=lambda one: one.vendor)
    confidence = 1 - ALPHA / max(len(ordered), 1)
    offers = _mark_unbeaten([_offer(one, confidence, weights or {}) for one in ordered])
    pairs = _adjusted([_pair(one, two, len(ordered)) for one, two in combinations(ordered, 2)])
    return Comparison(
        tuple(sorted(offers, key=Offer.key)),
        pairs,
        confidence,
        dict(weights or {}),
        {one.vendor: dict(one.basis) for one in ordered},
        tuple(_notes(ordered, pairs)),
    )


def _offer(one: Candidate, confidence: float, weights: Mapping[str, int]) -> Offer:
    share = _share(one.audited, confidence) if one.audited else None
    told = one.assessment
    return Offer(
        one.vendor, one.name,
        status=told.status if told else "not asked",
        knock_outs=tuple(_knock_outs(told)) if told else (),
        ranked=bool(told and told.ranked),
        claimed=told.claimed if told else None,
        evidenced=told.evidenced if told else None,
        reweighed=reweighed(told, weights) if told and weights else None,
        sections={section.id: section.evidenced for section in told.sections} if told else {},
        audit=one.audited.audit if one.audited else None,
        source=one.source,
        accuracy=share.estimate if share else None,
        low=share.low if share else None,
        high=share.high if share else None,
        n=share.n if share else 0,
        items=share.items if share else 0,
        clauses=dict(one.clauses),
        promises=tuple(one.promises),
        pilot={name: dict(block) for name, block in one.pilot.items()},
        promised=one.promised,
        price=one.price,
        currency=one.currency,
        per_correct=one.cost.per_correct if one.cost else None,
        total=one.cost.total if one.cost else None,
    )  # fmt: skip


def _knock_outs(told: Assessment) -> list[str]:
    found = []
    for failed in told.knock_outs:
        what = f"{failed.question_id}: level {failed.level}, at least {failed.min_level} is required"
        if failed.waiver:
            what += f"; waived by {failed.waiver.person} until {failed.waiver.expires}: {failed.waiver.reason}"
        found.append(what)
    return found


def _share(totals: ItemTotals, confidence: float) -> Proportion:
    y, x = totals.y, totals.x
    any_limit = Fraction(1, 2)  # only the interval is used
    if int(x.max()) == 1:
        return simple(int(y.sum()), len(x), any_limit, confidence=confidence, population=None)
    return clustered(y, x, any_limit, confidence=confidence, population_clusters=None)


def _mark_unbeaten(offers: list[Offer]) -> list[Offer]:
    def beaten(one: Offer) -> bool:
        return any(
            other.accuracy >= one.accuracy
            and other.per_correct <= one.per_correct
            and (other.accuracy, other.per_correct) != (one.accuracy, one.per_correct)
            for other in offers
            if _choosable(other) and other.currency == one.currency
            if other.accuracy is not None and other.per_correct is not None
            if one.accuracy is not None and one.per_correct is not None
        )

    return [Offer(**{**vars(one), "unbeaten": _choosable(one) and not beaten(one)}) for one in offers]


def _choosable(offer: Offer) -> bool:
    known = offer.accuracy is not None and offer.per_correct is not None
    return known and offer.status != "not eligible"


def _pair(one: Candidate, two: Candidate, vendors: int) -> Pair:
    share = lead(one.assessment, two.assessment) if one.assessment and two.assessment else None
    leads = None if share is None else float(share)
    if one.audited is None or two.audited is None:
        return Pair(one.vendor, two.vendor, None, None, None, 0, 0, 0, leads)
    first, second = _positions(one.audited), _positions(two.audited)
    common = sorted(first.keys() & second.keys())
    same = [item for item in common if _gold(one.audited, first, item) == _gold(two.audited, second, item)]
    left = (len(first) - len(common), len(second) - len(common), len(common) - len(same))
    if not same:
        return Pair(one.vendor, two.vendor, None, None, None, *left, leads)
    rows1 = np.asarray([first[item] for item in same])
    rows2 = np.asarray([second[item] for item in same])
    confidence = 1 - ALPHA / (vendors * (vendors - 1) / 2)
    held = paired(one.audited.y[rows1], one.audited.x[rows1], two.audited.y[rows2], two.audited.x[rows2],
                  confidence)  # fmt: skip
    return Pair(one.vendor, two.vendor, held, None, None, *left, leads)


def _positions(totals: ItemTotals) -> dict[str, int]:
    return {item: row for row, item in enumerate(totals.items)}


def _gold(totals: ItemTotals, rows: Mapping[str, int], item: str) -> frozenset[str]:
    return totals.expected[rows[item]]


def _adjusted(pairs: list[Pair]) -> tuple[Pair, ...]:
    """Holm over all pairs; a pair without common items counts as one that shows nothing."""
    values = holm([pair.paired.p if pair.paired else 1.0 for pair in pairs]).tolist()
    made = []
    for pair, p in zip(pairs, values, strict=True):
        if pair.paired is None:
            made.append(pair)
            continue
        ahead = pair.one if pair.paired.difference > 0 else pair.two
        better = ahead if p <= ALPHA else None
        made.append(Pair(**{**vars(pair), "p_adjusted": p, "better": better}))
    return tuple(made)


def _notes(candidates: Sequence[Candidate], pairs: Sequence[Pair]) -> list[str]:
    notes = []
    for one in candidates:
        if one.assessment is None:
            notes.append(f"{one.vendor} has answered no questionnaire; its eligibility is not known.")
        elif not one.assessment.ranked and one.assessment.status != "not eligible":
            notes.append(f"{one.vendor} answered too little to be ranked by its answers.")
        if one.audited is None:
            notes.append(f"No audit and no pilot measured the accuracy of {one.vendor}.")
        elif one.price and one.cost is None:
            notes.append(
                f"How much will be bought of {one.vendor} is not known; --costs with labels.units tells."
            )
    for pair in pairs:
        if pair.gold_differs:
            notes.append(
                f"Gold differs on {pair.gold_differs:,} common items of {pair.one} and {pair.two}; they are "
                "left out of the difference."
            )
        if pair.paired is None and pair.only_one and pair.only_two:
            notes.append(
                f"{pair.one} and {pair.two} were audited on no common gold item: their accuracies may differ "
                "because their items do."
            )
    if len({one.currency for one in candidates if one.currency}) > 1:
        notes.append("The prices are in several currencies; costs of different currencies are not compared.")
    return notes
