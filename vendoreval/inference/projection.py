"""The nearest rates a null hypothesis allows to what somebody believes, and the bet that follows from it.

Items lie in strata; stratum h has m_h of the M items that are left, W_h = m_h / M, and is drawn with a
chance of Q_h. The null says that at least R of the items left show an outcome; a belief says it has rates
q_h. The rates of the null that lie nearest to the belief, theta = argmin sum Q_h KL(q_h || theta_h) subject
to sum m_h theta_h = R, solve with omega_h = Q_h / W_h and one number nu >= 0

    nu theta_h (1 - theta_h) = omega_h (theta_h - q_h),      D_h = sqrt((omega_h - nu)^2 + 4 nu omega_h q_h),
    q_h / theta_h = (omega_h - nu + D_h) / (2 omega_h),
    (1 - q_h) / (1 - theta_h) = (omega_h + nu + D_h) / (2 omega_h).

These two are what money is multiplied by after an item with the outcome, and after one without it. Their
difference is nu / omega_h, so with r_h of the m_h items showing the outcome the money is expected to become
1 - (nu / M) (sum r_h - sum m_h theta_h): never more than 1 under the null, however the outcomes lie
among the strata and whatever the belief is. It is the bet that grows fastest if the belief is true
(Grünwald, de Heide & Koolen, Safe testing, JRSS B 2024).

"At least R wrong" is such a null; "at most R wrong" is one for the outcome *right*, with M - R and 1 - p.
Only sums, products, quotients and square roots are used: other machines find the same to the last digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_STEPS = 100
_NEWTON = 8  # steps, then every other one halves the bounds
_SURE = 1e-12
SLACK = 1e-10  # of the money is given away at most for not solving further
HALVINGS = 26  # of the interval from 1 to 8 in which a boost is sought
_HIGHEST_BOOST = 8.0


@dataclass(frozen=True, eq=False)
class Bets:
    """What money is multiplied by after a right and after a wrong item, by stratum (the first axis).

    `multiplier` is nu, of which the next bet's search starts; 0 where nothing is bet.
    """

    right: Floats
    wrong: Floats
    multiplier: Floats


def project(left: Any, share: Any, belief: Any, remaining: float, kept: bool) -> Floats | None:
    """The null's rates of wrong items nearest to `belief`; None where the null allows the belief itself.

    `left` items and the chance `share` of being drawn, by stratum. The null: at least `remaining` of the
    items left are wrong (`kept`, for it speaks against *kept*), or at most so many.
    """
    m, q, p = (np.asarray(values, dtype=np.float64) for values in (left, share, belief))
    if not kept and remaining <= 0:
        return np.zeros(len(m))
    p = np.clip(p, _SURE, 1 - _SURE)
    outcome, least = (p, remaining) if kept else (1 - p, m.sum() - remaining)
    found = _solve(m, _ratio(m, q), outcome, np.asarray(float(least)), None)
    if not found.nu > 0:
        return None
    theta = np.where(m > 0, found.theta, 0.0 if kept else 1.0)
    return np.asarray(theta if kept else 1 - theta)


def bets(
    left: Floats, share: Floats, belief: Floats, remaining: Floats, kept: NDArray[np.bool_],
    start: Floats | None = None, slack: float = SLACK,
) -> Bets:  # fmt: skip
    """The bets of many beliefs at once; strata lie on the first axis, the other axes broadcast.

    `belief`: rates of wrong items. `remaining` wrong items are what the null leaves: at least so many
    where `kept`, else at most. Nothing is bet where the null allows the belief or is certain.
    `start`: multipliers of the bets before, to start the search from. `slack`: the share of the money that a
    bet may give away for not searching further.
    """
    ratio = _ratio(left, share)
    total = left.sum(axis=0)
    outcome = np.where(kept, belief, 1 - belief)
    least = np.where(kept, remaining, total - remaining)
    least = np.where((remaining > 0) & (remaining < total), least, 0.0)
    found = _solve(left, ratio, outcome, least, start, slack)
    safe = 1 + found.nu * found.over  # exact for any nu: what the search has not reached is given away
    without = (ratio + found.nu + found.root) / (2 * ratio * safe)
    with_ = outcome / (found.theta * safe)
    return Bets(np.where(kept, without, with_), np.where(kept, with_, without), found.nu)


def boost(
    left: Floats, share: Floats, right: Floats, wrong: Floats, remaining: float, kept: bool, most: float
) -> float:
    """By how much all factors of a step may be raised because nothing counts beyond the goal.

    `right` and `wrong` are the step's factors by stratum, `most` is goal / money. The largest b from 1 to 8
    with which min(b F, most) is expected to be at most 1 under the worst null (Fischer & Ramdas,
    Improving Wald's test by avoiding the overshoot, 2024).
    """
    found = boosts(
        left[None], share[None], right[None], wrong[None], np.array([remaining]), kept, np.array([most])
    )
    return float(found[0])


def boosts(
    left: Floats, share: Floats, right: Floats, wrong: Floats, remaining: Floats, kept: bool, most: Floats,
    halvings: int = HALVINGS,
) -> Floats:  # fmt: skip
    """`boost` for many steps at once, along the first axis; fewer `halvings` find a little less."""
    found = np.ones(len(left))
    highest = np.where(left > 0, np.maximum(right, wrong), 0.0).max(axis=1)
    possible = (remaining > 0) & ((remaining < left.sum(axis=1)) | (not kept))
    rows = np.flatnonzero(possible & (highest > most))
    if not len(rows):
        return found
    m, q, f0, f1 = left[rows], share[rows], right[rows], wrong[rows]
    least, limit = remaining[rows], most[rows][:, None]
    low, high = np.ones(len(rows)), np.full(len(rows), _HIGHEST_BOOST)
    for _ in range(halvings):
        middle = (low + high) / 2
        by = middle[:, None]
        fits = _worst_mean(m, q, np.minimum(by * f0, limit), np.minimum(by * f1, limit), least, kept) <= 1
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    found[rows] = low
    return found


def _worst_mean(m: Floats, q: Floats, right: Floats, wrong: Floats, remaining: Floats, kept: bool) -> Floats:
    """The expected factor where the null's wrong items lie in the strata that raise it most."""
    per_item = np.divide(q * (wrong - right), m, out=np.full(m.shape, -np.inf), where=m > 0)
    order = np.argsort(-per_item, axis=1, kind="stable")
    rows = np.arange(len(m))[:, None]
    slope, room = per_item[rows, order], m[rows, order]
    before = np.cumsum(room, axis=1) - room
    needed = np.clip(remaining[:, None] - before, 0, room)
    # at least so many: all of them where they raise the mean; at most: none where they do not
    needed = np.where(slope > 0, room if kept else needed, needed if kept else 0.0)
    raised = np.where(needed > 0, needed * np.where(room > 0, slope, 0.0), 0.0)
    return np.asarray((q * right).sum(axis=1) + raised.sum(axis=1))


def _ratio(left: Floats, share: Floats) -> Floats:
    """Q_h / W_h; 1 for strata of which nothing is left."""
    total = left.sum(axis=0)
    ones = np.ones(np.broadcast(left, share).shape)
    return np.asarray(np.divide(share * total, left, out=ones, where=left > 0))


@dataclass(frozen=True, eq=False)
class _Solved:
    """nu (0 where no bet is made), theta and D, and by how much sum W_h theta_h lies above the null's share."""

    nu: Floats
    theta: Floats
    root: Floats
    over: Floats


def _solve(
    left: Floats, ratio: Floats, outcome: Floats, least: Floats, start: Floats | None, slack: float = SLACK
) -> _Solved:
    """With one stratum nu = (t - q) / (t (1 - t)), t being the null's share. Of several strata the same figure
    of their mean t is nearly linear in nu, so that Newton's steps on it, kept between bounds, are few.
    """
    total = left.sum(axis=0)
    part = left / total
    mean = (part * outcome).sum(axis=0)
    bet = (mean * total < least) & (least < total)
    target = np.where(bet, least / total, (1 + mean) / 2)
    aim = np.where(bet, (target - mean) / (target * (1 - target)), 0.0)
    nu = aim if start is None else np.where(bet & (start > 0), start, aim)
    low, high = np.zeros(nu.shape), np.full(nu.shape, np.inf)
    for step in range(_STEPS):
        theta, root = _rates(ratio, nu, outcome)
        reached = (part * theta).sum(axis=0)
        gap = reached - target
        solved = np.abs(gap) * nu <= slack
        if solved.all():
            break
        slope = (part * theta * (1 - theta) / root).sum(axis=0)
        low, high = np.where(gap < 0, nu, low), np.where(gap > 0, nu, high)
        spread, off = reached * (1 - reached), reached - mean
        with np.errstate(divide="ignore", invalid="ignore"):
            steeper = (spread - off * (1 - 2 * reached)) * slope
            next_ = nu + (aim * spread - off) * spread / steeper
        inside = (next_ > low) & (next_ < high) & (step < _NEWTON or step % 2 == 0)
        if not inside.all():
            next_ = np.where(inside, next_, np.where(np.isinf(high), 2 * nu + 1, (low + high) / 2))
        nu = np.where(solved, nu, next_)
    return _Solved(nu, theta, root, np.where(bet, np.maximum(gap, 0.0), 0.0))


def _rates(ratio: Floats, nu: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """(theta, D), without cancellation."""
    less = ratio - nu
    twice = 2 * ratio * outcome
    root = np.sqrt(less * less + 2 * nu * twice)
    whole = np.abs(less) + root
    before = less >= 0
    return np.where(before, twice, whole) / np.where(before, whole, 2 * nu), root
