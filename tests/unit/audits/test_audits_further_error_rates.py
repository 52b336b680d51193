"""Realised rates of wrong words on relations, lines and segments: vendors at the limit, through judge()."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tests.contracts import clause, contract_toml, rule
from tests.unit.tasks import line_samples, relation_samples, segment_samples
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import _judge
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.tasks.judged import judge
from vendoreval.tasks.outcomes import Outcomes

ALPHA, BETA = 0.05, 0.10
UNITS, ITEMS, DRAWN = 4, 200, 60
WRONG = 80  # of the 800 units, which is just what the clause allows
Rng = np.random.Generator
Unit = Any


def contract(kind: str, unit: str, classes: Sequence[str], **matching: Any) -> Contract:
    """At least nine in ten units are right; no item holds more than twelve."""
    terms = clause(unit=unit, threshold="0.90", decision=rule("claim", alpha=ALPHA, beta=BETA, most_units=12))
    task = {"type": kind, "classes": list(classes), "gold": "chosen", "matching": matching}
    return parse_contract(contract_toml(task=task, clauses=[terms]))


def relations(rng: Rng, bad: int) -> tuple[list[Unit], list[Unit]]:
    """Of one text; each bad one is missed, of another label, or with its ends exchanged."""
    gold: list[Unit] = [
        ("works_at", (20 * n, 20 * n + 5, "PER"), (20 * n + 8, 20 * n + 14, "ORG")) for n in range(UNITS)
    ]
    spoilt: list[Callable[[Unit], list[Unit]]] = [
        lambda one: [], lambda one: [("located_in", *one[1:])], lambda one: [(one[0], one[2], one[1])],
    ]  # fmt: skip
    return gold, _spoilt(gold, spoilt, rng, bad)


def lines(rng: Rng, bad: int) -> tuple[list[Unit], list[Unit]]:
    """Of one image; each bad one is missed or of another label."""
    gold: list[Unit] = [("lane", [(0, 60 * n), (300, 60 * n + 20)]) for n in range(UNITS)]
    near = [(label, moved(points, float(rng.normal(0, 2)))) for label, points in gold]
    spoilt: list[Callable[[Unit], list[Unit]]] = [lambda one: [], lambda one: [("wire", one[1])]]
    return gold, _spoilt(near, spoilt, rng, bad)


def moved(points: Sequence[tuple[float, float]], y: float) -> list[tuple[float, float]]:
    return [(a, b + y) for a, b in points]


def _spoilt(units: list[Unit], ways: list[Callable[[Unit], list[Unit]]], rng: Rng, bad: int) -> list[Unit]:
    found: list[Unit] = []
    for place, one in enumerate(units):
        found += ways[rng.integers(len(ways))](one) if place < bad else [one]
    return found


def segments(rng: Rng, bad: int) -> tuple[Any, Any]:
    """Four segments side by side; each bad one is of another class, or missed."""
    pixels = np.repeat(np.arange(1, UNITS + 1), 3)[None, :].repeat(3, axis=0)
    names = dict.fromkeys(range(1, UNITS + 1), "car")
    given = pixels.copy()
    told = dict(names)
    for number in range(1, bad + 1):
        if rng.random() < 0.5:
            told[number] = "dog"
        else:
            given[given == number] = 0
    return segment_samples.Image(pixels, names), segment_samples.Image(given, told)


KINDS: dict[str, tuple[Callable[[Rng, int], tuple[Any, Any]], Any, Contract]] = {
    "relations": (relations, relation_samples, contract("relations", "relation", relation_samples.LABELS)),
    "polylines": (lines, line_samples, contract("polylines", "object", line_samples.LABELS, distance="20")),
    "panoptic": (
        segments,
        segment_samples,
        contract("panoptic", "object", segment_samples.LABELS, stuff=["sky"]),
    ),
}


def delivery(kind: str, rng: Rng, wrong: int, *, together: bool) -> Outcomes:
    """All outcomes of a delivery with `wrong` units that are wrong, alone on their items or together."""
    make, samples, terms = KINDS[kind]
    bad = np.zeros(ITEMS, dtype=np.int64)
    if together:
        bad[: wrong // UNITS] = UNITS
        bad[wrong // UNITS] = wrong % UNITS
    else:
        np.add.at(bad, rng.permutation(np.repeat(np.arange(ITEMS), UNITS))[:wrong], 1)
    items = {f"i{n:03d}": make(rng, count) for n, count in enumerate(bad.tolist())}
    gold = samples.gold_of({item: pair[0] for item, pair in items.items()})
    given = samples.delivery_of({(item, "ann"): pair[1] for item, pair in items.items()})
    found = judge(gold, given, terms.task).units
    assert int(found.wrong.sum()) == wrong
    return found


def said(kind: str, units: Outcomes, seed: int) -> str:
    """The verdict on some items drawn at random."""
    terms = KINDS[kind][2]
    drawn = np.random.default_rng(seed).permutation(ITEMS)[:DRAWN]
    names = tuple(units.item.values[place] for place in sorted(drawn.tolist()))
    part = units.take(np.flatnonzero(units.item.recode(names).codes >= 0))
    part = Outcomes(**{**vars(part), "item": part.item.recode(names)})
    seen = AuditInput(
        part, part, DRAWN, ITEMS, ITEMS * UNITS, most_units=UNITS, sheets=ITEMS, objects=ITEMS * UNITS,
        seed=str(seed),
    )  # fmt: skip
    (trial,) = _judge(terms, seen, "again", terms.clauses[0])
    return trial(terms.clauses[0]).verdict


def rates(kind: str, wrong: int, audits: int, *, together: bool) -> dict[str, float]:
    units = delivery(kind, np.random.default_rng(11), wrong, together=together)
    verdicts = [said(kind, units, seed) for seed in range(audits)]
    return {word: verdicts.count(word) / audits for word in ("breached", "kept")}


def most(risk: float, audits: int) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / audits)


@pytest.mark.parametrize("kind", KINDS)
def test_a_vendor_far_from_the_limit_is_told_so(kind: str) -> None:
    assert rates(kind, 4 * WRONG, 5, together=False)["breached"] == 1
    assert rates(kind, 0, 5, together=False)["breached"] == 0


@pytest.mark.slow
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_words_are_as_rare_as_agreed(kind: str, together: bool) -> None:
    audits = 250
    assert rates(kind, WRONG, audits, together=together)["breached"] <= most(ALPHA, audits)
    assert rates(kind, WRONG + 4, audits, together=together)["kept"] <= most(BETA, audits)
