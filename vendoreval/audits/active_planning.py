"""What a draw by scores takes, beside the uniform rule with the same risks, before anybody works.

The uniform rule (sequential, calibrated) is reckoned exactly; the rule active is simulated, with a fixed seed.
Scores are described by their lift: how many times as often an answer is wrong among the items that they flag as
among the others. A lift of 1 is useless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import islice
from math import sqrt
from typing import Any

from vendoreval.audits.active import RULE, edges, laid_out, uniformly
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.designs.active import ActiveDesign
from vendoreval.designs.active_simulating import Simulated, simulate_all
from vendoreval.designs.designs import design, lowest_share, tolerated_share
from vendoreval.designs.dynamic import BREACHED, KEPT, operating_rows
from vendoreval.errors import InputError
from vendoreval.money import Money

LIFT, FLAGGED, RUNS = 20.0, 0.08, 50
_TRIED = (4.0, 8.0, 16.0, 32.0)  # lifts of which the least that pays is told
_EDGES = (2, 4)  # places of the tolerated share and of the limit among the rows
_SEED = 20_000_101
_SPREAD = 0.75  # standard deviation of an audit's items, as a part of their mean


@dataclass(frozen=True)
class Takes:
    """Items that an audit takes: on average, and those that one in twenty exceeds; with what verdict."""

    expected: float
    p95: int
    p_breached: float
    p_kept: float


@dataclass(frozen=True)
class ActiveRow:
    """What audits take at a true accuracy: uniformly, with scores of the lift, with useless ones."""

    accuracy: float
    uniform: Takes
    scores: Takes
    useless: Takes


@dataclass(frozen=True, eq=False)
class ActivePlan:
    """Both rules for a delivery of `items`.

    `pays_from`: the least lift tried at which scores save labels, None where none of them does. `most`: the
    largest samples, of the uniform rule and of the rule active.
    """

    contract: Contract
    clause: Clause
    items: int
    lift: float
    flagged: float
    runs: int
    rows: tuple[ActiveRow, ...]
    most: tuple[int, int]
    pays_from: float | None
    cost: Decimal | None = None

    @property
    def recommended(self) -> str:
        """The rule that takes fewer items at both edges together, with scores of this lift."""
        at = [self.rows[place] for place in _EDGES]
        saves = sum(row.scores.expected for row in at) < sum(row.uniform.expected for row in at)
        return RULE if saves else "sequential"

    def cost_of(self, items: float) -> Money | None:
        """The cost of so many audited items."""
        if self.cost is None:
            return None
        return Money.of(self.cost * Decimal(str(items)), self.contract.currency)

    def to_json(self) -> dict[str, Any]:
        """The record `vendoreval/active-plan/1`."""
        return {
            "schema": "vendoreval/active-plan/1", "contract": self.contract.id, "clause": self.clause.id,
            "items": self.items, "lift": self.lift, "flagged": self.flagged, "runs": self.runs,
            "recommended": self.recommended, "pays_from_lift": self.pays_from,
            "most_items": {"uniform": self.most[0], "active": self.most[1]},
            "rows": [
                {"accuracy": row.accuracy,
                 **{name: vars(getattr(row, name)) for name in ("uniform", "scores", "useless")}}
                for row in self.rows
            ],
            "sentences": list(sentences(self)),
        }  # fmt: skip


def plan_active(
    contract: Contract, clause: Clause, items: int, *, lift: float = LIFT, flagged: float = FLAGGED,
    runs: int = RUNS, cost: Decimal | None = None,
) -> ActivePlan:  # fmt: skip
    """Plan the audit of a delivery of `items` under `clause`, whatever rule it names.

    Raises InputError where no share is tolerated below the threshold, or the delivery is too small.
    """
    if tolerated_share(clause) is None:
        raise InputError(f"Clause {clause.id!r} tolerates no share below its threshold.")
    if not 0 < flagged < 1 or lift <= 0 or not 2 <= round(items * flagged) <= items - 2:
        raise InputError("Scores flag some of the items, not all, and their lift is above 0.")
    shares = _wrong_shares(clause)
    uniform = design(uniformly(clause), items)
    exact = operating_rows(uniform.limits, items, [1 - share for share in shares])
    mine = _Simulated(clause, items, flagged)
    ways = [(lift, shares), (1.0, shares), *((tried, [shares[place] for place in _EDGES]) for tried in _TRIED)]
    with_scores, useless, *tried = mine.takes(ways, runs)
    rows = tuple(
        ActiveRow(float(1 - share), Takes(row.expected_items, row.p95_items, row.p_breached, row.p_kept), *both)
        for share, row, *both in zip(shares, exact, with_scores, useless, strict=True)
    )
    pays = _pays_from(
        [sum(one.expected for one in at_edges) for at_edges in tried],
        sum(rows[place].uniform.expected for place in _EDGES),
    )
    return ActivePlan(
        contract, clause, items, lift, flagged, runs, rows, (uniform.max_items, mine.design.cap), pays, cost
    )


def _wrong_shares(clause: Clause) -> list[Fraction]:
    """Shares of wrong items from far too many to few; the third is the tolerated one, the fifth the limit."""
    allowed, tolerated = 1 - lowest_share(clause), tolerated_share(clause)
    assert tolerated is not None
    worse = 1 - tolerated
    return [
        min(2 * worse, Fraction(9, 10)), min(worse * Fraction(7, 5), Fraction(4, 5)), worse,
        (worse + allowed) / 2, allowed, allowed * Fraction(2, 3), allowed / 3,
    ]  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Simulated:
    """The rule active for two strata, one of them flagged."""

    clause: Clause
    items: int
    flagged: float

    @property
    def sizes(self) -> tuple[int, int]:
        flagged = round(self.items * self.flagged)
        return self.items - flagged, flagged

    @cached_property
    def design(self) -> ActiveDesign:
        return laid_out(self.clause, self.sizes, None)

    def takes(self, ways: Sequence[tuple[float, Sequence[Fraction]]], runs: int) -> list[list[Takes]]:
        """For each lift and the shares of wrong items asked about with it: what audits take.

        All are simulated at once, which is much quicker.
        """
        truths = [self._wrong(share, lift) for lift, shares in ways for share in shares]
        found = iter(simulate_all(self.design, truths, runs, _SEED))
        return [[_taken(one) for one in islice(found, len(shares))] for _, shares in ways]

    def _wrong(self, share: Fraction, lift: float) -> tuple[int, int]:
        """Wrong items in both strata, where they are `lift` times as frequent among those flagged."""
        rest, flagged = self.sizes
        wrong = round(self.items * share)
        inside = min(round(wrong * flagged * lift / (flagged * lift + rest)), flagged)
        return wrong - inside, inside


def _taken(found: Simulated) -> Takes:
    return Takes(found.mean, found.p95, found.share(BREACHED), found.share(KEPT))


def _pays_from(takes: Sequence[float], uniform: float) -> float | None:
    """The least lift tried from which on all save items; `takes`: what audits take with each of _TRIED."""
    pays = None
    for lift, items in reversed(list(zip(_TRIED, takes, strict=True))):
        if items >= uniform:
            break
        pays = lift
    return pays


def sentences(plan: ActivePlan) -> Sequence[str]:
    """The plan in plain words."""
    allowed, intolerable = edges(plan.clause, plan.items)
    said = [
        f"Clause {plan.clause.id}: of {plan.items:,} items at most {allowed:,} may be wrong; from "
        f"{intolerable:,} on it must not be called kept.",
        f"Scores flag {100 * plan.flagged:g} % of the items, among which an answer is wrong {plan.lift:g} "
        "times as often as among the others.",
    ]
    if plan.pays_from is None:
        said.append("Scores save nothing here, whatever their lift.")
    else:
        said.append(f"Scores save labels from a lift of about {plan.pays_from:g} on.")
    if plan.recommended == RULE:
        said.append('With this lift take the rule "active".')
    else:
        said.append('With this lift keep the uniform rule: "sequential" with calibrated = true.')
    useless, uniform = (
        sum(one.expected for one in rows)
        for rows in zip(*((row.useless, row.uniform) for row in plan.rows), strict=True)
    )
    percent = round(100 * (useless / uniform - 1))
    more = f"{percent} % more" if percent > 0 else "as many"
    said.append(
        f"If the scores turn out useless, audits take about {more} items, over all "
        "rows; the risks hold all the same."
    )
    said.append(
        f"In the worst case the uniform rule takes {plan.most[0]:,} items, the rule active {plan.most[1]:,}."
    )
    worst = max(plan.rows, key=lambda row: row.uniform.expected)
    if plan.cost is not None:
        with_scores, without = (plan.cost_of(round(one.expected)) for one in (worst.scores, worst.uniform))
        said.append(
            f"With {100 * worst.accuracy:.4g} % right an audit costs {with_scores} on average with such "
            f"scores, {without} without."
        )
    said.append(
        f"The rule active was simulated {plan.runs:,} times a row: its averages are right to about "
        f"{100 * _SPREAD / sqrt(plan.runs):.0f} %. The uniform rule is exact."
    )
    return said
