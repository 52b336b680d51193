"""Figures and clause totals of an audit against scikit-learn and exact scipy tails."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from tests.contracts import REWORK, clause, contract_toml, rule
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import audit
from vendoreval.audits.records import AuditResult
from vendoreval.contracts.parsing import parse_contract
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

CLASSES = ("a", "b", "c")
pairs = st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES)), min_size=1, max_size=40)


def units(given_pairs: list[tuple[str, str]], items: list[str] | None = None) -> Outcomes:
    """Answered units from pairs of gold and delivered class; one unit an item unless `items` says else."""
    right = np.asarray([gold == answer for gold, answer in given_pairs])
    count = len(given_pairs)
    return Outcomes(
        item=Coded.from_text(items or [f"i{row}" for row in range(count)]),
        unit=np.zeros(count, dtype=np.int32),
        annotator=Coded.from_text(f"w{row % 3}" for row in range(count)),
        labelled_at=None,
        expected=Coded.from_text(gold for gold, _ in given_pairs).recode(CLASSES),
        delivered=Coded.from_text(answer for _, answer in given_pairs).recode(CLASSES),
        outcome=np.where(right, CODE["correct"], CODE["wrong_label"]).astype(np.int8),
        score=right.astype(np.int64) * ONE,
        severity=np.ones(count, dtype=np.int8),
    )


def judged(outcomes: Outcomes, metric: str, threshold: str, items: int, decided: str = "claim") -> AuditResult:
    chances = {"alpha": 0.05, "beta": 0.05} if decided != "point" else {}
    by_class = metric in ("recall", "precision", "f1")
    terms = clause(
        "it", metric=metric, scope="class" if by_class else "delivery", threshold=threshold,
        decision=rule(decided, **chances), remedy=["rework"],
    )  # fmt: skip
    text = contract_toml(task={"classes": list("abc")}, price=("1", "item"), clauses=[terms], remedies=[REWORK])
    contract = parse_contract(text)
    seen = AuditInput(outcomes, outcomes, len(set(outcomes.item.codes.tolist())), items, len(outcomes))
    return audit(contract, seen, audit_id="x", delivery="d", gold="g")


@given(pairs)
def test_class_figures_equal_scikit_learn(given_pairs: list[tuple[str, str]]) -> None:
    gold, delivered = [pair[0] for pair in given_pairs], [pair[1] for pair in given_pairs]
    names = sorted({*gold, *delivered})
    precision, recall, f1, support = precision_recall_fscore_support(
        gold, delivered, labels=names, zero_division=np.nan
    )
    found = judged(units(given_pairs), "accuracy", "0.9", len(gold))
    assert [figures.name for figures in found.by_class] == names
    for row, figures in enumerate(found.by_class):
        assert figures.n == support[row]
        assert (figures.precision is None) == np.isnan(precision[row])
        assert figures.precision is None or figures.precision == pytest.approx(precision[row])
        assert figures.recall is None or figures.recall == pytest.approx(recall[row])
        assert figures.f1 == pytest.approx(f1[row])
    counts = confusion_matrix(gold, delivered, labels=list(CLASSES))
    table = [[found.confusion.get(row, {}).get(column, 0) for column in CLASSES] for row in CLASSES]
    assert table == counts.tolist()


@given(pairs)
def test_macro_f1_equals_scikit_learn(given_pairs: list[tuple[str, str]]) -> None:
    gold, delivered = [pair[0] for pair in given_pairs], [pair[1] for pair in given_pairs]
    (finding,) = judged(units(given_pairs), "macro_f1", "0.5", len(gold) + 50).findings
    f1 = precision_recall_fscore_support(
        gold, delivered, labels=sorted({*gold, *delivered}), average="macro", zero_division=0
    )[2]
    assert finding.estimate == pytest.approx(f1)


@settings(deadline=None)
@given(st.integers(1, 60), st.data())
def test_the_claim_rule_equals_exact_hypergeometric_tails(n: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, n))
    items = data.draw(st.integers(n + 1, 400))
    outcomes = units([("a", "b")] * errors + [("a", "a")] * (n - errors))
    (finding,) = judged(outcomes, "accuracy", "0.9", items).findings
    allowed = items // 10  # wrong units with which exactly 90 % or more are right
    breach = hypergeom.sf(errors - 1, items, allowed, n)
    kept = hypergeom.cdf(errors, items, allowed + 1, n)
    assert finding.p_breach == pytest.approx(breach, rel=1e-9, abs=1e-15)
    assert finding.p_kept == pytest.approx(kept, rel=1e-9, abs=1e-15)
    expected = "breached" if breach <= 0.05 else "kept" if kept <= 0.05 else "inconclusive"
    if min(abs(breach - 0.05), abs(kept - 0.05)) > 1e-9:
        assert finding.verdict == expected


def test_a_class_is_judged_by_the_binomial() -> None:
    outcomes = units([("a", "a")] * 30 + [("a", "b")] * 10 + [("b", "b")] * 40)
    findings = {finding.group: finding for finding in judged(outcomes, "recall", "0.9", 1000).findings}
    assert findings["a"].n == 40
    assert findings["a"].p_breach == pytest.approx(binom.sf(9, 40, 0.1), rel=1e-9)
    assert findings["a"].verdict == "breached"
    assert findings["c"].verdict == "not_run"  # no unit of this class, and it says so


@given(pairs, st.sampled_from(["0.5", "0.9", "1"]))
def test_the_point_rule_compares_whole_numbers(given_pairs: list[tuple[str, str]], threshold: str) -> None:
    (finding,) = judged(units(given_pairs), "accuracy", threshold, 1000, "point").findings
    right = accuracy_score([p[0] for p in given_pairs], [p[1] for p in given_pairs], normalize=False)
    assert finding.verdict == (
        "kept" if 10 * right >= int(10 * float(threshold)) * len(given_pairs) else "breached"
    )


@given(
    st.lists(st.tuples(st.sampled_from(CLASSES), st.sampled_from(CLASSES), st.sampled_from("xyz")), min_size=2)
)
def test_row_order_never_matters(rows: list[tuple[str, str, str]]) -> None:
    def found(order: list[tuple[str, str, str]]) -> list[object]:
        outcomes = units([(gold, answer) for gold, answer, _ in order], [item for _, _, item in order])
        result = judged(outcomes, "accuracy", "0.8", 50)
        return [result.findings, result.by_class, result.confusion]

    assert found(rows) == found(rows[::-1])


def test_all_right_is_never_breached_and_all_wrong_never_kept() -> None:
    for metric in ("accuracy", "macro_f1", "macro_recall"):
        (good,) = judged(units([(name, name) for name in CLASSES] * 40), metric, "0.8", 500).findings
        (bad,) = judged(units([("a", "b"), ("b", "c"), ("c", "a")] * 40), metric, "0.8", 500).findings
        assert (good.verdict, bad.verdict) == ("kept", "breached")
        assert (good.estimate, bad.estimate) == (1, 0)
