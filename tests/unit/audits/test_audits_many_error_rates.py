"""Realised rates of wrong words for clauses on objects, through audit(): seeded deliveries at the limit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.contracts import rule
from tests.unit.audits.box_samples import CLASSES, terms
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import _judge
from vendoreval.audits.records import BREACHED, Finding
from vendoreval.claims.extrapolating import allowed, extrapolate
from vendoreval.contracts.terms import Contract
from vendoreval.labels.columns import Coded
from vendoreval.tasks.outcomes import CODE, LEVEL_CODE, ONE, Outcomes

Ints = NDArray[np.int64]
VENDORS = 250
ALPHA, BETA = 0.05, 0.10
RIGHT, WRONG, MISSING, EXTRA = (CODE[name] for name in ("correct", "wrong_label", "missing", "extra"))


@dataclass(frozen=True, eq=False)
class Boxes:
    """A whole delivery: the image of each unit, what became of it, its class in gold and its score."""

    images: int
    image: Ints
    outcome: Ints
    name: Ints
    score: Ints

    @property
    def delivered(self) -> NDArray[np.bool_]:
        given: NDArray[np.bool_] = self.outcome != MISSING
        return given

    def sample(self, drawn: Ints, **more: Any) -> AuditInput:
        """What an audit of the `drawn` images sees; those without a unit are rightly empty."""
        place = np.full(self.images, -1)
        place[drawn] = np.arange(len(drawn))
        rows = np.flatnonzero(place[self.image] >= 0)
        empty = np.setdiff1d(np.arange(len(drawn)), place[self.image[rows]])
        item = np.r_[place[self.image[rows]], empty].astype(np.int32)
        blank = np.full(len(empty), -1)
        outcome = np.r_[self.outcome[rows], np.full(len(empty), CODE["empty_agreed"])]
        expected = np.where(outcome == EXTRA, -1, np.r_[self.name[rows], blank])
        given = np.where(self.outcome[rows] == WRONG, (self.name[rows] + 1) % len(CLASSES), self.name[rows])
        delivered = np.where(outcome == MISSING, -1, np.r_[given, blank])
        count = len(item)
        units = Outcomes(
            Coded(item, tuple(f"i{k}" for k in drawn.tolist())), np.arange(count, dtype=np.int32),
            Coded(np.zeros(count, dtype=np.int32), ("ann",)), None, Coded(expected.astype(np.int32), CLASSES),
            Coded(delivered.astype(np.int32), CLASSES), outcome.astype(np.int8),
            np.r_[self.score[rows], np.full(len(empty), ONE)], np.ones(count, dtype=np.int8),
            answered=np.ones(count, dtype=np.bool_),
            level=np.where(np.arange(count) < len(rows), LEVEL_CODE["object"], 0).astype(np.int8),
        )  # fmt: skip
        most = int(np.bincount(self.image[self.delivered]).max())
        labels = int(self.delivered.sum())
        return AuditInput(
            units, units, len(drawn), self.images, labels, most_units=most, sheets=self.images, **more
        )


def boxes(rng: np.random.Generator, sizes: Ints, bad: int, weight: NDArray[np.float64]) -> Boxes:
    """`bad` wrong units, most likely on images of a high `weight`: missing, extra or of another class."""
    image = np.repeat(np.arange(len(sizes)), sizes)
    chance = rng.random(len(image)) ** (1 / np.maximum(weight[image], 1e-9))
    outcome = np.full(len(image), RIGHT)
    outcome[np.argsort(-chance, kind="stable")[:bad]] = rng.choice([MISSING, EXTRA, WRONG], bad)
    name = rng.integers(0, len(CLASSES), len(image))
    return Boxes(len(sizes), image, outcome, name, np.where(outcome == RIGHT, ONE, 0))


def found_in(contract: Contract, seen: AuditInput) -> Finding:
    """The finding alone, without the figures beside it."""
    (clause,) = contract.clauses
    (trial,) = _judge(contract, seen, "again", clause)
    return trial(clause)


def rates(
    contract: Contract, images: int, drawn: int, make: Callable[[np.random.Generator], Boxes], seed: int
) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    said = {"breached": 0, "kept": 0, "inconclusive": 0}
    for vendor in range(VENDORS):
        if vendor % 20 == 0:
            delivery = make(rng)
        seen = delivery.sample(np.sort(rng.permutation(images)[:drawn]), seed=f"{seed}-{vendor}")
        said[found_in(contract, seen).verdict] += 1
    return {word: count / VENDORS for word, count in said.items()}


def most(risk: float) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / VENDORS)


def heavy(images: int) -> Ints:
    """One image with half of all boxes."""
    sizes = np.full(images, 8)
    sizes[0] = 8 * (images - 1)
    return sizes


SIZES: dict[str, Callable[[np.random.Generator], Ints]] = {
    "many boxes on few images": lambda rng: rng.integers(30, 60, 400),
    "images without boxes": lambda rng: rng.poisson(6, 800) * (rng.random(800) < 0.4),
    "one image with half of all boxes": lambda rng: heavy(400),
    "skewed sizes": lambda rng: np.ceil(rng.lognormal(1.5, 1, 600)).astype(np.int64),
}
SPREADS: dict[str, Callable[[np.random.Generator, Ints], NDArray[np.float64]]] = {
    "alike everywhere": lambda rng, sizes: np.ones(len(sizes)),
    "together on images": lambda rng, sizes: rng.gamma(0.3, 1, len(sizes)),
    "on the fullest images": lambda rng, sizes: sizes.astype(np.float64) ** 2,
    "on the emptiest images": lambda rng, sizes: 1 / np.maximum(sizes, 1.0),
}


@pytest.mark.slow
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("sizes", SIZES)
def test_wrong_words_on_objects_are_as_rare_as_agreed(sizes: str, spread: str) -> None:
    contract = terms(threshold="0.90", decision=rule("claim", alpha=ALPHA, beta=BETA))
    images = len(SIZES[sizes](np.random.default_rng(0)))
    for beyond, word, risk in ((0, "breached", ALPHA), (1, "kept", BETA)):

        def make(rng: np.random.Generator, beyond: int = beyond) -> Boxes:
            each = SIZES[sizes](rng)
            bad = int(each.sum() * 0.10) + beyond
            return boxes(rng, each, bad, SPREADS[spread](rng, each))

        assert rates(contract, images, 120, make, 5)[word] <= most(risk), (word, sizes, spread)


@pytest.mark.slow
@pytest.mark.parametrize("spread", ["alike everywhere", "together on images"])
@pytest.mark.parametrize("name", ["claim", "sequential"])
def test_kept_is_said_where_it_is_true_and_rarely_else(name: str, spread: str) -> None:
    """Images of twenty boxes each, which both sides agreed to be the most."""
    sizes = np.full(600, 20)

    def deliveries(bad: int) -> Callable[[np.random.Generator], Boxes]:
        return lambda rng: boxes(rng, sizes, bad, SPREADS[spread](rng, sizes))

    contract = terms(threshold="0.90", decision=rule(name, alpha=ALPHA, beta=BETA, most_units=20))
    allowed = int(sizes.sum() * 0.10)
    assert rates(contract, 600, 300, deliveries(allowed), 7)["breached"] <= most(ALPHA)
    assert rates(contract, 600, 300, deliveries(allowed + 1), 8)["kept"] <= most(BETA)
    assert rates(contract, 600, 300, deliveries(allowed // 4), 9)["kept"] > 0.8
    assert rates(contract, 600, 300, deliveries(allowed * 3), 10)["breached"] > 0.8


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["recall", "precision", "f1", "accuracy"])
def test_a_rare_class_is_not_accused_by_chance(metric: str) -> None:
    """One box in thirty is a cat; each of its figures lies where the clause just holds."""
    of = terms(metric, scope="class", threshold="0.80", decision=rule("claim", alpha=ALPHA, beta=BETA))
    contract = replace(of, clauses=(replace(of.clauses[0], group="cat"),))

    def make(rng: np.random.Generator) -> Boxes:
        made = boxes(rng, rng.integers(10, 30, 500), 0, np.ones(500))
        cats = np.flatnonzero(rng.random(len(made.image)) < 1 / 30)
        name = rng.integers(0, 2, len(made.image))
        name[cats] = 2
        outcome = made.outcome.copy()
        spoilt = cats[np.argsort(rng.gamma(0.5, 1, 500)[made.image[cats]])]  # errors come together on images
        share = 0.9 if metric in ("f1", "accuracy") else 0.8
        gone, more = math.floor(len(cats) * (1 - share)), math.floor(len(cats) * (1 / share - 1))
        if metric != "precision":
            outcome[spoilt[:gone]] = MISSING
        if metric != "recall":
            false = rng.choice(np.flatnonzero(name != 2), more if metric == "precision" else gone)
            outcome[false], name[false] = EXTRA, 2
        return Boxes(500, made.image, outcome, name, made.score)

    assert rates(contract, 500, 150, make, 11)["breached"] <= most(ALPHA)


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["mean_iou", "mean_dice"])
@pytest.mark.parametrize("together", [False, True])
def test_wrong_words_on_mean_scores_are_as_rare_as_agreed(metric: str, together: bool) -> None:
    """Overlaps of a Beta distribution, alike on an image or not; one unit in forty is missing."""

    def make(rng: np.random.Generator) -> Boxes:
        made = boxes(rng, rng.integers(1, 15, 600), 0, np.ones(600))
        of_image = rng.beta(8, 2, 600)[made.image] if together else np.full(len(made.image), 0.8)
        score = np.rint(ONE * rng.beta(12 * of_image, 12 * (1 - of_image))).astype(np.int64)
        gone = rng.random(len(score)) < 1 / 40
        return replace(made, outcome=np.where(gone, MISSING, RIGHT), score=np.where(gone, 0, score))

    rng = np.random.default_rng(3)
    said = {"breached": 0, "kept": 0, "inconclusive": 0}
    above = dict(said)
    for vendor in range(VENDORS):
        if vendor % 20 == 0:
            delivery = make(rng)
        exact = delivery.score if metric == "mean_iou" else 2 * delivery.score * ONE // (ONE + delivery.score)
        truth = int(exact.sum()) / len(exact) / ONE
        seen = delivery.sample(np.sort(rng.permutation(600)[:200]), seed=str(vendor))
        for limit, words in ((truth - 1e-6, said), (truth + 1e-6, above)):
            decision = rule("claim", alpha=ALPHA, beta=BETA, most_units=15)
            words[found_in(terms(metric, threshold=f"{limit:.8f}", decision=decision), seen).verdict] += 1
    assert said["breached"] / VENDORS <= most(ALPHA)
    assert above["kept"] / VENDORS <= most(BETA)
    far = terms(metric, threshold=f"{truth + 0.1:.8f}", decision=rule("claim", alpha=ALPHA, beta=BETA))
    assert found_in(far, seen).verdict == "breached"


@pytest.mark.slow
@pytest.mark.parametrize("spread", ["alike everywhere", "together on images"])
@pytest.mark.parametrize("sizes", ["many boxes on few images", "images without boxes", "skewed sizes"])
def test_money_stays_below_what_is_owed(sizes: str, spread: str) -> None:
    """Wrong units claimed, and those beyond what is allowed, exceed the truth as rarely as agreed."""
    contract = terms(threshold="0.90", decision=rule("claim", alpha=ALPHA, beta=BETA))
    (clause,) = contract.clauses
    rng = np.random.default_rng(17)
    too_much = beyond = covered = claims = 0
    for vendor in range(VENDORS):
        if vendor % 20 == 0:
            each = SIZES[sizes](rng)
            bad = int(each.sum() * 0.3)
            delivery = boxes(rng, each, bad, SPREADS[spread](rng, each))
        seen = delivery.sample(np.sort(rng.permutation(len(each))[:150]), seed=str(vendor))
        found = found_in(contract, seen)
        if found.verdict != BREACHED or found.units_in_all is None:
            continue
        claims += 1
        owed = extrapolate(clause, found, {"items": seen.items, "labels": seen.labels, "objects": seen.labels})
        too_much += owed.at_least > bad
        beyond += owed.at_least - allowed(clause, owed.surely) > bad - allowed(clause, len(delivery.image))
        covered += found.units_in_all.low <= len(delivery.image) <= found.units_in_all.high
    assert claims > 0.8 * VENDORS
    assert too_much / VENDORS <= most(ALPHA)
    assert beyond / VENDORS <= most(ALPHA)
    assert covered / claims >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / claims)
