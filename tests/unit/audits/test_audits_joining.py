"""Families of clauses: one risk for all their findings, and classes that ask instead of deciding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.designs.test_designs_planning import clause, contract
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.joining import judge_all
from vendoreval.audits.records import Finding
from vendoreval.contracts.terms import Clause
from vendoreval.inference.hypergeometric import p_breach
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

NAMES = tuple("abcdefghij")
FLOOR = replace(clause("claim", threshold="0.90"), metric="recall", scope="class")
SHARED = replace(FLOOR, family="floors")


def by_class(
    wrong: Sequence[int], each: int = 100, asked: int = 0, names: tuple[str, ...] = NAMES
) -> AuditInput:
    """`each` items of every class, so many of them `wrong`; `asked` further ones of a were left to us."""
    gold = np.repeat(np.arange(len(wrong)), each)
    said = gold.copy()
    for k, errors in enumerate(wrong):
        said[k * each : k * each + errors] = (k + 1) % len(wrong)
    gold, said = np.r_[gold, np.zeros(asked, int)], np.r_[said, np.full(asked, len(names) - 1)]
    n, zeros = len(gold), np.zeros(len(gold), dtype=np.int32)
    right = gold == said
    units = Outcomes(
        Coded(np.arange(n, dtype=np.int32), tuple(f"item-{k}" for k in range(n))), zeros,
        Coded(zeros, ("ann",)), None, Coded(gold.astype(np.int32), names), Coded(said.astype(np.int32), names),
        np.where(right, CODE["correct"], CODE["wrong_label"]).astype(np.int8), right.astype(np.int64) * ONE,
        np.ones(n, dtype=np.int8),
    )  # fmt: skip
    return AuditInput(units, units, n, 50 * n, 50 * n, most_units=1)


def found(of: Clause, seen: AuditInput, names: tuple[str, ...] = NAMES) -> tuple[Finding, ...]:
    terms = contract(of)
    terms = replace(terms, task=replace(terms.task, classes=names))
    return audit(terms, seen, audit_id="a", delivery="d", gold="g").findings


def test_a_family_holds_its_findings_against_shares_of_one_risk() -> None:
    seen = by_class([23, 17, 16, 10, 10, 10, 10, 10, 10, 10])
    assert [f.verdict == "breached" for f in found(FLOOR, seen)] == [True, True, True] + [False] * 7
    shared = found(SHARED, seen)
    assert [f.group for f in shared if f.verdict == "breached"] == ["a"]
    first, second = shared[0], shared[1]
    assert first.p_breach is not None
    assert first.p_joint == pytest.approx(10 * first.p_breach)
    assert first.confidence == pytest.approx(1 - 0.05 / 10)
    assert second.confidence == pytest.approx(1 - 0.05 / 9)
    assert second.verdict == "inconclusive"
    assert "shared by the 10 findings of the family floors" in first.reason
    assert [f.p_breach for f in shared] == [f.p_breach for f in found(FLOOR, seen)]


def test_a_family_spans_clauses_and_leaves_others_alone() -> None:
    clauses = [SHARED, replace(clause("claim"), id="whole"), replace(SHARED, id="more", metric="precision")]
    asked: list[Clause] = []

    def trial(one: Clause) -> Finding:
        asked.append(one)
        p = 0.02 if one.id == "whole" else 0.04
        verdict = "breached" if p <= one.decision.alpha else "inconclusive"
        return Finding(one.id, one.metric, "item", one.scope, None, "0.9", verdict, "", p_breach=p)

    judged = judge_all(clauses, lambda _: [trial])
    assert [f.verdict for _, _, f in judged] == ["inconclusive", "breached", "inconclusive"]
    assert [f.p_joint for _, _, f in judged] == [0.08, None, 0.08]
    assert len(asked) == 5


def test_an_answer_that_asks_is_no_class_that_is_judged() -> None:
    names = ("a", "b", "unsure")
    seen = by_class([2, 2], asked=20, names=names)
    precision = replace(FLOOR, metric="precision")
    assert [f.group for f in found(precision, seen, names)] == ["a", "b"]
    assert {f.verdict for f in found(precision, seen, names)} == {"kept"}
    macro = replace(clause("point", threshold="0.90"), metric="macro_precision")
    assert found(macro, seen, names)[0].verdict == "kept"  # the mean of two classes, not of three
    assert [f.verdict for f in found(replace(precision, group="unsure"), seen, names)] == ["breached"]  # named
    in_gold = by_class([2, 2, 2], names=names)
    assert [f.group for f in found(precision, in_gold, names)] == ["a", "b", "unsure"]


@pytest.mark.slow
def test_ten_classes_at_their_limits_share_one_risk() -> None:
    """Each class has 10 % of wrong labels; alone, some class is called breached in 36 % of deliveries."""
    rng, deliveries, items = np.random.default_rng(5), 250, 200
    alone = shared = 0
    for _ in range(deliveries):
        seen = by_class(rng.binomial(items, 0.1, 10).tolist(), each=items)
        alone += any(f.verdict == "breached" for f in found(FLOOR, seen))
        shared += any(f.verdict == "breached" for f in found(SHARED, seen))
    assert alone / deliveries == pytest.approx(0.36, abs=0.1)
    assert shared / deliveries <= 0.05 + 4 * np.sqrt(0.05 * 0.95 / deliveries)


def test_one_clause_and_twelve_deliveries_are_breached_in_a_third_of_years() -> None:
    """Exact: 400 of 10,000 items audited at 97 %: 19 errors have a chance of 3.2 %."""
    errors = next(k for k in range(400) if p_breach(10_000, 300, 400, k) <= 0.05)
    assert 1 - (1 - p_breach(10_000, 300, 400, errors)) ** 12 == pytest.approx(0.33, abs=0.01)
