"""Taking a CSV delivery of 1M labels in, checked row by row, against pandas that checks nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from vendoreval.formats.intake.delivery_rows import read_delivery

ROWS, CLASSES = 1_000_000, [f"class-{code:02d}" for code in range(20)]


def make(path: Path) -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    names = np.asarray(CLASSES)
    pd.DataFrame(
        {
            "item_id": [f"img-{row // 2:07d}" for row in range(ROWS)],
            "annotator_id": [f"w{who:03d}" for who in rng.integers(0, 300, ROWS)],
            "label": names[rng.integers(0, len(CLASSES), ROWS)],
            "labelled_at": pd.date_range("2026-01-01", periods=ROWS, freq="s").strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    ).to_csv(path, index=False)


def ours(path: Path) -> None:
    with path.with_suffix(".parquet").open("w+b") as sink:
        read_delivery([path], sink, classes=CLASSES, mapping={}, where=())


def plain(path: Path) -> None:
    pd.read_csv(path, dtype=str, parse_dates=["labelled_at"]).to_parquet(path.with_suffix(".pq"))


def main() -> None:
    """Each way in a process of its own, so that its peak memory is its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivered.csv"
        make(path)
        for name in ("ours", "plain"):
            subprocess.run([sys.executable, __file__, name, str(path)], check=True)


def one(name: str, path: Path) -> None:
    start = time.perf_counter()
    {"ours": ours, "plain": plain}[name](path)
    seconds = time.perf_counter() - start
    peak = next(
        int(line.split()[1]) for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line
    )  # getrusage would tell the peak of the process that started this one
    label = {"ours": "vendoreval (checked)", "plain": "pandas (unchecked)"}[name]
    print(f"{label:22} {seconds:6.2f} s   {peak // 1024:6} MiB", flush=True)


if __name__ == "__main__":
    one(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 2 else main()
