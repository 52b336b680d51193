"""Clauses on agreement: verdicts by rule, groups, reasons, and what cannot be judged."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from vendoreval.audits.agreeing import judge_agreement, scale_of
from vendoreval.audits.records import Finding
from vendoreval.contracts.terms import Clause, Decision, Task
from vendoreval.inference.tally import Tally, tally

TASK = Task("classification", ("low", "middle", "high"))
ORDINAL = Task("ordinal", ("low", "middle", "high"))


def clause(
    metric: str = "alpha", threshold: str = "0.8", rule: str = "claim", scope: str = "delivery",
    group: str | None = None,
) -> Clause:  # fmt: skip
    decision = Decision(rule, Decimal("0.05"), Decimal("0.10"))
    return Clause("agree", metric, "item", scope, threshold, decision, group=group)


def labels(sure: float, items: int = 200, people: int = 3) -> Tally:
    rng = np.random.Generator(np.random.PCG64(17))
    truth = rng.integers(0, 3, items)
    given = np.where(rng.random((people, items)) < sure, truth, rng.integers(0, 3, (people, items)))
    return tally(np.tile(np.arange(items), people), given.ravel(), TASK.classes)


def judged(wanted: Clause, task: Task, counts: Tally | None) -> list[Finding]:
    return [trial(wanted) for trial in judge_agreement(wanted, task, counts)]


def one(wanted: Clause, counts: Tally | None, task: Task = TASK) -> Finding:
    (finding,) = judged(wanted, task, counts)
    return finding


@pytest.mark.parametrize(("sure", "verdict"), [(0.5, "breached"), (0.98, "kept"), (0.9, "inconclusive")])
@pytest.mark.parametrize("metric", ["alpha", "kappa", "ac1"])
def test_verdicts(sure: float, verdict: str, metric: str) -> None:
    finding = one(clause(metric), labels(sure))
    assert finding.verdict == verdict
    assert finding.low is not None
    assert finding.high is not None
    assert finding.low < (finding.estimate or 0) < finding.high
    assert (finding.more_items is not None) == (verdict == "inconclusive")
    assert f"{finding.errors:,} of them have labels that differ" in finding.reason


def test_acceptance_swaps_the_risks() -> None:
    for threshold in ("0.70", "0.72", "0.74", "0.76", "0.86", "0.88", "0.90"):
        claim = one(clause(threshold=threshold), labels(0.9))
        swapped = one(clause(threshold=threshold, rule="acceptance"), labels(0.9))
        assert (claim.p_breach, claim.p_kept) == (swapped.p_breach, swapped.p_kept)
        assert (swapped.verdict == "kept") == ((swapped.p_kept or 0) <= 0.05)
        assert (claim.verdict == "kept") == ((claim.p_kept or 0) <= 0.10)


def test_the_point_rule_reaches_its_limit_exactly() -> None:
    rows = [{"items": 4, "labels": {"high": 2}}, {"items": 4, "labels": {"low": 2}},
            {"items": 2, "labels": {"high": 1, "low": 1}}]  # fmt: skip
    counts = Tally.from_rows(rows)
    assert one(clause("kappa", "0.6", "point"), counts).verdict == "kept"  # 0.8 observed, 0.5 by chance
    assert one(clause("kappa", "0.600001", "point"), counts).verdict == "breached"


def test_each_class_against_all_others() -> None:
    found = judged(clause(scope="class"), TASK, labels(0.9))
    assert [finding.group for finding in found] == ["low", "middle", "high"]
    assert [f.group for f in judged(clause(scope="class", group="low"), TASK, labels(0.9))] == ["low"]


def test_ordinal_answers_are_compared_on_their_scale() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    given = np.clip(np.repeat(np.arange(3), 40) + rng.integers(-1, 2, (2, 120)), 0, 2)  # off by one at most
    counts = tally(np.tile(np.arange(120), 2), given.ravel(), TASK.classes)
    plain, ordered = one(clause(), counts), one(clause(), counts, ORDINAL)
    assert (ordered.estimate or 0) > (plain.estimate or 0) + 0.1
    assert scale_of(Task("numeric", ())) == "interval"


def test_a_class_outside_the_contract_has_the_last_place() -> None:
    counts = Tally.from_rows(
        [{"items": 30, "labels": {"low": 1, "odd": 1}}, {"items": 30, "labels": {"high": 2}}]
    )
    assert one(clause(), counts, ORDINAL).estimate is not None


def test_what_cannot_be_judged() -> None:
    assert "did not look" in one(clause(), None).reason
    alone = Tally.from_rows([{"items": 9, "labels": {"low": 1}}])
    assert "nothing to compare" in one(clause(), alone).reason
    same = Tally.from_rows([{"items": 9, "labels": {"low": 2}}])
    assert "Only one class" in one(clause(), same).reason
    assert "'high' does not vary" in one(clause(scope="class", group="high"), same).reason
    assert "rule sequential" in one(clause(rule="sequential"), labels(0.9)).reason
    for counts in (None, alone, same):
        assert one(clause(), counts).verdict == "not_run"


def test_the_evidence_gives_the_same_finding() -> None:
    counts = labels(0.9)
    again = Tally.from_rows(counts.rows(), TASK.classes)
    for metric in ("alpha", "kappa", "ac1"):
        assert one(clause(metric), again) == one(clause(metric), counts)
    assert judged(clause(scope="class"), TASK, again) == judged(clause(scope="class"), TASK, counts)
