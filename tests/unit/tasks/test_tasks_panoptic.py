"""Panoptic segments: quality as the paper defines it, stuff and things, void, and what does not fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tests.unit.tasks.segment_samples import (
    LABELS,
    STUFF,
    Image,
    Quality,
    delivery_of,
    drawn,
    gold_of,
    judged,
    paper,
    task,
)
from tests.unit.tasks.span_samples import counted, shuffled
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.tasks.outcomes import ONE, Outcomes
from vendoreval.tasks.panoptic import TYPE

SIZE = (4, 5)
OBJECT = Counting("object")


def images(ignored: bool) -> st.SearchStrategy[Image]:
    """Two cars, a dog, a road and a sky at most, each class of stuff in one segment."""
    classes = {1: "car", 2: "car", 3: "dog", 4: "road", 5: "sky"}
    gone = (
        st.sampled_from([frozenset[int](), frozenset({3}), frozenset({4})]) if ignored else st.just(frozenset())
    )
    return st.builds(
        lambda pixels, left: Image(pixels, classes, left),
        arrays(np.int64, SIZE, elements=st.integers(0, 5)),
        gone,
    )


def near(image: Image, changes: list[tuple[int, int, int]]) -> Image:
    """Nearly the same image."""
    pixels = image.pixels.copy()
    for y, x, number in changes:
        pixels[y, x] = number
    return Image(pixels, image.classes)


few = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5)), max_size=5)


def qualities(found: Outcomes) -> dict[str, tuple[float, float, float]]:
    """PQ, SQ and RQ of each class that has any unit."""
    told = {}
    for name in LABELS:
        parts = [measure(metric, found, name, LABELS, OBJECT) for metric in ("pq", "sq", "rq")]
        sums = [(part.ys[0].sum() / part.scale, part.xs[0].sum()) for part in parts]
        if sums[0][1]:
            told[name] = tuple(y / x if x else 0.0 for y, x in sums)
    return told  # type: ignore[return-value]


@settings(max_examples=150, deadline=None)
@given(images(ignored=True), images(ignored=False), few, st.booleans())
def test_quality_is_that_of_the_paper(
    gold: Image, other: Image, changes: list[tuple[int, int, int]], close: bool
) -> None:
    given_ = near(gold, changes) if close else other
    if not gold.segments() and not gold.ignored & set(np.unique(gold.pixels).tolist()):
        return  # an image on which gold has nothing is empty, not void
    wanted = paper([(gold, given_)])
    found = judged(gold, given_)
    expected = {name: one for name, one in wanted.items() if one.tp + one.fp + one.fn}
    told = qualities(found)
    assert set(told) == set(expected)
    for name, one in expected.items():
        assert told[name][0] == pytest.approx(float(one.pq), abs=1e-8)
        assert told[name][1] == pytest.approx(float(one.iou / one.tp) if one.tp else 0.0, abs=1e-8)
        assert told[name][2] == pytest.approx(2 * one.tp / (2 * one.tp + one.fp + one.fn))


def test_quality_is_a_mean_over_images_and_classes() -> None:
    gold = {
        "a": drawn("ccrr ccrr", {"c": "car", "r": "road"}),
        "b": drawn("ddrr ddrr", {"d": "dog", "r": "road"}),
    }
    given_ = {
        "a": drawn("ccrr cc.r", {"c": "car", "r": "road"}),
        "b": drawn("d.rr ..rr", {"d": "dog", "r": "road"}),
    }
    found = TYPE.compare(gold_of(gold), delivery_of({(item, "x"): one for item, one in given_.items()}), task())
    wanted = paper([(gold[item], given_[item]) for item in gold])
    whole = measure("pq", found, None, LABELS, OBJECT)
    means = [y.sum() / x.sum() / whole.scale for y, x in zip(whole.ys, whole.xs, strict=True)]
    assert np.mean(means) == pytest.approx(float(sum(one.pq for one in wanted.values()) / 3), abs=1e-8)
    assert wanted["dog"] == Quality(0, 1, 1)


@settings(max_examples=40, deadline=None)
@given(images(ignored=False), images(ignored=False), st.integers(0, 99))
def test_an_image_fits_itself_and_order_changes_nothing(gold: Image, given_: Image, seed: int) -> None:
    itself = judged(gold, gold)
    assert itself.right.all()
    assert (itself.score == ONE).all()
    labels = delivery_of({("i", "b"): given_, ("i", "a"): gold, ("j", "a"): given_})
    reference = gold_of({"i": gold, "j": gold})
    first = TYPE.compare(reference, labels, task())
    assert list(first.rows()) == list(TYPE.compare(reference, shuffled(labels, seed), task()).rows())


def test_the_roles_can_be_exchanged_where_nothing_is_void() -> None:
    one = drawn("ccr ccr", {"c": "car", "r": "road"})
    two = drawn("crr crr", {"c": "dog", "r": "road"})
    rule = task(unlabelled="counted")
    there, back = judged(one, two, rule).counts(), judged(two, one, rule).counts()
    assert (there["missing"], there["extra"]) == (back["extra"], back["missing"])


def test_stuff_is_one_segment_however_many_rows_it_came_in() -> None:
    gold = drawn("rrcrr rrcrr", {"r": "road", "c": "car"})
    parts = drawn("aacbb aacbb", {"a": "road", "b": "road", "c": "car"})
    assert counted(judged(gold, parts)) == {"correct": 2}
    assert counted(judged(gold, parts, task(stuff=[]))) == {"correct": 1, "missing": 1, "extra": 2}


def test_a_half_is_not_enough() -> None:
    gold = drawn("cc..", {"c": "car"})
    assert counted(judged(gold, drawn("c...", {"c": "car"}))) == {"missing": 1, "extra": 1}
    more = drawn("ccc.", {"c": "car"})
    assert counted(judged(more, drawn("cc..", {"c": "car"}))) == {"correct": 1}
    swapped = judged(more, drawn("cc..", {"c": "dog"}))
    assert counted(swapped) == {"wrong_label": 1}
    assert swapped.where is not None
    assert swapped.where[0] == "segment of 2 pixels, 0,0 to 2,1 of 4 x 1"


def test_void_is_left_out_of_overlaps_and_accuses_nobody() -> None:
    gold = drawn("cc.. .... vv..", {"c": "car", "v": "dog"}, ignored="v")
    given_ = drawn("cccc dd.. ee..", {"c": "car", "d": "car", "e": "car"})
    found = judged(gold, given_)
    assert counted(found) == {"correct": 1, "unscorable": 2}
    assert found.score.max() == ONE
    counting = judged(gold, given_, task(unlabelled="counted"))
    assert counted(counting) == {"missing": 1, "extra": 2, "unscorable": 1}


def test_void_is_known_where_gold_does_not_number_its_answers() -> None:
    gold = gold_of({"i": drawn("cc.. .... vv..", {"c": "car", "v": "dog"}, ignored="v")})
    given_ = delivery_of({("i", "a"): drawn("cccc dd.. ee..", {"c": "car", "d": "car", "e": "car"})})
    plain = replace(gold, labels=replace(gold.labels, alternative=None))
    first, second = (list(TYPE.compare(one, given_, task()).rows()) for one in (gold, plain))
    assert first == second


def test_an_image_on_which_gold_has_nothing_is_empty() -> None:
    nothing = drawn("....", {})
    assert counted(judged(nothing, nothing)) == {"empty_agreed": 1}
    assert counted(judged(nothing, drawn("cc..", {"c": "car"}))) == {"extra": 1}


def test_segments_of_another_size_say_nothing() -> None:
    gold, other = drawn("cc..", {"c": "car"}), drawn("cc. ...", {"c": "car"})
    assert counted(judged(gold, other)) == {"unscorable": 2}


def test_distance_between_people() -> None:
    first = delivery_of({("i", "a"): drawn("ccrr", {"c": "car", "r": "road"})})
    second = delivery_of({("i", "b"): drawn("cdrr", {"c": "car", "d": "dog", "r": "road"})})
    assert TYPE.distance(first, second, task()) == pytest.approx([1 - 2 * 1 / 5])
    assert STUFF
