"""Do signs of hesitation go with measured error? A comparison over vendors, with its n and interval.

For each kind of flag, the vendors that have it are compared with those that do not: the difference of
their mean measured error with Welch's interval for unequal variances (Welch, Biometrika 34, 1947). Every
vendor counts once, however many of its units were audited. With few vendors the interval is wide, and
that is the point: only a kind whose interval lies off zero may be given weight, and only by the buyer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Any

CONFIDENCE = 0.95
LEAST = 2  # vendors on each side


@dataclass(frozen=True)
class VendorSigns:
    """One vendor: how many flags of each kind, and the share of wrong units in its audits."""

    vendor: str
    flags: dict[str, int]
    error: float
    units: int


@dataclass(frozen=True)
class Relation:
    """One kind of flag: error of vendors with it less that of vendors without, as a difference of shares.

    The numbers are None where a side has fewer than two vendors, or no vendor differs from another.
    """

    kind: str
    with_flag: int
    without: int
    error_with: float | None
    error_without: float | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def says(self) -> str:
        """What the numbers allow to say, in one sentence."""
        if self.low is None or self.high is None:
            return f"Too few vendors: {self.with_flag} with this flag, {self.without} without."
        if self.low > 0:
            return "Vendors with this flag made more errors."
        if self.high < 0:
            return "Vendors with this flag made fewer errors."
        return "No relation is shown: the interval holds zero."

    def to_json(self) -> dict[str, Any]:
        """The relation as plain JSON values."""
        return {**vars(self), "confidence": CONFIDENCE, "says": self.says}


def relate(vendors: Sequence[VendorSigns], kinds: Sequence[str]) -> tuple[Relation, ...]:
    """One relation for each kind, in the order given; the order of vendors does not matter."""
    return tuple(_relation(kind, sorted(vendors, key=lambda one: one.vendor)) for kind in kinds)


def _relation(kind: str, vendors: Sequence[VendorSigns]) -> Relation:
    flagged = [one.error for one in vendors if one.flags.get(kind)]
    others = [one.error for one in vendors if not one.flags.get(kind)]
    means = (fmean(flagged) if flagged else None, fmean(others) if others else None)
    interval = _welch(flagged, others)
    if interval is None:
        return Relation(kind, len(flagged), len(others), *means)
    return Relation(kind, len(flagged), len(others), *means, *interval)


def _welch(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float] | None:
    """Difference of the means and its two-sided interval."""
    if min(len(first), len(second)) < LEAST:
        return None
    from scipy.stats import t

    parts = [variance(values) / len(values) for values in (first, second)]
    if not sum(parts):
        return None
    freedom = sum(parts) ** 2 / sum(p * p / (len(v) - 1) for p, v in zip(parts, (first, second), strict=True))
    difference = fmean(first) - fmean(second)
    reach = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * sum(parts) ** 0.5
    return difference, difference - reach, difference + reach
