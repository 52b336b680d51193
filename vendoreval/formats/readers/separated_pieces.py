"""Separated text cut into pieces of whole rows, as far as the quotation marks stand where RFC 4180 has them."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from vendoreval.limits import allowed

QUOTE, LF, CR = b'"\n\r'


class Irregular(Exception):
    """What Arrow reads otherwise than the reader of rows, or not at all."""


def line_ends(text: bytes) -> int:
    """Ends of lines of any kind."""
    ends = int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == LF))
    return ends + text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else ends


@dataclass(frozen=True)
class Piece:
    """Rows that stand in a file one behind the other, with the lines in which they begin, and the next line.

    Where lines end with CR alone, only the first of `lines` is right.
    """

    text: bytes
    lines: Sequence[int]
    behind: int
    quoted: bool = False

    @property
    def plain(self) -> bool:
        """Whether Arrow may read it: no row is too long, no CR stands alone, no mark would be dropped."""
        text = self.text
        alone = b"\r" in text and text.count(b"\r") != text.count(b"\r\n")
        return not (alone or text.startswith(BOM_UTF8) or len(text) > allowed().line)


@dataclass(frozen=True)
class Rest:
    """All that follows a place in a file, where only reading tells where rows end."""

    blocks: Iterator[bytes]
    line: int


def pieces(blocks: Iterator[bytes], delimiter: str, line: int, most: int) -> Iterator[Piece | Rest]:
    """A file's rows, of which the first begins in `line`, in pieces as large as the blocks.

    A row longer than `most` bytes is a rest, and what follows it.
    """
    rest = b""
    for block in chain(blocks, [b""]):
        text = rest + (block or b"\n" * bool(rest))  # the last row may end with the file
        try:
            piece = _whole_rows(text, line, delimiter)
            if piece is None and (len(text) > most or (rest and not block)):
                raise Irregular("a row without an end")
        except Irregular:
            yield Rest(chain([rest, block], blocks), line)
            return
        rest = text
        if piece is not None:
            yield piece
            rest = text[len(piece.text) :]
            line = piece.behind


def _whole_rows(text: bytes, line: int, delimiter: str) -> Piece | None:
    """The rows that end in a text; None where none does, Irregular where that cannot be said."""
    if b'"' not in text:
        whole = text[: text.rfind(b"\n") + 1]
        behind = line + line_ends(whole)
        return Piece(whole, range(line, behind), behind) if whole else None
    signs = np.frombuffer(text, dtype=np.uint8)
    quotes, breaks = np.flatnonzero(signs == QUOTE), np.flatnonzero(signs == LF)
    ends = breaks[np.searchsorted(quotes, breaks) % 2 == 0] + 1
    if not len(ends):
        return None
    quotes = quotes[quotes < ends[-1]]
    if not _regular(signs, quotes, ord(delimiter)):
        raise Irregular("quotation marks")
    whole = text[: ends[-1]]
    lines = line + np.searchsorted(breaks, np.concatenate(([0], ends[:-1])))
    return Piece(whole, lines.tolist(), line + line_ends(whole), len(quotes) > 0)


def _regular(signs: NDArray[np.uint8], quotes: NDArray[np.int64], delimiter: int) -> bool:
    """Whether marks open at a field's beginning and close at its end, or stand doubled within.

    Every other one closes; a doubled one closes and opens again.
    """
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, signs[opening - 1], LF)
    behind = signs[closing + 1]
    return bool(
        len(opening) == len(closing)
        and np.isin(before, (delimiter, LF, QUOTE)).all()
        and np.isin(behind, (delimiter, LF, CR, QUOTE)).all()
    )
