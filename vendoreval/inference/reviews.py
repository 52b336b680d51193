"""Review tiers: the errors that each tier finds and leaves, and whether reviewers looked for themselves.

Rows are labels that carry their stage; a tier is compared with the one before it on items that have
exactly one label of each. A tier that finds less than half of the errors that reach it does no better
than tossing a coin for each of them: that is the null hypothesis of `p_rubber_stamp`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vendoreval.inference.binomial import at_most, clopper_pearson
from vendoreval.inference.comparing import Codes, Comparison, Mask, compare_shares

STAGES = (
    ("annotator", "annotation", "label", "labeler", "labeller", "first", "1"),
    ("reviewer", "review", "senior", "senior reviewer", "second", "2"),
    ("qa", "qa lead", "lead", "final", "audit", "adjudication", "adjudicator", "third", "3"),
)


@dataclass(frozen=True)
class Tier:
    """What one tier did with the items it saw after the tier `before`.

    `reached` errors came in, `found` of them were put right, `left` stayed wrong (`reworded` of those
    became another wrong answer); `spoiled` right answers were made wrong. `escape` is left / reached with
    its exact 95 % interval, None where nothing wrong came in. `changed` counts all altered answers.
    `same_error` compares how often the tier is wrong after a wrong answer and after a right one:
    independent reviewers would be wrong about as often after both.
    """

    tier: str
    before: str
    items: int
    reached: int
    found: int
    left: int
    reworded: int
    spoiled: int
    changed: int
    escape: float | None
    low: float
    high: float
    p_rubber_stamp: float
    same_error: Comparison | None


def tier_rank(stage: str) -> int | None:
    """0 for the first tier, 1 for reviewers, 2 for the last; None for a stage of another name."""
    name = stage.strip().lower().replace("_", " ").replace("-", " ")
    return next((rank for rank, names in enumerate(STAGES) if name in names), None)


def review_tiers(
    item: Codes, stage: Codes, names: tuple[str, ...], answer: Codes, wrong: Mask
) -> tuple[Tier, ...]:
    """Each tier against the one before it, in order; rows of unknown stages are left out."""
    ranks = [tier_rank(name) for name in names]
    ordered = sorted((rank, code) for code, rank in enumerate(ranks) if rank is not None)
    firsts: dict[int, list[int]] = {}
    for rank, code in ordered:
        firsts.setdefault(rank, []).append(code)
    levels = [np.isin(stage, codes) for codes in firsts.values()]
    labels = ["/".join(names[code] for code in codes) for codes in firsts.values()]
    found = []
    for k in range(1, len(levels)):
        one = _tier(labels[k], labels[k - 1], *_paired(item, levels[k - 1], levels[k]), answer, wrong)
        if one is not None:
            found.append(one)
    return tuple(found)


def _paired(item: Codes, before: Mask, after: Mask) -> tuple[Codes, Codes]:
    """Rows of items that have exactly one label before and one after, in the order of items."""
    width = int(item.max(initial=-1)) + 1
    one = (np.bincount(item[before], minlength=width) == 1) & (np.bincount(item[after], minlength=width) == 1)
    first = np.flatnonzero(before & one[item])
    second = np.flatnonzero(after & one[item])
    return first[np.argsort(item[first])], second[np.argsort(item[second])]


def _tier(name: str, before: str, first: Codes, second: Codes, answer: Codes, wrong: Mask) -> Tier | None:
    if not len(first):
        return None
    was, now, changed = wrong[first], wrong[second], answer[first] != answer[second]
    reached, left = int(was.sum()), int((was & now).sum())
    low, high = clopper_pearson(left, reached, 0.95)
    return Tier(
        name, before, len(first), reached, reached - left, left, int((was & now & changed).sum()),
        int((~was & now).sum()), int(changed.sum()), left / reached if reached else None, low, high,
        at_most(reached - left, reached, 0.5) if reached else 1.0,
        compare_shares(now, was),
    )  # fmt: skip
