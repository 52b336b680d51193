"""The line of progress: what it says, and that only a terminal sees it."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from vendoreval.cli import progress
from vendoreval.cli.progress import Rows, shown, waiting


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_rows_are_told_with_pace_and_what_is_left(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text("item,label\n" + "abcdefg,h\n" * 1_999_999)  # ten bytes a row
    rows = Rows([file])
    assert rows.text(4.0) == "0 rows, 0 a second"
    rows(500_000)
    assert rows.text(4.0) == "500,000 rows, 125,000 a second, about 5 of 20 MB, 12 s left"
    rows(1_999_999)
    assert rows.text(16.0) == "1,999,999 rows read; settling and storing them … 16 s"


@pytest.mark.parametrize("name", ["d.csv.gz", "d.parquet", "missing.csv"])
def test_bytes_are_not_told_where_they_are_not_known(tmp_path: Path, name: str) -> None:
    if name != "missing.csv":
        (tmp_path / name).write_bytes(b"x\n" * 10)
    rows = Rows([tmp_path / name])
    rows(100_000_000)
    assert rows.text(90.0) == "100,000,000 rows, 1,111,111 a second"


@pytest.mark.parametrize(("quiet", "screen"), [(True, Screen()), (False, io.StringIO()), (False, Screen())])
def test_only_a_terminal_sees_it(monkeypatch: pytest.MonkeyPatch, quiet: bool, screen: io.StringIO) -> None:
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(progress, "_QUICK", 0.01)
    monkeypatch.setattr(progress, "_PAUSE", 0.01)
    with shown(lambda seconds: "x" * 99, quiet=quiet):
        time.sleep(0.1)
    said = screen.getvalue()
    assert bool(said) == (screen.isatty() and not quiet)
    assert all(len(line) <= 79 for line in said.split("\r"))
    assert not said.rstrip("\r").split("\r")[-1].strip()  # the line is empty again


def test_quick_work_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", screen := Screen())
    with pytest.raises(ZeroDivisionError), waiting("judging", quiet=False):
        _ = 1 / 0
    assert screen.getvalue() == ""
