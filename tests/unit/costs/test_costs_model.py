"""The cost model against hand-computed examples, the worked example of docs/cost.md, and properties."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.costs.choosing import (
    ACCURACIES,
    at_accuracy,
    best_accuracy,
    break_even,
    quoted_price,
    tornado,
    worth,
)
from vendoreval.costs.fields import FIELDS
from vendoreval.costs.inputs import CostInputs, Quote, parse_costs, template
from vendoreval.costs.model import (
    LINES,
    assumed,
    chance_to_pass,
    cost,
    effective_share,
    expected_submissions,
)
from vendoreval.errors import InputError, InvalidDocument

HEAD = 'schema = "vendoreval/cost-inputs/1"\nname = "{name}"\ncurrency = "USD"\n'
OFFER_A = (
    HEAD.format(name="A")
    + """
[labels]
units = 100000
price = "0.04"
accuracy = 0.90
[audit]
items = 1000
per_item = "0.50"
[rework]
found = 0.5
fix = "0.25"
[engineering]
hours = 120
rate = 100
[training]
retrainings = 0.8
gpu_hours = 1000
gpu_rate = 4
hours = 80
[delay]
weeks = 3
per_week = 8000
[failure]
escaped = "0.10"
"""
)
OFFER_B = (
    HEAD.format(name="B")
    + """
[labels]
units = 100000
price = "0.08"
accuracy = 0.985
[audit]
items = 1000
per_item = "0.50"
[rework]
found = 0.5
free = true
[engineering]
hours = 20
[training]
retrainings = 0.05
gpu_hours = 1000
gpu_rate = 4
hours = 80
[failure]
escaped = "0.10"
"""
)


def offer(text: str = OFFER_A, **values: float) -> CostInputs:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return parse_costs(text).inputs().changed(changed)


def test_the_worked_example_of_the_conventions() -> None:
    one, two = cost(offer()), cost(offer(OFFER_B))
    assert one.lines["labels"] == pytest.approx(4000)
    assert two.lines["labels"] == pytest.approx(8000)
    assert one.total == pytest.approx(51_850)
    assert two.total == pytest.approx(11_175)
    assert round(one.per_correct, 3) == 0.576
    assert round(two.per_correct, 3) == 0.113
    assert round(break_even(offer(), offer(OFFER_B)).labels_only, 3) == 0.015
    assert round(one.per_listed, 4) == 0.0444
    assert one.per_effective == pytest.approx(0.0625)


def test_every_line_by_hand() -> None:
    inputs = offer(
        labels__setup=700.0, acceptance__sample=10.0, acceptance__allowed_errors=0.0, acceptance__rounds=2.0,
        acceptance__manage=300.0, acceptance__weeks=0.5, failure__probability=0.01, failure__loss=50_000.0,
    )  # fmt: skip
    found = cost(inputs)
    passed = 0.9**10
    assert found.p_pass == pytest.approx(passed)
    assert found.submissions == pytest.approx(1 + (1 - passed))
    again = 1 - passed
    assert found.lines == {
        "labels": pytest.approx(4000),
        "setup": pytest.approx(700),
        "audit": pytest.approx((1 + again) * 500),
        "rework": pytest.approx(10_000 * 0.5 * 0.25),
        "returns": pytest.approx(again * 300),
        "engineering": pytest.approx(12_000),
        "training": pytest.approx(0.8 * (1000 * 4 + 80 * 100)),
        "delay": pytest.approx((3 + again * 0.5) * 8000),
        "escaped": pytest.approx(10_000 * 0.5 * 0.10),
        "failure": pytest.approx(500),
    }
    assert found.total == pytest.approx(sum(found.lines.values()))
    assert found.wrong_in_use == pytest.approx(5000)
    assert list(found.lines) == list(LINES)


@pytest.mark.parametrize(
    ("wrong", "two", "ten"),
    [(0.01, 0.96, 0.98), (0.02, 0.92, 0.96), (0.05, 0.81, 0.89), (0.10, 0.64, 0.79), (0.20, 0.36, 0.61)],
)  # fmt: skip
def test_effective_labels_equal_the_published_table(wrong: float, two: float, ten: float) -> None:
    assert effective_share(wrong, 2) == pytest.approx(two, abs=0.005)
    assert effective_share(wrong, 10) == pytest.approx(ten, abs=0.0051)


def test_noise_at_chance_teaches_nothing() -> None:
    assert effective_share(0.5, 2) == 0
    assert effective_share(0.7, 2) == 0
    assert cost(offer(labels__accuracy=0.5)).per_effective is None


def test_expected_submissions_by_enumeration() -> None:
    for p in (0.1, 0.5, 0.93):
        by_hand = sum(k * p * (1 - p) ** (k - 1) for k in (1, 2)) + 3 * (1 - p) ** 2
        assert expected_submissions(p, 3) == pytest.approx(by_hand)
    assert expected_submissions(0.0, 4) == 4
    assert expected_submissions(0.2, 400) == pytest.approx(5)
    assert expected_submissions(1.0, 3) == 1
    assert chance_to_pass(0.3, 0, 0) == 1


RISING = [one.name for one in FIELDS if one.kind in ("money", "number") or one.name == "audit.items"]


@given(st.sampled_from(RISING), st.floats(0, 1e6), st.floats(0, 1e6))
def test_no_cost_falls_when_an_input_rises(name: str, some: float, more: float) -> None:
    low, high = sorted((some, more))
    assert cost(offer().changed({name: low})).total <= cost(offer().changed({name: high})).total


@given(st.floats(0.05, 1), st.floats(0.05, 1))
def test_a_better_accuracy_at_the_same_price_never_costs_more(one: float, two: float) -> None:
    inputs = offer(acceptance__sample=50.0, acceptance__allowed_errors=2.0, failure__loss=1e5)
    low, high = sorted((one, two))
    worse, better = (cost(at_accuracy(inputs, accuracy)) for accuracy in (low, high))
    assert better.per_correct <= worse.per_correct * (1 + 1e-9)
    assert worth(inputs, low) <= worth(inputs, high) + 1e-9


@given(st.sampled_from(ACCURACIES))
def test_the_price_worth_paying_solves_the_equation(accuracy: float) -> None:
    inputs = offer()
    paid = cost(at_accuracy(inputs, accuracy, worth(inputs, accuracy)))
    assert paid.per_correct == pytest.approx(cost(inputs).per_correct)


def test_the_present_accuracy_is_worth_its_price() -> None:
    assert worth(offer(), 0.90) == pytest.approx(0.04)


def test_break_even_makes_both_totals_equal() -> None:
    one, two = offer(), offer(OFFER_B)
    premium = break_even(one, two)
    price = one["labels.price"] + premium.all_costs
    assert cost(two.changed({"labels.price": price})).total == pytest.approx(cost(one).total)
    assert (premium.better, premium.other) == ("B", "A")
    assert break_even(two, one) == premium


def test_break_even_compares_the_same_quantity() -> None:
    """Two offers of which one was measured on fewer labels: the premium of a label stays what it is."""
    one, two = offer(), offer(OFFER_B)
    half = one.changed({"labels.units": one["labels.units"] / 2})
    assert break_even(half, two).all_costs == pytest.approx(break_even(one, two).all_costs)


def test_break_even_by_the_formula_where_only_labels_cost() -> None:
    zero = dict.fromkeys(("engineering.hours", "training.retrainings", "delay.weeks"), 0.0)
    one = offer().changed(zero)
    premium = break_even(one, one.changed({"labels.accuracy": 0.985}))
    assert premium.labels_only == pytest.approx(0.085 * (0.5 * 0.25 + 0.5 * 0.10))
    assert premium.all_costs == pytest.approx(premium.labels_only)


def test_offers_in_two_currencies_are_refused() -> None:
    with pytest.raises(InputError, match="priced in"):
        break_even(offer(), offer(OFFER_B.replace("USD", "EUR")))


QUOTES = (Quote(0.90, 0.04), Quote(0.95, 0.06), Quote(0.98, 0.10), Quote(0.999, 0.80))


def quoted(loss: float) -> CostInputs:
    inputs = offer(failure__probability=0.5, failure__loss=loss)
    return CostInputs(inputs.name, inputs.currency, inputs.values, inputs.given, QUOTES)


@pytest.mark.parametrize("loss", [0.0, 20_000.0, 400_000.0])
def test_the_best_accuracy_equals_a_grid_search(loss: float) -> None:
    inputs = quoted(loss)
    best = best_accuracy(inputs)
    assert best is not None
    grid = [0.90 + 0.099 * step / 20_000 for step in range(20_001)]

    def per_correct(accuracy: float) -> float:
        return cost(at_accuracy(inputs, accuracy, quoted_price(QUOTES, accuracy))).per_correct

    found = min(grid, key=per_correct)
    assert best.accuracy == pytest.approx(found, abs=1e-5)
    assert best.per_correct <= per_correct(found) + 1e-12


def test_the_best_accuracy_rises_with_the_cost_of_failure() -> None:
    found = [best_accuracy(quoted(loss)) for loss in (0.0, 2e4, 2e5, 2e6)]
    accuracies = [best.accuracy for best in found if best]
    assert len(accuracies) == 4
    assert accuracies == sorted(accuracies)


def test_prices_between_quotes() -> None:
    assert quoted_price(QUOTES, 0.95) == pytest.approx(0.06)
    # Half the errors between 10 % and 5 %: one step of the same factor for each halving.
    assert quoted_price(QUOTES, 1 - (0.1 * 0.05) ** 0.5) == pytest.approx((0.04 * 0.06) ** 0.5)
    with pytest.raises(InputError, match="No quoted price"):
        quoted_price(QUOTES, 0.5)
    assert best_accuracy(offer()) is None


def test_the_tornado_moves_each_input_alone_and_sorts_by_effect() -> None:
    inputs = offer()
    swings = tornado(inputs)
    assert [s.width for s in swings] == sorted((s.width for s in swings), reverse=True)
    named = {s.name: s for s in swings}
    assert named["delay.weeks"].at_low == pytest.approx(cost(offer(delay__weeks=1.5)).per_correct)
    assert named["delay.weeks"].at_high == pytest.approx(cost(offer(delay__weeks=4.5)).per_correct)
    assert named["labels.accuracy"].low == pytest.approx(0.85)
    assert named["labels.accuracy"].high == pytest.approx(0.95)
    assert "failure.loss" not in named  # nothing known, nothing moved


def test_a_range_of_ones_own_replaces_the_usual_one() -> None:
    text = OFFER_A + '[range]\n"delay.weeks" = [1, 6]\n'
    swing = next(s for s in tornado(offer(text)) if s.name == "delay.weeks")
    assert (swing.low, swing.high) == (1, 6)


def test_the_template_reads_and_names_every_input() -> None:
    text = template()
    inputs = parse_costs(text).inputs()
    assert inputs["rework.fix"] == pytest.approx(2 * inputs["labels.price"])
    for one in FIELDS:
        assert f"{one.key} =" in text
        assert one.meaning in text
        if one.default is not None:
            assert inputs[one.name] == one.default or one.name in inputs.given
    uncommented = text.replace("# setup =", "setup =").replace("# fix =", "fix =").replace("# free =", "free =")
    assert parse_costs(uncommented).inputs().values == inputs.values


def test_every_default_says_where_it_comes_from() -> None:
    assert all(one.source for one in FIELDS if one.name not in offer(template()).given)
    listed = {name for name, _, _ in assumed(parse_costs(template()).inputs())}
    assert listed == {"labels.classes", "rework.fix", "rework.found"}
    assert "rework.fix" not in {name for name, _, _ in assumed(offer(OFFER_B))}


def test_values_of_one_vendor_count_for_it_alone() -> None:
    file = parse_costs(OFFER_A + "[vendor.acme.delay]\nweeks = 9\n")
    assert file.inputs("acme")["delay.weeks"] == 9
    assert file.inputs("other")["delay.weeks"] == 3
    measured = file.inputs("acme", {"labels.price": 7.0}, {"labels.accuracy": 0.75})
    assert measured["labels.price"] == pytest.approx(0.04)  # the file before the contract
    assert measured["labels.accuracy"] == 0.75  # the audit before the file


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("accuracy = 0.90", "accuracy = 90", "line 8, labels.accuracy: 90 does not lie between 0 and 1"),
        ("units = 100000", "units = 2.5", "labels.units: 2.5 is no whole number"),
        ("units = 100000", "units = 0", "labels.units: must be at least 1"),
        ('price = "0.04"', 'price = "cheap"', "labels.price: 'cheap' is no plain number"),
        ("weeks = 3", "week = 3", "delay.week: is not a known field. Did you mean 'weeks'?"),
        ("[delay]", "[delays]", "delays: is not a known field. Did you mean 'delay'?"),
        ("found = 0.5", "found = true", "rework.found: 'True' is no plain number"),
        (
            'fix = "0.25"', "free = 1", "rework.free: must be true or false"),
        ("units = 100000\n", "", "labels.units: is missing: labels bought"),
        ("cost-inputs/1", "cost-inputs/9", "cannot be read by this version"),
        ("[delay]", '[range]\n"delay.week" = [1, 2]\n[delay]', "is no input of the cost model"),
        ("[delay]", '[range]\n"delay.weeks" = 4\n[delay]', "must be two numbers"),
        ("[delay]", "[[quote]]\naccuracy = 1\n[delay]", "quote.1.price: is missing"),
    ],
)  # fmt: skip
def test_wrong_files_are_explained(before: str, after: str, says: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        parse_costs(OFFER_A.replace(before, after)).inputs()
    assert says in str(refused.value)


def test_no_label_right_has_no_price() -> None:
    with pytest.raises(InputError, match="No label is right"):
        cost(offer(labels__accuracy=0.0))


def test_the_record_holds_every_input_with_its_origin() -> None:
    record: dict[str, Any] = cost(offer()).to_json()
    assert [row["name"] for row in record["inputs"]] == [one.name for one in FIELDS]
    assert all(row["given"] or row["source"] for row in record["inputs"])
