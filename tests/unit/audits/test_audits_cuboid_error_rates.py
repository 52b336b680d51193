"""Realised rates of wrong words for clauses on the errors of cuboids: seeded deliveries at the very limit.

Errors come together on items and are skewed, as where one person or one sensor turned all headings of a scene.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from tests.contracts import clause, contract_toml, rule
from tests.unit.tasks.box_samples import Row
from tests.unit.tasks.cuboid_samples import CLASSES, cuboid, delivered, gold
from tests.unit.tasks.cuboid_samples import rule as matched
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import _judge
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.tasks.cuboids import TYPE
from vendoreval.tasks.outcomes import Outcomes

ITEMS, DRAWN, ALPHA, BETA = 300, 100, 0.05, 0.10
UNITS = {"heading_error": ("heading", "180"), "centre_error": ("centre", "2"), "mean_bev_iou": ("object", "")}


@dataclass(frozen=True, eq=False)
class Delivery:
    """All outcomes of a delivery, by item."""

    units: Outcomes
    cuboids: int
    fullest: int

    def truth(self, metric: str) -> Fraction:
        """The figure over the whole delivery."""
        unit, cap = UNITS[metric]
        found = measure(metric, self.units, None, CLASSES, Counting(unit, cap=Fraction(cap or 1)))
        return (
            found.lost if found.cap else Fraction(int(found.ys[0].sum()), int(found.xs[0].sum()) * found.scale)
        )

    def sample(self, drawn: np.ndarray, seed: str) -> AuditInput:
        """What an audit of the `drawn` items sees."""
        rows = self.units.take(np.flatnonzero(np.isin(self.units.item.codes, drawn)))
        return AuditInput(
            rows, rows, len(drawn), ITEMS, self.cuboids, most_units=self.fullest, sheets=ITEMS, seed=seed
        )


def made(stream: np.random.Generator) -> Delivery:
    """Headings and centres that are off by more on some items than on others; some cuboids are turned round."""
    mine: dict[str, list[Row]] = {}
    theirs: dict[tuple[str, str | None], list[Row]] = {}
    for n in range(ITEMS):
        spread, count = stream.gamma(0.7, 4), int(stream.integers(1, 7))
        turned = stream.random() < 0.04
        mine[f"i{n:03}"] = [cuboid(10 * k, 0, 1, 4, 2, 1.5, 0) for k in range(count)]
        theirs[f"i{n:03}", "ann"] = [
            cuboid(10 * k + 0.02 * spread * stream.normal(), 0, 1, 4, 2, 1.5,
                   spread * stream.normal() + (180 if turned else 0))
            for k in range(count)
        ]  # fmt: skip
    labels = delivered(theirs)
    sizes = [len(rows) for rows in theirs.values()]
    return Delivery(TYPE.compare(gold(mine), labels, matched(iou="0.2")), len(labels), max(sizes))


def contract(metric: str, threshold: float) -> Contract:
    unit, worst = UNITS[metric]
    decision = rule("claim", alpha=ALPHA, beta=BETA, most_units=6, **({"worst": worst} if worst else {}))
    terms = clause(metric=metric, unit=unit, threshold=f"{threshold:.9f}", decision=decision)
    text = contract_toml(task={"type": "cuboids", "classes": list(CLASSES)}, clauses=[terms])
    found: Contract = parse_contract(text)
    return found


def words(metric: str, vendors: int, seed: int) -> dict[str, float]:
    """How often deliveries that just keep a clause are called breached, and those that just breach it kept."""
    stream = np.random.default_rng(seed)
    less = UNITS[metric][1] != ""
    wrong = {"breached": 0, "kept": 0}
    for vendor in range(vendors):
        if vendor % 10 == 0:
            delivery = made(stream)
            truth = float(delivery.truth(metric))
            keeps = contract(metric, truth + (1e-6 if less else -1e-6))
            breaks = contract(metric, truth - (1e-6 if less else -1e-6))
        seen = delivery.sample(np.sort(stream.permutation(ITEMS)[:DRAWN]), f"{seed}-{vendor}")
        for terms, word in ((keeps, "breached"), (breaks, "kept")):
            (one,) = terms.clauses
            (trial,) = _judge(terms, seen, "again", one)
            wrong[word] += trial(one).verdict == word
    return {word: count / vendors for word, count in wrong.items()}


def most(risk: float, vendors: int) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / vendors)


@pytest.mark.slow
@pytest.mark.parametrize("metric", UNITS)
def test_wrong_words_on_errors_are_as_rare_as_agreed(metric: str) -> None:
    found = words(metric, 200, 4)
    assert found["breached"] <= most(ALPHA, 200), found
    assert found["kept"] <= most(BETA, 200), found


def test_a_few_deliveries_at_the_limit() -> None:
    found = words("heading_error", 20, 9)
    assert found["breached"] <= most(ALPHA, 20)
    assert found["kept"] <= most(BETA, 20)
