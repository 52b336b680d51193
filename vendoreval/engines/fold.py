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


def partitions_of(source: Any) -> tuple[int, list[str], Shape]:
    """Row groups, columns and shape of a canonical file; the codes beside texts are not among the columns."""
    with pq.ParquetFile(source) as file:
        names = [name for name in file.schema_arrow.names if name not in CODES]
        return file.num_row_groups, names, shape_of(file.metadata.metadata)
