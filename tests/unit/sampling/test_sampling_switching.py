"""Switching rules, walked through by hand, and what every walk must keep."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.sampling.switching import Edition, Inspected, Switching, within_tighter

GOOD = Inspected("accepted", accept=7, within_tighter=True)
BARELY = Inspected("accepted", accept=7)
ZERO = Inspected("accepted", accept=0)
BAD = Inspected("refused", accept=7)
DOUBT = Inspected("accepted_with_doubt", accept=7)
EDITIONS: tuple[Edition, ...] = ("mil-std-105e", "iso2859-1")


def walk(edition: Edition, deliveries: Iterable[Inspected]) -> Switching:
    state = Switching(edition)
    for delivery in deliveries:
        state = state.after(delivery)
    return state


@pytest.mark.parametrize("edition", EDITIONS)
def test_two_refusals_of_five_tighten(edition: Edition) -> None:
    assert walk(edition, [BAD, GOOD, GOOD, GOOD, BAD]).inspection == "tightened"
    assert walk(edition, [BAD, BAD]).inspection == "tightened"
    assert walk(edition, [BAD, GOOD, GOOD, GOOD, GOOD, BAD]).inspection == "normal"


@pytest.mark.parametrize("edition", EDITIONS)
def test_five_in_a_row_relax(edition: Edition) -> None:
    assert walk(edition, [BAD, BAD, *[GOOD] * 4]).inspection == "tightened"
    assert walk(edition, [BAD, BAD, *[GOOD] * 5]).inspection == "normal"
    assert walk(edition, [BAD, BAD, *[GOOD] * 4, BAD, *[GOOD] * 4]).inspection == "tightened"


def test_iso_stops_after_five_refusals_on_tightened() -> None:
    assert not walk("iso2859-1", [BAD, BAD, *[BAD, GOOD] * 4]).stopped
    stopped = walk("iso2859-1", [BAD, BAD, *[BAD, GOOD] * 4, BAD])
    assert stopped.stopped
    with pytest.raises(InputError, match="was stopped"):
        stopped.after(GOOD)
    assert stopped.resumed() == Switching("iso2859-1", "tightened")


def test_105e_stops_after_ten_deliveries_on_tightened() -> None:
    assert not walk("mil-std-105e", [BAD, BAD, *[GOOD, BAD, GOOD] * 3]).stopped
    assert walk("mil-std-105e", [BAD, BAD, *[GOOD, BAD, GOOD] * 3, BAD]).stopped


def test_iso_reduces_by_score() -> None:
    assert walk("iso2859-1", [GOOD] * 9).inspection == "normal"
    assert walk("iso2859-1", [GOOD] * 10).inspection == "reduced"
    assert walk("iso2859-1", [GOOD] * 9 + [BARELY] + [GOOD] * 9).inspection == "normal"
    assert walk("iso2859-1", [ZERO] * 14).inspection == "normal"
    assert walk("iso2859-1", [ZERO] * 15).inspection == "reduced"
    unsteady = Inspected("accepted", 7, within_tighter=True, steady=False)
    assert walk("iso2859-1", [GOOD] * 9 + [unsteady]).inspection == "normal"


def test_105e_reduces_after_ten_accepted() -> None:
    assert walk("mil-std-105e", [BARELY] * 9).inspection == "normal"
    assert walk("mil-std-105e", [BARELY] * 10).inspection == "reduced"
    assert walk("mil-std-105e", [BARELY] * 5 + [BAD] + [BARELY] * 9).inspection == "normal"


@pytest.mark.parametrize("edition", EDITIONS)
def test_any_doubt_ends_reduced_inspection(edition: Edition) -> None:
    reduced = walk(edition, [GOOD] * 10)
    assert reduced.after(GOOD).inspection == "reduced"
    assert reduced.after(DOUBT) == Switching(edition)
    assert reduced.after(BAD) == Switching(edition)


def test_one_step_tighter() -> None:
    assert within_tighter("K", "2.5", 5)  # AQL 1.5 accepts 5, AQL 2.5 accepts 7
    assert not within_tighter("K", "2.5", 6)
    assert within_tighter("Q", "0.010", 0)
    assert not within_tighter("Q", "0.010", 1)


@given(st.sampled_from(EDITIONS), st.lists(st.sampled_from([GOOD, BARELY, ZERO, BAD, DOUBT]), max_size=60))
def test_reduced_never_follows_a_refusal(edition: Edition, deliveries: list[Inspected]) -> None:
    state = Switching(edition)
    for delivery in deliveries:
        if state.stopped:
            break
        before, state = state.inspection, state.after(delivery)
        if delivery.outcome == "refused":
            assert state.inspection != "reduced"
        if before == "tightened":
            assert state.inspection != "reduced"
