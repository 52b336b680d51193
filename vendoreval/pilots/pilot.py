"""A paid pilot before the contract: which items, in which order, and what each block of them finds out.

Every block is sized by one question with a limit: it is the smallest sample that contradicts the limit with
a chance of at most alpha when it just holds, and with the power asked when it is missed by the factor
(`inference.power.sample_for_power`). Repeats and edge cases are mixed in unseen; the guideline is changed
once, half-way, so that what follows shows how the vendor carries a change. A last part of further items is a
surge, at a pace of twice the work in half the time; it is held against the calm part before it (pilots.surge)
and counts in no block.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from vendoreval.contracts.terms import Contract
from vendoreval.errors import InputError, UsageError
from vendoreval.gold.piloting import AMBIGUOUS, CHANGE, EDGE, MAIN, REPEATS, SURGE, VOLUME, half
from vendoreval.inference.power import critical_errors, fall_found, power, sample_for_power
from vendoreval.money import Money

ALPHA, POWER, FACTOR = 0.05, 0.9, 2.0
EDGE_GAP = Fraction(1, 20)  # edge cases may be five points worse
CONSISTENCY = Fraction(9, 10)  # the same answer on the same item, where so much can be asked
FOLLOWED = Fraction(9, 10)  # items whose answer the change turns, answered by the new rule
ESCALATED = Fraction(1, 2)  # of items without an answer, asked about instead of guessed
ASKS = Fraction(1, 10)  # a vendor that guesses asks about one in ten
PACE = 2 * VOLUME  # of the surge: twice the work in half the time
_AFTER, _BOTH = "after the change", "both halves"


@dataclass(frozen=True)
class Block:
    """Items of one kind. `limit` is what the vendor must reach; more than `critical` misses say it does not.

    `power` is the chance to find that out when the misses are `factor` times what the limit allows.
    `measures` are the questions whose claimed level is held against the result.
    """

    name: str
    items: int
    tasks: int
    when: str
    limit: Fraction
    critical: int
    factor: float
    power: float
    counts: str
    measures: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The block as plain JSON values."""
        return {**vars(self), "limit": float(self.limit), "measures": list(self.measures)}

    def critical_at(self, tasks: int) -> int:
        """The critical number of misses where the block has so many tasks."""
        return critical_errors(tasks, self.limit, ALPHA) if tasks else 0

    def power_at(self, tasks: int) -> float:
        """The power that the block has with so many tasks."""
        return power(tasks, self.limit, ALPHA, self.factor) if tasks else 0.0


@dataclass(frozen=True)
class PilotPlan:
    """The whole pilot (record `vendoreval/pilot-plan/1`).

    `reached` is the power of the main block when it alone is cut to the `spare` items.
    """

    contract: str
    clause: str
    blocks: tuple[Block, ...]
    spare: int
    reached: float
    currency: str
    cost_per_task: Decimal | None = None

    @property
    def items(self) -> int:
        """Different items."""
        return sum(block.items for block in self.blocks) + self.surge

    @property
    def tasks(self) -> int:
        """Items as the vendor sees them, repeats included."""
        return sum(block.tasks for block in self.blocks) + self.surge

    @property
    def calm(self) -> int:
        """Tasks of the second part, which the surge is held against."""
        return sum(_in_second_part(block) for block in self.blocks)

    @property
    def surge(self) -> int:
        """Gold of the last part, the surge: further items of the main kind, twice those of the calm part."""
        main = self.blocks[0].tasks
        return 2 * (main - half(main))

    @property
    def surge_time(self) -> Fraction:
        """What the surge gets of the calm part's time where it has no items but gold."""
        return surge_share(self.surge, self.calm)

    @property
    def fall(self) -> float:
        """The fall of accuracy under the surge that is found 9 times in 10."""
        main = self.blocks[0]
        return fall_found(main.limit, main.tasks - half(main.tasks), self.surge, ALPHA, POWER)

    @property
    def cost(self) -> Money | None:
        """What auditing all tasks costs."""
        return None if self.cost_per_task is None else Money.of(self.cost_per_task * self.tasks, self.currency)

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "schema": "vendoreval/pilot-plan/1",
            "contract": self.contract,
            "clause": self.clause,
            "items": self.items,
            "tasks": self.tasks,
            "spare_items": self.spare,
            "power_with_spare_items": self.reached,
            "surge": {
                "tasks": VOLUME * self.calm,
                "calm_tasks": self.calm,
                "time": 0.5,
                "gold": self.surge,
                "time_of_gold_alone": float(self.surge_time),
                "fall_found": self.fall,
            },
            "cost": float(self.cost.amount) if self.cost else None,
            "blocks": [block.to_json() for block in self.blocks],
            "sentences": list(sentences(self)),
        }


def plan_pilot(
    contract: Contract, spare: int, *, clause_id: str = "", cost: Decimal | None = None,
    limits: Mapping[str, Fraction] | None = None,
) -> PilotPlan:  # fmt: skip
    """Design the pilot for the thresholds that a contract, or a draft of one, asks for.

    `spare` is how many items the buyer has for it. `limits` replaces those of single blocks, by name.
    Raises InputError where the contract asks for no share of right units.
    """
    clause, level = _asked(contract, clause_id)
    asked = limits or {}
    main = _block(MAIN, _BOTH, level, "the right answer", ("C1", "R3"))
    edge = _block(EDGE, _BOTH, asked.get(EDGE, max(level - EDGE_GAP, Fraction(1, 2))), "the right answer", ())
    same = min(CONSISTENCY, consistency(level, len(contract.task.classes)))
    again = _block(REPEATS, _AFTER, asked.get(REPEATS, same), "the same answer as the first time", ("A5",),
                   repeated=half(main.items))  # fmt: skip
    turned = _block(CHANGE, _AFTER, asked.get(CHANGE, FOLLOWED), "the answer by the new rule", ("G2",))
    escalated = asked.get(AMBIGUOUS, ESCALATED)
    ambiguous = _block(AMBIGUOUS, _BOTH, escalated, "a question or a flag instead of a guess", ("E1", "E5"),
                       factor=float((1 - ASKS) / (1 - escalated)))  # fmt: skip
    blocks = (main, edge, turned, ambiguous, again)
    rest = sum(block.items for block in blocks) - main.items
    left = min(max(spare - rest, 0), main.items)  # the last part gives way first
    reached = power(left, level, ALPHA, main.factor) if left else 0.0
    return PilotPlan(contract.id, clause, blocks, spare, reached, contract.currency, cost)


def surge_share(tasks: int, calm: int) -> Fraction:
    """What `tasks` of the surge get of the time that `calm` ones took: 2n tasks get half of it."""
    return Fraction(tasks, PACE * calm) if calm else Fraction(1)


def _in_second_part(block: Block) -> int:
    if block.name in (CHANGE, REPEATS):
        return block.tasks
    return block.tasks - half(block.tasks)


def consistency(level: Fraction, classes: int) -> Fraction:
    """How often a vendor of this accuracy gives the same answer twice if its errors have no system.

    Twice right, or twice the same of the other classes: p² + (1 - p)² / (k - 1), down to a whole per cent.
    A vendor that keeps its accuracy is not to be blamed for what follows from it.
    """
    wrong = (1 - level) ** 2 / (classes - 1) if classes > 1 else Fraction(0)
    return Fraction(int(100 * (level**2 + wrong)), 100)


def _asked(contract: Contract, clause_id: str) -> tuple[str, Fraction]:
    for clause in contract.clauses:
        share = clause.metric in ("accuracy", "error_rate") and clause.scope == "delivery"
        if share and clause_id in ("", clause.id):
            level = 1 - clause.limit if clause.metric == "error_rate" else clause.limit
            if 0 < level < 1:
                return clause.id, level
    wanted = f"clause {clause_id!r}" if clause_id else "any clause"
    raise InputError(
        f"The contract {contract.id!r} asks by {wanted} for no share of right units in a delivery.",
        remedy="A pilot needs a clause on accuracy or error_rate with the scope delivery and a limit below 1.",
    )


def _block(
    name: str, when: str, limit: Fraction, counts: str, measures: tuple[str, ...], *, factor: float = FACTOR,
    repeated: int | None = None,
) -> Block:  # fmt: skip
    factor = min(factor, 0.95 / float(1 - limit))
    n, critical = sample_for_power(limit, ALPHA, POWER, factor)
    if repeated is not None and n > repeated:  # no item comes a third time
        n, critical = repeated, critical_errors(repeated, limit, ALPHA)
    found = power(n, limit, ALPHA, factor)
    items = n if repeated is None else 0
    return Block(name, items, n, when, limit, critical, factor, found, counts, measures)


def tasks_wanted(plan: PilotPlan, there: Mapping[str, int], items: int = 0) -> dict[str, int]:
    """Tasks of each block to send: `there` says how many items of each there are, `items` how many go out.

    Without `items` as many as planned. With fewer the last part gives way first and then main; with more,
    main grows. Raises UsageError when nothing is left for main.
    """
    wanted = {block.name: block.tasks for block in plan.blocks}
    fixed = sum(min(wanted[block], there.get(block, 0)) for block in (EDGE, CHANGE, AMBIGUOUS))
    left = max((items or plan.items) - fixed, 0)
    main = min(wanted[MAIN], left, there.get(MAIN, 0))
    if not main:
        raise UsageError(
            f"{items:,} items leave none for the main block.", remedy=f"The other blocks take {fixed:,}."
        )
    surge = min(plan.surge, left - main, there.get(MAIN, 0) - main)
    if items:
        main = min(left - surge, there.get(MAIN, 0) - surge)
    return {**wanted, MAIN: main, SURGE: surge}


def sentences(plan: PilotPlan) -> tuple[str, ...]:
    """How to run the pilot, in plain words."""
    main, again = plan.blocks[0], plan.blocks[-1]
    said = [
        f"The pilot takes {plan.items:,} items and {plan.tasks:,} tasks; {again.tasks:,} tasks are main items "
        "that come a second time, unmarked, to the same people where the tool allows it.",
        "`vendoreval pilot send` mixes all blocks blind; commit to gold before (vendoreval gold commit). The "
        "vendor is told of the pilot and paid for it, and not told which items are of which block.",
        "Half-way, change one rule of the guideline, as a new version with a date. Items whose answer it turns "
        "come after it only; compare the main items of both halves as well.",
        "Items without an answer belong in: right is to ask or to flag. Gold marks them, and a guess counts as "
        "a miss, whatever it says.",
        f"The last part is the surge: {VOLUME * plan.calm:,} tasks, twice those of part 2, in half its hours. "
        f"{plan.surge:,} are gold, the others further items of the payload that nobody judges; without those "
        f"the surge keeps the pace and gets {100 * float(plan.surge_time):.0f} % of part 2's hours. Accuracy, "
        "agreement and turnaround are held against the calm part; it counts in no block. It finds a fall of "
        f"{100 * plan.fall:.0f} points with a chance of {100 * POWER:.0f} %.",
        "The people must be those of production; ask for their pseudonyms in the file. The scorecard shows "
        "later how much of the work is theirs.",
        f"Each of the {len(plan.blocks)} blocks keeps its own risk of {100 * ALPHA:g} %, and so do the two "
        f"comparisons of parts: at most {100 * ALPHA * len(plan.blocks):g} % of pilots find a block breached "
        "although the vendor just keeps all limits.",
    ]
    said += [
        f"{block.name.capitalize()}: {block.tasks:,} tasks find {block.factor:g} times the misses allowed with "
        f"a chance of {100 * block.power:.0f} %; for more, more main items are needed."
        for block in plan.blocks
        if block.power < POWER
    ]
    if plan.spare < plan.items:
        chance = f"{100 * plan.reached:.0f} %"
        said.append(
            f"You have {plan.spare:,} items: {plan.items - plan.spare:,} too few. If the last part is cut "
            f"first and then the main block, that one finds {main.factor:g} times the allowed errors with a "
            f"chance of {chance}."
        )
    questions = ", ".join(sorted({question for block in plan.blocks for question in block.measures}))
    said.append(
        f"`vendoreval pilot answers` judges what comes back and holds claimed levels against it, such as those "
        f"of {questions}: they are confirmed or cut."
    )
    return tuple(said)
