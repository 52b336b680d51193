"""Offsets of spans in the units that tools count in, as code points."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from vendoreval.formats.readers.interface import ReaderOption

CODE_POINTS, UTF16, BYTES = "code_points", "utf16", "bytes"
OFFSETS = ReaderOption(
    "offsets",
    "what the offsets of spans count: characters (code points), UTF-16 units as in Java, or bytes",
    CODE_POINTS,
    (CODE_POINTS, UTF16, BYTES),
)


_WIDE = re.compile("[\U00010000-\U0010ffff]")


def first_wide(text: str) -> int | None:
    """The place of the first character of which UTF-16 has two units; None where there is none."""
    found = None if text.isascii() else _WIDE.search(text)
    return None if found is None else found.start()


class Offsets:
    """Turns offsets in one text, counted in `unit`, into code points."""

    def __init__(self, text: str, unit: str = CODE_POINTS) -> None:
        self._length = len(text)
        self._starts = None if unit == CODE_POINTS or text.isascii() else _starts(text, unit)

    def point(self, offset: int) -> int | None:
        """The code point that begins at `offset`; None where the offset lies within one.

        Offsets before the text or past its end stay as far before it or past it.
        """
        if self._starts is None or offset < 0:
            return offset
        size = int(self._starts[-1])
        if offset >= size:
            return self._length + offset - size
        place = int(np.searchsorted(self._starts, offset))
        return place if self._starts[place] == offset else None

    def unit(self, point: int) -> int:
        """The inverse of `point`."""
        if self._starts is None or point < 0:
            return point
        past = max(0, point - self._length)
        return int(self._starts[point - past]) + past


def _starts(text: str, unit: str) -> NDArray[np.int64]:
    """Where each code point begins, and where the last one ends."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    sizes = np.ones(len(points), dtype=np.int64)
    for more in (0x10000,) if unit == UTF16 else (0x80, 0x800, 0x10000):
        sizes += points >= more
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)])
