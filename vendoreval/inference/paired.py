"""Two vendors on the same items: the difference of their shares of right units.

Where each item holds one unit of each vendor, the test is McNemar's exact one: given the items on which
exactly one of the two is right, either is as likely to be the right one. The interval is that of Bonett &
Price (Psychometrika 77, 2012). Where items hold several units, the difference of two ratios is linearised
over items, z_i = (y1 - R1 x1) / X1 - (y2 - R2 x2) / X2, and held against Student's t with one degree of
freedom less than there are items. Items stand for further items of their kind, so nothing is corrected for
the size of a delivery.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from vendoreval.errors import InputError
from vendoreval.inference.binomial import at_least

Totals = NDArray[np.int64]

MCNEMAR = "exact McNemar test; Bonett-Price interval"
RATIOS = "difference of ratios over items, Student's t"


@dataclass(frozen=True)
class Paired:
    """First vendor's share minus the second's, on `items` common items.

    `first_only` and `second_only` are items on which only that one had the larger share right. `p` is
    two-sided: how likely so large a difference is between two equally good vendors.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    confidence: float
    p: float
    items: int
    first_only: int
    second_only: int
    method: str


def paired(y1: Totals, x1: Totals, y2: Totals, x2: Totals, confidence: float) -> Paired:
    """Compare right units `y` of counted units `x` item by item; equal positions are equal items.

    Raises InputError where there is no item, or one without a unit.
    """
    if not len(x1) or min(int(x1.min()), int(x2.min())) < 1:
        raise InputError("There is no common item on which both have a unit.")
    ahead = np.sign(y1 * x2 - y2 * x1)
    b, c = int((ahead > 0).sum()), int((ahead < 0).sum())
    share1, share2 = (Fraction(int(y.sum()), int(x.sum())) for y, x in ((y1, x1), (y2, x2)))
    difference = float(share1 - share2)
    if int(x1.max()) == int(x2.max()) == 1:
        low, high = bonett_price(b, c, len(x1), confidence)
        p, method = mcnemar(b, c), MCNEMAR
    else:
        error = _standard_error(y1, x1, y2, x2)
        p, low, high = _student(difference, error, len(x1) - 1, confidence)
        method = RATIOS
    return Paired(
        float(share1), float(share2), difference, low, high, confidence, p, len(x1), b, c, method
    )  # fmt: skip


def mcnemar(b: int, c: int) -> float:
    """Two-sided p of McNemar's exact test: twice the smaller binomial tail at one half, 1 at most."""
    return min(1.0, 2 * at_least(max(b, c), b + c, 0.5)) if b + c else 1.0


def bonett_price(b: int, c: int, n: int, confidence: float) -> tuple[float, float]:
    """Interval of (b - c) / n for paired shares: Wald's with one pair added to each discordant cell."""
    first, second = (b + 1) / (n + 2), (c + 1) / (n + 2)
    half = float(ndtri((1 + confidence) / 2)) * math.sqrt(
        (first + second - (first - second) ** 2) / (n + 2)
    )  # fmt: skip
    return max(first - second - half, -1.0), min(first - second + half, 1.0)


def _standard_error(y1: Totals, x1: Totals, y2: Totals, x2: Totals) -> float:
    m = len(x1)
    if m < 2:
        return math.inf
    z = np.zeros(m)
    for y, x, sign in ((y1, x1, 1), (y2, x2, -1)):
        total = int(x.sum())
        z += sign * (y * total - x * int(y.sum())) / total**2
    return math.sqrt(m / (m - 1) * float((z**2).sum()))


def _student(difference: float, error: float, freedom: int, confidence: float) -> tuple[float, float, float]:
    if not math.isfinite(error):
        return 1.0, -1.0, 1.0
    if error == 0:
        return float(difference == 0), difference, difference
    p = 2 * float(stdtr(freedom, -abs(difference) / error))
    half = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    return p, max(difference - half, -1.0), min(difference + half, 1.0)
