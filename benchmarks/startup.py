"""How long a command takes to answer at all: bare Python, `--help`, a small command, in turn in one run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RUNS = 9
TOOL = str(Path(sys.executable).with_name("vendoreval"))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([TOOL, "init"], cwd=folder, check=True, capture_output=True)
        ways = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "vendoreval --help": [TOOL, "--help"],
            "vendoreval audit run --help": [TOOL, "audit", "run", "--help"],
            "vendoreval vendor list": [TOOL, "vendor", "list"],
            "import pandas": [sys.executable, "-c", "import pandas"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(RUNS):
            for name, words in ways.items():
                start = time.perf_counter()
                subprocess.run(words, cwd=folder, check=True, capture_output=True)
                seconds[name].append(time.perf_counter() - start)
    base = median(seconds["python -c pass"])
    for name, times in seconds.items():
        print(f"{name:28} {median(times):6.3f} s   {median(times) / base:6.1f}×")


if __name__ == "__main__":
    main()
