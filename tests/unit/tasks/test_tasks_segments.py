"""Segments of time, matched by their common time or their ends; names of nobody mapped."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.box_samples import shuffled
from tests.unit.tasks.time_samples import (
    Plain,
    delivery_of,
    gold_of,
    judged,
    segment,
    segments_of,
    task,
    times,
)
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.segments import TYPE
from vendoreval.tasks.time_rows import clock, stretch_of

segments = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 5), st.sampled_from("ab")).map(
        lambda one: (one[0], one[0] + one[1], one[2])
    ),
    max_size=4,
)


def iou(one: Plain, other: Plain) -> Fraction:
    """Of whole seconds."""
    common = max(0, min(one[1], other[1]) - max(one[0], other[0]))
    return Fraction(int(common), int(one[1] - one[0] + other[1] - other[0] - common))


def best(gold: list[Plain], delivered: list[Plain], limit: Fraction) -> Fraction:
    """The largest sum of IoU of one-to-one pairs, by trying all."""
    longer, shorter = sorted((gold, delivered), key=len, reverse=True)
    pairs = (zip(chosen, shorter, strict=True) for chosen in itertools.permutations(longer, len(shorter)))
    sums = [sum((iou(*pair) for pair in pairing if iou(*pair) >= limit), Fraction(0)) for pairing in pairs]
    return max(sums)


@given(segments, segments)
@settings(max_examples=50)
def test_the_best_pairing_counts(gold: list[Plain], delivered: list[Plain]) -> None:
    found = judged(gold, delivered, iou="0.5")
    score = found.score[found.at("object")].sum()
    assert abs(int(score) - ONE * best(gold, delivered, Fraction(1, 2))) < 10


@given(segments, segments, st.integers(0, 99))
@settings(max_examples=30)
def test_the_order_of_rows_plays_no_part(gold: list[Plain], delivered: list[Plain], seed: int) -> None:
    labels = delivery_of({("i", "a"): delivered, ("i", "b"): gold})
    for rule in ({}, {"boundary": "1"}, {"labels": "mapped"}):
        one, other = (
            list(TYPE.compare(gold_of({"i": gold}), table, task(**rule)).rows())
            for table in (labels, shuffled(labels, seed))
        )
        assert one == other


@given(segments)
@settings(max_examples=20)
def test_an_answer_against_itself_is_right(rows: list[Plain]) -> None:
    for rule in ({}, {"boundary": "0.2"}, {"labels": "mapped"}):
        found = judged(rows, rows, **rule)
        assert {outcome for _, _, outcome in segments_of(found)} <= {"correct"}


def test_a_limit_is_met_exactly() -> None:
    assert segments_of(judged([(0, 1, "a")], [(0.25, 1, "a")], iou="0.75")) == [("a", "a", "correct")]
    assert len(segments_of(judged([(0, 1, "a")], [(0.251, 1, "a")], iou="0.75"))) == 2


def test_both_ends_lie_within_the_boundary_exactly() -> None:
    rule = {"boundary": "0.2", "imprecise_below": "0"}
    assert segments_of(judged([(1, 2, "a")], [(1.2, 1.8, "b")], **rule)) == [("a", "b", "wrong_label")]
    assert len(segments_of(judged([(1, 2, "a")], [(1.2, 2.201, "a")], **rule))) == 2
    assert segments_of(judged([(1, 1.1, "a")], [(1.15, 1.2, "a")], **rule)) == [("a", "a", "correct")]


def test_a_pair_that_fits_badly_is_imprecise() -> None:
    assert segments_of(judged([(0, 4, "a")], [(0, 3, "a")], imprecise_below="0.8")) == [("a", "a", "imprecise")]


def test_segments_without_length_are_equal_to_themselves_alone() -> None:
    found = judged([(1, 1, "a"), (3, 2, "a")], [(1, 1, "a"), (2, 3, "a")])
    assert segments_of(found) == [("a", "a", "correct"), ("a", None, "missing"), (None, "a", "extra")]
    where = [row["where"] for row in found.rows() if row["outcome"] == "missing"]
    assert where == ["segment 3 s to 2 s, without length"]


def test_names_of_nobody_stand_for_whom_they_have_most_time_with() -> None:
    gold = [(0, 5, "ada"), (5, 9, "bo")]
    found = judged(gold, [(0, 4, "bo"), (5, 9, "S1"), (20, 21, "ada")], labels="mapped")
    assert segments_of(found) == [
        ("ada", "ada", "correct"), ("bo", "bo", "correct"), (None, "nobody (ada)", "extra"),
    ]  # fmt: skip
    wrong = next(row for row in found.rows() if row["outcome"] == "extra")
    assert wrong["where"] == "segment 20 s to 21 s, called ada"
    assert len(segments_of(judged(gold, [(0, 4, "S0"), (5, 9, "S1")]))) == 2


def test_each_recording_has_a_mapping_of_its_own() -> None:
    gold = gold_of({"i": [(0, 5, "ada")], "j": [(0, 5, "bo")]})
    labels = delivery_of({("i", "p"): [(0, 5, "S0")], ("j", "p"): [(0, 5, "S0")], ("k", "p"): [(0, 5, "S0")]})
    found = TYPE.compare(gold, labels, task(labels="mapped"))
    assert segments_of(found) == [("ada", "ada", "correct"), ("bo", "bo", "correct")]


def test_labels_that_meet_in_collars_only_are_mapped_by_what_is_left() -> None:
    found = judged([(0, 0.3, "ada")], [(0, 0.3, "S0")], labels="mapped", collar="0.25")
    assert segments_of(found) == [("ada", "ada", "correct")]
    assert times(found) == {}


def test_of_alternative_answers_the_one_with_most_common_time_is_mapped_to() -> None:
    gold = gold_of({"i": [[segment(0, 2, "ada")], [segment(0, 5, "bo"), segment(5, 9, "ada")]]})
    found = TYPE.compare(gold, delivery_of({("i", "p"): [(0, 5, "S0"), (5, 9, "S1")]}), task(labels="mapped"))
    assert segments_of(found) == [("bo", "bo", "correct"), ("ada", "ada", "correct")]
    assert times(found) == {"correct": 9000}


def test_the_distance_of_mapped_answers_does_not_look_at_names() -> None:
    one, other = (delivery_of({("i", "p"): [(0, 4, name), (4, 8, "x")]}) for name in ("S0", "S1"))
    assert TYPE.distance(one, other, task(labels="mapped")) == pytest.approx([0])
    assert TYPE.distance(one, other, task()) == pytest.approx([0.5])
    assert "of one class" not in TYPE.distance_words(task(labels="mapped"))


def test_outcomes_of_time_weigh_what_they_last() -> None:
    found = judged([(0, 4, "a")], [(1, 6, "a")])
    assert found.size is not None
    rows = [(row["outcome"], row["where"], size) for row, size in zip(found.rows(), found.size, strict=True)]
    assert rows == [
        ("correct", None, 1), ("missing", "time 0 s to 1 s", 1000), ("correct", None, 3000),
        ("extra", "time 4 s to 6 s", 2000),
    ]  # fmt: skip
    assert found.unit.tolist() == np.arange(4).tolist()


@pytest.mark.parametrize(
    ("time", "said"),
    [(0, "0 s"), (12_500, "12.5 s"), (62_050, "1:02.05"), (3_600_000, "1:00:00"), (-250, "-0.25 s")],
)
def test_times_are_told_as_players_show_them(time: int, said: str) -> None:
    assert clock(time) == said
    assert stretch_of(f"time {said} to {clock(time + 7)}") == (time, time + 7)
