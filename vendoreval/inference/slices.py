"""Where are the errors? Slices that are worse than the rest, and the smallest part worth redoing.

A slice is one value of a column (an annotator, a class, a day, a guideline version), or of two columns
together. All are tested; Benjamini-Yekutieli keeps the expected share of false discoveries below the
level however the slices overlap. A discovered slice says where to look: confirm it on fresh items
before it enters a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from vendoreval.inference.comparing import Codes, Mask
from vendoreval.inference.hypergeometric import p_breach
from vendoreval.inference.multiplicity import benjamini_yekutieli
from vendoreval.inference.ordering import by_codes, dense, starts_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = Mapping[str, Codes]  # codes 0 and up; -1: the row has no value

LEAST = 10  # units in a slice
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
    exact = cache(partial(p_breach, len(wrong), int(wrong.sum())))  # small cells are alike
    for chosen in [*((name,) for name in names), *pairs]:
        keys, cells = _cells([columns[name] for name in chosen])
        n, s = _counts(keys, len(cells), wrong)
        enough = (n >= LEAST) & (n <= len(wrong) - LEAST)
        tested += int(enough.sum())
        robust = _robust(wrong, item, keys, n, s, enough & _worse(n, s, wrong))
        for k in np.flatnonzero(robust < fdr).tolist():
            p = max(exact(int(n[k]), int(s[k])), float(robust[k]))
            if p < fdr:
                where = tuple(zip(chosen, cells[k].tolist(), strict=True))
                found.append((where, int(n[k]), int(s[k]), p))
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
    if not len(cells):  # of no row all columns are known
        return None
    n, s = _counts(keys, len(cells), wrong)
    rank = _ranked(n, s, wrong)
    parts, errors = np.cumsum(n[rank]) / len(wrong), np.cumsum(s[rank])
    first = np.flatnonzero(half)
    n1, s1 = _counts(keys[first], len(cells), wrong[first])
    ranks = _ranked(n1, s1, wrong[first]), _ranked(n - n1, s - s1, wrong[np.flatnonzero(~half)])
    honest = (_covered(ranks[0], n - n1, s - s1, parts) + _covered(ranks[1], n1, s1, parts)) / 2
    enough = np.flatnonzero(honest >= share - 1e-12)
    if not len(enough):
        return None
    last = int(enough[0])
    return Scope(
        chosen,
        tuple(tuple(cell) for cell in cells[rank[: last + 1]].tolist()),
        int(n[rank[: last + 1]].sum()),
        len(wrong),
        float(honest[last]),
        float(errors[last] / wrong.sum()),
    )


def _covered(rank: Ints, n: Ints, s: Ints, parts: Floats) -> Floats:
    """Share of the errors `s` by cell that the first `parts` of the units `n` cover, in the order `rank`."""
    if not s.sum():
        return np.zeros(len(parts))
    across = np.concatenate([[0.0], np.cumsum(n[rank]) / max(n.sum(), 1)])
    covered = np.concatenate([[0.0], np.cumsum(s[rank]) / s.sum()])
    return np.asarray(np.interp(parts, across, covered))


def _ranked(n: Ints, s: Ints, wrong: Mask) -> Ints:
    """Cells of `n` units and `s` errors by their shrunken share, worst first, equal ones by their codes."""
    mean = float(wrong.mean()) if len(wrong) else 0.0
    rate = (s + _PRIOR * mean) / (n + _PRIOR)
    return np.argsort(-np.round(rate, 12), kind="stable")


def _cells(columns: Sequence[Codes]) -> tuple[Ints, Ints]:
    """Every row's cell, -1 without one, and the cells' codes, a row a cell in the order of the columns."""
    widths = [max(int(column.max(initial=-1)) + 1, 1) for column in columns]
    key, known = columns[0].astype(np.int64), columns[0] >= 0
    for column, width in zip(columns[1:], widths[1:], strict=True):
        key, known = key * width + column, known & (column >= 0)
    keys = np.full(len(key), -1, dtype=np.int64)
    used, keys[known] = dense(key[known])
    cells = []
    for width in reversed(widths):
        used, code = np.divmod(used, width)
        cells.append(code)
    return keys, np.stack(cells[::-1], axis=1)


def _counts(keys: Ints, width: int, wrong: Mask) -> tuple[Ints, Ints]:
    """Units and wrong units by cell."""
    n = np.bincount(keys + 1, minlength=width + 1)[1:]
    return n, np.bincount(keys[wrong] + 1, minlength=width + 1)[1:]


def _worse(n: Ints, s: Ints, wrong: Mask) -> Mask:
    """Cells of one standard deviation too many errors: below that no p-value comes near any level."""
    total, mean = len(wrong), int(wrong.sum()) / len(wrong)
    left = (total - n) / max(total - 1, 1)
    found: Mask = s - mean * n > np.sqrt(n * mean * (1 - mean) * left)
    return found


def _robust(wrong: Mask, item: Codes, keys: Ints, n: Ints, s: Ints, asked: Mask) -> Floats:
    """Score test of the cells `asked` against the common share, items as clusters; 1 for the others.

    0 where no cell holds two units of an item.
    """
    p = np.ones(len(n))
    rows, start = _clusters(keys, item, np.flatnonzero(np.append(asked, False)[keys]))
    if not len(rows):
        return p
    if len(start) == len(rows) and not _repeated(keys, item):
        return np.where(asked, 0.0, 1.0)
    mean = float(wrong.mean())
    place = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(rows))))
    sums, cell = np.bincount(place, weights=wrong[rows] - mean), keys[rows[start]]
    clusters = np.bincount(cell, minlength=len(n))
    variance = np.bincount(cell, weights=sums**2, minlength=len(n)) * clusters / np.maximum(clusters - 1, 1)
    some = np.flatnonzero(asked & (variance > 0) & (clusters > 1))
    t = (s[some] - n[some] * mean) / np.sqrt(variance[some])
    p[some] = stdtr(clusters[some] - 1, -t)
    return p


def _repeated(keys: Ints, item: Codes) -> bool:
    """Whether any cell holds two units of an item."""
    rows, start = _clusters(keys, item, np.flatnonzero(keys >= 0))
    return len(start) < len(rows)


def _clusters(keys: Ints, item: Codes, rows: Ints) -> tuple[Ints, Ints]:
    """The rows by cell and item, and where the units of a cell on an item begin."""
    rows = rows[by_codes(keys[rows], item[rows])]
    return rows, starts_of(keys[rows], item[rows])
