"""Taking a CSV delivery in, the whole command, beside what reads and writes the same rows and checks less.

./run bench intake                          1M rows
python benchmarks/intake.py 10000000 1      10M rows, one run of each way instead of three
BEFORE=…/vendoreval python benchmarks/intake.py     with an older build's command beside ours
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness import run_ways

CLASSES = [f"class-{code:02d}" for code in range(20)]
CONTRACT = f"""
schema = "vendoreval/contract/1"
id = "c"
vendor = "v"
title = "Made labels"
currency = "EUR"
effective = 2026-01-01
ends = 2026-12-31
[task]
type = "classification"
classes = {CLASSES}
repeats = "last"
[price]
per_unit = "1"
unit = "label"
[[clause]]
id = "accuracy"
metric = "accuracy"
unit = "label"
scope = "delivery"
threshold = "0.97"
decision = {{ rule = "claim", alpha = 0.05, beta = 0.10 }}
remedy = ["rework"]
[[remedy]]
id = "rework"
kind = "rework"
rounds = 1
deadline_days = 5
"""
GOLD = 50_000  # items
OURS = [sys.executable, "-m", "vendoreval"]
TYPES = "{'item_id': 'varchar', 'annotator_id': 'varchar', 'label': 'varchar', 'labelled_at': 'timestamptz', \
'seconds': 'double'}"


def make(path: Path, rows: int) -> None:
    """Three labels an item by 500 people in 20 classes, about 90 % right, with times and seconds."""
    import duckdb

    duckdb.execute("set threads = 2; set memory_limit = '4GB'")
    duckdb.execute("create or replace macro made(row, salt, n) as (hash(row * 1000003 + salt) % n)::int")
    duckdb.execute(f"""copy (select printf('img-%09d', i // 3) as item_id,
        printf('w%03d', made(i, 1, 500)) as annotator_id,
        printf('class-%02d', case when made(i, 2, 1000) < 900 then made(i // 3, 3, 20) else made(i, 4, 20) end)
            as label,
        strftime(timestamp '2026-01-01' + interval 1 second * (i // 4), '%Y-%m-%dT%H:%M:%SZ') as labelled_at,
        round(3 + made(i, 5, 900) / 10.0, 1) as seconds from range({rows}) t(i)) to '{path}' (header)""")


def make_gold(path: Path, rows: int) -> None:
    """The right class of some items."""
    import duckdb

    duckdb.execute("create or replace macro made(row, salt, n) as (hash(row * 1000003 + salt) % n)::int")
    some = f"select k from range({rows} // 3) t(k) order by hash(k * 7919 + 11) limit {GOLD}"
    duckdb.execute(f"""copy (select printf('img-%09d', k) as item_id,
        printf('class-%02d', made(k, 3, 20)) as label from ({some})) to '{path}' (header)""")


def duckdb_copy(source: str, target: str) -> None:
    """Typed and written as Parquet."""
    import duckdb

    duckdb.execute("set threads = 2")
    read = f"read_csv('{source}', header = true, columns = {TYPES}, store_rejects = true)"
    duckdb.execute(f"""copy (select * from {read}) to '{target}' (format parquet, compression zstd)""")


def duckdb_checked(source: str, target: str) -> None:
    """The copy, and the main counts of our report: rows, items, people, blanks, items with several, repeats."""
    import duckdb

    duckdb_copy(source, target)
    print(
        duckdb.execute(f"""select count(*), count(distinct item_id), count(distinct annotator_id),
        count(*) filter (trim(item_id) = '' or trim(label) = '') from '{target}'""").fetchall()
    )
    print(
        duckdb.execute(f"""select count(*), count(*) filter (k > 1)
        from (select item_id, count(*) as k from '{target}' group by 1)""").fetchall()
    )
    print(duckdb.execute(
        f"select count(*) - count(distinct (item_id, annotator_id)) from '{target}'"
    ).fetchall())  # fmt: skip


def polars(source: str, target: str) -> None:
    """Streamed."""
    import polars as pl

    texts = {"item_id": pl.String, "annotator_id": pl.String, "label": pl.String}
    pl.scan_csv(source, schema_overrides=texts, try_parse_dates=True).sink_parquet(target, compression="zstd")


def pandas(source: str, target: str) -> None:
    """As one writes it."""
    import pandas as pd

    pd.read_csv(source, parse_dates=["labelled_at"]).to_parquet(target, compression="zstd")


PEERS = {
    "DuckDB: copy": duckdb_copy, "DuckDB: copy and the main counts": duckdb_checked,
    "polars: scan and sink": polars, "pandas: read_csv, to_parquet": pandas,
}  # fmt: skip


def workspace(command: list[str], folder: Path) -> None:
    """A new workspace with a contract, where `command` takes the delivery in."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "c.toml").write_text(CONTRACT)
    for words in (["init"], ["vendor", "add", "v", "--name", "V"], ["contract", "add", "c.toml"]):
        subprocess.run([*command, *words], cwd=folder, check=True, capture_output=True)


def main(rows: int = 1_000_000, runs: int = 3) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        source = folder / "delivered.csv"
        make(source, rows)
        commands = {"vendoreval delivery add": OURS}
        if "BEFORE" in os.environ:
            commands["the same, the build before"] = [os.environ["BEFORE"]]
        ways: dict[str, list[str]] = {}
        before: dict[str, Callable[[], object]] = {}
        for name, command in commands.items():
            there = folder / f"workspace-{len(ways)}"
            words = ["--workspace", str(there), "delivery", "add", str(source), "--id", "d", "--contract", "c"]
            ways[name] = [*command, *words]
            before[name] = partial(workspace, command, there)
        for name in PEERS:
            ways[name] = [sys.executable, __file__, name, str(source), str(folder / "peer.parquet")]
        title = f"Intake of a CSV of {rows:,} labels, {source.stat().st_size // 1_000_000} MB"
        run_ways(ways, runs=runs, title=title, before=before, fine=(0,))


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in PEERS:
        PEERS[sys.argv[1]](*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
