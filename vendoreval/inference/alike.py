"""People who answer alike, without gold: possible copies of one another, for which a model is blind.

Dawid and Skene's model takes people for independent. Five copies of one person outvote everybody else, are
believed right, and push the interval of each honest person below the truth. Without gold, two good people
among weak ones look the same, so nobody is accused here: it is only said that a ranking cannot be trusted.

Two people are alike when they differ on their common items surely less than half as often as people
usually do (binomial, Holm over pairs). What is usual is counted without pairs found alike, again and again
until no more are found. Row arrays are parallel codes; rows with a negative code are left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import bdtr

from vendoreval.inference.copying import ALPHA, groups_of, known_rows
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.ordering import dense
from vendoreval.inference.tally import Codes

FACTOR = 0.5  # alike: less than so much of the usual share of differences
LEAST_USUAL = 0.01  # where people differ less than this, copies and right answers look the same
MOST_PEOPLE = 3_000  # pairs grow with the square


@dataclass(frozen=True)
class Alike:
    """`groups` of people who answer alike; `usual`: the share of common items on which others differ."""

    groups: tuple[tuple[int, ...], ...]
    usual: float
    pairs: int

    @property
    def reason(self) -> str:
        """Why ranks from the answers alone cannot be trusted; empty where nothing speaks against them."""
        if not self.pairs:
            return ""
        share = f"{100 * self.usual:.1f} % of the items that they share"
        if self.usual < LEAST_USUAL:
            return (
                f"People differ on {share}: whether they are all right or copy one another cannot be told from "
                "the answers alone, so the model’s ranks and estimates are withheld."
            )
        if not self.groups:
            return ""
        return (
            f"{sum(map(len, self.groups)):,} people answer so much alike that they may be copies of one "
            f"another; others differ on {share}. Copies outvote honest people in the model and push their "
            "figures below the truth, so its ranks and estimates are withheld."
        )


def alike(item: Codes, annotator: Codes, label: Codes, alpha: float = ALPHA) -> Alike:
    """Who answers alike, of at most MOST_PEOPLE people; the first answer of a person on an item counts."""
    item, annotator, label, _ = known_rows(item, annotator, label, label)
    people, person = dense(annotator)
    if not 2 <= len(people) <= MOST_PEOPLE:
        return Alike((), 0.0, 0)
    place = dense(item)[1]
    width = int(label.max()) + 1
    ones = np.ones(len(item))
    seen = sparse.coo_array((ones, (place, person))).tocsr()
    said = sparse.coo_array((ones, (place * width + label, person))).tocsr()
    met = sparse.triu(seen.T @ seen, k=1, format="coo")
    first, second = met.coords
    together = np.asarray(met.data, dtype=np.float64)
    if not len(together):
        return Alike((), 0.0, 0)
    agreed = np.asarray((said.T @ said).tocsr()[first, second], dtype=np.float64).ravel()
    differ, found = together - agreed, np.zeros(len(together), dtype=np.bool_)
    usual = float(differ.sum() / together.sum())
    while usual >= LEAST_USUAL:
        more = holm(bdtr(differ, together.astype(np.int64), FACTOR * usual)) <= alpha
        groups = groups_of(list(zip(first[more].tolist(), second[more].tolist(), strict=True)))
        home = np.full(len(people), -1, dtype=np.int64)
        for number, group in enumerate(groups):
            home[list(group)] = number
        inside = (home[first] >= 0) & (home[first] == home[second])
        if inside.sum() == found.sum() or inside.all():
            found = inside
            break
        found = inside
        usual = float(differ[~found].sum() / together[~found].sum())
    pairs = [(int(people[a]), int(people[b])) for a, b in zip(first[found], second[found], strict=True)]
    return Alike(groups_of(pairs), usual, len(together))
