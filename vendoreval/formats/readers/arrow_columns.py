"""Arrow arrays out of Python's and numpy's values, built from their buffers.

`pyarrow.array` looks for pandas first, and importing that takes longer than reading many a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def numbers(column: NDArray[Any], kind: Any, there: NDArray[np.bool_] | None = None) -> Any:
    """Numbers as an array of the Arrow type `kind`, which is as wide as they; `there`: which are values."""
    import pyarrow as pa

    data = pa.py_buffer(np.ascontiguousarray(column))
    return pa.Array.from_buffers(kind, len(column), [_validity(there), data])


def texts(values: Sequence[str | None]) -> Any:
    """Texts as an array. Raises UnicodeEncodeError for halves of surrogate pairs."""
    import pyarrow as pa

    there = None
    if None in values:
        there = np.asarray([value is not None for value in values], dtype=np.bool_)
    filled = [value or "" for value in values]
    data = "".join(filled).encode()
    sizes = np.fromiter(map(len, filled), dtype=np.int64, count=len(filled))
    if sizes.sum() != len(data):  # some characters take several bytes
        sizes = np.fromiter((len(value.encode()) for value in filled), dtype=np.int64, count=len(filled))
    ends = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    buffers = [_validity(there), pa.py_buffer(ends), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.string(), len(filled), buffers)


def _validity(there: NDArray[np.bool_] | None) -> Any:
    import pyarrow as pa

    return None if there is None else pa.py_buffer(np.packbits(there, bitorder="little"))
