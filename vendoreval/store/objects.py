"""Content-addressed files: an object's name is the SHA-256 of its bytes.

An object appears complete or not at all: bytes go to a temporary file, which is fsynced and then
renamed to its address. Equal content is stored once; only a file that was altered on the disk is replaced, by
the content that its name stands for.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from vendoreval.errors import Conflict, EvidenceError, InputError, VendorevalError, WorkspaceError

_ADDRESS = re.compile(r"[0-9a-f]{64}")
_LEFTOVER_SECONDS = 24 * 3600
_STAGE_SECONDS = 7 * _LEFTOVER_SECONDS


@dataclass
class ObjectWriter:
    """A new object while it is written, through `file` or `path`; `sha` is set when it is complete."""

    path: Path
    file: BinaryIO
    sha: str = ""


class ObjectStore:
    """The objects below the folder `root`, at `root/ab/cdef…`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._unfinished = root / "tmp"

    def create(self) -> None:
        """Make the folders; does nothing where they exist."""
        if self._unfinished.is_dir():
            return
        with refuse_full_disk():
            self._unfinished.mkdir(parents=True, exist_ok=True)
            sync_folder(self.root)

    def put_bytes(self, data: bytes) -> str:
        """Store `data`; returns its address."""
        with self.writer() as out:
            out.file.write(data)
        return out.sha

    def put_file(self, source: Path) -> str:
        """Store a copy of a file; raises InputError when it cannot be read."""
        with self.copy(source) as sha:
            return sha

    @contextmanager
    def copy(self, source: Path) -> Iterator[str]:
        """As `put_file`, giving the address before anything is stored; nothing is when the block raises."""
        try:
            source.open("rb").close()
        except OSError as error:
            raise InputError(f"it cannot be read: {error.strerror}.", file=str(source)) from error
        path = self._new()
        try:
            with refuse_full_disk():
                shutil.copyfile(source, path)  # by the system, which is much quicker than by our hands
            sha = _hash_file(path)
            yield sha
            with refuse_full_disk():
                self._keep(path, sha)
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def writer(self) -> Iterator[ObjectWriter]:
        """Write an object piece by piece: `with objects.writer() as out: …`, then use `out.sha`.

        Nothing is stored when the block raises. Raises VendorevalError when the disk is full.
        """
        path = self._new()
        try:
            with refuse_full_disk():
                with path.open("x+b") as file:
                    out = ObjectWriter(path, file)
                    yield out
                    file.flush()
                out.sha = _hash_file(path)
                self._keep(path, out.sha)
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def stage(self, key: str) -> Iterator[Path]:
        """A folder for long work, the same for the same `key`; it stays when the block is broken off.

        It is gone when the block ends, or raises a VendorevalError. Raises Conflict while another command is
        at the same work.
        """
        folder = self._unfinished / f"{key}.stage"
        with refuse_full_disk():
            folder.mkdir(exist_ok=True)
        with _alone(folder):
            try:
                yield folder
            except VendorevalError:
                shutil.rmtree(folder)
                raise
            shutil.rmtree(folder)

    def stages(self) -> list[Path]:
        """The folders of work that was broken off, or is under way."""
        return sorted(self._unfinished.glob("*.stage"))

    def _new(self) -> Path:
        return self._unfinished / f"{uuid.uuid4().hex}.part"

    def has(self, sha: str) -> bool:
        """Whether the object is here."""
        return self._place(sha).is_file()

    def intact(self, sha: str) -> bool:
        """Whether the object is here and its bytes match its address."""
        return self.has(sha) and _hash_file(self.path(sha)) == sha

    def path(self, sha: str) -> Path:
        """Where the object lies, for reading only; raises WorkspaceError when it is missing."""
        place = self._place(sha)
        if not place.is_file():
            raise WorkspaceError(
                f"The workspace lacks the file {place}.", remedy="Restore it from a backup of the workspace."
            )
        return place

    def read(self, sha: str) -> bytes:
        """The object's bytes, checked against its address; raises EvidenceError when they differ."""
        data = self.path(sha).read_bytes()
        if hashlib.sha256(data).hexdigest() != sha:
            raise _altered(self.path(sha))
        return data

    def verify(self, sha: str) -> None:
        """Raise EvidenceError when the object's bytes do not match its address."""
        if not self.intact(sha):
            raise _altered(self.path(sha))

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder on the same disk for files that become no objects; it is gone after the block."""
        folder = self._new()
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def clean(self) -> None:
        """Remove what killed commands left behind: after a day, long work that may go on after a week."""
        oldest = time.time() - _LEFTOVER_SECONDS
        for part in self._unfinished.glob("*.part"):
            try:
                if part.stat().st_mtime < oldest:
                    shutil.rmtree(part) if part.is_dir() else part.unlink()
            except FileNotFoundError:  # another command cleans at the same moment
                continue
        for folder in self.stages():
            with suppress(FileNotFoundError):
                if folder.stat().st_mtime < time.time() - _STAGE_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def _place(self, sha: str) -> Path:
        if not _ADDRESS.fullmatch(sha):
            raise ValueError(f"{sha!r} is no object address")
        return self.root / sha[:2] / sha[2:]

    def _keep(self, part: Path, sha: str) -> None:
        place = self._place(sha)
        if self.intact(sha):
            return
        with part.open("r+b") as file:
            os.fsync(file.fileno())
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
            sync_folder(self.root)
        part.replace(place)
        sync_folder(place.parent)


@contextmanager
def refuse_full_disk() -> Iterator[None]:
    """Turn "no space left", "quota exceeded" and "file too large" into an error that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise VendorevalError(
            "The disk is full; nothing was changed.", remedy="Free some space and run the command again."
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder's lock, which the system opens when the process ends, however it ends."""
    if os.name == "nt":  # without such locks, nobody else is told apart
        yield
        return
    import fcntl

    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(
                "The same files are being taken in at this moment.", remedy="Wait for the other command."
            ) from error
        yield


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut, where the system can do that."""
    if os.name == "nt":  # Windows has no handle on a folder to flush
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _altered(path: Path) -> EvidenceError:
    return EvidenceError(
        f"The file {path} was altered: its content no longer matches its name.",
        remedy="Restore it from a backup of the workspace.",
    )
