"""Several ways to do one work, each in fresh processes, in turn: processor seconds, ratios and peak memory.

Wall seconds of a shared machine mean little; the processor seconds of ways that take turns in one run do.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Runs a command and tells what it took; from so small a process the peak is the command's own.
_WATCH = """
import json, os, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
told = {"wall": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024,
        "exit": done.returncode, "said": done.stderr[-600:]}
open(sys.argv[1], "w").write(json.dumps(told))
"""


@dataclass(frozen=True)
class Cost:
    """What one way takes: medians of wall and processor seconds, and the highest peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def run_ways(
    ways: Mapping[str, Sequence[str]],
    *,
    runs: int = 3,
    title: str = "",
    before: Mapping[str, Callable[[], object]] | None = None,
    fine: Sequence[int] = (0, 3, 4),
    cwd: Path | None = None,
) -> dict[str, Cost]:
    """Run each way's command `runs` times, in turn, and print a table with ratios to the first of them.

    `before`: what to do before a run of a way, not timed. `fine`: exit codes that are no failure.
    Raises RuntimeError with what the command said when it fails.
    """
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, command in ways.items():
            if before and name in before:
                before[name]()
            taken[name].append(_once(name, command, fine, cwd))
    costs = {name: _cost(found) for name, found in taken.items()}
    first = next(iter(costs.values()))
    print(f"\n{title} (medians of {runs}; load {os.getloadavg()[0]:.1f})")
    for name, cost in costs.items():
        ratio = cost.cpu / first.cpu
        print(f"{name:48} {cost.cpu:8.2f} s cpu  {ratio:6.2f}x  {cost.wall:8.2f} s wall  {cost.peak:7.0f} MB")
    return costs


def _once(name: str, command: Sequence[str], fine: Sequence[int], cwd: Path | None) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "told.json"
        subprocess.run(["/usr/bin/env", "python3", "-c", _WATCH, str(told), *command], check=True, cwd=cwd)
        found = json.loads(told.read_text())
    if found["exit"] not in fine:
        raise RuntimeError(f"{name} ended with {found['exit']}: {found['said']}")
    time.sleep(0.2)
    return {key: float(found[key]) for key in ("wall", "cpu", "mb")}


def _cost(found: Sequence[Mapping[str, float]]) -> Cost:
    middle = statistics.median
    return Cost(
        middle(one["wall"] for one in found),
        middle(one["cpu"] for one in found),
        max(one["mb"] for one in found),
    )
