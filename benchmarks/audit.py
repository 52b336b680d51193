"""Audit of a delivery against 50,000 gold items: the reading and judging, and the whole command.

./run bench audit                          1M rows
python benchmarks/audit.py 10000000        10M rows
BEFORE=…/vendoreval python benchmarks/audit.py     with an older build's command and kernel beside ours
"""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from harness import run_ways
from intake import CONTRACT, GOLD, OURS, make, make_gold


def ours(table: str, gold: str) -> None:
    """One outcome a label, in columns of codes."""
    from vendoreval.engines.wanted import labels_on_items
    from vendoreval.tasks.classification import compare

    mine = read_gold(gold)
    print(compare(mine, labels_on_items(Path(table), mine.item_ids, without=("seconds",))).right.sum())


def read_gold(gold: str):  # type: ignore[no-untyped-def]
    """Gold from its CSV, as the other ways read it."""
    from vendoreval.formats.writers.gold_answers import from_columns

    with Path(gold).open() as file:
        items, labels = zip(*list(csv.reader(file))[1:], strict=True)
    return from_columns("g", {"item_id": items, "label": labels, "accepted": [f'["{one}"]' for one in labels]})


def _duckdb(gold: str):  # type: ignore[no-untyped-def]
    import duckdb

    duckdb.execute("set threads = 2; set preserve_insertion_order = false; set memory_limit = '1GB'")
    duckdb.execute(
        f"create table gold as select item_id, label as gold from read_csv('{gold}', all_varchar = true)"
    )
    return duckdb


def duckdb_outcomes(table: str, gold: str) -> None:
    """One row a label on gold, as Arrow columns."""
    found = _duckdb(gold).sql(
        "select item_id, annotator_id, label, gold, labelled_at, label = gold as ok "
        f"from read_parquet('{table}') join gold using (item_id)"
    )
    print(found.to_arrow_table().num_rows)


def duckdb_counts(table: str, gold: str) -> None:
    """Counts by person, gold and label only: no label can be shown or disputed."""
    found = _duckdb(gold).sql(
        "select annotator_id, gold, label, count(*) "
        f"from read_parquet('{table}') join gold using (item_id) group by all"
    )
    print(len(found.fetchall()))


def _pandas(table: str, gold: str, columns: list[str] | None, way: str) -> None:
    import pandas as pd

    right = pd.read_csv(gold).rename(columns={"label": "gold"})
    only = [("item_id", "in", list(right["item_id"]))] if way == "filters" else None
    rows = pd.read_parquet(table, columns=columns, filters=only)
    if way == "isin":
        rows = rows[rows["item_id"].isin(right["item_id"])]
    rows = rows.merge(right, on="item_id")
    rows["ok"] = rows["label"] == rows["gold"]
    print(len(rows.groupby(["annotator_id", "gold"])["ok"].agg(["size", "sum"])))


def pandas_plain(table: str, gold: str) -> None:
    """What one writes first: all columns, merge, group by."""
    _pandas(table, gold, None, "plain")


def pandas_isin(table: str, gold: str) -> None:
    """Three columns, the gold items alone before the merge."""
    _pandas(table, gold, ["item_id", "annotator_id", "label"], "isin")


def pandas_filters(table: str, gold: str) -> None:
    """Three columns, the gold items alone while the file is read."""
    _pandas(table, gold, ["item_id", "annotator_id", "label"], "filters")


def scan(table: str, gold: str) -> None:
    """Reads the four columns and does nothing."""
    import pyarrow.parquet as pq

    columns = ["item_id", "annotator_id", "label", "labelled_at"]
    with pq.ParquetFile(table, read_dictionary=["annotator_id", "label"]) as file:
        for group in range(file.num_row_groups):
            file.read_row_group(group, columns=columns, use_threads=False)


KERNELS: dict[str, Callable[[str, str], None]] = {
    "vendoreval: one outcome a label": ours,
    "DuckDB: one row a label on gold": duckdb_outcomes,
    "DuckDB: counts only": duckdb_counts,
    "pandas: merge, group by": pandas_plain,
    "pandas: isin before the merge": pandas_isin,
    "pandas: Parquet filters=": pandas_filters,
    "bare scan of four columns": scan,
}


def _workspace(folder: Path, command: list[str], rows: int) -> Path:
    """A workspace with the delivery and gold; returns the canonical table."""
    make(folder / "rows.csv", rows)
    make_gold(folder / "gold.csv", rows)
    (folder / "contract.toml").write_text(CONTRACT)
    work = folder / "made"
    for words in (
        ["init", str(work)], ["vendor", "add", "v"], ["contract", "add", "contract.toml"],
        ["delivery", "add", "rows.csv", "--contract", "c", "--id", "d", "--in-order"],
        ["gold", "add", "gold.csv", "--id", "g", "--contract", "c"],
    ):  # fmt: skip
        place = [] if words[0] == "init" else ["--workspace", str(work)]
        subprocess.run([*command, *place, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL)
    tables = [one for one in (work / "objects").rglob("*") if one.is_file() and one.read_bytes()[:4] == b"PAR1"]
    return max(tables, key=lambda one: one.stat().st_size)


def main(rows: int, runs: int) -> None:
    """Print both tables."""
    before = os.environ.get("BEFORE", "")
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        table = _workspace(folder, [before] if before else OURS, rows)
        this = str(Path(__file__).resolve())
        kernels = {
            name: [sys.executable, this, work.__name__, str(table), str(folder / "gold.csv")]
            for name, work in KERNELS.items()
        }
        run_ways(kernels, runs=runs, title=f"Reading and judging, {rows:,} rows, {GOLD:,} gold items")
        commands = {"vendoreval audit run": OURS, **({"the build before": [before]} if before else {})}
        ways, fresh = {}, {}
        for number, (name, command) in enumerate(commands.items()):
            work = folder / f"work-{number}"
            ways[name] = [*command, "--workspace", str(work), "audit", "run", "d", "--gold", "g"]
            fresh[name] = partial(_copied, folder / "made", work)
        run_ways(ways, runs=runs, before=fresh, title=f"The whole command, {rows:,} rows")


def _copied(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        {work.__name__: work for work in KERNELS.values()}[sys.argv[1]](*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
