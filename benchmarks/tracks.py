"""Tracks held against gold: ours beside motmetrics and TrackEval, each in a fresh process, in turn.

python benchmarks/tracks.py          one clip of 1,000 frames with 50 objects
python benchmarks/tracks.py 4000     a longer one

Each compares the clip once before it is timed, so that what is imported only once does not count; it starts
from data in memory, in the form that it takes, and ends with IDF1 and identity switches: ours with
one outcome a box, a track and a link; motmetrics with its accumulator, filled frame by frame, and the same two
figures (its own iou_matrix does not run on NumPy 2); TrackEval with its classes CLEAR and Identity, on ready
matrices.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

OBJECTS, RUNS = 50, 3
EDGES = ("x_min", "y_min", "x_max", "y_max")
Side = tuple[np.ndarray, np.ndarray, np.ndarray]  # frame, track, edges in thousandths of a pixel


def made(frames: int) -> tuple[Side, Side]:
    """Gold and delivered boxes by frame: moved a little, 4 % missing, tracks that break off and swap names."""
    rng = np.random.Generator(np.random.PCG64(7))
    start, speed = rng.uniform(0, 1800, (OBJECTS, 2)), rng.normal(0, 1.5, (OBJECTS, 2))
    size = rng.uniform(30, 120, (OBJECTS, 2))
    corner = (start + speed * np.arange(frames)[:, None, None]) % 1900
    gold = np.concatenate([corner, corner + size], axis=2).reshape(-1, 4)
    frame, track = np.repeat(np.arange(frames), OBJECTS), np.tile(np.arange(OBJECTS), frames)
    given = gold + rng.normal(0, 2, gold.shape)
    given[:, 2:] = np.maximum(given[:, 2:], given[:, :2] + 1)
    name = track + OBJECTS * (frame // (400 + 60 * (track % 7)))
    kept = np.flatnonzero(rng.random(len(given)) > 0.04)
    steps = (np.rint(side * 1000).astype(np.int64) for side in (gold, given[kept]))
    (mine, theirs) = steps
    return (frame, track, mine), (frame[kept], name[kept], theirs)


def ours(frames: int) -> Callable[[], tuple[float, int]]:
    from fractions import Fraction

    from vendoreval.audits.measures import measure
    from vendoreval.audits.units import Counting
    from vendoreval.contracts.terms import Task
    from vendoreval.gold.goldset import GoldSet
    from vendoreval.labels.columns import Coded
    from vendoreval.labels.shapes import SHAPES
    from vendoreval.labels.table import LabelTable, Sheets
    from vendoreval.tasks.tracks import TYPE

    def table(side: Side, who: int) -> LabelTable:
        frame, track, edges = side
        names = tuple(map(str, range(int(track.max()) + 1)))
        nothing = np.zeros(len(frame), dtype=np.int32)
        return LabelTable(
            Coded(nothing, ("clip",)), Coded(nothing + who, ("p",)),
            {"track_id": Coded(track.astype(np.int32), names), "label": Coded(nothing, ("person",)),
             "frame": frame, **{name: edges[:, k].copy() for k, name in enumerate(EDGES)}},
            sheets=Sheets(Coded(nothing[:1], ("clip",)), Coded(nothing[:1] + who, ("p",))),
        )  # fmt: skip

    gold, given = made(frames)
    reference, labels = GoldSet("g", table(gold, -1), shape=SHAPES["tracks"]), table(given, 0)

    def work() -> tuple[float, int]:
        found = TYPE.compare(reference, labels, Task("tracks", ("person",)))
        f1 = measure("idf1", found, None, (), Counting("object"))
        switches = measure("id_switches", found, None, (), Counting("object", cap=Fraction(1)))
        return int(f1.ys[0].sum()) / int(f1.xs[0].sum()), switches.errors

    return work


def by_frame(frames: int) -> list[list[tuple[np.ndarray, np.ndarray]]]:
    """Of each side and frame the tracks and their boxes as x, y, width, height."""
    found = []
    for frame, track, edges in made(frames):
        boxes = np.hstack([edges[:, :2], edges[:, 2:] - edges[:, :2]]) / 1000
        ends = np.searchsorted(frame, np.arange(frames + 1))
        found.append([(track[a:b], boxes[a:b]) for a, b in pairwise(ends)])
    return found


def motmetrics(frames: int) -> Callable[[], tuple[float, int]]:
    import motmetrics as mm

    gold, given = by_frame(frames)

    def distances(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
        shares = overlap(boxes, others)
        return np.where(shares >= 0.5, 1 - shares, np.nan)

    def work() -> tuple[float, int]:
        accumulator = mm.MOTAccumulator(auto_id=True)
        for (mine, boxes), (theirs, others) in zip(gold, given, strict=True):
            accumulator.update(mine, theirs, distances(boxes, others))
        found = mm.metrics.create().compute(accumulator, metrics=["idf1", "num_switches"])
        return float(found["idf1"].iloc[0]), int(found["num_switches"].iloc[0])

    return work


def trackeval(frames: int) -> Callable[[], tuple[float, int]]:
    from trackeval.metrics import CLEAR, Identity

    gold, given = by_frame(frames)
    data: dict[str, Any] = {"num_timesteps": frames}
    for name, side in (("gt", gold), ("tracker", given)):
        ids = np.unique(np.concatenate([track for track, _ in side]))
        data |= {
            f"{name}_ids": [np.searchsorted(ids, track) for track, _ in side],
            f"num_{name}_ids": len(ids), f"num_{name}_dets": sum(len(track) for track, _ in side),
        }  # fmt: skip
    data["similarity_scores"] = [overlap(a, b) for (_, a), (_, b) in zip(gold, given, strict=True)]

    def work() -> tuple[float, int]:
        clear, identity = (one({"PRINT_CONFIG": False}).eval_sequence(data) for one in (CLEAR, Identity))
        return float(identity["IDF1"]), int(clear["IDSW"])

    return work


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Intersection ÷ union of all boxes of a frame."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum((one[:, :2] + one[:, 2:])[:, None], (other[:, :2] + other[:, 2:])[None])
    common = np.maximum(high - low, 0).prod(axis=2)
    found: np.ndarray = common / (one[:, 2:].prod(axis=1)[:, None] + other[:, 2:].prod(axis=1)[None] - common)
    return found


WAYS = {
    "vendoreval, to one outcome a box, track and link": ours,
    "motmetrics, accumulator and two figures": motmetrics,
    "TrackEval, CLEAR and Identity on ready IoU": trackeval,
}


def once(name: str, frames: int) -> None:
    """Seconds of the processor, both figures and peak memory of one way, on one line."""
    work = WAYS[name](frames)
    work()
    start = time.process_time()
    f1, switches = work()
    seconds = time.process_time() - start
    print(seconds, f1, switches, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main(frames: int) -> None:
    taken: dict[str, list[list[float]]] = {name: [] for name in WAYS}
    for _ in range(RUNS):
        for name in WAYS:
            command = [sys.executable, __file__, name, str(frames)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            taken[name].append([float(part) for part in done.stdout.split()])
    base = median(run[0] for run in taken[next(iter(WAYS))])
    print(f"{frames:,} frames of {OBJECTS} objects, seconds of the processor, medians of {RUNS}")
    for name, runs in taken.items():
        seconds, (_, f1, switches, peak) = median(run[0] for run in runs), runs[0]
        figures = f"IDF1 {f1:.4f} {switches:5.0f} switches {peak:5.0f} MB"
        print(f"{name:50} {seconds:7.3f} s {seconds / base:6.1f}× {figures}")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        once(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
