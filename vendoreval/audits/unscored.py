"""Units on which nothing can be scored, though gold does not say so: faulty outlines, spans in other texts.

They count neither way, so that nobody is accused by them. Nobody must gain by them either: a vendor who spoils
what he got wrong would keep every clause. So *kept* is said only where it would hold with all of them wrong.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import INCONCLUSIVE, KEPT, Finding
from vendoreval.contracts.rules import METRICS
from vendoreval.contracts.terms import Clause
from vendoreval.tasks.outcomes import CODE

MUCH = 0.1  # share of all units from which on a note says that it is much


def unscored(seen: AuditInput) -> NDArray[np.bool_]:
    """Rows that cannot be scored and that gold does not leave out itself.

    A unit that falls on what gold leaves out has no gold unit of its own: on items where gold leaves something
    out, such units are taken to fall on it.
    """
    units = seen.units
    rows: NDArray[np.bool_] = units.outcome == CODE["unscorable"]
    gold = None if seen.gold is None else seen.gold.labels
    if gold is None or gold.ignored is None or not rows.any():
        return rows
    left_out = np.zeros(len(units.item.values), dtype=np.bool_)
    left_out[gold.item.recode(units.item.values).codes[gold.ignored]] = True
    found: NDArray[np.bool_] = rows & ~(left_out[units.item.codes] & (units.expected.codes < 0))
    return found


def withheld(clause: Clause, finding: Finding, count: int) -> Finding:
    """The finding; where `count` unscored units could turn *kept*, without that verdict."""
    unscored = clause.metric == "completeness" or METRICS[clause.metric].kind == "agreement"  # none is scored
    if finding.verdict != KEPT or not count or unscored:
        return finding
    limit = clause.limit if METRICS[clause.metric].lower_is_better else 1 - clause.limit
    if finding.errors + count <= limit * (finding.n + count):
        return finding
    what = "1 unit" if count == 1 else f"{count:,} units"
    said = f"But {what} cannot be scored, and if wrong, would break it: it is not called kept."
    return replace(finding, verdict=INCONCLUSIVE, reason=f"{finding.reason} {said}")


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
    return [f"{len(rows):,} units cannot be scored and count neither way{example}.{much}"]
