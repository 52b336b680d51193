"""What every reader of row files yields: batches of text columns with the place of each row."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.labels.refusals import Refusal

BATCH = 65_536
CELLS = 8_000_000  # of a batch: files with very many columns are read in smaller ones
NOT_COUNTED = "The row is not counted."


@dataclass(frozen=True)
class Batch:
    """Some rows: Arrow text arrays by column, each row's 1-based line, and the rows not taken.

    The line is where the row begins in the text file; in Parquet it is the row's number.
    """

    columns: Mapping[str, Any]
    lines: Sequence[int]
    refusals: tuple[Refusal, ...] = ()

    @property
    def places(self) -> NDArray[np.int64]:
        """The lines as an array."""
        at = self.lines
        return np.arange(at.start, at.stop) if isinstance(at, range) else np.asarray(at, dtype=np.int64)


def texts(values: Sequence[str | None]) -> Any:
    """Python texts as an Arrow text array."""
    import pyarrow as pa

    return pa.array(values, pa.string())


def in_batches(parts: Iterable[Batch], most: int) -> Iterator[Batch]:
    """The rows of `parts` in batches of `most`, those refused among them; only the last may be smaller."""
    waiting: list[Batch] = []
    room = most
    for part in parts:
        left = part
        while _size(left) >= room:
            full, left = _split(left, room)
            yield _joined([*waiting, full])
            waiting, room = [], most
        if _size(left):
            waiting.append(left)
            room -= _size(left)
    if waiting:
        yield _joined(waiting)


def _size(batch: Batch) -> int:
    return len(batch.lines) + len(batch.refusals)


def _split(batch: Batch, count: int) -> tuple[Batch, Batch]:
    """The first `count` rows, those refused among them, and the others."""
    rows, refused = count, 0
    if batch.refusals:
        bad = [refusal.line for refusal in batch.refusals]
        ordered = sorted([*batch.lines, *bad])
        last = ordered[count - 1]
        rows, refused = bisect_right(batch.lines, last), bisect_right(bad, last)
    return (
        Batch({k: c[:rows] for k, c in batch.columns.items()}, batch.lines[:rows], batch.refusals[:refused]),
        Batch({k: c[rows:] for k, c in batch.columns.items()}, batch.lines[rows:], batch.refusals[refused:]),
    )


def _joined(parts: Sequence[Batch]) -> Batch:
    import pyarrow as pa

    if len(parts) == 1:
        return parts[0]
    columns = {name: pa.concat_arrays([part.columns[name] for part in parts]) for name in parts[0].columns}
    lines = parts[0].lines
    for part in parts[1:]:
        further = part.lines
        if isinstance(lines, range) and isinstance(further, range) and lines.stop == further.start:
            lines = range(lines.start, further.stop)
        else:
            lines = [*lines, *further]
    return Batch(columns, lines, tuple(refusal for part in parts for refusal in part.refusals))
