"""Boxes held against gold: ours, faster-coco-eval and pycocotools, in one run, each in a fresh process.

python benchmarks/boxes.py            5,000 images of 20 boxes
python benchmarks/boxes.py 50000      the others take minutes

The others compute more: precision and recall over the scores, at ten thresholds, for four ranges of areas and
three limits of boxes; "one IoU" restricts them to matches at IoU 0.5, which is what ours gives. Only the
comparison is timed: data lies in memory, in the form that each takes.
"""

from __future__ import annotations

import contextlib
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

BOXES, CLASSES, RUNS = 20, 10, 3
NAMES = tuple(f"class {k}" for k in range(CLASSES))
EDGES = ("x_min", "y_min", "x_max", "y_max")
Side = tuple[np.ndarray, np.ndarray, np.ndarray]  # image, edges in thousandths of a pixel, class


def made(images: int) -> tuple[Side, Side]:
    """Gold and delivered boxes, by image: moved by a few pixels, 5 % missing, 3 % of another class."""
    rng = np.random.Generator(np.random.PCG64(7))
    many = images * BOXES
    corner = rng.integers(0, 1_000_000, (many, 2))
    gold = np.hstack([corner, corner + rng.integers(20_000, 200_000, (many, 2))])
    given = gold + rng.normal(0, 6_000, gold.shape).astype(np.int64)
    given[:, 2:] = np.maximum(given[:, 2:], given[:, :2] + 1000)
    image = np.repeat(np.arange(images, dtype=np.int32), BOXES)
    label = rng.integers(0, CLASSES, many).astype(np.int32)
    other = np.where(rng.random(many) < 0.03, (label + 1) % CLASSES, label).astype(np.int32)
    kept = np.flatnonzero(rng.random(many) > 0.05)
    kept = kept[np.lexsort((rng.random(len(kept)), image[kept]))]
    return (image, gold, label), (image[kept], given[kept], other[kept])


def ours(images: int) -> Callable[[], int]:
    from vendoreval.contracts.terms import Task
    from vendoreval.gold.goldset import GoldSet
    from vendoreval.labels.columns import Coded
    from vendoreval.labels.shapes import SHAPES
    from vendoreval.labels.table import LabelTable, Sheets
    from vendoreval.tasks.boxes import TYPE

    names = tuple(f"image {k:06d}" for k in range(images))

    def table(side: Side, who: int) -> LabelTable:
        image, edges, label = side
        every = Coded(np.arange(images, dtype=np.int32), names)
        return LabelTable(
            Coded(image, names),
            Coded(np.full(len(image), who, dtype=np.int32), ("p",)),
            {"label": Coded(label, NAMES), **{name: edges[:, k].copy() for k, name in enumerate(EDGES)}},
            sheets=Sheets(every, Coded(np.full(images, who, dtype=np.int32), ("p",))),
        )

    gold, given = made(images)
    reference, labels = GoldSet("g", table(gold, -1), shape=SHAPES["boxes"]), table(given, 0)
    del gold, given
    task = Task("boxes", NAMES)
    return lambda: TYPE.compare(reference, labels, task).counts()["correct"]


def documents(images: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A COCO file of gold, and the delivered boxes as results."""

    def annotations(side: Side) -> list[dict[str, Any]]:
        image, edges, label = side
        corners = zip(image.tolist(), (edges / 1000).tolist(), label.tolist(), strict=True)
        return [
            {"id": k, "image_id": i + 1, "category_id": c + 1, "bbox": [x, y, w - x, h - y],
             "area": (w - x) * (h - y), "iscrowd": 0, "score": 1.0}
            for k, (i, (x, y, w, h), c) in enumerate(corners, 1)
        ]  # fmt: skip

    gold, given = made(images)
    document = {
        "images": [{"id": k + 1, "width": 2000, "height": 2000} for k in range(images)],
        "categories": [{"id": k + 1, "name": name} for k, name in enumerate(NAMES)],
        "annotations": annotations(gold),
    }
    return document, annotations(given)


def evaluated(coco: Any, evaluation: Any, images: int, one_iou: bool) -> Callable[[], int]:
    document, results = documents(images)
    gold = coco()
    gold.dataset = document
    gold.createIndex()
    given = gold.loadRes(results)

    def work() -> int:
        run = evaluation(gold, given, "bbox")
        if one_iou:
            run.params.iouThrs = np.asarray([0.5])
            run.params.areaRng, run.params.areaRngLbl, run.params.maxDets = [[0, 1e10]], ["all"], [100]
        run.evaluate()
        run.accumulate()
        return 0

    return work


def pycocotools(images: int, one_iou: bool = False) -> Callable[[], int]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    return evaluated(COCO, COCOeval, images, one_iou)


def faster_coco_eval(images: int, one_iou: bool = False) -> Callable[[], int]:
    from faster_coco_eval import COCO, COCOeval_faster

    return evaluated(COCO, COCOeval_faster, images, one_iou)


WAYS: dict[str, Callable[[int], Callable[[], int]]] = {
    "vendoreval, to one outcome a box": ours,
    "faster-coco-eval, all it computes": faster_coco_eval,
    "faster-coco-eval, one IoU": lambda images: faster_coco_eval(images, one_iou=True),
    "pycocotools, all it computes": pycocotools,
    "pycocotools, one IoU": lambda images: pycocotools(images, one_iou=True),
}


def one(name: str, images: int) -> None:
    """Median seconds of the processor and peak memory of one way, on one line."""
    seconds = []
    with contextlib.redirect_stdout(io.StringIO()):
        work = WAYS[name](images)
        for _run in range(RUNS if name.startswith("vendoreval") else 1):
            start = time.process_time()
            work()
            seconds.append(time.process_time() - start)
    print(float(np.median(seconds)), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main(images: int) -> None:
    found = {}
    for name in WAYS:
        done = subprocess.run(
            [sys.executable, __file__, name, str(images)], capture_output=True, text=True, check=True
        )
        found[name] = [float(part) for part in done.stdout.split()]
    base = found["vendoreval, to one outcome a box"][0]
    print(f"{images:,} images of {BOXES} boxes in {CLASSES} classes, seconds of the processor")
    for name, (seconds, peak) in found.items():
        print(f"{name:36} {seconds:8.3f} s {seconds / base:7.1f}× {peak:6.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
