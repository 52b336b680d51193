"""The limits hold in every reader of row files; the inputs are small, for the limits are lowered."""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vendoreval.errors import InputError
from vendoreval.formats.forms.odcs_yaml import read_yaml
from vendoreval.formats.intake.gold_rows import read_gold
from vendoreval.formats.readers.rows import open_rows
from vendoreval.limits import VARIABLE


def texts_of(path: Path, *wanted: str) -> list[Mapping[str, Any]]:
    file = open_rows(path)
    batches = list(file.batches(wanted or file.names))
    return [dict(zip(one.columns, row, strict=True)) for one in batches for row in _rows(one.columns)]


def _rows(columns: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return list(zip(*(column.to_pylist() for column in columns.values()), strict=True))


CSV = b"item_id,label\n" + b"".join(b"i%d,jay\n" % n for n in range(100))
JSONL = b"".join(b'{"item_id": "i%d", "f%d": [[1]]}\n' % (n, n) for n in range(100))


@pytest.mark.parametrize(
    ("name", "data", "words", "says"),
    [
        ("d.csv", CSV, "rows=500", r"d.csv: The file is larger than 500 bytes, the limit 'rows'.*rows=1KB"),
        ("d.csv.gz", gzip.compress(CSV), "rows=500", r"holds more than 500 bytes, the limit 'rows'"),
        ("d.csv", b"item_id,label\ni1," + b"x" * 200, "line=150", r"line 2: The line is longer than 150 bytes"),
        ("d.csv", b'item_id,label\n"' + b"i\n" * 200, "line=150", r"line 2: .*closing quotation mark.*150"),
        ("d.csv", b'a,b\n"x\n' + b'","\n' * 99, "line=150", r"line 2: .*longer than 150 .*limit 'line'"),
        ("d.csv", b",".join(b"c%d" % n for n in range(30)), "columns=20", r"more columns than 20.*columns=40"),
        ("d.jsonl", JSONL, "columns=20", r"line 20: The lines have more fields than 20, the limit 'columns'"),
        ("d.jsonl", b"{" + b" " * 200 + b"}", "line=150", r"line 1: The line is longer than 150 bytes"),
    ],
)  # fmt: skip
def test_text_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, words: str, says: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    monkeypatch.setenv(VARIABLE, words)
    with pytest.raises(InputError, match=says):
        texts_of(path)


def test_a_small_file_that_unpacks_to_much_is_named(tmp_path: Path) -> None:
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(b"item_id,label\n" + b"i,jay\n" * 2_000_000))
    with pytest.raises(InputError, match=r"more than its own size times 200, the limit 'ratio'.*ratio=[0-9]+ "):
        texts_of(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_by_any_line_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(CSV.decode().replace("\n", end).encode())
    monkeypatch.setenv(VARIABLE, "line=20")
    assert len(texts_of(path)) == 100


def test_wide_files_are_read_in_smaller_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vendoreval.formats.readers.separated_rows.CELLS", 20)
    monkeypatch.setattr("vendoreval.formats.readers.json_lines.CELLS", 20)
    for name, data in (("d.csv", CSV), ("d.jsonl", JSONL)):
        path = tmp_path / name
        path.write_bytes(data)
        file = open_rows(path)
        sizes = [len(batch.lines) for batch in file.batches(file.names)]
        assert sum(sizes) == 100
        assert max(sizes) == max(1, 20 // len(file.names))


def table(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_that_repeats_a_long_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path / "d.parquet", item_id=["i" * 1000] * 5000, label=["jay"] * 5000)
    assert path.stat().st_size < 5_000  # five million characters, written once
    assert len(texts_of(path)) == 5000
    for words, says in (
        ("memory=1MB", r"line 1: The values that follow take more than 1 MB, the limit 'memory'"),
        ("rows=4MB", r"line 1: The file holds more than 4 MB, the limit 'rows'"),
        ("document=50", r"description of its columns is larger than 50 bytes, the limit 'document'"),
        ("columns=1", r"more columns than 1, the limit 'columns'.*columns=2"),
    ):
        monkeypatch.setenv(VARIABLE, words)
        with pytest.raises(InputError, match=says):
            texts_of(path)


def test_parquet_with_long_lists_is_read_in_smaller_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(tmp_path / "d.parquet", item_id=[f"i{n}" for n in range(40)], label=[[1] * 99] * 40)
    monkeypatch.setattr("vendoreval.formats.readers.parquet_rows.CELLS", 1000)
    sizes = [len(batch.lines) for batch in open_rows(path).batches({"item_id", "label"})]
    assert (sum(sizes), max(sizes)) == (40, 10)


def test_gold_is_held_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(b"".join(b'{"item_id":"i%d","label":"jay","f%d":1}\n' % (n, n) for n in range(100)))
    gold, _ = read_gold(path, "gold", mapping={}, classes=["jay"])
    assert len(gold) == 100
    monkeypatch.setenv(VARIABLE, "memory=100KB")  # a hundred rows of a hundred and two cells
    with pytest.raises(InputError, match=r"line 1[0-9]: The gold takes more than 100 KB, the limit 'memory'"):
        read_gold(path, "gold", mapping={}, classes=["jay"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a matter of POSIX systems")
def test_pipes_and_devices_are_no_row_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(InputError, match="a device or a pipe"):
            open_rows(path, "csv")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"a: " + b"[" * 90_000, "cannot be read|more deeply"),
        (b"a: " + b"[" * 101 + b"]" * 101, "nested more deeply than 100, the limit 'depth'"),
        (b"a: !!timestamp 2026-99-99\n", "cannot be read"),
        (b"a: !!bool maybe\n", "cannot be read"),
        (b"a: !!int ''\n", "cannot be read"),
        (b"a: " + b"9" * 5000, "cannot be read"),
    ],
)
def test_yaml_with_odd_values(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_yaml(data, "c.yaml")
