"""What a pilot showed: a verdict for each block, what changed on the way, and who did the work.

A block is breached when so many misses have a chance of at most ALPHA at its limit. It is kept when the limit
was reached in the sample and so few misses have a chance of at most 1 - POWER at `factor` times those that
the limit allows. Otherwise it is inconclusive.
Where an item holds several labels the effective sample decides (inference.proportions). The pilot stands
for the work to come, so there is no correction for a finite population.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from vendoreval.audits.comparing import ItemTotals
from vendoreval.audits.pilot import ALPHA, POWER, Block, PilotPlan
from vendoreval.audits.pilot_blocks import Answers, Totals, asking, per_item, totals
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, worst
from vendoreval.gold.piloting import AFTER, BEFORE, EDGE, MAIN, PARTS, REPEATS, SHORT
from vendoreval.inference.comparing import Comparison, compare_shares
from vendoreval.inference.effective import tails
from vendoreval.inference.proportions import Proportion, clustered, simple

CONFIDENCE = 0.95


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

    `after_change` holds the main items of the later parts against those of the first, `short_deadline` the
    last part against the one before it; None where there is nothing to compare. `people` counts labels by
    annotator, `escalated` is the share of all tasks on which somebody asked, `columns` are those delivered.
    """

    blocks: tuple[BlockResult, ...]
    after_change: Comparison | None
    short_deadline: Comparison | None
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
            "short_deadline": vars(self.short_deadline) if self.short_deadline else None,
            "unanswered": dict(self.unanswered),
            "people": dict(self.people),
            "escalated": self.escalated,
            "tasks": self.tasks,
            "columns": list(self.columns),
            "guideline_versions": list(self.versions),
        }


def pilot_result(plan: PilotPlan, seen: Answers) -> PilotResult:
    """Judge every block of a pilot; pure, and the same in whatever order rows come."""
    labels = seen.labels
    answered = {labels.item.values[code] for code in np.unique(labels.item.codes).tolist()}
    left = Counter(PARTS[task.part] for task in seen.tasks if task.unit not in answered)
    named = Counter(who for who in labels.annotator.text() if who)
    versions = labels.guideline_version.values if labels.guideline_version else ()
    shown = {
        "annotator_id": bool(named),
        "labelled_at": labels.labelled_at is not None,
        "guideline_version": bool(versions),
        "source": labels.source is not None,
        "seconds": labels.seconds is not None,
        "flagged": labels.flagged is not None,
    }
    return PilotResult(
        tuple(_judged(block, *totals(seen, block.name)) for block in plan.blocks),
        _between(seen, (MAIN,), {AFTER, SHORT}, {BEFORE}),
        _between(seen, (MAIN, EDGE), {SHORT}, {AFTER}),
        dict(sorted(left.items())),
        dict(sorted(named.items())),
        _escalated(seen),
        len(seen.tasks),
        tuple(name for name, there in shown.items() if there),
        tuple(sorted(versions)),
    )


def main_totals(name: str, seen: Answers) -> ItemTotals:
    """The main items, as vendors are compared by them."""
    items = seen.items(MAIN)
    y, x = totals(seen, MAIN)
    accepted = dict(zip(seen.gold.item_ids, map(frozenset, seen.gold.accepted), strict=True))
    return ItemTotals(name, items, y, x, tuple(accepted[item] for item in items))


def share_of(y: Totals, x: Totals, limit: Fraction) -> Proportion:
    """The share of right units as an estimate for the work to come."""
    if int(x.max()) == 1:
        return simple(int(y.sum()), len(x), limit, confidence=CONFIDENCE, population=None)
    return clustered(y, x, limit, confidence=CONFIDENCE, population_clusters=None)


def _judged(block: Block, y: Totals, x: Totals) -> BlockResult:
    if not len(x):
        why = "No item of this block was sent."
        return BlockResult(block.name, float(block.limit), block.counts, 0, 0, 0, None, None, None, None, None,
                           "", NOT_RUN, why)  # fmt: skip
    p = share_of(y, x, block.limit)
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
        return f"{seen}. A vendor at {limit} would miss so many with a chance of {_chance(p.p_breach)}."
    if verdict == KEPT:
        return f"{seen}. A vendor with {times} would miss so few with a chance of {_chance(p_kept)}."
    if p.exact < block.limit:
        return f"{seen}: less than {limit} right, yet a vendor at {limit} may be as unlucky as that."
    return f"{seen}: {limit} was reached, yet a vendor with {times} may be as lucky as that."


def _times(factor: float) -> str:
    return "twice" if factor == 2 else f"{factor:.3g} times"


def _chance(p: float) -> str:
    return "less than 0.1 %" if p < 0.001 else f"{100 * p:.1f} %"


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
    """Items on which somebody asked, as a share of all items."""
    items = tuple(task.item for task in seen.tasks if task.block != REPEATS)
    asked, _ = per_item(seen.by_label, asking(seen.by_label, seen.task), items)
    found = {item for item, count in zip(items, asked.tolist(), strict=True) if count}
    return len(found | (seen.asked & set(items))) / len(items)
