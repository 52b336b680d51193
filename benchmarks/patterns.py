"""The six patterns of an audit alone, on outcomes that are already there; the build before beside them.

python benchmarks/patterns.py 150000 [OLD]     OLD: a checkout of another build, run beside ours
"""

from __future__ import annotations

import json
import pickle
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from harness import run_ways

CLASSES, PEOPLE, PER_ITEM, DAYS = 20, 500, 3, 31
CONTRACT = """
schema = "vendoreval/contract/1"
id = "patterns"
vendor = "acme"
title = "Patterns"
currency = "USD"
effective = 2026-01-01
ends = 2026-12-31
[task]
type = "classification"
classes = {classes}
answers = "each"
[acceptance]
window_days = 10
silence = "not_accepted"
[[clause]]
id = "accuracy"
metric = "accuracy"
unit = "item"
scope = "delivery"
threshold = "0.85"
decision = {{ rule = "claim", alpha = 0.05, beta = 0.10 }}
"""


def made(labels: int) -> dict[str, Any]:
    """Columns of labels on gold: three an item, 90 % right, class, person and second drawn at random."""
    rng = np.random.Generator(np.random.PCG64(7))
    items = labels // PER_ITEM
    item = np.repeat(np.arange(items, dtype=np.int32), PER_ITEM)
    truth = rng.integers(0, CLASSES, items).astype(np.int32)
    right = rng.random(len(item)) < 0.9
    label = np.where(right, truth[item], rng.integers(0, CLASSES, len(item))).astype(np.int32)
    seconds = rng.integers(0, DAYS * 86_400, len(item))
    when = np.datetime64("2026-01-01", "us") + seconds * np.timedelta64(10**6, "us")
    return {
        "item": item, "who": rng.integers(0, PEOPLE, len(item)).astype(np.int32), "expected": truth[item],
        "delivered": label, "when": when,
    }  # fmt: skip


def looked_at(columns: dict[str, Any]) -> tuple[Any, Any]:
    """The contract, and what an audit of these labels looks at; a tenth of the items is an edge case."""
    from vendoreval.audits.audit_input import AuditInput
    from vendoreval.contracts.parsing import parse_contract
    from vendoreval.labels.columns import Coded
    from vendoreval.tasks.outcomes import CODE, ONE, Outcomes

    classes = tuple(f"c{k:02d}" for k in range(CLASSES))
    right = columns["expected"] == columns["delivered"]
    items = tuple(f"item-{k:08d}" for k in range(int(columns["item"].max()) + 1))
    outcomes = Outcomes(
        Coded(columns["item"], items), np.zeros(len(right), dtype=np.int32),
        Coded(columns["who"], tuple(f"p{k:03d}" for k in range(PEOPLE))), columns["when"],
        Coded(columns["expected"], classes), Coded(columns["delivered"], classes),
        np.where(right, CODE["correct"], CODE["wrong_label"]).astype(np.int8),
        np.where(right, ONE, 0), np.ones(len(right), dtype=np.int8),
    )  # fmt: skip
    contract = parse_contract(CONTRACT.format(classes=json.dumps(list(classes))))
    edges = frozenset(items[::10])
    return contract, AuditInput(outcomes, outcomes, len(items), len(items), len(right), edge_items=edges)


def one(path: str, run: bool) -> None:
    """Find the patterns, or come as far as that."""
    contract, seen = looked_at(pickle.loads(Path(path).read_bytes()))
    from vendoreval.audits.patterns.judging import patterns

    if run:
        start = time.process_time()
        found = [(one.name, one.flag, dict(one.evidence)) for one in patterns(contract, seen)]
        seconds = time.process_time() - start
        said = sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
        print(f"patterns alone {seconds:6.3f} s cpu, result {said[:12]}", file=sys.stderr)


def main(labels: int, old: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "columns.pickle")
        Path(path).write_bytes(pickle.dumps(made(labels)))
        command = [sys.executable, __file__, "--one", path]
        ways = {"patterns": [*command, "run"], "all but the patterns": [*command, "no"]}
        if old:
            ways["patterns, the build before"] = ["env", f"PYTHONPATH={old}", *command, "run"]
        costs = run_ways(ways, title=f"{labels:,} outcomes on {labels // PER_ITEM:,} gold items")
        rest = costs.pop("all but the patterns")
        for name, cost in costs.items():
            print(f"{name:34} alone {cost.cpu - rest.cpu:6.2f} s cpu, {cost.peak - rest.peak:5.0f} MB more")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], sys.argv[3] == "run")
    else:
        main(int((sys.argv[1:] or ["150000"])[0]), (sys.argv[2:] or [""])[0])
