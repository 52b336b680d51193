"""Arrow columns as numpy arrays, and Python texts as Arrow ones, without pyarrow's own conversions.

Those import pandas wherever it is installed: a fifth of a second of every command that reads a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_CHUNK = 1 << 14  # texts of one Arrow array, whose offsets hold 31 bits: each may have 128 kB


def numbers_of(column: Any, null: int) -> NDArray[np.int64]:
    """Whole numbers, or moments in the column's own unit; `null` where there is none."""
    return _filled(_whole(column.cast(pa.int64())), np.int64, null)


def codes_of(column: Any, null: int) -> NDArray[np.int32]:
    """Codes of a dictionary or of a column of codes; `null` where there is none."""
    return _filled(_whole(column.cast(pa.int32())), np.int32, null)


def measures_of(column: Any) -> NDArray[np.float64]:
    """Numbers with a fraction, NaN where there is none."""
    return _filled(_whole(column.cast(pa.float64())), np.float64, np.nan)


def marks_of(column: Any) -> NDArray[np.bool_]:
    """Yes or no, no where nothing is said."""
    return _filled(_whole(column.cast(pa.uint8())), np.uint8, 0).astype(np.bool_)


def texts_of(texts: Sequence[str]) -> Any:
    """The texts as a chunked Arrow column."""
    parts = [texts[start : start + _CHUNK] for start in range(0, len(texts), _CHUNK)]
    return pa.chunked_array([_text_array(part) for part in parts], pa.string())


def _whole(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _filled(array: Any, dtype: type[Any], null: float) -> NDArray[Any]:
    if not len(array):
        return np.empty(0, dtype=dtype)
    data = np.frombuffer(array.buffers()[1], dtype=dtype)[array.offset : array.offset + len(array)]
    if not array.null_count:
        return data
    there = np.from_dlpack(pc.is_valid(array).cast(pa.uint8()))
    return np.where(there.astype(np.bool_), data, dtype(null))


def _text_array(texts: Sequence[str]) -> Any:
    coded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(coded), pa.py_buffer(ends), pa.py_buffer(b"".join(coded)))
