"""Realised rates of wrong words for clauses on tracks, clustered by clip: seeded deliveries at the very limit.

Clips differ much: some are followed badly throughout, by one person or in one hard scene.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

from tests.contracts import clause, contract_toml, rule
from tests.unit.tasks.box_samples import Row, delivery_of, gold_of
from tests.unit.tasks.track_samples import CLASSES, TRACKS, place, task
from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import _judge
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.tracks import TYPE

CLIPS, DRAWN, FRAMES, ALPHA, BETA = 240, 80, 8, 0.05, 0.10
UNITS = {
    "idf1": "object", "hota": "object", "id_switches": "object", "mota_loss": "object", "assa": "link",
    "error_rate": "track",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Delivery:
    """All outcomes of a delivery, by clip."""

    units: Outcomes
    boxes: int
    fullest: int

    def truth(self, metric: str) -> float:
        """The figure over the whole delivery."""
        found = measure(metric, self.units, None, CLASSES, Counting(UNITS[metric], cap=Fraction(1)))
        if found.cap is not None:
            return float(found.lost)
        share = int(found.ys[0].sum()) / (int(found.xs[0].sum()) * found.scale)
        return math.sqrt(share) if found.root else 1 - share if metric == "error_rate" else share

    def sample(self, drawn: np.ndarray, seed: str) -> AuditInput:
        """What an audit of the `drawn` clips sees."""
        rows = self.units.take(np.flatnonzero(np.isin(self.units.item.codes, drawn)))
        return AuditInput(
            rows, rows, len(drawn), CLIPS, self.boxes, most_units=self.fullest, sheets=CLIPS, seed=seed
        )


def made(stream: np.random.Generator) -> Delivery:
    """Tracks that lose boxes and change their names, on some clips far more often than on others."""
    mine: dict[str, list[Row]] = {}
    theirs: dict[tuple[str, str | None], list[Row]] = {}
    for n in range(CLIPS):
        gold, given, hard = [], [], min(stream.gamma(0.4, 0.1), 0.6)
        for number in range(int(stream.integers(1, 5))):
            name = f"t{number}"
            for frame in range(FRAMES):
                edges = (100 * number, 0, 100 * number + 20, 20)
                gold.append(place(f"g{number}", frame, *edges))
                name += "'" * int(stream.random() < hard / 2)
                if stream.random() > hard:
                    given.append(place(name, frame, *edges))
        mine[f"c{n:03}"], theirs[f"c{n:03}", "ann"] = gold, given
    labels = delivery_of(theirs, TRACKS)
    units = TYPE.compare(gold_of(mine, TRACKS), labels, task())
    return Delivery(units, len(labels), max(map(len, theirs.values())))


def contract(metric: str, threshold: float) -> Contract:
    decision = rule("claim", alpha=ALPHA, beta=BETA, most_units=4 * FRAMES)
    terms = clause(metric=metric, unit=UNITS[metric], threshold=f"{threshold:.9f}", decision=decision)
    text = contract_toml(task={"type": "tracks", "classes": list(CLASSES)}, clauses=[terms])
    found: Contract = parse_contract(text)
    return found


def words(metric: str, vendors: int, seed: int) -> dict[str, float]:
    """How often deliveries at the limit get the wrong word, and ones far from it the right one."""
    stream = np.random.default_rng(seed)
    better = -1 if METRICS[metric].lower_is_better else 1
    said = {"breached": 0, "kept": 0, "rightly": 0}
    for vendor in range(vendors):
        if vendor % 10 == 0:
            delivery = made(stream)
            truth = delivery.truth(metric)
            terms = [contract(metric, truth + better * step) for step in (-1e-6, 1e-6)]
            far = contract(metric, truth / 4) if better < 0 else contract(metric, (3 + truth) / 4)
        seen = delivery.sample(np.sort(stream.permutation(CLIPS)[:DRAWN]), f"{seed}-{vendor}")
        for one, word, kind in ((terms[0], "breached", "breached"), (terms[1], "kept", "kept"),
                                (far, "breached", "rightly")):  # fmt: skip
            (trial,) = _judge(one, seen, "again", one.clauses[0])
            said[kind] += trial(one.clauses[0]).verdict == word
    return {word: count / vendors for word, count in said.items()}


def most(risk: float, vendors: int) -> float:
    return risk + 3 * math.sqrt(risk * (1 - risk) / vendors)


@pytest.mark.slow
@pytest.mark.parametrize("metric", UNITS)
def test_wrong_words_on_tracks_are_as_rare_as_agreed(metric: str) -> None:
    found = words(metric, 80, 4)
    assert found["breached"] <= most(ALPHA, 80), found
    assert found["kept"] <= most(BETA, 80), found


def test_a_few_deliveries_at_the_limit_and_far_from_it() -> None:
    found = words("idf1", 20, 9)
    assert found["breached"] <= most(ALPHA, 20)
    assert found["kept"] <= most(BETA, 20)
    assert found["rightly"] > 0.5
