"""A coefficient of agreement held against a limit: both p-values, and how many items would decide.

A coefficient below t is the same as an observed agreement below a = 1 - (1 - t)(1 - chance). So the observed
agreement is tested as a share with the effective number of independent comparisons (inference.effective),
taken from the coefficient's linearised variance, in which chance agreement is estimated too. This keeps
its level where few items differ, and at full agreement, where formulas that rest on the normal
distribution show no error at all.

Where one class outweighs the others, a few items carry all that is known about the rest, and a sample without
them looks like chance. So p_breach, and the interval's upper end, are those of the items and one more on
which everybody agrees on the rarest class; where answers have a distance, on an answer unlike all others.
Own construction, held against simulated annotators in
tests/unit/inference/test_inference_agreement_limit.py and test_inference_spread.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from vendoreval.inference.agreement import Agreement, Metric, Scale, agreement
from vendoreval.inference.drawn import Drawn
from vendoreval.inference.effective import effective_size, size_for_kept
from vendoreval.inference.proportions import Proportion, more_items_needed
from vendoreval.inference.spread import Spread, alpha_of_spread
from vendoreval.inference.tally import Tally

METHOD = "agreement over items (Korn-Graubard, linearised)"


@dataclass(frozen=True)
class Held:
    """A coefficient against its limit. `low` and `high` are the coefficient's, two-sided.

    p_breach is the chance of agreement this low where the coefficient just reaches the limit, p_kept that
    of agreement this high where it just misses it. `differing` of the items show two classes or more.
    """

    found: Agreement
    low: float
    high: float
    p_breach: float
    p_kept: float
    differing: int
    share: Proportion
    limit: Fraction

    def more_items(self, alpha: float, beta: float) -> int | None:
        """How many further items would decide at the same agreement; None where no number would."""
        return more_items_needed(self.share, self.limit, alpha, beta)


def against_limit(
    counts: Tally,
    metric: Metric,
    limit: Fraction,
    *,
    scale: Scale = "nominal",
    order: Sequence[str] = (),
    weights: str = "",
    confidence: float = 0.95,
) -> Held | None:
    """`metric` of `counts` against `limit`; None where the coefficient is not defined.

    `scale`, `order` and `weights` as in `inference.agreement`. The items are taken as a sample of the work that
    the limit is about.
    """

    def held(seen: Tally) -> Held | None:
        found = agreement(seen, metric, scale=scale, order=order, weights=weights, confidence=confidence)
        paired = seen.compared()
        differing = int(paired.items[np.diff(paired.start) > 1].sum())
        return _held(found, differing, limit, confidence)

    first = held(counts)
    return _milder(first, held(_with_one_more(counts))) if first else None


def spread_against_limit(spread: Spread, limit: Fraction, confidence: float = 0.95) -> Held | None:
    """Alpha of answers that have a distance, against `limit`; None where it is not defined."""

    def held(seen: Spread) -> Held | None:
        return _held(alpha_of_spread(seen, confidence), seen.differing, limit, confidence)

    first = held(spread)
    return _milder(first, held(spread.one_more())) if first else None


def _milder(first: Held, with_one_more: Held | None) -> Held:
    """What one more item leaves of the word breached."""
    if with_one_more is None:
        return first
    high, p_breach = max(first.high, with_one_more.high), max(first.p_breach, with_one_more.p_breach)
    return replace(first, high=high, p_breach=p_breach)


def _held(found: Agreement, differing: int, limit: Fraction, confidence: float) -> Held | None:
    if found.estimate is None or found.observed is None or found.chance is None:
        return None
    share = min(max(found.observed, 0.0), 1.0)
    room = 1 - found.chance
    required = min(max(1 - (1 - float(limit)) * room, 0.0), 1.0)
    comparisons = found.labels - found.items
    size = _size(share, (found.standard_error or 0.0) * room, comparisons, found.items, confidence)
    kept = size_for_kept(size, found.items, differing)
    drawn = Drawn((1 - share,), (1.0,), size, kept, found.items, None)
    low, high = drawn.interval(confidence)
    p_breach, p_kept = drawn.p_breach(required), drawn.p_kept(required)
    proportion = Proportion(
        estimate=share, low=low, high=high, confidence=confidence, method=METHOD, n=comparisons,
        clusters=found.items, effective_n=size, design_effect=comparisons / size, p_breach=p_breach,
        p_kept=p_kept, population=None, errors=differing, items=found.items, exact=Fraction(share), drawn=drawn,
    )  # fmt: skip
    return Held(
        found, 1 - (1 - low) / room, 1 - (1 - high) / room, p_breach, p_kept, differing, proportion,
        Fraction(required),
    )  # fmt: skip


def _with_one_more(counts: Tally) -> Tally:
    """The items and one more on which as many people as usual agree on the rarest class in use."""
    totals = counts.totals()
    rarest = min((name for name in counts.values if totals[name]), key=lambda name: (totals[name], name))
    paired = counts.compared()
    order = np.argsort(paired.sizes, kind="stable")
    middle = np.searchsorted(np.cumsum(paired.items[order]), paired.items.sum() / 2)
    usual = int(paired.sizes[order][middle])
    return Tally(
        counts.values, np.append(counts.start, counts.start[-1] + 1),
        np.append(counts.label, counts.values.index(rarest)), np.append(counts.count, usual),
        np.append(counts.items, 1),
    )  # fmt: skip


def _size(share: float, error: float, comparisons: int, items: int, confidence: float) -> float:
    """Independent comparisons that tell as much; the items where no variance shows."""
    if not 0 < share < 1 or error == 0 or items < 2 or comparisons < 2:
        return float(items)
    return min(effective_size(share, error**2, comparisons, items - 1, confidence), comparisons)
