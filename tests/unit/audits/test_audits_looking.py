"""Earlier looks at a delivery: which further sample is judged, and that looking again finds no false breach."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np
import pytest

from tests.unit.audits.walking_samples import audited, clause, delivery
from vendoreval.audits.looking import Look, at_risk_left, judged_by_chance, looked
from vendoreval.inference.hypergeometric import p_breach

N, VENDORS = 2_000, 5_000
ACCURACY = frozenset({"accuracy"})


def spoiled(count: int, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    wrong = np.zeros(N, dtype=np.bool_)
    wrong[np.random.default_rng(seed).permutation(N)[:count]] = True
    return wrong


def look(name: str, *items: str, judged: frozenset[str] = ACCURACY) -> Look:
    return Look(name, f"gold of {name}", "inconclusive", frozenset(items), judged)


def test_a_sample_that_shares_items_with_another_is_refused_and_a_census_is_not() -> None:
    seen = replace(delivery(spoiled(400), range(500), seed="s"), earlier_items=200)
    for of in (clause("claim"), clause("acceptance"), clause("sequential"), clause("fixed", items=400)):
        found = audited(of, seen)
        assert (found.verdict, found.p_breach) == ("not_run", None)
        assert "`vendoreval audit tasks d --id a-fresh --items 500 --out fresh.csv`" in found.reason
    whole = replace(delivery(spoiled(400), range(N), seed="s"), earlier_items=200, looks_before={"accuracy": 3})
    for rule in ("claim", "sequential"):
        assert audited(clause(rule), whole).verdict == "breached"
    assert audited(clause("point"), seen).verdict == "breached"  # knows no chance, so none is lost


def test_the_same_items_again_are_no_further_look_and_other_items_are() -> None:
    first, second = look("a", "1", "2"), look("b", "3", "4")
    again = looked([first, second], frozenset({"1", "2"}))
    assert (again.shared, again.before) == (0, {})
    fresh = looked([first, second, look("c", "2", "1")], frozenset({"5"}))
    assert (fresh.shared, fresh.before) == (0, {"accuracy": 2})
    assert [one["audit"] for one in fresh.audits] == ["a", "b", "c"]
    rerun = looked([first, second], frozenset({"1", "2"}), gold="gold of a")
    assert [one["audit"] for one in rerun.audits] == ["b"]  # the same gold at the same items is this very audit
    grown = looked([first], frozenset({"1", "2", "3"}))
    part = looked([first], frozenset({"2"}))
    across = looked([first], frozenset({"2", "3"}))
    assert (grown.shared, part.shared, across.shared) == (2, 1, 1)
    assert looked([first], frozenset({"2", "3"}), drawn=True).shared == 0  # chance chose, not a look
    refused = look("b", "1", "2", "3", judged=frozenset())
    assert looked([first, refused], frozenset({"9"})).before == {"accuracy": 1}


def test_each_further_sample_is_judged_at_half_the_risk() -> None:
    assert at_risk_left(clause("claim"), {}) == clause("claim")
    left = at_risk_left(clause("claim"), {"accuracy": 2}).decision
    assert (left.alpha, left.beta) == (Decimal("0.0125"), Decimal("0.0125"))
    assert at_risk_left(clause("point"), {"accuracy": 2}) == clause("point")
    wrong = 18  # of 400, with at most 60 in 2,000: enough for a first sample, not for a third one
    assert 0.0125 < p_breach(N, 60, 400, wrong) <= 0.05
    units = np.zeros(N, dtype=np.bool_)
    units[:wrong] = True
    seen = delivery(units, range(400), seed="s")
    assert audited(clause("claim"), seen).verdict == "breached"
    assert audited(clause("claim"), replace(seen, looks_before={"accuracy": 2})).verdict == "inconclusive"


def test_the_risks_left_add_up_to_less_than_twice_the_agreed_one() -> None:
    alphas = [at_risk_left(clause("claim"), {"accuracy": k}).decision.alpha for k in range(20)]
    assert sum(map(Fraction, alphas)) < 2 * Fraction("0.05")


def test_a_plan_for_one_sample_judges_no_second_one() -> None:
    seen = replace(delivery(spoiled(400), range(500), seed="s"), looks_before={"accuracy": 1})
    found = audited(clause("zero_defect", items=50), seen)
    assert (found.verdict, "that verdict stands" in found.reason) == ("not_run", True)


def test_a_sample_that_its_rule_has_not_read_yet_is_no_look() -> None:
    short = audited(clause("fixed", items=400), delivery(spoiled(50), range(100), seed="s"))
    assert (short.verdict, judged_by_chance([short.to_json()])) == ("inconclusive", frozenset())
    whole = audited(clause("fixed", items=400), delivery(spoiled(50), range(400), seed="s"))
    assert judged_by_chance([whole.to_json()]) == ACCURACY


chance = lru_cache(maxsize=None)(partial(p_breach, N, 60))  # of so many errors or more in a sample


def ever_breached(samples: list[range], *, guarded: bool) -> float:
    """The share of VENDORS just at 97 % (60 of 2,000 wrong) that a look calls breached, by exact p-values."""
    named = [frozenset(map(str, items)) for items in samples]
    rules: list[tuple[bool, float]] = []  # whether a look is judged, and at what risk
    earlier: list[Look] = []
    for now in named:
        before = looked(earlier, now)
        left = float(at_risk_left(clause("claim"), before.before).decision.alpha)
        judged = not (guarded and before.shared)
        rules.append((judged, left if guarded else 0.05))
        earlier.append(Look("a", "g", "inconclusive", now, ACCURACY if judged else frozenset()))
    said = 0
    for vendor in range(VENDORS):
        wrong = spoiled(60, seed=vendor)
        said += any(
            judged and chance(len(items), int(wrong[items.start : items.stop].sum())) <= risk
            for items, (judged, risk) in zip(samples, rules, strict=True)
        )
    return said / VENDORS


def at_most(risk: float) -> float:
    return float(risk + 4 * np.sqrt(risk * (1 - risk) / VENDORS))


@pytest.mark.slow
def test_nineteen_growing_looks_keep_the_risk_of_one() -> None:
    growing = [range(n) for n in range(100, 1_001, 50)]
    assert len(growing) == 19
    assert ever_breached(growing, guarded=False) == pytest.approx(0.171, abs=0.02)
    assert ever_breached(growing, guarded=True) <= at_most(0.05)


@pytest.mark.slow
def test_samples_that_overlap_or_not_keep_their_joint_risk() -> None:
    sliding = [range(start, start + 300) for start in range(0, 1_700, 90)]
    apart = [range(start, start + 100) for start in range(0, 1_900, 100)]
    assert ever_breached(apart, guarded=False) > 0.3
    assert ever_breached(sliding, guarded=True) <= at_most(0.05)
    assert ever_breached(apart, guarded=True) <= at_most(0.10)
