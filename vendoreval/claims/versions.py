"""What rulings leave of a claim: the audit judged again without the struck lines, and the sums reckoned anew.

A version takes away and never adds: it has no clause, no line and no remedy that version 1 has not, and no
sum above the one of the version before it. Only a failed rework brings up steps that waited for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.auditing import judged
from vendoreval.audits.records import BREACHED, AuditResult, worst
from vendoreval.claims.disputes import Dispute, LineState, stations
from vendoreval.claims.drafting import claimed
from vendoreval.claims.following import asked_elsewhere, elsewhere_notes, failed_notes
from vendoreval.claims.moves import ACCEPTED, DOWNGRADED, UPHELD, Move, Ruling
from vendoreval.claims.records import Claim, ClaimLine, Demand, Struck
from vendoreval.claims.striking import strike
from vendoreval.contracts.business_days import add_business_days
from vendoreval.contracts.terms import Contract
from vendoreval.money import Money

NEW_VERSION = ("ruled", "arbitrated", "gold_amended", "reworked")  # moves that may change what is asked


def left_of(
    contract: Contract, seen: AuditInput, result: AuditResult, before: Claim, dispute: Dispute
) -> Claim:
    """The next version of a claim: what stands after the moves of `dispute`; `before` is its newest version.

    `seen` and `result` are those of the audit that version 1 rests on.
    """
    first = dispute.claim
    struck = tuple(line for line in first.lines if not dispute.lines[line.number].stands)
    again = judged(
        contract, strike(seen, struck), audit_id=result.audit, delivery=result.delivery, gold=result.gold
    )
    claimed_on = {(f.clause, f.group) for f in result.findings if f.verdict == BREACHED}
    findings = tuple(f for f in again.findings if (f.clause, f.group) in claimed_on)
    fresh = claimed(
        contract, again, seen, tuple(f for f in findings if f.verdict == BREACHED), claim_id=first.id,
        today=first.drafted, supersedes=first.supersedes, failed_reworks=dispute.failed_reworks,
        follows=first.follows,
    )  # fmt: skip
    elsewhere = asked_elsewhere(dispute.moves)
    ruled = dispute.moves[-1].at.date() if dispute.moves else first.drafted
    return replace(
        fresh,
        version=before.version + 1,
        state=before.state,
        issued=first.issued,
        answer_by=first.answer_by,
        verdict=worst(tuple(f.verdict for f in findings)),
        demands=tuple(
            _capped(contract, demand, before, ruled) for demand in fresh.demands
            if _asked(demand, first) and demand.remedy not in elsewhere
        ),
        lines=tuple(
            _as_ruled(line, dispute.lines[line.number]) for line in first.lines
            if dispute.lines[line.number].stands
        ),
        struck=tuple(_why(dispute.lines[line.number]) for line in struck),
        notes=(*first.notes, *failed_notes(dispute.moves), *elsewhere_notes(elsewhere)),
    )  # fmt: skip


def changes_anything(before: Claim, after: Claim) -> bool:
    """Whether a version says anything else than the one before it."""
    same = replace(after, version=before.version)
    return same.to_json() != before.to_json()


def conceded(
    contract: Contract, seen: AuditInput, result: AuditResult, newest: Claim, dispute: Dispute
) -> Claim:
    """What would stand if only the lines did that are beyond dispute: accepted, upheld or downgraded."""
    settled = (ACCEPTED, UPHELD, DOWNGRADED)
    lines = {
        number: line if line.state in settled else LineState(number, "withdrawn", ruling=_not_conceded(number))
        for number, line in dispute.lines.items()
    }
    return left_of(contract, seen, result, newest, replace(dispute, lines=lines))


def versions(contract: Contract, seen: AuditInput, result: AuditResult, dispute: Dispute) -> tuple[Claim, ...]:
    """Every version that the moves of `dispute` lead to, the issued one first."""
    return (dispute.claim, *(claim for _, claim in later_versions(contract, seen, result, dispute)))


def later_versions(
    contract: Contract, seen: AuditInput, result: AuditResult, dispute: Dispute
) -> Iterator[tuple[Move, Claim]]:
    """The versions from the second on, oldest first, each with the move that led to it."""
    newest = dispute.claim
    behind = stations(replace(dispute.claim, state="issued"), contract, dispute.moves)
    next(behind)
    for move, then in zip(dispute.moves, behind, strict=True):
        if move.kind in NEW_VERSION:
            after = left_of(contract, seen, result, newest, then)
            if changes_anything(newest, after):
                newest = after
                yield move, after


def _not_conceded(number: int) -> Ruling:
    return Ruling(number, "withdrawn", "Not conceded.", "")


def _asked(demand: Demand, first: Claim) -> bool:
    return demand.remedy in {one.remedy for one in first.demands}


def _capped(contract: Contract, demand: Demand, before: Claim, ruled: date) -> Demand:
    """The demand, at most as high as before; one that has just become due has a day of its own."""
    earlier = next((one for one in before.demands if one.remedy == demand.remedy), None)
    if earlier is None:
        return demand
    due = earlier.due
    if earlier.after_rework and not demand.after_rework:
        days = contract.remedy(demand.remedy).deadline_days
        due = add_business_days(ruled, days, contract.acceptance) if days else None
    return replace(
        demand,
        amount=_least(demand.amount, earlier.amount),
        amount_on_estimate=_least(demand.amount_on_estimate, earlier.amount_on_estimate),
        due=due,
    )


def _least(now: Money | None, before: Money | None) -> Money | None:
    return now if before is None or now is None else min(now, before)


def _as_ruled(line: ClaimLine, state: LineState) -> ClaimLine:
    return replace(line, severity=state.severity) if state.severity else line


def _why(state: LineState) -> Struck:
    ruling = state.ruling
    return Struck(state.number, ruling.why if ruling else "", ruling.by if ruling else "")
