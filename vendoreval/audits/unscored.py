"""Units on which nothing can be scored, though gold does not say so: faulty outlines, spans in other texts.

They count neither way, and no verdict may hang on them: a vendor who spoils what he got wrong would keep every
clause, and one whose right outlines have a fault would be accused. So *kept* is said only where it would hold
with all of them wrong, *breached* only with all of them right.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import BREACHED, INCONCLUSIVE, KEPT, Finding
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.inference.proportions import CENSUS
from vendoreval.tasks.outcomes import CODE

MUCH = 0.1  # share of all units from which on a note says that it is much


def unscored(seen: AuditInput) -> NDArray[np.bool_]:
    """Rows that cannot be scored and that gold does not leave out itself.

    A unit that falls on what gold leaves out has no gold unit of its own: on items where gold leaves something
    out, such units are taken to fall on it.
    """
    units = seen.units
    rows: NDArray[np.bool_] = units.outcome == CODE["unscorable"]
    if units.level is None:  # a class can always be scored: what is not was struck out
        return np.zeros(len(units), dtype=np.bool_)
    gold = None if seen.gold is None else seen.gold.labels
    if gold is None or gold.ignored is None or not rows.any():
        return rows
    left_out = np.zeros(len(units.item.values), dtype=np.bool_)
    left_out[gold.item.recode(units.item.values).codes[gold.ignored]] = True
    found: NDArray[np.bool_] = rows & ~(left_out[units.item.codes] & (units.expected.codes < 0))
    return found


def withheld(clause: Clause, finding: Finding, count: int) -> Finding:
    """The finding; where `count` unscored units could turn its verdict, without one."""
    if not count or METRICS[clause.metric].kind == "agreement" or clause.metric == "completeness":
        return finding  # nothing is scored there
    limit = clause.limit if METRICS[clause.metric].lower_is_better else 1 - clause.limit
    if finding.verdict == KEPT and finding.errors + count > limit * (finding.n + count):
        turned = "if wrong, would break it: it is not called kept"
    elif finding.verdict == BREACHED and _saved(clause, finding, limit, count):
        turned = "if right, might keep it: it is not called breached"
    else:
        return finding
    what = "1 unit" if count == 1 else f"{count:,} units"
    said = f"But {what} cannot be scored, and {turned}."
    return replace(finding, verdict=INCONCLUSIVE, reason=f"{finding.reason} {said}", strikeouts=None)


def _saved(clause: Clause, finding: Finding, limit: Fraction, count: int) -> bool:
    """Whether `count` more right units could take the breach away: each allows `limit` of an error more."""
    by_chance = clause.decision.rule != "point" and finding.method != CENSUS
    if by_chance and finding.strikeouts is not None:
        return finding.strikeouts < limit * count
    return finding.errors <= limit * (finding.n + count)


def unscored_note(seen: AuditInput) -> list[str]:
    """A sentence on these units, with an example; nothing where there are none."""
    rows = np.flatnonzero(unscored(seen))
    if not len(rows):
        return []
    where = seen.units.where
    first = int(rows[0])
    example = "" if where is None else f", for example on {seen.units.item[first]}: {where[first]}"
    share = len(rows) / len(seen.units)
    much = " That is much: see why before you rely on these figures." if share >= MUCH else ""
    what = (
        "1 unit cannot be scored and counts"
        if len(rows) == 1
        else f"{len(rows):,} units cannot be scored and count"
    )
    return [f"{what} neither way{example}.{much}"]
