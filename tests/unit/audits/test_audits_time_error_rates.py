"""Realised rates of wrong words for clauses on time, through audit(): seeded deliveries at the very limit.

One recording may be as long as all others together, and the wrong time may lie on it, or on the short ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.contracts import rule
from tests.unit.audits.box_samples import terms
from tests.unit.audits.test_audits_many_error_rates import Boxes, rates
from vendoreval.audits.audit_input import AuditInput, counting_of
from vendoreval.audits.auditing import _judge
from vendoreval.audits.reach import hidden
from vendoreval.contracts.terms import Contract
from vendoreval.inference.drawn import Hidden
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

Ints = NDArray[np.int64]
ALPHA, BETA, LIMIT = 0.05, 0.10, 0.10
LABELS = ("ada", "bo")
KINDS = [CODE[name] for name in ("correct", "missing", "extra", "wrong_label")]
VENDORS = 80


@dataclass(frozen=True, eq=False)
class Recordings:
    """By recording: thousandths of a second that are right, missed, invented and of another label."""

    time: Ints  # recordings x four

    def sample(self, drawn: Ints, **more: Any) -> AuditInput:
        """What an audit of the `drawn` recordings sees, one row of time and one segment for each kind."""
        place, kind = np.nonzero(self.time[drawn])
        size = self.time[drawn][place, kind]
        outcome = np.asarray(KINDS, dtype=np.int8)[kind]
        item = np.repeat(place, 2).astype(np.int32)
        level = np.tile([LEVEL_CODE["object"], LEVEL_CODE["time"]], len(place)).astype(np.int8)
        code = np.repeat(outcome, 2)
        units = Outcomes(
            Coded(item, tuple(f"i{k}" for k in drawn.tolist())), np.arange(len(item), dtype=np.int32),
            Coded(np.zeros(len(item), dtype=np.int32), ("ann",)), None,
            Coded(np.where(code == CODE["extra"], -1, 0).astype(np.int32), LABELS),
            Coded(np.where(code == CODE["missing"], -1, code == CODE["wrong_label"]).astype(np.int32), LABELS),
            code, np.where(code == CODE["correct"], ONE, 0).astype(np.int64), np.ones(len(item), dtype=np.int8),
            answered=np.ones(len(item), dtype=np.bool_), level=level,
            size=np.where(level == LEVEL_CODE["time"], np.repeat(size, 2), 1),
        )  # fmt: skip
        given = self.time[:, [0, 2, 3]]
        return AuditInput(
            units, units, len(drawn), len(self.time), int(np.count_nonzero(given)), most_units=3,
            sheets=len(self.time), most_time=int(given.sum(axis=1).max()), **more,
        )  # fmt: skip


def contract(metric: str = "der", **decision: Any) -> Contract:
    unit, threshold = ("time", "0.10") if metric == "der" else ("span", "0.90")
    chosen = decision or rule("claim", alpha=ALPHA, beta=BETA)
    task = {"type": "segments", "classes": list(LABELS)}
    return terms(metric, unit, threshold=threshold, decision=chosen, task=task)


def recordings(rng: np.random.Generator, lengths: Ints, weight: NDArray[np.float64], beyond: int) -> Recordings:
    """A tenth of all gold time is wrong, and `beyond` more; most where weights are high."""
    bad = int(lengths.sum() * LIMIT) + beyond
    wrong = np.zeros(len(lengths), dtype=np.int64)
    order = np.argsort(-(rng.random(len(lengths)) ** (1 / np.maximum(weight, 1e-9))), kind="stable")
    for place in order.tolist():
        wrong[place] = min(int(lengths[place] * rng.uniform(0.2, 1)), bad)
        bad -= wrong[place]
    wrong[order[0]] += bad  # 0 but for very unlikely draws
    parts = np.floor(rng.dirichlet([1, 1, 1], len(lengths)) * wrong[:, None]).astype(np.int64)
    parts[:, 0] += wrong - parts.sum(axis=1)
    missed, extra, confused = parts.T
    return Recordings(np.stack([lengths - missed - confused, missed, extra, confused], axis=1))


def heavy(recordings_: int) -> Ints:
    """One recording as long as all others together."""
    lengths = np.full(recordings_, 60_000)
    lengths[0] = 60_000 * (recordings_ - 1)
    return lengths


LENGTHS: dict[str, Callable[[np.random.Generator], Ints]] = {
    "one recording with half of all time": lambda rng: heavy(300),
    "skewed lengths": lambda rng: np.ceil(10_000 * rng.lognormal(1, 1, 400)).astype(np.int64),
}
SPREADS: dict[str, Callable[[np.random.Generator, Ints], NDArray[np.float64]]] = {
    "anywhere": lambda rng, lengths: np.ones(len(lengths)),
    "on the longest": lambda rng, lengths: lengths.astype(np.float64) ** 2,
    "on the shortest": lambda rng, lengths: 1 / lengths,
}


def word_rates(terms_: Contract, lengths: str, spread: str, beyond: int, vendors: int) -> dict[str, float]:
    rng = np.random.default_rng(11)
    said = {"breached": 0, "kept": 0, "inconclusive": 0}
    (clause,) = terms_.clauses
    for vendor in range(vendors):
        if vendor % 10 == 0:
            each = LENGTHS[lengths](rng)
            delivery = recordings(rng, each, SPREADS[spread](rng, each), beyond)
        seen = delivery.sample(np.sort(rng.permutation(len(each))[:100]), seed=f"{vendor}")
        (trial,) = _judge(terms_, seen, "again", clause)
        said[trial(clause).verdict] += 1
    return {word: count / vendors for word, count in said.items()}


def most(risk: float, vendors: int) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / vendors)


@pytest.mark.slow
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("lengths", LENGTHS)
def test_wrong_words_on_time_are_as_rare_as_agreed(lengths: str, spread: str) -> None:
    for beyond, word, risk in ((0, "breached", ALPHA), (1, "kept", BETA)):
        found = word_rates(contract(), lengths, spread, beyond, VENDORS)
        assert found[word] <= most(risk, VENDORS), (word, lengths, spread)


def fitting(rng: np.random.Generator, missed: int) -> Boxes:
    """Segments of which one recording has half; an eighth of them fit by 0.6, and so many are `missed`."""
    sizes = np.full(300, 8)
    sizes[0] = 8 * 299
    item = np.repeat(np.arange(300), sizes)
    outcome, score = np.full(len(item), CODE["correct"]), np.full(len(item), ONE)
    order = np.argsort(-(rng.random(len(item)) ** (1 / rng.gamma(0.3, 1, 300)[item])))
    outcome[order[:missed]], score[order[:missed]] = CODE["missing"], 0
    score[order[missed : missed + len(item) // 8]] = 6 * ONE // 10
    return Boxes(300, item, outcome, np.zeros(len(item), dtype=np.int64), score)


@pytest.mark.slow
def test_wrong_words_on_the_mean_overlap_are_as_rare_as_agreed() -> None:
    """An eighth loses 0.4 each and 239 of 4,784 lose 1: the mean is 0.90; with 240 it is less."""
    for missed, word, risk in ((239, "breached", ALPHA), (240, "kept", BETA)):
        found = rates(contract("mean_iou"), 300, 100, partial(fitting, missed=missed), 7)
        assert found[word] <= most(risk, 250), word


def test_a_few_deliveries_with_one_long_recording_are_judged_within_the_risks() -> None:
    for beyond, word, risk in ((0, "breached", ALPHA), (1, "kept", BETA)):
        found = word_rates(contract(), "one recording with half of all time", "on the longest", beyond, 40)
        assert found[word] <= most(risk, 40)


def test_time_is_bounded_by_the_files_and_by_gold() -> None:
    seen = Recordings(np.asarray([[800, 100, 50, 100], [4000, 0, 0, 0]])).sample(np.asarray([0]))
    how = contract()
    clause = how.clauses[0]
    assert hidden(clause, how.task, seen, counting_of(clause, how.task, seen)) == Hidden(
        4000, None, wrong=4000 + 1000
    )
    more = replace(seen, most_sheets=2)
    assert hidden(clause, how.task, more, counting_of(clause, how.task, more)).wrong == 4000 + 2 * 1000
