"""100 million labels from the CSV file to the verdict, two whole commands, beside DuckDB's copy and query.

python benchmarks/hundred_million.py                          makes the files (5.4 GB)
python benchmarks/hundred_million.py ROWS LABELS.csv GOLD.csv
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from harness import run_ways
from intake import OURS, TYPES, make, make_gold, workspace


def duckdb_copy(source: str, target: str) -> None:
    """Typed and written as Parquet, in no more than 1 GB."""
    import duckdb

    duckdb.execute("set threads = 2; set memory_limit = '1GB'; set preserve_insertion_order = false")
    read = f"read_csv('{source}', header = true, columns = {TYPES})"
    duckdb.execute(f"copy (select * from {read}) to '{target}' (format parquet, compression zstd)")


def duckdb_query(gold: str, target: str) -> None:
    """Counts by annotator, class of gold and class delivered, on the items that have gold."""
    import duckdb

    duckdb.execute("set threads = 2; set memory_limit = '1GB'")
    duckdb.execute(f"""select d.annotator_id, g.label, d.label, count(*) from '{target}' d
        join read_csv('{gold}', header = true, all_varchar = true) g using (item_id) group by all""").fetchall()


def main(rows: int, source: Path | None, gold: Path | None) -> None:
    """Make the files, run the ways in turn and print what they took."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        if source is None or gold is None:
            source, gold = root / "d.csv", root / "gold.csv"
            make(source, rows)
            make_gold(gold, rows)
        workspace(OURS, root / "ws")
        take = ["gold", "add", str(gold.resolve()), "--id", "g", "--contract", "c"]
        subprocess.run([*OURS, *take], cwd=root / "ws", check=True, capture_output=True)
        script, parquet = str(Path(__file__).resolve()), str(root / "d.parquet")
        add = ["delivery", "add", str(source.resolve()), "--id", "d", "--contract", "c", "--in-order"]
        ways = {
            "vendoreval delivery add": [*OURS, *add],
            "vendoreval audit run": [*OURS, "audit", "run", "d", "--gold", "g", "--id", "a"],
            "DuckDB, CSV to Parquet": [sys.executable, script, "copy", str(source.resolve()), parquet],
            "DuckDB, its query": [sys.executable, script, "query", str(gold.resolve()), parquet],
        }
        costs = run_ways(ways, runs=1, title=f"{rows:,} labels from CSV to verdict", cwd=root / "ws")
        ours, theirs = (list(costs.values())[:2], list(costs.values())[2:])
        for what in ("cpu", "wall"):
            one, other = (sum(getattr(cost, what) for cost in side) for side in (ours, theirs))
            print(f"in all, {what}: vendoreval {one:.1f} s, DuckDB {other:.1f} s, {one / other:.2f}x")
        print(f"highest peak: vendoreval {max(cost.peak for cost in ours):.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["copy"]:
        duckdb_copy(*sys.argv[2:])
    elif sys.argv[1:2] == ["query"]:
        duckdb_query(*sys.argv[2:])
    else:
        given = [Path(word) for word in sys.argv[2:4]]
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000_000, *(given or (None, None)))
