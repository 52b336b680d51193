"""How a plan with stopping limits behaves, exactly: one dynamic programme over (units seen, errors).

Every plan whose decision depends on the number of units and of errors alone is a pair of integer tables
(fixed, curtailed, double, group-sequential, sequential). The state after n units is the distribution
of the errors among the vendors still undecided; one more unit is wrong with chance (K - s) / (N - n).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.errors import InputError

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

BREACHED, KEPT, INCONCLUSIVE = "breached", "kept", "inconclusive"
_LATE = 0.05  # p95_items is the sample that only this share of the audits exceeds


@dataclass(frozen=True, eq=False)
class Boundaries:
    """Stopping limits, indexed by units seen: 0 … cap.

    After n units: `breached` with reject_at[n] or more errors, `kept` with accept_at[n] or fewer.
    reject_at[n] > n and accept_at[n] = -1 say that no decision is possible there.
    """

    reject_at: Integers
    accept_at: Integers

    def __post_init__(self) -> None:
        if self.reject_at.shape != self.accept_at.shape or self.reject_at.ndim != 1:
            raise InputError("Both tables of limits must have one entry for 0, 1, 2, … units.")
        self.reject_at.setflags(write=False)
        self.accept_at.setflags(write=False)

    @property
    def cap(self) -> int:
        """The most units that the plan looks at."""
        return len(self.reject_at) - 1

    def decide(self, n: int, errors: int) -> str:
        """The verdict with `errors` among the first `n` units of the draw.

        Where both limits are reached at once (only possible between looks inside a tolerance zone)
        breached is said, because the share is proven to be below the threshold.
        """
        if not 0 <= errors <= n:
            raise InputError(f"There cannot be {errors} errors among {n} units.")
        if n > self.cap:
            raise InputError(
                f"The plan ends after {self.cap} units, yet {n} were given.",
                remedy="Decide with the first units of the draw, or plan a larger audit beforehand.",
            )
        if errors >= self.reject_at[n]:
            return BREACHED
        return KEPT if errors <= self.accept_at[n] else INCONCLUSIVE

    def follow(self, wrong: Sequence[bool]) -> Stop:
        """Walk along the draw, unit by unit, to the first decision; units after it are not read."""
        errors = 0
        for n, is_wrong in enumerate(wrong, 1):
            errors += is_wrong
            verdict = self.decide(n, errors)
            if verdict != INCONCLUSIVE:
                return Stop(n, errors, verdict)
        return Stop(len(wrong), errors, INCONCLUSIVE)

    def more_items(self, n: int, errors: int) -> int | None:
        """How many further units would decide if errors kept coming at the rate so far; 0 if decided.

        Whole errors, rounded towards the undecided, so luck may need fewer. None where the plan's cap
        would be reached first.
        """
        if self.decide(n, errors) != INCONCLUSIVE:
            return 0
        later = np.arange(n + 1, self.cap + 1)
        expected = errors * later
        refused = expected // max(n, 1) >= self.reject_at[n + 1 :]
        accepted = -(-expected // max(n, 1)) <= self.accept_at[n + 1 :]
        decided = np.flatnonzero(refused | accepted)
        return int(decided[0]) + 1 if len(decided) else None

    def strikeouts(self, n: int, errors: int) -> int:
        """How many of the errors could be struck out with the verdict still breached; 0 if it is not."""
        return max(errors - int(self.reject_at[n]), 0)

    def changes(self) -> tuple[Limits, ...]:
        """The tables in short, for an annex: one row wherever either limit changes, in order of n."""
        possible = self.reject_at <= np.arange(self.cap + 1)
        reject = np.where(possible, self.reject_at, -1)
        moved = (np.diff(reject) != 0) | (np.diff(self.accept_at) != 0)
        return tuple(
            Limits(
                int(n),
                int(self.accept_at[n]) if self.accept_at[n] >= 0 else None,
                int(reject[n]) if possible[n] else None,
            )
            for n in np.flatnonzero(moved) + 1
        )


@dataclass(frozen=True)
class Limits:
    """From `n` units on: `kept` with at most `accept` errors, `breached` with at least `reject`.

    None where no number of errors decides.
    """

    n: int
    accept: int | None
    reject: int | None


@dataclass(frozen=True)
class Stop:
    """Where an audit stands: decided at `n`, or still inconclusive after all units given."""

    n: int
    errors: int
    verdict: str


@dataclass(frozen=True)
class OperatingRow:
    """How often and how fast a plan decides when the delivery's true accuracy is `accuracy`."""

    accuracy: float
    expected_items: float
    p95_items: int
    p_breached: float
    p_kept: float
    p_inconclusive: float


def wrong_units(population: int, accuracy: Fraction) -> int:
    """The number of wrong units of a delivery with this accuracy, rounded down."""
    return int(population * (1 - accuracy))


def operating_rows(
    limits: Boundaries, population: int, accuracies: Sequence[Fraction]
) -> tuple[OperatingRow, ...]:
    """One row an accuracy, exact for units drawn from `population` without replacement."""
    rates = np.array([wrong_units(population, accuracy) for accuracy in accuracies], dtype=np.float64)
    return _rows(limits, rates, [float(a) for a in accuracies], population)


def operating_rows_binomial(limits: Boundaries, accuracies: Sequence[Fraction]) -> tuple[OperatingRow, ...]:
    """One row an accuracy for independent units, as from a process without end."""
    rates = np.array([float(1 - accuracy) for accuracy in accuracies])
    return _rows(limits, rates, [float(a) for a in accuracies], None)


def error_chances(limits: Boundaries, population: int, allowed: int, intolerable: int) -> tuple[float, float]:
    """(chance of breached with `allowed` wrong units, chance of kept with `intolerable` wrong units)."""
    wrong = np.array([allowed, intolerable], dtype=np.float64)
    at_limit, beyond = _rows(limits, wrong, [0.0, 0.0], population)
    return at_limit.p_breached, beyond.p_kept


class ErrorCounts:
    """Distribution of the errors found so far, over the audits that have not ended; moves unit by unit.

    One row of `chances` for each assumed state of the delivery; column j belongs to `low` + j errors.
    `wrong` counts wrong units of `population`; without a population it holds rates of independent units.
    """

    def __init__(self, wrong: Floats, population: int | None, most_errors: int) -> None:
        self._drawn, self._size = (0, 1) if population is None else (1, population)
        self._wrong_left = wrong[:, None] - self._drawn * np.arange(most_errors + 1, dtype=np.float64)
        self.chances = np.ones((len(wrong), 1))
        self.low = 0
        self.n = 0

    def advance(self) -> None:
        """Look at one more unit."""
        rows, width = self.chances.shape
        found = self.chances * self._wrong_left[:, self.low : self.low + width]
        found *= 1.0 / (self._size - self._drawn * self.n)
        following = np.zeros((rows, width + 1))
        following[:, :-1] = self.chances - found
        following[:, 1:] += found
        self.chances = following
        self.n += 1

    def end_up_to(self, errors: int) -> Floats | float:
        """End the audits with `errors` or fewer; returns their chance in each row."""
        columns = errors - self.low + 1
        if columns <= 0:
            return 0.0
        ended, self.chances = self.chances[:, :columns], self.chances[:, columns:]
        self.low += columns
        return np.asarray(ended.sum(axis=1))

    def end_from(self, errors: int) -> Floats | float:
        """End the audits with `errors` or more; returns their chance in each row."""
        columns = max(errors - self.low, 0)
        if columns >= self.chances.shape[1]:
            return 0.0
        ended, self.chances = self.chances[:, columns:], self.chances[:, :columns]
        return np.asarray(ended.sum(axis=1))


def _rows(
    limits: Boundaries, wrong: Floats, accuracies: list[float], population: int | None
) -> tuple[OperatingRow, ...]:
    if population is not None and limits.cap > population:
        raise InputError(
            f"A plan of up to {limits.cap} units does not fit a delivery of {population}.",
            remedy="Plan at most as many units as the delivery has.",
        )
    accept_at, reject_at = limits.accept_at.tolist(), limits.reject_at.tolist()
    counts = ErrorCounts(wrong, population, min(max(reject_at), limits.cap))
    kept, breached = np.zeros(len(wrong)), np.zeros(len(wrong))
    expected, late = np.ones(len(wrong)), np.ones(len(wrong), dtype=np.int64)
    undecided = np.ones(len(wrong))
    for n in range(1, limits.cap + 1):
        counts.advance()
        kept += counts.end_up_to(accept_at[n])
        breached += counts.end_from(reject_at[n])
        undecided = counts.chances.sum(axis=1)
        if n < limits.cap:  # the chance to need more than n units, summed over n, is the mean
            expected += undecided
            late += undecided > _LATE
        if not undecided.any():
            break
    figures = zip(accuracies, expected, late, breached, kept, undecided, strict=True)
    return tuple(
        OperatingRow(a, float(e), int(t), float(b), float(k), float(u)) for a, e, t, b, k, u in figures
    )
