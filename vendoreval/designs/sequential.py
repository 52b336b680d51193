"""The sequential audit: stop as soon as the sample decides, look as often as you like.

Units are drawn from N without replacement; n were seen, s of them wrong. For a null of k wrong units
and bets on K_1, K_2, … with weights w the e-value is the mixture of likelihood ratios

    E(n, s) = sum_g w_g C(K_g, s) C(N - K_g, n - s) / (C(k, s) C(N - k, n - s)).

By the monotone likelihood ratio it is a supermartingale under every K on the null's side of k, so it
ever reaches 1/alpha with a chance of at most alpha (Ville 1939), whenever and however often one looks.
Because E depends on (n, s) alone, the decisions are two tables of integers that can stand in an annex
before the audit begins. One bet: Wald's SPRT without replacement (Meeker 1975). Spread bets: the
prior-posterior ratio of Waudby-Smith & Ramdas (2020), aimed at the threshold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.acceptance import find_plan
from vendoreval.designs.dynamic import Boundaries, OperatingRow, error_chances, operating_rows
from vendoreval.designs.sequential_priors import Bets, Priors, default_priors
from vendoreval.errors import InputError
from vendoreval.inference.falling import Floats, log_falling
from vendoreval.inference.hypergeometric import allowed_errors, smallest

_CAP_WITHOUT_ZONE = 2_000
_ROUNDS = 12  # of the calibration; each brings both error rates nearer to what was agreed
_NEAR = 0.993  # of the agreed error rate is near enough
_MARGIN = 0.001
_LOWEST = math.log(1.05)  # no e-value below this ends an audit, however small the cap


@dataclass(frozen=True)
class SequentialDesign:
    """A sequential audit, fixed before the first unit is seen.

    *breached* rejects "at most `allowed` wrong units", *kept* rejects "at least `intolerable` wrong
    units"; intolerable = allowed + 1 where there is no tolerance zone. `alpha` and `beta` bound the
    chances of a wrong *breached* and a wrong *kept*. `cap` is the most units looked at. A calibrated
    design lowers both thresholds until these chances at the cap are used up exactly: shorter audits,
    but valid for this cap only. `priors`: None for the default bets.
    """

    population: int
    allowed: int
    intolerable: int
    alpha: float
    beta: float
    cap: int
    calibrated: bool = False
    priors: Priors | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.allowed < self.intolerable <= self.population:
            raise InputError(
                f"{self.allowed} allowed and {self.intolerable} intolerable errors do not fit "
                f"{self.population} units.",
                remedy="Use a threshold above 0, and a tolerated share that is not above it.",
            )
        if not 1 <= self.cap <= self.population:
            raise InputError(
                f"An audit of up to {self.cap} units does not fit a delivery of {self.population}.",
                remedy=f"Choose 1 to {self.population} units.",
            )
        if not (0 < self.alpha < 1 and 0 < self.beta < 1):
            raise InputError("Both risks of a sequential audit lie between 0 and 1.")

    @property
    def bets(self) -> Priors:
        """The bets in use."""
        return self.priors or default_priors(self.population, self.allowed, self.intolerable)


@dataclass(frozen=True)
class EValues:
    """Evidence against "the clause is kept" and against "it is broken"; infinite when it is certain.

    `p_breached` and `p_kept` are the p-values of this look, 1 / E, at most 1.
    """

    breached: float
    kept: float

    @property
    def p_breached(self) -> float:
        return 1 / max(self.breached, 1.0)

    @property
    def p_kept(self) -> float:
        return 1 / max(self.kept, 1.0)


def sequential_design(
    population: int,
    threshold: Fraction,
    tolerated: Fraction | None = None,
    alpha: float = 0.05,
    beta: float = 0.05,
    cap: int | None = None,
    calibrated: bool = False,
) -> SequentialDesign:
    """The design for a contract's shares of right units.

    Without `cap`: 2.5 times the fixed sample with the same risks where there is a tolerance zone,
    else 2,000 units; never more than the delivery. Raises InputError where nothing can be decided.
    """
    allowed = allowed_errors(population, threshold)
    intolerable = allowed + 1
    if tolerated is not None:
        if tolerated > threshold:
            raise InputError(
                f"The tolerated share {float(tolerated):g} is above the threshold {float(threshold):g}.",
                remedy="Tolerate a share below the threshold, or leave it out.",
            )
        intolerable = max(math.ceil(population * (1 - tolerated)), intolerable)
    if cap is None:
        zone = intolerable > allowed + 1
        wanted = _CAP_WITHOUT_ZONE
        if zone:
            wanted = 5 * find_plan(population, allowed, intolerable, alpha, beta).n // 2
        cap = min(wanted, population)
    return SequentialDesign(population, allowed, intolerable, alpha, beta, cap, calibrated)


def e_values(design: SequentialDesign, n: int, errors: int) -> EValues:
    """Both e-values with `errors` among the first `n` units of the draw.

    A calibrated design decides by its tables alone: it ends with e-values somewhat below 1 / risk.
    """
    if not 0 <= errors <= n <= design.population:
        raise InputError(f"{errors} errors among {n} units do not fit {design.population} units.")
    at, wrong = np.array([float(n)]), np.array([float(errors)])
    logs = _breached(design)(at, wrong)[0], _kept(design)(at, wrong)[0]
    with np.errstate(over="ignore"):
        against, for_ = np.exp(logs)
    return EValues(float(against), float(for_))


def boundaries(design: SequentialDesign) -> Boundaries:
    """The integer tables of the design; the calibrated ones where it says so."""
    log_breached, log_kept = -math.log(design.alpha), -math.log(design.beta)
    limits = _boundaries(design, log_breached, log_kept)
    return _calibrated(design, limits) if design.calibrated else limits


def operating_characteristic(
    design: SequentialDesign, accuracies: Sequence[Fraction]
) -> tuple[OperatingRow, ...]:
    """How often and how fast the audit decides, exactly, for each true accuracy."""
    return operating_rows(boundaries(design), design.population, accuracies)


_LogE = Callable[[Floats, Floats], Floats]


def _breached(design: SequentialDesign) -> _LogE:
    return _log_e(design.population, design.allowed, design.bets.breached, math.inf)


def _kept(design: SequentialDesign) -> _LogE:
    return _log_e(design.population, design.intolerable, design.bets.kept, -math.inf)


def _log_e(population: int, null: int, bets: Bets, beyond: float) -> _LogE:
    """log E(n, s) for arrays of n and s; `beyond` is its value once more than `null` errors were found."""

    def log_e(n: Floats, s: Floats) -> Floats:
        right = n - s
        against = log_falling(null, s) + log_falling(population - null, right)
        ratios = log_falling(bets.wrong, s[:, None]) + log_falling(population - bets.wrong, right[:, None])
        ratios += np.log(bets.weights)
        highest = ratios.max(axis=1)
        shift = np.where(np.isfinite(highest), highest, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            mixed = shift + np.log(np.exp(ratios - shift[:, None]).sum(axis=1)) - against
        mixed = np.where(right > population - null, -beyond, mixed)
        return np.where(s > null, beyond, mixed)

    return log_e


def _boundaries(design: SequentialDesign, log_breached: float, log_kept: float) -> Boundaries:
    """For each number of errors the last n that proves the breach, and the first that disproves it.

    Both are monotone in n (one bisection for all numbers of errors at once) and in the errors.
    """
    cap = design.cap
    breached, kept = _breached(design), _kept(design)
    most = smallest(lambda s: s > cap or _at(breached, cap, s) >= log_breached, 0, cap + 1)
    errors = np.arange(most + 1, dtype=np.float64)
    last = _first(lambda n: breached(n, errors) < log_breached, errors, cap) - 1
    fewest = smallest(lambda s: s > cap or _at(kept, cap, s) < log_kept, 0, cap + 1)
    errors = np.arange(fewest, dtype=np.float64)
    first = _first(lambda n: kept(n, errors) >= log_kept, errors, cap)
    n = np.arange(cap + 1)
    reject_at = np.searchsorted(last, n, side="left")
    accept_at = np.searchsorted(first, n, side="right") - 1
    return Boundaries(np.minimum(reject_at, n + 1), np.minimum(accept_at, n))


def _at(log_e: _LogE, n: int, errors: int) -> float:
    return float(log_e(np.array([float(n)]), np.array([float(errors)]))[0])


def _first(holds: Callable[[Floats], NDArray[np.bool_]], start: Floats, cap: int) -> Floats:
    """For each entry the first n from `start` to `cap` at which it holds, else cap + 1; it never falls back."""
    low, high = start.copy(), np.full(len(start), cap + 1.0)
    while (low < high).any():
        middle = np.minimum(np.floor((low + high) / 2), cap)
        found = holds(middle) & (low < high)
        high = np.where(found, middle, high)
        low = np.where(found | (low >= high), low, middle + 1)
    return low


def _calibrated(design: SequentialDesign, limits: Boundaries) -> Boundaries:
    """Lower both thresholds until the error rates at the edges are alpha and beta, never above.

    Errors are worst at the edges: more wrong units only add errors to every path of the same draw. An
    error rate is roughly inverse to its threshold, which makes a good next guess of both.
    """
    agreed = np.array([design.alpha, design.beta])
    logs = -np.log(agreed)
    used = _used(design, limits)
    best, best_used = limits, used
    for attempt in range(_ROUNDS):
        fits = (used <= agreed) & (used >= _NEAR * agreed)
        if fits.all():
            return limits
        guess = np.log(np.maximum(used / agreed, 0.2)) + np.where(used > agreed, _MARGIN, 0.0)
        step = guess if attempt < _ROUNDS // 4 else guess / 2  # the tables are integers: do not overshoot
        logs = np.maximum(logs + np.where(fits, 0.0, step), _LOWEST)
        limits = _boundaries(design, float(logs[0]), float(logs[1]))
        used = _used(design, limits)
        if (used <= agreed).all() and used.sum() > best_used.sum():
            best, best_used = limits, used
    return best


def _used(design: SequentialDesign, limits: Boundaries) -> Floats:
    return np.array(error_chances(limits, design.population, design.allowed, design.intolerable))
