"""Mixing a pilot: the same items for every vendor, ids that tell nothing, and the parts as designed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.errors import InputError
from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.gold.goldset import GoldSet
from vendoreval.gold.piloting import (
    AFTER,
    AMBIGUOUS,
    BEFORE,
    BLOCKS,
    CHANGE,
    EDGE,
    FILLER,
    MAIN,
    REPEATS,
    SURGE,
    SURGED,
    blocks_of,
    half,
    mix,
)

CHOICE, KEY = b"gold" * 8, b"one!" * 8
SIZES = st.fixed_dictionaries(
    {MAIN: st.integers(1, 40), **{block: st.integers(0, 15) for block in (EDGE, CHANGE, AMBIGUOUS)}}
)


def items(sizes: dict[str, int]) -> dict[str, list[str]]:
    return {block: [f"{block}-{number}" for number in range(count)] for block, count in sizes.items()}


def gold(**columns: list[str | None]) -> GoldSet:
    count = len(next(iter(columns.values())))
    base: dict[str, list[str | None]] = {
        "item_id": [f"i{number}" for number in range(count)],
        "label": ["a"] * count,
        "accepted": ['["a"]'] * count,
    }
    return from_columns("g", {**base, **columns})


def test_blocks_are_read_from_their_column() -> None:
    written = ["main", "", None, "Edge case", "guideline change", "change", " ambiguous "]
    assert blocks_of(gold(block=written)) == {
        MAIN: ("i0", "i1", "i2"), EDGE: ("i3",), CHANGE: ("i4", "i5"), AMBIGUOUS: ("i6",),
    }  # fmt: skip
    assert blocks_of(gold(edge_case=["true", "false", None]))[EDGE] == ("i0",)
    assert blocks_of(gold(note=["x"]))[MAIN] == ("i0",)
    with pytest.raises(InputError, match="has the block 'hard'"):
        blocks_of(gold(block=["hard"]))


@given(sizes=SIZES, again=st.integers(0, 30), hurried=st.integers(0, 20))
def test_the_parts_are_as_designed(sizes: dict[str, int], again: int, hurried: int) -> None:
    blocks = items({**sizes, MAIN: sizes[MAIN] + hurried})
    tasks = mix(blocks, {**sizes, REPEATS: again, SURGE: hurried}, CHOICE, KEY)
    assert {t.item for t in tasks} == {item for listed in blocks.values() for item in listed}
    assert len({t.id for t in tasks}) == len({t.unit for t in tasks}) == len(tasks)
    count = Counter((t.block, t.part) for t in tasks)
    for block in (MAIN, EDGE, AMBIGUOUS):
        assert count[block, BEFORE] == half(sizes[block])
    assert count[CHANGE, BEFORE] == count[REPEATS, BEFORE] == 0
    early = {t.item for t in tasks if t.block == MAIN and t.part == BEFORE}
    repeated = {t.item for t in tasks if t.block == REPEATS}
    assert repeated <= early
    assert len(repeated) == min(again, len(early))
    assert {t.item for t in tasks if t.part == SURGED} == {t.item for t in tasks if t.block == SURGE}
    assert count[SURGE, SURGED] == hurried  # items of its own: haste counts in no block
    assert [(t.part, t.id) for t in tasks] == sorted((t.part, t.id) for t in tasks)


@given(sizes=SIZES, fewer=st.integers(1, 40), order=st.randoms())
def test_vendors_get_the_same_items_under_other_ids(sizes: dict[str, int], fewer: int, order: object) -> None:
    blocks, wanted = items(sizes), {**sizes, MAIN: fewer, REPEATS: 5}
    one, two = mix(blocks, wanted, CHOICE, KEY), mix(blocks, wanted, CHOICE, b"two!" * 8)
    assert {(t.item, t.block, t.part) for t in one} == {(t.item, t.block, t.part) for t in two}
    assert not {t.id for t in one} & {t.id for t in two}
    shuffled = {block: order.sample(listed, len(listed)) for block, listed in blocks.items()}  # type: ignore[attr-defined]
    assert mix(shuffled, wanted, CHOICE, KEY) == one
    larger = mix(blocks, {**wanted, MAIN: fewer + 1}, CHOICE, KEY)
    assert {t.item for t in one} <= {t.item for t in larger}  # a larger pilot holds the smaller one's items


def test_ids_tell_nothing_about_blocks() -> None:
    tasks = mix(items(dict.fromkeys(BLOCKS, 300)), {**dict.fromkeys(BLOCKS, 300), REPEATS: 100}, CHOICE, KEY)
    second = [task for task in tasks if task.part == AFTER]
    early = [task.block for task in second[: len(second) // 2]]
    for block in (MAIN, EDGE, CHANGE, AMBIGUOUS, REPEATS):
        share = early.count(block) / sum(task.block == block for task in second)
        assert 0.35 < share < 0.65, block


def test_what_cannot_be_mixed_is_refused() -> None:
    with pytest.raises(InputError, match="No item of the block main"):
        mix({EDGE: ["a"]}, {EDGE: 1}, CHOICE, KEY)
    with pytest.raises(InputError, match="would stand for two tasks"):
        mix({MAIN: ["a", "a (again)"]}, {MAIN: 2, REPEATS: 2}, CHOICE, KEY)


def test_items_without_gold_make_up_the_volume_of_the_surge() -> None:
    blocks = {MAIN: [f"m{number}" for number in range(60)]}
    others = [f"o{number}" for number in range(300)]
    tasks = mix(blocks, {MAIN: 40, SURGE: 20, REPEATS: 5}, CHOICE, KEY, others)
    parts, count = Counter(task.part for task in tasks), Counter(task.block for task in tasks)
    assert parts[AFTER] == 25
    assert parts[SURGED] == 2 * parts[AFTER]
    assert (count[SURGE], count[FILLER]) == (20, 30)
    few = mix(blocks, {MAIN: 40, SURGE: 20, REPEATS: 5}, CHOICE, KEY, others[:4])
    assert Counter(task.block for task in few)[FILLER] == 4
    none = mix(blocks, {MAIN: 40}, CHOICE, KEY, others)
    assert not [task for task in none if task.block == FILLER]  # no surge, no filler
