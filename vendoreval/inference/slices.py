"""Where are the errors? Slices that are worse than the rest, and the smallest part worth redoing.

A slice is one value of a column (an annotator, a class, a day, a guideline version), or of two columns
together. All are tested; Benjamini-Yekutieli keeps the expected share of false discoveries below the
level however the slices overlap. A discovered slice says where to look: confirm it on fresh items
before it enters a claim.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from vendoreval.inference.comparing import Codes, Mask
from vendoreval.inference.hypergeometric import p_breach
from vendoreval.inference.multiplicity import benjamini_yekutieli

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = Mapping[str, Codes]  # codes 0 and up; -1: the row has no value

LEAST = 10  # units in a slice
_DENSE = 4_000_000  # cells that are counted in a table rather than by sorting
_PRIOR = 4.0  # units at the common rate that a cell is shrunk by, before cells are ranked


@dataclass(frozen=True)
class Slice:
    """One discovered slice: codes by column; `q` is the p-value adjusted for false discoveries."""

    where: tuple[tuple[str, int], ...]
    n: int
    errors: int
    share: float
    rest_share: float
    p: float
    q: float


@dataclass(frozen=True)
class Scope:
    """A part of the units that covers a share of the errors.

    `cells` are codes by `columns`. `covered` is estimated on items that had no part in choosing the
    cells; `covered_here` is the share in this very sample, which flatters.
    """

    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    n: int
    units: int
    covered: float
    covered_here: float


def worse_slices(
    wrong: Mask, item: Codes, columns: Columns, fdr: float, apart: Sequence[tuple[str, str]] = ()
) -> tuple[tuple[Slice, ...], int]:
    """Slices with a surely larger share of errors, worst p first, and the number of slices tested.

    p is the larger of Fisher's exact tail and the score test with items as clusters. Pairs of columns
    in `apart` (in text order) are not cut together.
    """
    tested = 0
    found: list[tuple[tuple[tuple[str, int], ...], int, int, float]] = []
    names = sorted(columns)
    pairs = [pair for pair in combinations(names, 2) if pair not in apart]
    for chosen in [*((name,) for name in names), *pairs]:
        keys, cells = _cells([columns[name] for name in chosen])
        n, s = _counts(keys, len(cells), wrong)
        enough = np.flatnonzero((n >= LEAST) & (n <= len(wrong) - LEAST))
        tested += len(enough)
        p = _p_values(wrong, item, keys, n, s, enough, fdr)
        for k, chance in zip(enough.tolist(), p.tolist(), strict=True):
            if chance < fdr:
                where = tuple(zip(chosen, cells[k], strict=True))
                found.append((where, int(n[k]), int(s[k]), chance))
    q = benjamini_yekutieli([one[3] for one in found], max(tested, 1))
    total, errors = len(wrong), int(wrong.sum())
    kept = [
        Slice(where, n, s, s / n, (errors - s) / (total - n), p, float(adjusted))
        for (where, n, s, p), adjusted in zip(found, q, strict=True)
        if adjusted <= fdr
    ]
    return tuple(sorted(kept, key=lambda one: (float(f"{one.p:.9g}"), -one.errors, one.where))), tested


def rework_scope(
    wrong: Mask, half: Mask, columns: Columns, choices: Sequence[tuple[str, ...]], share: float
) -> Scope | None:
    """The smallest part, cut along one of `choices` of columns, that covers `share` of the errors.

    `half` parts the items into two random halves: cells are ranked on one and measured on the other.
    None where there is no error, or no cut covers the share.
    """
    if not wrong.any():
        return None
    found = [_scope(wrong, half, columns, chosen, share) for chosen in choices]
    scopes = [scope for scope in found if scope is not None]
    return min(scopes, key=lambda scope: (scope.n, len(scope.columns), scope.columns), default=None)


def _scope(wrong: Mask, half: Mask, columns: Columns, chosen: tuple[str, ...], share: float) -> Scope | None:
    keys, cells = _cells([columns[name] for name in chosen])
    if not cells:  # of no row all columns are known
        return None
    rank = _ranked(keys, len(cells), wrong, cells)
    n, s = _counts(keys, len(cells), wrong)
    parts, errors = np.cumsum(n[rank]) / len(wrong), np.cumsum(s[rank])
    honest = (
        _covered(keys, len(cells), wrong, half, ~half, parts, cells)
        + _covered(keys, len(cells), wrong, ~half, half, parts, cells)
    ) / 2
    enough = np.flatnonzero(honest >= share - 1e-12)
    if not len(enough):
        return None
    last = int(enough[0])
    return Scope(
        chosen,
        tuple(cells[k] for k in rank[: last + 1].tolist()),
        int(n[rank[: last + 1]].sum()),
        len(wrong),
        float(honest[last]),
        float(errors[last] / wrong.sum()),
    )


def _covered(
    keys: Ints, width: int, wrong: Mask, learn: Mask, test: Mask, parts: Floats, cells: list[tuple[int, ...]]
) -> Floats:
    """Share of the errors in `test` that the worst `parts` of the units cover, ranked on `learn`."""
    rank = _ranked(keys[learn], width, wrong[learn], cells)
    n, s = _counts(keys[test], width, wrong[test])
    if not s.sum():
        return np.zeros(len(parts))
    across = np.concatenate([[0.0], np.cumsum(n[rank]) / max(n.sum(), 1)])
    covered = np.concatenate([[0.0], np.cumsum(s[rank]) / s.sum()])
    return np.asarray(np.interp(parts, across, covered))


def _ranked(keys: Ints, width: int, wrong: Mask, cells: list[tuple[int, ...]]) -> Ints:
    """Cells by their shrunken share of errors, worst first."""
    n, s = _counts(keys, width, wrong)
    mean = float(wrong.mean()) if len(wrong) else 0.0
    rate = (s + _PRIOR * mean) / (n + _PRIOR)
    codes = [np.asarray([cell[k] for cell in cells]) for k in range(len(cells[0]))]
    return np.lexsort([*codes[::-1], -np.round(rate, 12)])


def _cells(columns: Sequence[Codes]) -> tuple[Ints, list[tuple[int, ...]]]:
    """Every row's cell, -1 without one, and the cells' codes."""
    width = [int(column.max(initial=-1)) + 1 for column in columns]
    known = np.all([column >= 0 for column in columns], axis=0)
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column, size in zip(columns, width, strict=True):
        key = key * max(size, 1) + column
    keys = np.full(len(key), -1, dtype=np.int64)
    if math.prod(max(size, 1) for size in width) <= _DENSE:
        used = np.flatnonzero(np.bincount(key[known]))
        place = np.zeros(int(used.max(initial=-1)) + 1, dtype=np.int64)
        place[used] = np.arange(len(used))
        keys[known] = place[key[known]]
    else:
        used, keys[known] = np.unique(key[known], return_inverse=True)
    cells = []
    for code in used.tolist():
        cell = []
        for size in reversed(width):
            code, part = divmod(code, max(size, 1))
            cell.append(part)
        cells.append(tuple(reversed(cell)))
    return keys, cells


def _counts(keys: Ints, width: int, wrong: Mask) -> tuple[Ints, Ints]:
    known = keys >= 0
    n = np.bincount(keys[known], minlength=width)
    s = np.bincount(keys[known], weights=wrong[known], minlength=width)
    return n, np.rint(s).astype(np.int64)


def _p_values(wrong: Mask, item: Codes, keys: Ints, n: Ints, s: Ints, enough: Ints, ceiling: float) -> Floats:
    """p-values of the cells `enough`; those that are surely above `ceiling` may be given as 1."""
    total, errors = len(wrong), int(wrong.sum())
    p = np.ones(len(enough))
    mean, left = errors / total, (total - n[enough]) / max(total - 1, 1)
    excess = s[enough] - mean * n[enough]
    # Below one standard deviation no p-value comes near any level, so it is left at 1.
    worse = excess > np.sqrt(n[enough] * mean * (1 - mean) * left)
    robust = _robust(wrong, item, keys, n, s)
    for k in np.flatnonzero(worse & (robust[enough] < ceiling)).tolist():
        cell = enough[k]
        p[k] = max(p_breach(total, errors, int(n[cell]), int(s[cell])), float(robust[cell]))
    return p


def _robust(wrong: Mask, item: Codes, keys: Ints, n: Ints, s: Ints) -> Floats:
    """Score test of each cell against the common share, items as clusters; 0 where items hold one unit."""
    known = keys >= 0
    width = int(item.max(initial=0)) + 1
    pair, place = np.unique(keys[known] * width + item[known], return_inverse=True)
    if len(pair) == int(known.sum()):
        return np.zeros(len(n))
    mean = float(wrong.mean())
    sums = np.bincount(place, weights=wrong[known] - mean)
    cell = pair // width
    clusters = np.bincount(cell, minlength=len(n))
    variance = np.bincount(cell, weights=sums**2, minlength=len(n)) * clusters / np.maximum(clusters - 1, 1)
    some = (variance > 0) & (clusters > 1)
    t = np.divide(s - n * mean, np.sqrt(variance), out=np.zeros(len(n)), where=some)
    return np.where(some, stdtr(np.maximum(clusters - 1, 1), -t), 1.0)
