"""Tracks as plain rows, random clips of them, and the same as motmetrics and TrackEval take them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.unit.tasks.box_samples import Row, delivery_of, gold_of
from vendoreval.contracts.terms import Task
from vendoreval.labels.shapes import SHAPES
from vendoreval.tasks.outcomes import Outcomes
from vendoreval.tasks.tracks import TYPE

TRACKS = SHAPES["tracks"]
CLASSES = ("car", "person")
EDGES = ("x_min", "y_min", "x_max", "y_max")


def place(track: str, frame: int, *edges: float, label: str = "car", **further: Any) -> Row:
    """One box of a track in pixels."""
    steps = {name: round(edge * 1000) for name, edge in zip(EDGES, edges, strict=True)}
    return {"track_id": track, "frame": frame, "label": label, **steps, **further}


def task(**matching: Any) -> Task:
    return Task("tracks", CLASSES, matching=matching)


def compared(gold: list[Row], given: list[Row], **matching: Any) -> Outcomes:
    return TYPE.compare(
        gold_of({"a": gold}, TRACKS), delivery_of({("a", "p"): given}, TRACKS), task(**matching)
    )  # fmt: skip


def clips(seed: int, frames: int = 12, objects: int = 4, field: int = 60) -> tuple[list[Row], list[Row]]:
    """A crowded clip of boxes that walk about, and a delivery that moves, loses and renames them."""
    rng = np.random.Generator(np.random.PCG64(seed))
    gold, given = [], []
    for number in range(objects):
        x, y, wide, high = rng.integers(0, field, 2).tolist() + rng.integers(8, 25, 2).tolist()
        first, name = int(rng.integers(0, 4)), f"t{number}"
        for frame in range(first, frames - int(rng.integers(0, 3))):
            x, y = x + int(rng.integers(-3, 4)), y + int(rng.integers(-3, 4))
            if rng.random() > 0.1:
                gold.append(place(f"g{number}", frame, x, y, x + wide, y + high))
            if rng.random() < 0.12:
                name = f"t{number}-{frame}"
            off = rng.integers(-2, 3, 4).tolist()
            if rng.random() > 0.15:
                edges = (x + off[0], y + off[1], x + wide + off[2], y + high + off[3])
                given.append(place(name, frame, *edges))
    return gold, given


def by_frame(rows: list[Row], frame: int) -> tuple[list[str], NDArray[np.float64]]:
    """Names and boxes of one frame."""
    mine = [row for row in rows if row["frame"] == frame]
    boxes = np.asarray([[row[name] / 1000 for name in EDGES] for row in mine]).reshape(-1, 4)
    return [row["track_id"] for row in mine], boxes


def overlaps(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection ÷ union of all boxes of a frame."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    common = np.maximum(high - low, 0).prod(axis=2)
    areas = [(side[:, 2:] - side[:, :2]).prod(axis=1) for side in (one, other)]
    found: NDArray[np.float64] = common / (areas[0][:, None] + areas[1][None] - common)
    return found


def trackeval_data(gold: list[Row], given: list[Row], frames: int) -> dict[str, Any]:
    """What TrackEval's metrics take: ids from 0 and similarities, frame by frame."""
    sides = [[by_frame(rows, frame) for frame in range(frames)] for rows in (gold, given)]
    data: dict[str, Any] = {"num_timesteps": frames}
    for name, side in zip(("gt", "tracker"), sides, strict=True):
        names = sorted({track for tracks, _ in side for track in tracks})
        data[f"{name}_ids"] = [np.asarray([names.index(t) for t in tracks], dtype=int) for tracks, _ in side]
        data[f"num_{name}_ids"], data[f"num_{name}_dets"] = len(names), sum(len(t) for t, _ in side)
    data["similarity_scores"] = [
        overlaps(a, b) for (_, a), (_, b) in zip(sides[0], sides[1], strict=True)
    ]  # fmt: skip
    return data


def motmetrics_figures(gold: list[Row], given: list[Row], frames: int, *names: str) -> dict[str, float]:
    """What motmetrics computes at IoU 0.5."""
    import motmetrics

    accumulator = motmetrics.MOTAccumulator(auto_id=True)
    listed = [sorted({row["track_id"] for row in rows}) for rows in (gold, given)]
    for frame in range(frames):
        (mine, boxes), (theirs, others) = by_frame(gold, frame), by_frame(given, frame)
        shares = overlaps(boxes, others)
        ids = [[known.index(t) for t in tracks] for known, tracks in zip(listed, (mine, theirs), strict=True)]
        accumulator.update(*ids, np.where(shares >= 0.5, 1 - shares, np.nan))
    found = motmetrics.metrics.create().compute(accumulator, metrics=list(names))
    return {name: float(found[name].iloc[0]) for name in names}
