"""The state machine of a dispute: every state is a known one, and nothing struck comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.claims.test_claims_drafting import bad_delivery, terms
from vendoreval.audits.auditing import audit
from vendoreval.claims.disputes import RAISED, Dispute, follow, open_dispute
from vendoreval.claims.drafting import draft_claim, issue
from vendoreval.claims.moves import KINDS, POSITIONS, RULINGS, WITHDRAWN, Move, Position, Ruling, move_from_json
from vendoreval.claims.reading import claim_from_json
from vendoreval.claims.records import Claim
from vendoreval.claims.versions import changes_anything, conceded, versions
from vendoreval.contracts.terms import Contract, DisputeTerms
from vendoreval.errors import Conflict, UsageError

START = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday
CONTRACT = terms()
SEEN = bad_delivery()
RESULT = audit(CONTRACT, SEEN, audit_id="a", delivery="d", gold="g")
CLAIM = issue(draft_claim(CONTRACT, RESULT, SEEN, claim_id="k", today=START.date()), CONTRACT, START.date())
LINES = [line.number for line in CLAIM.lines]
KNOWN = {RAISED, *POSITIONS, *RULINGS}
STAGES = {"awaiting answer", "awaiting ruling", "with the arbiter", "decided", "withdrawn", "settled"}


def opened(contract: Contract = CONTRACT, today: date = START.date(), claim: Claim = CLAIM) -> Dispute:
    return open_dispute(claim, contract, (), today)


def move(kind: str, at: datetime = START, number: int = 1, **content: object) -> Move:
    return Move("k", number, kind, at, "ann", "0" * 64, **content)  # type: ignore[arg-type]


def answered(*lines: int, position: str = "rebutted", at: datetime = START, late: bool = False) -> Move:
    said = tuple(Position(n, position, "gold_wrong" if position == "rebutted" else "") for n in lines)
    return move("answered", at, positions=said, late=late)


def ruled(
    *lines: int, ruling: str = WITHDRAWN, kind: str = "ruled", at: datetime = START, severity: str = ""
) -> Move:
    return move(kind, at, rulings=tuple(Ruling(n, ruling, "because", "ann", "", severity) for n in lines))


def test_a_claim_begins_with_the_vendors_turn() -> None:
    dispute = opened()
    assert dispute.stage == "awaiting answer"
    assert dispute.turns == ((date(2026, 11, 27), "vendor", f"Answer {len(LINES)} lines of the claim."),)


def test_the_turn_goes_from_the_vendor_to_the_buyer_to_the_arbiter() -> None:
    dispute = follow(opened(), CONTRACT, answered(*LINES[1:], position="accepted"))
    dispute = follow(dispute, CONTRACT, answered(1))
    assert (dispute.stage, dispute.turns[0][:2]) == ("awaiting ruling", (date(2026, 12, 1), "buyer"))
    dispute = follow(dispute, CONTRACT, ruled(1, ruling="escalated"))
    assert (dispute.stage, dispute.turns[0][:2]) == ("with the arbiter", (date(2026, 12, 8), "arbiter"))
    dispute = follow(dispute, CONTRACT, ruled(1, ruling="upheld", kind="arbitrated"))
    assert (dispute.stage, dispute.turns) == ("decided", ())
    assert dispute.lines[1].final


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ((), ruled(1, ruling="upheld")),  # nobody rebutted it
        ((), ruled(1, ruling="escalated")),
        ((), ruled(1, kind="arbitrated")),  # it is not with the arbiter
        ((), move("to_arbiter", lines=(1,))),
        ((answered(1), ruled(1)), ruled(1, ruling="downgraded")),  # struck out for good
        ((answered(1), ruled(1)), answered(1, position="accepted")),
        ((answered(1), ruled(1, ruling="escalated")), ruled(1, ruling="upheld")),  # the arbiter's
        ((answered(1), ruled(1, ruling="escalated"), ruled(1, ruling="upheld", kind="arbitrated")),
         ruled(1, ruling="downgraded")),
        ((), ruled(1, ruling="downgraded", severity="critical")),  # weighs no less
        ((move("settled"),), answered(1)),
        ((move("withdrawn"),), ruled(1)),
        ((), answered(1, at=START + timedelta(days=30))),  # too late
        ((), answered(1, at=START - timedelta(days=1))),  # before the claim was issued
        ((answered(1),), ruled(1, at=START - timedelta(seconds=1))),  # a clock that was turned back
    ],
)  # fmt: skip
def test_moves_that_may_not_be(before: tuple[Move, ...], then: Move) -> None:
    dispute = opened()
    for one in before:
        dispute = follow(dispute, CONTRACT, one)
    with pytest.raises(Conflict):
        follow(dispute, CONTRACT, then)


@pytest.mark.parametrize(
    "wrong",
    [
        answered(999), answered(1, 1), answered(1, position="perhaps"), ruled(1, ruling="guilty"), ruled(1, 1),
        move("answered", positions=(Position(1, "rebutted", "because"),)),
        move("ruled", rulings=(Ruling(1, "downgraded", "less", "ann", severity="huge"),)),
    ],
)  # fmt: skip
def test_moves_with_wrong_words(wrong: Move) -> None:
    with pytest.raises(UsageError):
        follow(opened(), CONTRACT, wrong)


def test_a_late_answer_is_taken_if_the_buyer_takes_it() -> None:
    late = answered(1, at=START + timedelta(days=30), late=True)
    assert follow(opened(), CONTRACT, late).lines[1].state == "rebutted"


@pytest.mark.parametrize("silence", ["accepted", "not_accepted"])
def test_silence_counts_only_as_the_contract_says(silence: str) -> None:
    contract = replace(CONTRACT, dispute=DisputeTerms(silence=silence))  # type: ignore[arg-type]
    assert CLAIM.answer_by
    on_time = open_dispute(CLAIM, contract, [answered(1)], CLAIM.answer_by)
    assert on_time.numbers(RAISED) == tuple(LINES[1:])
    later = open_dispute(CLAIM, contract, [answered(1)], CLAIM.answer_by + timedelta(days=1))
    assert later.numbers(RAISED) == (() if silence == "accepted" else tuple(LINES[1:]))
    assert later.lines[1].state == "rebutted"
    assert all(later.lines[n].silent for n in later.numbers("accepted"))


def test_amended_gold_strikes_lines_that_stand() -> None:
    dispute = follow(opened(), CONTRACT, ruled(1))
    dispute = follow(dispute, CONTRACT, move("gold_amended", lines=(1, 2)))
    assert dispute.struck == (1, 2)
    reasons = [ruling.why for n in (1, 2) if (ruling := dispute.lines[n].ruling)]
    assert reasons == ["because", "The gold answer was amended; the delivered answer is right."]


numbers = st.lists(st.sampled_from([*LINES[:6], 999]), min_size=1, max_size=4).map(tuple)
any_move = st.builds(
    lambda kind, lines, word, position, days, late: move(
        kind, START + timedelta(days=days),
        positions=tuple(Position(n, position, "gold_wrong") for n in lines) if kind == "answered" else (),
        rulings=tuple(Ruling(n, word, "why", "b") for n in lines) if kind in ("ruled", "arbitrated") else (),
        lines=lines, late=late, told={"failed": late},
    ),
    st.sampled_from([*KINDS, *["answered", "ruled", "arbitrated"] * 3]), numbers,
    st.sampled_from([*RULINGS, "guilty"]), st.sampled_from([*POSITIONS, "perhaps"]), st.integers(0, 6),
    st.booleans(),
)  # fmt: skip


@given(st.lists(any_move, max_size=12), st.sampled_from(["accepted", "not_accepted"]))
def test_no_sequence_of_moves_reaches_an_undefined_state(tried: list[Move], silence: str) -> None:
    contract = replace(CONTRACT, dispute=DisputeTerms(silence=silence))  # type: ignore[arg-type]
    dispute = opened(contract)
    done: list[Move] = []
    for one in tried:
        one = replace(one, at=max([START, *(before.at for before in done), one.at]), number=len(done) + 1)
        try:
            after = open_dispute(CLAIM, contract, [*done, one], one.at.date())
        except (Conflict, UsageError):
            continue  # refused whole: the moves so far still hold
        assert set(dispute.struck) <= set(after.struck)  # nothing struck comes back
        assert {line.state for line in after.lines.values()} <= KNOWN
        assert after.stage in STAGES
        assert bool(after.turns) <= (after.state == "issued")
        assert after.lines.keys() == set(LINES)
        dispute = after
        done.append(one)
    again = [move_from_json(one.to_json()) for one in done]
    assert again == done
    assert open_dispute(CLAIM, contract, again, START.date()).struck == dispute.struck


def test_records_are_read_back_as_they_were() -> None:
    assert claim_from_json(CLAIM.to_json()) == CLAIM
    struck = versions(CONTRACT, SEEN, RESULT, follow(opened(), CONTRACT, ruled(*LINES[:3])))[-1]
    assert claim_from_json(struck.to_json()) == struck
    assert struck.version == 2


def test_reworks_that_failed_before_the_claim_stay_failed() -> None:
    """A step that was due when the claim was issued is due in every version."""
    late = replace(CONTRACT.remedies[1], after_rework=1)
    contract = replace(CONTRACT, remedies=(CONTRACT.remedies[0], late))
    first = issue(
        draft_claim(contract, RESULT, SEEN, claim_id="k", today=START.date(), failed_reworks=1),
        contract, START.date(),
    )  # fmt: skip
    dispute = follow(opened(contract, claim=first), contract, ruled(1))
    for version in versions(contract, SEEN, RESULT, dispute):
        assert [one.remedy for one in version.asked_now] == ["rework", "credit"]


ways = st.lists(
    st.tuples(
        st.sampled_from([WITHDRAWN, "downgraded"]), st.sets(st.sampled_from(LINES), min_size=1, max_size=9)
    ),
    min_size=1, max_size=5,
)  # fmt: skip


@given(ways)
def test_no_ruling_raises_an_amount_or_adds_a_line(rulings: list[tuple[str, set[int]]]) -> None:
    done: list[Move] = []
    for word, lines in rulings:
        one = replace(ruled(*sorted(lines), ruling=word), number=len(done) + 1)
        try:
            open_dispute(CLAIM, CONTRACT, [*done, one], START.date())
        except Conflict:
            continue
        done.append(one)
    dispute = open_dispute(CLAIM, CONTRACT, done, START.date())
    made = versions(CONTRACT, SEEN, RESULT, dispute)
    for before, after in pairwise(made):
        assert changes_anything(before, after)
        assert {line.number for line in after.lines} <= {line.number for line in before.lines}
        sums = {one.remedy: one.amount for one in before.demands}
        assert {one.remedy for one in after.demands} <= sums.keys()
        for demand in after.demands:
            most = sums[demand.remedy]
            assert demand.amount is None or (most is not None and demand.amount <= most)
        assert after.verdict in ("kept", "breached", "inconclusive")
        assert (after.verdict == "breached") == bool(after.extrapolations)
    assert {line.number for line in made[-1].lines} | set(dispute.struck) == set(LINES)
    assert conceded(CONTRACT, SEEN, RESULT, made[-1], dispute).lines == tuple(
        line for line in made[-1].lines if dispute.lines[line.number].state == "downgraded"
    )


def test_as_many_lines_as_the_claim_says_may_be_struck() -> None:
    """The number that the claim prints is the one at which the breach falls."""
    spare = CLAIM.extrapolations[0].strikeouts
    assert spare > 0
    for struck, verdict in ((spare, "breached"), (spare + 1, "inconclusive")):
        dispute = follow(opened(), CONTRACT, ruled(*LINES[:struck]))
        newest = versions(CONTRACT, SEEN, RESULT, dispute)[-1]
        assert newest.verdict == verdict
        assert bool(newest.demands) == (verdict == "breached")
