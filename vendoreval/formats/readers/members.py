"""One file of a source, wherever it lies."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from vendoreval.errors import InputError
from vendoreval.limits import allowed, beyond
from vendoreval.received import check_file


@dataclass(frozen=True)
class Member:
    """One file of a source. `name` is its path below the source, with slashes; `size` in bytes, unpacked.

    `path` is there where the member lies on disk as it is. A gzipped file is named without its `.gz`; its
    size is that of the packed file.
    """

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    def head(self, count: int = 65_536) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(count)

    def read(self, limit: str = "memory") -> bytes:
        """All bytes; raises InputError beyond the limit of that name (vendoreval.limits)."""
        most = getattr(allowed(), limit)
        with self.open() as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise beyond(limit, "The file is larger than", file=self.name, found=self.size)
        return data

    @property
    def suffix(self) -> str:
        """The ending of its name with the dot, in lower case."""
        return PurePosixPath(self.name).suffix.lower()


def file_member(path: Path, name: str) -> Member:
    """A file on disk as it is; raises InputError for a device or a pipe, and beyond the limit `rows`."""

    def opened() -> IO[bytes]:
        check_file(path, "rows")
        try:
            return path.open("rb")
        except OSError as error:
            raise InputError(f"The file cannot be read: {error.strerror}.", file=str(path)) from error

    return Member(name, path.stat().st_size, opened, path)


def firsts(members: Sequence[Member]) -> list[str]:
    """For each member the name of the first one that holds the same bytes: its own, where none came before."""
    sizes = Counter(member.size for member in members)
    known: dict[bytes, str] = {}
    found = []
    for member in members:
        if sizes[member.size] == 1:
            found.append(member.name)
            continue
        content = hashlib.sha256()
        with member.open() as stream:
            while data := stream.read(1 << 20):
                content.update(data)
        found.append(known.setdefault(content.digest(), member.name))
    return found
