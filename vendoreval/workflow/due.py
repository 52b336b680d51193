"""What is due: forms awaited, evidence and waivers that expire, claims and deliveries to answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from vendoreval.claims.deadlines import deadlines
from vendoreval.contracts.business_days import business_days_between
from vendoreval.questionnaires.answers import Answer, EvidenceItem, fold
from vendoreval.questionnaires.bank import mode_of
from vendoreval.questionnaires.worth import open_questions, valid_until
from vendoreval.store.questionnaire_tables import AnswerRow, FormRow, WaiverRow
from vendoreval.store.tables import AuditRow, ClaimRow, DeliveryRow, EventRow, PilotRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import now
from vendoreval.workflow.contracts import load_contract
from vendoreval.workflow.judging import stated_facts
from vendoreval.workflow.questionnaires import bank_of_version, current_answers

REMIND_DAYS = 2  # business days before a vendor's deadline


@dataclass(frozen=True, order=True)
class Due:
    """One thing that is due. Kinds: form, evidence, waiver, claim, acceptance, pilot.

    `who` must act, the buyer or the vendor, by the end of the day `due`; `today` decides the state.
    """

    due: date
    kind: str
    subject: str
    who: str
    text: str
    today: date

    @property
    def state(self) -> str:
        """overdue, today or ahead."""
        return "overdue" if self.due < self.today else "today" if self.due == self.today else "ahead"

    @property
    def remind(self) -> bool:
        """Whether it is time to remind the vendor: two business days before, and from then on."""
        return self.who == "vendor" and business_days_between(self.today, self.due, None) <= REMIND_DAYS

    def to_json(self) -> dict[str, Any]:
        """The entry as plain JSON values."""
        return {
            "due": self.due.isoformat(), "state": self.state, "kind": self.kind, "subject": self.subject,
            "who": self.who, "remind": self.remind, "text": self.text,
        }  # fmt: skip


def list_due(workspace: Workspace, days: int = 30) -> tuple[Due, ...]:
    """All that is overdue or falls due within `days`, earliest first."""
    today = now().date()
    found = [
        *_forms(workspace, today),
        *_evidence(workspace, today),
        *_waivers(workspace, today),
        *_claims(workspace, today),
        *_acceptance(workspace, today),
        *_pilots(workspace, today),
    ]
    return tuple(sorted(one for one in found if one.due <= today + timedelta(days=days)))


def _forms(workspace: Workspace, today: date) -> Iterable[Due]:
    """The last form of each vendor and bank that went out, until it came back with every question answered."""
    with workspace.read() as reader:
        sent = {(row.vendor_id, row.questionnaire_id): row for row in reader.all(FormRow)}
        said = reader.all(EventRow, kind="questionnaire.answered")
    for (vendor, bank), row in sent.items():
        form = f"the questionnaire {bank} {row.questionnaire_version}, sent {row.sent_at:%Y-%m-%d}"
        since = [one for one in said if one.subject == vendor and one.at >= row.sent_at and _is_of(one, bank)]
        left = _left_open(workspace, row) if since else ()
        if not since:
            yield Due(row.due, "form", vendor, "vendor", f"Send back {form}.", today)
        elif left:
            text = f"Answer what is open in {form}: {_few(left)}."
            yield Due(row.due, "form", vendor, "vendor", text, today)


def _is_of(event: EventRow, bank: str) -> bool:
    return bool(json.loads(event.data).get("bank") == bank)


def _left_open(workspace: Workspace, form: FormRow) -> tuple[str, ...]:
    """The questions of a form that are still open."""
    bank = bank_of_version(workspace, form.questionnaire_id, form.questionnaire_version)
    if bank is None:  # a bank of the buyer's own, of which nothing was kept
        return ()
    answers = current_answers(workspace, form.vendor_id, bank)
    return open_questions(bank.asked(mode_of(form.mode)), answers, stated_facts(workspace, bank))


def _few(questions: tuple[str, ...]) -> str:
    more = f" and {len(questions) - 6} more" if len(questions) > 6 else ""
    return ", ".join(questions[:6]) + more


def _evidence(workspace: Workspace, today: date) -> Iterable[Due]:
    answers: dict[tuple[str, str, str], list[Answer]] = {}
    with workspace.read() as reader:
        for row in reader.all(AnswerRow):
            key = (row.vendor_id, row.questionnaire_id, row.questionnaire_version)
            answers.setdefault(key, []).append(Answer.from_json(json.loads(row.data)))
    banks = {(bank, version): bank_of_version(workspace, bank, version) for _, bank, version in answers}
    for (vendor, bank_id, version), events in answers.items():
        bank = banks[bank_id, version]
        questions = {question.id: question for question in bank.questions} if bank else {}
        for answer in fold(events).values():
            for item in answer.evidence:
                ends = valid_until(item, questions.get(answer.question_id))
                if ends and item.kind != "measured":
                    text = f"Renew {item.name!r}, evidence for {answer.question_id}: {_why(item, ends, today)}."
                    yield Due(ends, "evidence", vendor, "vendor", text, today)


def _why(item: EvidenceItem, ends: date, today: date) -> str:
    if item.expires == ends:
        return "it expired that day" if ends < today else "it expires that day"
    return f"it is of {item.dated}, and {'was' if ends < today else 'is'} recent enough until that day"


def _waivers(workspace: Workspace, today: date) -> Iterable[Due]:
    with workspace.read() as reader:
        latest = {(r.vendor_id, r.questionnaire_id, r.question_id): r for r in reader.all(WaiverRow)}
    for row in latest.values():
        text = f"The waiver of {row.question_id} by {row.person} ends."
        yield Due(row.expires, "waiver", row.vendor_id, "buyer", text, today)


def _claims(workspace: Workspace, today: date) -> Iterable[Due]:
    """What the vendor owes on issued claims: an answer while there is none, and the remedies."""
    with workspace.read() as reader:
        latest = {row.id: row for row in reader.all(ClaimRow)}
        audits = {row.id: row for row in reader.all(AuditRow)}
    for row in latest.values():
        if row.issued_at is None:
            continue
        audit = audits[row.audit_id]
        contract = load_contract(workspace, audit.contract_id, audit.contract_version)
        record = json.loads(workspace.objects.read(row.claim_sha))
        remedies = tuple(demand["remedy"] for demand in record["demands"])
        for entry in deadlines(contract, issued=row.issued_at.date(), remedies=remedies):
            if entry.name != "answer" or row.state == "issued":
                yield Due(entry.due, "claim", row.id, entry.who, entry.text, today)


def _acceptance(workspace: Workspace, today: date) -> Iterable[Due]:
    """Acceptance windows of deliveries that were neither found to keep the contract nor claimed upon."""
    with workspace.read() as reader:
        audits, deliveries = reader.all(AuditRow), reader.all(DeliveryRow)
        claimed = {row.audit_id for row in reader.all(ClaimRow) if row.issued_at is not None}
        pilots = {row.id for row in reader.all(PilotRow)}
    settled = pilots | {row.delivery_id for row in audits if row.verdict == "kept" or row.id in claimed}
    for row in deliveries:
        contract = load_contract(workspace, row.contract_id, row.contract_version)
        if row.id in settled:
            continue
        for entry in deadlines(contract, received=row.received_at.date()):
            yield Due(entry.due, "acceptance", row.id, entry.who, entry.text, today)


def _pilots(workspace: Workspace, today: date) -> Iterable[Due]:
    """Pilots that went out and were not judged yet."""
    with workspace.read() as reader:
        rows = reader.all(PilotRow)
    for row in rows:
        if row.judged_at is None:
            text = f"Send back the answers to the pilot, sent {row.sent_at:%Y-%m-%d}."
            yield Due(row.due, "pilot", row.id, "vendor", text, today)
