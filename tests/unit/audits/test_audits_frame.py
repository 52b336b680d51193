"""What a sample stands for: items sent, classes that gold does not show, items that are left to audit."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import hypergeom

from tests.unit.audits.walking_samples import audited, clause, delivery, outcomes
from tests.unit.designs.test_designs_planning import contract
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import Finding
from vendoreval.contracts.terms import Clause
from vendoreval.designs.designs import design
from vendoreval.inference.drawn import Hidden
from vendoreval.inference.proportions import macro
from vendoreval.labels.columns import Coded
from vendoreval.reports.audit_view import audited_items, method
from vendoreval.reports.sentences import finding_sentences
from vendoreval.tasks.outcomes import CODE

# ---------------------------------------------------------------- items sent


def sent(missing: NDArray[np.bool_], audited_ones: NDArray[np.int64], **known: int | bool) -> AuditInput:
    """Right answers on all items but the `missing` ones; gold is on `audited_ones`."""
    names = tuple(f"item-{k}" for k in range(len(missing)))
    gone = missing[audited_ones]
    units = outcomes(audited_ones.tolist(), np.zeros(len(gone), dtype=np.bool_), names)
    units = replace(
        units,
        outcome=np.where(gone, CODE["missing"], CODE["correct"]).astype(np.int8),
        delivered=Coded(np.where(gone, -1, 0).astype(np.int32), ("a", "b")),
    )
    answered = int((~missing).sum())
    return AuditInput(units, units, len(gone), answered, answered, most_units=1, **known)  # type: ignore[arg-type]


def test_omissions_are_drawn_from_the_items_sent() -> None:
    """Sent 200, answered 190, gold on 195: no census of the 190, for five items were not looked at."""
    missing = np.arange(200) < 10
    seen = sent(missing, np.arange(195), sent_known=True, sent_items=200)
    found = audited(clause("claim", threshold="0.95"), seen)
    assert (found.population, found.method, found.verdict) == (200, "exact hypergeometric", "inconclusive")
    assert found.p_breach == pytest.approx(hypergeom.sf(9, 200, 10, 195), rel=1e-9)
    everything = sent(missing, np.arange(200), sent_known=True, sent_items=200)
    assert audited(clause("claim", threshold="0.95"), everything).method == "census"


@pytest.mark.slow
def test_omissions_make_no_false_breach() -> None:
    rng, runs, said = np.random.default_rng(195), 300, 0
    for _ in range(runs):
        seen = sent(np.arange(200) < 10, rng.permutation(200)[:195], sent_known=True, sent_items=200)
        said += audited(clause("claim", threshold="0.95"), seen).verdict == "breached"
    assert said == 0  # 10 of 200 is what the clause allows; as a census of 190 it was 0.75


def test_completeness_without_a_list_is_of_an_unknown_number_of_items() -> None:
    seen = sent(np.arange(200) < 4, np.arange(200))
    found = audited(clause("claim", metric="completeness", threshold="0.97"), seen)
    assert (found.population, found.verdict, found.more_items) != (None, "kept", None)
    assert found.method == "exact binomial (Clopper-Pearson)"


def test_gold_without_an_answer_is_no_unit_where_it_does_not_count() -> None:
    seen = sent(np.arange(200) < 10, np.arange(150))
    counts = audit(contract(clause("claim")), seen, audit_id="a", delivery="d", gold="g").counts
    assert (counts["opportunities"], counts["gold_items"], counts["missing"]) == (140, 150, 10)
    assert audited_items(counts) == 140


def test_a_sample_of_single_labels_is_no_proof_where_other_items_have_ten() -> None:
    """2,000 items with 2,180 labels; 100 of them, with one right label each, were drawn."""
    of = clause("claim", beta="0.1")
    seen = delivery(np.zeros(2_000, dtype=np.bool_), range(100))
    assert audited(of, seen).verdict == "kept"
    heavy = audited(of, replace(seen, labels=2_180, most_units=10))
    assert (heavy.verdict, heavy.method) == ("inconclusive", "ratio over items (Korn-Graubard)")
    assert heavy.p_kept == pytest.approx(hypergeom.pmf(0, 2_000, 7, 100), abs=0.02)  # 7 ruined items break it
    by_person = replace(of, scope="annotator")
    assert audited(by_person, replace(seen, labels=2_180, most_units=10)).verdict == "kept"


# ---------------------------------------------------------------- classes that gold does not show

SHARES, RECALLS = (0.6, 0.3, 0.095, 0.005), (0.97, 0.97, 0.97, 0.3)


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["0.85", "0.9", "0.95"])
def test_a_rare_class_that_gold_misses_is_not_called_kept(limit: str) -> None:
    """Mean recall 0.8025, below every limit; n = 200."""
    rng, runs, n, items = np.random.default_rng(48), 500, 200, 20_000
    kept = naive = 0
    for _ in range(runs):
        classes = rng.choice(4, n, p=SHARES)
        right = rng.random(n) < np.array(RECALLS)[classes]
        xs = [(classes == c).astype(np.int64) for c in range(4)]
        seen = [c for c in range(4) if xs[c].any()]
        ys, present = [xs[c] * right for c in seen], [xs[c] for c in seen]
        allowed = macro(
            ys, present, Fraction(limit), confidence=0.95, population_clusters=items, hidden=Hidden(1, 0),
            absent=4 - len(seen),
        )  # fmt: skip
        plain = macro(ys, present, Fraction(limit), confidence=0.95, population_clusters=items)
        kept += allowed.p_kept <= 0.1
        naive += plain.p_kept <= 0.1
    assert kept / runs <= 0.1 + 2 * math.sqrt(0.09 / runs)
    assert limit != "0.85" or naive / runs > 0.3


def macro_finding(rule: str, threshold: str, right: int = 100) -> Finding:
    """Gold of 100 items on a and b only, of a contract with a third class c."""
    of = clause(rule, metric="macro_recall", threshold=threshold)
    seen = delivery(np.arange(1_000) >= right, range(100))
    seen = replace(
        seen, units=replace(seen.units, expected=Coded(np.zeros(100, dtype=np.int32), ("a", "b", "c")))
    )
    agreed = contract(of)
    agreed = replace(agreed, task=replace(agreed.task, classes=("a", "c")))
    (found,) = audit(agreed, seen, audit_id="a", delivery="d", gold="g").findings
    return found


@pytest.mark.parametrize("rule", ["claim", "point"])
def test_an_absent_class_may_have_any_recall(rule: str) -> None:
    found = macro_finding(rule, "0.9")
    assert (found.verdict, found.estimate, found.high) == ("inconclusive", 1.0, 1.0)
    assert found.low is not None
    assert found.low < 0.5
    assert "gold has no unit of the class c" in found.reason
    assert "gold has no unit of the class c" in finding_sentences(found, rule)
    assert macro_finding(rule, "0.5", right=0).verdict == "inconclusive"  # c alone could make it 0.5
    assert macro_finding(rule, "0.6", right=0).verdict == "breached"  # whatever c has


# ---------------------------------------------------------------- words


def test_no_more_items_are_asked_for_than_are_left() -> None:
    seen = delivery(np.arange(350) < 4, range(200))
    whole = audited(clause("claim"), seen)
    assert (whole.verdict, whole.more_items is not None and whole.more_items <= 150) == ("inconclusive", True)
    by_class = audited(replace(clause("claim", metric="recall"), scope="class", group="a"), seen)
    assert by_class.more_items == 150  # by the binomial, 477
    assert "only all 150 items that are left" in by_class.reason


def test_f1_is_explained_by_its_own_ratio() -> None:
    seen = delivery(np.arange(2_000) < 10, range(200))
    of: Clause = replace(clause("claim", metric="f1"), scope="class", group="a")
    found = audited(of, seen)
    assert found.estimate == pytest.approx(2 * 190 / (2 * 190 + 10))
    assert "f1 is 0.9744, from 200 units (190 right) on 200 items" in found.reason


def test_a_census_is_not_explained_as_a_sample() -> None:
    agreed = contract(clause("claim"))
    for audited_ones, words in ((300, False), (200, True)):
        seen = delivery(np.arange(300) < 3, range(audited_ones))
        result = audit(agreed, seen, audit_id="a", delivery="d", gold="g")
        assert any("sample" in said for said in method(agreed, result)) == words


def test_a_plan_for_a_small_delivery_takes_its_size_into_account() -> None:
    """By trying all samples: the smallest that catches twice the allowed errors 9 times in 10."""
    population, allowed = 300, 9

    def catches(n: int) -> bool:
        critical = next(s for s in range(n + 2) if hypergeom.sf(s - 1, population, allowed, n) <= 0.05)
        return bool(hypergeom.sf(critical - 1, population, 2 * allowed, n) >= 0.9)

    smallest = next(n for n in range(1, population + 1) if catches(n))
    made = design(clause("claim"), population)
    assert smallest <= made.max_items <= smallest + 5 < population
