"""Spans against gold: what each mode counts, by hand, by enumeration and by other tools."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.span_samples import (
    LABELS,
    Plain,
    counted,
    delivery_of,
    gold_of,
    judged,
    shuffled,
    span,
    task,
)
from vendoreval.contracts.terms import Attribute
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.spans import EACH, TYPE

MODES = ("strict", "exact", "partial", "type")
spans = st.lists(
    st.builds(
        lambda a, n, label: (a, a + n, label), st.integers(0, 8), st.integers(1, 6), st.sampled_from(LABELS)
    ),
    max_size=4,
)  # fmt: skip


def share(one: Plain, other: Plain) -> Fraction:
    common = set(range(*one[:2])) & set(range(*other[:2]))
    return Fraction(len(common), len(set(range(*one[:2])) | set(range(*other[:2]))))


def allowed(one: Plain, other: Plain, mode: str, least: Fraction) -> bool:
    if mode in ("strict", "exact"):
        return one[:2] == other[:2]
    return share(one, other) >= least if mode == "partial" else share(one, other) > 0


def best(gold: list[Plain], given_: list[Plain], mode: str, least: Fraction) -> tuple[int, int]:
    """Pairs, and right ones, of the largest sum of shares; then of the fewest errors and most pairs."""
    found = []
    for size in range(min(len(gold), len(given_)) + 1):
        for mine in itertools.combinations(range(len(gold)), size):
            for theirs in itertools.permutations(range(len(given_)), size):
                pairs = [(gold[e], given_[d]) for e, d in zip(mine, theirs, strict=True)]
                if all(allowed(e, d, mode, least) for e, d in pairs):
                    right = sum(mode == "exact" or e[2] == d[2] for e, d in pairs)
                    total = sum(int(share(e, d) * ONE) + EACH for e, d in pairs)
                    errors = len(gold) + len(given_) - size - right
                    first = right if mode == "type" else 0
                    found.append((first, total, -errors, size, right))
    return max(found)[3:]


@settings(max_examples=150, deadline=None)
@given(spans, spans, st.sampled_from(MODES), st.sampled_from(["0.5", "0.01", "1"]))
def test_the_assignment_is_the_best_of_all(
    gold: list[Plain], given_: list[Plain], mode: str, least: str
) -> None:
    outcomes = judged(gold, given_, task(mode, overlap=least))
    size, right = best(gold, given_, mode, Fraction(least))
    counts = outcomes.counts()
    assert counts["correct"] + counts["wrong_label"] == size
    assert counts["correct"] == right
    assert counts["missing"] == len(gold) - size
    assert counts["extra"] == len(given_) - size
    assert counts["empty_agreed"] == (not gold and not given_)


@given(spans, st.sampled_from(MODES))
def test_a_file_against_itself_is_right(gold: list[Plain], mode: str) -> None:
    outcomes = judged(gold, gold, task(mode))
    assert outcomes.right.all()
    assert (outcomes.score == ONE).all()


@given(spans, spans, st.sampled_from(MODES))
def test_exchanging_the_sides_exchanges_missing_and_extra(
    gold: list[Plain], given_: list[Plain], mode: str
) -> None:
    there, back = judged(gold, given_, task(mode)).counts(), judged(given_, gold, task(mode)).counts()
    assert (there["missing"], there["extra"]) == (back["extra"], back["missing"])
    assert there["correct"] == back["correct"]


@given(spans, spans, st.sampled_from(MODES), st.integers(0, 99))
def test_the_order_of_rows_changes_nothing(
    gold: list[Plain], given_: list[Plain], mode: str, seed: int
) -> None:
    sheets: dict[tuple[str, str | None], list[Plain]] = {
        ("i", "b"): given_,
        ("i", "a"): gold,
        ("j", "a"): given_,
    }
    labels = delivery_of(sheets)
    reference = gold_of({"i": gold, "j": gold})
    first = TYPE.compare(reference, labels, task(mode))
    other = TYPE.compare(gold_of({"i": gold[::-1], "j": gold}), shuffled(labels, seed), task(mode))
    assert list(first.rows()) == list(other.rows())


def test_the_modes_side_by_side() -> None:
    gold = [(0, 6, "PER"), (10, 20, "LOC"), (30, 34, "LOC")]
    given_ = [(0, 6, "LOC"), (10, 18, "LOC"), (33, 40, "LOC")]
    assert counted(judged(gold, given_)) == {"wrong_label": 1, "missing": 2, "extra": 2}
    assert counted(judged(gold, given_, task("exact"))) == {"correct": 1, "missing": 2, "extra": 2}
    partial = judged(gold, given_, task("partial"))
    assert counted(partial) == {"correct": 1, "wrong_label": 1, "missing": 1, "extra": 1}
    assert partial.score.tolist() == [ONE, ONE * 8 // 10, 0, 0]
    assert counted(judged(gold, given_, task("partial", overlap="0.8"))) == counted(
        partial
    )  # 8 of 10: at the limit
    assert counted(judged(gold, given_, task("partial", overlap="0.81")))["missing"] == 2
    assert counted(judged(gold, given_, task("type"))) == {"correct": 2, "wrong_label": 1}


def test_spans_of_the_same_borders_go_to_those_of_their_label() -> None:
    nested = [(0, 6, "PER"), (0, 6, "LOC")]
    for mode in MODES:
        assert counted(judged(nested, nested[::-1], task(mode))) == {"correct": 2}
    assert counted(judged(nested, [*nested, (0, 6, "LOC")])) == {"correct": 2, "extra": 1}


def test_pieces_count_by_what_they_mark() -> None:
    whole, parted = span(0, 14, "PER"), span(0, 14, "PER", pieces="0 6;11 14")
    assert counted(judged([parted], [parted])) == {"correct": 1}
    assert counted(judged([parted], [whole])) == {"missing": 1, "extra": 1}
    assert counted(judged([parted], [whole], task("partial", overlap="0.65"))) == {"missing": 1, "extra": 1}
    assert counted(judged([parted], [whole], task("partial", overlap="0.64"))) == {"correct": 1}  # 9 of 14
    inside = span(7, 10, "PER")  # within the hull, but on none of the pieces
    assert counted(judged([parted], [inside], task("type"))) == {"missing": 1, "extra": 1}


def test_spans_that_mark_nothing_are_named_and_equal_only_themselves() -> None:
    odd = [(7, 7, "PER"), (9, 5, "PER")]
    for mode in MODES:
        assert counted(judged(odd, odd, task(mode))) == {"correct": 2}
        assert counted(judged(odd, [(5, 9, "PER")], task(mode))) == {"missing": 2, "extra": 1}
    where = judged([], odd).where
    assert where is not None
    assert set(where.text()) == {
        "span 7–7, which is empty or ends before it begins",
        "span 9–5, which is empty or ends before it begins",
    }


@pytest.mark.parametrize("mode", MODES)
def test_offsets_may_be_as_large_as_they_like(mode: str) -> None:
    far = [(2**52, 2**53, "PER"), (0, 2**53, "LOC"), (3, 9, "PER")]
    assert counted(judged(far, far, task(mode))) == {"correct": 3}
    assert counted(judged([(0, 2**53, "PER")], [(1, 2**53, "PER")], task("partial", overlap="1"))) == {
        "missing": 1,
        "extra": 1,
    }


def test_many_sheets_alternatives_and_items_without_an_answer() -> None:
    gold = gold_of({"i": [[(0, 3, "PER")], [(0, 8, "PER")]], "j": [(1, 2, "LOC")], "k": []})
    labels = delivery_of({("i", "a"): [(0, 8, "PER")], ("i", "b"): [], ("x", "a"): [(0, 1, "PER")]})
    rows = list(TYPE.compare(gold, labels, task()).rows())
    assert [(r["item_id"], r["annotator_id"], r["outcome"], r["level"]) for r in rows] == [
        ("i", "a", "correct", "object"),
        ("i", "b", "missing", "object"),
        ("j", None, "missing", "object"),
        ("k", None, "missing", "item"),
    ]
    assert TYPE.compare(gold, labels, task()).unanswered.tolist() == [False, False, True, True]


def test_attributes_that_count_and_spans_that_do_not() -> None:
    rule = replace(task(), attributes=(Attribute("certainty"),))
    gold = [span(0, 3, "PER", attributes={"certainty": "high"}), span(5, 9, "LOC", ignored=True)]
    given_ = [span(0, 3, "PER", attributes={"certainty": "low"}), span(5, 9, "PER"), span(5, 8, "LOC")]
    rows = [(r["level"], r["outcome"], r["where"]) for r in judged(gold, given_, rule).rows()]
    assert rows == [
        ("object", "correct", None),
        ("object", "extra", "span 5–8"),
        ("object", "unscorable", "span 5–9"),
        ("attribute", "wrong_attribute", "span 0–3: certainty: expected high, got low"),
    ]
    assert counted(judged(gold, given_[:1])) == {"correct": 1}  # an ignored span is not missed


# Texts


TEXT = "Doctor Ada Moe works at the University of Bergen in Norway."


def test_a_span_is_described_in_its_text() -> None:
    rows = [
        span(7, 14, "PER"),
        span(0, 14, "PER", pieces="0 6;11 14"),
        span(50, 70, "LOC"),
        span(52, 58, "LOC"),
    ]
    labels = delivery_of({("i", "a"): rows}, {"i": TEXT})
    assert [TYPE.describe(labels, row) for row in range(4)] == [
        "span 7–14: Doctor [Ada Moe] works at the University…",
        "span 0–6 and 11–14: [Doctor] Ada [Moe] works at the University…",
        "span 50–70, which lies outside its text of 59 characters",
        "span 52–58: …University of Bergen in [Norway].",
    ]
    assert TYPE.describe(delivery_of({("i", "a"): rows}), 0) == "span 7–14"


def test_wrong_spans_past_the_point_where_the_texts_differ_cannot_be_scored() -> None:
    crlf, lf = "Bo Li met\r\nEva Wu.", "Bo Li met\nEva Wu."
    gold = gold_of({"i": [(0, 5, "PER"), (11, 17, "PER"), (6, 9, "LOC")]}, {"i": crlf})
    labels = delivery_of({("i", "a"): [(0, 5, "PER"), (10, 16, "PER")], ("i", "b"): []}, {"i": lf})
    outcomes = TYPE.compare(gold, labels, task())
    found = [(r["annotator_id"], r["outcome"], r["where"]) for r in outcomes.rows()]
    said = "; its text differs from gold's after 9 characters"
    assert found == [
        ("a", "correct", None),
        ("a", "missing", "span 6–9: Bo Li [met]  Eva Wu."),
        ("a", "unscorable", f"span 11–17: Bo Li met  [Eva Wu].{said}"),
        ("a", "unscorable", f"span 10–16: Bo Li met [Eva Wu].{said}"),
        ("b", "missing", "span 0–5: [Bo Li] met  Eva Wu."),
        ("b", "missing", "span 6–9: Bo Li [met]  Eva Wu."),
        ("b", "unscorable", f"span 11–17: Bo Li met  [Eva Wu].{said}"),
    ]
    same = TYPE.compare(gold, delivery_of({("i", "a"): [(10, 16, "PER")]}, {"i": crlf}), task())
    assert counted(same) == {"missing": 3, "extra": 1}


# Distance


@given(spans, spans, st.sampled_from(MODES))
def test_the_distance_is_one_minus_f1_both_ways(first: list[Plain], second: list[Plain], mode: str) -> None:
    one, other = (delivery_of({("i", "a"): rows}).on_items(("i",)) for rows in (first, second))
    there, back = TYPE.distance(one, other, task(mode)), TYPE.distance(other, one, task(mode))
    assert there is not None
    assert back is not None
    assert there.tolist() == back.tolist()
    outcomes: Outcomes = judged(first, second, task(mode))
    both = len(first) + len(second)
    right = outcomes.right & outcomes.at("object")
    f1 = 2 * outcomes.score[right].sum() / ONE / both if both else 1.0
    assert there[0] <= 1 - f1 + 1e-8
    if mode in ("strict", "exact"):
        assert np.isclose(there[0], 1 - f1)


def test_of_equal_sums_the_one_with_more_pairs_wins_whatever_rounding_does() -> None:
    """1/6 + 1/3 is 1/2, though not in billionths that are rounded down."""
    counts = judged(
        [(0, 1, "PER"), (0, 3, "PER")], [(0, 6, "PER"), (1, 2, "PER")], task("partial", overlap="0.01")
    ).counts()
    assert (counts["correct"], counts["missing"], counts["extra"]) == (2, 0, 0)
