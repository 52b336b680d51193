"""IoU of pairs of polygons: ours and a loop over shapely's objects, in one run, each in a fresh process.

python benchmarks/polygons.py           5,000 pairs of 20 corners
python benchmarks/polygons.py 50000

"near" has pairs of one object each, all of which overlap; "all" has every pair of the 20 polygons of an image,
of which boxes settle most. Both sides stand in memory as whole numbers and end with an IoU a pair.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

CORNERS, RUNS, AN_IMAGE = 20, 3, 20
Pairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def made(pairs: int, which: str) -> Pairs:
    """Corners of gold's and delivered polygons in thousandths of a pixel, and which of them form the pairs."""
    rng = np.random.Generator(np.random.PCG64(7))
    count = pairs if which == "near" else max(pairs // AN_IMAGE, AN_IMAGE)
    centre = rng.uniform(100, 1900, (count, 2))
    gold = _round(rng, centre)
    given = _round(rng, centre + rng.normal(0, 8, (count, 2)))
    if which == "near":
        return gold, given, np.arange(count), np.arange(count)
    image = np.arange(count) // AN_IMAGE * AN_IMAGE
    first = np.repeat(np.arange(count), AN_IMAGE)
    second = np.repeat(image, AN_IMAGE) + np.tile(np.arange(AN_IMAGE), count)
    inside = second < count
    return gold, given, first[inside], second[inside]


def _round(rng: np.random.Generator, centre: np.ndarray) -> np.ndarray:
    angle = (np.arange(CORNERS) + rng.uniform(0, 0.8, (len(centre), CORNERS))) * 2 * np.pi / CORNERS
    radius = rng.uniform(30, 60, angle.shape)
    x, y = centre[:, :1] + radius * np.cos(angle), centre[:, 1:] + radius * np.sin(angle)
    return np.rint(np.stack([x, y], axis=2) * 1000).astype(np.int64)


def ours(data: Pairs, least: float = 0.0) -> Callable[[], np.ndarray]:
    from vendoreval.labels.nested import Nested
    from vendoreval.tasks.outlines import iou, outlines

    gold, given, first, second = data

    def column(corners: np.ndarray) -> Nested:
        rows = np.arange(len(corners) + 1)
        return Nested(corners.ravel(), (rows, rows, rows * 2 * CORNERS))

    return lambda: iou(outlines(column(gold)), first, outlines(column(given)), second, least)


def loop(data: Pairs) -> Callable[[], np.ndarray]:
    """As one writes it: polygons once, then intersection and union of each pair."""
    import shapely

    def run() -> np.ndarray:
        gold, given = ([shapely.Polygon(ring) for ring in side.tolist()] for side in data[:2])
        found = []
        for k, j in zip(data[2].tolist(), data[3].tolist(), strict=True):
            found.append(gold[k].intersection(given[j]).area / gold[k].union(given[j]).area)
        return np.asarray(found)

    return run


def sparing_loop(data: Pairs) -> Callable[[], np.ndarray]:
    """As the loop, but areas once and no union."""
    import shapely

    def run() -> np.ndarray:
        gold, given = ([shapely.Polygon(ring) for ring in side.tolist()] for side in data[:2])
        areas = [[one.area for one in side] for side in (gold, given)]
        found = []
        for k, j in zip(data[2].tolist(), data[3].tolist(), strict=True):
            shared = gold[k].intersection(given[j]).area
            found.append(shared / (areas[0][k] + areas[1][j] - shared))
        return np.asarray(found)

    return run


WAYS = {
    "vendoreval": ours,
    "vendoreval, 0 below an IoU of .5": lambda data: ours(data, 0.5),
    "loop over shapely": loop,
    "loop over shapely without unions": sparing_loop,
}


def measure(way: str, which: str, pairs: int) -> None:
    data = made(pairs, which)
    run = WAYS[way](data)
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(sorted(seconds)[RUNS // 2], peak, float(found[found >= 0.5].sum()))


def main() -> None:
    if len(sys.argv) == 4:
        measure(sys.argv[1], sys.argv[2], int(sys.argv[3]))
        return
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    for which in ("near", "all"):
        base, total = 0.0, 0.0
        print(f"{which}: {len(made(pairs, which)[2]):,} pairs")
        for way in WAYS:
            command = [sys.executable, __file__, way, which, str(pairs)]
            told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            seconds, peak, sum_of_iou = float(told[0]), int(told[1]), float(told[2])
            base, total = base or seconds, total or sum_of_iou
            assert abs(sum_of_iou - total) < 1e-6, (way, sum_of_iou, total)
            print(f"  {way:34} {seconds:8.3f} s  {seconds / base:5.1f}  {peak} MB")


if __name__ == "__main__":
    main()
