"""Seeding: what the vendor sees tells gold from nothing else, and the key finds it again."""

from __future__ import annotations

import hashlib
import hmac
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.gold.seeding import gold_needed, opaque_id, seed

KEY = bytes(range(32))


def rows(prefix: str, count: int) -> list[dict[str, str | None]]:
    return [{"item_id": f"{prefix}{n}", "url": f"https://x/{n}"} for n in range(count)]


def test_opaque_id_is_the_standard_hmac() -> None:
    assert opaque_id(KEY, "a") == hmac.digest(KEY, b"a", "sha256").hex()[:16]
    assert opaque_id(KEY, "a") != hashlib.sha256(b"a").hexdigest()[:16]


@given(st.integers(1, 200), st.integers(1, 40))
def test_rate_is_the_share_of_all_tasks(tasks: int, percent: int) -> None:
    rate = Fraction(percent, 100)
    needed = gold_needed(tasks, rate)
    assert abs(needed - rate * (tasks + needed)) <= 1


def test_list_hides_gold_and_key_finds_it() -> None:
    made = seed(rows("t", 95), rows("g", 20), Fraction(5, 100), KEY)
    assert len(made.rows) == 100
    assert len(made.gold) == 5
    assert {made.items[hidden][0] for hidden in made.gold} == {"g"}
    assert [row["task_id"] for row in made.rows] == sorted(made.items)
    assert not any("item_id" in row for row in made.rows)
    assert {row["task_id"] for row in made.rows} == set(made.items)


def test_order_of_input_does_not_matter() -> None:
    tasks, gold = rows("t", 50), rows("g", 9)
    assert seed(tasks, gold, Fraction(1, 10), KEY) == seed(tasks[::-1], gold[::-1], Fraction(1, 10), KEY)


def test_what_would_tell_gold_apart_is_refused() -> None:
    gold = [{**row, "label": "a"} for row in rows("g", 9)]
    with pytest.raises(InputError, match="'label' is in the gold only"):
        seed(rows("t", 9), gold, Fraction(1, 10), KEY)
    with pytest.raises(InputError, match="stands twice"):
        seed(rows("g", 9), rows("g", 9), Fraction(1, 10), KEY)
    with pytest.raises(InputError, match="needs"):
        seed(rows("t", 900), rows("g", 9), Fraction(1, 10), KEY)
    with pytest.raises(InputError, match="between 0 and 1"):
        seed(rows("t", 9), rows("g", 9), Fraction(2), KEY)
