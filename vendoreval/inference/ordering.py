"""Rows in the order of codes, and codes without gaps, in time that grows with the number of rows.

Codes are small whole numbers: rows are counted into their places and never compared, which takes a tenth of
what a sort takes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Codes = NDArray[np.int32] | NDArray[np.int64]
_SPARE = 1 << 20  # a code above so much and four times the number of rows is not counted but compared


def by_code(codes: Codes) -> Codes:
    """The rows by code, which may be negative; rows of one code in row order."""
    low, rows = int(codes.min(initial=0)), len(codes)
    width = int(codes.max(initial=0)) - low + 1
    if width > _SPARE + 4 * rows:
        return np.argsort(codes, kind="stable")
    index = np.int32 if max(rows, width) < 2**31 else np.int64
    column, start = (codes - low).astype(index, copy=False), np.arange(rows + 1, dtype=index)
    entries: Any = (np.ones(rows, dtype=np.int8), column, start)
    table = sparse.csr_array(entries, shape=(rows, width))
    found: Codes = table.tocsc().indices  # turning a table over counts its entries into their columns
    return found


def by_codes(first: Codes, *then: Codes) -> Codes:
    """The rows by the first codes, rows of one code by the next ones, and so on; else in row order."""
    *before, last = (first, *then)
    order = by_code(last)
    for codes in reversed(before):
        order = order[by_code(codes[order])]
    return order


def starts_of(*columns: NDArray[Any]) -> Ints:
    """Where in rows that are in order a run of equal values begins."""
    new = np.zeros(len(columns[0]), dtype=np.bool_)
    new[:1] = True
    for column in columns:
        new[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(new)


def rising(first: Codes, then: Codes) -> bool:
    """Whether no two rows are equal and all are in the order of the first codes, then of the others."""
    later = then[1:] > then[:-1]
    return bool(((first[1:] > first[:-1]) | ((first[1:] == first[:-1]) & later)).all())


def dense(codes: Codes) -> tuple[Ints, Ints]:
    """The codes that occur, which may be negative, and each row's place among them."""
    low = int(codes.min(initial=0))
    if int(codes.max(initial=0)) - low > _SPARE + 4 * len(codes):
        used, place = np.unique(codes, return_inverse=True)
        return used.astype(np.int64), place.astype(np.int64)
    column = codes - low if low else codes
    seen = np.bincount(column) > 0
    place = np.cumsum(seen) - 1
    return np.flatnonzero(seen) + low, place[column]
