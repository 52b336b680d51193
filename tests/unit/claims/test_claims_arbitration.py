"""Cases of an arbiter: order and letters are chance, seals bind, names are blanked."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from vendoreval.claims.arbitration import DECISIONS, Decision, key_cases, key_record, ruling_on, shuffled
from vendoreval.claims.blinding import BLANK, blinded

LINES = tuple(range(1, 21))
SHEETS = 400
LOW = int(binom.ppf(1e-5, SHEETS, 0.5))  # a fair coin falls more rarely once in a hundred thousand times


def draws(count: int) -> list[list[tuple[int, int, str]]]:
    """Sheets of 20 lines by as many secrets: case, line and gold's letter."""
    chances = (sha256(str(n).encode()).digest() for n in range(count))
    return [[(one.number, one.line, one.gold) for one in shuffled(LINES, chance)] for chance in chances]


def test_gold_is_as_often_a_as_b_for_every_line_and_place() -> None:
    sheets = draws(SHEETS)
    for by in (0, 1):
        for place in LINES:
            gold_first = sum(one[2] == "A" for sheet in sheets for one in sheet if one[by] == place)
            assert LOW <= gold_first <= len(sheets) - LOW


def test_every_line_comes_at_every_place() -> None:
    sheets = draws(SHEETS)
    for line in LINES:
        first_half = sum(one[0] <= 10 for sheet in sheets for one in sheet if one[1] == line)
        assert LOW <= first_half <= len(sheets) - LOW
    assert all(sorted(one[1] for one in sheet) == list(LINES) for sheet in sheets)


def test_a_seal_tells_nothing_and_binds() -> None:
    cases = shuffled(LINES, b"\0" * 32)
    assert len({case.seal for case in cases} | {case.salt for case in cases}) == 2 * len(LINES)
    assert key_cases(key_record("s", cases)) == {case.number: case for case in cases}
    other = shuffled(LINES, b"\1" * 32)
    assert {case.seal for case in cases}.isdisjoint(case.seal for case in other)


@given(st.sampled_from(DECISIONS), st.binary(min_size=32, max_size=32))
def test_a_decision_means_the_same_whichever_letter_gold_has(decision: str, chance: bytes) -> None:
    (case,) = shuffled((7,), chance)
    swap = {"A is right": "B is right", "B is right": "A is right"}
    turned = type(case)(case.number, case.line, "B" if case.gold == "A" else "A", case.salt)
    one = ruling_on(case, Decision(1, decision, "Because."), "Q")
    other = ruling_on(turned, Decision(1, swap.get(decision, decision), "Because."), "Q")
    assert one == other
    assert (one.line, one.by) == (7, "Q")
    assert one.why.endswith("Because.")


def test_names_are_blanked_whatever_stands_between_their_words() -> None:
    names = ("Acme Labels", "acme", "ab")
    for text in ("acme-labels/7.png", "ACME_Labels 3", "x/Acme.Labels"):
        assert "cme" not in blinded(text, names)
        assert len(blinded(text, names)) == len(text)
    assert blinded("acmes pharmacme ab", names) == "acmes pharmacme ab"
    assert blinded("by acme", names) == f"by {BLANK * 4}"
