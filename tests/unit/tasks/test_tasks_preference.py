"""Preferences: the places of answers on the screen, and the sign that a place draws mistakes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from vendoreval.audits.patterns.bias import bias
from vendoreval.audits.patterns.signs import Labels, labels_of
from vendoreval.contracts.terms import Task
from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.preference import TYPE, listed, places_of

Row = tuple[str, str, str, str, str | None]  # item, annotator, gold, answer, shown


def labels_from(rows: Sequence[Row]) -> Labels:
    """What patterns see of answers to items, each with gold."""
    items, people, right, given, shown = zip(*rows, strict=True)
    gold = from_columns(
        "g", {"item_id": list(items), "label": list(right), "accepted": [f'["{one}"]' for one in right]}
    )
    columns = [Coded.from_text(column) for column in (items, people, given, shown)]
    table = LabelTable(columns[0], columns[1], {"label": columns[2]}, shown=columns[3])
    return labels_of(TYPE.compare(gold, table, Task("preference", ("a", "b"))))


def test_lists_of_answers_are_read_as_they_are_written() -> None:
    assert listed("b|a") == listed(" b | a ") == listed('["b", "a"]') == ["b", "a"]
    assert listed("[b") == ["[b"]
    assert listed("[1, 2]") == ["1", "2"]


def test_places_count_from_0_and_only_among_several_answers() -> None:
    shown = Coded.from_text(["a|b", "b|a", None, "a", "c|d", "b|c|a"])
    wanted = Coded.from_text(["a"] * 6)
    rows, place = places_of(shown, wanted)
    assert (rows.tolist(), place.tolist()) == ([0, 1, 5], [0, 1, 2])


def vendor(seed: int, second: float) -> bool:
    """Whether a vendor is flagged who misses 1 of 10 right answers, and `second` of those shown second."""
    rng, count = np.random.default_rng(seed), 400
    gold = rng.integers(0, 2, count)
    first = rng.integers(0, 2, count)
    wrong = rng.random(count) < np.where(first == gold, 0.1, second)
    rows: list[Row] = [
        (f"i{k}", "w", "ab"[gold[k]], "ab"[gold[k] ^ wrong[k]], "a|b" if first[k] == 0 else "b|a")
        for k in range(count)
    ]
    found = bias(labels_from(rows))
    sign = next(one for one in found.signs if one.what == "the right answer's place")
    return sign.p <= 0.05 and sign.material


def test_a_place_that_draws_mistakes_is_found_and_others_are_rarely_blamed() -> None:
    assert sum(vendor(seed, 0.3) for seed in range(20)) >= 19
    assert sum(vendor(seed, 0.1) for seed in range(200)) / 200 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("shown", [None, "a"])
def test_without_a_choice_there_is_no_place(shown: str | None) -> None:
    rows: list[Row] = [(f"i{k}", "w", "ab"[k % 2], "a", shown) for k in range(40)]
    assert "the right answer's place" not in [one.what for one in bias(labels_from(rows)).signs]
