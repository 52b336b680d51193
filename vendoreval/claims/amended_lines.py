"""Lines of a claim that are right once gold is amended."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.records import BREACHED, AuditResult
from vendoreval.claims.defects import claim_lines
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.terms import Task


def right_lines(
    lines: Iterable[ClaimLine], items: Collection[str], result: AuditResult, seen: AuditInput, task: Task
) -> tuple[int, ...]:
    """The numbers of those `lines` on `items` that would not be there had gold been amended before.

    `seen` is what the audit saw, held against the amended gold; `result` is that of the audit below the claim.
    A line stays where what was delivered (or missed) there is wrong under its clauses still; units are told by
    their content, for another answer may number them in another way.
    """
    breached = tuple(finding for finding in result.findings if finding.verdict == BREACHED)
    wrong = {_part(line) for line in claim_lines(breached, seen, task) if line.item in items}
    return tuple(line.number for line in lines if line.item in items and _part(line) not in wrong)


def _part(line: ClaimLine) -> tuple[str | None, ...]:
    side = line.delivered if line.delivered is not None else line.expected
    return line.item, line.annotator, line.level, side, line.where, str(line.delivered is None)
