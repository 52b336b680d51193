"""Polygons as geometry: what is wrong with them, and how much of two is shared. The one user of shapely.

The first ring of a part is its outline, the others are its holes; a polygon is the union of its parts, which
may touch or overlap. Coordinates are thousandths of a pixel, areas thousandths squared.

An IoU is computed in floating numbers, and is far more exact than the band of tasks.limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import MissingPart
from vendoreval.labels.nested import Nested
from vendoreval.labels.shapes import SCALE

Repair = Literal["none", "linework", "structure"]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
_THREADS = 2  # shapely works outside of Python's lock
_BLOCK = 2_500  # pairs
_PLACE = re.compile(r"(.+?)\[(\S+) (\S+)\]")


@dataclass(frozen=True, eq=False)
class Outlines:
    """Polygons, one a row. `faults` says by row what is wrong with one that is invalid as it was drawn.

    `boxes` are x_min, y_min, x_max, y_max; all 0 of a polygon without any area. A polygon with a fault that
    was not repaired keeps its row, by shapely's repair "structure", so that it can be told which object is
    meant; `repairs` says what a repair that the contract asks for did.
    """

    shapes: Shapes
    boxes: Ints
    areas: Floats
    faults: Mapping[int, str] = field(default_factory=dict)
    repairs: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.areas)


def outlines(rings: Nested, repair: Repair = "none") -> Outlines:
    """The polygons of a column of rings; `repair` names shapely's method for the invalid ones, or "none"."""
    shapely = _shapely()
    broken = _too_few(rings)
    sound = np.setdiff1d(np.arange(len(rings)), np.asarray(sorted(broken), dtype=np.int64))
    shapes = np.full(len(rings), shapely.MultiPolygon(), dtype=np.object_)
    shapes[sound] = _built(rings.take(sound))
    faults, repairs = dict(broken), {}
    for row in sound[~shapely.is_valid(shapes[sound])].tolist():
        shapes[row], fault, changed = _mended(shapes[row], repair)
        if changed:
            repairs[row] = f"{fault}; {changed}"
        elif fault:
            faults[row] = fault
    areas = shapely.area(shapes)
    flat = [row for row in np.flatnonzero(areas == 0).tolist() if row not in faults]
    faults |= {row: repairs.pop(row, "an outline without any area") for row in flat}
    bounds = np.nan_to_num(shapely.bounds(shapes))
    boxes = np.concatenate([np.floor(bounds[:, :2]), np.ceil(bounds[:, 2:])], axis=1).astype(np.int64)
    return Outlines(shapes, boxes, areas, faults, repairs)


def most_iou(first: Outlines, a: Ints, second: Outlines, b: Ints) -> Floats:
    """At most how much IoU polygons a[k] and b[k] have, by boxes and areas; 0 where boxes do not meet."""
    low = np.maximum(first.boxes[a, :2], second.boxes[b, :2])
    high = np.minimum(first.boxes[a, 2:], second.boxes[b, 2:])
    width, height = np.maximum(high - low, 0).astype(np.float64).T
    larger, smaller = first.areas[a], second.areas[b]
    shared = np.minimum(width * height, np.minimum(larger, smaller))
    return _quotient(shared, larger + smaller - shared)


def iou(first: Outlines, a: Ints, second: Outlines, b: Ints, least: float = 0.0) -> Floats:
    """IoU of the polygons a[k] of `first` and b[k] of `second`.

    0 where the boxes show that it lies below `least`, or that nothing is shared.
    """
    found = np.zeros(len(a))
    bound = most_iou(first, a, second, b)
    near = np.flatnonzero((bound > 0) & (bound >= least))
    a, b = a[near], b[near]
    shared = intersections(first.shapes[a], second.shapes[b])
    found[near] = np.minimum(_quotient(shared, first.areas[a] + second.areas[b] - shared), 1.0)
    return found


def _shapely() -> Any:
    """The library; raises MissingPart where it is not installed, as with a reader of evidence it may be."""
    try:
        return import_module("shapely")
    except ImportError:
        raise MissingPart(
            "Polygons cannot be judged without the library shapely.", remedy="Install it: pip install shapely"
        ) from None


def _quotient(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def intersections(first: Shapes, second: Shapes) -> Floats:
    """The area that first[k] and second[k] share."""
    shapely = _shapely()

    def block(start: int) -> Floats:
        stop = start + _BLOCK
        found: Floats = shapely.area(shapely.intersection(first[start:stop], second[start:stop]))
        return found

    starts = range(0, len(first), _BLOCK)
    if len(starts) < 2:
        return block(0) if len(first) else np.empty(0)
    with ThreadPoolExecutor(_THREADS) as threads:
        return np.concatenate(list(threads.map(block, starts)))


def _built(rings: Nested) -> Shapes:
    """Multi-polygons of rings of three corners at least; shapely closes the rings."""
    shapely = _shapely()
    parts, first_ring, first_number = rings.offsets
    corners = rings.values.reshape(-1, 2).astype(np.float64)
    kind = shapely.GeometryType.MULTIPOLYGON
    built: Shapes = shapely.from_ragged_array(kind, corners, (first_number // 2, first_ring, parts))
    return built


def _too_few(rings: Nested) -> dict[int, str]:
    """Rows that are no geometry at all."""
    parts, first_ring, first_number = rings.offsets
    sizes = np.diff(first_number)
    row_of_part = np.repeat(np.arange(len(rings)), np.diff(parts))
    row_of_ring = np.repeat(row_of_part, np.diff(first_ring))
    few = dict.fromkeys(row_of_ring[sizes < 6].tolist(), "an outline of fewer than 3 corners")
    few |= dict.fromkeys(row_of_ring[sizes % 2 == 1].tolist(), "an outline with an x without a y")
    empty = [row_of_part[np.diff(first_ring) == 0], np.flatnonzero(np.diff(parts) == 0)]
    return few | dict.fromkeys(np.concatenate(empty).tolist(), "no outline")


def _mended(shape: Any, repair: Repair) -> tuple[Any, str, str]:
    """The geometry to go on with, what was wrong with the parts, and what was changed for it."""
    shapely = _shapely()
    parts = shapely.get_parts(shape)
    if shapely.is_valid(parts).all():
        return shapely.union_all(parts), "", ""  # parts that overlap or share an edge are no fault
    fault = "; ".join(_fault(shapely.is_valid_reason(part)) for part in parts if not part.is_valid)
    method = "structure" if repair == "none" else repair
    options = {} if method == "linework" else {"keep_collapsed": False}
    valid = shapely.make_valid(parts, method=method, **options)
    pieces = [piece for piece in _surfaces(valid) if piece.area > 0]
    mended = shapely.union_all(pieces) if pieces else shapely.MultiPolygon()
    if repair == "none":
        return mended, fault, ""
    before, after = (f"{area / SCALE**2:.10g}" for area in (_drawn(parts), mended.area))
    return mended, fault, f"repaired by {repair}, area {before} before and {after} after"


def _surfaces(shapes: Shapes) -> Shapes:
    shapely = _shapely()
    pieces = shapely.get_parts(shapely.get_parts(shapes))  # a repair may leave a collection of collections
    surface: Shapes = pieces[shapely.get_dimensions(pieces) == 2]
    return surface


def _drawn(parts: Shapes) -> float:
    """The area of the outlines as they are drawn (by the sum over their corners), less their holes'."""
    shapely = _shapely()
    return float(shapely.area(parts).sum())


def _fault(reason: str) -> str:
    """shapely's reason with its place in pixels: "Self-intersection[5000 5000]"."""
    found = _PLACE.fullmatch(reason)
    if not found:
        return reason.lower()
    x, y = (float(number) / SCALE for number in found.groups()[1:])
    return f"{found[1].lower()} at {x:.10g},{y:.10g}"
