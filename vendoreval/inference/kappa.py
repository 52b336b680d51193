"""Agreement that tells annotators apart: Cohen's kappa of two, all pairs, and one against the others.

Cohen 1960 and 1968 (weighted), standard error of Fleiss, Cohen & Everitt 1969; for more than two
annotators Conger 1980. Row arrays are parallel: `item`, `annotator` and `label` are codes from 0; rows with
a negative code are left out. An annotator should have one label an item (`tally.first_answers`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vendoreval.errors import InputError
from vendoreval.inference.agreement import Floats
from vendoreval.inference.oneself import others_on_item
from vendoreval.inference.tally import Codes, Ints


@dataclass(frozen=True)
class Kappa:
    """Cohen's kappa; None where both annotators used one and the same class only."""

    estimate: float | None
    standard_error: float | None
    observed: float
    chance: float
    items: int


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every two annotators who share an item, first < second: shared items, equal labels, Cohen's kappa.

    kappa is NaN where both used one and the same class only.
    """

    first: Ints
    second: Ints
    items: Ints
    agreed: Ints
    kappa: Floats


@dataclass(frozen=True, eq=False)
class Others:
    """Each annotator against all others on the same items, by annotator code.

    `rows` are the annotator's labels on items with other labels, `pairs` the comparisons they take part
    in, `agreed` the equal ones; `chance` is the agreement expected from the classes that both sides use.
    """

    rows: Ints
    pairs: Ints
    agreed: Ints
    chance: Floats

    @property
    def kappa(self) -> Floats:
        """Agreement beyond chance; NaN without a comparison or without variation."""
        with np.errstate(divide="ignore", invalid="ignore"):
            observed = self.agreed / self.pairs
            return np.where(self.chance == 1, np.nan, (observed - self.chance) / (1 - self.chance))


def cohen(table: Ints, weights: Floats | None = None) -> Kappa:
    """Cohen's kappa of two annotators' table (classes × classes, counts of items).

    `weights` (see `agreement.agreement_weights`) give partial agreement; without them labels agree only
    when equal. Raises InputError for a table that is not square or empty.
    """
    counts = np.asarray(table, dtype=np.float64)
    n = int(counts.sum())
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or n < 1 or counts.min() < 0:
        raise InputError("Kappa needs a square table of counts with at least one item.")
    weight = np.eye(len(counts)) if weights is None else weights
    share = counts / n
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed = float((weight * share).sum())
    chance = float((weight * np.outer(rows, columns)).sum())
    if math.isclose(chance, 1):
        return Kappa(None, None, observed, 1.0, n)
    kappa = (observed - chance) / (1 - chance)
    expected = (weight * columns).sum(axis=1)[:, None] + (weight.T * rows).sum(axis=1)[None, :]
    spread = float((share * (weight - expected * (1 - kappa)) ** 2).sum())
    variance = (spread - (kappa - chance * (1 - kappa)) ** 2) / (n * (1 - chance) ** 2)
    return Kappa(kappa, math.sqrt(max(variance, 0)), observed, chance, n)


def conger(item: Codes, annotator: Codes, label: Codes, weights: Floats | None = None) -> float | None:
    """Conger's kappa, Cohen's for more than two annotators; None where nobody is compared.

    Chance agreement is the mean over all pairs of annotators, from each one's own use of the classes.
    """
    known = (item >= 0) & (annotator >= 0) & (label >= 0)
    _, item = np.unique(item[known], return_inverse=True)
    people, who = np.unique(annotator[known], return_inverse=True)
    label = label[known]
    classes = int(label.max(initial=0)) + 1
    weight = np.eye(classes) if weights is None else weights
    counts = _table(item, label, (int(item.max(initial=-1)) + 1, classes)).toarray()
    n = counts.sum(axis=1)
    several = n >= 2
    if not several.any():
        return None
    met = ((counts @ weight) * counts).sum(axis=1) - n
    observed = float((met[several] / (n * (n - 1))[several]).mean())
    use = _table(who, label, (len(people), classes)).toarray()
    use /= use.sum(axis=1, keepdims=True)
    mean = use.mean(axis=0)
    covariance = (use - mean).T @ (use - mean) / max(len(people) - 1, 1)
    chance = float((weight * (np.outer(mean, mean) - covariance / len(people))).sum())
    return None if math.isclose(chance, 1) else (observed - chance) / (1 - chance)


def pairwise(item: Codes, annotator: Codes, label: Codes) -> Pairs:
    """All pairs of annotators who share an item, by sparse products (one pair of products a class)."""
    item, annotator, label = _known(item, annotator, label)
    people, items = int(annotator.max(initial=-1)) + 1, int(item.max(initial=-1)) + 1
    present = _table(item, annotator, (items, people))
    shared = sparse.triu(present.T @ present, k=1, format="coo")
    first, second = shared.coords
    together = np.asarray(shared.data, dtype=np.float64)
    agreed, chance = np.zeros(len(together)), np.zeros(len(together))
    for code in np.unique(label).tolist():
        own = label == code
        said = _table(item[own], annotator[own], (items, people))
        by_first = (said.T @ present).tocsr()
        agreed += _cells(said.T @ said, first, second)
        chance += _cells(by_first, first, second) * _cells(by_first, second, first)
    chance /= together**2
    with np.errstate(divide="ignore", invalid="ignore"):
        kappa = np.where(chance == 1, np.nan, (agreed / together - chance) / (1 - chance))
    order = np.lexsort((second, first))
    return Pairs(
        first[order].astype(np.int64), second[order].astype(np.int64), together[order].astype(np.int64),
        agreed[order].astype(np.int64), kappa[order],
    )  # fmt: skip


def with_others(item: Codes, annotator: Codes, label: Codes) -> Others:
    """Each annotator against all others on the same items; a label without an annotator is another's."""
    known = (item >= 0) & (label >= 0)
    item, annotator, label = item[known], annotator[known], label[known]
    people, classes = int(annotator.max(initial=-1)) + 2, int(label.max(initial=-1)) + 1
    annotator = np.where(annotator < 0, people - 1, annotator)  # nobody comes last, and is left out below
    same, total = others_on_item(item, label)
    pairs = np.bincount(annotator, weights=total, minlength=people)
    own = sparse.coo_array((total, (annotator, label)), shape=(people, classes)).toarray()
    seen = _table(annotator, item, (people, int(item.max(initial=-1)) + 1)).tocsr()
    given = seen @ _table(item, label, (seen.shape[1], classes)).tocsr()
    rest = given.toarray() - _table(annotator, label, (people, classes)).toarray()
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = (own / own.sum(axis=1, keepdims=True) * rest / rest.sum(axis=1, keepdims=True)).sum(axis=1)
    equal = np.bincount(annotator, weights=same, minlength=people)
    return Others(
        np.bincount(annotator[total > 0], minlength=people)[:-1], pairs.astype(np.int64)[:-1],
        equal.astype(np.int64)[:-1], chance[:-1],
    )  # fmt: skip


def _known(item: Codes, annotator: Codes, label: Codes) -> tuple[Codes, Codes, Codes]:
    known = (item >= 0) & (annotator >= 0) & (label >= 0)
    if known.all():
        return item, annotator, label
    return item[known], annotator[known], label[known]


def _table(rows: Codes, columns: Codes, shape: tuple[int, int]) -> Any:
    return sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()


def _cells(matrix: Any, rows: NDArray[Any], columns: NDArray[Any]) -> Floats:
    return np.asarray(matrix.tocsr()[rows, columns], dtype=np.float64).ravel()
