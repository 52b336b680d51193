"""What verify says of moves that rest on the buyer's word."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from vendoreval.claims.moves import Move
from vendoreval.evidence.opened_bundle import Findings
from vendoreval.evidence.verify_moves import check_moves


def sent(number: int, *lines: int) -> Move:
    """Lines that went to an arbiter on a sheet of their own."""
    at = datetime(2026, 3, number, tzinfo=UTC)
    told = {"sheet": f"s{number}", "cases": []}
    return Move("c", number, "to_arbiter", at, "Ann", "", lines=lines, told=told)


def test_a_line_on_two_sheets_of_an_arbiter_is_named() -> None:
    """The buyer may have asked again because the first answer was not to its liking."""
    found = Findings()
    check_moves([sent(1, 2, 3), sent(2, 4)], cast(Any, None), found)
    assert not found.not_shown
    check_moves([sent(1, 2, 3), sent(2, 3)], cast(Any, None), found)
    assert "sent on more than one sheet: line 3" in str(found.not_shown)
