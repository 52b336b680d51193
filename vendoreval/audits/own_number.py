"""The accuracy that a vendor reports, held against what an audit found."""

from __future__ import annotations

from fractions import Fraction

from vendoreval.audits.audit_input import AuditInput, usual_counting
from vendoreval.audits.measures import measure
from vendoreval.contracts.terms import Task
from vendoreval.errors import InputError
from vendoreval.inference.leakage import OwnNumber, own_number
from vendoreval.inference.proportions import clustered
from vendoreval.numerals import share as share_of


def against_vendor(seen: AuditInput, task: Task, says: str) -> OwnNumber:
    """The accuracy that a vendor reports (text such as 0.98) against the audit's; raises UsageError."""
    if seen.active is not None and not seen.active.uniform:
        raise InputError(
            "The items were drawn where scores expect errors, so their plain share of right answers is not the "
            "delivery's.",
            remedy="Hold the vendor's figure against the interval of the clause, which weighs each item.",
        )
    claimed = float(share_of(says, "--vendor-says"))
    totals = measure("accuracy", seen.units, None, task.classes, usual_counting(seen))
    if not totals.n:
        raise InputError("The audit counted no unit, so there is nothing to compare.")
    share = clustered(totals.ys[0], totals.xs[0], Fraction(1, 2), confidence=0.95, population_clusters=None)
    return own_number(claimed, totals.n - totals.errors, totals.n, share.n / share.effective_n)
