"""Pilots: sizes against scipy's binomial, limits from the contract, what too few items still find."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import binom, norm

from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.errors import InputError, UsageError
from vendoreval.inference.power import fall_found
from vendoreval.pilots.pilot import (
    ALPHA,
    POWER,
    Block,
    PilotPlan,
    plan_pilot,
    sentences,
    surge_share,
    tasks_wanted,
)
from vendoreval.resources import resource

SAMPLE = parse_contract((resource("samples") / "contracts" / "weather-sentiment.toml").read_text("utf-8"))


def asking(threshold: str, metric: str = "accuracy") -> Contract:
    clause = replace(SAMPLE.clauses[0], threshold=threshold, metric=metric)
    return replace(SAMPLE, clauses=(clause,))


def block(plan: PilotPlan, name: str) -> Block:
    return next(one for one in plan.blocks if one.name == name)


@pytest.mark.parametrize("threshold", ["0.80", "0.88", "0.95", "0.98", "0.99"])
def test_every_block_holds_its_risk_and_its_power(threshold: str) -> None:
    plan = plan_pilot(asking(threshold), 10_000)
    for one in plan.blocks:
        allowed = float(1 - one.limit)
        assert binom.sf(one.critical, one.tasks, allowed) <= ALPHA
        found = float(binom.sf(one.critical, one.tasks, min(one.factor * allowed, 1)))
        assert found == pytest.approx(one.power)
        if one.name != "repeats":
            assert found >= POWER


def test_sizes_equal_the_published_table() -> None:
    # CONVENTIONS §5.4: 95 % needs 233 items (17 allowed) for twice the errors, 9 times in 10.
    main = plan_pilot(asking("0.95"), 1000).blocks[0]
    assert (main.items, main.critical) == (233, 17)


def test_error_rates_are_turned() -> None:
    assert plan_pilot(asking("0.05", "error_rate"), 99).blocks == plan_pilot(asking("0.95"), 99).blocks


def test_repeats_are_no_new_items_and_never_more_than_the_main_ones() -> None:
    plan = plan_pilot(asking("0.80"), 1000)
    again = block(plan, "repeats")
    assert again.items == 0
    assert again.tasks <= plan.blocks[0].items
    assert plan.tasks == plan.items + again.tasks


@pytest.mark.parametrize(("threshold", "classes"), [("0.80", 2), ("0.88", 5), ("0.93", 3), ("0.99", 4)])
def test_keeping_the_accuracy_is_keeping_the_repeats(threshold: str, classes: int) -> None:
    """A vendor exactly at its accuracy, with independent errors, is blamed for repeats as rarely as planned."""
    task = replace(SAMPLE.task, classes=tuple(f"c{number}" for number in range(classes)))
    again = block(plan_pilot(replace(asking(threshold), task=task), 1000), "repeats")
    rng, right = np.random.default_rng(7), float(threshold)
    shape = (4000, again.tasks)
    first, second = (np.where(rng.random(shape) < right, 0, rng.integers(1, classes, shape)) for _ in range(2))
    misses = (first != second).sum(axis=1)
    assert again.limit <= Fraction(9, 10)
    assert (misses > again.critical).mean() <= ALPHA + 3 * np.sqrt(ALPHA * (1 - ALPHA) / 4000)


def test_what_goes_out_of_what_is_there() -> None:
    made = plan_pilot(asking("0.88"), 1000)
    main, edge = made.blocks[0].tasks, block(made, "edge cases").tasks
    plenty = dict.fromkeys(("main", "edge cases", "guideline change", "ambiguous"), 10_000)
    assert tasks_wanted(made, plenty) == {
        **{one.name: one.tasks for one in made.blocks}, "surge": made.surge,
    }  # fmt: skip
    few = tasks_wanted(made, {"main": main + 5, "edge cases": 3})
    assert (few["main"], few["surge"]) == (main, 5)  # main comes first
    cut = tasks_wanted(made, {"main": 10_000, "edge cases": edge}, edge + 20)
    assert (cut["main"], cut["surge"]) == (20, 0)
    more = tasks_wanted(made, {"main": 10_000, "edge cases": edge}, 500)
    assert more["main"] + more["surge"] + edge == 500
    assert more["surge"] == made.surge
    with pytest.raises(UsageError, match="leave none for the main block"):
        tasks_wanted(made, plenty, 10)


def test_limits_of_blocks_can_be_set() -> None:
    plain = plan_pilot(asking("0.95"), 1000)
    strict = plan_pilot(asking("0.95"), 1000, limits={"edge cases": Fraction("0.94")})
    assert block(strict, "edge cases").items > block(plain, "edge cases").items
    assert block(plain, "edge cases").limit == Fraction("0.90")


def test_too_few_items_are_said_with_what_they_find() -> None:
    plan = plan_pilot(asking("0.98"), 400)
    assert plan.reached < POWER
    assert any("too few" in sentence for sentence in sentences(plan))
    assert plan_pilot(asking("0.98"), 10).reached == 0
    assert not any("too few" in sentence for sentence in sentences(plan_pilot(asking("0.95"), 5000)))


def test_cost_and_record() -> None:
    plan = plan_pilot(asking("0.95"), 1000, cost=Decimal("0.45"))
    assert plan.cost is not None
    assert plan.cost.amount == Decimal("0.45") * plan.tasks
    record = plan.to_json()
    judged = sum(row["tasks"] for row in record["blocks"])
    main, told = plan.blocks[0].tasks, record["surge"]
    assert record["tasks"] == judged + told["gold"]
    assert told["gold"] == 2 * (main // 2)  # twice the calm part's main items
    assert (told["tasks"], told["time"]) == (2 * told["calm_tasks"], 0.5)
    assert surge_share(told["tasks"], told["calm_tasks"]) == Fraction(1, 2)
    assert plan.items == sum(one.items for one in plan.blocks) + plan.surge


@pytest.mark.parametrize("calm", [60, 200, 900])
def test_the_fall_that_a_surge_shows_is_found_nine_times_in_ten(calm: int) -> None:
    """Against simulated pilots: pooled test of two shares, one-sided."""
    rng, right = np.random.default_rng(calm), 0.9
    fall = fall_found(Fraction(9, 10), calm, 2 * calm, ALPHA, POWER)
    one, two = (
        rng.binomial(calm, right, 20_000) / calm,
        rng.binomial(2 * calm, right - fall, 20_000) / (2 * calm),
    )
    pooled = (one + 2 * two) / 3
    z = (one - two) / np.sqrt(np.maximum(pooled * (1 - pooled), 1e-9) * 1.5 / calm)
    assert (z > norm.isf(ALPHA)).mean() == pytest.approx(POWER, abs=0.02)


@pytest.mark.parametrize(
    "contract", [replace(SAMPLE, clauses=SAMPLE.clauses[1:2]), asking("1")], ids=["class-only", "perfect"]
)
def test_contracts_that_ask_for_no_share(contract: Contract) -> None:
    with pytest.raises(InputError, match="no share of right units"):
        plan_pilot(contract, 100)
