"""Questionnaires: banks that ship, forms that go out and come back, answers as events, scores."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from vendoreval.contracts.business_days import add_business_days
from vendoreval.errors import Conflict, InputError, NotFound, UsageError
from vendoreval.evidence.canonical import sha256_hex
from vendoreval.formats.html_form import html_form, read_saved
from vendoreval.formats.xlsx_form import read_form, write_form
from vendoreval.questionnaires.answers import (
    Amendment,
    Answer,
    Change,
    EvidenceItem,
    amended,
    carry_over,
    changes,
    fold,
    for_the_vendor,
)
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank, Mode
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.scoring import score
from vendoreval.resources import resource
from vendoreval.store.questionnaire_tables import AnswerRow, ContactRow, FormRow
from vendoreval.store.tables import EventRow, VendorRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import read_bytes, read_text, write_whole
from vendoreval.workflow.judging import (
    changed_weights,
    freeze_at_first,
    frozen_bank,
    require_frozen,
    stated_facts,
    waivers,
)
from vendoreval.workflow.pilots import pilot_findings
from vendoreval.workflow.review_rounds import last_round, reviewed

DEFAULT_BANK = "annotation-core"
DAYS_TO_ANSWER = 10  # business days that a vendor has for a form, unless a day is named
FORM_CHANNELS = ("form", "html")  # answers that the vendor itself wrote down
FormKind = Literal["xlsx", "html"]


@dataclass(frozen=True)
class Imported:
    """What a form changed, and what a person should know about it."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


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


def make_form(
    workspace: Workspace, vendor: str, bank: Bank, out: Path, mode: Mode = "full", *,
    kind: FormKind = "xlsx", due: date | None = None,
) -> date:  # fmt: skip
    """Write the form for a vendor, with the answers that are known already but without the buyer's remarks;
    returns the day it is due.

    The form counts as sent now, and the weights are frozen if they are not yet. Questions on facts that
    do not hold are left out. Raises UsageError for a due day that has passed.
    """
    current = for_the_vendor(current_answers(workspace, vendor, bank))
    require_frozen(workspace, bank)
    at = now()
    ends = due or add_business_days(at.date(), DAYS_TO_ANSWER, None)
    if ends < at.date():
        raise UsageError(f"The form would have been due on {ends}.", remedy="Name a day to come.")
    facts = stated_facts(workspace, bank)
    if kind == "html":
        data = html_form(bank, vendor=vendor, mode=mode, answers=current, facts=facts).encode()
    else:
        buffer = io.BytesIO()
        write_form(bank, buffer, vendor=vendor, created=at, mode=mode, answers=current, facts=facts)
        data = buffer.getvalue()
    write_whole(out, data)
    sha = workspace.objects.put_bytes(data)
    row = FormRow(
        vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version, mode=mode, kind=kind,
        sha=sha, sent_at=at, due=ends,
    )  # fmt: skip
    with workspace.write(actor(), at) as tx:
        freeze_at_first(tx, workspace, bank)
        tx.add(row)
        said = {"bank": bank.id, "version": bank.version, "sha256": sha, "due": ends.isoformat()}
        tx.event("questionnaire.form", vendor, said)
    return ends


def import_form(workspace: Workspace, vendor: str, bank: Bank, path: Path) -> Imported:
    """Take a filled form in, XLSX or the answers that the HTML form saved. Unchanged answers add no event.

    An answer that the vendor only repeats does not replace one that was recorded since, such as in a
    call. Raises InputError for a form of another version, with rows deleted, or that is no form;
    Conflict for a file that was imported before.
    """
    data = read_bytes(path)
    _refuse_known(workspace, vendor, sha256_hex(data))
    received, notes = _read(path, data, bank, vendor)
    at = now()
    events = answer_events(workspace, vendor, bank)
    current, by_form = fold(events), fold(event for event in events if event.channel in FORM_CHANNELS)
    said_anew = {change.question_id for change in changes(by_form, carry_over(by_form, received))}
    received = carry_over(current, received)
    differing = changes(current, received)
    found = tuple(change for change in differing if change.question_id in said_anew)
    repeated = [change.question_id for change in differing if change.question_id not in said_anew]
    if repeated:
        notes += (
            f"The form repeats earlier answers to {', '.join(repeated)}; those recorded since then stay.",
        )
    new = [_timed(received[change.question_id], at) for change in found]
    _append(workspace, vendor, bank, new, data)
    return Imported(found, notes)


def _read(path: Path, data: bytes, bank: Bank, vendor: str) -> tuple[dict[str, Answer], tuple[str, ...]]:
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        raise InputError(
            "is a web page, not a file of answers.", file=path.name,
            remedy="Ask the vendor for the JSON file that “Save answers” wrote in the form.",
        )  # fmt: skip
    return (read_saved if start in (b"{", b"[") else read_form)(path, bank, vendor=vendor)


def _timed(answer: Answer, at: datetime) -> Answer:
    """An answer with a time: the vendor's own clock where the form kept it and it is not ahead of ours."""
    known = answer.answered_at
    return replace(answer, answered_at=known if known and known <= at else at)


def _refuse_known(workspace: Workspace, vendor: str, sha: str) -> None:
    for row in returned_forms(workspace, vendor):
        if json.loads(row.data)["form_sha256"] == sha:
            raise Conflict(
                f"This very file was imported on {row.at:%Y-%m-%d at %H:%M} already; nothing was changed.",
                remedy="Import a newer file, or correct single answers with: vendoreval questionnaire answer",
            )


def returned_forms(workspace: Workspace, vendor: str) -> tuple[EventRow, ...]:
    """Log entries of forms that came back from a vendor, oldest first."""
    with workspace.read() as reader:
        rows = reader.all(EventRow, kind="questionnaire.answered", subject=vendor)
    return tuple(row for row in rows if "form_sha256" in json.loads(row.data))


def record_answers(workspace: Workspace, vendor: str, bank: Bank, answers: Sequence[Answer]) -> None:
    """Append answers; raises NotFound for an unknown question or vendor."""
    for answer in answers:
        _require_question(bank, answer.question_id)
    at, who = now(), actor()
    _append(workspace, vendor, bank, [replace(answer, answered_at=at, actor=who) for answer in answers])


def amend(workspace: Workspace, vendor: str, bank: Bank, question_id: str, change: Amendment) -> Answer:
    """Add to the current answer or correct it, as a further event; returns the answer as it is now.

    Raises NotFound for an unknown question or vendor, UsageError where the question asks for no such
    thing or an N/A has no reason that could be approved.
    """
    _require_question(bank, question_id)
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
    _append(workspace, vendor, bank, [after], arrived=tuple(item for item in change.evidence if item.sha256))
    return after


def _require_question(bank: Bank, question_id: str) -> None:
    known = tuple(question.id for question in bank.questions)
    if question_id not in known:
        raise NotFound("question", question_id, known)


def _append(
    workspace: Workspace, vendor: str, bank: Bank, events: list[Answer], source: bytes | None = None,
    arrived: tuple[EvidenceItem, ...] = (),
) -> None:  # fmt: skip
    at = now()
    with workspace.write(actor(), at) as tx:
        tx.require(VendorRow, vendor, "vendor")
        for item in arrived:  # of the one answer that is amended
            tx.add(
                ContactRow(
                    vendor_id=vendor, questionnaire_id=bank.id, kind="evidence_received",
                    question_id=events[0].question_id, quote=f"{item.name} {item.sha256}", actor=actor(), at=at,
                )
            )  # fmt: skip
        add_answers(tx, workspace, vendor, bank, events, at, source)


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
        rows = reader.all(
            AnswerRow, vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version
        )
    return tuple(Answer.from_json(json.loads(row.data)) for row in rows)


def current_answers(workspace: Workspace, vendor: str, bank: Bank) -> dict[str, Answer]:
    """A vendor's current answers by question; raises NotFound for an unknown vendor."""
    return fold(answer_events(workspace, vendor, bank))


def score_vendor(workspace: Workspace, vendor: str, bank: Bank, mode: Mode = "full") -> Assessment:
    """Score a vendor's current answers as of today, with reviewers' levels once their round is closed.

    Raises Conflict when the weights are not those that were frozen, or a moderation is needed.
    """
    require_frozen(workspace, bank)
    answers = current_answers(workspace, vendor, bank)
    levels, notes = reviewed(answers, last_round(workspace, vendor, bank))
    found = score(
        bank, levels, mode, facts=stated_facts(workspace, bank), waivers=waivers(workspace, vendor, bank),
        as_of=now().date(), stored=_stored(workspace, answers.values()),
        pilot=pilot_findings(workspace, vendor, bank, answers),
    )  # fmt: skip
    return replace(found, notes=(*notes, *changed_weights(workspace, bank)))


def _stored(workspace: Workspace, answers: Collection[Answer]) -> frozenset[str]:
    """Hashes of the answers' evidence files that lie in the workspace."""
    named = {item.sha256 for answer in answers for item in answer.evidence if item.sha256}
    return frozenset(sha for sha in named if workspace.objects.has(sha))
