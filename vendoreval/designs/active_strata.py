"""Strata from scores: at most five, sealed before the draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vendoreval.errors import InputError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

VOTE_CUTS = (0.0, 0.15, 0.3, 0.5)
MOST_STRATA = 5
_LEAST_SHARE, _LEAST_ITEMS = 0.04, 5
_QUANTILES = (0.5, 0.75, 0.9, 0.96)  # cuts of scores that are no shares of votes
_LIFT = 3.0  # taken from one stratum to the next where scores are no chances
_FLAGGED = 12.0  # taken for flagged items where some have no flag


@dataclass(frozen=True, eq=False)
class Strata:
    """`stratum` of each item, from the least to the most doubtful, items without a score last.

    `cuts`: a stratum ends with the scores equal to its cut. `predicted`: rates of wrong items that the scores
    predict, None for a flag; `missing` says whether the last stratum is that of items without a score.
    """

    stratum: Ints
    sizes: tuple[int, ...]
    cuts: tuple[float, ...]
    predicted: tuple[float, ...] | None
    missing: bool


def strata_of_scores(scores: ArrayLike, cuts: Sequence[float] | None = None) -> Strata:
    """The strata of items with these scores (NaN where there is none), a higher score meaning more doubt.

    Scores of 0 and 1 only are a flag. `cuts`: for shares of votes VOTE_CUTS; by default at the scores'
    quantiles .5, .75, .9 and .96. A stratum with less than 4 % of the items, or with fewer than 5 (of a flag:
    fewer than 5), joins the smaller of its neighbours. Raises InputError for no items, infinite scores or
    cuts not in order.
    """
    values = np.asarray(scores, dtype=np.float64)
    known = ~np.isnan(values)
    if not len(values) or np.isinf(values).any():
        raise InputError("Strata need items, and scores that are finite numbers.")
    flag = cuts is None and bool(np.isin(values[known], (0.0, 1.0)).all())
    edges = _cuts(values[known], cuts, flag)
    stratum = np.searchsorted(edges, values, side="left")
    least = _LEAST_ITEMS if flag else max(_LEAST_ITEMS, _LEAST_SHARE * len(values))
    room = MOST_STRATA - bool((~known).sum() >= least)
    stratum[known], edges = _joined(stratum[known], edges, least, room)
    strata = len(edges) + 1
    predicted = _predicted(values[known], stratum[known], strata, flag)
    missing = bool((~known).any())
    if missing and ((~known).sum() >= least or not known.any()):
        shares = np.bincount(stratum[known], minlength=strata) / max(known.sum(), 1)
        stratum[~known] = strata if known.any() else 0
        predicted = (*predicted, float(shares @ predicted)) if known.any() else (1.0,)
    elif missing:
        stratum[~known] = int(np.bincount(stratum[known], minlength=strata).argmax())
        missing = False
    sizes = tuple(np.bincount(stratum, minlength=len(predicted)).tolist())
    plain = flag and not missing and len(sizes) == 2
    return Strata(stratum, sizes, tuple(edges.tolist()), None if plain else predicted, missing)


def _cuts(values: Floats, cuts: Sequence[float] | None, flag: bool) -> Floats:
    if flag:
        return np.zeros(1)
    if cuts is None:
        return np.unique(np.quantile(values, _QUANTILES, method="lower"))
    edges = np.asarray(cuts, dtype=np.float64)
    if not (np.diff(edges) > 0).all():
        raise InputError("Cuts of scores must rise.", remedy="Name them from the lowest to the highest.")
    return edges


def _joined(stratum: Ints, edges: Floats, least: float, most: int) -> tuple[Ints, Floats]:
    """Join the smallest stratum to its smaller neighbour until none is too small, nor there are too many."""
    while len(edges):
        sizes = np.bincount(stratum, minlength=len(edges) + 1)
        smallest = int(sizes.argmin())
        if sizes[smallest] >= least and len(sizes) <= most:
            break
        above = smallest == 0 or (smallest < len(edges) and sizes[smallest + 1] < sizes[smallest - 1])
        edge = smallest if above else smallest - 1  # the cut that falls
        stratum = np.where(stratum > edge, stratum - 1, stratum)
        edges = np.delete(edges, edge)
    return stratum, edges


def _predicted(values: Floats, stratum: Ints, strata: int, flag: bool) -> tuple[float, ...]:
    """The mean score of each stratum where scores are chances, else rates that rise from one to the next."""
    if flag and strata == 2:
        return (1.0, _FLAGGED)
    if flag or not len(values) or values.min() < 0 or values.max() > 1:
        return tuple(_LIFT**h for h in range(strata))
    return tuple((np.bincount(stratum, values, strata) / np.bincount(stratum, minlength=strata)).tolist())
