"""Audit of a delivery against 50,000 gold items: ours, with patterns, pandas, DuckDB, a bare scan, in one run.

./run bench audit            1M rows
python benchmarks/audit.py 10000000
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.patterns.judging import patterns
from vendoreval.contracts.parsing import parse_contract
from vendoreval.engines.wanted import labels_on_items
from vendoreval.formats.writers.gold_answers import from_columns
from vendoreval.formats.writers.parquet_table import LabelWriter
from vendoreval.tasks.classification import compare

GOLD, CLASSES, PEOPLE, RUNS = 50_000, 20, 500, 5
TERMS = parse_contract("""
schema = "vendoreval/contract/1"
id = "c"
vendor = "v"
title = "t"
currency = "EUR"
[task]
type = "classification"
classes = ["class-00", "class-01"]
[price]
per_unit = "1"
unit = "item"
[[clause]]
id = "accuracy"
metric = "accuracy"
unit = "item"
scope = "delivery"
threshold = "0.97"
decision = { rule = "claim", alpha = 0.05, beta = 0.05 }
remedy = ["rework"]
[[remedy]]
id = "rework"
kind = "rework"
""")


def make(path: Path, rows: int) -> pd.DataFrame:
    """Three labels an item by 500 people in 20 classes, 90 % right; returns the gold."""
    rng = np.random.Generator(np.random.PCG64(7))
    truth = rng.integers(0, CLASSES, rows // 3 + 1)
    with LabelWriter(path, ["item_id", "annotator_id", "label"], "vendoreval/labels/1") as writer:
        for start in range(0, rows, 1 << 18):
            item = np.arange(start, min(start + (1 << 18), rows)) // 3
            right = rng.random(len(item)) < 0.9
            label = np.where(right, truth[item], rng.integers(0, CLASSES, len(item)))
            who = rng.integers(0, PEOPLE, len(item))
            writer.write(
                {
                    "item_id": [f"item-{i:09d}" for i in item.tolist()],
                    "annotator_id": [f"w{i:03d}" for i in who.tolist()],
                    "label": [f"class-{i:02d}" for i in label.tolist()],
                }
            )
    chosen = rng.choice(len(truth), min(GOLD, len(truth)), replace=False)
    ids, answers = [f"item-{i:09d}" for i in chosen], [f"class-{i:02d}" for i in truth[chosen]]
    return pd.DataFrame({"item_id": ids, "gold": answers})


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Median seconds of RUNS, and the accuracy found."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)), found


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.parquet"
        gold = make(path, rows)
        texts: list[str | None] = [f'["{answer}"]' for answer in gold["gold"]]
        mine = from_columns(
            "g", {"item_id": list(gold["item_id"]), "label": list(gold["gold"]), "accepted": texts}
        )
        columns = ["item_id", "annotator_id", "label"]

        def ours() -> float:
            outcomes = compare(mine, labels_on_items(path, mine.item_ids))
            np.unique(outcomes.annotator.codes * 64 + outcomes.expected.codes, return_counts=True)
            return float(outcomes.right.mean())

        def plain() -> float:
            table = pd.read_parquet(path).merge(gold, on="item_id")
            table["right"] = table["label"] == table["gold"]
            table.groupby(["annotator_id", "gold"])["right"].agg(["size", "sum"])
            return float(table["right"].mean())

        def careful() -> float:
            table = pd.read_parquet(path)
            table = table[table["item_id"].isin(gold["item_id"])].merge(gold, on="item_id")
            return float((table["label"] == table["gold"]).mean())

        def duck() -> float:
            query = (
                "select annotator_id, gold, count(*), sum((label = gold)::int) from read_parquet(?) "
                "join gold using (item_id) group by all"
            )
            duckdb.register("gold", gold)
            found = duckdb.execute(query, [str(path)]).fetchall()
            return float(sum(row[3] for row in found) / sum(row[2] for row in found))

        def scan() -> float:
            return float(pq.read_table(path, columns=columns, read_dictionary=columns).num_rows)

        def patterned() -> float:
            outcomes = compare(mine, labels_on_items(path, mine.item_ids))
            patterns(TERMS, AuditInput(outcomes, outcomes, len(mine), rows // 3, rows))
            return float(outcomes.right.mean())

        ways = {
            "vendoreval": ours,
            "  with patterns": patterned,
            "pandas, plain": plain,
            "pandas, careful": careful,
            "DuckDB": duck,
            "scan": scan,
        }
        results = {name: timed(work) for name, work in ways.items()}
        base = results["vendoreval"][0]
        print(f"{rows:,} rows, {len(gold):,} gold items, medians of {RUNS}")
        for name, (seconds, found) in results.items():
            print(f"{name:16} {seconds:8.3f} s   {seconds / base:6.1f}×   {found:.6g}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
