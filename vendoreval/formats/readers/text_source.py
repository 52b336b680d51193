"""Text files as UTF-8 lines, gzipped or not; what cannot be read so is explained in one sentence.

UTF-16 with its mark at the head, as Excel writes "Unicode text", is read as the UTF-8 that it stands for.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from vendoreval.errors import InputError
from vendoreval.formats.readers.sources import Member
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_ratio

_SAVE = "Save it as UTF-8 and try again."
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BEGINNINGS = (
    (b"PK\x03\x04", "is a zip archive or an Excel workbook", "Save it as CSV (UTF-8), or unpack it first."),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "Save it as CSV (UTF-8)."),
    (b"PAR1", "is Parquet", "Say --format parquet, or name it .parquet."),
    (b"\x1f\x8b", "is gzipped", "Give its name the ending .gz."),
    (b"%PDF", "is a PDF", "Ask for the rows as CSV."),
)
_CHUNK = 1 << 18
_LEAST = 64  # bytes of a block, however short lines must be


def open_text(file: Path | Member) -> IO[str]:
    """The file, or a member of a source, as text; line ends are left as they are.

    Raises InputError for what is no UTF-8 text, and beyond the limits `rows`, `ratio` and `line`.
    """
    source = _Checked(_open_bytes(file), name_of(file), _packed(file))
    buffered = io.BufferedReader(source, _CHUNK)
    try:
        head = buffered.peek(4)[:4]
        for beginning, what, remedy in _BEGINNINGS:
            if head.startswith(beginning):
                raise InputError(f"The file {what}, not UTF-8 text.", file=name_of(file), remedy=remedy)
        if not head and isinstance(file, Path):
            raise InputError("The file is empty.", file=str(file), remedy="Ask for it again.")
    except BaseException:
        buffered.close()
        raise
    return io.TextIOWrapper(buffered, encoding="utf-8-sig", newline="")


def whole_text(file: Path | Member, limit: str = "memory") -> str:
    """All of its text, with line ends as they are; raises InputError as `open_text`, and beyond `limit`."""
    if _packed(file) > getattr(allowed(), limit):
        raise beyond(limit, "The file is larger than", file=name_of(file), found=_packed(file))
    with explained(file), open_text(file) as stream:
        return stream.read()


def text_blocks(path: Path, size: int) -> Iterator[bytes]:
    """The file's bytes in blocks, without a mark at its head, each given once the next is known to be text.

    Raises InputError as `open_text`, also where a line may be too long, and what decoding raises; which line
    is at fault, and which of several faults comes first, is for `open_text` to say.
    """
    open_text(path).close()  # what begins as something else is explained
    decoder = codecs.getincrementaldecoder("utf-8")()
    read = line = 0
    checked = b""
    with _open_bytes(path) as source:
        while block := source.read(max(min(size, allowed().line // 2), _LEAST)):
            read += len(block)
            end = block.find(b"\n")
            line += len(block) if end < 0 else end
            if b"\0" in block or read > allowed().rows or line > allowed().line:
                raise InputError("The file is no text within the limits.", file=str(path))
            check_ratio(read, _packed(path), str(path))
            decoder.decode(block)
            if checked:
                yield checked
            line = line if end < 0 else len(block) - block.rfind(b"\n") - 1
            checked = block if checked else block.removeprefix(codecs.BOM_UTF8)
        decoder.decode(b"", True)
    yield checked


def name_of(file: Path | Member) -> str:
    """What messages call the file."""
    return file.name if isinstance(file, Member) else str(file)


def _packed(file: Path | Member) -> int:
    return file.size if isinstance(file, Member) else file.stat().st_size


def is_utf16(file: Path | Member) -> bool:
    """Whether the file begins as UTF-16 text does; raises what opening it raises."""
    with _as_stored(file) as stream:
        return bool(stream.read(2) in _UTF16)


def _open_bytes(path: Path | Member) -> Any:
    """The file's bytes, unpacked; of UTF-16 text those of the same text in UTF-8."""
    return _Recoded(_as_stored(path)) if is_utf16(path) else _as_stored(path)


def _as_stored(path: Path | Member) -> Any:
    if isinstance(path, Member):
        return path.open()
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb", buffering=0)


class _Recoded(io.RawIOBase):
    """UTF-16 text as UTF-8; what is no such text raises UnicodeDecodeError."""

    def __init__(self, source: Any) -> None:
        self._source, self._left = source, b""
        self._decoder = codecs.getincrementaldecoder("utf-16")()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            data = self._source.read(_CHUNK)
            self._left = self._decoder.decode(data, final=not data).encode()
            if not data:
                break
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._source.close()
        super().close()


class _Checked(io.RawIOBase):
    """Bytes of a file as they come, refusing endless lines, too many bytes, and NUL.

    No text has NUL, but UTF-16 without a mark and damaged files do.
    """

    def __init__(self, source: Any, name: str, packed: int) -> None:
        self._source, self._name, self._lines = source, name, 0
        self._limits, self._packed = allowed(), packed
        self._read, self._line = 0, 0  # bytes in all, and since the last line's end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        found = data.find(b"\0")
        if found >= 0 and not data.startswith((b"PK\x03\x04", b"PAR1", b"\xd0\xcf", b"\x1f\x8b")):
            raise InputError(
                "There is a NUL byte: the file is damaged, binary, or UTF-16 text without a mark at its head.",
                file=self._name, line=self._lines + data[:found].count(b"\n") + 1, remedy=_SAVE,
            )  # fmt: skip
        self._count(data)
        buffer[: len(data)] = data
        return len(data)

    def _count(self, data: bytes) -> None:
        limits, file = self._limits, self._name
        ends = data.count(b"\n")
        self._lines += ends
        self._read += len(data)
        last = data.rfind(b"\n") if ends else data.rfind(b"\r")
        self._line = len(data) - last - 1 if last >= 0 else self._line + len(data)
        if self._line > limits.line:
            raise beyond("line", "The line is longer than", file=file, line=self._lines + 1)
        if self._read > limits.rows:
            raise beyond("rows", "The file holds more than", file=file)
        check_ratio(self._read, self._packed, file)

    def close(self) -> None:
        self._source.close()
        super().close()


@contextmanager
def explained(path: Path | Member) -> Iterator[None]:
    """Turn what the libraries raise about a damaged file into one clear sentence."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"The gzip file is damaged or cut off ({error}).", file=name_of(path), remedy="Ask for it again."
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"The file cannot be read: {reason}.", file=name_of(path)) from error


def _not_utf8(path: Path | Member) -> InputError:
    """Names the first line that is not UTF-8, and how it reads in the most usual other encoding."""
    if is_utf16(path):
        return InputError(
            "The file is UTF-16 text that is damaged or cut off.",
            file=name_of(path),
            remedy="Ask for it again.",
        )
    with io.BufferedReader(_open_bytes(path), _CHUNK) as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                around = line[max(error.start - 20, 0) : error.start + 20].decode("cp1252", "replace").strip()
                return InputError(
                    f"The file is not UTF-8 text: byte {line[error.start]:#04x} at position {error.start + 1}.",
                    file=name_of(path), line=number,
                    remedy=f"Save it as UTF-8. If {around!r} reads right, it is Windows-1252: "
                    f"iconv -f WINDOWS-1252 -t UTF-8 {path.name} > utf8-{PurePosixPath(path.name).name}",
                )  # fmt: skip
    return InputError("The file is not UTF-8 text.", file=name_of(path), remedy=_SAVE)
