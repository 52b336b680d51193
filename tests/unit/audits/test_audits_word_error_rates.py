"""Realised rates of wrong words for wer: seeded deliveries of clustered recordings, judged as by audits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.contracts import clause, rule
from tests.contracts import contract_toml as toml
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import _judge
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

Ints = NDArray[np.int64]
RECORDINGS, DRAWN, LIMIT = 500, 120, 0.15
ALPHA, BETA = 0.05, 0.10
RIGHT, WRONG, MISSING, EXTRA = (CODE[name] for name in ("correct", "wrong_label", "missing", "extra"))


class Delivery:
    """One transcription of each recording: its words in gold, and how many are wrong, missing and extra."""

    def __init__(self, rng: np.random.Generator, errors: int, spread: str) -> None:
        self.gold = np.ceil(rng.lognormal(2.7, 0.6, RECORDINGS)).astype(np.int64)  # a few words to a hundred
        weight = {"alike": np.ones(RECORDINGS), "together": rng.gamma(0.4, 1, RECORDINGS),
                  "long": self.gold.astype(np.float64)}[spread]  # fmt: skip
        word = np.repeat(np.arange(RECORDINGS), self.gold)
        chance = rng.random(len(word)) ** (1 / np.maximum(weight[word], 1e-9))
        wrong = word[np.argsort(-chance, kind="stable")[:errors]]
        kind = rng.choice([WRONG, MISSING, EXTRA], len(wrong), p=[0.6, 0.25, 0.15])
        self.wrong, self.missing, self.extra = (
            np.bincount(wrong[kind == one], minlength=RECORDINGS) for one in (WRONG, MISSING, EXTRA)
        )

    @property
    def delivered(self) -> Ints:
        given: Ints = self.gold - self.missing + self.extra
        return given

    def sample(self, drawn: Ints) -> AuditInput:
        """What an audit of the `drawn` recordings sees."""
        right = self.gold - self.wrong - self.missing
        counts = np.stack([right, self.wrong, self.missing, self.extra], axis=1)[drawn]
        item = np.repeat(np.arange(len(drawn)), counts.sum(axis=1)).astype(np.int32)
        outcome = np.repeat(np.tile([RIGHT, WRONG, MISSING, EXTRA], len(drawn)), counts.ravel()).astype(np.int8)
        count = len(item)
        every = np.zeros(count, dtype=np.int32)
        units = Outcomes(
            Coded(item, tuple(f"i{k}" for k in drawn.tolist())), np.arange(count, dtype=np.int32),
            Coded(every, ("ann",)), None, Coded(np.where(outcome == EXTRA, -1, 0).astype(np.int32), ("a", "b")),
            Coded(np.where(outcome == MISSING, -1, outcome == WRONG).astype(np.int32), ("a", "b")), outcome,
            np.where(outcome == RIGHT, ONE, 0), every.astype(np.int8), answered=np.ones(count, dtype=np.bool_),
            level=np.full(count, LEVEL_CODE["object"], dtype=np.int8),
        )  # fmt: skip
        return AuditInput(
            units, units, len(drawn), RECORDINGS, RECORDINGS, most_units=int(self.delivered.max()),
            sheets=RECORDINGS, objects=int(self.delivered.sum()),
        )  # fmt: skip


def contract(**decision: Any) -> Contract:
    terms = clause("wer", metric="wer", unit="word", threshold=str(LIMIT), decision=rule("claim", **decision))
    return parse_contract(toml(task={"type": "transcription"}, clauses=[terms]))


def rates(make: Callable[[np.random.Generator], Delivery], vendors: int, seed: int) -> dict[str, float]:
    rng, said = np.random.default_rng(seed), {"breached": 0, "kept": 0, "inconclusive": 0}
    terms = contract(alpha=ALPHA, beta=BETA)
    for _ in range(vendors):
        seen = make(rng).sample(np.sort(rng.permutation(RECORDINGS)[:DRAWN]))
        (trial,) = _judge(terms, seen, "again", terms.clauses[0])
        said[trial(terms.clauses[0]).verdict] += 1
    return {word: count / vendors for word, count in said.items()}


def at_the_limit(spread: str, beyond: int, share: float = LIMIT) -> Callable[[np.random.Generator], Delivery]:
    """Deliveries whose word error rate is the highest that keeps the clause, or one word more."""

    def make(rng: np.random.Generator) -> Delivery:
        state = rng.bit_generator.state
        words = int(Delivery(rng, 0, spread).gold.sum())
        rng.bit_generator.state = state
        return Delivery(rng, math.floor(words * share) + beyond, spread)

    return make


def most(risk: float, vendors: int) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / vendors)


@pytest.mark.slow
@pytest.mark.parametrize("spread", ["alike", "together", "long"])
def test_wrong_words_on_word_errors_are_as_rare_as_agreed(spread: str) -> None:
    assert rates(at_the_limit(spread, 0), 400, 3)["breached"] <= most(ALPHA, 400)
    assert rates(at_the_limit(spread, 1), 400, 4)["kept"] <= most(BETA, 400)


@pytest.mark.slow
def test_a_bad_delivery_is_found() -> None:
    assert rates(at_the_limit("together", 0, 0.4), 60, 5)["breached"] > 0.8


def test_an_honest_vendor_at_the_limit_is_hardly_ever_accused() -> None:
    assert rates(at_the_limit("together", 0), 40, 6)["breached"] <= most(ALPHA, 40)
