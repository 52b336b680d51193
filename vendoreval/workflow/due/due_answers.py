"""What is due before a purchase: forms, evidence named or asked for, evidence and waivers that end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from vendoreval.contracts.business_days import add_business_days
from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.questionnaires.bank import Bank, mode_of
from vendoreval.questionnaires.worth import open_questions, renewed, valid_until
from vendoreval.store.questionnaire_tables import AnswerRow, ContactRow, FormRow, WaiverRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.due.due_entry import Due
from vendoreval.workflow.questionnaires.answer_evidence import pieces
from vendoreval.workflow.questionnaires.answer_log import returned_forms
from vendoreval.workflow.questionnaires.forms import DAYS_TO_ANSWER
from vendoreval.workflow.questionnaires.judging import stated_facts
from vendoreval.workflow.questionnaires.questionnaires import bank_of_version, current_answers

_SHOWN = 6


def of_answers(workspace: Workspace, today: date) -> Iterable[Due]:
    """Everything that is due of questionnaires."""
    with workspace.read() as reader:
        forms, answers = reader.all(FormRow), reader.all(AnswerRow)
    keys = {(r.vendor_id, r.questionnaire_id, r.questionnaire_version) for r in answers}
    named = {key[1:] for key in keys} | {(r.questionnaire_id, r.questionnaire_version) for r in forms}
    # None: a bank of the buyer's own, of which nothing was kept.
    banks = {key: bank_of_version(workspace, *key) for key in named}
    yield from _forms(workspace, forms, banks, today)
    sent = {(r.vendor_id, r.questionnaire_id): r for r in forms}
    for vendor, name, version in sorted(keys):
        bank = banks[name, version]
        if bank:
            yield from _ending(vendor, bank, current_answers(workspace, vendor, bank), today)
            form = sent.get((vendor, name))
            if form and form.questionnaire_version == version:
                yield from _awaited(workspace, form, bank, today)
    yield from _requested(workspace, today)
    yield from _waivers(workspace, today)


def _forms(
    workspace: Workspace, forms: Iterable[FormRow], banks: Mapping[tuple[str, str], Bank | None], today: date
) -> Iterable[Due]:
    """The last form of each vendor, bank and mode that went out, until every question of it is answered."""
    for row in {(row.vendor_id, row.questionnaire_id, row.mode): row for row in forms}.values():
        bank = banks[row.questionnaire_id, row.questionnaire_version]
        left = _left_open(workspace, row, bank) if bank else ()
        if not left:
            continue
        with workspace.read() as reader:
            back = any(form.answers_to(row) for form in returned_forms(reader, row.vendor_id))
        named = f"{row.questionnaire_id} {row.questionnaire_version}"
        form = f"the {row.mode} questionnaire {named}, sent {row.sent_at:%Y-%m-%d}"
        text = f"Answer what is open in {form}: {_few(left)}." if back else f"Send back {form}."
        yield Due(row.due, "form", row.vendor_id, "vendor", text, today)


def _left_open(workspace: Workspace, form: FormRow, bank: Bank) -> tuple[str, ...]:
    """The questions of a form that are still open."""
    answers = current_answers(workspace, form.vendor_id, bank)
    return open_questions(bank.asked(mode_of(form.mode)), answers, stated_facts(workspace, bank))


def _few(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _ending(vendor: str, bank: Bank, answers: dict[str, Answer], today: date) -> Iterable[Due]:
    """Evidence that expires or grows too old, unless a later piece took its place."""
    for question in bank.questions:
        evidence = answers[question.id].evidence if question.id in answers else ()
        for item in evidence:
            ends = valid_until(item, question)
            counts = item.kind != "measured" and not item.rejected
            if ends and counts and not renewed(item, evidence, question):
                text = f"Renew {item.name!r}, evidence for {question.id}: {_why(item, ends, today)}."
                yield Due(ends, "evidence", vendor, "vendor", text, today)


def _why(item: EvidenceItem, ends: date, today: date) -> str:
    if item.expires == ends:
        return "it expired that day" if ends < today else "it expires that day"
    return f"it is of {item.dated}, and {'was' if ends < today else 'is'} recent enough until that day"


def _awaited(workspace: Workspace, form: FormRow, bank: Bank, today: date) -> Iterable[Due]:
    """Files that answers name and that have not arrived; due with the form that named them."""
    named = tuple(
        f"{piece.item.name} ({piece.question_id})"
        for piece in pieces(workspace, form.vendor_id, bank)
        if piece.state == "not arrived"
    )
    if named:
        text = f"Send the evidence that answers name: {_few(named)}."
        yield Due(form.due, "evidence", form.vendor_id, "vendor", text, today)


def _requested(workspace: Workspace, today: date) -> Iterable[Due]:
    """Evidence that was asked for in a call or a mail, until it comes, is refused or something else comes."""
    with workspace.read() as reader:
        rows = sorted(reader.all(ContactRow), key=lambda row: row.at)
    last: dict[tuple[str, str, str], ContactRow] = {}
    for row in rows:
        if row.kind.startswith("evidence_"):
            last[row.vendor_id, row.questionnaire_id, row.question_id] = row
    for (vendor, _, question), row in last.items():
        if row.kind == "evidence_requested":
            ends = add_business_days(row.at.date(), DAYS_TO_ANSWER, None)
            text = f"Send the evidence for {question}, asked for on {row.at:%Y-%m-%d}."
            yield Due(ends, "evidence", vendor, "vendor", text, today)


def _waivers(workspace: Workspace, today: date) -> Iterable[Due]:
    with workspace.read() as reader:
        latest = {(r.vendor_id, r.questionnaire_id, r.question_id): r for r in reader.all(WaiverRow)}
    for row in latest.values():
        text = f"The waiver of {row.question_id} by {row.person} ends."
        yield Due(row.expires, "waiver", row.vendor_id, "buyer", text, today)
