"""Following a clause's design along the draw: item by item, in ticket order, to the first decision.

The order comes from the seed alone (sampling.draw), so neither side chose which items come first, and
looking after each item, stopping and going on later change nothing. Units after the decision are not
read: their errors are not in the finding. Items with several units are judged whole, by betting
(inference.betting), because their errors come in clusters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.deciding import not_run
from vendoreval.audits.measures import measure
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, Finding, Walk
from vendoreval.audits.stratifying import METHOD as STRATA
from vendoreval.audits.stratifying import bounds, counted_strata, judged, share
from vendoreval.audits.totals import Measure
from vendoreval.audits.units import Counting, counted, drawn, units_in_words
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.designs.betting import audit_clusters, cluster_bounds
from vendoreval.designs.designs import READ_ONCE, Design, design, lowest_share, tolerated_share
from vendoreval.designs.dynamic import Stop
from vendoreval.designs.sequential import e_values
from vendoreval.errors import InputError
from vendoreval.inference.confidence_sequence import wrong_bounds
from vendoreval.inference.hypergeometric import errors_at_least, errors_at_most, p_breach, p_kept
from vendoreval.sampling.draw import tickets
from vendoreval.tasks.outcomes import Outcomes

WALKED = ("accuracy", "error_rate", "completeness")
_CLUSTERS = "betting on whole items, without replacement"


@dataclass(frozen=True)
class Numbers:
    """What was found on the items walked: shares of right units, on the scale of right units."""

    low: float
    high: float
    p_breach: float | None
    p_kept: float | None
    method: str


def draw_order(items: Sequence[str], seed: str, names: Mapping[str, str]) -> list[int]:
    """Places of `items` in ticket order; ids that look alike go by their own text.

    An item that the vendor got under another id (`names`) has the ticket of that one, which it can check.
    """
    known = [names.get(item, item) for item in items]
    ranked = zip((found.ticket for found in tickets(known, seed)), known, range(len(items)), strict=True)
    return [place for _, _, place in sorted(ranked)]


def walked_items(
    finding: Finding, units: Outcomes, how: Counting, seed: str, names: Mapping[str, str]
) -> NDArray[np.bool_]:
    """Rows of `units` on the items that the finding's walk used.

    A design on single units passes items without one; one on whole items walks them, too.
    """
    whole = finding.method == _CLUSTERS
    codes = np.unique(units.item.codes[drawn(units, how) if whole else counted(units, how)])
    order = draw_order([units.item.values[code] for code in codes.tolist()], seed, names)
    walked = finding.walk.walked if finding.walk else 0
    return np.asarray(np.isin(units.item.codes, codes[order[:walked]]))


def walk_clause(
    clause: Clause,
    units: Outcomes,
    items: int,
    *,
    how: Counting = Counting(),
    seed: str,
    names: Mapping[str, str] | None = None,
    most_units: int = 0,
    inspection: str = "normal",
    strata: Mapping[str, str] | None = None,
    sizes: Mapping[str, int] | None = None,
) -> Finding:
    """The finding of a clause whose rule has a design, from the audited `units`.

    `items` in the delivery; `names`: under which id the vendor got an item. `strata`: each item's stratum, and
    `sizes` their items, where the sample was drawn from strata. not_run where the clause is on no share of the
    whole delivery, or its design cannot be laid out.
    """
    rule = clause.decision.rule
    if clause.scope != "delivery" or clause.metric not in WALKED:
        what = f"The rule {rule} needs the number of units in the delivery, which is known for accuracy, "
        return not_run(clause, f"{what}error_rate and completeness of the whole delivery only. Take claim.")
    totals = measure(clause.metric, units, None, (), how)
    if totals.n == 0:
        return not_run(clause, "No unit on the audited items belongs to this clause.")
    codes = np.unique(units.item.codes[drawn(units, how)]).tolist()
    order = np.asarray(draw_order([units.item.values[code] for code in codes], seed, names or {}))
    right, counted = totals.ys[0][order], totals.xs[0][order]
    try:
        if strata and sizes:
            found = _strata(clause, totals, [units.item.values[code] for code in codes], strata, sizes)
        elif totals.one_unit_an_item and most_units <= 1:
            made = design(clause, items, inspection=inspection)
            found = _singles(clause, made, (counted - right)[counted > 0] > 0)
        elif rule != "sequential":
            return not_run(clause, f"Items hold several units each, and the rule {rule} counts items with one.")
        else:
            found = _clusters(clause, right, counted, items, max(most_units, int(counted.max())))
    except InputError as error:
        return not_run(clause, f"The rule {rule} cannot be laid out for {items:,} units: {error}")
    return found if found.walk is None else replace(found, walk=replace(found.walk, seed=seed))


def _singles(clause: Clause, made: Design, wrong: NDArray[np.bool_]) -> Finding:
    """Items with one unit each, along the tables of the design."""
    limits = made.limits
    seen = wrong[: limits.cap].tolist()
    stop = limits.follow(seen)
    errors_at = tuple((np.flatnonzero(wrong[: stop.n]) + 1).tolist())
    accept, reject = int(limits.accept_at[stop.n]), int(limits.reject_at[stop.n])
    walk = Walk(
        made.rule, stop.n, len(wrong), limits.cap, accept if accept >= 0 else None,
        reject if reject <= stop.n else None, errors_at, made.rule not in READ_ONCE or stop.n < limits.cap,
    )  # fmt: skip
    found = _numbers(clause, made, seen[: stop.n], stop, anytime=walk.anytime)
    finding = _finding(clause, walk, found, stop.verdict, n=stop.n, errors=stop.errors)
    return replace(
        finding,
        population=made.population,
        design_effect=1.0,
        more_items=_more(made, stop) if stop.verdict == INCONCLUSIVE else None,
        strikeouts=_strikeouts(made, seen) if stop.verdict == BREACHED else None,
        reason=_reason(walk, stop.verdict, clause.unit, stop.n, stop.errors, _more(made, stop)),
    )


def _numbers(clause: Clause, made: Design, wrong: Sequence[bool], stop: Stop, *, anytime: bool) -> Numbers:
    confidence = float(1 - clause.decision.alpha)
    alpha, population = round(1 - confidence, 12), made.population
    against: float | None = None
    for_: float | None = None
    if anytime:
        fewest, most = wrong_bounds(population, wrong, alpha)
        if made.sequential is not None and not made.sequential.calibrated:
            e = e_values(made.sequential, stop.n, stop.errors)
            against, for_ = e.p_breached, e.p_kept
    else:
        fewest = errors_at_least(population, stop.n, stop.errors, alpha / 2)
        most = errors_at_most(population, stop.n, stop.errors, alpha / 2)
        against = p_breach(population, made.allowed, stop.n, stop.errors)
        for_ = p_kept(population, made.intolerable - 1, stop.n, stop.errors)
    return Numbers(1 - most / population, 1 - fewest / population, against, for_, made.method)


def _more(made: Design, stop: Stop) -> int | None:
    """Further items that would decide: to the end of a fixed sample, else at the rate so far.

    A fixed sample has no p-value before its end, for it would mean nothing on a growing sample.
    """
    if made.rule in READ_ONCE:
        return made.max_items - stop.n or None
    return made.limits.more_items(stop.n, stop.errors)


def _strikeouts(made: Design, wrong: Sequence[bool]) -> int:
    """How many errors could be struck out, whichever they are, with breached still said.

    Striking the earliest errors hurts most; the walk then goes on along all audited items.
    """
    places = [k for k, is_wrong in enumerate(wrong) if is_wrong]
    left = list(wrong)
    for struck, place in enumerate(places):
        left[place] = False
        if made.limits.follow(left).verdict != BREACHED:
            return struck
    return len(places)


def _clusters(
    clause: Clause, right: NDArray[np.int64], counted: NDArray[np.int64], items: int, most_units: int
) -> Finding:
    """Items with any number of units, each judged whole."""
    limit, tolerated = lowest_share(clause), tolerated_share(clause)
    alpha, beta = clause.risks
    cap = min(int(clause.decision.options.get("max_items", items)), items)
    good, whole = right[:cap].tolist(), counted[:cap].tolist()
    stop = audit_clusters(
        good, whole, items, most_units, float(limit), None if tolerated is None else float(tolerated),
        alpha, beta,
    )  # fmt: skip
    confidence = float(1 - clause.decision.alpha)
    low, high = cluster_bounds(good[: stop.n], whole[: stop.n], items, most_units, confidence)
    found = Numbers(low, high, 1 / max(stop.e_breached, 1.0), 1 / max(stop.e_kept, 1.0), _CLUSTERS)
    missed = np.flatnonzero(counted[: stop.n] > right[: stop.n]) + 1
    walk = Walk("sequential", stop.n, len(right), cap, None, None, tuple(missed.tolist()), anytime=True)
    n = int(counted[: stop.n].sum())
    errors = n - int(right[: stop.n].sum())
    finding = _finding(clause, walk, found, stop.verdict, n=n, errors=errors)
    return replace(
        finding,
        clusters=int(np.count_nonzero(counted[: stop.n])),
        population=items,
        strikeouts=0 if stop.verdict == BREACHED else None,
        reason=_reason(walk, stop.verdict, clause.unit, n, errors, None),
    )


def _strata(
    clause: Clause, totals: Measure, items: Sequence[str], strata: Mapping[str, str], sizes: Mapping[str, int]
) -> Finding:
    """Items with one unit each, drawn from strata; judged as the sample stands."""
    if clause.decision.rule != "sequential" or not totals.one_unit_an_item:
        why = "holds for the rule sequential and items with one unit each only."
        return not_run(clause, f"The sample was drawn from strata, and their combined test {why}")
    drawn = totals.xs[0] > 0
    names = [strata[item] for item, one in zip(items, drawn.tolist(), strict=True) if one]
    wrong = (totals.xs[0] - totals.ys[0])[drawn] > 0
    counted = counted_strata(names, wrong, sizes)
    verdict, against, for_ = judged(clause, counted)
    low, high = bounds(counted, float(1 - clause.decision.alpha))
    walk = Walk("sequential", len(items), len(items), sum(sizes.values()), None, None, (), anytime=True)
    found = Numbers(low, high, against, for_, STRATA)
    finding = _finding(clause, walk, found, verdict, n=totals.n, errors=totals.errors)
    right = share(counted)
    lower = METRICS[clause.metric].lower_is_better
    said = {BREACHED: "is breached", KEPT: "is kept"}.get(verdict, "is not decided yet")
    return replace(
        finding,
        estimate=1 - right if lower else right,
        population=sum(sizes.values()),
        reason=f"{totals.errors:,} of {totals.n:,} units wrong in {len(sizes):,} strata; by their combined "
        f"evidence, with the errors split in the worst way, the clause {said}.",
    )


def _finding(clause: Clause, walk: Walk, found: Numbers, verdict: str, *, n: int, errors: int) -> Finding:
    """The finding on the metric's own scale."""
    low, high, estimate = found.low, found.high, 1 - errors / n if n else 1.0
    if METRICS[clause.metric].lower_is_better:
        low, high, estimate = 1 - high, 1 - low, 1 - estimate
    return Finding(
        clause.id, clause.metric, clause.unit, clause.scope, None, clause.threshold, verdict, "",
        estimate=estimate, low=low, high=high, confidence=float(1 - clause.decision.alpha),
        method=found.method, n=n, errors=errors, clusters=n, p_breach=found.p_breach, p_kept=found.p_kept,
        walk=walk,
    )  # fmt: skip


def _reason(walk: Walk, verdict: str, unit: str, n: int, errors: int, more: int | None) -> str:
    """One plain sentence with the numbers that decided."""
    count = f"{errors:,} of {n:,} {units_in_words(unit)} wrong on the first {walk.walked:,} items of the draw"
    if verdict == BREACHED:
        from_ = f": from {walk.reject:,} on" if walk.reject is not None else ""
        return f"{count}{from_} the rule {walk.rule} calls the clause breached here."
    if verdict == KEPT:
        with_ = f": with at most {walk.accept:,}" if walk.accept is not None else ""
        said = f"{count}{with_} the rule {walk.rule} calls the clause kept here."
        return said + (" An AQL plan accepts; it does not prove the share." if walk.rule == "iso2859-1" else "")
    if walk.walked >= walk.max_items:
        return f"{count}; this is the largest sample of the rule {walk.rule}, and it does not decide."
    if more is None:
        return f"{count}; the rule {walk.rule} has not decided, and at this rate its largest sample would not."
    if walk.rule in READ_ONCE:
        return f"{count}; the rule {walk.rule} is read once, after {more:,} further items."
    return f"{count}; the rule {walk.rule} has not decided: about {more:,} further items would at this rate."
