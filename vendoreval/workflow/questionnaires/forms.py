"""Forms that go out to vendors and come back with answers and evidence."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from vendoreval.contracts.business_days import add_business_days
from vendoreval.errors import InputError, InvalidDocument, Problem, UsageError
from vendoreval.formats.forms.html_form import html_form, read_saved
from vendoreval.formats.forms.xlsx_form import read_form, write_form
from vendoreval.questionnaires.answers import (
    Answer,
    Change,
    EvidenceItem,
    Piece,
    carry_over,
    changes,
    fold,
    for_the_vendor,
)
from vendoreval.questionnaires.bank import Bank, Mode
from vendoreval.questionnaires.promises import readings
from vendoreval.questionnaires.worth import open_questions, silent_on_terms
from vendoreval.store.questionnaire_tables import FormRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import read_bytes, write_whole
from vendoreval.workflow.questionnaires.answer_evidence import files_in, pieces, with_files
from vendoreval.workflow.questionnaires.judging import freeze_at_first, require_frozen, stated_facts
from vendoreval.workflow.questionnaires.questionnaires import (
    File,
    answer_events,
    append,
    current_answers,
    sent_mode,
    stored_evidence,
)
from vendoreval.workflow.vendors.vendors import show_vendor

DAYS_TO_ANSWER = 10  # business days that a vendor has for a form, unless a day is named
FORM_CHANNELS = ("form", "html")  # answers that the vendor itself wrote down
FormKind = Literal["xlsx", "html"]


@dataclass(frozen=True)
class Imported:
    """What a form changed, and what a person should know about it.

    `stored` are the evidence files that came along, `awaited` those named that have not arrived; `open` are
    questions without an answer, `to_approve` those called not applicable.
    """

    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    stored: tuple[Piece, ...] = ()
    awaited: tuple[Piece, ...] = ()
    open: tuple[str, ...] = ()
    to_approve: tuple[str, ...] = ()


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
    facts, name = stated_facts(workspace, bank), show_vendor(workspace, vendor).name
    told: Any = {"vendor": vendor, "mode": mode, "answers": current, "facts": facts, "name": name, "due": ends}
    if kind == "html":
        data = html_form(bank, **told).encode()
    else:
        buffer = io.BytesIO()
        write_form(bank, buffer, created=at, **told)
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


def import_form(
    workspace: Workspace, vendor: str, bank: Bank, path: Path, evidence: Path | None = None
) -> Imported:
    """Take a filled form in, XLSX or the answers that the HTML form saved. Unchanged answers add no event.

    An answer that the vendor only repeats does not replace one that was recorded since, such as in a
    call. Files in the folder `evidence` that answers name are stored along with it, all or nothing. Raises
    InputError for a form of another version, with rows deleted, or that is no form; Conflict for a file that
    was imported before, or evidence that is not the file that was named.
    """
    data = read_bytes(path)
    received, notes = _read(path, data, bank, vendor)
    at = now()
    _refuse_to_come(received, at.date(), path.name)
    events = answer_events(workspace, vendor, bank)
    current = fold(events)
    found, repeated = _said_anew(events, received)
    older = [change.question_id for change in found if _is_older(received[change.question_id], current)]
    if older:
        found = tuple(change for change in found if change.question_id not in older)
        notes += (f"Older than what the vendor said since, and left alone: {', '.join(older)}.",)
    if repeated:
        notes += (f"The form repeats earlier answers to {repeated}; those recorded since then stay.",)
    carried = carry_over(current, received)
    new = {change.question_id: _timed(carried[change.question_id], at) for change in found}
    after = {**current, **new}
    files = _named_files(after, evidence)
    here = stored_evidence(workspace, vendor)
    tied = with_files(after, files, here)
    append(workspace, vendor, bank, list((new | tied).values()), source=data, files=files)
    fresh = {file.name for file in files if file.sha256 not in here}
    return _imported(workspace, vendor, bank, found, notes, fresh)


def _said_anew(events: tuple[Answer, ...], received: Mapping[str, Answer]) -> tuple[tuple[Change, ...], str]:
    """What a form changes, and the ids of answers that it only repeats though another came since."""
    current, by_form = fold(events), fold(event for event in events if event.channel in FORM_CHANNELS)
    anew = {change.question_id for change in changes(by_form, carry_over(by_form, received))}
    differing = changes(current, carry_over(current, received))
    found = tuple(change for change in differing if change.question_id in anew)
    return found, ", ".join(change.question_id for change in differing if change.question_id not in anew)


def _is_older(answer: Answer, current: Mapping[str, Answer]) -> bool:
    """Whether the vendor itself, by its own clock, gave a later answer that is here already."""
    known = current.get(answer.question_id)
    if known is None or known.channel != "html" or not (known.answered_at and answer.answered_at):
        return False
    return answer.answered_at < known.answered_at


def _refuse_to_come(received: Mapping[str, Answer], today: date, file: str) -> None:
    """Evidence that is dated in the future would never grow old."""
    problems = tuple(
        Problem(0, answer.question_id, f"{item.name!r} is dated {item.dated}, which is to come.")
        for answer in received.values()
        for item in answer.evidence
        if item.dated and item.dated > today
    )
    if problems:
        raise InvalidDocument(file, problems)


def _named_files(answers: Mapping[str, Answer], folder: Path | None) -> tuple[File, ...]:
    """The files of a folder that answers name; the rest is left alone."""
    if folder is None:
        return ()
    named = {item.name for answer in answers.values() for item in answer.evidence if item.kind != "measured"}
    return tuple(file for file in files_in(folder) if file.name in named)


def _imported(
    workspace: Workspace, vendor: str, bank: Bank, found: tuple[Change, ...], notes: tuple[str, ...],
    arrived: set[str],
) -> Imported:  # fmt: skip
    current = current_answers(workspace, vendor, bank)
    shown = pieces(workspace, vendor, bank)
    changed = {change.question_id: current[change.question_id] for change in found}
    asked = bank.asked(sent_mode(workspace, vendor, bank) or "full")
    several = [
        q for q, one in changed.items() if one.channel == "form" and len({_terms(i) for i in one.evidence}) > 1
    ]
    if several:
        notes += (
            f"{', '.join(several)}: kinds and dates of single files stay as known; the form has one for all. "
            "Correct them with: vendoreval questionnaire evidence",
        )
    silent = silent_on_terms(asked, changed)
    if silent:
        notes += (f"Not said whether it goes into the contract: {', '.join(silent)}; it counts 1 at most.",)
    return Imported(
        found,
        (*notes, *readings(bank, changed)),
        tuple(piece for piece in shown if piece.item.name in arrived and piece.state == "stored"),
        tuple(piece for piece in shown if piece.state == "not arrived"),
        open_questions(asked, current, stated_facts(workspace, bank)),
        tuple(q.id for q in asked if q.id in current and current[q.id].awaits_approval),
    )


def _terms(item: EvidenceItem) -> tuple[str, date | None, date | None]:
    return item.kind, item.dated, item.expires


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
