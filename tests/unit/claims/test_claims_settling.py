"""Settlements: exact money, never more than is asked, and no end by silence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.claims.test_claims_disputes import CLAIM, CONTRACT, LINES, move, opened
from vendoreval.claims.disputes import Dispute, follow
from vendoreval.claims.moves import Position
from vendoreval.claims.records import Claim
from vendoreval.claims.settling import money, settlement
from vendoreval.claims.sums import asked_now
from vendoreval.errors import Conflict, UsageError
from vendoreval.money import Money

ASKED = asked_now(CLAIM)


def decided() -> Dispute:
    said = tuple(Position(n, "accepted") for n in LINES)
    return follow(opened(), CONTRACT, move("answered", positions=said))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.50", "EUR", 123450), ("0", "USD", 0), ("12", "JPY", 12), ("1.005", "KWD", 1005),
        (" 7.5 ", "EUR", 750), ("1e2", "USD", 10000),
    ],
)  # fmt: skip
def test_amounts_are_exact(text: str, currency: str, minor: int) -> None:
    assert money(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "said"),
    [
        ("1.005", "EUR", "no exact amount; EUR has 2 decimals"), ("12.5", "JPY", "JPY has no decimals"),
        ("-1", "EUR", "no amount"), ("NaN", "EUR", "no amount"), ("1,000", "EUR", "no amount"),
        ("1e999999", "EUR", "no amount"), ("", "EUR", "no amount"), ("١٢", "EUR", "no amount"),
        ("1_000", "EUR", "no amount"), ("Infinity", "EUR", "no amount"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_refused(text: str, currency: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        money(text, currency)


def test_without_an_amount_it_is_what_is_asked() -> None:
    told = settlement(CLAIM, decided(), reference="CN-17")
    assert told == {
        "minor": ASKED.minor, "currency": "EUR", "how": "credit", "reference": "CN-17", "note": "",
    }  # fmt: skip
    assert settlement(CLAIM, decided(), how="waived")["minor"] == 0
    free = replace(CLAIM, demands=())
    assert settlement(free, decided()) == {
        "minor": 0, "currency": "EUR", "how": "waived", "reference": "", "note": "",
    }  # fmt: skip


def invoiced() -> Claim:
    demands = [replace(one, amount=None) if one.kind == "credit" else one for one in CLAIM.demands]
    return replace(CLAIM, demands=tuple(demands))


@pytest.mark.parametrize(
    ("claim", "words", "said"),
    [
        (CLAIM, {"amount": str((ASKED.minor + 1) / 100)}, "and not for"),
        (CLAIM, {"how": "waived", "amount": "1"}, "Waived means nothing"),
        (CLAIM, {"how": "barter"}, "no way to settle"),
        (CLAIM, {"how": "rework"}, "beside the rework is not said"),
        (invoiced(), {}, "follows from the invoice"),
        (invoiced(), {"amount": "5"}, "and not for"),
    ],
)
def test_settlements_that_cannot_be(claim: Claim, words: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        settlement(claim, decided(), **words)


def test_a_sum_from_the_invoice_needs_a_word() -> None:
    assert settlement(invoiced(), decided(), amount="5", note="By invoice 12.")["minor"] == 500


def test_open_lines_end_by_amount_and_note_only() -> None:
    for words in ({}, {"amount": "1"}, {"note": "x"}):
        with pytest.raises(Conflict, match="still open"):
            settlement(CLAIM, opened(), **words)
    assert settlement(CLAIM, opened(), amount="1", note="Half way.", how="rework")["minor"] == 100
