"""Objects: named by their content, complete or absent, never overwritten."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vendoreval.errors import Conflict, EvidenceError, InputError, VendorevalError, WorkspaceError
from vendoreval.store.objects import ObjectStore


@pytest.fixture
def objects(tmp_path: Path) -> ObjectStore:
    store = ObjectStore(tmp_path / "objects")
    store.create()
    return store


def _files(store: ObjectStore) -> list[Path]:
    return [path for path in store.root.rglob("*") if path.is_file()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=200))
def test_bytes_come_back_under_their_hash(objects: ObjectStore, data: bytes) -> None:
    sha = objects.put_bytes(data)
    assert sha == hashlib.sha256(data).hexdigest()
    assert objects.has(sha)
    assert objects.read(sha) == data
    assert objects.path(sha) == objects.root / sha[:2] / sha[2:]
    objects.verify(sha)


def test_equal_content_is_stored_once(objects: ObjectStore, tmp_path: Path) -> None:
    source = tmp_path / "labels.csv"
    source.write_bytes(b"item_id,label\n" * 200_000)
    sha = objects.put_file(source)
    before = objects.path(sha).stat()
    assert objects.put_bytes(source.read_bytes()) == sha
    assert objects.path(sha).stat().st_ino == before.st_ino
    assert len(_files(objects)) == 1


def test_an_object_is_written_through_a_file_or_a_path(objects: ObjectStore) -> None:
    with objects.writer() as out:
        out.file.write(b"one,")
        out.file.write(b"two")
    assert objects.read(out.sha) == b"one,two"
    with objects.writer() as out:
        out.path.write_bytes(b"by its path")
    assert objects.read(out.sha) == b"by its path"


def test_parquet_can_be_streamed_into_an_object(objects: ObjectStore) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"item_id": ["a", "b"], "label": ["x", "y"]})
    with objects.writer() as out, pq.ParquetWriter(out.file, table.schema) as parquet:
        parquet.write_table(table)
    assert pq.read_table(objects.path(out.sha)).equals(table)


def test_nothing_is_stored_when_writing_fails(objects: ObjectStore) -> None:
    def fail() -> None:
        with objects.writer() as out:
            out.file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _files(objects) == []


def test_a_full_disk_says_what_to_do_and_leaves_nothing(
    objects: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(VendorevalError, match=r"disk is full; nothing was changed\. Free some space"):
        objects.put_bytes(b"too much")
    assert _files(objects) == []


def test_altered_and_missing_objects_are_noticed(objects: ObjectStore) -> None:
    sha = objects.put_bytes(b"as delivered")
    objects.path(sha).write_bytes(b"as wished")
    with pytest.raises(EvidenceError, match="was altered"):
        objects.read(sha)
    with pytest.raises(EvidenceError, match="was altered"):
        objects.verify(sha)
    objects.path(sha).unlink()
    assert not objects.has(sha)
    with pytest.raises(WorkspaceError, match="backup"):
        objects.path(sha)


@pytest.mark.parametrize("address", ["", "abc", "../../etc/passwd", "A" * 64, "a" * 64 + "\n"])
def test_only_hashes_are_addresses(objects: ObjectStore, address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        objects.path(address)


def test_a_source_that_cannot_be_read(objects: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.csv: it cannot be read: No such file"):
        objects.put_file(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="directory"):
        objects.put_file(tmp_path)


def test_leftovers_are_removed_after_a_day(objects: ObjectStore) -> None:
    unfinished = objects.root / "tmp"
    old, young, foreign = unfinished / "old.part", unfinished / "young.part", unfinished / "notes.txt"
    for path in (old, young, foreign):
        path.write_bytes(b"x")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    os.utime(foreign, (yesterday, yesterday))
    objects.clean()
    assert not old.exists()
    assert young.exists()
    assert foreign.exists()


def _broken_off(objects: ObjectStore) -> None:
    """A command at long work, while another one tries the same, is killed."""
    with objects.stage("k") as folder:
        (folder / "rows").write_bytes(b"many")
        with pytest.raises(Conflict, match="at this moment"), objects.stage("k"):
            pass
        raise KeyboardInterrupt


def test_long_work_that_was_broken_off_is_found_again(objects: ObjectStore) -> None:
    with pytest.raises(KeyboardInterrupt):
        _broken_off(objects)
    objects.clean()
    assert len(objects.stages()) == 1
    with objects.stage("other"), objects.stage("k") as again:
        assert (again / "rows").read_bytes() == b"many"
    assert objects.stages() == []
    with pytest.raises(InputError), objects.stage("k"):
        raise InputError("what is refused leaves nothing behind")
    assert objects.stages() == []


def test_long_work_that_nobody_goes_on_with_is_cleared_away(objects: ObjectStore) -> None:
    with pytest.raises(KeyboardInterrupt), objects.stage("k") as folder:
        raise KeyboardInterrupt
    os.utime(folder, (time.time() - 8 * 24 * 3600,) * 2)
    objects.clean()
    assert objects.stages() == []
    assert not folder.exists()


def test_a_copy_is_stored_when_its_block_ends_well(objects: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"labels")
    with pytest.raises(ValueError, match="no"), objects.copy(tmp_path / "a") as sha:
        raise ValueError("no")
    assert not objects.has(sha)
    with objects.copy(tmp_path / "a") as again:
        assert not objects.has(again)
    assert objects.read(sha) == b"labels"
    assert _files(objects) == [objects.path(sha)]
