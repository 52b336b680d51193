"""A clause judged on a sample drawn separately from strata: classes, sites, times, a frozen judge's flag.

The union-intersection of the strata's e-values (inference.strata) takes the worst way in which the errors
could lie, and holds whenever one looks; so the sample is judged as it stands, however it was allocated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT
from vendoreval.contracts.terms import Clause
from vendoreval.designs.designs import lowest_share, tolerated_share
from vendoreval.designs.strata import Stratum, stratified_e_values, stratified_share
from vendoreval.errors import InputError
from vendoreval.inference.hypergeometric import allowed_errors, smallest

METHOD = "e-values of strata, worst split of the errors"


def counted_strata(
    names: Sequence[str], wrong: NDArray[np.bool_], sizes: Mapping[str, int]
) -> tuple[Stratum, ...]:
    """The strata by name, with the drawn units (`names` are their strata) and the wrong ones among them."""
    unknown = set(names) - set(sizes)
    if unknown:
        raise InputError(f"No size is known of the stratum {sorted(unknown)[0]!r}.")
    strata = []
    for name in sorted(sizes):
        mine = np.asarray([own == name for own in names], dtype=np.bool_)
        strata.append(Stratum(sizes[name], int(mine.sum()), int((wrong & mine).sum())))
    return tuple(strata)


def judged(clause: Clause, strata: Sequence[Stratum]) -> tuple[str, float, float]:
    """The verdict, and the p-values against "kept" and against "broken"."""
    alpha, beta = clause.risks
    allowed, intolerable = _edges(clause, strata)
    e = stratified_e_values(strata, allowed, intolerable)
    if e.p_breached <= alpha:
        return BREACHED, e.p_breached, e.p_kept
    return (KEPT if e.p_kept <= beta else INCONCLUSIVE), e.p_breached, e.p_kept


def _edges(clause: Clause, strata: Sequence[Stratum]) -> tuple[int, int]:
    population = sum(stratum.population for stratum in strata)
    allowed = allowed_errors(population, lowest_share(clause))
    tolerated = tolerated_share(clause)
    beyond = allowed + 1 if tolerated is None else math.ceil(population * (1 - tolerated))
    return allowed, max(beyond, allowed + 1)


def bounds(strata: Sequence[Stratum], confidence: float) -> tuple[float, float]:
    """(low, high) for the share of right units, valid at any time: what the e-values do not disprove."""
    population = sum(stratum.population for stratum in strata)
    found = sum(stratum.errors for stratum in strata)
    most = population - sum(stratum.n - stratum.errors for stratum in strata)
    risk = (1 - confidence) / 2

    def fewest_holds(wrong: int) -> bool:
        return stratified_e_values(strata, wrong, population).p_breached > risk

    def too_many(wrong: int) -> bool:
        return wrong > most or stratified_e_values(strata, 0, wrong).p_kept <= risk

    fewest = smallest(fewest_holds, found, most)
    last = smallest(too_many, max(fewest, found + 1), most + 1) - 1
    return float(1 - Fraction(max(last, fewest), population)), float(1 - Fraction(fewest, population))


def share(strata: Sequence[Stratum]) -> float:
    """The weighted share of right units over the strata that were looked at."""
    return stratified_share([stratum for stratum in strata if stratum.n]).estimate
