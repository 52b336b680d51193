"""One clause, or one group of it, held against its totals: the verdict and its numbers.

Rules (contracts.rules): `claim` says breached when a sample this bad has a chance of at most alpha
under a delivery that just keeps the clause, and kept when one this good has a chance of at most beta
under a delivery that just breaks it. `acceptance` swaps the two risks: alpha guards the word kept.
`point` compares the estimate with the threshold and knows no chance. No verdict hangs on a rounded
number: p-values come from exact or effective-sample tails, the point rule compares integers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, NOT_RUN, Finding
from vendoreval.audits.totals import Measure
from vendoreval.audits.units import units_in_words
from vendoreval.contracts.metrics import METRICS, TIME, amount
from vendoreval.contracts.terms import Clause
from vendoreval.inference.drawn import Hidden
from vendoreval.inference.proportions import (
    CENSUS,
    Proportion,
    clustered,
    macro,
    more_items_needed,
    simple,
)
from vendoreval.inference.striking import strikeouts, strikeouts_of_items

RULES_HERE = ("claim", "acceptance", "point")


@dataclass(frozen=True)
class Frame:
    """The delivery that the audited items stand for.

    `items` in the delivery (None = unknown), `audited` of them; `hidden`: what the others may hold. Totals
    over a class or an annotator have an unknown population, unless it is a census. `fresh`: of a rework they
    are only those items that were never named or audited before.
    """

    items: int | None
    audited: int
    hidden: Hidden
    fresh: bool = False

    @property
    def census(self) -> bool:
        """Whether every item was audited."""
        return self.audited == self.items


def not_run(clause: Clause, reason: str, group: str | None = None) -> Finding:
    """A finding that says why the clause was not judged."""
    return Finding(
        clause.id, clause.metric, clause.unit, clause.scope, group, clause.threshold, NOT_RUN, reason
    )


def decide(clause: Clause, group: str | None, totals: Measure, frame: Frame) -> Finding:
    """Judge `totals`, of `group` where the clause judges several.

    Thresholds of error_rate and of losses are upper limits; all others are lower limits.
    """
    if totals.n == 0 or not totals.xs:
        return not_run(clause, "No unit on the gold items belongs to this clause.", group)
    limit = _limit(clause, totals)
    alpha, beta = clause.risks
    confidence = float(1 - clause.decision.alpha)
    whole = group is None and clause.scope == "delivery"
    share = _estimate(totals, limit, confidence, frame, whole=whole, people=clause.scope == "annotator")
    verdict = _verdict(clause, totals, share, limit, alpha, beta)
    estimate, low, high = _figures(clause, totals, share)
    finding = Finding(
        clause.id, clause.metric, clause.unit, clause.scope, group, clause.threshold, verdict, "",
        estimate=estimate,
        low=low,
        high=high,
        confidence=confidence,
        method=share.method,
        n=totals.n,
        errors=totals.errors,
        clusters=share.clusters,
        population=share.population,
        design_effect=share.design_effect,
        p_breach=share.p_breach,
        p_kept=share.p_kept,
        more_items=_more_items(share, limit, alpha, beta, frame) if verdict == INCONCLUSIVE else None,
        strikeouts=_strikeouts(clause, totals, share, limit, alpha) if verdict == BREACHED else None,
    )  # fmt: skip
    return replace(finding, reason=_reason(finding, clause.decision.rule, totals, frame))


def _limit(clause: Clause, totals: Measure) -> Fraction:
    """The lowest allowed share: of right units, or of what could be lost and was not."""
    if totals.cap is not None:
        return max(1 - clause.limit / totals.cap, Fraction(0))
    if totals.root:
        return clause.limit**2
    return 1 - clause.limit if clause.metric == "error_rate" else clause.limit


def _figures(clause: Clause, totals: Measure, share: Proportion) -> tuple[float, float, float]:
    """Estimate and interval on the metric's own scale."""
    if totals.cap is not None:
        lost, cap = float(totals.lost), float(totals.cap)
        if share.method == CENSUS:
            return lost, lost, lost
        return lost, min(cap * (1 - share.high), lost), max(cap * (1 - share.low), lost)
    if clause.metric == "error_rate":
        return 1 - share.estimate, 1 - share.high, 1 - share.low
    if totals.root:
        return math.sqrt(share.estimate), math.sqrt(max(share.low, 0)), math.sqrt(max(share.high, 0))
    return share.estimate, share.low, share.high


def _estimate(
    totals: Measure, limit: Fraction, confidence: float, frame: Frame, *, whole: bool, people: bool
) -> Proportion:
    """The share and both its chances.

    Where an answer is one row, a person gives an item the one unit that is seen here.
    """
    largest = max(int(x.max()) for x in totals.xs)
    people = people and frame.hidden.wrong is None
    mean = len(totals.xs) + len(totals.absent) > 1  # over classes
    if not mean and largest <= 1 and totals.scale == 1 and (people or frame.hidden.singles):
        population = totals.n if frame.census else frame.items if whole else None
        right, units = (
            int(totals.ys[0].sum()),
            int(totals.xs[0].sum()),
        )  # errors may be others than what is lost
        return simple(right, units, limit, confidence=confidence, population=population)
    items = len(totals.xs[0])
    seen = -(-largest // totals.weight)
    wrong = None if frame.hidden.wrong is None else max(frame.hidden.wrong, seen)
    hidden = replace(
        frame.hidden, most=seen if people else max(frame.hidden.most, seen), weight=totals.weight, wrong=wrong,
        wrong_weight=totals.wrong_weight,
    )  # fmt: skip
    population = items if frame.census else frame.items if items == frame.audited else None
    if mean:
        return macro(
            totals.ys, totals.xs, limit, confidence=confidence, population_clusters=population,
            hidden=hidden, absent=len(totals.absent), scale=totals.scale,
        )  # fmt: skip
    return clustered(
        totals.ys[0], totals.xs[0], limit, confidence=confidence, population_clusters=population, hidden=hidden,
        scale=totals.scale,
    )  # fmt: skip


def _verdict(
    clause: Clause, totals: Measure, share: Proportion, limit: Fraction, alpha: float, beta: float
) -> str:
    if totals.cap is not None and (clause.decision.rule == "point" or share.method == CENSUS):
        return KEPT if totals.lost <= clause.limit else BREACHED
    if clause.decision.rule == "point":
        return _by_the_figure(totals, share, limit)
    if share.p_breach <= alpha:
        return BREACHED
    return KEPT if share.p_kept <= beta and not totals.beyond else INCONCLUSIVE


def _by_the_figure(totals: Measure, share: Proportion, limit: Fraction) -> str:
    """By the exact ratio; open where classes without a unit could turn it either way."""
    absent = 0 if share.method == CENSUS else len(totals.absent)
    classes = len(totals.xs) + absent
    right = share.exact * len(totals.xs)
    if right / classes >= limit:
        return KEPT
    return BREACHED if (right + absent) / classes < limit else INCONCLUSIVE


def _more_items(share: Proportion, limit: Fraction, alpha: float, beta: float, frame: Frame) -> int | None:
    """Further audited items of the delivery that would decide at this estimate: at most all that are left.

    A group finds its units among all items, so that it takes as many more as it took so far.
    """
    if frame.items is None:  # completeness without a list of the items sent: it wants the list, not more items
        return None
    left = frame.items - frame.audited
    more = more_items_needed(share, limit, alpha, beta)
    return left if more is None else min(math.ceil(Fraction(more * frame.audited, share.items)), left)


def _strikeouts(
    clause: Clause, totals: Measure, share: Proportion, limit: Fraction, alpha: float
) -> int | None:
    """Errors that could be struck out, whichever they are; None where none of the bounds here holds."""
    if len(totals.xs) > 1 or totals.weight > 1 or totals.scale > 1 or clause.unit == TIME:
        return None
    if clause.decision.rule == "point":
        allowed = int((1 - limit) * totals.n)
        return max(totals.errors - allowed - 1, 0)
    if share.drawn is None:
        return strikeouts(share, limit, alpha)
    return strikeouts_of_items(totals.ys[0], totals.xs[0], share, limit, alpha)


def _reason(finding: Finding, rule: str, totals: Measure, frame: Frame) -> str:
    """One plain sentence; reports word the numbers further."""
    count, absent = _counted(finding, totals), totals.absent
    limit = f"{'at most' if METRICS[finding.metric].lower_is_better else 'at least'} {finding.threshold}"
    word = "kept" if finding.verdict == KEPT else "breached"
    if finding.method == CENSUS:
        which = "every fresh item of the rework" if frame.fresh else "every item of the delivery"
        every = f"{which}, so nothing is left to chance"
        return f"{count}, {every}; the clause ({limit}) is {word}."
    if absent:
        count += f"; gold has no unit of {_some(absent)}, of which any share may be right"
    if rule == "point" and finding.verdict != INCONCLUSIVE:
        return f"{count}; the clause ({limit}) is {word} by the figure found, whatever part chance has in it."
    if finding.verdict == BREACHED:
        return f"{count}; the clause asks for {limit}, and chance does not explain the gap."
    if finding.verdict == KEPT:
        return f"{count}; this shows that the clause ({limit}) is kept."
    if totals.beyond and totals.cap is not None:
        items = "1 item loses" if totals.beyond == 1 else f"{totals.beyond:,} items lose"
        count += f"; {items} more than {float(totals.cap):g} a unit, the most that the contract expects"
    what = "gold" if absent else "the sample"
    further = _further(finding, absent, frame)
    return f"{count}; {what} cannot decide whether the clause ({limit}) is kept: {further}."


def _counted(finding: Finding, totals: Measure) -> str:
    """What the figure rests on; errors are those of its own ratio, or it is named with its value."""
    units, items = f"{finding.n:,} {units_in_words(finding.unit)}", f"on {finding.clusters:,} items"
    if totals.told:
        of = amount(finding.n, finding.unit) if finding.unit == TIME else units
        return f"{finding.metric} is {finding.estimate:.4f}, from {of} of gold {items} ({totals.told})"
    if (counts := METRICS[finding.metric].counts) and finding.estimate is not None:
        of_gold = f"{finding.n:,} {counts} of gold on {finding.clusters:,} items"
        return f"{finding.metric} is {finding.estimate:.4f}, {finding.errors:,} errors against {of_gold}"
    if METRICS[finding.metric].kind in ("mean", "score") and finding.estimate is not None:
        right = f" ({finding.n - finding.errors:,} right)"
        return f"{finding.metric} is {finding.estimate:.4f}, from {units}{right} {items}"
    return f"{finding.errors:,} of {units} wrong {items}"


def _further(finding: Finding, absent: tuple[str, ...], frame: Frame) -> str:
    if absent:
        return "units of it must be audited" if len(absent) == 1 else "units of each must be audited"
    if frame.items is None:
        return "which items were sent is not known; take the delivery in with a list of them (--items)"
    if finding.more_items is None:
        return "how many further items would is not known"
    if frame.items is not None and finding.more_items == frame.items - frame.audited:
        return f"at this estimate only all {finding.more_items:,} items that are left would"
    return f"about {finding.more_items:,} further audited items would decide it"


def _some(names: tuple[str, ...]) -> str:
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if len(names) > 3 else "")
    return f"the class{'es' if len(names) > 1 else ''} {listed}"
