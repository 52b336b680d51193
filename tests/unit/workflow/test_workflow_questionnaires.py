"""Answers, evidence files, waivers, facts and frozen weights in a workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from vendoreval.errors import Conflict, InputError, InvalidDocument, NotFound, UsageError
from vendoreval.questionnaires.answers import Amendment, Answer, EvidenceItem
from vendoreval.questionnaires.bank import Bank
from vendoreval.store.workspace import Workspace, create
from vendoreval.workflow import answer_evidence, judging, questionnaires
from vendoreval.workflow.vendors import add_vendor


@pytest.fixture
def bank() -> Bank:
    return questionnaires.load_bank()


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("VENDOREVAL_NOW", "2026-03-02T09:00:00+00:00")
    monkeypatch.setenv("VENDOREVAL_ACTOR", "tester")
    made = create(tmp_path / "workspace")
    add_vendor(made, "acme", "Acme")
    return made


def test_an_amendment_keeps_what_it_does_not_name(workspace: Workspace, bank: Bank) -> None:
    amend = questionnaires.amend
    amend(
        workspace, "acme", bank, "C1", Amendment(level=3, value="97 %", commitment="changes", text="On average")
    )
    found = amend(workspace, "acme", bank, "C1", Amendment(commitment="no", channel="call"))
    assert (found.level, found.value, found.text, found.commitment) == (3, "97 %", "On average", "no")
    assert (found.channel, found.actor) == ("call", "tester")
    assert len(questionnaires.answer_events(workspace, "acme", bank)) == 2
    declined = amend(workspace, "acme", bank, "C1", Amendment(state="declined"))
    assert (declined.level, declined.commitment, declined.value) == (None, None, "")
    assert amend(workspace, "acme", bank, "C1", Amendment(level=1)).state == "answered"


def test_amendments_that_do_not_fit(workspace: Workspace, bank: Bank) -> None:
    with pytest.raises(UsageError, match="G1 asks for no commitment"):
        questionnaires.amend(workspace, "acme", bank, "G1", Amendment(commitment="yes"))
    with pytest.raises(UsageError, match="G1 asks for no figure"):
        questionnaires.amend(workspace, "acme", bank, "G1", Amendment(value="3"))
    with pytest.raises(NotFound, match="Z9"):
        questionnaires.amend(workspace, "acme", bank, "Z9", Amendment(level=1))
    with pytest.raises(NotFound, match="vendor"):
        questionnaires.amend(workspace, "nobody", bank, "G1", Amendment(level=1))
    assert questionnaires.answer_events(workspace, "acme", bank) == ()


def test_not_applicable_needs_a_reason_and_an_approval(workspace: Workspace, bank: Bank) -> None:
    def applies() -> bool:
        scored = questionnaires.score_vendor(workspace, "acme", bank)
        return next(one.applies for one in scored.questions if one.question_id == "S1")

    with pytest.raises(UsageError, match="nothing to approve"):
        questionnaires.amend(workspace, "acme", bank, "S1", Amendment(approve=True))
    questionnaires.amend(workspace, "acme", bank, "S1", Amendment(state="na", na_reason="no data leaves us"))
    assert applies()
    questionnaires.amend(workspace, "acme", bank, "S1", Amendment(approve=True))
    assert not applies()
    questionnaires.amend(workspace, "acme", bank, "S1", Amendment(na_reason="another reason"))
    assert applies()


def test_facts_take_questions_out(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    def knocked_out() -> bool:
        scored = questionnaires.score_vendor(workspace, "acme", bank)
        return "S3" in {one.question_id for one in scored.knock_outs}

    assert knocked_out()
    judging.state_fact(workspace, bank, "personal_data", False)
    assert not knocked_out()
    questionnaires.make_form(workspace, "acme", bank, tmp_path / "f.html", kind="html")
    assert '"id": "S3"' not in (tmp_path / "f.html").read_text("utf-8")
    questionnaires.make_form(workspace, "acme", bank, tmp_path / "f.xlsx")
    notes = questionnaires.import_form(workspace, "acme", bank, tmp_path / "f.xlsx").notes
    assert notes[0].startswith("44 of 44 questions are open")
    judging.state_fact(workspace, bank, "personal_data", True)
    assert knocked_out()
    with pytest.raises(NotFound, match="personal_date"):
        judging.state_fact(workspace, bank, "personal_date", True)


def test_a_waiver_holds_until_its_day(
    workspace: Workspace, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [Answer(q.id, 4, commitment="yes" if q.type == "commit" else None) for q in bank.questions]
    questionnaires.record_answers(workspace, "acme", bank, [replace(a, level=1) if a.question_id == "A1" else a
                                                            for a in answers])  # fmt: skip
    assert questionnaires.score_vendor(workspace, "acme", bank).status == "not eligible"
    expires = date(2026, 6, 1)
    with pytest.raises(UsageError, match="G2 is no knock-out"):
        judging.waive(workspace, "acme", bank, "G2", reason="x", expires=expires, person="")
    with pytest.raises(UsageError, match="needs a reason"):
        judging.waive(workspace, "acme", bank, "A1", reason=" ", expires=expires, person="")
    with pytest.raises(UsageError, match="would have expired"):
        judging.waive(workspace, "acme", bank, "A1", reason="x", expires=date(2026, 3, 1), person="")
    judging.waive(workspace, "acme", bank, "A1", reason="new on the market", expires=expires, person="Ann")
    waived = questionnaires.score_vendor(workspace, "acme", bank)
    assert waived.status == "waived"
    assert waived.knock_outs[0].waiver is not None
    assert waived.knock_outs[0].waiver.person == "Ann"
    monkeypatch.setenv("VENDOREVAL_NOW", "2026-06-02T09:00:00+00:00")
    assert questionnaires.score_vendor(workspace, "acme", bank).status == "not eligible"


def test_weights_are_frozen_before_answers(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    assert judging.frozen(workspace, bank) is None
    questionnaires.make_form(workspace, "acme", bank, tmp_path / "form.xlsx")
    first = judging.frozen(workspace, bank)
    assert first is not None
    assert workspace.objects.has(first.weights_sha)  # the weights themselves are kept
    with pytest.raises(Conflict, match="already"):
        judging.freeze(workspace, bank)
    sections = (replace(bank.sections[0], weight=8), replace(bank.sections[1], weight=24), *bank.sections[2:])
    other = replace(bank, sections=sections)
    with pytest.raises(Conflict, match="weights differ"):
        questionnaires.score_vendor(workspace, "acme", other)
    with pytest.raises(UsageError, match="--reason"):
        judging.freeze(workspace, other)
    judging.freeze(workspace, other, "agreement matters more here")
    assert "agreement matters more here" in questionnaires.score_vendor(workspace, "acme", other).notes[-1]
    with pytest.raises(Conflict, match="weights differ"):
        questionnaires.score_vendor(workspace, "acme", bank)


def test_evidence_counts_once_its_file_is_here(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    def best() -> str:
        scored = questionnaires.score_vendor(workspace, "acme", bank)
        return next(one.evidence for one in scored.questions if one.question_id == "G1")

    named = Answer("G1", 3, evidence=(EvidenceItem("document", "guide.pdf"),), channel="form")
    questionnaires.record_answers(workspace, "acme", bank, [named])
    assert best() == "none"
    assert [one.state for one in answer_evidence.pieces(workspace, "acme", bank)] == ["not arrived"]
    guide = tmp_path / "guide.pdf"
    guide.write_bytes(b"rules")
    answer_evidence.attach(workspace, "acme", bank, [guide], expires=date(2026, 12, 31))
    assert best() == "document"
    found = answer_evidence.pieces(workspace, "acme", bank)[0]
    assert (found.state, found.outdated, found.item.expires) == ("stored", False, date(2026, 12, 31))
    place = workspace.objects.path(found.item.sha256)
    place.chmod(0o644)
    place.write_bytes(b"other rules")
    assert answer_evidence.pieces(workspace, "acme", bank)[0].state == "altered"
    place.unlink()
    assert answer_evidence.pieces(workspace, "acme", bank)[0].state == "lost"
    assert best() == "none"


def test_files_that_do_not_fit_are_named(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    guide, stray = tmp_path / "guide.pdf", tmp_path / "stray.pdf"
    guide.write_bytes(b"rules")
    stray.write_bytes(b"?")
    named = Answer("G1", 3, evidence=(EvidenceItem("document", "guide.pdf", "ab" * 32),), channel="html")
    questionnaires.record_answers(workspace, "acme", bank, [named])
    with pytest.raises(Conflict, match=r"'guide.pdf' is not the file .* ababab"):
        answer_evidence.attach(workspace, "acme", bank, [guide])
    with pytest.raises(UsageError, match=r"names the file 'stray.pdf'"):
        answer_evidence.attach(workspace, "acme", bank, [stray])
    with pytest.raises(InputError, match="no such file"):
        answer_evidence.attach(workspace, "acme", bank, [tmp_path / "none.pdf"])
    assert len(questionnaires.answer_events(workspace, "acme", bank)) == 1
    answer_evidence.attach(workspace, "acme", bank, [guide], replaces=True)
    answer_evidence.attach(workspace, "acme", bank, [stray], question="G2", kind="demo")
    states = {one.item.name: one.state for one in answer_evidence.pieces(workspace, "acme", bank)}
    assert states == {"guide.pdf": "stored", "stray.pdf": "stored"}


def test_a_repeated_form_overwrites_nothing(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    form, copy = tmp_path / "form.xlsx", tmp_path / "copy.xlsx"
    questionnaires.make_form(workspace, "acme", bank, form, "short")
    book = load_workbook(form)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value == "G1":
                row[4].value = "Level 3"
    book.save(form)
    book.save(copy)
    copy.write_bytes(copy.read_bytes() + b"\0")  # saved again: other bytes, the same answers
    made = questionnaires.import_form(workspace, "acme", bank, form)
    assert [(c.question_id, c.kind) for c in made.changes] == [("G1", "new")]
    with pytest.raises(Conflict, match="imported on 2026-03-02"):
        questionnaires.import_form(workspace, "acme", bank, form)
    questionnaires.amend(workspace, "acme", bank, "G1", Amendment(level=2, channel="call"))
    made = questionnaires.import_form(workspace, "acme", bank, copy)
    assert made.changes == ()
    assert "repeats earlier answers to G1" in made.notes[-1]
    assert questionnaires.current_answers(workspace, "acme", bank)["G1"].level == 2


def test_files_that_are_no_form(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    questionnaires.make_form(workspace, "acme", bank, tmp_path / "form.html", kind="html")
    with pytest.raises(InputError, match="Save answers"):
        questionnaires.import_form(workspace, "acme", bank, tmp_path / "form.html")
    questionnaires.make_form(workspace, "acme", bank, tmp_path / "form.xlsx")
    with pytest.raises(InputError, match=r"is a form of annotation-core 1.1.0; asked for was .* 2.0.0"):
        questionnaires.import_form(workspace, "acme", replace(bank, version="2.0.0"), tmp_path / "form.xlsx")
    book = load_workbook(tmp_path / "form.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value == "G1":
                row[7].value = "=1+1"
    book.save(tmp_path / "formula.xlsx")
    with pytest.raises(InvalidDocument, match="G1 is answered by a formula"):
        questionnaires.import_form(workspace, "acme", bank, tmp_path / "formula.xlsx")
    assert questionnaires.answer_events(workspace, "acme", bank) == ()


def test_a_form_cannot_be_due_before_it_is_sent(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    assert questionnaires.make_form(workspace, "acme", bank, out) == date(2026, 3, 16)  # ten working days
    with pytest.raises(UsageError, match="would have been due"):
        questionnaires.make_form(workspace, "acme", bank, tmp_path / "no.xlsx", due=date(2026, 3, 1))
    assert not (tmp_path / "no.xlsx").exists()


def test_our_own_remarks_are_not_in_the_form(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    ours = Amendment(level=2, text="by phone", note="sounded unsure", channel="call")
    questionnaires.amend(workspace, "acme", bank, "G1", ours)
    theirs = Answer("G2", 3, note="see page 4", channel="form")
    questionnaires.record_answers(workspace, "acme", bank, [theirs])
    out = tmp_path / "form.html"
    questionnaires.make_form(workspace, "acme", bank, out, kind="html")
    assert "by phone" in out.read_text("utf-8")
    assert "see page 4" in out.read_text("utf-8")
    assert "sounded unsure" not in out.read_text("utf-8")
    sheet = tmp_path / "form.xlsx"
    questionnaires.make_form(workspace, "acme", bank, sheet)
    assert questionnaires.import_form(workspace, "acme", bank, sheet).changes == ()
    assert questionnaires.current_answers(workspace, "acme", bank)["G1"].note == "sounded unsure"
