"""Zip archives that are the same for the same files: no clock, no user, no machine stands in them."""

from __future__ import annotations

import zipfile
from types import TracebackType
from typing import IO

_THEN = (1980, 1, 1, 0, 0, 0)  # the first time that the format knows
_MODE = 0o644 << 16


class Archive:
    """An archive that is written file by file; every file has the same time and rights."""

    def __init__(self, out: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED)

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, data: bytes) -> None:
        """One file more."""
        entry = zipfile.ZipInfo(name, _THEN)
        entry.external_attr, entry.compress_type = _MODE, zipfile.ZIP_DEFLATED
        self._zip.writestr(entry, data)
