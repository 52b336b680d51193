"""The likeliest class of each item from several people's labels, people being unequally good.

Dawid & Skene (Applied Statistics 28, 1979): given an item's true class k, annotator a answers l with
chance C[a, k, l], independently of the others. One coin: a is right with chance p[a] whatever the class,
and wrong labels are equally likely. Both are fitted by expectation-maximisation from the shares of votes.

Smoothing: to each row of counts of an annotator `smoothing` labels are added, spread like the labels of
all annotators together; so an annotator with few labels is taken to be like the others. With 0 the fit is
the maximum-likelihood one of the paper. Items with gold are anchors: their class is held fixed.

A model, not a proof: where annotators copy or share a misreading, it is confidently wrong. It says which
items and annotators to look at first; claims rest on gold.

Row arrays are parallel: `item`, `annotator` and `label` are codes from 0; rows with a negative code are
left out. Several labels by one annotator on an item all count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vendoreval.errors import InputError
from vendoreval.inference.tally import Codes, Ints

Floats = NDArray[Any]  # float64, and float32 where there are many labels
SMOOTHING = 1.0
TOLERANCE = 1e-6  # change of the log-likelihood, an item
MOST_STEPS = 200
_DOUBLE = 1 << 18  # labels that are reckoned with in double precision
_ITEMS = 1 << 14  # of a block
_LEAST = 1e-10  # no chance is taken to be smaller: one slip must not exclude a class


@dataclass(frozen=True, eq=False)
class Consensus:
    """What a model makes of the labels.

    `posterior[i, k]` is the chance that item i is of class k (items without labels: the classes'
    shares `prior`). `confusion[a, k, l]` is the chance that annotator a answers l on an item of class k.
    `log_likelihood` is that of the labels, natural logarithm, anchors with their class.
    """

    method: str
    posterior: Floats
    prior: Floats
    confusion: Floats
    log_likelihood: float
    steps: int
    converged: bool

    @property
    def label(self) -> Ints:
        """The likeliest class of each item; of equally likely ones the smallest code."""
        best: Ints = self.posterior.argmax(axis=1)
        return best

    @property
    def confidence(self) -> Floats:
        """The chance of the likeliest class, under the model."""
        top: Floats = self.posterior.max(axis=1)
        return top

    def right(self, item: Codes, annotator: Codes, label: Codes) -> tuple[Floats, Floats, Ints]:
        """By annotator: expected right labels, the variance of their number, and the number of labels."""
        item, annotator, label = _known(item, annotator, label)
        chance = self.posterior[item, label]
        people = len(self.confusion)
        return (
            np.bincount(annotator, weights=chance, minlength=people).astype(np.float64),
            np.bincount(annotator, weights=chance * (1 - chance), minlength=people).astype(np.float64),
            np.bincount(annotator, minlength=people).astype(np.int64),
        )


def dawid_skene(
    item: Codes, annotator: Codes, label: Codes, classes: int, gold: Codes | None = None, *,
    smoothing: float = SMOOTHING, tolerance: float = TOLERANCE, steps: int = MOST_STEPS,
) -> Consensus:  # fmt: skip
    """Dawid & Skene's model. `gold[i]` is item i's class, -1 where it is unknown.

    Raises InputError when there is no label.
    """
    item, annotator, label = _known(item, annotator, label)
    items, people = _shape(item, annotator, gold)
    known = _anchors(gold)
    posterior = _fixed(_votes(item, label, items, classes), known)
    blocks = _blocks(item, annotator.astype(np.int64) * classes + label, (items, people * classes))
    posterior = posterior.astype(blocks[0].given.dtype, copy=False)
    counts = sum(block.given.T @ posterior[block.items] for block in blocks)  # by annotator, label, class
    shares = posterior.mean(axis=0, dtype=np.float64)
    before, change = -np.inf, np.inf
    step = 0
    while step < steps and not change <= tolerance * items:
        step += 1
        prior = np.maximum(shares, _LEAST)
        chances = _chances(counts.reshape(people, classes, classes), smoothing)
        likelihood, counts, shares = _step(blocks, posterior, chances, prior, known)
        change, before = abs(likelihood - before), likelihood
    confusion = np.ascontiguousarray(chances.transpose(0, 2, 1))
    return Consensus(
        "Dawid-Skene", posterior, prior, confusion, before, step, bool(change <= tolerance * items)
    )


def one_coin(
    item: Codes, annotator: Codes, label: Codes, classes: int, gold: Codes | None = None, *,
    smoothing: float = SMOOTHING, tolerance: float = TOLERANCE, steps: int = MOST_STEPS,
) -> Consensus:  # fmt: skip
    """The model with one rate of right labels an annotator; arguments as for `dawid_skene`."""
    item, annotator, label = _known(item, annotator, label)
    items, people = _shape(item, annotator, gold)
    known = _anchors(gold)
    cell = item.astype(np.int64) * classes + label
    done = np.maximum(np.bincount(annotator, minlength=people), _LEAST)
    posterior = _fixed(_votes(item, label, items, classes), known)
    before, change = -np.inf, np.inf
    step = 0
    while step < steps and not change <= tolerance * items:
        step += 1
        prior = np.maximum(posterior.mean(axis=0), _LEAST)
        right = np.bincount(annotator, weights=posterior.ravel()[cell], minlength=people)
        rate = (right + smoothing * right.sum() / len(item)) / (done + smoothing)
        rate = np.clip(rate, _LEAST, 1 - _LEAST)
        wrong = (1 - rate) / max(classes - 1, 1)
        gain = np.bincount(cell, weights=np.log(rate / wrong)[annotator], minlength=items * classes)
        base = np.bincount(item, weights=np.log(wrong)[annotator], minlength=items)
        joint = gain.reshape(items, classes) + base[:, None] + np.log(prior)
        likelihood, posterior = _expected(joint, known)
        change, before = abs(likelihood - before), likelihood
    eye = np.eye(classes)
    confusion = rate[:, None, None] * eye + wrong[:, None, None] * (1 - eye)
    return Consensus("one coin", posterior, prior, confusion, before, step, bool(change <= tolerance * items))


@dataclass(frozen=True, eq=False)
class _Block:
    """So many items that their chances stay in the processor's cache; `given`: items × (annotator, label)."""

    items: slice
    given: Any


def _blocks(item: Codes, answer: Ints, shape: tuple[int, int]) -> list[_Block]:
    """Who gave which label; of many labels in single precision, which moves chances by less than 0.001."""
    kind = np.float64 if len(item) <= _DOUBLE else np.float32
    places = (item.astype(np.int32), answer.astype(np.int32)) if max(shape) < 1 << 31 else (item, answer)
    given: Any = sparse.csr_array((np.ones(len(item), dtype=kind), places), shape=shape)
    parts = [slice(begin, min(begin + _ITEMS, shape[0])) for begin in range(0, shape[0], _ITEMS)]
    return [_Block(part, given[part]) for part in parts]


def _step(
    blocks: list[_Block], posterior: Floats, chances: Floats, prior: Floats, known: tuple[Ints, Ints]
) -> tuple[float, Floats, Floats]:
    """One round, written into `posterior`: the log-likelihood, and counts and shares for the next."""
    people, classes, _ = chances.shape
    logs = np.log(chances).reshape(people * classes, classes).astype(posterior.dtype, copy=False)
    log_prior = np.log(prior).astype(posterior.dtype, copy=False)
    likelihood, counts, total = 0.0, np.zeros(logs.shape), np.zeros(classes)
    rows, gold = known
    for block in blocks:
        joint = block.given @ logs
        joint += log_prior
        here = slice(*np.searchsorted(rows, [block.items.start, block.items.stop]))
        added, posterior[block.items] = _expected(joint, (rows[here] - block.items.start, gold[here]))
        likelihood += added
        counts += block.given.T @ joint
        total += np.ones(len(joint), dtype=joint.dtype) @ joint
    return likelihood, counts, total / len(posterior)


def _known(item: Codes, annotator: Codes, label: Codes) -> tuple[Codes, Codes, Codes]:
    known = (item >= 0) & (annotator >= 0) & (label >= 0)
    if not known.any():
        raise InputError("There is no label by a named annotator, so nothing can be estimated.")
    return (item, annotator, label) if known.all() else (item[known], annotator[known], label[known])


def _shape(item: Codes, annotator: Codes, gold: Codes | None) -> tuple[int, int]:
    return max(int(item.max()) + 1, 0 if gold is None else len(gold)), int(annotator.max()) + 1


def _anchors(gold: Codes | None) -> tuple[Ints, Ints]:
    """Items with gold, and their classes."""
    if gold is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    answers = np.asarray(gold, dtype=np.int64)
    rows = np.flatnonzero(answers >= 0)
    return rows, answers[rows]


def _votes(item: Codes, label: Codes, items: int, classes: int) -> Floats:
    votes = np.bincount(item.astype(np.int64) * classes + label, minlength=items * classes)
    shares = votes.reshape(items, classes).astype(np.float64)
    total = shares @ np.ones(classes)
    pooled = np.ones(items) @ shares / total.sum()
    shares /= np.maximum(total, 1)[:, None]
    if not total.all():
        shares[total == 0] = pooled
    return shares


def _fixed(posterior: Floats, known: tuple[Ints, Ints]) -> Floats:
    rows, gold = known
    posterior[rows] = 0.0
    posterior[rows, gold] = 1.0
    return posterior


def _chances(counts: Floats, smoothing: float) -> Floats:
    """Chances of labels given the class, from counts by annotator, label and class."""
    pooled = counts.sum(axis=0)
    pooled /= np.maximum(pooled.sum(axis=0), _LEAST)
    total = counts.sum(axis=1, keepdims=True) + smoothing
    chances = (counts + smoothing * pooled) / np.maximum(total, _LEAST)
    made: Floats = np.maximum(chances, _LEAST)
    return made


def _expected(joint: Floats, known: tuple[Ints, Ints]) -> tuple[float, Floats]:
    """Log-likelihood and posterior, from the logarithms of joint chances (which are overwritten)."""
    rows, gold = known
    anchored = joint[rows, gold]
    top = np.ascontiguousarray(joint.T).max(axis=0)  # twice as fast as along short rows
    joint -= top[:, None]
    np.exp(joint, out=joint)
    total = joint @ np.ones(joint.shape[1], dtype=joint.dtype)
    joint /= total[:, None]
    by_item = np.log(total) + top
    by_item[rows] = anchored
    return float(by_item.sum(dtype=np.float64)), _fixed(joint, known)
