"""The different item ids of a delivery, in parts: there may be more of them than fit into memory as texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import numpy as np

from vendoreval.formats.intake.near_items import ROWS, delivered_of
from vendoreval.formats.intake.written_codes import first_rows
from vendoreval.formats.readers.row_batches import texts


@dataclass(frozen=True)
class DeliveredIds:
    """`count` different ids; `columns` gives them as Arrow text columns, in order of their first appearance."""

    count: int
    columns: Callable[[], Iterator[Any]]

    @classmethod
    def of(cls, ids: Collection[str]) -> DeliveredIds:
        """Ids that are in memory anyway."""
        return cls(len(ids), lambda: _parts(ids))

    @classmethod
    def in_table(cls, sink: IO[bytes], count: int) -> DeliveredIds:
        """Those of a canonical table with codes, as it was delivered: before any row is left out."""
        return cls(count, lambda: _first_ids(sink))

    def among(self, wanted: Collection[str]) -> set[str]:
        """Which of the `wanted` ids were delivered."""
        return delivered_of(wanted, self.columns()) if wanted else set()


def _parts(ids: Collection[str]) -> Iterator[Any]:
    left = iter(ids)
    while part := list(islice(left, ROWS)):
        yield texts(part)


def _first_ids(sink: IO[bytes]) -> Iterator[Any]:
    import pyarrow.parquet as pq

    sink.seek(0)
    with pq.ParquetFile(sink) as file:
        count = 0
        for group in range(file.num_row_groups):
            code = file.read_row_group(group, columns=["item_code"], use_threads=False).column(0)
            first = first_rows(np.asarray(code), count)
            if first.any():
                table = file.read_row_group(group, columns=["item_id"], use_threads=False)
                yield table.column(0).combine_chunks().filter(first)
            count += int(first.sum())
