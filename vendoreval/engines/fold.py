"""The fold over the row groups of a canonical file: one kernel, run on each; results in their order.

Beyond one machine the same kernels run on the files of `engines.partitions`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import shape_of
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODES

THREADS = 2  # more gain nothing: decoding is bound by memory
PIECE = 1 << 18  # rows; to look for gold in fewer at a time costs more than reading them
Work = TypeVar("Work")
Result = TypeVar("Result")


def fold(kernel: Callable[[Work], Result], work: Sequence[Work], threads: int = THREADS) -> list[Result]:
    """The kernel's result for each piece of `work`, in its order."""
    if threads == 1:
        return [kernel(one) for one in work]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(kernel, work))


def threads_for(file: Any) -> int:
    """How many threads read a file: a few for one on the disk; a partition in memory is one worker's work."""
    return THREADS if isinstance(file, Path) else 1


def pieces_of(source: Any) -> tuple[list[list[int]], list[str], Shape]:
    """Row groups, columns and shape of a canonical file; the codes beside texts are not among the columns.

    Small row groups, as partitions have them, are taken together in pieces of PIECE rows or more.
    """
    with pq.ParquetFile(source) as file:
        names = [name for name in file.schema_arrow.names if name not in CODES]
        return _pieces(file.metadata), names, shape_of(file.metadata.metadata)


def _pieces(metadata: Any) -> list[list[int]]:
    pieces: list[list[int]] = []
    rows = PIECE
    for group in range(metadata.num_row_groups):
        if rows >= PIECE:
            pieces.append([])
            rows = 0
        pieces[-1].append(group)
        rows += metadata.row_group(group).num_rows
    return pieces
