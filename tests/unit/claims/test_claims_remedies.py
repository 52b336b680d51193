from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from vendoreval.audits.records import BREACHED, Finding
from vendoreval.claims.extrapolating import extrapolate
from vendoreval.claims.records import Demand, Extrapolation
from vendoreval.claims.remedies import Grounds, delivery_price, ladder
from vendoreval.contracts.terms import Clause, Contract, Decision, Price, Remedy, Task
from vendoreval.money import Money

CLAUSE = Clause("accuracy", "accuracy", "item", "delivery", "0.97", Decision("claim"), ("r",))
FLOOR = replace(CLAUSE, id="floor", metric="recall", scope="class")
COUNTS = {"items": 1000, "labels": 5000}
GROUND = Extrapolation("accuracy", None, 16, 200, 1000, 80, 54, 30, 0.95, 4)


def contract(*remedies: Remedy, price: Price | None = Price(Decimal("0.30"), "item")) -> Contract:
    named = tuple(remedy.id for remedy in remedies)
    clauses = (replace(CLAUSE, remedy=named), replace(FLOOR, remedy=named))
    task = Task("classification", ("a", "b"))
    return Contract("c", "v", "t", "USD", task, clauses, price=price, remedies=remedies)


def demand(
    remedy: Remedy, *grounds: Extrapolation, price: Price | None = Price(Decimal("0.30"), "item")
) -> Demand:
    (only,) = ladder(contract(remedy, price=price), Grounds(grounds or (GROUND,), 200, COUNTS))
    return only


def cents(money: Money | None) -> int | None:
    return None if money is None else money.minor


# 1,000 items at 0.30; 54 wrong proven at the least, 80 estimated, 16 found in 200; 30 (6 of 200) allowed
BY_HAND = {
    "credit beyond what is allowed": (Remedy("r", "credit"), 24 * 30, 50 * 30),
    "credit for every wrong unit": (Remedy("r", "credit", excess_only=False), 54 * 30, 80 * 30),
    "credit on the estimate": (Remedy("r", "credit", basis="estimate"), 50 * 30, 50 * 30),
    "credit on what was found": (Remedy("r", "credit", basis="found"), 10 * 30, 10 * 30),
    "credit at a price of its own": (Remedy("r", "credit", per_unit=Decimal("0.125")), 300, 625),
    "credit half up": (Remedy("r", "credit", per_unit=Decimal("0.00020833")), 0, 1),
    "credit in per cent": (Remedy("r", "credit", percent=Decimal(5)), 1500, 1500),
    "credit fixed": (Remedy("r", "credit", amount=Decimal("99.99")), 9999, 9999),
    "credit with a cap": (Remedy("r", "credit", cap_percent=Decimal(3)), 720, 900),
    "credit with a low cap": (Remedy("r", "credit", cap_percent=Decimal("0.5")), 150, 150),
    "audit cost": (Remedy("r", "audit_cost", per_unit=Decimal("0.5")), 10000, 10000),
    "audit cost fixed": (Remedy("r", "audit_cost", amount=Decimal(250)), 25000, 25000),
    "withhold all": (Remedy("r", "withhold"), 30000, 30000),
    "refund a part": (Remedy("r", "refund", percent=Decimal("12.5")), 3750, 3750),
    "rework": (Remedy("r", "rework", rounds=2), None, None),
    "termination": (Remedy("r", "termination"), None, None),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_amounts_by_hand(case: str) -> None:
    remedy, amount, on_estimate = BY_HAND[case]
    asked = demand(remedy)
    assert (cents(asked.amount), cents(asked.amount_on_estimate)) == (amount, on_estimate)
    assert asked.text.endswith(".")


def test_no_sum_is_invented_without_a_countable_price() -> None:
    hourly = Price(Decimal(30), "frame")
    assert delivery_price(contract(price=hourly), COUNTS) is None
    assert demand(Remedy("r", "refund"), price=hourly).amount is None
    assert demand(Remedy("r", "credit", cap_percent=Decimal(10)), price=hourly).amount is None
    assert delivery_price(contract(price=Price(Decimal("0.01"), "label")), COUNTS) == 50


def test_the_same_wrong_units_are_credited_once() -> None:
    floor = replace(
        GROUND, clause="floor", group="a", found=9, sample=50, population=50, at_least=9, estimate=9
    )
    asked = demand(Remedy("r", "credit"), GROUND, floor)
    assert cents(asked.amount) == 720
    assert "counted once" in asked.text
    assert cents(demand(Remedy("r", "credit"), floor).amount) == (9 - 1) * 30


def test_ladder_keeps_the_contracts_order_and_leaves_out_what_no_breach_names() -> None:
    remedies = (Remedy("r2", "rework"), Remedy("r1", "termination"), Remedy("r3", "credit"))
    terms = contract(*remedies)
    terms = replace(terms, clauses=(replace(CLAUSE, remedy=("r1", "r2")), replace(FLOOR, remedy=("r3",))))
    asked = ladder(terms, Grounds((GROUND,), 200, COUNTS))
    assert [entry.remedy for entry in asked] == ["r2", "r1"]


@given(
    population=st.integers(1, 5000), share=st.fractions(0, 1), wrong=st.fractions(0, 1),
    percent=st.decimals("0.1", 100, places=1), excess=st.booleans(),
    basis=st.sampled_from(["lower_bound", "estimate", "found"]),
)  # fmt: skip
def test_no_amount_exceeds_its_cap_and_none_is_negative(
    population: int, share: Fraction, wrong: Fraction, percent: Decimal, excess: bool, basis: str
) -> None:
    sample = max(1, int(population * share))
    found = int(sample * wrong)
    ground = replace(GROUND, population=population, sample=sample, found=found,
                     at_least=found, estimate=population * found // sample)  # fmt: skip
    remedy = Remedy("r", "credit", per_unit=Decimal(7), cap_percent=percent, excess_only=excess, basis=basis)  # type: ignore[arg-type]
    asked = demand(remedy, ground)
    cap = Money.of(Decimal(300) * percent / 100, "USD")
    for amount in (asked.amount, asked.amount_on_estimate):
        assert amount is not None
        assert 0 <= amount.minor <= cap.minor


def finding(**other: object) -> Finding:
    base = Finding("accuracy", "accuracy", "item", "delivery", None, "0.97", BREACHED, "", estimate=0.92,
                   low=0.87, high=0.95, confidence=0.95, n=200, errors=16, clusters=200, population=1000,
                   strikeouts=4)  # fmt: skip
    return replace(base, **other)  # type: ignore[arg-type]


def test_exact_lower_bound_is_the_published_one() -> None:
    # 16 wrong of 200 from 1,000: ExactCIone's one-sided 95 % lower bound is 54 (STATISTICS a1)
    found = extrapolate(CLAUSE, finding(), COUNTS)
    assert found == GROUND
    assert hypergeom.sf(15, 1000, 53, 200) <= 0.05 < hypergeom.sf(15, 1000, 54, 200)


def test_clustered_finding_takes_the_far_end_of_its_interval() -> None:
    label = replace(CLAUSE, unit="label")
    found = extrapolate(label, finding(n=1000, errors=80, clusters=200, high=0.95), COUNTS)
    assert (found.population, found.at_least, found.estimate, found.allowed) == (5000, 250, 400, 150)
    wrong = replace(label, metric="error_rate", threshold="0.03")
    rate = finding(metric="error_rate", n=1000, errors=80, clusters=200, low=0.05, high=0.13)
    assert extrapolate(wrong, rate, COUNTS).at_least == 250
    assert extrapolate(wrong, rate, COUNTS).allowed == 150


@pytest.mark.parametrize(
    "other",
    [
        {"metric": "recall", "scope": "class", "group": "a"},
        {"population": None},
        {"population": 200},
        {"scope": "edge_case"},
        {"metric": "completeness"},
    ],
)
def test_nothing_is_extrapolated_where_the_population_is_unknown_or_audited_whole(
    other: dict[str, object],
) -> None:
    found = extrapolate(FLOOR, finding(**other), COUNTS)
    assert (found.population, found.at_least, found.estimate, found.allowed) == (200, 16, 16, 6)


@given(population=st.integers(1, 3000), data=st.data())
def test_lower_bound_lies_between_what_was_found_and_the_estimate(population: int, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, population))
    errors = data.draw(st.integers(0, n))
    found = extrapolate(CLAUSE, finding(n=n, errors=errors, clusters=n, population=population), COUNTS)
    assert errors <= found.at_least <= found.estimate + 1
    assert found.estimate <= found.population
