"""Bundles of many units: `evidence export` and `evidence verify`, this build beside another one.

    ./run bench evidence UNITS OTHER     OTHER: the command `vendoreval` of the build to compare with

Without arguments 500,000 units, and this build alone. Commands run in fresh processes, in turn, each build on a
workspace that it made itself; the bundles' files are compared by name and SHA-256.
"""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from harness import run_ways
from intake import CLASSES, CONTRACT

TOOL = str(Path(sys.executable).with_name("vendoreval"))


def made(folder: Path, units: int) -> None:
    """Gold with `units` labels on it, three an item by 500 people, nine of ten right."""
    rng = random.Random(12)
    (folder / "contract.toml").write_text(CONTRACT)
    with (folder / "gold.csv").open("w") as gold, (folder / "rows.csv").open("w") as rows:
        gold.write("item_id,label\n")
        rows.write("item_id,annotator_id,label,labelled_at\n")
        for item in range(units // 3):
            answer = rng.choice(CLASSES)
            gold.write(f"img-{item:09d},{answer}\n")
            for person in rng.sample(range(500), 3):
                label = answer if rng.random() < 0.9 else rng.choice(CLASSES)
                second = f"{item // 3600 % 24:02d}:{item // 60 % 60:02d}:{item % 60:02d}"
                rows.write(f"img-{item:09d},w{person:03d},{label},2026-01-01T{second}Z\n")


def workspace(tool: str, folder: Path) -> Path:
    """A workspace with the audit "a", made by `tool`."""
    folder.mkdir()
    for words in (
        "init", "vendor add v", "contract add ../contract.toml",
        "gold add ../gold.csv --id g --contract c", "gold commit g --out receipt.json",
        "delivery add ../rows.csv --id d --contract c --in-order", "audit run d --gold g --id a",
    ):  # fmt: skip
        done = subprocess.run([tool, *words.split()], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"{words}: {done.stderr}")
    return folder


def hashes(bundle: Path) -> dict[str, str]:
    """The SHA-256 of each file of a bundle that does not hold the moment at which it was made."""
    with zipfile.ZipFile(bundle) as archive:
        names = set(archive.namelist()) & {"gold.jsonl", "labels.jsonl", "frame.json", "contract.toml"}
        return {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sorted(names)}


def main(words: Sequence[str]) -> None:
    units = int(words[0]) if words else 500_000
    tools = {"this build": TOOL} | ({"the other build": words[1]} if len(words) > 1 else {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder, units)
        at = {who: workspace(tool, folder / who.replace(" ", "-")) for who, tool in tools.items()}
        out = {who: str(place / "bundle.zip") for who, place in at.items()}
        export = {
            who: [tool, "--workspace", str(at[who]), "evidence", "export", "a", "--out", out[who]]
            for who, tool in tools.items()
        }
        run_ways(export, title=f"evidence export, {units:,} units")
        verify = {who: [tool, "evidence", "verify", out[who]] for who, tool in tools.items()}
        run_ways(verify, title=f"evidence verify, {units:,} units")
        for who, bundle in out.items():
            print(who, {name: sha[:12] for name, sha in hashes(Path(bundle)).items() if "jsonl" in name})


if __name__ == "__main__":
    main(sys.argv[1:])
