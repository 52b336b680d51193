"""Realised rates of wrong words on scales, numbers and sets of classes: seeded deliveries at the very limit.

Errors come together on items, are skewed, and some numbers are far off, up to the agreed worst.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.contracts import clause, contract_toml, rule
from tests.unit.tasks import scale_samples, tag_samples
from vendoreval.audits.audit_input import AuditInput, counting_of
from vendoreval.audits.auditing import _judge
from vendoreval.audits.measures import measure
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.errors import InvalidDocument
from vendoreval.tasks.known import task_type
from vendoreval.tasks.outcomes import Outcomes

ITEMS, DRAWN, ALPHA, BETA = 300, 100, 0.05, 0.10
STEPS = [str(step) for step in range(5)]
TAGS = list("abcdef")
TREE = {"b": "a", "c": "a", "e": "d"}


@dataclass(frozen=True)
class Case:
    """A clause of a task; `make` gives a delivery's outcomes, its rows and the most of them on an item."""

    task: dict[str, Any]
    metric: str
    unit: str
    make: Callable[[np.random.Generator, Contract], tuple[Outcomes, int, int, int]]
    decision: dict[str, str]
    less: bool = True  # less is better

    def contract(self, threshold: float) -> Contract:
        terms = clause(
            metric=self.metric, unit=self.unit, threshold=f"{threshold:.9f}",
            decision=rule("claim", alpha=ALPHA, beta=BETA, **self.decision),
        )  # fmt: skip
        found: Contract = parse_contract(contract_toml(task=self.task, clauses=[terms]))
        return found


def rated(stream: np.random.Generator, terms: Contract) -> tuple[Outcomes, int, int, int]:
    """Two people rate each item; hard items, and one in thirty is rated at the wrong end by both."""
    gold, rows = {}, []
    for n in range(ITEMS):
        truth, hard, turned = int(stream.integers(0, 5)), stream.beta(0.4, 2), stream.random() < 0.03
        gold[f"i{n:03}"] = str(truth)
        for who in ("ada", "bo"):
            off = int(stream.choice((-2, -1, 1, 2))) if stream.random() < hard else 0
            said = 4 - truth if turned else min(4, max(0, truth + off))
            rows.append((f"i{n:03}", who, str(said)))
    compared = task_type("ordinal").compare(
        scale_samples.gold_of(gold), scale_samples.labels_of(rows), terms.task
    )
    return compared, len(rows), 2, 2 * ITEMS


def measured(stream: np.random.Generator, terms: Contract) -> tuple[Outcomes, int, int, int]:
    """One number an item, off by a skewed error, and one in fifty by the agreed worst."""
    gold = {f"i{n:03}": f"{stream.integers(100, 900) / 10}" for n in range(ITEMS)}
    rows = []
    for item, truth in gold.items():
        off = 50 if stream.random() < 0.02 else round(float(stream.gamma(0.3, 3)), 2)
        rows.append((item, "ada", f"{float(truth) + min(off, 50):.2f}"))
    compared = task_type("numeric").compare(
        scale_samples.gold_of(gold), scale_samples.labels_of(rows), terms.task
    )
    return compared, len(rows), 1, ITEMS


def tagged(stream: np.random.Generator, terms: Contract) -> tuple[Outcomes, int, int, int]:
    """Sets of classes, some of items where most are missed or invented."""
    gold, said = {}, {}
    for n in range(ITEMS):
        miss = stream.beta(0.3, 2)
        truth = [name for name in TAGS if stream.random() < 0.35]
        gold[f"i{n:03}"] = truth
        kept = [name for name in truth if stream.random() >= miss]
        said[f"i{n:03}", "ada"] = sorted({*kept, *(name for name in TAGS if stream.random() < miss / 3)})
    labels = tag_samples.labels_of(said)
    compared = task_type("multilabel").compare(tag_samples.gold_of(gold), labels, terms.task)
    return compared, len(labels), max(map(len, said.values())), ITEMS


SETS = {"type": "multilabel", "classes": TAGS}
CASES = {
    "mae of a scale": Case({"type": "ordinal", "classes": STEPS}, "mae", "label", rated, {}),
    "mae of numbers": Case({"type": "numeric"}, "mae", "item", measured, {"worst": "50"}),
    "jaccard": Case(SETS, "jaccard", "item", tagged, {}, less=False),
    "hamming": Case(SETS, "hamming", "item", tagged, {}),
    "f1": Case(SETS, "f1", "tag", tagged, {}, less=False),
    "hierarchical f1": Case({**SETS, "matching": {"parents": TREE}}, "f1", "tag", tagged, {}, less=False),
}


def truth_of(units: Outcomes, terms: Contract) -> Fraction:
    """The figure over the whole delivery."""
    seen = AuditInput(units, units, ITEMS, ITEMS, ITEMS)
    how = counting_of(terms.clauses[0], terms.task, seen)
    found = measure(terms.clauses[0].metric, units, None, terms.task.classes, how)
    if found.cap is not None:
        return found.lost
    return Fraction(int(found.ys[0].sum()), int(found.xs[0].sum()) * found.scale)


def words(case: Case, audits: int, seed: int) -> dict[str, float]:
    """How often deliveries that just keep a clause are called breached, and those that just breach it kept."""
    stream = np.random.default_rng(seed)
    wrong = {"breached": 0, "kept": 0}
    for number in range(audits):
        if number % 10 == 0:
            units, rows, fullest, sheets = case.make(stream, case.contract(0.5))
            truth = float(truth_of(units, case.contract(0.5)))
            near = 1e-6 if case.less else -1e-6
            keeps, breaks = case.contract(truth + near), case.contract(truth - near)
        drawn = stream.permutation(ITEMS)[:DRAWN]
        mine = units.take(np.flatnonzero(np.isin(units.item.codes, drawn)))
        seen = AuditInput(
            mine, mine, DRAWN, ITEMS, rows, most_units=fullest, sheets=sheets, most_sheets=sheets // ITEMS,
            seed=f"{seed}-{number}",
        )  # fmt: skip
        for terms, word in ((keeps, "breached"), (breaks, "kept")):
            (trial,) = _judge(terms, seen, "again", terms.clauses[0])
            wrong[word] += trial(terms.clauses[0]).verdict == word
    return {word: count / audits for word, count in wrong.items()}


def most(risk: float, audits: int) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / audits)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_wrong_words_are_as_rare_as_agreed(name: str) -> None:
    found = words(CASES[name], 200, 4)
    assert found["breached"] <= most(ALPHA, 200), found
    assert found["kept"] <= most(BETA, 200), found


@pytest.mark.parametrize("name", ["mae of a scale", "jaccard"])
def test_a_few_deliveries_at_the_limit(name: str) -> None:
    found = words(CASES[name], 20, 9)
    assert found["breached"] <= most(ALPHA, 20)
    assert found["kept"] <= most(BETA, 20)


def test_what_lies_above_the_agreed_worst_breaches_nothing_and_keeps_nothing() -> None:
    case = CASES["mae of numbers"]
    gold = {f"i{n:03}": "10" for n in range(DRAWN)}
    rows = [(item, "ada", "10" if n else "9999999") for n, item in enumerate(gold)]
    for threshold, verdict in ((1.0, "inconclusive"), (0.2, "inconclusive")):
        terms = case.contract(threshold)
        units = task_type("numeric").compare(
            scale_samples.gold_of(gold), scale_samples.labels_of(rows), terms.task
        )
        seen = AuditInput(units, units, DRAWN, 10_000, 10_000, most_units=1)
        (trial,) = _judge(terms, seen, "again", terms.clauses[0])
        found = trial(terms.clauses[0])
        assert found.verdict == verdict
        assert "more than 50 a unit" in found.reason


def test_items_not_audited_may_hold_what_their_classes_imply() -> None:
    from vendoreval.audits.reach import hidden

    found = {}
    for name in ("f1", "hierarchical f1"):
        terms = CASES[name].contract(0.5)
        units, rows, fullest, sheets = CASES[name].make(np.random.default_rng(1), terms)
        seen = AuditInput(units, units, ITEMS, 2 * ITEMS, rows, most_units=fullest, sheets=sheets)
        how = counting_of(terms.clauses[0], terms.task, seen)
        found[name] = hidden(terms.clauses[0], terms.task, seen, how).most
    assert found["hierarchical f1"] == 2 * found["f1"]


def test_what_is_right_and_loses_something_is_lost_all_the_same() -> None:
    """An answer within the tolerance is right, and one off: with a worst of 1 each loses all it can."""
    terms = parse_contract(contract_toml(
        task={"type": "numeric", "matching": {"tolerance": "1"}},
        clauses=[clause(metric="mae", threshold="0.5", decision=rule(alpha=ALPHA, beta=BETA, worst="1"))],
    ))  # fmt: skip
    gold = {f"i{n:03}": "10" for n in range(DRAWN)}
    units = task_type("numeric").compare(
        scale_samples.gold_of(gold), scale_samples.labels_of([(item, "ada", "11") for item in gold]), terms.task
    )
    seen = AuditInput(units, units, DRAWN, 10_000, 10_000, most_units=1)
    (trial,) = _judge(terms, seen, "again", terms.clauses[0])
    assert trial(terms.clauses[0]).verdict == "breached"


def test_a_share_of_all_classes_needs_the_classes() -> None:
    terms = [clause(metric="hamming", threshold="0.1", decision=rule("claim", alpha=ALPHA, beta=BETA))]
    with pytest.raises(InvalidDocument) as caught:
        parse_contract(contract_toml(task={"type": "multilabel"}, clauses=terms))
    assert ["names none" in one.what for one in caught.value.problems] == [True]
