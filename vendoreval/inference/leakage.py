"""Gold that was known beforehand, numbers that flatter, and a model's answers under people's names.

- `known_gold`: labels on gold that the vendor could recognise against labels on a blind sample. Null: they
  are right as often, within each stratum (class, difficulty) if strata are given. Exact: given the totals,
  errors fall on either side as in a draw (Fisher; over strata the sum of hypergeometric counts). Where an
  item has several labels, the score test between items counts if its p is larger.
- `own_number`: the vendor's figure against our count. Null: the true share is at least the vendor's.
- `model_copies`: people who share a model's errors beyond what `copying` allows.
- `same_values`: one and the same time on more than half of an annotator's labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.inference.binomial import at_least, at_most, clopper_pearson
from vendoreval.inference.comparing import clustered_p, newcombe, repeats
from vendoreval.inference.copying import ALPHA, Copies, copied_pairs, groups_of
from vendoreval.inference.hypergeometric import p_breach, tail_of_sum
from vendoreval.inference.multiplicity import holm
from vendoreval.inference.ordering import dense
from vendoreval.inference.straightlining import rows_of_each
from vendoreval.inference.tally import Codes
from vendoreval.numerals import of

Mask = NDArray[np.bool_]
LEAST = 20  # labels of an annotator


@dataclass(frozen=True)
class KnownGold:
    """Right labels on gold that could be known, and on a blind sample; the interval is of the difference."""

    known_n: int
    known_right: int
    blind_n: int
    blind_right: int
    difference: float
    low: float
    high: float
    p: float

    def flag(self, alpha: float = ALPHA) -> bool:
        """Whether the known gold is surely better than the blind sample."""
        return self.p <= alpha

    def seen(self, word: str = "labels") -> str:
        """What was seen; `word` calls what was counted."""
        wrong, fresh = self.known_n - self.known_right, self.blind_n - self.blind_right
        return (
            f"On gold that was audited or revealed before, {of(wrong, self.known_n)} of the {word} are wrong, "
            f"on fresh gold {of(fresh, self.blind_n)}."
        )

    @property
    def sentence(self) -> str:
        """What was seen, and what to do."""
        seen = self.seen()
        if not self.flag():
            return f"{seen} That is no proof that gold was recognised."
        return f"{seen} Judge the vendor by the fresh items only, and retire the gold set."


@dataclass(frozen=True)
class OwnNumber:
    """The vendor's share of right labels against ours, with our exact 95 % interval."""

    claimed: float
    n: int
    right: int
    low: float
    high: float
    p: float

    def to_json(self) -> dict[str, Any]:
        """The figures as plain JSON values."""
        return {**vars(self), "sentence": self.sentence}

    @property
    def share(self) -> float:
        """Our share of right labels."""
        return self.right / self.n

    @property
    def sentence(self) -> str:
        """What was seen, and what to do."""
        seen = (
            f"The vendor reports {100 * self.claimed:.1f} % right labels; we found "
            f"{self.right:,} of {self.n:,} ({100 * self.share:.1f} %)."
        )
        if self.p > ALPHA:
            return f"{seen} The two do not contradict each other."
        return f"{seen} Ask how the vendor's figure was made, and do not pay by it."


@dataclass(frozen=True)
class SameValue:
    """An annotator who has one `value` on `same` of `n` labels; q is p adjusted over annotators."""

    code: int
    value: float
    n: int
    same: int
    p: float
    q: float


def known_gold(wrong: Mask, known: Mask, item: Codes, stratum: Codes | None = None) -> KnownGold | None:
    """Labels on gold, `known` where the vendor could recognise it; None where a side is empty."""
    n, blind = int(known.sum()), int((~known).sum())
    if not n or not blind:
        return None
    errors, blind_errors = int(wrong[known].sum()), int(wrong[~known].sum())
    low, high = newcombe(blind_errors, blind, errors, n, 0.95)
    p = _stratified(wrong, ~known, np.zeros(len(wrong), dtype=np.int64) if stratum is None else stratum)
    if repeats(item):
        p = max(p, clustered_p(wrong, ~known, dense(item)[1]))
    difference = blind_errors / blind - errors / n
    return KnownGold(n, n - errors, blind, blind - blind_errors, difference, low, high, p)


def own_number(claimed: float, right: int, n: int, design_effect: float = 1.0) -> OwnNumber:
    """A vendor's figure (0 to 1) against `right` of `n` blind labels on items drawn at random.

    `design_effect` shrinks the sample where several labels lie on one item (inference.proportions).
    """
    size = n / max(design_effect, 1.0)
    low, high = clopper_pearson(size * right / n, size, 0.95)
    return OwnNumber(claimed, n, right, low, high, at_most(size * right / n, size, claimed))


def model_copies(
    item: Codes, annotator: Codes, label: Codes, gold: Codes, by_model: Mask, *, alpha: float = ALPHA
) -> Copies:
    """People who share the errors of the rows `by_model`.

    Arrays as for `copying.copied_pairs`. In the pairs the second one is the model, with the code
    `annotator.max() + 1`.
    """
    model = int(annotator.max(initial=-1)) + 1
    found = copied_pairs(item, np.where(by_model, model, annotator), label, gold, alpha=alpha)
    pairs = tuple(pair for pair in found.pairs if pair.second == model)
    groups = groups_of([(pair.first, pair.second) for pair in pairs])
    return Copies(pairs, groups, found.tested, found.usual, alpha)


def same_values(annotator: Codes, value: NDArray[np.float64], alpha: float = ALPHA) -> tuple[SameValue, ...]:
    """Annotators with one time on more than half of their labels. Null: no time has a share above a half.

    p is twice the binomial tail, since two times could each have a half. NaN is no time.
    """
    tests: list[SameValue] = []
    for code, mine in rows_of_each(np.where(np.isfinite(value), annotator, -1)):
        if len(mine) >= LEAST:
            values, counts = np.unique(value[mine], return_counts=True)
            top, n = int(counts.max()), len(mine)
            p = min(1.0, 2 * at_least(top, n, 0.5))
            tests.append(SameValue(code, float(values[counts.argmax()]), n, top, p, 1.0))
    adjusted = holm([test.p for test in tests]).tolist()
    return tuple(
        SameValue(**{**vars(test), "q": q}) for test, q in zip(tests, adjusted, strict=True) if q <= alpha
    )


def _stratified(wrong: Mask, inside: Mask, stratum: Codes) -> float:
    """P(at least as many errors inside), given the totals of each stratum."""
    codes, place = dense(stratum)
    if len(codes) == 1:
        return p_breach(len(wrong), int(wrong.sum()), int(inside.sum()), int(wrong[inside].sum()))
    counted = (np.bincount(place[rows], minlength=len(codes)).tolist() for rows in (place >= 0, wrong, inside))
    return tail_of_sum(zip(*counted, strict=True), int(wrong[inside].sum()))
