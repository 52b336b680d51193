"""Files that came from others: regular files only, no larger than the limits, archives unpacked with care."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vendoreval.errors import InputError
from vendoreval.limits import FREE, allowed, beyond

_ENTRY = b"PK\x01\x02"  # begins each entry of a zip archive's directory
_DAMAGE = (
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    IndexError,
)


def check_file(path: Path, limit: str = "document") -> int:
    """The file's size in bytes; raises InputError unless it is a regular file within the limit.

    Devices, pipes and sockets are refused: they may never end, and cannot be read twice.
    """
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise InputError("There is no such file.", file=str(path), remedy="Check the path.") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise InputError("This is a folder, not a file.", file=str(path), remedy="Name the file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(
            "This is a device or a pipe, not a file.",
            file=str(path),
            remedy="Save its content to a file first.",
        )
    if found.st_size > getattr(allowed(), limit):
        raise beyond(limit, "The file is larger than", file=str(path), found=found.st_size)
    return found.st_size


def read_bytes(path: Path, limit: str = "document") -> bytes:
    """The file's bytes; raises InputError with what to try."""
    check_file(path, limit)
    most = getattr(allowed(), limit)
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(data) > most:  # it grew, or its size was not told
        raise beyond(limit, "The file is larger than", file=str(path))
    return data


def read_text(path: Path, limit: str = "document") -> str:
    """The file as UTF-8 text, with or without a byte order mark."""
    try:
        return read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"The file is not UTF-8 text (byte {error.start + 1}).",
            file=str(path),
            remedy="Save it as UTF-8 and try again.",
        ) from error


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex, read in pieces; raises InputError with what to try."""
    check_file(path, "rows")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def check_ratio(unpacked: int, packed: int, file: str) -> None:
    """Raise InputError where `packed` bytes unpack to far more than honest files do."""
    if unpacked > max(FREE, allowed().ratio * packed):
        factor = -(-unpacked // max(packed, 1))
        raise beyond("ratio", "The file unpacks to more than its own size times", file=file, found=factor)


def unzip(data: bytes, file: str) -> dict[str, bytes]:
    """The files in an archive by name; raises as `opened_zip` does."""
    with opened_zip(data, file) as archive:
        return {member.filename: archive.read(member) for member in archive.infolist()}


@contextmanager
def opened_zip(data: bytes, file: str, limit: str = "memory") -> Iterator[zipfile.ZipFile]:
    """A zip archive whose members are few, small and packed in a way that can be bounded.

    `limit` is the one on the bytes to which all members unpack. Raises InputError beyond the limits, and
    zipfile.BadZipFile with a reason where the archive is damaged, encrypted, holds a name twice or is
    packed otherwise than by deflate.
    """
    try:
        if data.count(_ENTRY) > allowed().members:  # before each entry becomes an object
            raise beyond("members", "The archive holds more files than", file=file, found=data.count(_ENTRY))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive.infolist(), len(data), file, limit)
            yield archive
    except zipfile.BadZipFile:
        raise
    except _DAMAGE as error:
        raise zipfile.BadZipFile(str(error) or type(error).__name__) from error


def _check_members(members: list[zipfile.ZipInfo], packed: int, file: str, limit: str) -> None:
    unpacked = sum(member.file_size for member in members)  # a member that says too little is cut off there
    if unpacked > getattr(allowed(), limit):
        raise beyond(limit, "The archive unpacks to more than", file=file, found=unpacked)
    check_ratio(unpacked, packed, file)
    seen: set[str] = set()
    for member in members:
        if member.filename in seen:
            raise zipfile.BadZipFile(f"it holds the file {member.filename!r} twice")
        seen.add(member.filename)
        if member.flag_bits & 1:
            raise zipfile.BadZipFile(f"{member.filename!r} is encrypted")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"{member.filename!r} is packed otherwise than by deflate")


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"The file cannot be read: {reason}.", file=str(path))
