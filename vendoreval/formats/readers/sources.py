"""What readers read: a file, a folder, an archive or several of them, as members with names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Member:
    """One file of a source. `name` is its path below the source, with slashes; `size` in bytes, unpacked.

    `path` is there where the member lies on disk as it is.
    """

    name: str
    size: int
    open: Callable[[], IO[bytes]]
    path: Path | None = None

    def head(self, count: int = 65_536) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(count)


@dataclass(frozen=True)
class Source:
    """Members in order of name. `images` gives pictures by name, where the buyer has them."""

    name: str
    members: tuple[Member, ...]
    images: Path | None = None
