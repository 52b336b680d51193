"""A long intake that is killed goes on where it was, and ends as if nothing had happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli
from tests.flows.test_flows_bad_input import GOLD, TERMS

ROWS = 330_000  # five batches and a bit


def workspace(inputs: Path, name: str) -> Cli:
    Cli(inputs)("init", inputs / name)
    work = Cli(inputs / name)
    work("vendor", "add", "acme")
    work("contract", "add", inputs / "terms.toml")
    return work


def add(work: Cli, *more: str, kill: int = 0, when: str = "after") -> tuple[int, str]:
    """The exit code, and what was said last."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("resuming_command.py"), str(kill), when,
         "delivery", "add", "../d.csv", "--contract", "birds", "--where", "vendor!=other", *more],
        cwd=work.folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00"},
    )  # fmt: skip
    return done.returncode, (done.stderr.splitlines() or [""])[-1]


def objects(work: Cli) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (work.folder / "objects").glob("??/*")}


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    (tmp_path / "terms.toml").write_text(TERMS, "utf-8")
    (tmp_path / "gold.csv").write_text(GOLD, "utf-8")
    with (tmp_path / "d.csv").open("w", encoding="utf-8") as file:
        file.write("item_id,annotator_id,label,vendor,seconds\n")
        for n in range(ROWS):  # unknown and empty labels, repeats, rows left out, odd ids, times not read
            label = ("finch", "jay", "owl", "", "FINCH")[(n * n // 7) % 5 if n % 50 == 0 else n % 2]
            item = f"i{n % 150_000}{' ' * (n % 9999 == 0)}"
            vendor, seconds = "other" if n % 13 == 0 else "acme", f"{n % 60}{'s' * (n % 71 == 0)}"
            file.write(f"{item},ann{n % 97},{label},{vendor},{seconds}\n")
    return tmp_path


@pytest.mark.slow
def test_a_killed_intake_goes_on(inputs: Path) -> None:
    whole, cut = workspace(inputs, "whole"), workspace(inputs, "cut")
    assert add(whole) == (0, "counted 6")
    assert add(cut, kill=2)[0] == -signal.SIGKILL
    assert "A long intake was broken off" in cut("status").err
    assert add(cut, kill=4, when="before")[0] == -signal.SIGKILL  # its rows are there, and nobody tells of them
    assert add(cut) == (0, "counted 3")
    assert cut("delivery", "show", "d", "--json").out == whole("delivery", "show", "d", "--json").out
    assert objects(cut) == objects(whole)
    assert not list((cut.folder / "objects" / "tmp").glob("*.stage"))
    assert "broken off" not in cut("status").err


@pytest.mark.slow
def test_other_words_or_another_file_begin_anew(inputs: Path) -> None:
    cut = workspace(inputs, "cut")
    assert add(cut, kill=3)[0] == -signal.SIGKILL
    assert add(cut, "--id", "e", "--wrong", "owl") == (0, "counted 6")
    os.utime(inputs / "d.csv")
    assert add(cut) == (0, "counted 6")
    assert add(cut, kill=1)[0] == 2  # refused before anything is read
