"""What a draw by scores takes, beside the uniform rule with the same risks, before anybody works.

The uniform rule (sequential, calibrated) is reckoned exactly; the rule active is simulated, with a fixed seed.
Scores are described by their lift: how many times as often an answer is wrong among the items that they flag as
among the others. A lift of 1 is useless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from vendoreval.audits.active import RULE, edges, laid_out
from vendoreval.contracts.terms import Clause, Contract, Decision
from vendoreval.designs.active import ActiveDesign
from vendoreval.designs.active_simulating import simulate
from vendoreval.designs.designs import design, lowest_share, tolerated_share
from vendoreval.designs.dynamic import BREACHED, KEPT, operating_rows
from vendoreval.errors import InputError
from vendoreval.money import Money

LIFT, FLAGGED, RUNS = 20.0, 0.08, 100
_TRIED = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0)  # lifts of which the first that pays is told
_EDGES = (2, 4)  # places of the tolerated share and of the limit among the rows
_SEED = 20_000_101


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
    uniform = design(_uniformly(clause), items)
    exact = operating_rows(uniform.limits, items, [1 - share for share in shares])
    made = _Simulated(clause, items, flagged)
    rows = tuple(
        ActiveRow(
            float(1 - share),
            Takes(row.expected_items, row.p95_items, row.p_breached, row.p_kept),
            made.takes(share, lift, runs),
            made.takes(share, 1.0, runs),
        )
        for share, row in zip(shares, exact, strict=True)
    )
    at_edges = {shares[place]: exact[place].expected_items for place in _EDGES}
    pays = made.pays_from(at_edges, max(runs // 2, 20))
    return ActivePlan(
        contract, clause, items, lift, flagged, runs, rows, (uniform.max_items, made.design.cap), pays, cost
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


def _uniformly(clause: Clause) -> Clause:
    """The clause with the uniform rule, calibrated."""
    decision = clause.decision
    plain = Decision("sequential", decision.alpha, decision.beta, decision.tolerated, calibrated=True)
    return replace(clause, decision=plain)


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

    def takes(self, share: Fraction, lift: float, runs: int) -> Takes:
        """What audits take where `share` of the items are wrong, `lift` times as often among those flagged."""
        rest, flagged = self.sizes
        wrong = round(self.items * share)
        inside = min(round(wrong * flagged * lift / (flagged * lift + rest)), flagged)
        found = simulate(self.design, (wrong - inside, inside), runs, _SEED)
        return Takes(found.mean, found.p95, found.share(BREACHED), found.share(KEPT))

    def pays_from(self, uniform: dict[Fraction, float], runs: int) -> float | None:
        """The least lift tried with which the rule takes fewer items than the uniform one, both edges together.

        It is looked for by halving: a higher lift saves more.
        """
        low, high = 0, len(_TRIED)
        while low < high:
            middle = (low + high) // 2
            mine = sum(self.takes(share, _TRIED[middle], runs).expected for share in uniform)
            if mine < sum(uniform.values()):
                high = middle
            else:
                low = middle + 1
        return _TRIED[low] if low < len(_TRIED) else None


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
    useless = max(row.useless.expected / row.uniform.expected - 1 for row in plan.rows)
    said.append(
        f"If the scores turn out useless, the audit takes up to {100 * max(useless, 0):.0f} % more items on "
        "average; the risks hold all the same."
    )
    said.append(
        f"In the worst case the uniform rule takes {plan.most[0]:,} items, the rule active {plan.most[1]:,}."
    )
    worst = max(plan.rows, key=lambda row: row.uniform.expected)
    if plan.cost is not None:
        said.append(
            f"At {100 * worst.accuracy:.4g} % right that is {plan.cost_of(round(worst.scores.expected))} with "
            f"such scores, {plan.cost_of(round(worst.uniform.expected))} without."
        )
    said.append(f"The rule active was simulated {plan.runs:,} times a row, the uniform one is exact.")
    return said
