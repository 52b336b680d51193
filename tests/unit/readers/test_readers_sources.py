"""Files, folders and archives as one source: what is in it, and what is refused with a clear word."""

from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import os
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from vendoreval.errors import InputError, UsageError
from vendoreval.formats.readers.sources import Source, open_source
from vendoreval.limits import VARIABLE

FILES = {"b/two.txt": b"second", "a one.txt": b"first", "b/.hidden": b"x", "__MACOSX/b/._two.txt": b"y"}
SEEN = {"a one.txt": b"first", "b/two.txt": b"second"}
LEFT_OUT = {"hidden file": 1, "file of macOS": 1}


def folder(path: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def zipped(path: Path, files: Mapping[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: Mapping[str, bytes] = FILES, *, kind: int = tarfile.PAX_FORMAT) -> Path:
    mode = "w:gz" if path.suffix in (".gz", ".tgz") else "w:xz" if path.suffix == ".xz" else "w:"
    with tarfile.open(path, mode, format=kind) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def contents(source: Source) -> dict[str, bytes]:
    return {member.name: member.read() for member in source.members}


def refused(*paths: Path) -> str:
    with pytest.raises(InputError) as caught:
        contents(open_source(paths))
    return str(caught.value)


def test_folder_zip_and_tar_are_the_same_source(tmp_path: Path) -> None:
    made = [
        folder(tmp_path / "in"), zipped(tmp_path / "in.zip"), tarred(tmp_path / "in.tar"),
        tarred(tmp_path / "in.tar.gz"), tarred(tmp_path / "in.tar.xz"), tarred(tmp_path / "in.tgz"),
        tarred(tmp_path / "gnu.tar", kind=tarfile.GNU_FORMAT), zipped(tmp_path / "zip without its ending"),
    ]  # fmt: skip
    for path in made:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ResourceWarning)
            source = open_source([path])
            assert list(contents(source)) == sorted(SEEN), "in order of name"
            assert contents(source) == SEEN, path.name
            assert [member.size for member in source.members] == [5, 6]
            assert source.left_out == LEFT_OUT, path.name
            assert source.name == path.name
    assert open_source([made[0]]).members[0].path == made[0] / "a one.txt"
    assert open_source([made[1]]).members[0].path is None


def test_members_are_read_in_any_order_and_at_once(tmp_path: Path) -> None:
    files = {f"{index}.txt": os.urandom(700_000) for index in range(3)}
    for path in (zipped(tmp_path / "z.zip", files), tarred(tmp_path / "t.tar.xz", files)):
        first, second, third = open_source([path]).members
        with third.open() as one, first.open() as two:
            parts = [(one.read(100_000), two.read(100_000)) for _ in range(7)]
        assert b"".join(part for part, _ in parts) == files["2.txt"]
        assert b"".join(part for _, part in parts) == files["0.txt"]
        assert second.head(10) == files["1.txt"][:10]


def test_several_paths_keep_their_own_names(tmp_path: Path) -> None:
    folder(tmp_path / "in", {"x/a.json": b"1", "y/a.json": b"2", "y/b.json.gz": gzip.compress(b"4")})
    zipped(tmp_path / "in/z.zip", {"a.json": b"3", ".hidden": b""})
    source = open_source([tmp_path / "in/y/a.json", tmp_path / "in/z.zip", tmp_path / "in/x"])
    assert contents(source) == {"x/a.json": b"1", "a.json": b"2", "z.zip/a.json": b"3"}
    assert source.name == "a.json and 2 more"
    assert source.left_out == {"hidden file": 1}
    twice = open_source([tmp_path / "in/y/a.json", tmp_path / "in/x/a.json", tmp_path / "in/y/b.json.gz"])
    assert contents(twice) == {"x/a.json": b"1", "y/a.json": b"2", "y/b.json": b"4"}
    whole = open_source([tmp_path / "in"])
    assert list(contents(whole)) == ["x/a.json", "y/a.json", "y/b.json", "z.zip/a.json"]
    assert "twice" in refused(tmp_path / "in/x/a.json", tmp_path / "in/x/a.json")
    assert open_source([tmp_path / "in/x/a.json"]).members[0].name == "a.json"


def test_one_gzipped_file_is_that_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b"[1") + gzip.compress(b",2]"))
    (member,) = open_source([path]).members
    assert (member.name, member.suffix, member.read(), member.path) == ("a.json", ".json", b"[1,2]", None)
    within = open_source([zipped(tmp_path / "z.zip", {"b/a.json.gz": path.read_bytes()})])
    assert contents(within) == {"b/a.json": b"[1,2]"}
    path.write_bytes(gzip.compress(os.urandom(500))[:-20])
    assert "damaged" in refused(path)
    path.write_bytes(path.read_bytes()[:15])
    assert "damaged" in refused(path)


@pytest.mark.parametrize("name", ["../a", "/etc/a", "a/../../b", "C:\\a", "c:a", "..\\a", "a\\..\\b"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    for path in (zipped(tmp_path / "z.zip", {name: b"1"}), tarred(tmp_path / "t.tar", {name: b"1"})):
        assert "leads out of it" in refused(path)


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.GNUTYPE_SPARSE):
        with tarfile.open(tmp_path / "t.tar", "w:") as archive:
            entry = tarfile.TarInfo("a")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        assert "link, a device" in refused(tmp_path / "t.tar")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as zipped_:
        info = zipfile.ZipInfo("a")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        zipped_.writestr(info, "/etc/passwd")
    assert "link, a device" in refused(tmp_path / "z.zip")
    inside = folder(tmp_path / "in", {"a": b"1"})
    (inside / "b").symlink_to("/etc/passwd")
    assert "This is a link" in refused(inside)
    (inside / "b").unlink()
    os.mkfifo(inside / "b")
    assert "a device or a pipe" in refused(inside)
    assert "a device or a pipe" in refused(inside / "b")


def test_archives_within_archives_are_refused(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip").read_bytes()
    for path in (
        zipped(tmp_path / "z.zip", {"in.zip": inner}),
        tarred(tmp_path / "t.tar", {"b/c.tar.gz": b"1"}),
    ):
        said = refused(path)
        assert "archives are not read within others" in said
        assert "Unpack it" in said


def test_other_packings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for beginning in (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a", b"BZh9", b"\x28\xb5\x2f\xfd"):
        path.write_bytes(beginning + b"rest")
        assert "Unpack it" in refused(path)


def test_encrypted_members_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "z.zip", {"a": b"1"})
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert "encrypted" in refused(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a", b"1")
    assert "otherwise than by deflate" in refused(path)


def test_bombs_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zeros = bytes(30_000_000)
    (tmp_path / "g.json.gz").write_bytes(gzip.compress(zeros))
    for path in (
        zipped(tmp_path / "z.zip", {"a": zeros}), tarred(tmp_path / "t.tar.gz", {"a": zeros}),
        tarred(tmp_path / "t.tar.xz", {"a": zeros}), tmp_path / "g.json.gz",
    ):  # fmt: skip
        assert "more than its own size times" in refused(path), path.name
    monkeypatch.setenv(VARIABLE, "ratio=100000")
    assert contents(open_source([tmp_path / "z.zip"])) == {"a": zeros}
    monkeypatch.setenv(VARIABLE, "ratio=100000,rows=20MB")
    assert "holds more than 20 MB" in refused(tmp_path / "z.zip")
    assert "holds more than 20 MB" in refused(tmp_path / "t.tar.gz")
    monkeypatch.setenv(VARIABLE, "ratio=100000,memory=20MB")
    assert "larger than 20 MB" in refused(tmp_path / "z.zip")


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{index}": b"" for index in range(6)}
    made = (
        zipped(tmp_path / "z.zip", files),
        tarred(tmp_path / "t.tar", files),
        folder(tmp_path / "in", files),
    )
    monkeypatch.setenv(VARIABLE, "files=5")
    for path in made:
        assert "more files than 5" in refused(path)
    monkeypatch.setenv(VARIABLE, "files=6")
    for path in made:
        assert len(open_source([path]).members) == 6


def test_a_packing_that_needs_much_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.tar.xz"
    plain = tarred(tmp_path / "t.tar").read_bytes()
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 50_000_000}]
    path.write_bytes(lzma.compress(plain, filters=filters))
    assert contents(open_source([path])) == SEEN
    monkeypatch.setenv(VARIABLE, "memory=20MB")
    assert "damaged: Memory usage limit" in refused(path)


def test_damaged_archives_are_refused_without_end(tmp_path: Path) -> None:
    """An entry that steps backwards would be read for ever by some versions of tarfile."""
    path = tmp_path / "t.tar"
    with tarfile.open(path, "w:", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo("a")
        entry.pax_headers = {"size": "-1024"}
        archive.addfile(entry)
    assert "damaged" in refused(path) or "negative" in refused(path)
    for whole in (zipped(tmp_path / "z.zip"), tarred(tmp_path / "t.tar"), tarred(tmp_path / "t.tar.gz")):
        data = whole.read_bytes()
        for cut in range(1, len(data) - 1, max(len(data) // 40, 1)):
            whole.write_bytes(data[:cut])
            with contextlib.suppress(InputError):
                contents(open_source([whole]))
    zip64 = zipped(tmp_path / "z.zip").read_bytes()
    whole = tmp_path / "z.zip"
    whole.write_bytes(zip64[:-22] + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 9, 2**31, 7, 0))
    assert "damaged" in refused(whole)


def test_names_twice_and_empty_sources_are_refused(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
            archive.writestr("a", "1")
            archive.writestr("./a", "2")
    assert "'a' twice" in refused(tmp_path / "z.zip")
    assert "no file in it" in refused(zipped(tmp_path / "e.zip", {".a": b""}))
    assert "no such file" in refused(tmp_path / "none")
    with pytest.raises(UsageError, match="No file is named"):
        open_source([])
    with pytest.raises(InputError, match="no such folder"):
        open_source([tmp_path / "z.zip"], tmp_path / "none")
