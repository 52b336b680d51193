"""Questionnaires: banks that ship, answers as events, scores. How forms go out and come back: see `forms`."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from vendoreval.errors import Conflict, NotFound, UsageError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.questionnaires.answers import (
    Amendment,
    Answer,
    amended,
    fold,
)
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import CORE_BANK, MODES, Bank, Mode
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.reviews import unclear_replies
from vendoreval.questionnaires.scoring import score
from vendoreval.resources import resource
from vendoreval.store.questionnaire_tables import AnswerRow, ContactRow, FormRow
from vendoreval.store.tables import VendorRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import read_text
from vendoreval.workflow.pilots.pilots import pilot_findings
from vendoreval.workflow.questionnaires.answer_log import given_answers, returned_forms
from vendoreval.workflow.questionnaires.judging import (
    changed_weights,
    freeze_at_first,
    frozen_bank,
    require_frozen,
    stated_facts,
    waivers,
)
from vendoreval.workflow.questionnaires.review_rounds import last_round, reviewed

DEFAULT_BANK = CORE_BANK
_SHA_LENGTH = 64


@dataclass(frozen=True)
class File:
    """A file of evidence, read."""

    name: str
    data: bytes
    sha256: str


def list_banks() -> tuple[Bank, ...]:
    """The question banks that ship with the program."""
    return tuple(check_bank(path) for path in sorted(resource("questionnaires").glob("*.toml")))


def check_bank(path: Path | str) -> Bank:
    """Read a bank file; raises InvalidDocument with all problems and their lines."""
    return parse_bank(read_text(Path(path)), Path(path).name)


def load_bank(name: str = DEFAULT_BANK) -> Bank:
    """A bank that ships, by its id, or one in a file, by its path; raises NotFound."""
    if name.endswith(".toml"):
        return check_bank(name)
    banks = {bank.id: bank for bank in list_banks()}
    if name not in banks:
        raise NotFound("questionnaire", name, tuple(banks))
    return banks[name]


def bank_of(workspace: Workspace, name: str = "") -> Bank:
    """The bank that a workspace works with: as it was when its weights were frozen.

    So a new version of the program goes on with the questions that were sent. A bank of the buyer's own is
    known by its id once it was used. Raises NotFound.
    """
    name = name or DEFAULT_BANK
    if name.endswith(".toml"):
        return check_bank(name)
    return frozen_bank(workspace, name) or load_bank(name)


def record_answers(workspace: Workspace, vendor: str, bank: Bank, answers: Sequence[Answer]) -> None:
    """Append answers; raises NotFound for an unknown question or vendor."""
    for answer in answers:
        require_question(bank, answer.question_id)
    at, who = now(), actor()
    append(workspace, vendor, bank, [replace(answer, answered_at=at, actor=who) for answer in answers])


def amend(workspace: Workspace, vendor: str, bank: Bank, question_id: str, change: Amendment) -> Answer:
    """Add to the current answer or correct it, as a further event; returns the answer as it is now.

    Raises NotFound for an unknown question or vendor, UsageError where the question asks for no such
    thing or an N/A has no reason that could be approved.
    """
    require_question(bank, question_id)
    question = bank.question(question_id)
    if change.commitment and question.type != "commit":
        raise UsageError(f"{question_id} asks for no commitment.", remedy="Say it in words with --text.")
    if change.value and question.unit is None:
        raise UsageError(f"{question_id} asks for no figure.", remedy="Say it in words with --text.")
    before = current_answers(workspace, vendor, bank).get(question_id, Answer(question_id, state="unanswered"))
    after = amended(before, change)
    if change.approve and (after.state != "na" or not after.na_reason):
        raise UsageError(
            f"{question_id} is not called not applicable with a reason, so there is nothing to approve.",
            remedy="Record it first: --state na --reason WHY.",
        )
    after = replace(after, answered_at=now(), actor=actor())
    append(workspace, vendor, bank, [after], arrived={item.sha256 for item in change.evidence})
    return after


def require_question(bank: Bank, question_id: str) -> None:
    """Raise NotFound for a question that the bank does not have."""
    known = tuple(question.id for question in bank.questions)
    if question_id not in known:
        raise NotFound("question", question_id, known)


def append(
    workspace: Workspace, vendor: str, bank: Bank, events: Sequence[Answer], *, source: bytes | None = None,
    files: Sequence[File] = (), arrived: Collection[str] = (),
) -> None:  # fmt: skip
    """Append answers in one transaction, with the form (`source`) and the evidence files they came with.

    `arrived` are hashes of evidence that is stored already and came with these answers. Raises NotFound for
    an unknown vendor.
    """
    at = now()
    hashes = {file.sha256 for file in files} | {sha for sha in arrived if sha}
    with workspace.write(actor(), at) as tx:
        tx.require(VendorRow, vendor, "vendor")
        if source is not None:
            _refuse_again(tx, vendor, source)  # another process may have imported it by now
        for file in files:
            workspace.objects.put_bytes(file.data)
        for event, item in ((one, item) for one in events for item in one.evidence):
            if item.kind != "measured" and item.sha256 in hashes:
                said = f"{item.name} {item.sha256}"
                tx.add(
                    ContactRow(
                        vendor_id=vendor, questionnaire_id=bank.id, kind="evidence_received",
                        question_id=event.question_id, quote=said, actor=actor(), at=at,
                    )
                )  # fmt: skip
        add_answers(tx, workspace, vendor, bank, events, at, source)


def _refuse_again(tx: Transaction, vendor: str, source: bytes) -> None:
    sha = sha256_hex(source)
    for form in returned_forms(tx, vendor):
        if form.sha256 == sha:
            raise Conflict(
                f"This very file was imported on {form.at:%Y-%m-%d at %H:%M} already; nothing was changed.",
                remedy="Import a newer file, or correct single answers with: vendoreval questionnaire answer",
            )


def add_answers(
    tx: Transaction, workspace: Workspace, vendor: str, bank: Bank, events: Sequence[Answer], at: datetime,
    source: bytes | None = None,
) -> None:  # fmt: skip
    """Append answers in a transaction that is open; `source` is the form they came in."""
    data = {"bank": bank.id, "version": bank.version, "questions": [event.question_id for event in events]}
    if source is not None:
        data["form_sha256"] = workspace.objects.put_bytes(source)
    freeze_at_first(tx, workspace, bank)
    for event in events:
        tx.add(
            AnswerRow(
                vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version,
                question_id=event.question_id, data=json.dumps(event.to_json(), ensure_ascii=False),
                channel=event.channel or "cli", actor=event.actor or actor(), answered_at=at,
            )
        )  # fmt: skip
    tx.event("questionnaire.answered", vendor, data)


def answer_events(workspace: Workspace, vendor: str, bank: Bank) -> tuple[Answer, ...]:
    """All answers of a vendor as they were given, oldest first; raises NotFound for an unknown vendor."""
    with workspace.read() as reader:
        reader.require(VendorRow, vendor, "vendor")
        return tuple(answer for _, answer in given_answers(reader, vendor, bank))


def current_answers(workspace: Workspace, vendor: str, bank: Bank) -> dict[str, Answer]:
    """A vendor's current answers by question; raises NotFound for an unknown vendor."""
    return fold(answer_events(workspace, vendor, bank))


def require_answers(workspace: Workspace, vendor: str, bank: Bank) -> dict[str, Answer]:
    """A vendor's current answers; raises NotFound for an unknown vendor, Conflict where there are none."""
    answers = current_answers(workspace, vendor, bank)
    if all(answer.state == "unanswered" for answer in answers.values()):
        raise Conflict(
            f"{vendor} has not answered {bank.id} {bank.version} yet.",
            remedy=f"Import its form first: vendoreval questionnaire import {vendor} FILE",
        )
    return answers


def sent_mode(workspace: Workspace, vendor: str, bank: Bank) -> Mode | None:
    """The widest form of this version of the bank that was sent to the vendor; None where none was."""
    with workspace.read() as reader:
        rows = reader.all(
            FormRow, vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version
        )
    sent = {row.mode for row in rows}
    return next((mode for mode in MODES if mode in sent), None)


def bank_of_version(workspace: Workspace, bank_id: str, version: str) -> Bank | None:
    """A bank as a form or an answer knows it; None for one of the buyer's own that was not kept."""
    kept = frozen_bank(workspace, bank_id, version)
    return kept or next((one for one in list_banks() if (one.id, one.version) == (bank_id, version)), None)


def score_vendor(workspace: Workspace, vendor: str, bank: Bank, mode: Mode | None = None) -> Assessment:
    """Score a vendor's current answers as of today, with reviewers' levels once their round is closed.

    Without a mode those questions count that the vendor was sent, or all where it was sent no form. Raises
    Conflict when the weights are not those that were frozen, or a moderation is needed.
    """
    require_frozen(workspace, bank)
    answers = current_answers(workspace, vendor, bank)
    mode = mode or sent_mode(workspace, vendor, bank) or "full"
    closed = last_round(workspace, vendor, bank, closed=True)
    try:
        levels, notes = reviewed(answers, closed, last_round(workspace, vendor, bank))
    except Conflict as error:
        raise Conflict(f"{vendor}: {error.what}", remedy=error.remedy) from error
    found = score(
        bank, levels, mode, facts=stated_facts(workspace, bank), waivers=waivers(workspace, vendor, bank),
        as_of=now().date(), stored=stored_evidence(workspace, vendor),
        pilot=pilot_findings(workspace, vendor, bank, answers),
        unclear=unclear_replies(closed.reviews) if closed else (),
    )  # fmt: skip
    return replace(found, notes=(*_left_out(bank, mode, answers), *notes, *changed_weights(workspace, bank)))


def _left_out(bank: Bank, mode: Mode, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    if mode == "full":
        return ()
    asked = {question.id for question in bank.asked(mode)}
    beyond = [question for question in answers if question not in asked and not answers[question].is_open]
    told = f"Scored on the {mode} form: {len(asked)} of {len(bank.questions)} questions."
    more = f" Answers to {', '.join(beyond)} are left out; --mode full counts them." if beyond else ""
    return (told + more,)


def received_evidence(workspace: Workspace, vendor: str) -> frozenset[str]:
    """Hashes of the evidence files that came from a vendor.

    A hash that a form merely names proves nothing: it may be that of any file both sides have.
    """
    with workspace.read() as reader:
        rows = reader.all(ContactRow, vendor_id=vendor, kind="evidence_received")
    return frozenset(row.quote.rpartition(" ")[2] for row in rows)


def stored_evidence(workspace: Workspace, vendor: str) -> frozenset[str]:
    """Those of them that lie in the workspace unaltered."""
    came = received_evidence(workspace, vendor)
    return frozenset(sha for sha in came if len(sha) == _SHA_LENGTH and workspace.objects.intact(sha))
