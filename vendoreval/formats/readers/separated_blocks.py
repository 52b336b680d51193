"""CSV and TSV in blocks of some megabytes, each read whole by Arrow: what the reader of rows reads, quicker.

Arrow does not judge everything as the reader of rows does, so that one gets two things: a block with blank
lines or carriage returns alone; and all from the first quotation mark on that stands where RFC 4180 has none,
because then only reading tells where a row ends. Nothing is explained here: whatever is wrong with a file
raises an exception, and the reader of rows says what it is.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from vendoreval.formats.readers.row_batches import Batch, in_batches
from vendoreval.formats.readers.separated_pieces import LF, Irregular, Piece, Rest, line_ends, pieces
from vendoreval.formats.readers.separated_rows import (
    batches_of,
    other_width,
    parsed,
    rows_a_batch,
    without_sep,
)
from vendoreval.formats.readers.text_source import text_blocks
from vendoreval.limits import allowed

BLOCK = 1 << 22
_AHEAD = 2


def read_blocks(
    path: Path, delimiter: str, wanted: Collection[str], fields: Sequence[str] = ()
) -> Iterator[Batch]:
    """All rows with the columns `wanted`, in the batches of the reader of rows.

    `fields` are the names of a row's fields, where they are not those of the header.

    Raises Irregular, InputError or what libraries raise where anything is wrong with the file, always before
    the first batch that the reader of rows would not give.
    """
    blocks = text_blocks(path, BLOCK)
    first = next(blocks, b"")
    header, size, lines = _header(str(path), first, delimiter)
    names = fields or header
    table = _Table(path, tuple(names), delimiter, frozenset(wanted))
    yield from in_batches(_parts(table, chain([first[size:]], blocks), lines + 1), rows_a_batch(names))


def _header(file: str, text: bytes, delimiter: str) -> tuple[list[str], int, int]:
    """The header's fields, and how many bytes and lines of the file's first block it takes."""
    stream = io.StringIO(text.decode(errors="ignore"), newline="")  # the block may end within a character
    names = next((row for _, row in without_sep(parsed(file, stream, delimiter))), [])
    size = len(stream.getvalue()[: stream.tell()].encode())
    if not names or text[size - 1] != LF:
        raise Irregular("a header that goes on, or ends otherwise")
    return names, size, line_ends(text[:size])


@dataclass(frozen=True)
class _Table:
    """What there is to know of a file beside its rows."""

    path: Path
    names: tuple[str, ...]
    delimiter: str
    wanted: frozenset[str]

    def by_rows(self, stream: Any, line: int) -> Iterator[Batch]:
        """Rows of a text, of which the first line is the `line`-th of the file, one by one."""
        source = parsed(str(self.path), stream, self.delimiter)
        rows = ((line + at - 1, row) for at, row in source)
        return batches_of(self.path.name, self.names, rows, self.wanted)

    def by_arrow(self, piece: Piece) -> Batch:
        """The rows of a piece at once; raises Irregular where Arrow leaves lines out."""
        import pyarrow as pa
        import pyarrow.csv as pc

        keys = {str(place): name for place, name in enumerate(self.names) if name in self.wanted}
        read = list(keys) or ["0"]
        wide: dict[int, int] = {}  # rows of another width, and how many fields they have

        def left_out(row: Any) -> str:
            wide[row.number - 1] = row.actual_columns
            return "skip"

        found = pc.read_csv(
            pa.BufferReader(piece.text),
            pc.ReadOptions(
                use_threads=False, block_size=len(piece.text) + 1,
                column_names=[str(place) for place in range(len(self.names))],
            ),
            pc.ParseOptions(
                delimiter=self.delimiter, quote_char='"' if piece.quoted else False,
                newlines_in_values=piece.quoted, invalid_row_handler=left_out,
            ),
            pc.ConvertOptions(
                check_utf8=False, column_types=dict.fromkeys(read, pa.string()), include_columns=read,
                strings_can_be_null=False,
            ),
        )  # fmt: skip
        lines = piece.lines
        if found.num_rows + len(wide) != len(lines):
            raise Irregular("blank lines")
        refusals = [
            other_width(self.path.name, lines[row], fields, len(self.names)) for row, fields in wide.items()
        ]
        taken = [line for row, line in enumerate(lines) if row not in wide] if wide else lines
        columns = {name: found.column(key).combine_chunks() for key, name in keys.items()}
        return Batch(columns, taken, tuple(refusals))

    def read(self, piece: Piece) -> list[Batch]:
        """The rows of a piece."""
        if piece.plain:
            with suppress(Irregular):
                return [self.by_arrow(piece)]
        return list(self.by_rows(io.StringIO(piece.text.decode(), newline=""), piece.lines[0]))


def _parts(table: _Table, blocks: Iterator[bytes], line: int) -> Iterator[Batch]:
    """The rows of a file in pieces of any size, some of them read ahead in threads."""
    with ThreadPoolExecutor(_AHEAD) as pool:
        waiting: deque[Future[list[Batch]]] = deque()
        for piece in pieces(blocks, table.delimiter, line, min(allowed().line, 4 * BLOCK)):
            if isinstance(piece, Piece):
                waiting.append(pool.submit(table.read, piece))
            while waiting and (len(waiting) > _AHEAD or isinstance(piece, Rest)):
                yield from waiting.popleft().result()
            if isinstance(piece, Rest):
                raw = io.BufferedReader(_Stream(piece.blocks), BLOCK)
                yield from table.by_rows(io.TextIOWrapper(raw, "utf-8", newline=""), piece.line)
        while waiting:
            yield from waiting.popleft().result()


class _Stream(io.RawIOBase):
    """Blocks as a stream of bytes."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._left = blocks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        data, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
