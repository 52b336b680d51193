"""Rules with a design, through audit(): the verdict is that of the tables, walked by hand."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.unit.audits.walking_samples import audited, clause, delivery, outcomes
from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.defects import wrong_units
from vendoreval.contracts.terms import Task
from vendoreval.designs.designs import DESIGNED, design
from vendoreval.inference.hypergeometric import p_breach, p_kept
from vendoreval.tasks.outcomes import CODE

TASK = Task("classification", ("a", "b"))

N = 2_000
RULES: dict[str, dict[str, Any]] = {
    "sequential": {"tolerated": "0.95"},
    "fixed": {"tolerated": "0.94"},
    "curtailed": {"tolerated": "0.94"},
    "zero_defect": {},
    "double": {"tolerated": "0.93"},
    "group_sequential": {"tolerated": "0.94", "looks": 4},
    "iso2859-1": {"aql": "2.5"},
    "iso2859-2": {"lq": "6"},
    "iso2859-4": {"items": 400},
}


def spoiled(count: int, seed: int = 1) -> np.ndarray[Any, np.dtype[np.bool_]]:
    wrong = np.zeros(N, dtype=np.bool_)
    wrong[np.random.default_rng(seed).permutation(N)[:count]] = True
    return wrong


def by_hand(of: Any, wrong: Any, seed: str) -> tuple[int, int, str]:
    """Tickets by hashlib alone, then the tables line by line."""
    order = sorted(range(N), key=lambda k: hashlib.sha256(f"{seed}\0item-{k}".encode()).hexdigest())
    limits = design(of, N).limits
    errors = 0
    for n, item in enumerate(order[: limits.cap], 1):
        errors += bool(wrong[item])
        if errors >= limits.reject_at[n]:
            return n, errors, "breached"
        if errors <= limits.accept_at[n]:
            return n, errors, "kept"
    return limits.cap, errors, "inconclusive"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("bad", [0, 20, 80, 160, 400])
def test_the_verdict_is_that_of_the_tables_walked_by_hand(rule: str, bad: int) -> None:
    of, wrong = clause(rule, **RULES[rule]), spoiled(bad)
    found = audited(of, delivery(wrong, range(N), seed="beacon 7"))
    assert found.walk is not None
    assert (found.walk.walked, found.errors, found.verdict) == by_hand(of, wrong, "beacon 7")
    assert found.n == found.walk.walked
    assert found.walk.seed == "beacon 7"
    assert len(found.walk.errors_at) == found.errors
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 1 - bad / N <= found.high
    assert set(RULES) == set(DESIGNED)


def test_items_after_the_decision_are_in_no_figure_and_on_no_claim_line() -> None:
    seen = delivery(spoiled(400), range(N), seed="s")
    found = audited(clause("sequential"), seen)
    assert found.verdict == "breached"
    assert found.n < 200
    assert len(wrong_units(found, seen, TASK)) == found.errors


def test_units_that_cannot_be_scored_are_passed_over() -> None:
    seen = delivery(spoiled(400), range(N), seed="s")
    outcome = seen.units.outcome.copy()
    outcome[::3] = CODE["unscorable"]
    units = replace(seen.units, outcome=outcome)
    seen = replace(seen, units=units, by_label=units)
    found = audited(clause("sequential"), seen)
    assert found.verdict == "breached"
    assert len(wrong_units(found, seen, TASK)) == found.errors


def test_row_order_does_not_matter_and_the_seed_does() -> None:
    wrong = spoiled(60)
    shuffled = np.random.default_rng(3).permutation(N).tolist()
    of = clause("sequential", tolerated="0.95")
    one, other = (
        audited(of, delivery(wrong, range(N), seed="s")),
        audited(of, delivery(wrong, shuffled, seed="s")),
    )
    assert one == other
    assert audited(of, delivery(wrong, range(N), seed="t")) != one


def test_looking_early_and_going_on_gives_the_same_verdict() -> None:
    """Whatever part of the draw is answered first, the audit ends where it would have ended anyway."""
    wrong, of = spoiled(150), clause("sequential", tolerated="0.95")
    order = sorted(range(N), key=lambda k: hashlib.sha256(f"s\0item-{k}".encode()).hexdigest())
    whole = audited(of, delivery(wrong, order, seed="s"))
    assert whole.walk is not None
    for n in (1, 20, whole.walk.walked - 1):
        part = audited(of, delivery(wrong, order[:n], seed="s"))
        assert part.verdict == "inconclusive"
    assert audited(of, delivery(wrong, order[: whole.walk.walked], seed="s")).verdict == whole.verdict


def test_a_fixed_sample_has_no_p_value_before_its_end() -> None:
    of = clause("fixed", tolerated="0.94")
    cap = design(of, N).max_items
    part = audited(of, delivery(spoiled(400), range(cap - 1), seed="s"))
    assert (part.verdict, part.p_breach, part.p_kept, part.more_items) == ("inconclusive", None, None, 1)
    whole = audited(of, delivery(spoiled(400), range(cap), seed="s"))
    assert whole.verdict == "breached"
    assert whole.p_breach == p_breach(N, 60, cap, whole.errors)
    assert whole.p_kept == p_kept(N, 119, cap, whole.errors)


def test_strikeouts_walk_on_along_the_audited_items() -> None:
    wrong, of = spoiled(400), clause("sequential")
    order = sorted(range(N), key=lambda k: hashlib.sha256(f"s\0item-{k}".encode()).hexdigest())
    few = audited(of, delivery(wrong, order[:60], seed="s"))
    many = audited(of, delivery(wrong, order[:500], seed="s"))
    assert few.n == many.n
    assert few.strikeouts is not None
    assert many.strikeouts is not None
    assert few.strikeouts < many.strikeouts
    mended = wrong.copy()
    bad = [k for k in order if wrong[k]]
    mended[bad[: many.strikeouts]] = False
    assert audited(of, delivery(mended, order[:500], seed="s")).verdict == "breached"
    mended[bad[: many.strikeouts + 1]] = False
    assert audited(of, delivery(mended, order[:500], seed="s")).verdict != "breached"


def clusters(rate: float, audited_items: int, seed: int) -> AuditInput:
    """Items of 1 to 5 labels; a bad item has all of them wrong."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 6, 400)
    bad = rng.random(400) < rate
    names = tuple(f"item-{k}" for k in range(400))
    items = np.repeat(np.arange(audited_items), sizes[:audited_items])
    units = outcomes(items.tolist(), bad[items], names)
    return AuditInput(units, units, audited_items, 400, int(sizes.sum()), most_units=5, seed="s")


def test_items_with_several_units_are_judged_whole() -> None:
    of = clause("sequential", threshold="0.9")
    bad, good = audited(of, clusters(0.5, 300, 1)), audited(of, clusters(0.0, 300, 2))
    assert (bad.verdict, good.verdict) == ("breached", "kept")
    assert "betting" in bad.method
    assert bad.high is not None
    assert bad.high < 0.9
    assert good.low is not None
    assert good.low > 0.85
    seen = clusters(0.5, 300, 1)
    assert len(wrong_units(bad, seen, TASK)) == bad.errors
    fixed = audited(clause("fixed", items=100), clusters(0.5, 300, 1))
    assert fixed.verdict == "not_run"
    assert "several units" in fixed.reason


def test_what_cannot_be_walked_is_not_run_and_says_why() -> None:
    seen = delivery(spoiled(10), range(500), seed="s")
    by_class = replace(clause("sequential"), scope="class", group="a")
    assert "Take claim" in audited(by_class, seen).reason
    small = audited(clause("double", tolerated="0.95"), delivery(np.zeros(50, dtype=np.bool_), range(50)))
    assert small.verdict == "not_run"
    assert "two samples" in small.reason


def test_an_error_rate_is_walked_like_the_accuracy_that_it_leaves() -> None:
    seen = delivery(spoiled(160), range(N), seed="s")
    share = audited(clause("sequential", tolerated="0.95"), seen)
    rate = audited(clause("sequential", metric="error_rate", threshold="0.03", tolerated="0.05"), seen)
    assert (share.verdict, share.n, share.errors) == (rate.verdict, rate.n, rate.errors)
    assert share.low is not None
    assert rate.high == pytest.approx(1 - share.low)
