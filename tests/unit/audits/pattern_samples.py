"""Synthetic vendors: labels with planted patterns, as an audit's input. Everything from one seed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from tests.contracts import clause, contract_toml, rule
from vendoreval.audits.audit_input import AuditInput
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.gold.goldset import GoldSet
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

CLASSES = ("cat", "dog", "emu", "fox")
START = np.datetime64("2026-03-02T08:00:00", "us")


def contract(answers: str = "each", accuracy: str = "0.90") -> Contract:
    text = contract_toml(
        currency="EUR", task={"classes": ["cat", "dog", "emu", "fox"], "answers": answers},
        price=("1", "item"), remedies=[{"id": "rework", "kind": "rework"}],
        clauses=[clause(threshold=accuracy, decision=rule(alpha=0.05, beta=0.05), remedy=["rework"])],
    )  # fmt: skip
    return parse_contract(text)


@dataclass
class Vendor:
    """`people` who label `items`, `labels_each` by different people, over 30 days; errors are even.

    Each of the other fields plants one pattern. `hard` is the spread of the items' own difficulty.
    """

    items: int = 400
    people: int = 12
    labels_each: int = 2
    rate: float = 0.06
    shares: tuple[float, ...] = (0.5, 0.3, 0.15, 0.05)
    hard: float = 0.05
    edge_rate: float | None = None
    drift_from: float | None = None  # share of the time after which the rate is `drift_rate`
    drift_rate: float = 0.25
    weak_person: float | None = None
    lazy: float = 0.0  # share of all labels that name the most frequent class, whatever it is
    copied: bool = False  # everybody gives the answer of an item's first label
    stamp: float | None = None  # a reviewer sees each item and finds this share of the errors
    leaked: float | None = None  # error rate on the half of the gold that the vendor knows
    timed: bool = True
    version_rates: tuple[float, ...] = ()
    columns: dict[str, list[str | None]] = field(default_factory=dict)

    def input(self, seed: int) -> AuditInput:
        rng = np.random.default_rng(seed)
        gold = rng.choice(len(self.shares), self.items, p=self.shares)
        item = np.repeat(np.arange(self.items), self.labels_each)
        who = np.concatenate(
            [rng.choice(self.people, self.labels_each, replace=False) for _ in range(self.items)]
        )
        at = rng.random(len(item))
        edge = rng.random(self.items) < 0.15
        rate = np.clip(self.rate + rng.normal(0, self.hard, self.items), 0, 1)[item]
        if self.edge_rate is not None:
            rate = np.where(edge[item], self.edge_rate, rate)
        if self.leaked is not None:
            rate = np.where(item < self.items // 2, self.leaked, rate)
        if self.drift_from is not None:
            rate = np.where(at >= self.drift_from, self.drift_rate, rate)
        if self.weak_person is not None:
            rate = np.where(who == 3, self.weak_person, rate)
        version = np.zeros(len(item), dtype=int)
        if self.version_rates:
            version = rng.integers(0, len(self.version_rates), len(item))
            rate = np.asarray(self.version_rates)[version]
        wrong = rng.random(len(item)) < rate
        other = (gold[item] + rng.integers(1, len(self.shares), len(item))) % len(self.shares)
        given = np.where(wrong, other, gold[item])
        given = np.where(rng.random(len(item)) < self.lazy, 0, given)
        if self.copied:
            given = np.repeat(given[:: self.labels_each], self.labels_each)
        context = {}
        if self.version_rates:
            context["guideline_version"] = Coded(version.astype(np.int32), tuple(f"1.{k}" for k in range(9)))
        if self.stamp is not None:
            item, who, at, given, context = self._reviewed(rng, gold, item, who, at, given)
        seen = _input(gold, item, who, at if self.timed else None, given, edge, context)
        known = seen.by_label.item.values[: self.items // 2] if self.leaked is not None else ()
        return replace(seen, known_items=frozenset(known))

    def _reviewed(
        self, rng: np.random.Generator, gold: np.ndarray, item: np.ndarray, who: np.ndarray,
        at: np.ndarray, given: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Coded]]:  # fmt: skip
        """Each item's only label is followed by a reviewer's."""
        assert self.stamp is not None
        assert self.labels_each == 1
        fixed = np.where(rng.random(len(item)) < self.stamp, gold[item], given)
        stage = Coded(np.repeat([0, 1], len(item)).astype(np.int32), ("annotator", "reviewer"))
        reviewers = self.people + rng.integers(0, 2, len(item))
        return (
            np.tile(item, 2), np.r_[who, reviewers], np.r_[at, np.minimum(at + 0.01, 1)],
            np.r_[given, fixed], {"stage": stage},
        )  # fmt: skip


def _input(
    gold: np.ndarray, item: np.ndarray, who: np.ndarray, at: np.ndarray | None, given: np.ndarray,
    edge: np.ndarray, context: dict[str, Coded],
) -> AuditInput:  # fmt: skip
    names = tuple(f"i{k:05d}" for k in range(len(gold)))
    right = given == gold[item]
    when = None if at is None else START + (at * 30 * 86_400e6).astype("timedelta64[us]")
    labels = Outcomes(
        item=Coded(item.astype(np.int32), names),
        unit=np.zeros(len(item), dtype=np.int32),
        annotator=Coded(who.astype(np.int32), tuple(f"w{k:02d}" for k in range(99))),
        labelled_at=when,
        expected=Coded(gold[item].astype(np.int32), CLASSES),
        delivered=Coded(given.astype(np.int32), CLASSES),
        outcome=np.where(right, CODE["correct"], CODE["wrong_label"]).astype(np.int8),
        score=right.astype(np.int64) * ONE,
        severity=np.ones(len(item), dtype=np.int8),
        context=context,
    )
    marked = frozenset(name for name, is_edge in zip(names, edge.tolist(), strict=True) if is_edge)
    known = GoldSet.from_records(
        "g",
        [
            {"item_id": name, "answers": [[{"label": CLASSES[code]}]], "edge_case": int(name in marked)}
            for name, code in zip(names, gold.tolist(), strict=True)
        ],
    )
    return AuditInput(labels, labels, len(gold), len(gold) * 10, len(item) * 10, edge_items=marked, gold=known)
