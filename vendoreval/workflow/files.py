"""Reading small text files that a person wrote, and writing results whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from vendoreval.errors import UsageError
from vendoreval.received import read_bytes, read_text, sha256_of

__all__ = ["FileState", "read_bytes", "read_text", "sha256_of", "state_of", "write_whole", "writing_whole"]


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the whole new one."""
    with writing_whole(path) as file:
        file.write(data)


class FileState(NamedTuple):
    """By what a file's change is told: its size, when it was written and when altered, and which file it is."""

    size: int
    written: int
    altered: int
    inode: int


def state_of(path: Path) -> FileState:
    """The file's state, without a look at its bytes."""
    try:
        found = path.stat()
    except OSError:  # whoever reads it says what is wrong
        return FileState(0, 0, 0, 0)
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


@contextmanager
def writing_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into that takes the place of `path` once all is written, and never half."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
