"""Columns that would give a pilot away: refused where they tell, named where they let guess."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.gold.payload import leaks

ITEMS = [f"it-{number:03d}" for number in range(120)]
ANSWERS = {item: ("cat", "dog")[number % 2] for number, item in enumerate(ITEMS)}
KINDS = ("main", "main", "edge cases", "ambiguous")
_rng = random.Random(3)
BLOCKS = {item: _rng.choice(KINDS) for item in ITEMS}


def found(texts: list[str], column: str = "text") -> list[tuple[bool, str]]:
    shown = {item: {column: text} for item, text in zip(ITEMS, texts, strict=True)}
    return [(leak.sure, leak.what) for leak in leaks(shown, ANSWERS, BLOCKS)]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ([ANSWERS[item] for item in ITEMS], "tells the answers of gold"),
        ([str(ANSWERS[item] == "cat") for item in ITEMS], "tells the answers of gold"),
        ([f"img/{ANSWERS[item]}/{item}.jpg" for item in ITEMS], "holds the answers of gold as words"),
        ([BLOCKS[item][:1] for item in ITEMS], "tells what a task is for"),
        ([f"{BLOCKS[item]}" for item in ITEMS], "tells what a task is for"),
        ([f"{BLOCKS[item]} {item} and more words" for item in ITEMS], "holds what a task is for as words"),
    ],
)
def test_what_tells_is_refused(texts: list[str], says: str) -> None:
    ((sure, what),) = found(texts)
    assert sure
    assert says in what


@pytest.mark.parametrize("text", [str, lambda place: f"2026-01-02T{place // 60:02d}:{place % 60:02d}"])
def test_an_order_that_follows_the_blocks_tells(text: Callable[[int], str]) -> None:
    place = {item: k for k, item in enumerate(sorted(ITEMS, key=lambda item: (BLOCKS[item], item)))}
    ((sure, what),) = found([text(place[item]) for item in ITEMS])
    assert sure
    assert "Sorted by the column 'text', the tasks show what a task is for" in what


@pytest.mark.parametrize("name", ["label", "Block", "edge case", "difficulty", "gold_label"])
def test_names_of_gold_are_refused_whatever_they_hold(name: str) -> None:
    ((sure, what),) = found(ITEMS, name)
    assert sure
    assert "has the name of one that stays here" in what


def test_what_lets_guess_is_named() -> None:
    often = {"cat": "q", "dog": "w"}
    texts = [f"{item}-{often[ANSWERS[item]] if k % 3 else 'w'}" for k, item in enumerate(ITEMS)]
    ((sure, what),) = found(texts)
    assert not sure
    assert "one guesses the answers of gold" in what


def test_running_text_is_what_it_is() -> None:
    rng = random.Random(5)
    assert found([f"{rng.randrange(10**6)} times a {ANSWERS[item]} sits on the mat" for item in ITEMS]) == []


@given(seed=st.integers(0, 10_000))
def test_columns_that_have_nothing_to_do_with_it_pass(seed: int) -> None:
    rng = random.Random(seed)
    assert not any(sure for sure, _ in found([rng.choice("abcdef") for _ in ITEMS]))
    assert not any(sure for sure, _ in found([f"img-{rng.randrange(10**9)}.jpg" for _ in ITEMS]))
