"""The alignment of texts against jiwer, and against the plain table of every cell."""

from __future__ import annotations

import jiwer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vendoreval.tasks import word_alignment
from vendoreval.tasks.normalising import coded_words
from vendoreval.tasks.spoken_outcomes import _edit_distance, edit_distance
from vendoreval.tasks.word_alignment import Aligned, Words, align

few = settings(max_examples=30)
TEXT = st.lists(st.sampled_from("abcd"), max_size=9).map(" ".join)
PAIRS = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=12)


def aligned(pairs: list[tuple[str, str]]) -> Aligned:
    """Each first text with its second."""
    known: dict[str, int] = {}
    one, other = (Words(*coded_words([pair[side] for pair in pairs], "none", known)) for side in (0, 1))
    every = np.arange(len(pairs))
    return align(one, other, (every, every))


def best(one: list[str], other: list[str]) -> tuple[int, int]:
    """The fewest errors, and the most right words among the ways with so many."""
    table = [[(i + j, 0) for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i, mine in enumerate(one, start=1):
        for j, theirs in enumerate(other, start=1):
            errors, hits = table[i - 1][j - 1]
            ways = [(errors + (mine != theirs), hits - (mine == theirs))]
            ways += [(e + 1, h) for e, h in (table[i - 1][j], table[i][j - 1])]
            table[i][j] = min(ways)
    errors, hits = table[-1][-1]
    return errors, -hits


@few
@given(PAIRS)
def test_errors_are_jiwers(pairs: list[tuple[str, str]]) -> None:
    counts = aligned(pairs).counts()
    for place, (one, other) in enumerate(pairs):
        told = jiwer.process_words(one, other)
        assert counts.errors[place] == told.substitutions + told.deletions + told.insertions
        assert counts.hits[place] >= told.hits  # ours is the one with the most words right


@few
@given(PAIRS, st.sampled_from([1 << 24, 12]))
def test_fewest_errors_then_most_words_right(pairs: list[tuple[str, str]], largest: int) -> None:
    whole, word_alignment._LARGEST = word_alignment._LARGEST, largest  # 12: tables are divided
    try:
        counts = aligned(pairs).counts()
    finally:
        word_alignment._LARGEST = whole
    for place, (one, other) in enumerate(pairs):
        assert (counts.errors[place], counts.hits[place]) == best(one.split(), other.split())


@few
@given(PAIRS)
def test_roles_of_the_sides(pairs: list[tuple[str, str]]) -> None:
    there, back = aligned(pairs).counts(), aligned([(b, a) for a, b in pairs]).counts()
    assert there.deletions.tolist() == back.insertions.tolist()
    assert there.substitutions.tolist() == back.substitutions.tolist()
    assert there.hits.tolist() == back.hits.tolist()


@few
@given(PAIRS, st.randoms(use_true_random=False))
def test_a_pair_is_aligned_alike_in_any_company(pairs: list[tuple[str, str]], stream: object) -> None:
    whole = aligned(pairs).paired()
    for place, pair in enumerate(pairs):
        alone, mine = aligned([pair]).paired(), whole.pair == place
        assert alone.first.tolist() == whole.first[mine].tolist()
        assert alone.second.tolist() == whole.second[mine].tolist()


@few
@given(PAIRS)
def test_pairs_go_forward_and_fit_the_counts(pairs: list[tuple[str, str]]) -> None:
    found = aligned(pairs)
    paired, counts = found.paired(), found.counts()
    inside = np.diff(paired.pair) == 0
    assert (np.diff(paired.first)[inside] > 0).all()
    assert (np.diff(paired.second)[inside] > 0).all()
    every = np.bincount(paired.pair, minlength=len(pairs))
    assert every.tolist() == (counts.hits + counts.substitutions).tolist()
    assert np.bincount(paired.pair[paired.right], minlength=len(pairs)).tolist() == counts.hits.tolist()


@pytest.mark.parametrize(
    ("one", "other", "paired"),
    [
        ("the cat sat", "the cap sat", [(0, 0), (1, 1), (2, 2)]),
        ("a b", "b c", [(1, 0)]),  # two errors either way: the way with a right word
        ("x a", "a a", [(0, 0), (1, 1)]),
        ("a", "a a", [(0, 0)]),  # what both begin with comes first
        ("b", "a b c", [(0, 1)]),
    ],
)
def test_which_words_are_paired(one: str, other: str, paired: list[tuple[int, int]]) -> None:
    found = aligned([(one, other)]).paired()
    assert list(zip(found.first.tolist(), found.second.tolist(), strict=True)) == paired


def test_long_texts() -> None:
    """Costs beyond 16 bits, and a table that is divided, against the distance of rapidfuzz."""
    stream = np.random.default_rng(5)
    for size in (200, 2_000, 6_000):
        one = [str(word) for word in stream.integers(0, 500, size)]
        other = [word for word in one if stream.random() > 0.1]
        text, heard = " ".join(["x", *one, "x"]), " ".join(["y", *other, "y"])
        from rapidfuzz.distance import Levenshtein

        expected = Levenshtein.distance(text.split(), heard.split())
        assert aligned([(text, heard)]).counts().errors.tolist() == [expected]


@few
@given(st.text(max_size=12), st.text(max_size=12))
def test_the_distance_without_rapidfuzz(one: str, other: str) -> None:
    assert _edit_distance(one, other) == edit_distance(one, other)
