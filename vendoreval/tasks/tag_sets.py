"""Sets of classes: completed by the classes that they imply, and how far two of them are apart.

    Jaccard     1 - common ÷ all
    MASI        1 - common ÷ all × M;  M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they
                overlap, else 0 (Passonneau 2006; NLTK before 3.10 rounded the factors to 0.67 and 0.33)

Two sets without a class are equal.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vendoreval.contracts.class_tree import Parents, ancestors
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def completed(labels: LabelTable, parents: Parents) -> tuple[LabelTable, Ints]:
    """The rows with one more for each class that a row's class implies; and the row that each comes from.

    Rows keep their order, and those that are implied come last.
    """
    label = labels.text("label")
    above = [ancestors(name, parents) for name in label.values]
    values = tuple(dict.fromkeys((*label.values, *(one for names in above for one in names))))
    code = {name: place for place, name in enumerate(values)}
    implied = [np.asarray([code[one] for one in names], dtype=np.int32) for names in above]
    counts = np.asarray([len(codes) for codes in implied] + [0], dtype=np.int64)[label.codes]
    source = np.concatenate([np.arange(len(labels)), np.repeat(np.arange(len(labels)), counts)])
    added = [implied[one] for one in label.codes.tolist() if one >= 0]
    found = Coded(np.concatenate([label.codes, *added]).astype(np.int32), values)
    table = labels.take(source)
    return replace(table, answers={**table.answers, "label": found}), source


def apart(first: LabelTable, second: LabelTable, measure: str) -> Floats:
    """The distance of the answers on each item, by item code."""
    one, other = _incidence(first, second)
    common = np.asarray(one.multiply(other).sum(axis=1)).ravel()
    return _distance(common, _sizes(one), _sizes(other), measure)


def all_apart(first: LabelTable, second: LabelTable, measure: str) -> Floats:
    """The distance of every answer of one table from every one of the other: a matrix."""
    one, other = _incidence(first, second)
    common = np.asarray((one @ other.T).todense())
    return _distance(common, _sizes(one)[:, None], _sizes(other)[None, :], measure)


def _incidence(first: LabelTable, second: LabelTable) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Which classes stand on each item: 1 or 0, items × classes of both tables."""
    values = tuple(sorted({*first.text("label").values, *second.text("label").values}))
    found = []
    for labels in (first, second):
        label, items = labels.text("label").recode(values).codes, labels.item.codes
        cells = np.unique(items[label >= 0].astype(np.int64) * max(len(values), 1) + label[label >= 0])
        place = (cells // max(len(values), 1), cells % max(len(values), 1))
        shape = (len(labels.item.values), max(len(values), 1))
        found.append(sparse.csr_array((np.ones(len(cells)), place), shape=shape))
    return found[0], found[1]


def _sizes(side: sparse.csr_array) -> Floats:
    found: Floats = np.asarray(side.sum(axis=1), dtype=np.float64).ravel()
    return found


def _distance(common: Floats, one: Floats, other: Floats, measure: str) -> Floats:
    every = one + other - common
    jaccard = np.where(every == 0, 1.0, common / np.maximum(every, 1))
    if measure == "jaccard":
        return 1 - jaccard
    held = np.minimum(one, other)
    factor = np.select([common == every, common == held, common > 0], [1.0, 2 / 3, 1 / 3], 0.0)
    return 1 - jaccard * np.where((held == 0) & (every > 0), 0.0, factor)
