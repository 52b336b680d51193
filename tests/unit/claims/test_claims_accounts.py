"""A vendor's account: every row and every total reconciles, whatever moves led there."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.claims.test_claims_disputes import CONTRACT, LINES, RESULT, SEEN, START, any_move, move
from vendoreval.claims.accounts import CSV_HEADER, Entry, Sums, account, csv_rows, entry_of
from vendoreval.claims.disputes import Dispute, open_dispute
from vendoreval.claims.drafting import draft_claim, issue
from vendoreval.claims.moves import Move, Position, Ruling
from vendoreval.claims.records import Claim
from vendoreval.claims.settling import settlement
from vendoreval.claims.versions import conceded, versions
from vendoreval.contracts.terms import Contract, Remedy
from vendoreval.errors import Conflict, UsageError
from vendoreval.safe_text import csv_bytes

NAMED = ("rework", "credit", "held", "later")
TERMS = replace(
    CONTRACT,
    clauses=tuple(replace(one, remedy=NAMED) for one in CONTRACT.clauses),
    remedies=(
        *CONTRACT.remedies, Remedy("held", "withhold", percent=Decimal(30)),
        Remedy("later", "refund", percent=Decimal(20), after_rework=1),
    ),
)  # fmt: skip


def claimed(contract: Contract, name: str = "k") -> Claim:
    return issue(draft_claim(contract, RESULT, SEEN, claim_id=name, today=START.date()), contract, START.date())


CLAIM = claimed(TERMS)


def entry(dispute: Dispute, contract: Contract = TERMS) -> Entry:
    newest = replace(versions(contract, SEEN, RESULT, dispute)[-1], state=dispute.state)
    return entry_of(newest, dispute, conceded(contract, SEEN, RESULT, newest, dispute))


def opened(moves: list[Move], contract: Contract = TERMS, claim: Claim = CLAIM) -> Dispute:
    return open_dispute(claim, contract, moves, START.date() + timedelta(days=7))


def asked_in(claim: Claim, *kinds: str, later: bool = False) -> int:
    """What a claim's record asks for, by its demands as JSON."""
    return sum(
        one["amount"]["minor"]
        for one in claim.to_json()["demands"]
        if one["kind"] in kinds and one["amount"] and bool(one.get("after_rework")) == later
    )


def test_an_issued_claim_is_open_and_conditional_steps_stand_apart() -> None:
    sums = entry(opened([])).sums
    assert sums.asked == sums.open == asked_in(CLAIM, "credit") > 0
    assert sums.conditional == asked_in(CLAIM, "refund", later=True) > 0
    assert sums.kept_back == asked_in(CLAIM, "withhold") > 0
    assert (sums.come_due, sums.fallen, sums.waived, sums.settled, sums.conceded) == (0, 0, 0, 0, 0)


def test_a_failed_rework_makes_a_step_come_due() -> None:
    found = entry(opened([move("reworked", told={"failed": True, "delivery": "d-2"})]))
    refund = asked_in(CLAIM, "refund", later=True)
    assert (found.sums.come_due, found.sums.conditional) == (refund, 0)
    assert found.sums.open == asked_in(CLAIM, "credit") + refund


def test_what_nobody_argues_about_is_conceded() -> None:
    accepted = move("answered", positions=tuple(Position(n, "accepted") for n in LINES))
    assert entry(opened([accepted])).sums.conceded == asked_in(CLAIM, "credit")
    said = tuple(Position(n, "rebutted" if n < 6 else "accepted", "gold_wrong") for n in LINES)
    some = entry(opened([move("answered", positions=said)])).sums
    struck = move("ruled", rulings=tuple(Ruling(n, "withdrawn", "w", "b") for n in range(1, 6)))
    assert some.conceded == entry(opened([struck])).sums.open < some.open


@pytest.mark.parametrize("state", ["superseded", "withdrawn"])
def test_a_claim_that_is_gone_asks_for_nothing(state: str) -> None:
    found = entry_of(CLAIM, replace(opened([]), state=state), CLAIM)
    assert (found.sums, found.stage, found.due) == (Sums(), state, ())


def reconciles(sums: Sums) -> bool:
    least = min(vars(sums).values())
    return least >= 0 and sums.asked + sums.come_due == sums.fallen + sums.waived + sums.settled + sums.open


moves = st.lists(any_move.filter(lambda one: one.kind != "settled"), max_size=8)


@settings(max_examples=60)
@given(moves, st.floats(0, 1), st.booleans())
def test_every_row_reconciles_whatever_was_done(tried: list[Move], part: float, ends: bool) -> None:
    done: list[Move] = []
    for one in tried:
        one = replace(one, at=max([START, *(before.at for before in done), one.at]), number=len(done) + 1)
        try:
            opened([*done, one])
        except (Conflict, UsageError):
            continue
        done.append(one)
    dispute = opened(done)
    newest = replace(versions(TERMS, SEEN, RESULT, dispute)[-1], state=dispute.state)
    now = asked_in(newest, "credit", "refund")
    if ends and dispute.state == "issued":
        amount = f"{int(part * now) / 100:.2f}"
        told = settlement(newest, dispute, amount=amount, note="agreed")
        dispute = opened([*done, move("settled", START + timedelta(days=7), len(done) + 1, told=told)])
    found = entry(dispute)
    assert reconciles(found.sums)
    assert found.sums.conceded <= found.sums.open
    if dispute.state == "issued":
        assert found.sums.open == now
        assert found.sums.asked == asked_in(CLAIM, "credit")
    if dispute.state == "settled":
        assert (found.sums.settled, found.sums.open) == (int(part * now), 0)
        assert found.settled


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["EUR", "USD", "JPY"]), st.lists(st.integers(0, 10**12), min_size=4, max_size=4)
        ),
        max_size=8,
    )
)  # fmt: skip
def test_totals_are_by_currency_and_reconcile(rows: list[tuple[str, list[int]]]) -> None:
    entries, wanted = [], Counter[tuple[str, str]]()
    for number, (currency, (fallen, waived, settled, left)) in enumerate(rows):
        sums = Sums(fallen + waived + settled + left, 0, fallen, waived, settled, left)
        entries.append(Entry(f"c{number}", 1, "d", "k", date(2026, 1, 1), "decided", currency, sums))
        wanted.update({(currency, name): value for name, value in vars(sums).items()})
    found = account("v", date(2026, 2, 1), entries)
    assert set(found.totals) == {currency for currency, _ in rows}
    for currency, total in found.totals.items():
        assert reconciles(total)
        assert vars(total) == {name: wanted[currency, name] for name in vars(total)}
    record: dict[str, Any] = found.to_json()
    assert [one["currency"] for one in record["totals"]] == sorted(found.totals)
    listed = list(csv.DictReader(io.StringIO(csv_bytes(CSV_HEADER, csv_rows(found)).decode())))
    for row in listed[len(rows) :]:
        mine = [Decimal(one["open"]) for one in listed[: len(rows)] if one["currency"] == row["currency"]]
        assert Decimal(row["open"]) == sum(mine)
        assert ("." in row["open"]) == (row["currency"] != "JPY")


def test_a_cell_of_the_table_is_never_a_formula() -> None:
    told = {"minor": 1, "currency": "EUR", "how": "credit", "reference": "=HYPERLINK(1)", "note": "@x"}
    found = entry(opened([move("settled", told=told)]))
    data = csv_bytes(CSV_HEADER, csv_rows(account("v", START.date(), [found]))).decode()
    assert "'=HYPERLINK(1)" in data
    assert "'@x" in data
