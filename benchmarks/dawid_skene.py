"""Dawid & Skene's consensus: ours against crowd-kit, the same number of steps, in one run.

./run bench dawid_skene               1M labels
python benchmarks/dawid_skene.py 100000
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene

from vendoreval.inference.consensus import dawid_skene, one_coin

CLASSES, PEOPLE, PER_ITEM, STEPS = 20, 500, 3, 20


def main(labels: int) -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    items = labels // PER_ITEM
    truth = rng.integers(0, CLASSES, items)
    item = np.repeat(np.arange(items), PER_ITEM)
    who = rng.integers(0, PEOPLE, len(item))
    right = rng.random(len(item)) < rng.uniform(0.55, 0.98, PEOPLE)[who]
    label = np.where(right, truth[item], rng.integers(0, CLASSES, len(item)))
    frame = pd.DataFrame({"task": item, "worker": who, "label": label})

    start = time.perf_counter()
    ours = dawid_skene(item, who, label, CLASSES, smoothing=0.0, tolerance=-1.0, steps=STEPS)
    seconds = time.perf_counter() - start
    print(f"{len(item):,} labels, {STEPS} steps, accuracy {np.mean(ours.label == truth):.4f}")
    print(f"vendoreval   {seconds:6.2f} s      1.0")
    start = time.perf_counter()
    coin = one_coin(item, who, label, CLASSES, tolerance=-1.0, steps=STEPS)
    coin_seconds = time.perf_counter() - start
    start = time.perf_counter()
    theirs = DawidSkene(n_iter=STEPS, tol=-np.inf).fit_predict(frame)
    slow = time.perf_counter() - start
    print(
        f"crowd-kit    {slow:6.2f} s  {slow / seconds:7.1f}  accuracy {np.mean(theirs.to_numpy() == truth):.4f}"
    )
    ratio, accuracy = coin_seconds / seconds, np.mean(coin.label == truth)
    print(f"one coin     {coin_seconds:6.2f} s  {ratio:7.2f}  accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
