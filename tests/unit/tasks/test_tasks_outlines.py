"""Polygons as geometry; exact fractions, pixels and the published figures of real sets are the oracles."""

import sys
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from vendoreval.errors import MissingPart
from vendoreval.labels.nested import Nested
from vendoreval.tasks import outlines as module
from vendoreval.tasks.outlines import Outlines, iou, most_iou, outlines

Ring = list[int]
corner = st.tuples(st.integers(0, 30), st.integers(0, 30))


def square(x: float, y: float, side: float) -> Ring:
    return [round(1000 * n) for n in (x, y, x + side, y, x + side, y + side, x, y + side)]


def drawn(*polygons: list[list[Ring]], repair: module.Repair = "none") -> Outlines:
    return outlines(Nested.from_lists(polygons, 3), repair)


def of_two(first: list[list[Ring]], second: list[list[Ring]]) -> float:
    row = np.zeros(1, dtype=np.int64)
    return float(iou(drawn(first), row, drawn(second), row)[0])


BOW_TIE = [1000 * n for n in (0, 0, 10, 10, 10, 0, 0, 10)]


def test_small_shapes_are_exact_where_rasters_deviate() -> None:
    """pycocotools: squares of 4 x 4 shifted by half a pixel .391; a polygon of .6 x .6 has area 1."""
    raster = [
        coco.frPyObjects([[o, o, o + 4, o, o + 4, o + 4, o, o + 4]], 10, 10) for o in (2.0, 2.5)
    ]  # fmt: skip
    assert float(coco.iou(raster[0], raster[1], [0])[0, 0]) == pytest.approx(0.391, abs=5e-4)
    exact = Fraction(35, 10) ** 2 / (32 - Fraction(35, 10) ** 2)
    assert of_two([[square(2, 2, 4)]], [[square(2.5, 2.5, 4)]]) == pytest.approx(float(exact), abs=1e-12)
    assert round(float(exact), 3) == 0.620
    assert drawn([[square(1, 1, 0.6)]]).areas.tolist() == [360_000]  # thousandths squared: .36 pixels
    assert coco.area(coco.frPyObjects([[1, 1, 1.6, 1, 1.6, 1.6, 1, 1.6]], 5, 5)).tolist() == [1]


def test_disjoint_outlines_in_one_box_share_nothing() -> None:
    """fiftyone compares the boxes of masks by default: IoU 1.0 for two disjoint shapes in one box."""
    lower, upper = [[0, 0, 9000, 10000, 0, 10000]], [[1000, 0, 10000, 0, 10000, 10000]]
    assert of_two([lower], [upper]) == 0
    assert of_two([[square(0, 0, 10), square(2, 2, 6)]], [[square(3, 3, 4)]]) == 0  # inside the other's hole


def test_holes_and_parts_count() -> None:
    ring, plain = [[square(0, 0, 10), square(2, 2, 5)]], [[square(0, 0, 10)]]
    assert of_two(ring, plain) == pytest.approx(0.75, abs=1e-12)
    halves = [[square(0, 0, 10)], [square(10, 0, 10)]]  # parts that share an edge are no fault
    both = drawn(halves, [[square(0, 0, 10)], [square(5, 0, 10)]])
    assert (both.areas / 1e6).tolist() == [200, 150]
    assert not both.faults
    assert of_two(halves, plain) == pytest.approx(0.5, abs=1e-12)


def test_what_is_wrong_with_an_outline_is_named_with_its_place() -> None:
    found = drawn(
        [[square(0, 0, 5)]], [[BOW_TIE]], [[[0, 0, 5, 5]]], [], [[[1, 2, 3]]], [[[0, 0, 10, 10, 20, 20]]],
        [[square(0, 0, 10), square(20, 20, 3)]], [[]], [[square(0, 0, 9)], [BOW_TIE]],
    )  # fmt: skip
    assert found.faults == {
        1: "self-intersection at 5,5",
        2: "an outline of fewer than 3 corners",
        3: "no outline",
        4: "an outline with an x without a y",
        5: "self-intersection at 0.01,0.01",
        6: "hole lies outside shell at 20,20",
        7: "no outline",
        8: "self-intersection at 5,5",
    }
    assert found.boxes[3].tolist() == [0, 0, 0, 0]


def test_the_two_documented_repairs_give_two_areas() -> None:
    """Lobes that wind twice are kept by one method and cut out by the other: the contract names the method."""
    ring = [1000 * n for n in (0, 0, 40, 0, 40, 40, 10, 40, 10, 10, 30, 10, 30, 30, 0, 30)]
    areas = {}
    for method in ("linework", "structure"):
        repaired = drawn([[ring]], repair=method)
        (areas[method],) = (repaired.areas / 1e6).tolist()
        assert not repaired.faults
        assert repaired.repairs[0].startswith("self-intersection at ")
        assert f"repaired by {method}, area " in repaired.repairs[0]
        assert repaired.repairs[0].endswith(f" and {areas[method]:.10g} after")
        whole = shapely.make_valid(shapely.Polygon(np.reshape(ring, (-1, 2))), method=method,
                                   **({} if method == "linework" else {"keep_collapsed": False}))  # fmt: skip
        assert areas[method] == pytest.approx(whole.area / 1e6)
    assert areas["linework"] != areas["structure"]


def test_no_lobe_of_a_bow_tie_is_lost_without_a_word() -> None:
    assert drawn([[BOW_TIE]], repair="structure").areas.tolist() == [50e6]
    assert drawn([[BOW_TIE]]).faults == {0: "self-intersection at 5,5"}
    flat = drawn([[[0, 0, 10, 10, 20, 20]]], repair="linework")
    assert flat.areas.tolist() == [0]
    assert list(flat.faults) == [0]
    assert not flat.repairs


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(1, 15)), min_size=2, max_size=8))
def test_squares_have_the_iou_of_whole_numbers(squares: list[tuple[int, int, int]]) -> None:
    found = drawn(*([[square(*one)]] for one in squares))
    a, b = (index.ravel() for index in np.indices((len(squares), len(squares))))
    exact = [_iou(squares[i], squares[j]) for i, j in zip(a.tolist(), b.tolist(), strict=True)]
    values = iou(found, a, found, b)
    assert np.allclose(values, [float(one) for one in exact], rtol=0, atol=1e-12)
    assert (most_iou(found, a, found, b) >= values - 1e-12).all()
    sieved = iou(found, a, found, b, least=0.5)
    kept = np.asarray([one >= Fraction(1, 2) for one in exact])
    assert (sieved[kept] == values[kept]).all()
    assert (sieved[~kept] < 0.5).all()


def _iou(first: tuple[int, int, int], second: tuple[int, int, int]) -> Fraction:
    sides = [max(0, min(first[k] + first[2], second[k] + second[2]) - max(first[k], second[k])) for k in (0, 1)]
    shared = sides[0] * sides[1]
    return Fraction(shared, first[2] ** 2 + second[2] ** 2 - shared)


@given(st.lists(corner, min_size=3, max_size=7), st.lists(corner, min_size=3, max_size=7))
def test_the_order_of_the_two_does_not_matter(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    sides = [[[[1000 * n for point in ring for n in point]]] for ring in (first, second)]
    assert of_two(*sides) == pytest.approx(of_two(*reversed(sides)), abs=1e-12)
    for ring, side in zip((first, second), sides, strict=True):
        polygon = shapely.Polygon(ring)
        if polygon.is_valid and polygon.area > 0:
            assert of_two(side, side) == pytest.approx(1, abs=1e-12)
            turned = [[[n for point in reversed(ring) for n in (1000 * point[0], 1000 * point[1])]]]
            assert of_two(side, turned) == pytest.approx(1, abs=1e-12)


def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    angles = np.sort(rng.uniform(0, 2 * np.pi, (40, 20)), axis=1)
    radius = rng.uniform(20, 60, (40, 20))
    points = np.stack([100 + radius * np.cos(angles), 100 + radius * np.sin(angles)], axis=2)
    found = drawn(*([[ring]] for ring in np.rint(points * 1000).astype(int).reshape(40, 40).tolist()))
    a, b = (index.ravel() for index in np.indices((40, 40)))
    whole = iou(found, a, found, b)
    monkeypatch.setattr(module, "_BLOCK", 37)
    assert (iou(found, a, found, b) == whole).all()
    loop = [p.intersection(q).area / p.union(q).area for p in found.shapes for q in found.shapes]
    assert np.allclose(whole, loop, rtol=0, atol=1e-12)


def test_no_polygons_at_all() -> None:
    none = drawn()
    nothing = np.empty(0, dtype=np.int64)
    assert len(none) == 0
    assert iou(none, nothing, none, nothing).tolist() == []


def test_without_shapely_a_reader_of_evidence_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(MissingPart, match="without the library shapely") as error:
        drawn([[square(0, 0, 5)]])
    assert "pip install shapely" in (error.value.remedy or "")


def test_far_from_the_corner_of_a_large_image_a_pixel_is_as_exact() -> None:
    far = 900_000
    for side in (1, 3):
        shifted = of_two([[square(far, far, side)]], [[square(far + side / 4, far, side)]])
        assert shifted == pytest.approx(0.6, abs=1e-10)
