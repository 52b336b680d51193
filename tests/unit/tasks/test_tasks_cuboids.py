"""Cuboids against hand cases, shapely from above, points thrown at random, and a small nuScenes by hand."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts import clause, contract_toml
from tests.unit.tasks.box_samples import Row, shuffled
from tests.unit.tasks.cuboid_samples import CLASSES, cuboid, delivered, gold, rule, sheet
from vendoreval.audits.cuboid_measures import beyond, loose
from vendoreval.audits.measures import measure
from vendoreval.audits.units import Counting
from vendoreval.contracts.parsing import parse_contract
from vendoreval.contracts.weaknesses import warnings
from vendoreval.errors import InputError
from vendoreval.labels.table import LabelTable
from vendoreval.tasks.conventions import convention
from vendoreval.tasks.cuboid_shapes import NUMBERS, Cuboids, bev_iou, common, heading_error, iou, size_error
from vendoreval.tasks.cuboids import TYPE
from vendoreval.tasks.outcomes import ONE, Outcomes

BASE = (0, 0, 1, 4, 2, 2, 0)


def pair(first: tuple[float, ...], second: tuple[float, ...]) -> tuple[Cuboids, Cuboids]:
    mine, theirs = (delivered(sheet([cuboid(*one)])) for one in (first, second))
    return Cuboids.of(mine), Cuboids.of(theirs)


def overlaps(first: tuple[float, ...], second: tuple[float, ...]) -> tuple[float, float]:
    """IoU in space and from above."""
    one, other = pair(first, second)
    shared = common(one, other)
    return float(iou(one, other, shared)[0]), float(bev_iou(one, other, shared)[0])


def compared(expected: list[Row], given_rows: list[Row], **matching: str) -> Outcomes:
    return TYPE.compare(gold({"a": expected}), delivered(sheet(given_rows)), rule(**matching))


def told(found: Outcomes) -> dict[str, int]:
    return {name: count for name, count in found.take(found.at("object")).counts().items() if count}


@pytest.mark.parametrize(("other", "space", "above"), [
    (BASE, 1, 1), ((1, 0, 1, 4, 2, 2, 0), .6, .6), ((0, 0, 2, 4, 2, 2, 0), 1 / 3, 1),
    ((0, 0, 1, 4, 2, 2, 180), 1, 1),
    ((0, 0, 1, 2, 4, 2, 90), 1, 1), ((0, 0, 1, 4, 2, 2, 90), 1 / 3, 1 / 3), ((4, 0, 1, 4, 2, 2, 0), 0, 0),
    ((0, 0, 51, 4, 2, 2, 0), 0, 1), ((0, 0, 1, 2, 1, 1, 0), 1 / 8, 1 / 4), ((0, 0, 3, 4, 2, 2, 0), 0, 1),
])  # fmt: skip
def test_overlaps_by_hand(other: tuple[float, ...], space: float, above: float) -> None:
    assert overlaps(BASE, other) == pytest.approx((space, above))
    assert overlaps(other, BASE) == pytest.approx((space, above))


def test_two_squares_at_45_degrees_share_an_octagon() -> None:
    octagon = 2 * (math.sqrt(2) - 1)
    found = overlaps((7, -3, 0, 1, 1, 1, 10), (7, -3, 0, 1, 1, 1, 55))
    assert found == pytest.approx((octagon / (2 - octagon),) * 2)


def _random(stream: np.random.Generator) -> tuple[float, ...]:
    x, y, z = stream.uniform(-2, 2, 3)
    long, wide, high = stream.uniform(0.5, 5, 3)
    return tuple(round(float(n), 3) for n in (x, y, z, long, wide, high, stream.uniform(-400, 400)))


def footprint(one: tuple[float, ...]) -> Any:
    x, y, _, long, wide, _, yaw = one
    box = shapely.box(-long / 2, -wide / 2, long / 2, wide / 2)
    return shapely.affinity.translate(shapely.affinity.rotate(box, yaw, origin=(0, 0)), x, y)


def test_from_above_as_shapely_has_it_and_in_space_by_its_heights() -> None:
    stream = np.random.default_rng(3)
    for _ in range(200):
        one, other = _random(stream), _random(stream)
        a, b = footprint(one), footprint(other)
        ground = a.intersection(b).area
        top, bottom = (
            min(one[2] + one[5] / 2, other[2] + other[5] / 2),
            max(one[2] - one[5] / 2, other[2] - other[5] / 2),
        )
        inside = ground * max(top - bottom, 0)
        whole = a.area * one[5] + b.area * other[5] - inside
        assert overlaps(one, other) == pytest.approx((inside / whole, ground / a.union(b).area), abs=1e-9)


def test_in_space_as_points_thrown_at_random_fall() -> None:
    stream = np.random.default_rng(5)
    for _ in range(6):
        one, other = _random(stream), _random(stream)
        points = stream.uniform(-6, 6, (400_000, 3))
        first, second = inside(points, one), inside(points, other)
        share = (first & second).sum() / (first | second).sum()
        assert overlaps(one, other)[0] == pytest.approx(share, abs=0.02)


def inside(points: Any, one: tuple[float, ...]) -> Any:
    x, y, z, long, wide, high, yaw = one
    off, turn = points - np.asarray([x, y, z]), math.radians(yaw)
    ahead = off[:, 0] * math.cos(turn) + off[:, 1] * math.sin(turn)
    left = off[:, 1] * math.cos(turn) - off[:, 0] * math.sin(turn)
    return (np.abs(ahead) <= long / 2) & (np.abs(left) <= wide / 2) & (np.abs(off[:, 2]) <= high / 2)


def test_a_cuboid_50_metres_too_high_is_no_match_in_space() -> None:
    high = (0, 0, 51, 4, 2, 2, 0)
    assert told(compared([cuboid(*BASE)], [cuboid(*high)])) == {"missing": 1, "extra": 1}
    assert told(compared([cuboid(*BASE)], [cuboid(*high)], match="centre")) == {"missing": 1, "extra": 1}
    for above in ("bev", "ground"):
        found = compared([cuboid(*BASE)], [cuboid(*high)], match=above)
        assert told(found) == {"correct": 1}
        assert found.score[found.at("object")].tolist() == [0]  # its IoU in space
        assert found.score[found.at("centre")].tolist() == [0]  # on the ground, as the rule looks


@pytest.mark.parametrize(("limit", "matched"), [("5", True), ("4.999", False), ("5.0001", True)])
def test_distances_are_compared_exactly(limit: str, matched: bool) -> None:
    off = (3, 4, 1, 4, 2, 2, 0)
    for match in ("centre", "ground"):
        found = told(compared([cuboid(*BASE)], [cuboid(*off)], match=match, centre=limit))
        assert found == ({"correct": 1} if matched else {"missing": 1, "extra": 1})
    deep = (0, 3, 5, 4, 2, 2, 0)
    found = told(compared([cuboid(*BASE)], [cuboid(*deep)], match="centre", centre=limit))
    assert ("correct" in found) == matched


def test_a_share_at_the_limit_is_enough_and_says_so() -> None:
    ahead = cuboid(1, 0, 1, 4, 2, 2, 0)
    found = compared([cuboid(*BASE)], [ahead], iou="0.6")
    assert told(found) == {"correct": 1}
    assert "at the limit" in next(where for where in found.where.text() if where)  # type: ignore[union-attr]
    assert told(compared([cuboid(*BASE)], [ahead], iou="0.601")) == {"missing": 1, "extra": 1}


def test_a_wrong_class_is_one_error_and_what_fits_worse_is_imprecise() -> None:
    van = cuboid(*BASE, label="van")
    assert told(compared([cuboid(*BASE)], [van])) == {"wrong_label": 1}
    assert told(compared([cuboid(*BASE)], [cuboid(1, 0, 1, 4, 2, 2, 0)], imprecise_below="0.7")) == {
        "imprecise": 1
    }


def test_two_pairs_go_before_one_that_is_nearer() -> None:
    expected = [cuboid(0, 0, 0, 1, 1, 1, 0), cuboid(1.5, 0, 0, 1, 1, 1, 0)]
    given_rows = [cuboid(1.5, 0, 0, 1, 1, 1, 0), cuboid(3.4, 0, 0, 1, 1, 1, 0)]
    assert told(compared(expected, given_rows, match="ground")) == {"correct": 2}


@pytest.mark.parametrize(("first", "second", "full", "axis"), [
    (0, 350, 10, 10), (179, -179, 2, 2), (0, 180, 180, 0), (90, -90, 180, 0), (10, 100, 90, 90), (0, 720, 0, 0),
    (45.5, -130, 175.5, 4.5), (0, 135, 135, 45),
])  # fmt: skip
def test_headings_go_round(first: float, second: float, full: float, axis: float) -> None:
    one, other = pair((*BASE[:6], first), (*BASE[:6], second))
    assert heading_error(one, other, axis=False)[0] == round(full * 1000)
    assert heading_error(one, other, axis=True)[0] == round(axis * 1000)
    assert heading_error(other, one, axis=False)[0] == round(full * 1000)


def test_the_size_error_is_that_of_nuscenes_not_of_argoverse() -> None:
    """1 - 1/3; divided by the smallest cuboid around both it would be .75 for the last pair."""
    one, other = pair((0, 0, 0, 1, 1, 1, 0), (9, 9, 9, 1, 1, 3, 77))
    assert size_error(one, other)[0] == pytest.approx(2 / 3)
    one, other = pair((0, 0, 0, 2, 1, 1, 0), (0, 0, 0, 1, 2, 1, 0))
    assert size_error(one, other)[0] == pytest.approx(2 / 3)
    assert size_error(one, one)[0] == 0


def test_errors_beyond_their_limits_are_wrong_units_of_their_own() -> None:
    off = cuboid(0.3, 0.4, 1, 5, 2, 2, 20)
    found = compared([cuboid(*BASE)], [off], centre_within="0.5", size_within="0.1", heading_within="20")
    assert told(found) == {"correct": 1}
    for level, right, score in (
        ("centre", True, 500_000),
        ("size", False, ONE // 5),
        ("heading", True, 20_000),
    ):
        row = found.take(found.at(level))
        assert (bool(row.right[0]), int(row.score[0])) == (right, score)
    said = [where for where in found.where.text() if where]  # type: ignore[union-attr]
    assert said == ["cuboid at 0.3,0.4,1, 5 × 2 × 2 m, heading 20°: its size error is 0.2"]
    tight = compared([cuboid(*BASE)], [off], centre_within="0.499", heading_within="19.999")
    assert [bool(tight.take(tight.at(level)).wrong[0]) for level in ("centre", "heading")] == [True, True]


def test_what_falls_on_an_ignored_cuboid_is_unscorable() -> None:
    area = cuboid(0, 0, 0, 20, 20, 20, 0, ignored=True)
    for match in ("iou", "bev", "ground"):
        assert told(compared([area], [cuboid(0.5, 0, 0, 1, 1, 1, 30)], match=match)) == {"unscorable": 1}
    assert told(compared([area], [cuboid(0, 0, 40, 1, 1, 1, 0)])) == {"extra": 1}


def _lists() -> st.SearchStrategy[list[Row]]:
    place = st.integers(-3000, 3000)
    size = st.integers(200, 4000)
    rows = st.tuples(place, place, place, size, size, size, st.integers(-360_000, 360_000))
    made = st.builds(_row, rows, st.sampled_from(CLASSES))
    return st.lists(made, max_size=5)


def _row(numbers: tuple[int, ...], label: str) -> Row:
    return {"label": label, **dict(zip(NUMBERS, numbers, strict=True))}


@settings(max_examples=30, deadline=None)
@given(_lists(), _lists(), st.sampled_from(["iou", "bev", "centre", "ground"]))
def test_order_plays_no_part_and_the_sides_change_roles(
    first: list[Row], second: list[Row], match: str
) -> None:
    task = rule(match=match, iou="0.2")
    given_rows = delivered(sheet(second))
    there = TYPE.compare(gold({"a": first}), given_rows, task)
    again = TYPE.compare(gold({"a": list(reversed(first))}), shuffled(given_rows, 1), task)
    assert list(there.rows()) == list(again.rows())
    back = TYPE.compare(gold({"a": second}), delivered(sheet(first)), task)
    swapped = {"missing": "extra", "extra": "missing"}
    assert {swapped.get(name, name): count for name, count in told(there).items()} == told(back)
    for level in ("object", "centre", "size", "heading", "footprint"):
        assert sorted(there.score[there.at(level)].tolist()) == sorted(back.score[back.at(level)].tolist())


@settings(max_examples=20, deadline=None)
@given(_lists())
def test_a_delivery_against_itself_is_perfect(rows: list[Row]) -> None:
    found = compared(rows, rows)
    assert told(found) == ({"correct": len(rows)} if rows else {})
    assert (found.score[found.at("object")] == ONE).all()
    assert not found.score[found.at("centre") | found.at("size") | found.at("heading")].any()
    one: LabelTable = delivered(sheet(rows))
    distances = TYPE.distance(one, one, rule())
    assert distances is not None
    assert distances.tolist() == ([0.0] if rows or len(distances) else [])


def test_the_assignment_is_the_best_of_all() -> None:
    stream = np.random.default_rng(8)
    for _ in range(8):
        mine, theirs = ([cuboid(*_random(stream)) for _ in range(4)] for _ in range(2))
        found = compared(mine, theirs, iou="0.05")
        table = [[overlaps(_numbers(a), _numbers(b))[0] for b in theirs] for a in mine]
        best = max(
            sum(share for row, at in zip(table, chosen, strict=True) if (share := row[at]) >= 0.05)
            for chosen in itertools.permutations(range(4))
        )
        assert found.score[found.at("object")].sum() / ONE == pytest.approx(best, abs=1e-8)


def _numbers(row: Row) -> tuple[float, ...]:
    return tuple(row[name] / 1000 for name in NUMBERS)


def test_measures_are_means_over_what_they_count() -> None:
    expected = [cuboid(*BASE), cuboid(20, 0, 1, 4, 2, 2, 0), cuboid(40, 0, 1, 4, 2, 2, 0)]
    given_rows = [cuboid(1, 0, 1, 4, 2, 2, 10), cuboid(20, 0, 1, 2, 2, 2, 0)]
    found = compared(expected, given_rows, iou="0.4")
    above = [overlaps(_numbers(a), _numbers(b))[1] for a, b in zip(expected, given_rows, strict=False)]
    one = measure("mean_bev_iou", found, None, CLASSES, Counting("object"))
    assert one.n == 3
    assert float(one.ys[0].sum()) / ONE / 3 == pytest.approx(sum(above) / 3)
    wanted = {
        "centre_error": ("centre", 0.5, 2),
        "size_error": ("size", 0.25, 1),
        "heading_error": ("heading", 5, 180),
    }
    for metric, (unit, mean, cap) in wanted.items():
        two = measure(metric, found, None, CLASSES, Counting(unit, cap=Fraction(cap)))
        assert two.n == 2
        assert float(two.lost) == pytest.approx(mean)


def test_nuscenes_figures_by_hand() -> None:
    """Within a class the nearest first, on the ground; errors of the pairs within 2 metres, by class."""
    stream = np.random.default_rng(11)
    for _ in range(10):
        rows = [[_small(stream) for _ in range(6)] for _ in range(2)]
        figures = convention("nuscenes", gold({"a": rows[0]}), delivered(sheet(rows[1])), rule())
        for metres in ("0.5", "1", "2", "4"):
            pairs = nearest_first(rows[0], rows[1], float(metres))
            assert (
                figures[f"recall_{metres}_m"]
                == figures[f"precision_{metres}_m"]
                == pytest.approx(len(pairs) / 6)
            )
        pairs = nearest_first(rows[0], rows[1], 2)
        off = {name: [d for d, e, _ in pairs if rows[0][e]["label"] == name] for name in CLASSES}
        means = [sum(one) / len(one) for one in off.values() if one]
        assert figures["ate"] == (pytest.approx(sum(means) / len(means), abs=1e-5) if means else None)
        assert figures["ase"] == (pytest.approx(0, abs=1e-9) if means else None)


def _small(stream: np.random.Generator) -> Row:
    x, y, z, yaw = (*stream.uniform(-3, 3, 3), stream.uniform(-180, 180))
    return cuboid(x, y, z, 1.5, 1, 1, yaw, label=str(stream.choice(CLASSES)))


def nearest_first(expected: list[Row], given_rows: list[Row], limit: float) -> list[tuple[float, int, int]]:
    every = sorted(
        (math.dist(*(tuple(one[n] / 1000 for n in ("x", "y")) for one in (a, b))), e, d)
        for e, a in enumerate(expected) for d, b in enumerate(given_rows) if a["label"] == b["label"]
    )  # fmt: skip
    found: list[tuple[float, int, int]] = []
    for off, e, d in every:
        if off <= limit and all(e != one[1] and d != one[2] for one in found):
            found.append((off, e, d))
    return found


def test_other_conventions_are_not_for_cuboids() -> None:
    with pytest.raises(InputError, match="no convention 'coco'"):
        convention("coco", gold({"a": [cuboid(*BASE)]}), delivered(sheet([])), rule())


def test_it_is_called_by_place_size_and_heading() -> None:
    labels = delivered(sheet([cuboid(1.5, -2, 0, 4.2, 1.8, 1.5, 90, object_id="7")]))
    assert TYPE.describe(labels, 0) == "cuboid at 1.5,-2,0, 4.2 × 1.8 × 1.5 m, heading 90°, object 7"


def test_large_deliveries_are_paired_within_their_items() -> None:
    stream = np.random.default_rng(2)
    rows = {f"i{n}": [cuboid(*_random(stream)) for _ in range(3)] for n in range(40)}
    found = TYPE.compare(gold(rows), delivered({(item, "p"): one for item, one in rows.items()}), rule())
    assert told(found) == {"correct": 120}


def test_lines_of_a_clause_on_footprints_are_the_loose_cuboids() -> None:
    expected = [cuboid(*BASE), cuboid(20, 0, 1, 4, 2, 2, 0)]
    found = compared(expected, [cuboid(1, 0, 1, 4, 2, 2, 0), cuboid(20, 0, 1.2, 4, 2, 2, 0)])
    rows = found.take(np.flatnonzero(loose(found, Fraction("0.7"))))
    assert (len(rows), rows.score.tolist()) == (1, [600_000_000])
    assert not loose(found, Fraction("0.6")).any()
    assert beyond(found, Fraction("0.5")).sum() == 1  # one centre is a metre off


@pytest.mark.parametrize(("unit", "weak"), [("heading", True), ("object", False)])
def test_a_contract_on_errors_alone_is_weak(unit: str, weak: bool) -> None:
    clauses = [
        clause("turned", metric="heading_error", unit="heading", threshold="5", decision={"rule": "point"}),
        clause("other", unit=unit, decision={"rule": "point"}),
    ]
    found = parse_contract(contract_toml(task={"type": "cuboids", "classes": list(CLASSES)}, clauses=clauses))
    assert any("were found" in one.what for one in warnings(found)) == weak
