"""Reading small text files that a person wrote, and writing results whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from vendoreval.errors import InputError, UsageError


def read_bytes(path: Path) -> bytes:
    """The file's bytes; raises InputError with what to try."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError("There is no such file.", file=str(path), remedy="Check the path.") from error
    except IsADirectoryError as error:
        raise InputError("This is a folder, not a file.", file=str(path)) from error
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", file=str(path)) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path) -> str:
    """The file as UTF-8 text, with or without a byte order mark."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"The file is not UTF-8 text (byte {error.start + 1}).",
            file=str(path),
            remedy="Save it as UTF-8 and try again.",
        ) from error


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that a reader sees the old file or the whole new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
