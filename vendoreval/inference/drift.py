"""Does the share of errors rise over time? Charts, change tests, and where a change began.

- `p_chart`: Shewhart's limits for a picture.
- `change`: one sample, looked at once: the later units against the earlier ones, at 19 cuts laid down
  beforehand (each twentieth of the units), Bonferroni over the cuts.
- `tenure_change`: every annotator's later half against the same annotator's earlier half, exact.
- `watch`: an e-process that may be looked at after every unit, for an unknown rate before the change.
- `Cusum`, `shiryaev_roberts`: known rates before and after; mean run lengths and e-detector.

Units of the same time are never parted, so the order of rows plays no part.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, xlogy

from vendoreval.inference.comparing import Codes, Comparison, Mask, compare_shares, least, one_sided_p
from vendoreval.inference.hypergeometric import p_breach, tail_of_sum
from vendoreval.inference.ordering import by_codes, dense, starts_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CUTS = 20
_PARTS = 100  # weight of the first change points of `watch`: flat over about as many


@dataclass(frozen=True)
class PChart:
    """Limits of three standard deviations around the mean share, point by point."""

    centre: float
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    outside: tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """The best cut: units at or after `onset` against those before it.

    `p` holds for all cuts together. [onset_low, onset_high] holds the true onset in about 95 of 100
    cases, if there was one sudden change. Times are in the unit that was given.
    """

    p: float
    onset: int
    onset_low: int
    onset_high: int
    later: Comparison


def p_chart(n: Sequence[float], errors: Sequence[float]) -> PChart:
    """Chart of the share of errors in samples of `n` units (or effective units), every n above 0."""
    counts = np.asarray(n, dtype=np.float64)
    shares = np.asarray(errors, dtype=np.float64) / counts
    centre = float(sum(errors) / counts.sum())
    reach = 3 * np.sqrt(centre * (1 - centre) / counts)
    lower, upper = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)
    outside = np.flatnonzero((shares < lower - 1e-12) | (shares > upper + 1e-12))
    return PChart(centre, tuple(lower.tolist()), tuple(upper.tolist()), tuple(outside.tolist()))


def change(wrong: Mask, when: Ints, *clusterings: Codes) -> Change | None:
    """Whether later units are worse; None where all units have the same time."""
    times, place = dense(when)
    if len(times) < 2:
        return None
    total, errors = len(wrong), int(wrong.sum())
    n = np.cumsum(np.bincount(place)).astype(np.int64)[:-1]
    s = np.cumsum(np.bincount(place, weights=wrong))[:-1]
    cuts = np.unique(_near(n, total * np.arange(1, CUTS) / CUTS)).tolist()
    bounds = {cut: p_breach(total, errors, total - int(n[cut]), errors - int(s[cut])) for cut in cuts}

    def exact(cut: int) -> tuple[float, float]:
        p = one_sided_p(wrong, place > cut, *clusterings)
        return p, p

    p = min(1.0, len(cuts) * least(bounds, exact))
    best, low, high = _onset(_gain(n.astype(np.float64), s.astype(np.float64), float(total), float(errors)))
    later = compare_shares(wrong, place > best, *clusterings)
    assert later is not None
    return Change(p, int(times[best + 1]), int(times[low + 1]), int(times[high + 1]), later)


def _near(n: Ints, wanted: Floats) -> Ints:
    """The cut nearest to each wanted number of earlier units, `n` being sorted."""
    right = np.clip(np.searchsorted(n, wanted), min(1, len(n) - 1), len(n) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(wanted - n[left] <= n[right] - wanted, left, right)


def _gain(n: Floats, s: Floats, total: float, errors: float) -> Floats:
    """Log likelihood that a rise at each cut explains; 0 where the rate falls."""

    def fit(wrong: Floats | float, units: Floats | float) -> Floats:
        right = units - wrong
        return np.asarray(xlogy(wrong, wrong / units) + xlogy(right, right / units))

    gain = np.zeros(len(n))
    rises = np.flatnonzero((errors - s) * n > s * (total - n))
    n, s = n[rises], s[rises]
    gain[rises] = fit(s, n) + fit(errors - s, total - n) - fit(errors, total)
    return gain


def _onset(gain: Floats) -> tuple[int, int, int]:
    """The best cut and the range of the most likely cuts that hold 95 % of the likelihood."""
    weight = np.exp(gain - gain.max())
    order = np.argsort(-weight, kind="stable")
    share = np.cumsum(weight[order]) / weight.sum()
    kept = order[: int(np.searchsorted(share, 0.95)) + 1]
    return int(gain.argmax()), int(kept.min()), int(kept.max())


def tenure_change(wrong: Mask, annotator: Codes, when: Ints, item: Codes) -> Comparison | None:
    """Each annotator's later half of units against the same annotator's earlier half.

    People who err more than others do not disturb it: only the order within a person counts. The
    exact p is the tail of the sum of the people's hypergeometric counts. None where nobody has two times.
    """
    order = by_codes(annotator, when)
    begin = starts_of(annotator[order])
    size = np.diff(np.append(begin, len(order)))
    person, place = np.repeat(np.arange(len(size)), size), np.arange(len(order)) - np.repeat(begin, size)
    halves = _halves(starts_of(annotator[order], when[order]), person, place, size)
    some = halves > 0
    rows, late = order[some[person]], (place >= halves[person])[some[person]]
    if not len(rows):
        return None
    errors = np.bincount(person, weights=wrong[order]).astype(np.int64)
    missed = wrong[rows]
    found = compare_shares(missed, late, item[rows])
    assert found is not None
    parts = zip(size[some].tolist(), errors[some].tolist(), (size - halves)[some].tolist(), strict=True)
    exact = tail_of_sum(parts, int(missed[late].sum()))
    plain = p_breach(len(rows), int(missed.sum()), int(late.sum()), int(missed[late].sum()))
    clustered = found.p if found.p > plain else 0.0  # only where labels of an item err together
    return replace(found, p=max(exact, clustered))


def _halves(moments: Ints, person: Ints, place: Ints, size: Ints) -> Ints:
    """The units in the earlier half of each person, parting no time; 0 where there is but one time.

    Rows by person and time: `moments` are where a person or a time begins, `place` is a row's number within the
    person's.
    """
    cuts = moments[place[moments] > 0]
    word = int(size.max(initial=0)) + 1
    distance = np.abs(2 * place[cuts] - size[person[cuts]])
    nearest = np.full(len(size), np.iinfo(np.int64).max)
    np.minimum.at(nearest, person[cuts], distance * word + place[cuts])
    return np.where(nearest < np.iinfo(np.int64).max, nearest % word, 0)


def watch(wrong: Sequence[float] | Mask, n: Sequence[float] | None = None, every: int = 1) -> Floats:
    """e-values after each `every` steps: evidence that the error rate was not constant so far.

    A step is one unit, or a delivery of `n` units with `wrong` errors; both may be effective numbers.
    The values mix all change points between steps, and all rates, against the best constant rate. If the
    rate is constant, they ever reach 1/alpha with a chance of at most alpha, whatever the rate is
    (universal inference: Wasserman, Ramdas & Balakrishnan, PNAS 117, 2020). Change points lie after steps
    1 … 64, then one in fifty further on; their weights do not depend on how many steps follow.
    """
    errors = np.concatenate([[0.0], np.cumsum(np.asarray(wrong, dtype=np.float64))])
    sizes = np.ones(len(errors) - 1) if n is None else np.asarray(n, dtype=np.float64)
    units = np.concatenate([[0.0], np.cumsum(sizes)])
    points = _points(len(errors) - 1)
    k = np.arange(len(points), dtype=np.float64)
    weight = np.log(_PARTS / ((k + _PARTS) * (k + _PARTS + 1)))
    before = _mixture(errors[points], units[points])
    path = []
    for step in range(every, len(errors), every):
        m = int(np.searchsorted(points, step))
        after = _mixture(errors[step] - errors[points[:m]], units[step] - units[points[:m]])
        changed = weight[:m] + before[:m] + after
        none_yet = math.log(_PARTS / (m + _PARTS)) + float(_mixture(errors[step], units[step]))
        top = max(float(changed.max(initial=-math.inf)), none_yet)
        mixed = top + math.log(float(np.exp(changed - top).sum()) + math.exp(none_yet - top))
        rate = errors[step] / units[step]
        path.append(mixed - float(xlogy(errors[step], rate) + xlogy(units[step] - errors[step], 1 - rate)))
    return np.exp(np.minimum(np.asarray(path, dtype=np.float64), 700.0))


def _points(n: int) -> Ints:
    points = list(range(1, min(n, 65)))
    while points and points[-1] * 51 // 50 < n:
        points.append(max(points[-1] + 1, points[-1] * 51 // 50))
    return np.asarray(points, dtype=np.int64)


def _mixture(errors: Floats | float, n: Floats | float) -> Floats:
    """Log chance of a given sequence with `errors` in `n`, the rate being Beta(1/2, 1/2)."""
    return np.asarray(betaln(errors + 0.5, n - errors + 0.5) - betaln(0.5, 0.5))


@dataclass(frozen=True)
class Cusum:
    """Bernoulli CUSUM on a lattice: an error adds `up - 1`, a right unit takes 1 off, alarm at `limit`.

    Reynolds & Stoumbos, J. Quality Technology 31 (1999): up = r2 / r1 for the change from p0 to p1.
    """

    up: int
    limit: int

    @classmethod
    def between(cls, p0: float, p1: float, limit: int) -> Cusum:
        """The chart that is quickest for a rise from `p0` to `p1`."""
        r1 = -math.log((1 - p1) / (1 - p0))
        return cls(round(math.log(p1 * (1 - p0) / (p0 * (1 - p1))) / r1), limit)

    def alarm(self, wrong: Sequence[bool] | Mask) -> int | None:
        """The number of units after which the alarm is raised; None if it never is."""
        level = 0
        for count, missed in enumerate(wrong, 1):
            level = max(level + (self.up - 1 if missed else -1), 0)
            if level >= self.limit:
                return count
        return None

    def mean_run(self, rate: float) -> float:
        """Mean number of units until the alarm at an error rate, from level 0 (exact Markov chain)."""
        states = self.limit
        moves = np.zeros((states, states))
        rows = np.arange(states)
        np.add.at(moves, (rows, np.maximum(rows - 1, 0)), 1 - rate)
        stay = rows + self.up - 1 < states
        np.add.at(moves, (rows[stay], rows[stay] + self.up - 1), rate)
        return float(np.linalg.solve(np.eye(states) - moves, np.ones(states))[0])


def shiryaev_roberts(wrong: Sequence[bool] | Mask, p0: float, p1: float) -> Floats:
    """e-detector path M_n = e_n (1 + M_{n-1}); an alarm at M >= 1/alpha comes after 1/alpha units on average
    or later while the rate is at most `p0` < `p1` (Shin, Ramdas & Rinaldo, NEJSDS 2023)."""
    level, path = 0.0, []
    for missed in wrong:
        level = (p1 / p0 if missed else (1 - p1) / (1 - p0)) * (1 + level)
        path.append(level)
    return np.asarray(path, dtype=np.float64)
