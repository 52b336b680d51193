"""Many audits by the active rule at once, step by step: what was seen, both moneys, where to draw next.

One engine serves one audit and thousands of simulated ones; audits lie on the first axis.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vendoreval.designs.active_allocation import thousandths
from vendoreval.designs.dynamic import BREACHED, INCONCLUSIVE, KEPT
from vendoreval.inference.projection import HALVINGS, SLACK, Bets, Floats, bets, boosts

if TYPE_CHECKING:
    from vendoreval.designs.active import ActiveDesign

Ints = NDArray[np.int64]

VERDICTS = (INCONCLUSIVE, BREACHED, KEPT)
_SURE = 1e-6  # no alternative believes in a rate nearer to 0 or 1
_ROUNDING = 1e-9  # money must lie so much above its goal
_LEAST = 1e-300  # what is left of money that was lost


@dataclass
class Walks:
    """Where `len(seen)` audits stand.

    By audit and stratum: `seen` and `wrong` items. By audit and alternative: `money`, the logarithm of
    what 1 became, and `likelihood`, of the answers. By audit and side (breached, kept): `boosted`, a logarithm.
    """

    design: ActiveDesign
    seen: Floats
    wrong: Floats
    money: Floats
    likelihood: Floats
    boosted: Floats
    multiplier: Floats | None = None
    slack: float = SLACK
    halvings: int = HALVINGS

    @classmethod
    def start(
        cls, design: ActiveDesign, walks: int = 1, slack: float = SLACK, halvings: int = HALVINGS
    ) -> Walks:
        """Audits at their beginning. `slack`: of the money, given away at each step at most; `halvings`: in the
        search for a boost, of which fewer give away a little, too.
        """
        strata, bets_ = len(design.sizes), len(design.alternatives.weights)
        seen, wrong, money, likelihood, boosted = (
            np.zeros((walks, width)) for width in (strata, strata, bets_, bets_, 2)
        )
        return cls(design, seen, wrong, money, likelihood, boosted, None, slack, halvings)

    def take(self, rows: NDArray[np.bool_] | Ints) -> Walks:
        """Some of the audits, or some several times."""
        return Walks(
            self.design, self.seen[rows], self.wrong[rows], self.money[rows], self.likelihood[rows],
            self.boosted[rows], None if self.multiplier is None else self.multiplier[rows],
            self.slack, self.halvings,
        )  # fmt: skip

    @property
    def left(self) -> Floats:
        """Items not yet seen, by stratum."""
        return np.asarray(self.design.sizes, dtype=np.float64) - self.seen

    def moneys(self) -> Floats:
        """Both moneys, by audit and side."""
        weights, kept = self.design.alternatives.weights, self.design.alternatives.kept
        with np.errstate(over="ignore"):
            by_bet = np.exp(self.money) * weights
            sums = np.stack([by_bet[:, ~kept].sum(axis=1), by_bet[:, kept].sum(axis=1)], axis=1)
            return np.asarray(sums * np.exp(self.boosted))

    def beliefs(self) -> Floats:
        """The next item's chance of being wrong, by stratum, audit and alternative."""
        made = self.design.alternatives
        strengths, rates = made.strengths.T[:, None, :], made.rates.T[:, None, :]
        told = strengths * rates + self.wrong.T[:, :, None]
        return np.clip(told / (strengths + self.seen.T[:, :, None]), _SURE, 1 - _SURE)

    def wanted(self) -> Floats:
        """Chances of the strata as the answers so far suggest them, by audit."""
        made, floor = self.design.alternatives, self.design.floor
        left = self.left
        uniform = left / left.sum(axis=1, keepdims=True)
        posterior = made.drawing * np.exp(self.likelihood - self.likelihood.max(axis=1, keepdims=True))
        towards = posterior @ made.allocation / posterior.sum(axis=1, keepdims=True)
        chances = np.where(left > 0, floor * uniform + (1 - floor) * towards, 0.0)
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))

    def shares(self) -> Ints:
        """The same in thousandths, as a block of draws uses them."""
        return thousandths(self.left, self.design.floor, self.wanted())

    def bets(self, chances: Floats, beliefs: Floats) -> Bets:
        """Every alternative's bet on the next item, drawn with these chances."""
        kept = self.design.alternatives.kept
        limit = np.where(kept, self.design.intolerable, self.design.allowed)
        remaining = limit - self.wrong.sum(axis=1)[:, None]
        return bets(
            self.left.T[:, :, None], chances.T[:, :, None], beliefs, remaining, kept,
            self.multiplier, self.slack,
        )  # fmt: skip

    def observe(self, chances: Floats, stratum: Ints, wrong: Floats, boosting: bool = True) -> None:
        """Take in the next answer of each audit: the share of its labels that are wrong, 0 or 1 for one label.

        `chances`: with which the strata were drawn, 0 where nothing is left.
        """
        beliefs = self.beliefs()
        made = self.bets(chances, beliefs)
        if boosting:
            self.boosted += np.log(self._boosts(chances, made))
        rows = np.arange(len(stratum))
        right, bad = made.right[stratum, rows], made.wrong[stratum, rows]
        self.money += np.log(right + wrong[:, None] * (bad - right))
        self.multiplier = made.multiplier
        self.learn(stratum, wrong, beliefs)

    def learn(self, stratum: Ints, wrong: Floats, beliefs: Floats | None = None) -> None:
        """Take in the answers for where to draw next, without a bet on them."""
        rows, part = np.arange(len(stratum)), wrong[:, None]
        expected = (self.beliefs() if beliefs is None else beliefs)[stratum, rows]
        self.likelihood += part * np.log(expected) + (1 - part) * np.log(1 - expected)
        self.seen[rows, stratum] += 1
        self.wrong[rows, stratum] += wrong

    def _boosts(self, chances: Floats, made: Bets) -> Floats:
        found = np.ones((len(self.seen), 2))
        moneys, alternatives, design = self.moneys(), self.design.alternatives, self.design
        nulls = ((False, design.allowed, design.alpha), (True, design.intolerable, design.beta))
        for side, (kept, null, risk) in enumerate(nulls):
            mine = alternatives.kept == kept
            logs = self.money[:, mine]
            part = np.exp(logs - logs.max(axis=1, keepdims=True)) * alternatives.weights[mine]
            part = part / part.sum(axis=1, keepdims=True)
            most = (1 + _ROUNDING) / risk / np.maximum(moneys[:, side], _LEAST)
            right = np.einsum("ra,hra->rh", part, made.right[:, :, mine])
            wrong = np.einsum("ra,hra->rh", part, made.wrong[:, :, mine])
            remaining = null - self.wrong.sum(axis=1)
            found[:, side] = boosts(self.left, chances, right, wrong, remaining, kept, most, self.halvings)
        return found

    def verdicts(self) -> Ints:
        """Index into VERDICTS for each audit, certainty first."""
        design, moneys = self.design, self.moneys()
        errors, seen = self.wrong.sum(axis=1), self.seen.sum(axis=1)
        enough = moneys >= np.array([1 / design.alpha, 1 / design.beta]) * (1 + _ROUNDING)
        conditions = [
            errors > design.allowed + _ROUNDING,
            seen - errors > sum(design.sizes) - design.intolerable + _ROUNDING,
            enough[:, 0],
            enough[:, 1],
        ]
        return np.asarray(np.select(conditions, [1, 2, 1, 2], 0))
