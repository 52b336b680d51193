"""One set of limits for all files of others: how it is read, raised, and said."""

from __future__ import annotations

import os
import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.conftest import ROOT
from vendoreval.errors import InputError, UsageError, VendorevalError
from vendoreval.jsonfile import deeper_than, parse_json
from vendoreval.limits import VARIABLE, Limits, allowed, amount_text, beyond
from vendoreval.received import check_file, opened_zip, read_bytes, sha256_of, unzip


def lowered(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv(VARIABLE, words)


def test_the_variable_raises_and_lowers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert allowed() == Limits()
    lowered(monkeypatch, " rows = 20GB, depth=7,line=5kb ,document=3")
    assert allowed() == Limits(rows=20_000_000_000, depth=7, line=5_000, document=3)


@pytest.mark.parametrize("words", ["rows", "rows=", "rows=many", "row=5", "rows=-1", "depth=1.5", "rows=1PB"])
def test_a_variable_that_says_nothing_is_named(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    lowered(monkeypatch, words)
    with pytest.raises(UsageError, match=r"sets no limit.*rows, memory, document"):
        allowed()


def test_the_remedy_is_a_setting_that_lets_the_file_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    lowered(monkeypatch, "depth=7,rows=5KB")
    said = str(beyond("rows", "The file is larger than", file="a.csv", found=12_345))
    assert said.startswith(
        "a.csv: The file is larger than 5 KB, the limit 'rows'. If you trust its sender, put "
    )
    words = said.split(f"{VARIABLE}=")[1].split()[0]
    lowered(monkeypatch, words)
    assert allowed() == Limits(rows=13_000, depth=7)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a matter of POSIX systems")
def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero"), Path("/dev/null")):
        for read in (read_bytes, sha256_of, check_file):
            with pytest.raises(InputError, match="a device or a pipe"):
                read(path)
    for path, says in (
        (tmp_path, "a folder"),
        (tmp_path / "none", "no such file"),
        (Path("a\0b"), "null byte"),
    ):
        with pytest.raises(InputError, match=says):
            read_bytes(path)


def test_files_are_held_against_their_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(b"x" * 100)
    lowered(monkeypatch, "document=99,memory=100")
    with pytest.raises(InputError, match=r"larger than 99 bytes, the limit 'document'.*document=198 before"):
        read_bytes(file)
    assert read_bytes(file, "memory") == b"x" * 100


def packed(files: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_archives_within_the_limits_unpack() -> None:
    files = {"a": b"1", "b/c": b"2" * 1000}
    assert unzip(packed(files), "x.zip") == files
    assert unzip(packed(files, zipfile.ZIP_STORED), "x.zip") == files


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("memory=1MB", r"unpacks to more than 1 MB, the limit 'memory'.*memory=12MB"),
        ("ratio=500", r"more than its own size times 500, the limit 'ratio'.*ratio=1"),
        ("members=1", r"more files than 1, the limit 'members'.*members=2"),
    ],
)
def test_archives_that_swell_are_not_unpacked(monkeypatch: pytest.MonkeyPatch, words: str, says: str) -> None:
    data = packed({"a": bytes(6_000_000), "b": bytes(6_000_000)})
    lowered(monkeypatch, words)
    with pytest.raises(InputError, match=says):
        unzip(data, "x.zip")


def test_what_an_archive_must_not_be() -> None:
    good = packed({"a": b"one" * 50, "b": b"two" * 50})
    at = good.index(b"PK\x01\x02")
    encrypted = bytearray(good)
    encrypted[at + 8] |= 1
    for data, says in (
        (packed({"a": b"one"}, zipfile.ZIP_BZIP2), "otherwise than by deflate"),
        (bytes(encrypted), "is encrypted"),
        (good.replace(b"b", b"a"), "twice"),
        (good[:40] + bytes(10) + good[50:], "."),
        (good[:-10], "."),
        (b"", "."),
    ):
        with pytest.raises(zipfile.BadZipFile, match=says):
            unzip(data, "x.zip")


def test_a_member_that_says_less_than_it_holds_is_cut_off_there() -> None:
    data = packed({"a": bytes(5_000)})
    lying = data.replace((5_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(zipfile.BadZipFile), opened_zip(lying, "x.zip") as archive:
        archive.read("a")


def test_json_of_others_is_read_strictly(monkeypatch: pytest.MonkeyPatch) -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": [1, "\\ud83d\\ude00"]}', "r.json") == {"a": [1, "😀"]}
    for text, says in (
        ("{", r"r.json, line 1: This is not JSON"),
        ('{"a": 1, "a": 1}', "'a' stands twice"),
        ("[NaN]", "NaN is no JSON value"),
        ('{"a": "\\ud800"}', "surrogate"),
        ("9" * 5000, "cannot be read"),
        (b"\xff", "not UTF-8"),
        ("[" * 5000, r"nested more deeply than 100, the limit 'depth'"),
        ("[" * 101 + "]" * 101, r"nested more deeply than 100, the limit 'depth'"),
    ):
        with pytest.raises(VendorevalError, match=says):
            parse_json(text, "r.json")
    assert parse_json("[" * 100 + "]" * 100, "r.json")
    lowered(monkeypatch, "depth=101")
    assert parse_json("[" * 101 + "]" * 101, "r.json")


def test_the_page_on_limits_has_them_all_with_their_defaults() -> None:
    page = (ROOT / "docs" / "limits.md").read_text("utf-8")
    listed = re.findall(r"^\| `([a-z]+)` \| ([^|]+) \|", page, re.MULTILINE)
    assert listed == [(name, amount_text(name, value)) for name, value in vars(Limits()).items()]


def test_depth_counts_lists_and_tables() -> None:
    assert [deeper_than(1, 0), deeper_than([], 0), deeper_than([], 1)] == [False, True, False]
    assert deeper_than({"a": [{}]}, 2)
    assert not deeper_than({"a": [{}]}, 3)
