"""Archives as their members: zip and tar (gz, xz), and single gzipped files. Nothing is unpacked by name.

A packed tar cannot be read but from its beginning: it is unpacked once into a nameless temporary file.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any

from vendoreval.errors import InputError, VendorevalError
from vendoreval.formats.readers.members import Member, file_member
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_ratio

_AGAIN = "Ask for it again."
_CHUNK = 1 << 18
_SPOOLED = 64_000_000  # bytes of an unpacked tar that are held in memory; more go to a temporary file
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip archive's directory
_NESTED = re.compile(r"\.(zip|tar|tgz|txz|tbz2?|7z|rar|tar\.(gz|xz|bz2|zst))$", re.IGNORECASE)
_OTHERS = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "packed by bzip2"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd"),
)
_DAMAGE = (
    zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, EOFError, OSError, NotImplementedError,
    RuntimeError, ValueError, OverflowError, IndexError, KeyError, AttributeError,
)  # fmt: skip


def members_of_file(path: Path, name: str) -> tuple[Iterator[Member], bool]:
    """The members of an archive and True, or the file itself and False; by its first bytes, not by its name."""
    with path.open("rb") as stream:
        head = stream.read(512)
    for beginning, what in _OTHERS:
        if head.startswith(beginning):
            raise InputError(f"This is {what}.", file=str(path), remedy="Unpack it, and name the folder.")
    if head.startswith(b"PK\x03\x04") and path.suffix.lower() not in (".xlsx", ".xlsm"):
        return _zip(path), True
    if _is_tar(head):
        return _tar(path, lambda: path.open("rb")), True
    if head.startswith(b"\x1f\x8b"):
        return _gzip(path, name)
    if head.startswith(b"\xfd7zXZ\x00"):
        return _tar(path, lambda: _unpacked(_Unxz(path.open("rb")), path)), True
    return iter((file_member(path, name),)), False


def _check_nested(name: str, within: str) -> None:
    """Raise InputError for an archive within an archive."""
    if _NESTED.search(name):
        raise InputError(
            f"It holds the archive {name!r}; archives are not read within others.", file=within,
            remedy="Unpack it in its place, or name it by itself.",
        )  # fmt: skip


def ungzipped(member: Member) -> Member:
    """A member named `.gz` as what is packed in it, without that ending; others as they are."""
    if not member.name.lower().endswith(".gz"):
        return member

    def opened() -> IO[bytes]:
        packed = member.open()
        return _bounded(GzipFile(fileobj=packed), member.name, member.size, closes=packed)

    return replace(member, name=member.name[:-3], open=opened, path=None)


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _gzip(path: Path, name: str) -> tuple[Iterator[Member], bool]:
    """A packed tar, or one packed file."""
    with damage_named(str(path)), GzipFile(path) as unpacked:
        head = unpacked.read(512)
    if _is_tar(head):
        return _tar(path, lambda: _unpacked(GzipFile(path), path)), True
    packed = name if name.lower().endswith(".gz") else f"{name}.gz"
    return iter((ungzipped(replace(file_member(path, name), name=packed)),)), False


def _zip(path: Path) -> Iterator[Member]:
    with damage_named(str(path)):
        archive = zipfile.ZipFile(_Watched(path.open("rb"), str(path)))
        entries = archive.infolist()
    check_ratio(sum(entry.file_size for entry in entries), path.stat().st_size, str(path))
    for entry in entries:
        name = _safe(entry.filename, str(path))
        kind = entry.external_attr >> 28  # the type of file, where the archive was packed on Unix
        if entry.is_dir():
            continue
        if entry.flag_bits & 1:
            raise InputError(
                f"{name!r} in it is encrypted.", file=str(path), remedy="Unpack it, and name the folder."
            )
        if kind not in (0, 8):
            raise _no_file(name, path)
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(
                f"{name!r} in it is packed otherwise than by deflate.", file=str(path),
                remedy="Unpack it, and name the folder.",
            )  # fmt: skip
        yield _member(name, entry.file_size, partial(archive.open, entry), path)


def _tar(path: Path, opened: Callable[[], Any]) -> Iterator[Member]:
    with damage_named(str(path)):
        archive = tarfile.TarFile(fileobj=_Watched(opened(), str(path)), tarinfo=_TarEntry)
    for entry in _entries(archive, path):
        name = _safe(entry.name, str(path))
        if entry.isdir():
            continue
        if not entry.isreg() or entry.issparse():
            raise _no_file(name, path)
        yield _member(name, entry.size, partial(archive.extractfile, entry), path)


def _entries(archive: tarfile.TarFile, path: Path) -> Iterator[tarfile.TarInfo]:
    most = allowed().files
    for count in range(1, 1 << 62):
        with damage_named(str(path)):
            entry = archive.next()
        if entry is None:
            return
        if count > most:
            raise beyond("files", "The archive holds more files than", file=str(path))
        yield entry


class _TarEntry(tarfile.TarInfo):
    """An entry whose size is no step backwards: some versions of tarfile would read it for ever."""

    def _block(self, count: int) -> int:
        if count < 0:
            raise tarfile.ReadError("it names a negative size")
        return int(super()._block(count))  # type: ignore[misc]


def _member(name: str, size: int, opened: Callable[[], Any], path: Path) -> Member:
    """A member of an archive; what is wrong with its bytes is said when they are read."""
    shown = f"{path}/{name}"

    def bounded() -> IO[bytes]:
        with damage_named(shown):
            return _bounded(opened(), shown, path.stat().st_size)

    return ungzipped(Member(name, size, bounded))


def _safe(name: str, archive: str) -> str:
    """The name with slashes; raises InputError for one that leads out of the archive."""
    below = name.replace("\\", "/")
    while below.startswith("./"):
        below = below[2:]
    if below.startswith("/") or re.match(r"[A-Za-z]:", below) or ".." in below.split("/"):
        raise InputError(
            f"It holds {name!r}, a name that leads out of it.", file=archive,
            remedy="Do not unpack it; ask its sender for one without such names.",
        )  # fmt: skip
    _check_nested(below, archive)
    return below


def _no_file(name: str, path: Path) -> InputError:
    return InputError(
        f"{name!r} in it is a link, a device or a file with holes.", file=str(path),
        remedy="Ask for an archive of plain files.",
    )  # fmt: skip


@contextmanager
def damage_named(file: str) -> Iterator[None]:
    """Turn what the libraries raise about a damaged archive into one sentence."""
    try:
        yield
    except VendorevalError:
        raise
    except MemoryError as error:
        raise InputError("Its packing asks for too much memory.", file=file, remedy=_AGAIN) from error
    except _DAMAGE as error:
        said = str(error) or type(error).__name__
        raise InputError(f"The archive is damaged: {said}.", file=file, remedy=_AGAIN) from error


def _unpacked(stream: Any, path: Path) -> Any:
    """A packed tar's bytes, in memory or, if they are many, in a nameless temporary file."""
    spool: Any = io.BytesIO()
    with _bounded(stream, str(path), path.stat().st_size) as bounded:
        while chunk := bounded.read(_CHUNK):
            spool.write(chunk)
            if isinstance(spool, io.BytesIO) and spool.tell() > _SPOOLED:
                held = spool.getbuffer()
                spool = tempfile.TemporaryFile()  # noqa: SIM115
                spool.write(held)
    spool.seek(0)
    return spool


def _bounded(stream: Any, file: str, packed: int, closes: Any = None) -> IO[bytes]:
    return io.BufferedReader(_Bounded(stream, file, packed, closes), _CHUNK)


class _Bounded(io.RawIOBase):
    """Unpacked bytes as they come, up to the limits `rows` and `ratio`."""

    def __init__(self, stream: Any, file: str, packed: int, closes: Any) -> None:
        self._stream, self._file, self._packed, self._closes = stream, file, packed, closes
        self._count, self._most = 0, allowed().rows

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with damage_named(self._file):
            data = self._stream.read(len(buffer))
        self._count += len(data)
        if self._count > self._most:
            raise beyond("rows", "The file holds more than", file=self._file)
        check_ratio(self._count, self._packed, self._file)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._closes is not None:
                self._closes.close()
        super().close()


class _Watched(io.RawIOBase):
    """An archive's file: no piece of its directory is read that is beyond the limits `memory` and `files`.

    It stays open until the last of its members is gone.
    """

    def __init__(self, stream: Any, file: str) -> None:
        self._stream, self._file, self._held = stream, file, -1
        if not isinstance(stream, io.BytesIO):
            stream.flush()
            self._held = os.dup(stream.fileno())
            self._stream = io.FileIO(self._held, closefd=False)
            self._stream.seek(0)
            stream.close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._stream.seek(offset, whence))

    def tell(self) -> int:
        return int(self._stream.tell())

    def read(self, size: int = -1) -> bytes:
        limits = allowed()
        data: bytes = self._stream.read(limits.memory + 1 if size < 0 else min(size, limits.memory + 1))
        if len(data) > limits.memory:
            raise beyond("memory", "Its directory is larger than", file=self._file)
        if data.count(_ENTRY) > limits.files:  # before each entry becomes an object
            raise beyond("files", "The archive holds more files than", file=self._file)
        return data

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
            if self._held >= 0:
                os.close(self._held)
        super().close()


class _Unxz:
    """The bytes of an .xz file; one that asks for more memory than the limit `memory` raises LZMAError."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._packer = self._fresh()

    def _fresh(self) -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=allowed().memory)

    def read(self, size: int) -> bytes:
        while True:
            if self._packer.eof:
                rest = self._packer.unused_data.lstrip(b"\0") or self._stream.read(_CHUNK).lstrip(b"\0")
                if not rest:
                    return b""
                self._packer = self._fresh()
                data = self._packer.decompress(rest, size)
            else:
                packed = self._stream.read(_CHUNK) if self._packer.needs_input else b""
                if not packed and self._packer.needs_input:
                    raise EOFError("it is cut off")
                data = self._packer.decompress(packed, size)
            if data:
                return data

    def close(self) -> None:
        self._stream.close()
