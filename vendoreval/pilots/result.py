"""What a pilot showed: a verdict for each block, what changed on the way, and who did the work.

A block is breached when so many misses have a chance of at most ALPHA at its limit. It is kept when the limit
was reached in the sample and so few misses have a chance of at most 1 - POWER at `factor` times those that
the limit allows. Otherwise it is inconclusive.
Where an item holds several labels the effective sample decides (inference.proportions). The pilot stands
for the work to come, so there is no correction for a finite population. Whoever asks about everything tells
nothing apart: ambiguous items are kept only if there is more asking on them than on main ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import numpy as np

from vendoreval.audits.item_totals import ItemTotals
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, worst
from vendoreval.designs.planning import chance
from vendoreval.gold.piloting import AFTER, AMBIGUOUS, BEFORE, FILLER, MAIN, PARTS, REPEATS, SURGE, SURGED
from vendoreval.inference.comparing import Comparison, compare_shares
from vendoreval.inference.effective import tails
from vendoreval.inference.proportions import Proportion, of_process
from vendoreval.labels.columns import Coded
from vendoreval.labels.table import LabelTable
from vendoreval.pilots.blocks import Answers, Mask, Totals, asked_about, asking, per_item, totals
from vendoreval.pilots.pilot import ALPHA, POWER, Block, PilotPlan
from vendoreval.pilots.surge import Surge, surge_of

NEVER: Mapping[int, datetime] = MappingProxyType({})
FILLED = 0.99  # share of the labels that must fill a column for it to count as delivered


@dataclass(frozen=True)
class BlockResult:
    """One block: what its answers showed. Shares of 1; None where nothing came.

    `limit` is what the vendor must reach, `n` counted units on `items` items, `misses` of them wrong.
    """

    name: str
    limit: float
    counts: str
    items: int
    n: int
    misses: int
    estimate: float | None
    low: float | None
    high: float | None
    p_breach: float | None
    p_kept: float | None
    method: str
    verdict: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The block as plain JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class PilotResult:
    """The pilot as a whole (record `vendoreval/pilot/1`).

    `after_change` holds the main items of the second part against those of the first, `surge` the last part
    against the main items of the second, `asking` the ambiguous items that were asked about
    against main ones; None where there is nothing to compare. `people` counts labels by annotator,
    `escalated` is the share of all items that were asked about. `columns` are those that nearly every label
    fills, `versions` the guideline that most labels name before and after the change.
    """

    blocks: tuple[BlockResult, ...]
    after_change: Comparison | None
    surge: Surge | None
    asking: Comparison | None
    unanswered: Mapping[str, int]
    people: Mapping[str, int]
    escalated: float
    tasks: int
    columns: tuple[str, ...]
    versions: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The worst of the blocks that were sent."""
        return worst(tuple(one.verdict for one in self.blocks if one.verdict != NOT_RUN))

    def block(self, name: str) -> BlockResult:
        """The block of this name; KeyError if there is none."""
        return {one.name: one for one in self.blocks}[name]

    def to_json(self) -> dict[str, Any]:
        """The result as plain JSON values."""
        return {
            "blocks": [one.to_json() for one in self.blocks],
            "after_change": vars(self.after_change) if self.after_change else None,
            "surge": self.surge.to_json() if self.surge else None,
            "asking": vars(self.asking) if self.asking else None,
            "unanswered": dict(self.unanswered),
            "people": dict(self.people),
            "escalated": self.escalated,
            "tasks": self.tasks,
            "columns": list(self.columns),
            "guideline_versions": list(self.versions),
        }


def pilot_result(plan: PilotPlan, seen: Answers, handed_over: Mapping[int, datetime] = NEVER) -> PilotResult:
    """Judge every block of a pilot; pure, and the same in whatever order rows come.

    `handed_over`: when parts went to the vendor, where that is known.
    """
    labels = seen.labels
    answered = {labels.item.values[code] for code in np.unique(labels.item.codes).tolist()}
    left = Counter(
        PARTS[task.part] for task in seen.tasks if task.unit not in answered and task.block != FILLER
    )
    named = Counter(who for who in labels.annotator.text() if who)
    asks = _asking(seen)
    blocks = [_judged(block, *totals(seen, block.name)) for block in plan.blocks]
    return PilotResult(
        tuple(_told_apart(block, asks) if block.name == AMBIGUOUS else block for block in blocks),
        _between(seen, (MAIN,), {AFTER}, {BEFORE}),
        surge_of(seen, _between(seen, (MAIN, SURGE), {SURGED}, {AFTER}), handed_over),
        asks,
        dict(sorted(left.items())),
        dict(sorted(named.items())),
        _escalated(seen),
        len(seen.tasks),
        _filled(labels),
        _versions(seen),
    )


def _filled(labels: LabelTable) -> tuple[str, ...]:
    """The columns that nearly every label fills."""
    times, seconds = labels.labelled_at, labels.seconds
    shares = {
        "annotator_id": _share(labels.annotator.codes >= 0),
        "labelled_at": 0.0 if times is None else _share(~np.isnat(times)),
        "guideline_version": _share_named(labels.guideline_version),
        "source": _share_named(labels.source),
        "seconds": 0.0 if seconds is None else _share(~np.isnan(seconds)),
        "flagged": _share_named(labels.flagged),
    }
    return tuple(name for name, share in shares.items() if share >= FILLED)


def _share(mask: Mask) -> float:
    return float(mask.mean()) if len(mask) else 0.0


def _share_named(column: Coded | None) -> float:
    return 0.0 if column is None else _share(column.codes >= 0)


def _versions(seen: Answers) -> tuple[str, ...]:
    """The guideline that most labels name, before the change and after it."""
    version = seen.labels.guideline_version
    if version is None:
        return ()
    early = {task.unit for task in seen.tasks if task.part == BEFORE}
    named: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for unit, name in zip(seen.labels.item.text(), version.text(), strict=True):
        if name:
            named[unit not in early][name] += 1
    return tuple(min(one, key=lambda name: (-one[name], name)) for one in named if one)


def main_totals(name: str, seen: Answers) -> ItemTotals:
    """The main items, as vendors are compared by them."""
    items = seen.items(MAIN)
    y, x = totals(seen, MAIN)
    accepted = seen.gold.right_answers
    return ItemTotals(name, items, y, x, tuple(accepted[item] for item in items), seen.task.answers)


def _judged(block: Block, y: Totals, x: Totals) -> BlockResult:
    if not len(x):
        why = "No item of this block was sent."
        return BlockResult(block.name, float(block.limit), block.counts, 0, 0, 0, None, None, None, None, None,
                           "", NOT_RUN, why)  # fmt: skip
    p = of_process(y, x, block.limit)
    worse = 1 - Fraction(block.factor).limit_denominator(10**6) * (1 - block.limit)
    p_kept = tails(p.effective_n * float(1 - p.exact), p.effective_n, worse)[1]
    reached = p.exact >= block.limit
    verdict = BREACHED if p.p_breach <= ALPHA else KEPT if reached and p_kept <= 1 - POWER else INCONCLUSIVE
    return BlockResult(
        block.name, float(block.limit), block.counts, len(x), p.n, p.errors, p.estimate, p.low, p.high,
        p.p_breach, p_kept, p.method, verdict, _reason(block, p, p_kept, verdict),
    )  # fmt: skip


def _reason(block: Block, p: Proportion, p_kept: float, verdict: str) -> str:
    limit, times = f"{100 * float(block.limit):g} %", f"{_times(block.factor)} the misses allowed"
    seen = f"{p.errors:,} of {p.n:,} missed"
    if verdict == BREACHED:
        return f"{seen}. A vendor at {limit} would miss so many with a chance of {chance(p.p_breach)}."
    if verdict == KEPT:
        return f"{seen}. A vendor with {times} would miss so few with a chance of {chance(p_kept)}."
    if p.exact < block.limit:
        return f"{seen}: less than {limit} right, yet a vendor at {limit} may be as unlucky as that."
    return f"{seen}: {limit} was reached, yet a vendor with {times} may be as lucky as that."


def _times(factor: float) -> str:
    return "twice" if factor == 2 else f"{factor:.3g} times"


def _told_apart(block: BlockResult, asks: Comparison | None) -> BlockResult:
    """The ambiguous block; reached by asking about everything, it shows nothing."""
    if block.verdict != KEPT or (asks is not None and asks.p <= ALPHA):
        return block
    share = f"{100 * asks.rest_share:.0f} % of the main ones" if asks else "no main item was answered"
    reason = f"{block.n - block.misses:,} of {block.n:,} asked about, and {share}: that tells nothing apart."
    return replace(block, verdict=INCONCLUSIVE, reason=reason)


def _asking(seen: Answers) -> Comparison | None:
    """Units that ask on ambiguous items against those on main ones."""
    items = (*seen.items(AMBIGUOUS), *seen.items(MAIN))
    y, x = asked_about(seen, items)
    place = np.repeat(np.arange(len(items)), x)
    rank = np.arange(len(place)) - np.repeat(np.cumsum(x) - x, x)  # of a unit in its item
    return compare_shares(rank < y[place], place < len(seen.items(AMBIGUOUS)), place)


def _between(seen: Answers, blocks: tuple[str, ...], inside: set[int], outside: set[int]) -> Comparison | None:
    """Units of some parts against those of others, on the items of the blocks."""
    parts, units = seen.parts, seen.units
    items = {item for block in blocks for item in seen.items(block)}
    of_item = np.asarray([parts[item] if item in items else 0 for item in units.item.values], dtype=np.int64)
    part = of_item[units.item.codes]
    rows = np.flatnonzero(np.isin(part, [*inside, *outside]))
    if not len(rows):
        return None
    return compare_shares(~units.right[rows], np.isin(part[rows], list(inside)), units.item.codes[rows])


def _escalated(seen: Answers) -> float:
    """Items about which somebody asked, by any of their labels, as a share of all items."""
    items = tuple(task.item for task in seen.tasks if task.block not in (REPEATS, FILLER))
    asked, _ = per_item(seen.by_label, asking(seen.by_label, seen.task), items)
    found = {item for item, count in zip(items, asked.tolist(), strict=True) if count}
    return len(found | (seen.asked & set(items))) / len(items)
