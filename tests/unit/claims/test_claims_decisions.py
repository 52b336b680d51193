"""Whether a delivery stands accepted: the window, the rule on silence, and what may follow on what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts import contract_toml
from vendoreval.claims.decisions import IN_WORDS, Decision, check_decision, standing
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict, UsageError

CAME = date(2026, 3, 2)  # a Monday
ENDS = date(2026, 3, 16)  # ten business days later
LATE, LATER, MUCH_LATER = date(2026, 3, 17), date(2026, 4, 1), date(2026, 5, 1)
TASK = {"classes": ["a", "b"]}


def terms(silence: str = "not_accepted", **more: object) -> Contract:
    return parse_contract(contract_toml(task=TASK, acceptance={"window_days": 10, "silence": silence, **more}))


NO_WINDOW = parse_contract(contract_toml(task=TASK))


def said(word: str, day: date = CAME) -> Decision:
    return Decision(word, day, "because", "ann")


@pytest.mark.parametrize(
    ("contract", "decisions", "day", "state", "timely"),
    [
        (terms(), (), ENDS, "open", None),
        (terms(), (), ENDS + timedelta(days=1), "unanswered", None),
        (terms("accepted"), (), ENDS + timedelta(days=1), "accepted_by_silence", None),
        (terms(holidays=[date(2026, 3, 13)]), (), ENDS + timedelta(days=1), "open", None),
        (NO_WINDOW, (), date(2030, 1, 1), "open", None),
        (terms(), (said("accepted"),), ENDS, "accepted", True),
        (terms(), (said("rejected", ENDS),), MUCH_LATER, "rejected", True),
        (terms(), (said("rejected", LATE),), MUCH_LATER, "rejected", False),
        (terms("accepted"), (said("rejected", ENDS),), MUCH_LATER, "rejected", True),
        (terms("accepted"), (said("rejected", LATE),), MUCH_LATER, "accepted_by_silence", False),
        (terms("accepted"), (said("accepted", LATE),), MUCH_LATER, "accepted", False),
        (terms("accepted"), (said("rejected"), said("accepted", LATER)), MUCH_LATER, "accepted",
         False),
        (NO_WINDOW, (said("rejected"),), MUCH_LATER, "rejected", None),
    ],
)  # fmt: skip
def test_where_a_delivery_stands(
    contract: Contract, decisions: tuple[Decision, ...], day: date, state: str, timely: bool | None
) -> None:
    found = standing(contract, CAME, decisions, day)
    assert (found.state, found.timely) == (state, timely)
    assert found.text.startswith(IN_WORDS[state])
    assert found.to_json()["state"] == state


@pytest.mark.parametrize(
    ("before", "new", "error"),
    [
        ((said("accepted"),), said("rejected", ENDS), Conflict),
        ((said("accepted"),), said("accepted", ENDS), Conflict),
        ((said("rejected"),), said("rejected", ENDS), Conflict),
        ((said("rejected", ENDS),), said("accepted", CAME), UsageError),
        ((), said("accepted", CAME - timedelta(days=1)), UsageError),
        ((), said("accepted", date(2026, 6, 1)), UsageError),
        ((), Decision("accepted", CAME, "  ", "ann"), UsageError),
    ],
)
def test_what_cannot_follow(before: tuple[Decision, ...], new: Decision, error: type[Exception]) -> None:
    today = MUCH_LATER
    with pytest.raises(error):
        check_decision(standing(terms(), CAME, before, today), new, CAME, today, "d")


days = st.integers(0, 60).map(lambda n: CAME + timedelta(days=n))


@given(
    st.lists(st.tuples(st.sampled_from(["accepted", "rejected"]), days), max_size=4),
    st.sampled_from([terms(), terms("accepted"), NO_WINDOW]), days,
)  # fmt: skip
def test_silence_never_accepts_against_the_contract_and_an_acceptance_stays(
    tried: list[tuple[str, date]], contract: Contract, today: date
) -> None:
    known: tuple[Decision, ...] = ()
    for word, day in sorted(tried, key=lambda one: one[1]):
        before = standing(contract, CAME, known, today)
        try:
            check_decision(before, said(word, day), CAME, today, "d")
        except (Conflict, UsageError):
            continue
        known = (*known, said(word, day))
    found = standing(contract, CAME, known, today)
    assert found.state in IN_WORDS
    if found.state == "accepted_by_silence":
        assert contract is not NO_WINDOW
        assert (contract.dispute, contract.acceptance) == (
            terms("accepted").dispute,
            terms("accepted").acceptance,
        )
        assert today > (found.until or today)
    assert [one.decision for one in known] in ([], ["accepted"], ["rejected"], ["rejected", "accepted"])
