"""Relations against gold: what each mode counts, by hand and by enumeration."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.unit.tasks.relation_samples import (
    LABELS,
    End,
    Plain,
    delivery_of,
    gold_of,
    judged,
    relation,
    task,
)
from tests.unit.tasks.span_samples import counted, shuffled
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.relations import TYPE
from vendoreval.tasks.spans import EACH

MODES = ("strict", "exact", "partial")
WAYS = ("yes", "no")
TEXT = "Doctor Ada Moe works at the University of Bergen in Norway."
ADA, BERGEN, NORWAY = (7, 14, "PER"), (28, 48, "ORG"), (52, 58, "LOC")
WORKS, LIES = ("works_at", ADA, BERGEN), ("located_in", BERGEN, NORWAY)
ends = st.builds(
    lambda a, n, label: (a, a + n, label), st.integers(0, 4), st.integers(1, 4), st.sampled_from("XY")
)
relations = st.lists(st.tuples(st.sampled_from(LABELS), ends, ends), max_size=3)


def share(one: End, other: End) -> Fraction:
    mine, theirs = set(range(*one[:2])), set(range(*other[:2]))
    return Fraction(len(mine & theirs), len(mine | theirs))


def fit(one: Plain, other: Plain, mode: str, directed: str) -> tuple[bool, Fraction] | None:
    """Whether a pair's ends are right, and its score; None where it is no pair."""
    found = []
    for turned in (False, True):
        theirs = other[:0:-1] if turned else other[1:]
        shares = [share(mine, given_) for mine, given_ in zip(one[1:], theirs, strict=True)]
        least = Fraction(1, 2) if mode == "partial" else Fraction(1)
        alike = mode != "strict" or all(a[2] == b[2] for a, b in zip(one[1:], theirs, strict=True))
        if min(shares) >= least:
            found.append((alike and not (turned and directed == "yes"), min(shares)))
    return max(found) if found else None


def best(gold: list[Plain], given_: list[Plain], mode: str, directed: str) -> tuple[int, int]:
    """Pairs, and right ones, of the largest sum; then of the fewest errors and most pairs."""
    found = []
    for size in range(min(len(gold), len(given_)) + 1):
        for mine in itertools.combinations(range(len(gold)), size):
            for theirs in itertools.permutations(range(len(given_)), size):
                fits = [fit(gold[e], given_[d], mode, directed) for e, d in zip(mine, theirs, strict=True)]
                pairs = [one for one in fits if one is not None]
                if len(pairs) < size:
                    continue
                same = [gold[e][0] == given_[d][0] for e, d in zip(mine, theirs, strict=True)]
                right = sum(precise and alike for (precise, _), alike in zip(pairs, same, strict=True))
                total = sum(int((score + 2 * precise) * ONE) + EACH for precise, score in pairs)
                found.append((total, sum(same) + size, size, right))
    top = max(found)
    return top[2], top[3]


@settings(max_examples=150, deadline=None)
@given(relations, relations, st.sampled_from(MODES), st.sampled_from(WAYS))
def test_the_assignment_is_the_best_of_all(
    gold: list[Plain], given_: list[Plain], mode: str, directed: str
) -> None:
    outcomes = judged(gold, given_, task(mode, directed=directed))
    size, right = best(gold, given_, mode, directed)
    counts = outcomes.counts()
    assert counts["correct"] + counts["wrong_label"] + counts["imprecise"] == size
    assert counts["correct"] == right
    assert (counts["missing"], counts["extra"]) == (len(gold) - size, len(given_) - size)


@settings(deadline=None)
@given(relations, st.sampled_from(MODES), st.sampled_from(WAYS))
def test_a_file_against_itself_is_right(gold: list[Plain], mode: str, directed: str) -> None:
    outcomes = judged(gold, gold, task(mode, directed=directed))
    assert outcomes.right.all()
    assert (outcomes.score == ONE).all()


@settings(deadline=None)
@given(relations, relations, st.sampled_from(MODES), st.sampled_from(WAYS), st.integers(0, 99))
@example([WORKS, ("works_at", BERGEN, ADA)], [], "strict", "no", 0)
def test_the_order_of_rows_and_of_sides_changes_nothing(
    gold: list[Plain], given_: list[Plain], mode: str, directed: str, seed: int
) -> None:
    rule = task(mode, directed=directed)
    labels = delivery_of({("i", "b"): given_, ("i", "a"): gold, ("j", "a"): given_})
    first = TYPE.compare(gold_of({"i": gold, "j": gold}), labels, rule)
    other = TYPE.compare(gold_of({"i": gold[::-1], "j": gold}), shuffled(labels, seed), rule)
    assert list(first.rows()) == list(other.rows())
    there, back = judged(gold, given_, rule).counts(), judged(given_, gold, rule).counts()
    assert (there["missing"], there["extra"]) == (back["extra"], back["missing"])


@given(relations)
def test_where_direction_does_not_count_ends_may_stand_either_way(gold: list[Plain]) -> None:
    turned = [(label, tail, head) for label, head, tail in gold]
    outcomes = judged(gold, turned, task(directed="no"))
    assert outcomes.right.all()
    same = judged(gold, gold, task(directed="no"))
    assert outcomes.unit.tolist() == same.unit.tolist()


def test_one_mistake_is_one_error_and_is_told() -> None:
    texts = {"i": TEXT}
    given_ = [("located_in", ADA, BERGEN), ("located_in", NORWAY, BERGEN)]
    found = TYPE.compare(
        gold_of({"i": [WORKS, LIES]}, texts), delivery_of({("i", "a"): given_}, texts), task("exact")
    )
    assert counted(found) == {"wrong_label": 1, "imprecise": 1}
    assert found.where is not None
    assert found.where.text() == [
        "relation from 7–14 PER to 28–48 ORG: Doctor [Ada Moe] works at the [University of Bergen] in Norway.",
        "relation from 52–58 LOC to 28–48 ORG: …or Ada Moe works at the [University of Bergen] in [Norway].; "
        "head and tail are exchanged",
    ]


@pytest.mark.parametrize(
    ("given_", "rule", "wanted"),
    [
        (("works_at", (7, 14, "LOC"), BERGEN), task(), {"imprecise": 1}),
        (("works_at", (7, 14, "LOC"), BERGEN), task("exact"), {"correct": 1}),
        (("works_at", (7, 14, None), BERGEN), task(), {"imprecise": 1}),
        (("works_at", (0, 14, "PER"), BERGEN), task(), {"missing": 1, "extra": 1}),
        (("works_at", (0, 14, "PER"), BERGEN), task("partial"), {"correct": 1}),
        (("works_at", (0, 14, "PER"), BERGEN), task("partial", overlap="0.6"), {"missing": 1, "extra": 1}),
        (("works_at", BERGEN, ADA), task("partial"), {"imprecise": 1}),
        (("works_at", BERGEN, ADA), task("partial", directed="no"), {"correct": 1}),
        (("works_at", (28, 48, "LOC"), ADA), task(directed="no"), {"imprecise": 1}),
    ],
)
def test_by_hand(given_: Plain, rule: object, wanted: dict[str, int]) -> None:
    assert counted(judged([WORKS], [given_], rule)) == wanted  # type: ignore[arg-type]


def test_reasons_name_the_end() -> None:
    def said(given_: Plain, **rule: str) -> str:
        where = judged([WORKS], [given_], task(**rule)).where
        assert where is not None
        return (where[0] or "").partition("; ")[2]

    assert said(("works_at", (7, 14, "LOC"), BERGEN)) == "gold's head is PER, not LOC"
    assert said(("works_at", (28, 48, None), ADA), directed="no") == "gold's tail is ORG, here it has no label"
    assert said(("works_at", BERGEN, ADA)) == "head and tail are exchanged"


def test_an_end_whose_label_gold_does_not_tell_is_not_asked() -> None:
    plain = relation("works_at", (7, 14, None), (28, 48, None))
    assert counted(judged([plain], [WORKS])) == {"correct": 1}


def test_distance_is_one_minus_f1() -> None:
    first, second = (
        delivery_of({("i", who): rows})
        for who, rows in (("a", [WORKS, LIES]), ("b", [WORKS, ("works_at", ADA, NORWAY)]))
    )
    assert TYPE.distance(first, second, task()) == pytest.approx([0.5])
    assert TYPE.distance_words(task()) == "1 - F1 of relations (strict)"
    partial = delivery_of({("i", "b"): [("works_at", (0, 14, "PER"), BERGEN)]})
    one = delivery_of({("i", "a"): [WORKS]})
    assert TYPE.distance(one, partial, task("partial")) == pytest.approx([0.5])
    turned = delivery_of({("i", "b"): [("works_at", BERGEN, ADA)]})
    assert TYPE.distance(one, turned, task("partial")) == pytest.approx([1.0])
    assert TYPE.distance(one, turned, task("partial", directed="no")) == pytest.approx([0.0])


def test_how_an_ends_label_is_written_is_no_error() -> None:
    given_ = ("works_at", (*ADA[:2], "per "), (*BERGEN[:2], "Org"))
    assert counted(judged([WORKS], [given_])) == {"correct": 1}
