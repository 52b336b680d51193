"""Questionnaires: banks that ship, forms that go out and come back, answers as events, scores."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vendoreval.errors import NotFound
from vendoreval.formats.xlsx_form import read_form, write_form
from vendoreval.questionnaires.answers import Answer, Change, carry_over, changes, fold
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank, Mode
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.questionnaires.scoring import score
from vendoreval.resources import resource
from vendoreval.store.tables import AnswerRow, VendorRow
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import read_bytes, read_text, write_whole

DEFAULT_BANK = "annotation-core"


def list_banks() -> tuple[Bank, ...]:
    """The question banks that ship with the program."""
    return tuple(check_bank(path) for path in sorted(resource("questionnaires").glob("*.toml")))


def check_bank(path: Path | str) -> Bank:
    """Read a bank file; raises InvalidDocument with all problems and their lines."""
    return parse_bank(read_text(Path(path)), Path(path).name)


def load_bank(name: str = DEFAULT_BANK) -> Bank:
    """A bank by its id, or by the path of a file; raises NotFound."""
    if name.endswith(".toml"):
        return check_bank(name)
    banks = {bank.id: bank for bank in list_banks()}
    if name not in banks:
        raise NotFound("questionnaire", name, tuple(banks))
    return banks[name]


def make_form(workspace: Workspace, vendor: str, bank: Bank, out: Path, mode: Mode = "full") -> None:
    """Write the XLSX form for a vendor, with the answers that are known already."""
    current = current_answers(workspace, vendor, bank)
    at = now()
    buffer = io.BytesIO()
    write_form(bank, buffer, vendor=vendor, created=at, mode=mode, answers=current)
    write_whole(out, buffer.getvalue())
    sha = workspace.objects.put_bytes(buffer.getvalue())
    with workspace.write(actor(), at) as tx:
        tx.event("questionnaire.form", vendor, {"bank": bank.id, "version": bank.version, "sha256": sha})


def import_form(
    workspace: Workspace, vendor: str, bank: Bank, path: Path
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Take a filled form in; returns what changed and notes. Unchanged answers add no event.

    Raises InputError for a form of another version, with rows deleted, or that is no form.
    """
    data = read_bytes(path)
    received, notes = read_form(data, bank, vendor=vendor)
    at = now()
    current = current_answers(workspace, vendor, bank)
    received = carry_over(current, received)
    found = changes(current, received)
    _append(workspace, vendor, bank, [replace(received[c.question_id], answered_at=at) for c in found], data)
    return found, tuple(notes)


def record_answers(workspace: Workspace, vendor: str, bank: Bank, answers: Sequence[Answer]) -> None:
    """Append answers; raises NotFound for an unknown question or vendor."""
    known = {question.id for question in bank.questions}
    for answer in answers:
        if answer.question_id not in known:
            raise NotFound("question", answer.question_id, tuple(known))
    at, who = now(), actor()
    _append(workspace, vendor, bank, [replace(answer, answered_at=at, actor=who) for answer in answers], None)


def _append(workspace: Workspace, vendor: str, bank: Bank, events: list[Answer], source: bytes | None) -> None:
    at = now()
    data = {"bank": bank.id, "version": bank.version, "questions": [event.question_id for event in events]}
    if source is not None:
        data["form_sha256"] = workspace.objects.put_bytes(source)
    with workspace.write(actor(), at) as tx:
        tx.require(VendorRow, vendor, "vendor")
        for event in events:
            tx.add(
                AnswerRow(
                    vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version,
                    question_id=event.question_id, data=json.dumps(event.to_json(), ensure_ascii=False),
                    channel=event.channel or "cli", actor=event.actor or actor(), answered_at=at,
                )
            )  # fmt: skip
        tx.event("questionnaire.answered", vendor, data)


def current_answers(workspace: Workspace, vendor: str, bank: Bank) -> dict[str, Answer]:
    """A vendor's current answers by question; raises NotFound for an unknown vendor."""
    with workspace.read() as reader:
        reader.require(VendorRow, vendor, "vendor")
        rows = reader.all(
            AnswerRow, vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version
        )
    return fold(Answer.from_json(json.loads(row.data)) for row in rows)


def score_vendor(
    workspace: Workspace, vendor: str, bank: Bank, mode: Mode = "full", facts: Mapping[str, bool] | None = None
) -> Assessment:
    """Score a vendor's current answers as of today."""
    return score(bank, current_answers(workspace, vendor, bank), mode, facts=facts, as_of=now().date())
