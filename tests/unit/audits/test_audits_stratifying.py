"""Samples drawn from strata, through audit(): verdicts, bounds, and rates of wrong words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.audits.walking_samples import audited, clause, delivery
from vendoreval.audits.records import Finding
from vendoreval.audits.stratifying import bounds
from vendoreval.designs.strata import Stratum, stratified_e_values

SIZES = {"common": 1_500, "rare": 300}
N = sum(SIZES.values())
STRATA = {f"item-{k}": "common" if k < SIZES["common"] else "rare" for k in range(N)}


def drawn(wrong: NDArray[np.bool_], rng: np.random.Generator, common: int, rare: int, **rule: Any) -> Finding:
    items = [
        *rng.permutation(SIZES["common"])[:common],
        *(SIZES["common"] + rng.permutation(SIZES["rare"])[:rare]),
    ]
    picked = [int(item) for item in items]
    seen = delivery(
        wrong, picked, seed="s", strata={f"item-{k}": STRATA[f"item-{k}"] for k in picked}, stratum_sizes=SIZES
    )
    return audited(clause(rule.pop("rule", "sequential"), **rule), seen)


def spoiled(rng: np.random.Generator, common: int, rare: int) -> NDArray[np.bool_]:
    wrong = np.zeros(N, dtype=np.bool_)
    wrong[rng.permutation(SIZES["common"])[:common]] = True
    wrong[SIZES["common"] + rng.permutation(SIZES["rare"])[:rare]] = True
    return wrong


def test_the_estimate_weighs_the_strata_and_the_bounds_hold_it() -> None:
    rng = np.random.default_rng(2)
    found = drawn(spoiled(rng, 15, 150), rng, 200, 200)
    assert found.estimate is not None
    assert found.estimate == pytest.approx(1 - 165 / N, abs=0.02)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.estimate < found.high
    assert "strata" in found.method
    assert drawn(spoiled(rng, 300, 100), rng, 300, 100).verdict == "breached"
    assert drawn(spoiled(rng, 0, 0), rng, 600, 120, tolerated="0.95").verdict == "kept"


def test_rules_without_a_combined_test_are_not_run() -> None:
    rng = np.random.default_rng(2)
    for rule in ("claim", "fixed"):
        more = {"items": 100} if rule == "fixed" else {}
        assert drawn(spoiled(rng, 15, 150), rng, 200, 200, rule=rule, **more).verdict == "not_run"


def test_bounds_are_what_the_e_values_do_not_disprove() -> None:
    strata = (Stratum(60, 20, 3), Stratum(25, 10, 0))
    low, high = bounds(strata, 0.9)
    kept = [
        wrong
        for wrong in range(3, 58)
        if stratified_e_values(strata, wrong, 85).p_breached > 0.05
        and stratified_e_values(strata, 0, wrong).p_kept > 0.05
    ]
    assert (round(85 * (1 - high)), round(85 * (1 - low))) == (kept[0], kept[-1])


@pytest.mark.slow
def test_wrong_words_stay_as_rare_as_agreed_however_errors_lie() -> None:
    rng, vendors = np.random.default_rng(5), 200
    allowed = math.floor(N * 0.03)
    for rare in (0, 9, allowed):
        said = sum(
            drawn(spoiled(rng, allowed - rare, rare), rng, 250, 150).verdict == "breached"
            for _ in range(vendors)
        )
        assert said / vendors <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / vendors)
