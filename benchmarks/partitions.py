"""Gold audit and agreement over partitions: one process against one and two workers of a dask scheduler.

./run bench partitions         10M rows in 8 partitions
python benchmarks/partitions.py 100000000 16

On a machine of two cores workers gain nothing: this shows that results are the same, what spreading costs, and
what a partition costs, from which the last table reckons deliveries that need further machines.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import pickle
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from harness import run_ways

from vendoreval.contracts.terms import Task
from vendoreval.engines.combinations import label_combinations
from vendoreval.engines.dask_workers import DaskWorkers
from vendoreval.engines.partitions import Part, Partitions, Source, Workers
from vendoreval.engines.wanted import labels_on_items
from vendoreval.formats.intake.gold_rows import from_columns
from vendoreval.formats.writers.partition_files import write_partitions
from vendoreval.gold.goldset import GoldSet
from vendoreval.tasks.judged import judge

FOLDER = Path("/tmp/perf/dask")
GOLD, INTAKE = 50_000, {"repeats": None}
TASK = Task("classification", tuple(f"class-{number:02}" for number in range(20)))
COLUMNS = ("annotator_id",)
WORKS = ("gold", "agreement")


def make(rows: int, count: int) -> None:
    """A canonical file, its partitions and its gold, unless they are there; prints what partitioning took."""
    folder = FOLDER / str(rows)
    table, manifest = folder / "labels.parquet", folder / f"{count}.json"
    if not table.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _generate(rows, table, folder / "gold.json")
    if manifest.exists():
        return
    files = [folder / f"part-{number:05}-of-{count:05}.parquet" for number in range(1, count + 1)]
    start, used = time.perf_counter(), time.process_time()
    rows_of = write_partitions(table, files)
    taken = time.process_time() - used
    parts = [
        (str(file), n, file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())
        for file, n in zip(files, rows_of, strict=True)
    ]
    manifest.write_text(json.dumps(parts))
    wall = time.perf_counter() - start
    print(f"{rows:,} rows into {count} partitions: {taken:.1f} s cpu, {wall:.1f} s wall")


def _generate(rows: int, table: Path, gold: Path) -> None:
    """Three labels an item, 500 people, 20 classes, nine of ten right; row groups of 2^20 rows."""
    con = duckdb.connect()
    con.execute("set threads=2; set memory_limit='2GB'; set preserve_insertion_order=true")
    con.execute("create macro rnd(i, s, m) as (hash(i * 1000003 + s) % m)::int")
    labels = f"""select printf('img-%09d', i // 3) as item_id, printf('w%03d', rnd(i, 1, 500)) as annotator_id,
        printf('class-%02d', case when rnd(i, 2, 1000) < 900 then rnd(i // 3, 3, 20) else rnd(i, 4, 20) end)
        as label, (i // 3)::int as item_code from range({rows}) t(i)"""
    con.execute(f"copy ({labels}) to '{table}' (format parquet, compression zstd, row_group_size 1048576)")
    chosen = f"select k from range({rows // 3}) t(k) order by hash(k * 7919 + 11) limit {GOLD}"
    known = con.execute(
        f"select printf('img-%09d', k), printf('class-%02d', rnd(k, 3, 20)) from ({chosen})"
    ).fetchall()  # fmt: skip
    gold.write_text(json.dumps([list(column) for column in zip(*known, strict=True)]))


def gold_of(rows: int) -> GoldSet:
    items, labels = json.loads((FOLDER / str(rows) / "gold.json").read_text())
    return from_columns(
        "g", {"item_id": items, "label": labels, "accepted": [json.dumps([label]) for label in labels]}
    )


def partitions(rows: int, count: int, workers: Workers | None = None) -> Partitions:
    listed = json.loads((FOLDER / str(rows) / f"{count}.json").read_text())
    return Partitions("d", tuple(Part(*one) for one in listed), workers)


def digest(work: str, source: Source, rows: int) -> str:
    """What a work gives, as a hash that shows whether two ways gave the same bytes."""
    if work == "gold":
        gold = gold_of(rows)
        units = judge(gold, labels_on_items(source, gold.item_ids), TASK).units
        columns = (units.item.codes, units.annotator.codes, units.expected.codes, units.delivered.codes)
    else:
        counts = label_combinations(source, TASK, INTAKE, COLUMNS)
        columns = (counts.start, counts.label, counts.count, counts.items)
    return hashlib.sha256(b"".join(np.ascontiguousarray(one).tobytes() for one in columns)).hexdigest()[:16]


def run(way: str, work: str, rows: int, count: int) -> None:
    """One way in this process; its workers, if any, are its children."""
    with contextlib.ExitStack() as closing:
        if way == "file":
            source: Source = FOLDER / str(rows) / "labels.parquet"
        elif way == "partitions":
            source = partitions(rows, count)
        else:
            from distributed import LocalCluster

            cluster = closing.enter_context(
                LocalCluster(
                    n_workers=int(way),
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",
                    host="127.0.0.1",
                    memory_limit=0,
                )
            )
            source = partitions(rows, count, DaskWorkers(cluster.scheduler_address.removeprefix("tcp://")))
        found = digest(work, source, rows)
    with (FOLDER / f"found-{work}").open("a") as file:
        file.write(f"{found}\n")


class Measured:
    """Workers that stand in line, in this process: each piece of work and its result travel as they would."""

    def __init__(self) -> None:
        self.used: list[float] = []
        self.sizes: list[int] = []

    def map(self, function: Callable[[Any], Any], work: Sequence[Any]) -> list[Any]:
        """The results in order; processor seconds and bytes of each are kept."""
        results = []
        for one in work:
            before = time.process_time()
            result = pickle.dumps(function(one))
            self.used.append(time.process_time() - before)
            self.sizes.append(len(result))
            results.append(pickle.loads(result))
        return results


def cost_of_parts(rows: int, count: int) -> dict[str, tuple[float, float]]:
    """Processor seconds of each work: a partition (median), and merging its result with the others."""
    costs, gold = {}, gold_of(rows)
    for work in WORKS:
        workers = Measured()
        source, before = partitions(rows, count, workers), time.process_time()
        if work == "gold":
            labels_on_items(source, gold.item_ids)
        else:
            label_combinations(source, TASK, INTAKE, COLUMNS)
        merge = (time.process_time() - before - sum(workers.used)) / count
        each, size = float(np.median(workers.used)), sum(workers.sizes) / count / 1000
        print(
            f"{work}: {each:.2f} s cpu a partition, {size:,.0f} KB its result, merged in {1000 * merge:.1f} ms"
        )
        costs[work] = each, merge
    return costs


def reckon(rows: int, count: int, costs: dict[str, tuple[float, float]]) -> None:
    """Deliveries beyond this machine, from the measured cost of a partition of the same size."""
    size = rows // count
    print(f"\nreckoned, not measured, for partitions of {size:,} rows; cores all busy")
    print(f"{'rows':>14} {'work':10} {'parts':>6} {'cpu':>8} {'16 cores':>9} {'64 cores':>9} {'merging':>9}")
    for total in (1_000_000_000, 10_000_000_000):
        many = -(-total // size)
        for work, (each, merge) in costs.items():
            cpu = [each * many / cores for cores in (1, 16, 64)]
            cells = " ".join(f"{one:7,.0f} s" for one in (*cpu, merge * many))
            print(f"{total:14,} {work:10} {many:6,} {cells}")


def main() -> None:
    """All ways in turn, then the cost of a partition."""
    words = [int(word) for word in sys.argv[1:]] or [10_000_000]
    rows, count = words[0], words[1] if len(words) > 1 else max(words[0] // 1_250_000, 2)
    make(rows, count)
    named = {
        "one process, the canonical file": "file", "one process, the partitions": "partitions",
        "dask, one worker": "1", "dask, two workers": "2",
    }  # fmt: skip
    for work in WORKS:
        found = FOLDER / f"found-{work}"
        found.unlink(missing_ok=True)
        command = [sys.executable, __file__, "--way"]
        ways = {name: [*command, way, work, str(rows), str(count)] for name, way in named.items()}
        title = f"{work}, {rows:,} rows in {count} partitions, start-up of all processes included"
        run_ways(ways, runs=1 if rows > 50_000_000 else 3, title=title)
        different = set(found.read_text().split())
        print("all runs gave the same" if len(different) == 1 else f"RESULTS DIFFER: {different}")
    reckon(rows, count, cost_of_parts(rows, count))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        run(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main()
