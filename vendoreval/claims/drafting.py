"""From a breached audit to a claim, and from a draft to the issued first version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from vendoreval.audits.audit_input import AuditInput
from vendoreval.audits.drawing import speaks_for_all, why_not
from vendoreval.audits.records import BREACHED, AuditResult, Finding
from vendoreval.claims.deadlines import deadlines
from vendoreval.claims.defects import claim_lines
from vendoreval.claims.extrapolating import extrapolate
from vendoreval.claims.following import following, not_again
from vendoreval.claims.records import Claim, ClaimLine, Extrapolation, Followed
from vendoreval.claims.remedies import Grounds, ladder
from vendoreval.contracts.business_days import add_business_days
from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Contract
from vendoreval.errors import Conflict

DRAFT, ISSUED = "draft", "issued"
_ANSWER_DAYS = 5  # where the contract says nothing; Acceptance.response_days has the same default

ROW_HEADER = (
    "number", "item_id", "unit_id", "expected", "delivered", "annotator_id", "outcome", "severity",
    "clause", "also", "task_id",
)  # fmt: skip
PARTS_HEADER = ("level", "where", "score")  # of types with several units an item


def draft_claim(
    contract: Contract,
    result: AuditResult,
    seen: AuditInput,
    *,
    claim_id: str,
    today: date,
    received: date | None = None,
    supersedes: tuple[str, ...] = (),
    failed_reworks: int = 0,
    follows: tuple[Followed, ...] = (),
) -> Claim:
    """Draft a claim on the breached findings of `result`; `seen` is what that audit looked at.

    `received`: the day the delivery arrived, for the acceptance window. `supersedes`: claims on the same
    defects that were issued before and no longer stand once this one is. `failed_reworks`: so many rounds of
    rework failed before this delivery. `follows`: other claims on it or on those that it replaces. Raises
    Conflict when nothing is breached, or when the result belongs to another contract or version.
    """
    if (result.contract, result.contract_version) != (contract.id, contract.version):
        raise Conflict(
            f"Audit {result.audit!r} judged contract {result.contract!r} version {result.contract_version}, "
            f"not {contract.id!r} version {contract.version}.",
            remedy="Claim under the version that was audited.",
        )
    breached = tuple(finding for finding in result.findings if finding.verdict == BREACHED)
    if not breached:
        raise Conflict(
            f"There is nothing to claim: audit {result.audit!r} found no clause breached "
            f"(its verdict is {result.verdict})."
        )
    return claimed(
        contract, result, seen, breached, claim_id=claim_id, today=today, received=received,
        supersedes=supersedes, failed_reworks=failed_reworks, follows=follows,
    )  # fmt: skip


def claimed(
    contract: Contract,
    result: AuditResult,
    seen: AuditInput,
    breached: tuple[Finding, ...],
    *,
    claim_id: str,
    today: date,
    received: date | None = None,
    supersedes: tuple[str, ...] = (),
    failed_reworks: int = 0,
    follows: tuple[Followed, ...] = (),
) -> Claim:
    """What the `breached` findings lead to, as a draft; nothing is asked for where there are none."""
    beyond = speaks_for_all(seen.drawn, seen.seed_from, contract.task.gold)
    extrapolations = tuple(
        extrapolate(contract.clause(f.clause), f, result.counts, beyond=beyond) for f in breached
    )
    counted = tuple(e for e in extrapolations if not _on_agreement(contract, e.clause))
    audited = _audited_items(breached, result)
    grounds = Grounds(extrapolations, audited, result.counts, beyond, failed_reworks)
    return Claim(
        id=claim_id,
        version=1,
        state=DRAFT,
        audit=result.audit,
        delivery=result.delivery,
        contract=contract.id,
        contract_version=contract.version,
        vendor=contract.vendor,
        buyer=contract.buyer,
        currency=contract.currency,
        drafted=today,
        issued=None,
        answer_by=None,
        extrapolations=counted,
        demands=not_again(ladder(contract, grounds), follows),
        lines=claim_lines(breached, seen, contract.task),
        supersedes=supersedes,
        failed_reworks=failed_reworks,
        follows=follows,
        notes=(
            *_superseding(supersedes),
            *following(follows, result.delivery),
            *_reach(seen, beyond),
            *_notes(contract, breached, counted, today, received, beyond=beyond),
            *_names(seen),
        ),
    )


def issue(claim: Claim, contract: Contract, on: date) -> Claim:
    """Freeze a draft: the day of issue, the vendor's last day to answer, and each demand's due day.

    Raises Conflict when the claim is issued already.
    """
    if claim.state != DRAFT:
        raise Conflict(f"Claim {claim.id!r} was issued on {claim.issued} and stays as it is.")
    names = tuple(demand.remedy for demand in claim.demands)
    due = {entry.name: entry.due for entry in deadlines(contract, issued=on, remedies=names)}
    days = contract.acceptance.response_days if contract.acceptance else _ANSWER_DAYS
    return replace(
        claim,
        state=ISSUED,
        issued=on,
        answer_by=add_business_days(on, days, contract.acceptance),
        demands=tuple(replace(demand, due=due.get(f"remedy.{demand.remedy}")) for demand in claim.demands),
    )


def claim_rows(claim: Claim) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of the claim's list of defects, as text; the writer guards against formulas."""
    return line_rows(claim.lines)


def line_rows(lines: Sequence[ClaimLine]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of a list of defects, as text."""
    rows: list[tuple[str, ...]] = [
        (
            str(line.number), line.item, str(line.unit), line.expected or "", line.delivered or "",
            line.annotator or "", line.outcome, line.severity, line.clause, " ".join(line.also),
            line.task or "",
        )
        for line in lines
    ]  # fmt: skip
    if not any(line.level for line in lines):
        return ROW_HEADER, rows
    parts = [
        (line.level or "", line.where or "", "" if line.score is None else f"{line.score:.4f}")
        for line in lines
    ]
    return (*ROW_HEADER, *PARTS_HEADER), [(*row, *part) for row, part in zip(rows, parts, strict=True)]


def _superseding(claims: tuple[str, ...]) -> tuple[str, ...]:
    if not claims:
        return ()
    return (
        f"This claim takes the place of {', '.join(claims)} on the same defects; nothing is owed under both.",
    )


def _reach(seen: AuditInput, beyond: bool) -> tuple[str, ...]:
    return () if beyond else (why_not(seen.drawn, seen.seed_from),)


def _names(seen: AuditInput) -> tuple[str, ...]:
    if not seen.task_ids:
        return ()
    return ("Items are named by the task ids under which the vendor got them; the data hold ours as well.",)


def _audited_items(breached: tuple[Finding, ...], result: AuditResult) -> int:
    """Items held against gold: a clause on agreement compares labels with each other instead.

    Where items hold several units, those without one were audited, too.
    """
    against_gold = [f for f in breached if METRICS[f.metric].kind != "agreement"]
    every = result.counts["gold_items"]
    if "not_answered" in result.counts:
        every -= result.counts["not_answered"]
        return max((f.walk.walked if f.walk else every for f in against_gold), default=every)
    return max((f.clusters for f in against_gold), default=every)


def _on_agreement(contract: Contract, clause: str) -> bool:
    return METRICS[contract.clause(clause).metric].kind == "agreement"


def _notes(
    contract: Contract,
    breached: tuple[Finding, ...],
    extrapolations: tuple[Extrapolation, ...],
    today: date,
    received: date | None,
    *,
    beyond: bool,
) -> tuple[str, ...]:
    notes = [
        "Further rights are reserved. The demands are steps in the contract's order; "
        "no wrong unit is credited twice."
    ]
    if beyond and any(e.population == e.sample for e in extrapolations):
        notes.append(
            "Where the number of units in the whole delivery is not known, or all of them were audited, the "
            "claim rests on the wrong units found and nothing is extrapolated."
        )
    agreement = dict.fromkeys(f.clause for f in breached if _on_agreement(contract, f.clause))
    if agreement:
        notes.append(
            f"Breached by the annotators' agreement with each other: {', '.join(agreement)}. That names no "
            "single label as wrong, so no line of the list rests on it."
        )
    if any(contract.clause(finding.clause).decision.rule == "point" for finding in breached):
        notes.append('A clause decided by "point" is breached by its figure alone; chance was not ruled out.')
    named = {name for finding in breached for name in contract.clause(finding.clause).remedy}
    sole = [remedy.id for remedy in contract.remedies if remedy.sole and remedy.id in named]
    if sole:
        notes.append(f"The contract calls {', '.join(sole)} the only remedy.")
    if received and contract.acceptance:
        notes.append(_timeliness(contract, today, received))
    return tuple(notes)


def _timeliness(contract: Contract, today: date, received: date) -> str:
    end = next(d.due for d in deadlines(contract, received=received) if d.name == "acceptance")
    if today <= end:
        return f"The delivery arrived on {received}; the acceptance window ends on {end}."
    late = f"The acceptance window ended on {end}, before this claim was drafted"
    if contract.acceptance and contract.acceptance.silence == "accepted":
        return f"{late}; by the contract silence accepts the delivery unless it was rejected in time."
    return f"{late}; by the contract silence does not accept the delivery."
