"""What is wrong with a delivered answer, in words for those who mend it: no word of what gold says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vendoreval.audits.audit_input import AuditInput
from vendoreval.claims.answer_words import both_answers
from vendoreval.claims.records import ClaimLine
from vendoreval.contracts.terms import Contract
from vendoreval.tasks.known import task_type

_SAYS = {
    "wrong_label": "The label is wrong.",
    "imprecise": "It does not fit closely enough.",
    "extra": "It does not belong there.",
    "wrong_attribute": "What is told about it is wrong.",
}


@dataclass(frozen=True)
class Reason:
    """Why one line's answer comes back: the clause of the contract, the guideline, and what is wrong."""

    line: ClaimLine
    clause: str
    guideline: str
    wrong: str


def reason_of(line: ClaimLine, seen: AuditInput, contract: Contract) -> Reason:
    """The reason of a line. What is missing is told without its place, for that would be gold's answer."""
    clause = next((one for one in contract.clauses if one.id == line.clause), None)
    named = f"{line.clause}, {clause.ref}" if clause and clause.ref else line.clause
    told = contract.task.guideline
    return Reason(line, named, f"{told.id} {told.version}" if told else "", _wrong(line, seen, contract))


def remarks_on(reasons: Sequence[Reason]) -> list[str]:
    """The reasons of one item in sentences; lines of one person that say the same stand in one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for reason in reasons:
        key = (reason.line.annotator or "", reason.wrong, reason.clause, reason.guideline)
        alike.setdefault(key, []).append(str(reason.line.number))
    return [_sentence(numbers, *key) for key, numbers in alike.items()]


def _sentence(numbers: Sequence[str], who: str, wrong: str, clause: str, guideline: str) -> str:
    lines = f"{'Lines' if len(numbers) > 1 else 'Line'} {', '.join(numbers)}"
    under = f"clause {clause}" + (f"; guideline {guideline}" if guideline else "")
    return f"{lines}{f', {who}' if who else ''}: {wrong} ({under})"


def _wrong(line: ClaimLine, seen: AuditInput, contract: Contract) -> str:
    if line.outcome == "missing":
        return "Something is missing." if line.annotator else "Nobody answered this item."
    delivered = both_answers(line, seen, contract.task).delivered
    if line.level == "time":  # which part of a segment is wrong tells where gold's one begins or ends
        delivered = delivered.partition(": ")[2]
    if line.outcome == "wrong_label" and task_type(contract.task.type).unit == "word":
        return f"{delivered.removesuffix('.')}. The word is wrong."
    return f"{delivered.removesuffix('.')}. {_SAYS.get(line.outcome, 'It is wrong.')}"
