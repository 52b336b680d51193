"""Comparing vendors: eligibility first, absolute figures, fair pairs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.questionnaires.test_questionnaires_robustness import answered
from tests.unit.questionnaires.test_questionnaires_scoring import CORE
from vendoreval.audits.item_totals import ItemTotals
from vendoreval.comparing.comparing import compare_vendors
from vendoreval.comparing.records import Candidate, Comparison
from vendoreval.comparing.words import clause_sentence, headline, knocked_out, pair_sentences
from vendoreval.costs.inputs import parse_costs
from vendoreval.costs.model import cost
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.scoring import score

COSTS = (
    'schema = "vendoreval/cost-inputs/1"\n[labels]\nunits = 1000\nprice = "{price}"\naccuracy = "{accuracy}"\n'
)


def audited(right: Sequence[int], *, gold: str = "cat", start: int = 0) -> ItemTotals:
    """One unit an item; items are named from `start` on."""
    names = tuple(f"i{number:04}" for number in range(start, start + len(right)))
    y = np.asarray(right, dtype=np.int64)
    return ItemTotals("audit", names, y, np.ones_like(y), tuple(frozenset({gold}) for _ in names))


def candidate(
    vendor: str, right: Sequence[int] | None = None, level: int | None = None, price: str | None = None
) -> Candidate:
    totals = None if right is None else audited(right)
    share = 0.9 if right is None else max(sum(right) / len(right), 0.01)
    spent = cost(parse_costs(COSTS.format(price=price, accuracy=share)).inputs()) if price else None
    told = None if level is None else score(CORE, answered(level))
    return Candidate(vendor, vendor.title(), told, totals, price=price, currency="USD", cost=spent)


def order_of(found: Comparison, names: set[str]) -> list[str]:
    return [vendor for vendor in found.order if vendor in names]


CANDIDATES = st.builds(
    lambda right, level, price: (right, level, price),
    st.none() | st.lists(st.integers(0, 1), min_size=5, max_size=5),
    st.none() | st.integers(0, 4),
    st.none() | st.sampled_from(["0.02", "0.05", "0.20"]),
)


@given(st.lists(CANDIDATES, min_size=3, max_size=6))
def test_adding_a_vendor_never_reorders_the_others(
    rows: list[tuple[list[int] | None, int | None, str | None]],
) -> None:
    everyone = [candidate(f"v{number}", *row) for number, row in enumerate(rows)]
    whole = compare_vendors(everyone)
    few = compare_vendors(everyone[:-1])
    assert order_of(whole, set(few.order)) == list(few.order)
    figures = {offer.vendor: offer for offer in few.offers}
    for offer in whole.offers:
        if offer.vendor in figures:
            before = figures[offer.vendor]
            same = ("accuracy", "evidenced", "claimed", "sections", "per_correct", "total", "status")
            assert all(getattr(offer, name) == getattr(before, name) for name in same)
    gaps = {(pair.one, pair.two): pair.paired.difference for pair in few.pairs if pair.paired}
    assert all(gaps.get((p.one, p.two), p.paired.difference) == p.paired.difference
               for p in whole.pairs if p.paired)  # fmt: skip


def test_the_order_of_the_words_changes_nothing() -> None:
    three = [
        candidate("a", [1] * 9 + [0], 3, "0.05"),
        candidate("b", [1] * 8 + [0] * 2, 4, "0.02"),
        candidate("c"),
    ]
    records = {json.dumps(compare_vendors(order).to_json()) for order in permutations(three)}
    assert len(records) == 1


def test_a_failed_knock_out_outweighs_any_figure() -> None:
    best = candidate("best", [1] * 100, level=4, price="0.01")
    failed = {**answered(4), "G1": Answer("G1", 0)}
    best = replace(best, assessment=score(CORE, failed))
    modest = candidate("modest", [1, 0] * 50, level=3, price="0.90")
    found = compare_vendors([best, modest])
    assert found.order == ("modest", "best")
    assert [offer.unbeaten for offer in found.offers] == [True, False]
    assert "G1: level 0, at least 2 is required" in next(knocked_out(found.offers[1]))
    assert headline(found).startswith("Modest is right on 50.0 %")


def test_intervals_hold_together() -> None:
    found = compare_vendors([candidate("a", [1] * 90 + [0] * 10), candidate("b", [1] * 80 + [0] * 20)])
    assert found.confidence == pytest.approx(0.975)
    assert (found.offers[0].low, found.offers[0].high) == clopper_pearson(90, 100, 0.975)


def test_pairs_use_common_items_with_equal_gold_only() -> None:
    one = replace(candidate("a"), audited=audited([1] * 60, start=0))
    two = replace(candidate("b"), audited=audited([0] * 60, start=20))
    changed = list(audited([0] * 60, start=20).expected)
    changed[:5] = [frozenset({"dog"})] * 5
    two = replace(two, audited=replace(audited([0] * 60, start=20), expected=tuple(changed)))
    (pair,) = compare_vendors([one, two]).pairs
    assert pair.paired is not None
    assert (pair.paired.items, pair.only_one, pair.only_two, pair.gold_differs) == (35, 20, 20, 5)
    assert pair.better == "a"
    assert "left out of the difference" in " ".join(compare_vendors([one, two]).notes)


def test_no_common_item_is_said() -> None:
    one = replace(candidate("a"), audited=audited([1] * 10))
    two = replace(candidate("b"), audited=audited([0] * 10, start=10))
    found = compare_vendors([one, two])
    assert found.pairs[0].paired is None
    assert "no common gold item" in " ".join(found.notes)


def test_p_values_allow_for_all_pairs() -> None:
    rng = np.random.default_rng(3)
    rights = [(rng.random(200) < p).astype(int).tolist() for p in (0.9, 0.85, 0.8)]
    three = [candidate(name, right) for name, right in zip("abc", rights, strict=True)]
    alone = {(p.one, p.two): p.paired.p for p in compare_vendors(three).pairs if p.paired}
    adjusted = {(p.one, p.two): p.p_adjusted for p in compare_vendors(three).pairs}
    ordered = sorted(alone, key=lambda pair: alone[pair])
    assert adjusted[ordered[0]] == pytest.approx(min(1, 3 * alone[ordered[0]]))
    assert all((adjusted[pair] or 0) >= p for pair, p in alone.items())


def test_equal_vendors_are_not_told_apart() -> None:
    found = compare_vendors([candidate("a", [1, 0] * 50, 3, "0.05"), candidate("b", [1, 0] * 50, 3, "0.05")])
    (pair,) = found.pairs
    assert pair.better is None
    assert all(offer.unbeaten for offer in found.offers)
    sentences = list(pair_sentences(pair))
    assert "are right equally often" in sentences[0]
    assert "half of the section weightings" in sentences[1]
    assert headline(found) == "A and B have the highest accuracy, 50.0 %."


def test_words_for_vendors_of_whom_little_is_known() -> None:
    found = compare_vendors([candidate("a", level=3), candidate("b", level=2)])
    assert "No vendor has been measured yet" in headline(found)
    assert found.order == ("a", "b")
    offer = replace(found.offers[0], clauses={"kept": 3, "breached": 1, "inconclusive": 2})
    assert clause_sentence(offer) == "a: of 6 clauses judged in audits 3 kept, 1 breached, 2 undecided."
    one = replace(offer, clauses={"kept": 1})
    assert clause_sentence(one) == "a: of 1 clause judged in audits 1 kept, 0 breached."
    none = compare_vendors(
        [replace(one, assessment=score(CORE, {})) for one in (candidate("a"), candidate("b"))]
    )
    assert "No vendor may be chosen: each fails a knock-out" in headline(none)


def test_other_weights_are_shown_and_do_not_decide() -> None:
    two = [candidate("a", level=3), candidate("b", level=2)]
    plain, weighed = compare_vendors(two), compare_vendors(two, {"G": 100})
    assert plain.order == weighed.order
    assert plain.offers[0].reweighed is None
    assert weighed.offers[0].reweighed == pytest.approx(weighed.offers[0].sections["G"])


def test_notes_name_what_cannot_be_held_side_by_side() -> None:
    short = replace(candidate("a", [1, 0] * 50), assessment=score(CORE, answered(3), "short"), source="pilot")
    full = replace(candidate("b", [1, 0] * 50, 3), source="audit")
    found = compare_vendors([short, full, replace(candidate("c"), asked=True), candidate("d")])
    assert {offer.vendor: offer.status for offer in found.offers} == {
        "a": "eligible", "b": "eligible", "c": "not answered", "d": "not asked",
    }  # fmt: skip
    told = " ".join(found.notes)
    assert "Scores rest on different questions: a on the short form, b on the full form." in told
    assert "The accuracy of a is that of a pilot, of b that of an audit" in told
    assert (
        "Quality is not set against cost: accuracy, price and quantity together are known of no vendor." in told
    )
    assert "c has not answered its form yet; its eligibility is not known." in told
    assert "d was sent no questionnaire" in told
    priced = compare_vendors([candidate("a", [1, 0] * 50, 3, "0.05"), candidate("b", [1, 1] * 50, 3, "0.05")])
    assert not any("different questions" in note or "set against cost" in note for note in priced.notes)


def test_weightings_are_of_ranked_vendors_only() -> None:
    little = score(CORE, {"G1": Answer("G1", 4)})
    (pair,) = compare_vendors([candidate("a", level=3), replace(candidate("b"), assessment=little)]).pairs
    assert pair.lead is None


def test_silence_stands_no_better_than_a_knock_out_and_leads_no_headline() -> None:
    failed = replace(candidate("a", [1] * 100), assessment=score(CORE, answered(1)))
    silent = replace(candidate("b", [1, 1, 1, 0] * 25), asked=True)
    found = compare_vendors([failed, silent])
    assert found.order == ("a", "b")
    assert headline(found).startswith("No vendor may be chosen")
    waived = replace(candidate("c", [1, 0] * 50, 3))
    better = candidate("d", [1] * 100)  # not asked, and better
    assert headline(compare_vendors([waived, better])).startswith("D is the most accurate: 100.0 % right")


def test_a_premium_is_told_of_the_offer_that_asks_for_it() -> None:
    """Two offers of the same accuracy: the dearer one has to be worth its price."""
    found = compare_vendors(
        [candidate("a", [1, 1, 0, 1] * 25, 3, "0.10"), candidate("z", [1, 1, 0, 1] * 25, 3, "0.25")]
    )
    assert [offer.unbeaten for offer in found.offers] == [True, False]
