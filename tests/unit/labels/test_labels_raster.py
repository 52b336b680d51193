"""Polygons as masks; shapely's answer on every pixel's centre is the oracle."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from vendoreval.labels.raster import runs_from_rings
from vendoreval.labels.runs import area_of, pixels_of

FORMATS = Path(__file__).parents[3].parent / "shared" / "formats"
corner = st.tuples(st.integers(-2, 12), st.integers(-2, 12))


def drawn(rings: list[list[list[int]]], height: int = 10, width: int = 10) -> int:
    return area_of(runs_from_rings(rings, height, width))


def square(x: int, y: int, side: int) -> list[int]:
    return [x, y, x + side, y, x + side, y + side, x, y + side]


@given(st.lists(corner, min_size=3, max_size=8), st.integers(1, 499), st.integers(1, 499))
def test_a_pixel_belongs_when_its_centre_does(corners: list[tuple[int, int]], dx: int, dy: int) -> None:
    """Corners off the grid of centres, so that no centre lies on an edge but by a slope."""
    ring = [(1000 * x + dx, 1000 * y + dy) for x, y in corners]
    pixels = pixels_of(runs_from_rings([[[n for point in ring for n in point]]], 9, 11), 9, 11)
    polygon = shapely.Polygon(ring)
    y, x = np.indices((9, 11)) * 1000 + 500
    centres = shapely.points(x.ravel(), y.ravel())
    edge = shapely.distance(shapely.LinearRing(ring), centres).reshape(9, 11) < 1e-6
    # The even-odd rule also for rings that cross themselves: count crossings of a ray upwards.
    inside = np.asarray(
        [_odd(ring, cx, cy) for cx, cy in zip(x.ravel().tolist(), y.ravel().tolist(), strict=True)]
    ).reshape(9, 11)
    assert (pixels == inside)[~edge].all()
    if polygon.is_valid:
        assert (shapely.contains(polygon, centres).reshape(9, 11) == pixels)[~edge].all()


def _odd(ring: list[tuple[int, int]], x: int, y: int) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (ax > x) != (bx > x) and y > ay + (by - ay) * (x - ax) / (bx - ax):
            inside = not inside
    return inside


def test_polygons_that_share_an_edge_share_no_pixel() -> None:
    """Halves of a square cut through pixel centres, upright, level and along the diagonal."""
    whole = [0, 0, 8000, 0, 8000, 8000, 0, 8000]
    for first, second in (
        ([0, 0, 3500, 0, 3500, 8000, 0, 8000], [3500, 0, 8000, 0, 8000, 8000, 3500, 8000]),
        ([0, 0, 8000, 0, 8000, 3500, 0, 3500], [0, 3500, 8000, 3500, 8000, 8000, 0, 8000]),
        ([0, 0, 8000, 0, 8000, 8000], [0, 0, 8000, 8000, 0, 8000]),
    ):
        masks = [pixels_of(runs_from_rings([[ring]], 10, 10), 10, 10) for ring in (first, second, whole)]
        assert not (masks[0] & masks[1]).any()
        assert ((masks[0] | masks[1]) == masks[2]).all()


def test_holes_parts_and_what_lies_outside() -> None:
    assert drawn([[square(1000, 1000, 6000), square(2000, 2000, 2000)]]) == 36 - 4
    assert drawn([[square(0, 0, 2000)], [square(1000, 0, 2000)]]) == 6  # parts that overlap count once
    assert drawn([[square(-3000, -3000, 5000)]]) == 4
    assert drawn([[square(20000, 0, 2000)]]) == 0
    assert drawn([]) == drawn([[]]) == drawn([[[]]]) == 0


def test_a_line_of_one_pixel_has_its_pixels_and_a_speck_none() -> None:
    """labelbox gives a line of one pixel the area 0, pycocotools a polygon of .6 x .6 pixels the area 1."""
    assert drawn([[[2000, 3000, 7000, 3000, 7000, 4000, 2000, 4000]]]) == 5
    assert drawn([[square(2600, 2600, 600)]]) == 0  # no centre inside
    assert drawn([[square(2200, 2200, 600)]]) == 1


def test_masks_of_the_truth() -> None:
    objects = json.loads((FORMATS / "truth" / "vision.json").read_text())["objects"]
    (one,) = (each for each in objects if each["id"] == "e2")
    rings = [[[int(1000 * n) for point in ring for n in point] for ring in (*one["rings"], *one["holes"])]]
    assert area_of(runs_from_rings(rings, 60, 90)) == 30 * 30 - 10 * 10


def test_absurd_polygons_are_refused() -> None:
    with pytest.raises(ValueError, match="without a y"):
        drawn([[[1, 2, 3]]])
    with pytest.raises(ValueError, match="million"):
        drawn([[[0, 0, 2 * 10**9, 0, 0, 5]]])
    with pytest.raises(ValueError, match="at most"):
        drawn([], 10**6, 10**6)
    zigzag = [n for k in range(3000) for n in (0 if k % 2 else 16_000_000, k)]
    with pytest.raises(ValueError, match="columns"):
        drawn([[zigzag]], 16_000, 16_000)
