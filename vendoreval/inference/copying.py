"""Copied answers: errors that people share more often than people who answer for themselves.

Equal right answers say nothing, so only errors count, and gold is needed. Hard items, gold that is wrong
and a misread guideline lead independent people to the same error too. So the null hypotheses leave room
for all three, and what is rejected is more than chance:

- `same_errors`, everybody at once. Null: up to COMMON of all items lead everybody to the same error, and
  on the others each further annotator departs from an error that was made with a chance of DEPARTS or
  more. Then of the items with an error, those with m labels show one and the same error with a chance of
  (1 - DEPARTS)^(m - 1) at most. The number of common items is taken at its upper limit.
- `copied_pairs`, two annotators. Null: at most half of the one's answers are copied from the other. Then
  of the items where either is wrong, they share the error on (1 + J) / 2 at most, where J is what others
  share on the same items, or all pairs share, or two independent people with the pair's own error rates
  would share: the largest of the three.

Tails are binomial at the mean chance, which is never below the tail of a sum of unequal chances beyond its
mean + 1 (Hoeffding, Annals of Mathematical Statistics 27, 1956). Pairs are adjusted by Holm's method, so
that the chance of any false accusation in a delivery stays below the level.

Row arrays are parallel: `item`, `annotator`, `label` and `gold` (the item's gold answer in the codes of
`label`) are codes from 0; rows with a negative code are left out. Of several labels by one person on one
item, the first row counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import bdtrc, betainc

from vendoreval.inference.binomial import at_least
from vendoreval.inference.hypergeometric import smallest
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.ordering import by_codes, dense, rising, starts_of
from vendoreval.inference.tally import Codes, Ints
from vendoreval.numerals import of

Floats = NDArray[np.float64]
DEPARTS = 0.1  # chance that a further annotator does not make an error that another one made
COMMON = 0.05  # share of items that may lead everybody to the same error
COPIED = 0.5  # share of copied answers between two people that is not yet called copying
LEAST = 8  # items with an error that a pair needs to be compared
ALPHA = 0.01


@dataclass(frozen=True)
class SameErrors:
    """Everybody's errors at once.

    Of `items` gold items with two labels or more, `wrong` have at least one wrong label; on `same` of
    these all labels are one and the same wrong label. `expected` is the number that independent
    annotators with these error rates would give. `common` items of the `same` are set down to a common
    cause before the test. p is one-sided.
    """

    items: int
    labels: int
    errors: int
    wrong: int
    same: int
    expected: float
    common: int
    p: float

    def flag(self, alpha: float = ALPHA) -> bool:
        """Whether independent answers are excluded at the level `alpha`."""
        return self.p <= alpha

    @property
    def seen(self) -> str:
        """What was seen."""
        return (
            f"On {self.same:,} of the {self.wrong:,} items with an error that several people labelled, all "
            "made the same error; independent people with these error rates would on about "
            f"{self.expected:.1f}."
        )

    @property
    def sentence(self) -> str:
        """What was seen, and what to do."""
        if not self.flag():
            return f"{self.seen} That is no proof of copied answers."
        return (
            f"{self.seen} These are copies of one answer: count them as one label an item, and ask the vendor "
            "for each annotator's own answers with their times."
        )


@dataclass(frozen=True)
class Pair:
    """Two annotators, first < second, on `items` shared gold items.

    On `wrong` of them at least one of the two is wrong, on `same` both give the same wrong label.
    `allowed` is the highest share of the null hypothesis; `q` is p adjusted for all pairs compared.
    """

    first: int
    second: int
    items: int
    wrong: int
    same: int
    allowed: float
    p: float
    q: float

    @property
    def share(self) -> float:
        """Shared errors among the items with an error."""
        return self.same / self.wrong

    def seen(self, first: str, second: str) -> str:
        """What the two have in common, by name."""
        return (
            f"{first} and {second} give the same wrong answer on {of(self.same, self.wrong)} of the items on "
            "which either is wrong"
        )


@dataclass(frozen=True)
class Copies:
    """Pairs that surely share errors, clearest first; `groups` joins those that share with each other.

    `tested` pairs had enough items with an error; `usual` is the share of errors that all pairs share.
    """

    pairs: tuple[Pair, ...]
    groups: tuple[tuple[int, ...], ...]
    tested: int
    usual: float
    alpha: float


def same_errors(
    item: Codes, annotator: Codes, label: Codes, gold: Codes, *, departs: float = DEPARTS,
    common: float = COMMON,
) -> SameErrors:  # fmt: skip
    """Whether all annotators of a delivery make the same errors; p = 1 where no item has an error."""
    item, annotator, label, gold = known_rows(item, annotator, label, gold)
    begin = starts_of(item)
    sizes = np.diff(np.append(begin, len(item)))
    item = np.repeat(np.arange(len(sizes)), sizes)
    wrong = label != gold
    errors = np.bincount(item[wrong], minlength=len(sizes))
    compared = sizes >= 2
    erring = compared & (errors > 0)
    alike = np.minimum.reduceat(label, begin) == np.maximum.reduceat(label, begin)
    same = erring & (errors == sizes) & alike
    n, seen = int(erring.sum()), int(same.sum())
    rows = compared[item]
    expected = _independent(item[rows], annotator[rows], label[rows], gold[rows])
    risk = ALPHA / 10
    apart = smallest(lambda k: float(bdtrc(k, int(compared.sum()), common)) <= risk, 0, seen)
    # the items with most labels go first: the others are the likelier ones to show one error
    kept = np.concatenate((np.sort(sizes[same])[: seen - apart], sizes[erring & ~same]))
    p = _tail(seen - apart, (1 - departs) ** (kept - 1.0)) + risk if seen > apart else 1.0
    return SameErrors(
        int(compared.sum()), int(sizes[compared].sum()), int(errors[compared].sum()), n, seen, expected, apart,
        min(p, 1.0),
    )  # fmt: skip


def copied_pairs(
    item: Codes, annotator: Codes, label: Codes, gold: Codes, *, copied: float = COPIED, alpha: float = ALPHA
) -> Copies:
    """Pairs of annotators who share more errors than `copied` copied answers would give."""
    item, annotator, label, gold = known_rows(item, annotator, label, gold)
    if not len(item):
        return Copies((), (), 0, 0.0, alpha)
    people, person = dense(annotator)
    wrong = label != gold
    met = _met(item, person, label, wrong, len(people))
    rates = np.bincount(person, weights=wrong) / np.bincount(person)
    own = _own(rates[met.first], rates[met.second], met.alike)
    allowed = copied + (1 - copied) * np.maximum.reduce([np.full(len(own), met.usual), own, met.peers])
    p = np.where(
        met.same > 0,
        betainc(np.maximum(met.same, 1), met.either - met.same + 1, np.minimum(allowed, 1)), 1.0,
    )  # fmt: skip
    q = holm(p)
    found = np.flatnonzero(q <= alpha)
    found = found[np.lexsort((met.second[found], met.first[found], p[found]))]
    first, second = met.first[found], met.second[found]
    columns = people[first], people[second], _together(item, person, first, second), met.either[found]
    counts = (column.astype(np.int64).tolist() for column in (*columns, met.same[found]))
    shares = (column[found].tolist() for column in (allowed, p, q))
    pairs = tuple(Pair(*values) for values in zip(*counts, *shares, strict=True))
    return Copies(pairs, groups_of([(pair.first, pair.second) for pair in pairs]), len(p), met.usual, alpha)


def groups_of(pairs: list[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """People joined by pairs, directly or through others."""
    if not pairs:
        return ()
    from scipy.sparse.csgraph import connected_components  # takes long to import, and few audits find pairs

    people, place = dense(np.asarray(pairs, dtype=np.int64).ravel())
    joined = sparse.coo_array((np.ones(len(pairs)), (place[::2], place[1::2])), shape=(len(people),) * 2)
    groups: dict[int, list[int]] = {}
    for group, person in zip(connected_components(joined)[1].tolist(), people.tolist(), strict=True):
        groups.setdefault(group, []).append(person)
    return tuple(sorted(map(tuple, groups.values())))


def known_rows(item: Codes, annotator: Codes, label: Codes, gold: Codes) -> tuple[Codes, Codes, Codes, Codes]:
    """The rows with nothing unknown, one a person and item, by item and person."""
    columns = item, annotator, label, gold
    if all(column.min(initial=0) >= 0 for column in columns) and rising(item, annotator):
        return columns
    known = np.flatnonzero((item >= 0) & (annotator >= 0) & (label >= 0) & (gold >= 0))
    rows = known[by_codes(item[known], annotator[known])]  # sums must not depend on the order of rows
    rows = rows[starts_of(item[rows], annotator[rows])]
    return item[rows], annotator[rows], label[rows], gold[rows]


def _tail(count: int, chances: Floats) -> float:
    """P(at least `count`) for independent events, bounded from above."""
    mean = float(chances.mean())
    if count == len(chances):
        return float(np.prod(chances))
    return at_least(count, len(chances), mean) if count >= len(chances) * mean + 1 else 1.0


def _independent(item: Codes, annotator: Codes, label: Codes, gold: Codes) -> float:
    """Items on which independent people with their own error rates would all make one error.

    Which wrong label an error names is as frequent as in the delivery, by gold class.
    """
    if not len(item):
        return 0.0
    wrong = label != gold
    rate = np.bincount(annotator, weights=wrong) / np.maximum(np.bincount(annotator), 1)
    width = int(max(label.max(), gold.max())) + 1
    named = np.bincount(gold[wrong] * width + label[wrong], minlength=width * width).reshape(width, width)
    share = named / np.maximum(named.sum(axis=1, keepdims=True), 1)
    begin = starts_of(item)
    sizes = np.diff(np.append(begin, len(item)))
    place = np.repeat(np.arange(len(sizes)), sizes)
    with np.errstate(divide="ignore"):
        all_err = np.exp(np.bincount(place, weights=np.log(rate[annotator])))
    most = int(sizes.max()) + 1
    kinds, kind = dense(gold[begin].astype(np.int64) * most + sizes)
    alike = np.asarray([(share[code // most] ** (code % most)).sum() for code in kinds.tolist()])
    return float((all_err * alike[kind]).sum())


@dataclass(frozen=True, eq=False)
class _Met:
    """Pairs of people with enough items on which `either` is wrong, on `same` of them both alike.

    `usual`: how often all pairs share an error that either makes; `alike`: how often two who are both wrong are
    so in the same way; `peers`: what others share on the items that a pair shares.
    """

    first: Ints
    second: Ints
    either: Floats
    same: Floats
    peers: Floats
    usual: float
    alike: float


def _met(item: Codes, person: Codes, label: Codes, wrong: NDArray[np.bool_], people: int) -> _Met:
    """The pairs of `people` who met, from rows by item; items without an error play no part."""
    erring = np.bincount(item[wrong], minlength=int(item[-1]) + 1) > 0
    rows = np.flatnonzero(erring[item])
    (items, item), person, label, wrong = dense(item[rows]), person[rows], label[rows], wrong[rows]
    width = int(label.max(initial=0)) + 1
    answers, answer = dense(item[wrong] * width + label[wrong])
    seen = _matrix(item, person, (len(items), people))
    erred = _matrix(item[wrong], person[wrong], (len(items), people))
    said = _matrix(answer, person[wrong], (len(answers), people))
    both, same, one = erred.T @ erred, said.T @ said, erred.T @ seen
    pairs = sparse.triu(one + one.T - both, k=1, format="coo")  # items on which either is wrong
    total = float(pairs.data.sum())
    usual = float(sparse.triu(same, k=1).sum()) / total if total else 0.0
    enough = np.flatnonzero(pairs.data >= LEAST)
    first, second = (codes[enough] for codes in pairs.coords)
    either, shared = pairs.data[enough].astype(np.float64), _at(same, first, second)
    times = np.bincount(answer)
    alike = times * (times - 1) / 2
    by_item: Floats = np.bincount(answers // width, weights=alike, minlength=len(items)).astype(np.float64)
    peers = _peers(seen, erred, by_item, first, second, shared, either, usual)
    return _Met(first, second, either, shared, peers, usual, _alike(same, both))


def _together(item: Codes, person: Codes, first: Ints, second: Ints) -> Floats:
    """On how many items each pair met."""
    some, place = dense(np.append(first, second))
    rows = np.flatnonzero(np.isin(person, some))
    column = np.searchsorted(some, person[rows])
    items, met = dense(item[rows])
    seen = _matrix(met, column, (len(items), len(some)))
    return _at(seen.T @ seen, place[: len(first)], place[len(first) :])


def _matrix(rows: Codes, columns: Codes, shape: tuple[int, int]) -> Any:
    """1 where an item and a person meet."""
    return sparse.coo_array((np.ones(len(rows)), (rows, columns)), shape=shape).tocsr()


def _at(matrix: Any, rows: Ints, columns: Ints) -> Floats:
    if not len(rows):
        return np.zeros(0)
    return np.asarray(matrix.tocsr()[rows, columns], dtype=np.float64).ravel()


def _alike(same: Any, both: Any) -> float:
    """How often two people who are both wrong give the same wrong label, over all pairs."""
    pairs = float(both.sum() - both.diagonal().sum())
    return float(same.sum() - same.diagonal().sum()) / pairs if pairs else 0.0


def _own(one: Floats, other: Floats, alike: float) -> Floats:
    """Shared errors among items with an error, for independent people with these error rates."""
    either = one + other - one * other
    return np.where(either > 0, one * other * alike / np.where(either > 0, either, 1.0), 0.0)


def _peers(
    seen: Any, erred: Any, by_item: Floats, first: Ints, second: Ints, shared: Floats, either: Floats,
    usual: float,
) -> Floats:  # fmt: skip
    """What all other pairs share on the items that two people share; `usual` where there are no others."""
    size = np.asarray(seen.sum(axis=1)).ravel()
    right = size - np.asarray(erred.sum(axis=1)).ravel()
    pairs = size * (size - 1) / 2 - right * (right - 1) / 2  # with at least one wrong
    same = _at(seen.T @ _scaled(seen, by_item), first, second) - shared
    others = _at(seen.T @ _scaled(seen, pairs), first, second) - either
    return np.where(others >= LEAST, same / np.maximum(others, 1), usual)


def _scaled(matrix: Any, by_row: Floats) -> Any:
    return matrix.multiply(by_row[:, None]).tocsr()
