"""Krippendorff's alpha of answers that have a distance instead of classes.

    alpha = 1 - observed ÷ expected

observed   the mean distance of two people's answers on an item; an item of n answers has n (n - 1) pairs,
           each at 1 ÷ (n - 1); items with one answer drop out
expected   the mean distance of any two answers of the delivery, whoever gave them and on whichever items
           (Krippendorff 2011, "Computing Krippendorff's alpha-reliability")

With distances of 0 and 1 it is the alpha of `inference.agreement`. All pairs grow with the square of the
answers; beyond a limit each answer is held against some others that are drawn, and `pairs_error` says how far
the drawn ones may lead astray.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from vendoreval.errors import InputError
from vendoreval.inference.agreement import ANALYTIC, Agreement
from vendoreval.inference.binomial import clopper_pearson
from vendoreval.inference.effective import effective_size

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
UNIT = 10**6  # distances are whole millionths, so that sums do not depend on the order of rows
_COLUMNS = ("answers", "within", "equal", "met", "beyond", "squares")


@dataclass(frozen=True, eq=False)
class Spread:
    """How far answers lie apart: a row an item with two answers or more, in an order of content.

    `answers` on the item; `within`: the sum of distances over its pairs, of which `equal` are at 0; its answers
    were held against `met` answers of the delivery, at distances that sum to `beyond` and squares that sum to
    `squares`. Sums are whole millionths.
    """

    answers: Ints
    within: Ints
    equal: Ints
    met: Ints
    beyond: Ints
    squares: Ints

    @classmethod
    def of(cls, **columns: Ints) -> Spread:
        """From columns in any order of items."""
        order = np.lexsort([columns[name] for name in reversed(_COLUMNS)])
        return cls(**{name: columns[name][order].astype(np.int64) for name in _COLUMNS})

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def drawn(self) -> bool:
        """Whether not all pairs of answers took part in the expected distance."""
        return bool((self.met < self.answers * (int(self.answers.sum()) - 1)).any())

    @property
    def differing(self) -> int:
        """Items on which two answers differ."""
        return int((self.within > 0).sum())

    @property
    def pairs_equal(self) -> tuple[int, int]:
        """Pairs of answers on one item that are equal, and all pairs."""
        return int(self.equal.sum()), int((self.answers * (self.answers - 1) // 2).sum())

    def rows(self) -> Iterator[dict[str, int]]:
        """Plain records, as they go into evidence."""
        for values in zip(*(getattr(self, name).tolist() for name in _COLUMNS), strict=True):
            yield dict(zip(_COLUMNS, values, strict=True))

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Spread:
        """The inverse of `rows()`; raises InputError for sums that cannot be."""
        listed = list(rows)
        columns = {
            name: np.asarray([row[name] for row in listed], dtype=np.int64).reshape(-1) for name in _COLUMNS
        }
        pairs = columns["answers"] * (columns["answers"] - 1) // 2
        possible = (
            (columns["answers"] >= 2) & (columns["met"] >= columns["answers"])
            & (columns["within"] >= 0) & (columns["within"] <= UNIT * (pairs - columns["equal"]))
            & (columns["squares"] >= 0) & (columns["beyond"] >= 0)
            & (columns["beyond"] <= UNIT * columns["met"])
        )  # fmt: skip
        if not possible.all():
            raise InputError("The distances of agreement hold a sum that cannot be.")
        return cls.of(**columns)

    def one_more(self) -> Spread:
        """The items and one more, on which as many people as usual agree, unlike everybody else."""
        usual = int(np.sort(self.answers)[len(self) // 2])
        each = int(self.met[0] // self.answers[0])
        more = {"answers": usual, "within": 0, "equal": usual * (usual - 1) // 2, "met": usual * each,
                "beyond": UNIT * usual * each, "squares": UNIT * usual * each}  # fmt: skip
        return Spread.of(**{name: np.append(getattr(self, name), more[name]) for name in _COLUMNS})


def alpha_of_spread(spread: Spread, confidence: float = 0.95) -> Agreement:
    """Alpha with its linearised interval over items (t, items - 1 degrees of freedom).

    None where no two people answered an item, or all answers of the delivery are equal. Where pairs were drawn,
    the figures by item are noisy, which makes the interval wider, never narrower.
    """
    items, answers = len(spread), int(spread.answers.sum())
    observed, expected = _distances(spread)
    if not items or not expected:
        return Agreement(
            "alpha", "distance", None, None, None, None, confidence, "", None, None, items, answers
        )  # fmt: skip
    value = 1 - observed / expected
    error = _standard_error(spread, observed, expected)
    half = float(stdtrit(items - 1, (1 + confidence) / 2)) * error if items > 1 else float("nan")
    known = not np.isnan(half)
    return Agreement(
        "alpha", "distance", value, error if known else None, max(value - half, -1.0) if known else None,
        min(value + half, 1.0) if known else None, confidence, ANALYTIC, 1 - observed, 1 - expected, items,
        answers,
    )  # fmt: skip


def pairs_error(spread: Spread) -> float | None:
    """The standard error of alpha that comes from drawing pairs; None where all pairs took part."""
    observed, expected = _distances(spread)
    if not spread.drawn or not expected:
        return None
    met = int(spread.met.sum())
    variance = max(float(spread.squares.sum()) / UNIT / met - expected**2, 0.0)
    return float(observed / expected**2 * np.sqrt(variance / met))


def equal_share(spread: Spread, confidence: float = 0.95) -> Agreement:
    """The share of equal answers among the pairs of an item, mean over items, with its t interval."""
    items, answers = len(spread), int(spread.answers.sum())
    if not items:
        return Agreement(
            "percent_agreement", "distance", None, None, None, None, confidence, "", None, None, items, answers
        )  # fmt: skip
    shares = spread.equal / (spread.answers * (spread.answers - 1) / 2)
    value = float(shares.mean())
    error = float(shares.std(ddof=1) / np.sqrt(items)) if items > 1 else None
    half = 0.0 if error is None else float(stdtrit(items - 1, (1 + confidence) / 2)) * error
    known = error is not None
    return Agreement(
        "percent_agreement", "distance", value, error, max(value - half, 0.0) if known else None,
        min(value + half, 1.0) if known else None, confidence, ANALYTIC, value, 0.0, items, answers,
    )  # fmt: skip


def _distances(spread: Spread) -> tuple[float, float]:
    """Observed and expected mean distance; zeros without an item."""
    answers = float(spread.answers.sum())
    if not answers:
        return 0.0, 0.0
    return float(_observed_sums(spread).sum()) / answers, float(spread.beyond.sum() / UNIT / spread.met.sum())


def _observed_sums(spread: Spread) -> Floats:
    """An item's part of the observed disagreement, ordered pairs over n - 1."""
    found: Floats = 2 * spread.within / UNIT / (spread.answers - 1)
    return found


def _standard_error(spread: Spread, observed: float, expected: float) -> float:
    """From the change of alpha = 1 - T (N - 1) ÷ S with each item's T, N and S.

    T sums observed disagreements, N answers, S the distances of all ordered pairs; an item's change of S is
    twice its own part of it. For distances of 0 and 1 this is the error that `inference.agreement` gives.
    """
    items, n = len(spread), spread.answers.astype(np.float64)
    total = n.sum()
    all_pairs = expected * total * (total - 1)
    own = spread.beyond / UNIT / spread.met * n * (total - 1)
    change = -(
        _observed_sums(spread) * (total - 1) / all_pairs
        + n * observed * total / all_pairs
        - observed * total * (total - 1) / all_pairs**2 * 2 * own
    )
    return (
        float(np.sqrt(items / (items - 1) * ((change - change.mean()) ** 2).sum()))
        if items > 1
        else float("nan")
    )


def mean_share(y: Floats, x: Ints, confidence: float = 0.95) -> tuple[float, float, float]:
    """Sum of `y` over sum of `x` and its interval, one pair an item (0 <= y <= x, x > 0): Korn & Graubard's.

    The variance is that of a ratio over items; where none shows, the items are the effective sample.
    """
    share, items, n = float(y.sum() / x.sum()), len(x), int(x.sum())
    centred = y - share * x
    variance = items / max(items - 1, 1) * float((centred**2).sum()) / n**2
    if 0 < share < 1 and variance > 0 and items > 1 and n > 1:
        size = min(effective_size(share, variance, n, items - 1, confidence), float(n))
    else:
        size = float(items)
    return share, *clopper_pearson(size * share, size, confidence)
