"""The fold over a delivery's partitions: one kernel, run on each, on this machine or on others.

A partition is a Parquet row group. A kernel is a plain function of one picklable value; its results come back
in the order of the partitions, so that any executor gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pyarrow.parquet as pq

from vendoreval.engines.arrow_columns import shape_of
from vendoreval.labels.shapes import Shape
from vendoreval.labels.table import CODES

THREADS = 2  # more gain nothing: decoding is bound by memory
Work = TypeVar("Work")
Result = TypeVar("Result")


def fold(
    kernel: Callable[[Work], Result], work: Sequence[Work], executor: Executor | None = None
) -> list[Result]:
    """The kernel's result for each piece of `work`, in its order.

    `executor` is any concurrent.futures.Executor, in other processes too; the default is a few threads.
    """
    if executor is not None:
        return list(executor.map(kernel, work))
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(kernel, work))


def partitions_of(path: Path) -> tuple[int, list[str], Shape]:
    """Row groups, columns and shape of a canonical file; the codes beside texts are not among the columns."""
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name not in CODES]
        return file.num_row_groups, names, shape_of(file.metadata.metadata)
