"""Lines against gold: distances held against shapely and by hand, the assignment, directions, CVAT's way."""

from __future__ import annotations

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tasks.line_samples import LABELS, Plain, Points, delivery_of, gold_of, judged, line, task
from tests.unit.tasks.span_samples import counted, shuffled
from vendoreval.errors import InputError
from vendoreval.tasks.conventions import convention
from vendoreval.tasks.lines import POINTS, Line, cvat_similarity, distance, turned
from vendoreval.tasks.outcomes import ONE
from vendoreval.tasks.polylines import TYPE

spots = st.tuples(st.integers(0, 60), st.integers(0, 60))
chains = st.lists(spots, min_size=2, max_size=5, unique=True)
drawn = st.lists(st.tuples(st.sampled_from(LABELS), chains), max_size=3)
FLAT: Points = [(0, 0), (100, 0)]


def made(*parts: Points) -> Line:
    return Line.of(line("x", *parts)["rings"])


def moved(points: Points, x: float, y: float) -> Points:
    return [(a + x, b + y) for a, b in points]


def mean_one_way(points: Points, other: Points) -> float:
    """Of POINTS points at equal steps along a line, to the other one, by shapely."""
    path, target = shapely.LineString(points), shapely.LineString(other)
    steps = shapely.line_interpolate_point(path, np.linspace(0, 1, POINTS), normalized=True)
    return float(np.mean(shapely.distance(steps, target)))


@given(chains, chains)
def test_distances_are_those_of_shapely(first: Points, second: Points) -> None:
    pair = made(first), made(second)
    wanted = max(mean_one_way(first, second), mean_one_way(second, first))
    assert distance(*pair, "mean") == pytest.approx(wanted, abs=1e-9)
    assert distance(*pair, "mean") == distance(*pair[::-1], "mean")
    exact = shapely.hausdorff_distance(*map(shapely.LineString, (first, second)), densify=0.01)
    assert distance(*pair, "max") == pytest.approx(exact, abs=0.6)  # each of them samples the lines
    assert distance(*pair, "mean") <= distance(*pair, "max") + 1e-9


@given(chains, st.integers(-20, 20), st.integers(-20, 20))
def test_a_line_that_was_moved_lies_no_further_than_it_was(points: Points, x: int, y: int) -> None:
    apart = distance(made(points), made(moved(points, x, y)), "max")
    assert apart <= math.hypot(x, y) + 1e-9
    assert distance(made(points), made(points[::-1]), "mean") == pytest.approx(0, abs=1e-9)


def test_distances_by_hand() -> None:
    assert distance(made(FLAT), made(moved(FLAT, 0, 7)), "mean") == pytest.approx(7)
    half: Points = [(0, 0), (50, 0)]
    assert distance(made(FLAT), made(half), "max") == pytest.approx(50)
    assert distance(made(FLAT), made(half), "mean") == pytest.approx(12.6, abs=0.1)  # 25 on the half that lacks
    spike: Points = [(0, 0), (50, 0), (50.2, 30), (50.4, 0), (100, 0)]
    assert distance(made(FLAT), made(spike), "max") == pytest.approx(30)
    many: Points = [(0, 0), (1, 0), (2, 0), (3, 0), (100, 0)]
    assert distance(made(FLAT), made(many), "mean") == pytest.approx(0, abs=1e-9)
    assert distance(made([(3, 4)]), made(FLAT), "max") == pytest.approx(math.hypot(97, 4))


def test_a_line_of_very_many_points_is_compared_in_blocks() -> None:
    steps = np.linspace(0, 100, 20_000)
    long = made([(float(x), 0.0) for x in steps])
    assert distance(long, made(moved(FLAT, 0, 3)), "max") == pytest.approx(3)
    assert distance(long, made(moved(FLAT, 0, 3)), "mean") == pytest.approx(3)


def test_lines_in_parts_are_one_line() -> None:
    gap = made([(0, 0), (40, 0)], [(60, 0), (100, 0)])
    assert distance(gap, made(FLAT), "max") == pytest.approx(10)
    assert gap.ends[-1] == 80


@settings(max_examples=60, deadline=None)
@given(drawn, drawn)
def test_the_assignment_has_the_largest_sum_of_scores(gold: list[Plain], given_: list[Plain]) -> None:
    rule = task(distance="20")
    scores = {
        (e, d): score
        for e, (_, one) in enumerate(gold)
        for d, (_, other) in enumerate(given_)
        if (score := 1 - distance(made(one), made(other), "mean") / 40) >= 0.5 - 1e-9
    }
    slots = [*range(len(given_)), *[-1] * len(gold)]
    ways = {order[: len(gold)] for order in permutations(slots)} if gold else {()}
    best = max(sum(scores.get((e, d), 0) for e, d in enumerate(way)) for way in ways)
    found = judged(gold, given_, rule)
    matched = np.isin(found.outcome, (0, 1, 2)) & (found.level == 1)
    assert found.score[matched].sum() / ONE == pytest.approx(best, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(drawn, drawn, st.sampled_from(["yes", "no"]), st.integers(0, 99))
def test_order_and_sides_change_nothing_and_a_file_fits_itself(
    gold: list[Plain], given_: list[Plain], directed: str, seed: int
) -> None:
    rule = task(directed=directed)
    itself = judged(gold, gold, rule)
    assert itself.right.all()
    assert (itself.score == ONE).all()
    labels = delivery_of({("i", "b"): given_, ("i", "a"): gold, ("j", "a"): given_})
    first = TYPE.compare(gold_of({"i": gold, "j": gold}), labels, rule)
    other = TYPE.compare(gold_of({"i": gold[::-1], "j": gold}), shuffled(labels, seed), rule)
    assert list(first.rows()) == list(other.rows())
    there, back = judged(gold, given_, rule).counts(), judged(given_, gold, rule).counts()
    assert (there["missing"], there["correct"]) == (back["extra"], back["correct"])


def test_limits_in_pixels_and_as_a_share_of_the_diagonal() -> None:
    gold, given_ = [("lane", FLAT)], [("lane", moved(FLAT, 0, 8))]
    found = judged(gold, given_)
    assert counted(found) == {"correct": 1}
    assert found.score.tolist() == [0.6 * ONE]
    assert counted(judged(gold, given_, task(distance="7.9"))) == {"missing": 1, "extra": 1}
    assert counted(judged(gold, given_, task(distance_share="0.01"))) == {"correct": 1}  # of 800 pixels
    assert counted(judged(gold, given_, task(distance_share="0.0099"))) == {"missing": 1, "extra": 1}
    near = judged(gold, [("wire", moved(FLAT, 0, 8))], task(distance="8"))
    assert counted(near) == {"wrong_label": 1}
    assert near.where is not None
    assert "within the error of floating numbers" in str(near.where[0])
    exact = judged(gold, gold, task(distance="0"))
    assert counted(exact) == {"correct": 1}


def test_what_fits_too_little_is_imprecise_and_told() -> None:
    found = judged([("lane", FLAT)], [("lane", moved(FLAT, 0, 8))], task(imprecise_below="0.75"))
    assert counted(found) == {"imprecise": 1}
    assert found.where is not None
    assert found.where[0] == "line from 0,8 to 100,8 over 2 points; 8.0 pixels from gold's"


def test_direction_counts_where_the_contract_says_so() -> None:
    gold, back = [("lane", FLAT)], [("lane", FLAT[::-1])]
    assert counted(judged(gold, back)) == {"correct": 1}
    found = judged(gold, back, task(directed="yes"))
    assert counted(found) == {"imprecise": 1}
    assert found.where is not None
    assert str(found.where[0]).endswith("; it runs the other way")
    ring: Points = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    assert not turned(made(ring), made(ring))


def test_the_size_of_an_image_that_nobody_tells_is_asked_for() -> None:
    gold = gold_of({"i": [("lane", FLAT)]}, size=None)
    with pytest.raises(InputError, match="that of i is not told"):
        TYPE.compare(gold, delivery_of({("i", "a"): []}), task(distance_share="0.01"))


def test_ignored_gold_and_lines_without_points() -> None:
    ignored = line("lane", FLAT, ignored=True)
    assert counted(judged([ignored], [("lane", moved([(20, 0), (40, 0)], 0, 3))])) == {"unscorable": 1}
    assert counted(judged([], [line("lane", [])])) == {"unscorable": 1}


def cvat(first: Points, second: Points, area: float) -> float:
    """Both lines at all corners' shares of either, as CVAT's source compares them."""

    def at(points: Points, share: float) -> tuple[float, float]:
        place = shapely.line_interpolate_point(shapely.LineString(points), share, normalized=True)
        return float(place.x), float(place.y)

    def shares(points: Points) -> list[float]:
        steps = np.cumsum([math.dist(a, b) for a, b in pairwise(points)])
        return [float(step / steps[-1]) for step in steps]

    def one(other: Points) -> float:
        every = sorted({0.0, *(round(s, 12) for s in (*shares(first), *shares(other)))})
        squares = [math.dist(at(first, s), at(other, s)) ** 2 for s in every]
        return float(np.mean([math.exp(-square / (2 * area * 0.02**2)) for square in squares]))

    return max(one(second), one(second[::-1]))


@settings(max_examples=60, deadline=None)
@given(chains, chains)
def test_the_likeness_is_cvats(first: Points, second: Points) -> None:
    area = 640.0 * 480
    found = cvat_similarity(made(first), made(second), area)
    assert found == pytest.approx(cvat(first, second, area), abs=1e-6)


def test_cvats_preset_matches_as_far_as_its_formula_says() -> None:
    reach = math.sqrt(-2 * math.log(0.4) * 640 * 480) * 0.02
    assert reach == pytest.approx(0.027 * math.sqrt(640 * 480), rel=0.01)
    for away, wanted in ((reach - 0.1, {"correct": 1}), (reach + 0.1, {"missing": 1, "extra": 1})):
        given_ = [("lane", moved(FLAT[::-1], 0, away))]
        assert counted(judged([("lane", FLAT)], given_, task(preset="cvat", directed="yes"))) == wanted


def test_cvats_figures_stand_beside_ours() -> None:
    gold = gold_of({"i": [("lane", FLAT), ("lane", moved(FLAT, 0, 200))]})
    labels = delivery_of({("i", "a"): [("lane", moved(FLAT, 0, 12)), ("wire", moved(FLAT, 0, 201))]})
    rule = task(distance="5")
    assert convention("cvat", gold, labels, rule) == {"accuracy": 0.5, "precision": 0.5, "recall": 0.5}
    assert TYPE.compare(gold, labels, rule).counts()["missing"] == 1


def test_distance_between_people() -> None:
    first = delivery_of({("i", "a"): [("lane", FLAT)]})
    second = delivery_of({("i", "b"): [("lane", moved(FLAT, 0, 5)), ("wire", moved(FLAT, 0, 5))]})
    assert TYPE.distance(first, second, task()) == pytest.approx([1 - 2 * 0.75 / 3])
    assert TYPE.distance(first, first, task()) == pytest.approx([0.0])
