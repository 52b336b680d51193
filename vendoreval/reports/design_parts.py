"""The design of a clause in pictures: where the audit stopped, and what it would have said of others."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from vendoreval.audits.records import AuditResult, Finding, Walk
from vendoreval.contracts.rules import INSPECTIONS
from vendoreval.contracts.terms import Clause, Contract
from vendoreval.designs.designs import Design, design, lowest_share
from vendoreval.designs.dynamic import Boundaries, operating_rows
from vendoreval.errors import InputError
from vendoreval.reports.charts.curves import Curves, oc_curve, sequential_path
from vendoreval.reports.sentences import clause_name
from vendoreval.reports.wording import chance

_POINTS = 150  # of a path; more cannot be told apart in print
_SHARES = 25
_SHOWN_AFTER = 1.25  # the limits go on for a while after the stop


def designs(contract: Contract, result: AuditResult) -> list[dict[str, Any]]:
    """For each finding that walked along a design: its name, a sentence, the path and the OC curve."""
    clauses = {clause.id: clause for clause in contract.clauses}
    shown = []
    for finding in result.findings:
        if finding.walk is None or finding.population is None or finding.walk.reject == finding.walk.accept:
            continue
        made = _design(clauses[finding.clause], finding)
        if made is not None:
            shown.append(_pictures(clauses[finding.clause], finding, finding.walk, made))
    return shown


def _design(clause: Clause, finding: Finding) -> Design | None:
    """The design that the finding followed, computed again; under AQL plans the inspection is tried."""
    for inspection in INSPECTIONS[1:]:
        try:
            made = design(clause, finding.population or 0, inspection=inspection)
        except InputError:
            return None
        if made.method == finding.method:
            return made
    return None


def _pictures(clause: Clause, finding: Finding, walk: Walk, made: Design) -> dict[str, Any]:
    limit = lowest_share(clause)
    shares = _accuracies(limit)
    rows = operating_rows(made.limits, made.population, [*shares, limit])
    at_limit = rows[-1]
    curve = oc_curve(
        [row.accuracy for row in rows[:-1]], [row.p_kept for row in rows[:-1]], float(limit),
        [row.p_breached for row in rows[:-1]],
    )  # fmt: skip
    return {
        "name": clause_name(finding),
        "sentence": (
            f"At most {walk.max_items:,} of {made.population:,} items are looked at; this audit used "
            f"{walk.walked:,}. A delivery that just keeps the limit takes {at_limit.expected_items:,.0f} items "
            f"on average and is wrongly called breached with a chance of {chance(at_limit.p_breached)}. "
            f"The order of the draw follows from the seed {walk.seed}."
        ),
        "path": _path(walk, made.limits),
        "curve": curve,
    }


def _accuracies(limit: Fraction) -> list[Fraction]:
    """Shares around the limit: where errors are from none to three times as many as allowed."""
    widest = min(3 * (1 - limit) or Fraction(1, 20), Fraction(1))
    return [1 - widest * k / (_SHARES - 1) for k in range(_SHARES - 1, -1, -1)]


def _path(walk: Walk, limits: Boundaries) -> Curves:
    last = min(limits.cap, max(round(walk.walked * _SHOWN_AFTER), walk.walked + 10))
    step = max(1, last // _POINTS)
    items = sorted({*range(0, last + 1, step), walk.walked, last, *walk.errors_at})
    wrong = [sum(1 for place in walk.errors_at if place <= n) for n in items if n <= walk.walked]
    return sequential_path(items, wrong, _from(limits, items), _up_to(limits, items))


def _from(limits: Boundaries, items: Sequence[int]) -> list[float | None]:
    reject = limits.reject_at.tolist()
    return [float(reject[n]) if reject[n] <= n else None for n in items]


def _up_to(limits: Boundaries, items: Sequence[int]) -> list[float | None]:
    accept = limits.accept_at.tolist()
    return [float(accept[n]) if accept[n] >= 0 else None for n in items]
