"""What the active rule bets on: candidate rates of wrong items by stratum, fixed before the draw.

Each alternative is a share of wrong items in the whole delivery and a shape: how much more often items of
one stratum are wrong than those of another. The shapes reach from "the side information is useless" to
"it is excellent", so nothing is claimed about the judge that made it. Any choice made before the draw
keeps the error rates; it only decides how soon the audit ends.

In the course of the audit an alternative learns: with n_h items seen, s_h of them wrong, it expects the next
one to be wrong with a chance of (a_h pi_h + s_h) / (a_h + n_h), for its rates pi_h and strengths a_h.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.active_allocation import best_allocation

Floats = NDArray[np.float64]

_BEYOND_WORSE = (1.5, 2.2, 3.3, 5.0, 8.0)  # times the intolerable share
_BEYOND_BETTER = (0.67, 0.43, 0.25, 0.12, 0.03)  # times the allowed share
_TOTALS = (0.35, 0.35, 0.06, 0.06, 0.06, 0.06, 0.06)  # middle of the zone, its far edge, five beyond
_LIFTS = (1.0, 6.0, 40.0, 250.0)  # how much more often flagged items are wrong
_POWERS = (0.0, 0.4, 0.8, 1.3)  # of the predicted rates
# The hedge against useless and adversarial side information: about half of the money, and still more of the
# draws, begin with "it is useless" (the first shape); answers move both (docs/decisions/0034-active-audits.md)
_AGAINST_KEPT, _AGAINST_BROKEN = (0.55, 0.15, 0.15, 0.15), (0.46, 0.18, 0.18, 0.18)
_DRAWING = (0.7, 0.1, 0.1, 0.1)
_PLAIN = (0.4, 0.2, 0.2, 0.2)  # of both, without the hedge
_HIGHEST, _LEAST_PREDICTED = 0.93, 0.004
_SAME = 1e-9  # shares of a number by which other machines differ at most
_STRENGTH = 300.0  # right or wrong items, whichever are rarer, that an alternative's rates are worth


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Bets against both nulls; arrays by alternative, or by alternative and stratum.

    `kept[g]`: g is a bet against "at least the intolerable number of wrong items", else against "at most the
    allowed number". `weights`, of the money, sum to 1 on each side. `allocation[g]`: how items are best drawn
    if g is true; `drawing[g]`: how far that counts before there are answers.
    """

    kept: NDArray[np.bool_]
    rates: Floats
    strengths: Floats
    weights: Floats
    drawing: Floats
    allocation: Floats

    def like(self, other: Alternatives) -> bool:
        """Whether `other` bets the same, but for the last digits that other machines find.

        How items are best drawn (`allocation`) is searched for step by step, and where two steps are equally
        good machines may differ in it: any chances will do.
        """
        pairs = ((self.rates, other.rates), (self.strengths, other.strengths), (self.weights, other.weights),
                 (self.drawing, other.drawing))  # fmt: skip
        if self.allocation.shape != other.allocation.shape or not np.array_equal(self.kept, other.kept):
            return False
        chances = bool((other.allocation >= 0).all() and np.allclose(other.allocation.sum(axis=1), 1))
        return chances and all(
            one.shape == two.shape and np.allclose(one, two, rtol=_SAME, atol=0) for one, two in pairs
        )

    def to_json(self) -> list[dict[str, Any]]:
        """All that the other side needs to repeat the bets."""
        return [
            {
                "against": "broken" if self.kept[g] else "kept",
                "weight": float(self.weights[g]),
                "drawing": float(self.drawing[g]),
                "rates": self.rates[g].tolist(),
                "strengths": self.strengths[g].tolist(),
                "allocation": self.allocation[g].tolist(),
            }
            for g in range(len(self.weights))
        ]

    @classmethod
    def from_json(cls, records: Sequence[dict[str, Any]]) -> Alternatives:
        """The inverse of `to_json`."""

        def column(name: str) -> Floats:
            return np.array([record[name] for record in records], dtype=np.float64)

        return cls(
            np.array([record["against"] == "broken" for record in records]),
            column("rates"), column("strengths"), column("weight"), column("drawing"), column("allocation"),
        )  # fmt: skip


def default_alternatives(
    sizes: Sequence[int], allowed: float, intolerable: float, predicted: Sequence[float] | None,
    floor: float, hedge: bool = True,
) -> Alternatives:  # fmt: skip
    """The bets for strata of these sizes. `predicted`: rates of wrong items that the side information
    predicts by stratum; None for two strata of which the second is flagged. `hedge`: against useless and
    adversarial side information.
    """
    left = np.asarray(sizes, dtype=np.float64)
    shares = left / left.sum()
    totals, sides, weights = _totals(allowed / left.sum(), intolerable / left.sum())
    shapes = _shapes(len(left), predicted)
    by_shape = (_AGAINST_KEPT, _AGAINST_BROKEN, _DRAWING) if hedge else (_PLAIN,) * 3
    against_kept, against_broken, drawing = (
        np.array(by[: len(shapes)]) / sum(by[: len(shapes)]) for by in by_shape
    )
    money = np.where(np.array(sides)[:, None], against_broken, against_kept)
    rates = np.array([_rates(total, shape, shares) for total in totals for shape in shapes])
    made = Alternatives(
        kept=np.repeat(sides, len(shapes)),
        rates=rates,
        strengths=_STRENGTH / np.minimum(rates, 1 - rates),
        weights=(np.array(weights)[:, None] * money).ravel(),
        drawing=np.outer(weights, drawing).ravel(),
        allocation=np.zeros(rates.shape),
    )
    return replace(made, allocation=best_allocation(left, rates, allowed, intolerable, floor))


def _totals(allowed: float, intolerable: float) -> tuple[list[float], list[bool], list[float]]:
    """Shares of wrong items, which null they are bet against, and weights."""
    better_edge = allowed or intolerable / 30
    middle = math.sqrt(better_edge * intolerable)
    worse = [middle, intolerable, *(intolerable * by for by in _BEYOND_WORSE)]
    better = [middle, better_edge, *(better_edge * by for by in _BEYOND_BETTER)]
    sides = [False] * len(worse) + [True] * len(better)
    return worse + better, sides, [*_TOTALS, *_TOTALS]


def _shapes(strata: int, predicted: Sequence[float] | None) -> list[Floats]:
    """Relative rates by stratum, from no difference to the greatest."""
    if strata == 1:
        return [np.ones(1)]
    if predicted is None:
        return [np.array([1.0, lift]) for lift in _LIFTS]
    rates = np.maximum(np.asarray(predicted, dtype=np.float64), _LEAST_PREDICTED)
    return [rates**power for power in _POWERS]


def _rates(total: float, shape: Floats, shares: Floats) -> Floats:
    """Rates of this shape with this mean; none above the highest, what they cannot hold goes to the others."""
    rates = np.zeros(len(shape))
    free = np.ones(len(shape), dtype=bool)
    total = min(total, _HIGHEST)
    for _ in shape:
        left = total - _HIGHEST * shares[~free].sum()
        rates = np.where(free, shape * left / (shares * shape)[free].sum(), _HIGHEST)
        fits = free & (rates <= _HIGHEST)
        if fits.sum() in (0, free.sum()):
            break
        free = fits
    return np.minimum(rates, _HIGHEST)
