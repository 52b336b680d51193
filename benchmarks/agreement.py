"""Krippendorff's alpha: ours, the package krippendorff, and pandas, in turn, each in a fresh process.

python benchmarks/agreement.py                              1M labels, all ways
python benchmarks/agreement.py 10000000 [WORKSPACE [OLD]]   ours and a bare scan only; then the whole command

WORKSPACE holds a delivery `d` of as many rows, OLD is another build's command that is run beside ours.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from harness import run_ways

CLASSES, PEOPLE, PER_ITEM = 20, 500, 3
TENTH = 10  # the loop takes minutes, so that it gets a tenth of the labels
OTHERS_UP_TO = 1_000_000  # labels; beyond, the other ways take minutes or more memory than there is


def made(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Item, annotator and label codes: three labels an item, 83 % of them sure."""
    rng = np.random.Generator(np.random.PCG64(7))
    item = np.arange(rows, dtype=np.int32) // 3
    truth = rng.integers(0, CLASSES, rows // 3 + 1)
    label = np.where(rng.random(rows) < 0.83, truth[item], rng.integers(0, CLASSES, rows)).astype(np.int32)
    return item, rng.integers(0, PEOPLE, rows).astype(np.int32), label


def ours(rows: int) -> Callable[[], float]:
    from vendoreval.inference.agreement import agreement
    from vendoreval.inference.tally import tally

    item, _, label = made(rows)
    names = [f"c{k:02d}" for k in range(CLASSES)]
    return lambda: agreement(tally(item, label, names), "alpha").estimate or 0.0


def ours_with_bootstrap(rows: int) -> Callable[[], float]:
    from vendoreval.inference.agreement import agreements
    from vendoreval.inference.tally import tally

    item, _, label = made(rows)
    names = [f"c{k:02d}" for k in range(CLASSES)]
    return lambda: agreements(tally(item, label, names), resamples=2000)[0].estimate or 0.0


def krippendorff_counts(rows: int) -> Callable[[], float]:
    import krippendorff

    item, _, label = made(rows)

    def work() -> float:
        counts = np.bincount(item.astype(np.int64) * CLASSES + label, minlength=(rows // 3 + 1) * CLASSES)
        table = counts.reshape(-1, CLASSES)
        return float(krippendorff.alpha(value_counts=table, level_of_measurement="nominal"))

    return work


def pandas_table(rows: int) -> Callable[[], float]:
    import pandas as pd

    item, _, label = made(rows)
    frame = pd.DataFrame({"item": item, "label": label})

    def work() -> float:
        table = pd.crosstab(frame["item"], frame["label"])
        n = table.sum(axis=1)
        table, n = table[n > 1], n[n > 1]
        disagree = ((n**2 - (table**2).sum(axis=1)) / (n - 1)).sum()
        totals = table.sum()
        return float(1 - (totals.sum() - 1) * disagree / (totals.sum() ** 2 - (totals**2).sum()))

    return work


def pandas_loop(rows: int) -> Callable[[], float]:
    import pandas as pd

    item, _, label = made(rows // TENTH)
    frame = pd.DataFrame({"item": item, "label": label})

    def work() -> float:
        disagree, totals = 0.0, np.zeros(CLASSES)
        for _item, labels in frame.groupby("item")["label"]:
            counts = labels.value_counts()
            n = counts.sum()
            if n > 1:
                disagree += (n**2 - (counts**2).sum()) / (n - 1)
                totals[counts.index] += counts
        return float(1 - (totals.sum() - 1) * disagree / (totals.sum() ** 2 - (totals**2).sum()))

    return work


def from_file(rows: int) -> Callable[[], float]:
    from vendoreval.engines.whole import all_labels
    from vendoreval.inference.agreement import agreements
    from vendoreval.inference.tally import tally

    path = written(rows)

    def work() -> float:
        table = all_labels(path, ())
        label = table.answers["label"]
        return agreements(tally(table.item.codes, label.codes, label.values), resamples=2000)[0].estimate or 0.0

    return work


def scan(rows: int) -> Callable[[], float]:
    import pyarrow.parquet as pq

    path = written(rows)
    return lambda: float(pq.read_table(path, columns=["item_id", "label"], read_dictionary=["label"]).num_rows)


def written(rows: int) -> Path:
    """The labels as a canonical file, as `delivery add` stores them; made once."""
    from vendoreval.formats.writers.parquet_table import LabelWriter
    from vendoreval.labels.table import CODES

    path = Path(tempfile.gettempdir()) / f"vendoreval-agreement-{rows}.parquet"
    if not path.exists():
        item, who, label = made(rows)
        with LabelWriter(path, ["item_id", "annotator_id", "label", *CODES], "vendoreval/labels/2") as writer:
            for begin in range(0, rows, 1 << 18):
                here = slice(begin, begin + (1 << 18))
                writer.write(
                    {
                        "item_id": [f"item-{k:09d}" for k in item[here].tolist()],
                        "annotator_id": [f"w{k:03d}" for k in who[here].tolist()],
                        "label": [f"c{k:02d}" for k in label[here].tolist()],
                        "item_code": item[here],
                        "annotator_code": who[here],
                        "label_code": label[here],
                    }
                )
    return path


WAYS = {
    "vendoreval, from codes": ours,
    "vendoreval, 5 coefficients, bootstrap": ours_with_bootstrap,
    "krippendorff, from counts": krippendorff_counts,
    "pandas, one table": pandas_table,
    "pandas, loop over items (a tenth)": pandas_loop,
    "vendoreval, file to bootstrap": from_file,
    "bare scan of the file": scan,
}
OTHERS = ("krippendorff, from counts", "pandas, one table", "pandas, loop over items (a tenth)")


def one(name: str, rows: int) -> None:
    """The value of one way, on stdout."""
    print(f"{WAYS[name](rows)():.6f}")


def main(rows: int, workspace: str, before: str) -> None:
    chosen = [name for name in WAYS if rows <= OTHERS_UP_TO or name not in OTHERS]
    written(rows)
    ways = {name: [sys.executable, __file__, name, str(rows)] for name in chosen}
    run_ways(ways, title=f"{rows:,} labels, {PER_ITEM} an item, {CLASSES} classes")
    if workspace:
        shown = ["--workspace", workspace, "agreement", "show", "d"]
        commands = {"vendoreval agreement show": [str(Path(sys.executable).with_name("vendoreval")), *shown]}
        if before:
            commands["the build before"] = [before, *shown]
        run_ways(commands, title=f"agreement show, {rows:,} labels")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in WAYS:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        given = [*sys.argv[1:], *["1000000", "", ""][len(sys.argv) - 1 :]]
        main(int(given[0]), given[1], given[2])
