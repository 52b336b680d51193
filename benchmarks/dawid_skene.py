"""Dawid & Skene's consensus: ours against crowd-kit, the same number of steps, in turn in one run.

./run bench dawid_skene               1M labels
python benchmarks/dawid_skene.py 100000 [OLD]     OLD: a checkout of another build, run beside
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

import numpy as np
from harness import run_ways

CLASSES, PEOPLE, PER_ITEM, STEPS = 20, 500, 3, 20
Rows = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def made(labels: int) -> Rows:
    """Item, annotator and label codes, and each item's true class."""
    rng = np.random.Generator(np.random.PCG64(7))
    items = labels // PER_ITEM
    truth = rng.integers(0, CLASSES, items)
    item = np.repeat(np.arange(items), PER_ITEM)
    who = rng.integers(0, PEOPLE, len(item))
    right = rng.random(len(item)) < rng.uniform(0.55, 0.98, PEOPLE)[who]
    return item, who, np.where(right, truth[item], rng.integers(0, CLASSES, len(item))), truth


def ours(item: np.ndarray, who: np.ndarray, label: np.ndarray) -> np.ndarray:
    from vendoreval.inference.consensus import dawid_skene

    return dawid_skene(item, who, label, CLASSES, smoothing=0.0, tolerance=-1.0, steps=STEPS).label


def coin(item: np.ndarray, who: np.ndarray, label: np.ndarray) -> np.ndarray:
    from vendoreval.inference.consensus import one_coin

    return one_coin(item, who, label, CLASSES, tolerance=-1.0, steps=STEPS).label


def crowd_kit(item: np.ndarray, who: np.ndarray, label: np.ndarray) -> np.ndarray:
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    frame = pd.DataFrame({"task": item, "worker": who, "label": label})
    return DawidSkene(n_iter=STEPS, tol=-np.inf).fit_predict(frame).to_numpy()


WAYS: dict[str, Callable[..., np.ndarray]] = {"vendoreval": ours, "one coin": coin, "crowd-kit": crowd_kit}


def one(name: str, labels: int) -> None:
    """The processor seconds of the fit alone, and the share of items that it gets right."""
    item, who, label, truth = made(labels)
    WAYS[name](item[:300], who[:300], label[:300])  # imports are not of the fit
    start = time.process_time()
    found = WAYS[name](item, who, label)
    seconds = time.process_time() - start
    print(f"{name:12} fit {seconds:7.2f} s cpu, accuracy {np.mean(found == truth):.6f}", flush=True)


def main(labels: int, old: str) -> None:
    ways = {name: [sys.executable, __file__, name, str(labels)] for name in WAYS}
    if old:
        ways["the build before"] = [
            "env",
            f"PYTHONPATH={old}",
            sys.executable,
            __file__,
            "vendoreval",
            str(labels),
        ]
    run_ways(ways, title=f"{labels:,} labels, {STEPS} steps, with imports and the making of the labels")
    print("The fit alone:", flush=True)
    for command in ways.values():
        os.spawnvp(os.P_WAIT, command[0], command)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in WAYS:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2] if len(sys.argv) > 2 else "")
