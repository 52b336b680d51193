"""What every reader of row files yields: batches of text columns with the place of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def texts(values: Sequence[str | None]) -> Any:
    """Python texts as an Arrow text array."""
    import pyarrow as pa

    return pa.array(values, pa.string())
