"""One annotator against everybody: answers taken from a different neighbour each time.

Whoever copies now this person, now that one, shares few errors with each of them, so pairs show nothing
(`inference.copying`). Two things are then true of that person, and both are tested against gold; an honest
person may show one of them, so the larger p counts:

- *follows*: where exactly one of the other people on an item is wrong, the person gives that very error. With
  M others a copyist does so on a share 1 / M. Null: at most half of the answers are copied, and the others
  give the error as often as J, the share at which two other people share an error that one of them made (of
  all, or on the person's own items: the larger). Then the share is c / M + (1 - c) J at most, or J. An expert
  who errs on hard items alone follows seldom.
- *never alone*: nearly every error of the person is also one of somebody else on the item. Null: half of the
  errors are copied, and the others are shared as often as other people's errors are, or as 1 - (1 - J)^M,
  the larger. Somebody who is weak makes errors alone.

People who misread one point of the guideline in the same way share their errors on that point. So each
person's commonest confusion (gold answer, wrong answer) is left out of both.

Tails are binomial at the mean chance (see `inference.copying`), Holm's method over people. Row arrays are
parallel, as there. Where two share all answers both are named: shared errors do not say who looked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from vendoreval.inference.copying import ALPHA, COPIED, LEAST, known_rows
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.ordering import by_codes, dense, starts_of
from vendoreval.inference.tally import Codes
from vendoreval.numerals import of

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Copier:
    """An annotator whose errors are those of others.

    On `lone` items exactly one other person was wrong, on `followed` of them the annotator made that error,
    where `allowed` of them are the most that the null hypothesis explains. Of the annotator's `errors`,
    `shared` are also somebody else's, where `allowed_shared` are the most. `q` is p adjusted for everybody.
    """

    code: int
    lone: int
    followed: int
    allowed: float
    errors: int
    shared: int
    allowed_shared: float
    p: float
    q: float

    def seen(self, name: str) -> str:
        """What the person of this name has in common with others."""
        return (
            f"{name} gives {of(self.followed, self.lone)} of the errors that one other person made, and "
            f"{of(self.shared, self.errors)} of the own errors are also somebody else’s"
        )


@dataclass(frozen=True)
class Copiers:
    """The annotators found, clearest first, of `tested` who had enough such items and errors."""

    found: tuple[Copier, ...]
    tested: int
    alpha: float


@dataclass(frozen=True, eq=False)
class _Rows:
    """Each label with what the other people on its item did: their number, errors, and equal errors."""

    person: Codes
    wrong: Floats
    others: Floats
    erring: Floats
    same: Floats
    item_same: Floats  # ordered pairs of equal errors on the item
    confused: Codes  # gold and wrong answer of the row as one code; -1 where it is right
    near_confused: Codes  # the same of the one other person who is wrong; of no meaning where there are more


@dataclass(frozen=True, eq=False)
class _Held:
    """By person: `count` of `n`, against the share that the null hypothesis `allows`."""

    count: Floats
    n: Floats
    allows: Floats

    @property
    def p(self) -> Floats:
        some = np.maximum(self.count, 1)
        tail = betainc(some, np.maximum(self.n - some + 1, 1e-9), np.minimum(self.allows, 1))
        return np.asarray(np.where(self.count > 0, tail, 1.0), dtype=np.float64)


def copiers(
    item: Codes, annotator: Codes, label: Codes, gold: Codes, *, copied: float = COPIED, alpha: float = ALPHA
) -> Copiers:
    """Annotators who take more than a share `copied` of their answers from others, whoever these are."""
    item, annotator, label, gold = known_rows(item, annotator, label, gold)
    if not len(item):
        return Copiers((), 0, alpha)
    people, person = dense(annotator)
    rows = _looked_at(item, person, label, gold)
    left_out = _commonest(person, rows.confused, len(people))
    pair_share = _pair_share(rows, len(people))
    follows = _follows(rows, left_out, pair_share, copied)
    alone = _never_alone(rows, left_out, pair_share, copied)
    enough = np.flatnonzero((follows.n >= LEAST) & (alone.n >= LEAST))
    p = np.maximum(follows.p, alone.p)[enough]
    q = holm(p)
    found = tuple(
        Copier(
            int(people[k]), int(follows.n[k]), int(follows.count[k]), float(follows.allows[k]), int(alone.n[k]),
            int(alone.count[k]), float(alone.allows[k]), float(p[at]), float(q[at]),
        )
        for at in np.lexsort((enough, p)).tolist()
        if q[at] <= alpha
        for k in (int(enough[at]),)
    )  # fmt: skip
    return Copiers(found, len(enough), alpha)


def _follows(rows: _Rows, left_out: Codes, pair_share: Floats, copied: float) -> _Held:
    """The errors of one other person that are also the annotator's."""
    lone = (rows.erring == 1) & (rows.others >= 1) & (rows.near_confused != left_out[rows.person])
    person, width = rows.person[lone], len(left_out)
    in_turn = copied * _mean(person, width, 1 / rows.others[lone])
    allows = np.maximum(in_turn + (1 - copied) * pair_share, pair_share)
    return _Held(_count(person, width, rows.same[lone]), _count(person, width), allows)


def _never_alone(rows: _Rows, left_out: Codes, pair_share: Floats, copied: float) -> _Held:
    """The annotator's errors that are also somebody else's. Without errors of others nothing is compared."""
    width = len(left_out)
    erred = (rows.wrong > 0) & (rows.others >= 1)
    with_others = (rows.same > 0).astype(np.float64)
    total, mine = float(erred.sum()), _count(rows.person[erred], width)
    shared, my_shared = with_others[erred].sum(), _count(rows.person[erred], width, with_others[erred])
    usual = np.where(total - mine >= LEAST, (shared - my_shared) / np.maximum(total - mine, 1), 1.0)
    kept = erred & (rows.confused != left_out[rows.person])
    person = rows.person[kept]
    likely = _mean(person, width, 1 - (1 - pair_share[person]) ** rows.others[kept])
    allows = copied + (1 - copied) * np.maximum(usual, likely)
    return _Held(_count(person, width, with_others[kept]), _count(person, width), allows)


def _looked_at(item: Codes, person: Codes, label: Codes, gold: Codes) -> _Rows:
    wrong = label != gold
    item = dense(item)[1]
    size = np.bincount(item).astype(np.float64)
    errors = np.bincount(item[wrong], minlength=len(size)).astype(np.float64)
    confused = np.where(wrong, gold.astype(np.int64) * (int(max(label.max(), gold.max())) + 1) + label, 0)
    near = np.bincount(item, weights=confused)[item].astype(np.int64) - confused
    order = by_codes(item, label)
    begin = starts_of(item[order], label[order])
    times = np.diff(np.append(begin, len(order)))
    same = np.zeros(len(order))
    same[order] = np.repeat(times, times) - 1.0
    same[~wrong] = 0.0
    on_item = np.asarray(np.bincount(item, weights=same)[item], dtype=np.float64)
    return _Rows(
        person, wrong.astype(np.float64), size[item] - 1, errors[item] - wrong, same, on_item,
        np.where(wrong, confused, -1), near,
    )  # fmt: skip


def _commonest(person: Codes, confused: Codes, width: int) -> Codes:
    """Each person's commonest confusion, -2 without an error; of equal ones the smallest code."""
    some = np.flatnonzero(confused >= 0)
    most = int(confused.max(initial=0)) + 1
    cells, cell = dense(person[some] * most + confused[some])
    order = np.lexsort((-(cells % most), np.bincount(cell)))  # the last one written stays
    found = np.full(width, -2, dtype=np.int64)
    found[cells[order] // most] = cells[order] % most
    return found


def _pair_share(rows: _Rows, width: int) -> Floats:
    """By person: how often two others share an error that one of them made; of all, and on the own items."""
    total_same = float(rows.same.sum())
    total_met = float((rows.wrong * rows.others).sum())
    mine = _count(rows.person, width, 2 * rows.same)
    met = _count(rows.person, width, rows.wrong * rows.others + rows.erring)
    overall = (total_same - mine) / np.maximum(total_met - met, 1)
    near_same = _count(rows.person, width, rows.item_same - 2 * rows.same)
    near_met = _count(rows.person, width, rows.erring * (rows.others - 1))
    near = np.where(near_met >= LEAST, near_same / np.maximum(near_met, 1), 0.0)
    return np.clip(np.maximum(overall, near), 0.0, 1.0)


def _count(person: Codes, width: int, weights: Floats | None = None) -> Floats:
    return np.bincount(person, weights=weights, minlength=width).astype(np.float64)


def _mean(person: Codes, width: int, values: Floats) -> Floats:
    return _count(person, width, values) / np.maximum(_count(person, width), 1)
