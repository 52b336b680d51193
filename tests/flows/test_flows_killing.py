"""A command that is killed, or that finds the disk full, leaves a valid workspace and can be repeated."""

from __future__ import annotations

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli, Ran
from tests.flows.state import state
from tests.flows.test_flows_bad_input import GOLD, HEAD, TERMS


def killed(folder: Path, by_step: int, by_time: int) -> int:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("killing_commands.py"), folder, str(by_step), str(by_time)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_commands_killed_at_two_of_their_steps(tmp_path: Path) -> None:
    assert killed(tmp_path, 2, 0) == 40


@pytest.mark.slow
def test_commands_killed_at_many_moments(tmp_path: Path) -> None:
    assert killed(tmp_path, 3, 1) >= 60  # 12 and 8 were run as well; that takes minutes


def limited(folder: Path, largest: int, *words: str) -> Ran:
    """The command where no file may grow beyond some bytes: what a full disk is, without needing one."""
    done = subprocess.run(
        [sys.executable, "-m", "vendoreval", *words],
        cwd=folder,
        env={**os.environ, "VENDOREVAL_DEBUG": ""},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest)),
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def prepared(inputs: Path, root: Path) -> Cli:
    """A workspace with a contract and gold; beside it a delivery that is larger than the limits below."""
    (inputs / "terms.toml").write_text(TERMS, "utf-8")
    (inputs / "gold.csv").write_text(GOLD, "utf-8")
    rows = "".join(f"i{n},ann{n % 97},{('finch', 'jay')[n * n % 7 % 2]}\n" for n in range(60_000))
    (inputs / "d.csv").write_text(HEAD + rows, "utf-8")
    Cli(inputs)("init", root)
    work = Cli(root)
    work("vendor", "add", "acme")
    work("contract", "add", inputs / "terms.toml")
    work("gold", "add", inputs / "gold.csv")
    return work


def stored(workspace: Path) -> set[str]:
    """The objects in a workspace; each is whole, and no other file lies among them."""
    objects = workspace / "objects"
    for file in objects.glob("??/*"):
        assert file.parent.name + file.name == hashlib.sha256(file.read_bytes()).hexdigest()
    assert not list((objects / "tmp").iterdir())
    return {file.name for file in objects.glob("??/*")}


def test_file_that_cannot_grow_ends_with_one_sentence(tmp_path: Path) -> None:
    """The limit is met in the database, in the table of labels, and in the copy of the file."""
    work = prepared(tmp_path, tmp_path / "ws")
    for largest in (1_000, 100_000, 400_000):
        ran = limited(work.folder, largest, "delivery", "add", "../d.csv", "--contract", "birds")
        assert ran.code == 2, ran
        assert ran.err.startswith("error: ")
        assert "disk is full" in ran.err or "disk I/O error" in ran.err
        assert work("delivery", "list", "--json").json == []
        assert stored(work.folder)
    work("delivery", "add", "../d.csv", "--contract", "birds")
    assert len(work("status", "--json").json["log_hash"]) == 64


def test_output_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    work = prepared(tmp_path, tmp_path / "ws")
    work("delivery", "add", "../d.csv", "--contract", "birds")
    work("audit", "run", "d", "--gold", "gold", "--id", "a", code=3)
    (tmp_path / "tasks.csv").write_text("item_id\n" + "".join(f"t{n}\n" for n in range(50)), "utf-8")
    before = state(work.folder)
    for words in (
        ("gold", "commit", "gold"),
        ("gold", "seed", "../tasks.csv", "--gold", "gold", "--rate", "0.1"),
        ("report", "audit", "a", "--format", "html"),
        ("evidence", "export", "a"),
    ):
        assert "cannot be written" in work(*words, "--out", "/proc/nowhere/out", code=2).err
        assert "cannot be written" in work(*words, "--out", work.folder, code=2).err
    assert state(work.folder) == before
    assert not list(tmp_path.glob(".*"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """A disk of two megabytes, where the system lets us have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    allowed = os.getuid() == 0 and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield disk if allowed else None
    if allowed:
        subprocess.run(["umount", disk], check=True)


def test_full_disk_ends_with_one_sentence(tmp_path: Path, small_disk: Path | None) -> None:
    if small_disk is None:  # no mounting here: the limit on file sizes above tests the same handling
        return
    work = prepared(tmp_path, small_disk / "ws")
    filler = small_disk / "filler"
    free = os.statvfs(small_disk)
    filler.write_bytes(b"x" * (free.f_bavail * free.f_frsize - 200_000))
    before = work("status", "--json").json
    said = work("delivery", "add", tmp_path / "d.csv", "--contract", "birds", code=2).err
    assert said == "error: The disk is full; nothing was changed. Free some space and run the command again.\n"
    assert work("status", "--json").json == before
    assert stored(work.folder)
    filler.unlink()
    work("delivery", "add", tmp_path / "d.csv", "--contract", "birds")
    assert len(work("status", "--json").json["log_hash"]) == 64
