"""Vendors side by side: eligibility, answers, accuracy on the same gold, promises kept, price and cost.

Every figure of a vendor comes from that vendor alone, on an absolute scale, and the order goes by those
figures; so adding a vendor never reorders the others. Only the allowance for making several comparisons
grows with their number: intervals hold together (Bonferroni), p-values are adjusted (Holm).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from vendoreval.audits.audit_input import AuditInput, usual_counting
from vendoreval.audits.item_totals import ItemTotals
from vendoreval.audits.measures import measure
from vendoreval.audits.units import drawn
from vendoreval.comparing.notes import notes
from vendoreval.comparing.records import Candidate, Comparison, Offer, Pair
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.paired import paired
from vendoreval.inference.proportions import of_process
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.robustness import lead, reweighed

ALPHA = 0.05


def item_totals(
    audit: str, seen: AuditInput, accepted: Mapping[str, frozenset[str]], answers: str = "each"
) -> ItemTotals:
    """Right and counted units of every audited item that has one.

    `accepted` are the answers that gold accepts; items that it lacks are known by what was expected.
    """
    units, how = seen.units, usual_counting(seen)
    totals = measure("accuracy", units, None, units.expected.values, how)
    codes = np.unique(units.item.codes[drawn(units, how)])
    names = {int(code): units.item.values[code] for code in codes}
    expected: dict[int, set[str]] = {code: set() for code in names}
    pairs = np.unique(np.stack([units.item.codes, units.expected.codes]), axis=1)
    for item, value in pairs.T.tolist():
        if value >= 0 and item in expected:
            expected[item].add(units.expected.values[value])
    kept = np.flatnonzero(totals.xs[0] > 0)
    chosen = [int(codes[row]) for row in kept]
    return ItemTotals(
        audit, tuple(names[code] for code in chosen), totals.ys[0][kept], totals.xs[0][kept],
        tuple(accepted.get(names[code], frozenset(expected[code])) for code in chosen),
        answers,
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
        tuple(notes(ordered, pairs)),
    )


def _offer(one: Candidate, confidence: float, weights: Mapping[str, int]) -> Offer:
    any_limit = Fraction(1, 2)  # only the interval is used
    share = of_process(one.audited.y, one.audited.x, any_limit, confidence) if one.audited else None
    told = one.assessment
    return Offer(
        one.vendor, one.name,
        status=told.status if told else "not answered" if one.asked else "not asked",
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
        surge=one.surge,
        promised=one.promised,
        price=one.price,
        currency=one.currency,
        per_correct=one.cost.per_correct if one.cost else None,
        total=one.cost.total if one.cost else None,
    )  # fmt: skip


def _knock_outs(told: Assessment) -> list[str]:
    found = []
    for failed in told.knock_outs:
        what = str(failed)
        if failed.waiver:
            what += f"; waived by {failed.waiver.person} until {failed.waiver.expires}: {failed.waiver.reason}"
        found.append(what)
    return found


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
    return known and offer.choosable


def _pair(one: Candidate, two: Candidate, vendors: int) -> Pair:
    told = [side.assessment for side in (one, two) if side.assessment and side.assessment.ranked]
    share = lead(*told) if len(told) == 2 else None
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
