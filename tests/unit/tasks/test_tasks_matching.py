"""The assignment against every possible one, and against networkx-free enumeration of ties."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.tasks import matching
from vendoreval.tasks.matching import assign

Pair = tuple[int, int, int, bool]


@st.composite
def pairs(draw: st.DrawFn) -> list[Pair]:
    """Allowed pairs of a few units, with many equal similarities."""
    places = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), unique=True, max_size=14))
    return [(e, d, draw(st.integers(0, 6)) * 100_000_000, draw(st.booleans())) for e, d in places]


def solved(listed: list[Pair]) -> list[Pair]:
    e, d, similarity, same = (list(column) for column in zip(*listed, strict=True)) if listed else ([],) * 4
    chosen = assign(
        np.asarray(e, dtype=np.int64), np.asarray(d, dtype=np.int64),
        np.asarray(similarity, dtype=np.int64), np.asarray(same, dtype=np.bool_),
    )  # fmt: skip
    return [listed[position] for position in chosen.tolist()]


def value(chosen: list[Pair]) -> tuple[int, int, int]:
    """Sum of similarities, errors saved, pairs: in this order the largest wins."""
    return sum(p[2] for p in chosen), sum(1 + p[3] for p in chosen), len(chosen)


def best(listed: list[Pair]) -> tuple[int, int, int]:
    """By trying every assignment of the five delivered units, or none, to the five of gold."""
    by_place = {(p[0], p[1]): p for p in listed}
    found = (
        value([by_place[(e, d)] for e, d in enumerate(order) if (e, d) in by_place])
        for order in permutations(range(10), 5)
        if sorted(d for d in order if d > 4) == list(range(5, 5 + sum(d > 4 for d in order)))
    )
    return max(found)


@settings(max_examples=60, deadline=None)
@given(pairs())
def test_no_assignment_is_better(listed: list[Pair]) -> None:
    chosen = solved(listed)
    assert len({p[0] for p in chosen}) == len({p[1] for p in chosen}) == len(chosen)
    assert value(chosen) == best(listed)


@settings(max_examples=200, deadline=None)
@given(pairs(), st.randoms(use_true_random=False))
def test_row_order_and_the_sides_are_all_one(listed: list[Pair], random: object) -> None:
    mixed = list(listed)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert set(solved(mixed)) == set(solved(listed))
    swapped = [(d, e, weight, same) for e, d, weight, same in listed]
    assert value(solved(swapped)) == value(solved(listed))


def test_order_in_the_file_does_not_lose_a_match() -> None:
    """CONVENTIONS §2: greedy in file order finds one pair, or two in the reversed file."""
    listed = [(1, 1, 700_000_000, True), (2, 1, 600_000_000, True), (1, 2, 650_000_000, True)]
    assert len(solved(listed)) == len(solved(listed[::-1])) == 2


def test_of_equal_assignments_the_one_with_the_fewest_errors() -> None:
    """Gold {car, dog} and delivered {bird, car} lie in one place: one wrong label, not two."""
    listed = [(0, 0, 10**9, False), (0, 1, 10**9, True), (1, 0, 10**9, False), (1, 1, 10**9, False)]
    assert solved(listed) == [(0, 1, 10**9, True), (1, 0, 10**9, False)]


def test_large_components_are_solved_as_sparse_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = np.random.default_rng(4)
    e = np.repeat(np.arange(300), 5)
    d = (e + np.tile(np.arange(5), 300) * 7) % 310
    weight = stream.integers(0, 10**9, len(e))
    dense = assign(e, d, weight, np.ones(len(e), dtype=np.bool_))
    monkeypatch.setattr(matching, "_DENSE", 0)
    sparse = assign(e, d, weight, np.ones(len(e), dtype=np.bool_))
    assert int(weight[dense].sum()) == int(weight[sparse].sum())
    assert len(np.unique(e[sparse])) == len(np.unique(d[sparse])) == len(sparse)
