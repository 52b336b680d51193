"""The statement of account as it is printed: its rows add up, and it says nothing that is not recorded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.reports.all_reports import made, owed
from tests.unit.reports.report_samples import facts
from vendoreval.claims.accounts import account
from vendoreval.reports.render import to_html
from vendoreval.reports.statement_view import statement_view

VIEW: dict[str, Any] = dict(made("statement").view)


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize("row", [*VIEW["claims"], *VIEW["totals"]])
def test_what_is_printed_adds_up(row: dict[str, str]) -> None:
    parts = ("fallen", "waived", "settled", "open")
    assert amount(row["all"]) == sum(amount(row[name]) for name in parts)


def test_currencies_stand_beside_each_other() -> None:
    assert [row["currency"] for row in VIEW["totals"]] == ["EUR", "JPY", "USD"]
    assert VIEW["headline"].endswith("Open: EUR 0.00, JPY 9,000 and USD 4,000.00.")
    assert "Sums of different currencies are not added." in VIEW["notes"]


def test_it_says_who_must_do_what_until_when() -> None:
    assert VIEW["due"][0] == ["3\u00a0February 2026", "vendor", "c-2", "Answer 12 lines of the claim."]
    assert VIEW["answers"][2][1].startswith("3\u00a0February 2026, vendor (c-2): Answer")


def test_what_is_kept_back_or_conditional_stands_apart() -> None:
    assert VIEW["apart"] == [["c-2", "USD 30,000.00", "USD 9,900.00"]]
    assert [row["reference"] for row in VIEW["settled"]] == ["CN-17"]


def test_it_tells_of_no_payment() -> None:
    text = to_html(made("statement"))
    assert text.count("was paid") == text.count("that it was paid is not recorded here.") == 1


def test_without_a_claim_it_says_so() -> None:
    view = statement_view(account("acme", owed().on, []), facts()).view
    assert view["headline"] == "No claim was issued against this vendor."
    assert not view["claims"]
