"""Numbers: exact decimals against plain fractions, tolerances of both kinds, medians, losses."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.tasks.scale_samples import judged, labels_of, measured
from vendoreval.contracts.terms import Task
from vendoreval.labels.columns import Coded
from vendoreval.labels.notation import Classes
from vendoreval.labels.numbers import equal_numbers_alike, plain_number
from vendoreval.tasks.numeric import TYPE, tolerance_of

numbers = st.decimals(-1000, 1000, places=3).map(lambda one: f"{one:f}")


def task(tolerance: str = "0", **more: object) -> Task:
    return Task("numeric", (), matching={"tolerance": tolerance}, **more)  # type: ignore[arg-type]


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=20), numbers, st.booleans())
def test_outcomes_and_losses_are_those_of_fractions(
    pairs: list[tuple[str, str]], limit: str, relative: bool
) -> None:
    tolerance = limit.removeprefix("-")
    how = task(f"{tolerance}%" if relative else tolerance)
    gold = {f"i{k}": truth for k, (truth, _) in enumerate(pairs)}
    outcomes = judged(gold, [(f"i{k}", "w", said) for k, (_, said) in enumerate(pairs)], how)
    gaps = [abs(Fraction(said) - Fraction(truth)) for truth, said in pairs]
    room = [Fraction(tolerance) * (abs(Fraction(truth)) / 100 if relative else 1) for truth, _ in pairs]
    assert outcomes.right.tolist() == [gap <= most for gap, most in zip(gaps, room, strict=True)]
    loss = measured("mae", outcomes, how, cap=Fraction(2000))
    assert loss.lost == sum(gaps) / len(gaps)
    exact = measured("exact_match", outcomes, how)
    assert exact.errors == sum(gap > 0 for gap in gaps)


def test_decimals_are_exact_and_stay_as_they_were_written() -> None:
    said = [("a", "w", "0.10"), ("b", "w", "1.0"), ("c", "w", "-0")]
    outcomes = judged({"a": "0.3", "b": "1", "c": "0"}, said, task("0.2"))
    assert outcomes.right.all()
    assert outcomes.delivered.text() == ["0.10", "1.0", "-0"]
    assert not judged({"a": "0.3"}, [("a", "w", "0.0999")], task("0.2")).right.any()


def test_a_percentage_is_of_golds_own_size() -> None:
    assert tolerance_of(task("5%")) == tolerance_of(task("5 %")) == (Fraction(1, 20), True)
    assert tolerance_of(task("0.05")) == (Fraction(1, 20), False)
    said = [("a", "w", "-105"), ("b", "w", "0.001"), ("c", "w", "95")]
    assert judged({"a": "-100", "b": "0", "c": "100"}, said, task("5%")).right.tolist() == [True, False, True]


def test_an_error_beyond_the_agreed_worst_counts_as_that_worst() -> None:
    outcomes = judged({"a": "1", "b": "1"}, [("a", "w", "1000001"), ("b", "w", "1")], task())
    loss = measured("mae", outcomes, task(), cap=Fraction(10))
    assert (loss.lost, loss.beyond) == (Fraction(500000), 1)
    assert loss.ys[0].sum() * 2 == loss.xs[0].sum() * loss.scale


def test_what_was_sent_and_not_answered_loses_the_worst() -> None:
    outcomes = judged({"a": "1", "b": "1"}, [("a", "w", "2")], task())
    assert measured("mae", outcomes, task(), cap=Fraction(10), omissions=True).lost == Fraction(11, 2)
    assert measured("mae", outcomes, task(), cap=Fraction(10)).lost == 1


@given(st.lists(numbers, min_size=1, max_size=9))
def test_the_consensus_is_the_lower_median(said: list[str]) -> None:
    voted = TYPE.vote(labels_of([("i", f"w{k}", one) for k, one in enumerate(said)]), task())
    assert voted is not None
    answer = voted.text("label")[0]
    assert answer in said
    assert Decimal(answer or "") == sorted(map(Decimal, said))[(len(said) - 1) // 2]


@pytest.mark.parametrize(
    "text", ["about 4", "1,5", "", "nan", "inf", "1_000", "four", "1e99999", "[1, 2]", "{}"]
)
def test_a_text_that_is_no_number_is_refused(text: str) -> None:
    assert Classes((), numbers=True).read(text).refused


def test_numbers_are_read_as_they_stand_and_compared_as_one() -> None:
    read = Classes((), numbers=True).read
    assert [read(text).label for text in (" 1.50 ", "[2]", "+3", ".5", "1e3")] == [
        "1.50",
        "2",
        "+3",
        ".5",
        "1e3",
    ]
    assert [plain_number(text) for text in ("1.50", "1e3", "-0.0", "007", "x")] == [
        "1.5",
        "1000",
        "0",
        "7",
        "x",
    ]
    alike = equal_numbers_alike(Coded.from_text(["10", "9", "1e1", "x", "9.0"]))
    assert (alike.values, alike.codes.tolist()) == (("9", "10"), [1, 0, 1, -1, 0])
