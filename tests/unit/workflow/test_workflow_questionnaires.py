"""Answers, evidence files, waivers, facts and frozen weights in a workspace."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from vendoreval.errors import Conflict, InputError, InvalidDocument, NotFound, UsageError
from vendoreval.formats.forms.form_layout import identity
from vendoreval.formats.forms.xlsx_form import write_form
from vendoreval.questionnaires.answers import Amendment, Answer, EvidenceItem
from vendoreval.questionnaires.bank import Bank
from vendoreval.questionnaires.promises import claimed_figures
from vendoreval.store.workspace import Workspace, create
from vendoreval.workflow.questionnaires import answer_evidence, forms, judging, questionnaires
from vendoreval.workflow.questionnaires.answer_evidence import Tie
from vendoreval.workflow.vendors.vendors import add_vendor


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
    forms.make_form(workspace, "acme", bank, tmp_path / "f.html", kind="html")
    assert '"id": "S3"' not in (tmp_path / "f.html").read_text("utf-8")
    forms.make_form(workspace, "acme", bank, tmp_path / "f.xlsx")
    notes = forms.import_form(workspace, "acme", bank, tmp_path / "f.xlsx").notes
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
    forms.make_form(workspace, "acme", bank, tmp_path / "form.xlsx")
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
    answer_evidence.attach(workspace, "acme", bank, [guide], Tie(expires=date(2026, 12, 31)))
    assert best() == "document"
    found = answer_evidence.pieces(workspace, "acme", bank)[0]
    assert (found.state, found.outdated, found.item.expires) == ("stored", False, date(2026, 12, 31))
    place = workspace.objects.path(found.item.sha256)
    place.chmod(0o644)
    place.write_bytes(b"other rules")
    assert answer_evidence.pieces(workspace, "acme", bank)[0].state == "altered"
    assert best() == "none"
    answer_evidence.attach(workspace, "acme", bank, [guide])  # the file that its name stands for heals it
    assert answer_evidence.pieces(workspace, "acme", bank)[0].state == "stored"
    assert best() == "document"
    place.unlink()
    assert answer_evidence.pieces(workspace, "acme", bank)[0].state == "lost"
    assert best() == "none"
    given = questionnaires.answer_events(workspace, "acme", bank)
    assert {(one.channel, one.level, one.answered_at, one.actor) for one in given} == {
        ("form", 3, given[0].answered_at, "tester")
    }


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
    answer_evidence.attach(workspace, "acme", bank, [guide], Tie(replaces=True))
    answer_evidence.attach(workspace, "acme", bank, [stray], Tie("G2", "demo"))
    states = {one.item.name: one.state for one in answer_evidence.pieces(workspace, "acme", bank)}
    assert states == {"guide.pdf": "stored", "stray.pdf": "stored"}


def test_a_repeated_form_overwrites_nothing(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    form, copy = tmp_path / "form.xlsx", tmp_path / "copy.xlsx"
    forms.make_form(workspace, "acme", bank, form, "short")
    book = load_workbook(form)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value == "G1":
                row[4].value = "Level 3"
    book.save(form)
    book.save(copy)
    copy.write_bytes(copy.read_bytes() + b"\0")  # saved again: other bytes, the same answers
    made = forms.import_form(workspace, "acme", bank, form)
    assert [(c.question_id, c.kind) for c in made.changes] == [("G1", "new")]
    with pytest.raises(Conflict, match="imported on 2026-03-02"):
        forms.import_form(workspace, "acme", bank, form)
    questionnaires.amend(workspace, "acme", bank, "G1", Amendment(level=2, channel="call"))
    made = forms.import_form(workspace, "acme", bank, copy)
    assert made.changes == ()
    assert "repeats earlier answers to G1" in made.notes[-1]
    assert questionnaires.current_answers(workspace, "acme", bank)["G1"].level == 2


def test_files_that_are_no_form(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    forms.make_form(workspace, "acme", bank, tmp_path / "form.html", kind="html")
    with pytest.raises(InputError, match="Save answers"):
        forms.import_form(workspace, "acme", bank, tmp_path / "form.html")
    forms.make_form(workspace, "acme", bank, tmp_path / "form.xlsx")
    with pytest.raises(InputError, match=r"is a form of annotation-core 1.1.0; asked for was .* 2.0.0"):
        forms.import_form(workspace, "acme", replace(bank, version="2.0.0"), tmp_path / "form.xlsx")
    book = load_workbook(tmp_path / "form.xlsx")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value == "G1":
                row[7].value = "=1+1"
    book.save(tmp_path / "formula.xlsx")
    with pytest.raises(InvalidDocument, match="G1 is answered by a formula"):
        forms.import_form(workspace, "acme", bank, tmp_path / "formula.xlsx")
    assert questionnaires.answer_events(workspace, "acme", bank) == ()


def test_a_form_cannot_be_due_before_it_is_sent(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    out = tmp_path / "form.xlsx"
    assert forms.make_form(workspace, "acme", bank, out) == date(2026, 3, 16)  # ten working days
    with pytest.raises(UsageError, match="would have been due"):
        forms.make_form(workspace, "acme", bank, tmp_path / "no.xlsx", due=date(2026, 3, 1))
    assert not (tmp_path / "no.xlsx").exists()


def test_our_own_remarks_are_not_in_the_form(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    ours = Amendment(level=2, text="by phone", note="sounded unsure", channel="call")
    questionnaires.amend(workspace, "acme", bank, "G1", ours)
    theirs = Answer("G2", 3, note="see page 4", channel="form")
    questionnaires.record_answers(workspace, "acme", bank, [theirs])
    out = tmp_path / "form.html"
    forms.make_form(workspace, "acme", bank, out, kind="html")
    assert "by phone" in out.read_text("utf-8")
    assert "see page 4" in out.read_text("utf-8")
    assert "sounded unsure" not in out.read_text("utf-8")
    sheet = tmp_path / "form.xlsx"
    forms.make_form(workspace, "acme", bank, sheet)
    assert forms.import_form(workspace, "acme", bank, sheet).changes == ()
    assert questionnaires.current_answers(workspace, "acme", bank)["G1"].note == "sounded unsure"


def test_a_form_and_its_evidence_come_in_together_or_not_at_all(
    workspace: Workspace, bank: Bank, tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "guide.pdf").write_bytes(b"rules")
    (folder / "plan.pdf").write_bytes(b"plan")
    (folder / "other.txt").write_bytes(b"named by nobody")
    answers = {
        "G1": Answer("G1", 3, evidence=(EvidenceItem("document", "guide.pdf", "ab" * 32),)),
        "G2": Answer(
            "G2", 2, evidence=(EvidenceItem("document", "plan.pdf"), EvidenceItem("demo", "tour.mp4"))
        ),
    }
    questionnaires.record_answers(workspace, "acme", bank, list(answers.values()))
    other = create(tmp_path / "other")
    add_vendor(other, "acme", "Acme")
    form = tmp_path / "form.xlsx"
    with form.open("wb") as file:
        write_form(
            bank, file, vendor="acme", created=datetime(2026, 3, 2, tzinfo=UTC),
            answers={"G1": replace(answers["G1"], level=4), "G2": answers["G2"]},
        )  # fmt: skip
    objects = sorted(path.name for path in workspace.objects.root.rglob("*"))
    with pytest.raises(Conflict, match=r"'guide.pdf' is not the file .* Nothing was stored"):
        forms.import_form(workspace, "acme", bank, form, folder)
    assert len(questionnaires.answer_events(workspace, "acme", bank)) == 2
    assert objects == sorted(path.name for path in workspace.objects.root.rglob("*"))
    made = forms.import_form(other, "acme", bank, form, folder)
    assert [one.question_id for one in made.changes] == ["G1", "G2"]
    assert [one.item.name for one in made.stored] == ["guide.pdf", "plan.pdf"]
    assert [one.item.name for one in made.awaited] == ["tour.mp4"]
    assert len(made.open) == len(bank.questions) - 2


def test_the_questions_that_were_sent_are_the_ones_that_count(
    workspace: Workspace, bank: Bank, tmp_path: Path
) -> None:
    forms.make_form(workspace, "acme", bank, tmp_path / "form.xlsx", "short")
    asked = bank.asked("short")
    questionnaires.record_answers(workspace, "acme", bank, [Answer(q.id, 4) for q in asked])
    found = questionnaires.score_vendor(workspace, "acme", bank)
    assert (found.mode, found.coverage, len(found.questions)) == ("short", 100, 5)
    assert found.notes[0] == "Scored on the short form: 5 of 45 questions."
    questionnaires.record_answers(workspace, "acme", bank, [Answer("G3", 4)])
    assert "Answers to G3 are left out" in questionnaires.score_vendor(workspace, "acme", bank).notes[0]
    assert questionnaires.score_vendor(workspace, "acme", bank, "full").mode == "full"
    forms.make_form(workspace, "acme", bank, tmp_path / "core.xlsx", "core")
    assert questionnaires.score_vendor(workspace, "acme", bank).mode == "core"
    forms.make_form(workspace, "acme", bank, tmp_path / "again.xlsx", "short")  # a reminder narrows nothing
    assert questionnaires.score_vendor(workspace, "acme", bank).mode == "core"


def test_figures_that_could_be_read_in_two_ways_are_read_aloud(
    workspace: Workspace, bank: Bank, tmp_path: Path
) -> None:
    form = tmp_path / "form.xlsx"
    with form.open("wb") as file:
        said = {"R3": Answer("R3", 3, value="2-3"), "C1": Answer("C1", 3, value="97.5")}
        write_form(bank, file, vendor="acme", created=datetime(2026, 3, 2, tzinfo=UTC), answers=said)
    made = forms.import_form(workspace, "acme", bank, form)
    assert [note for note in made.notes if "not one number" in note] == [
        "R3: '2-3' is not one number, so nothing can be held against it; write one figure "
        "(% errors left after review)."
    ]
    assert not any("read as" in note for note in made.notes)


def test_an_untouched_form_changes_no_evidence(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    """An XLSX form has one kind and one date for all files of a question."""
    pieces = (
        EvidenceItem("document", "plan.pdf", dated=date(2026, 1, 1)),
        EvidenceItem("independent", "iso.pdf", expires=date(2027, 6, 1)),
    )
    questionnaires.record_answers(workspace, "acme", bank, [Answer("S1", 4, evidence=pieces, channel="html")])
    before = questionnaires.score_vendor(workspace, "acme", bank)
    form = tmp_path / "form.xlsx"
    forms.make_form(workspace, "acme", bank, form)
    made = forms.import_form(workspace, "acme", bank, form)
    assert made.changes == ()
    assert questionnaires.score_vendor(workspace, "acme", bank) == before
    book = load_workbook(form)
    for row in (row for sheet in book.worksheets for row in sheet.iter_rows()):
        if row[0].value == "S1":
            row[9].value = "plan.pdf, iso.pdf, new.pdf"
            row[8].value = "Demo, sample of real work"
        elif row[0].value == "R3":
            row[4].value, row[6].value = "Level 3", 0.05
            row[6].number_format = "0.0%"
    book.save(form)
    made = forms.import_form(workspace, "acme", bank, form)
    current = questionnaires.current_answers(workspace, "acme", bank)
    kinds = {piece.name: piece.kind for piece in current["S1"].evidence}
    assert kinds == {"plan.pdf": "document", "iso.pdf": "independent", "new.pdf": "demo"}
    assert any(note.startswith("S1: kinds and dates of single files stay as known") for note in made.notes)
    assert current["R3"].value == "5 %"


def test_a_repeated_form_with_its_folder_stores_and_changes_nothing(
    workspace: Workspace, bank: Bank, tmp_path: Path
) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir()
    (folder / "plan.pdf").write_bytes(b"plan")
    form, copy = tmp_path / "form.xlsx", tmp_path / "copy.xlsx"
    pieces = (EvidenceItem("document", "plan.pdf"), EvidenceItem("document", "list.xlsx"))
    with form.open("wb") as file:
        write_form(
            bank, file, vendor="acme", created=datetime(2026, 3, 2, tzinfo=UTC),
            answers={"G1": Answer("G1", 3, evidence=pieces)},
        )  # fmt: skip
    first = forms.import_form(workspace, "acme", bank, form, folder)
    assert [one.item.name for one in first.stored] == ["plan.pdf"]
    questionnaires.amend(workspace, "acme", bank, "G1", Amendment(level=2, channel="call"))
    copy.write_bytes(form.read_bytes() + b"\0")
    again = forms.import_form(workspace, "acme", bank, copy, folder)
    assert (again.changes, again.stored) == ((), ())
    assert questionnaires.current_answers(workspace, "acme", bank)["G1"].level == 2
    assert len(questionnaires.answer_events(workspace, "acme", bank)) == 2


def test_an_older_file_does_not_undo_a_newer_one(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    def saved(level: str, day: int) -> Path:
        said = {"level": level, "text": "as we do it", "changed_at": f"2026-02-{day:02}T10:00:00+00:00"}
        record = {"schema": "vendoreval/form-answers/1", "form": identity(bank, "acme", "full"),
                  "answers": {"G1": said}}  # fmt: skip
        path = tmp_path / f"{day}.json"
        path.write_text(json.dumps(record), "utf-8")
        return path

    forms.import_form(workspace, "acme", bank, saved("3", 20))
    made = forms.import_form(workspace, "acme", bank, saved("1", 10))
    assert made.changes == ()
    assert any("Older than what the vendor said since, and left alone: G1" in note for note in made.notes)
    assert questionnaires.current_answers(workspace, "acme", bank)["G1"].level == 3


def test_a_hash_that_is_only_named_proves_nothing(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    """The hash of the form itself lies in the workspace, and is no certificate."""
    form = tmp_path / "form.html"
    forms.make_form(workspace, "acme", bank, form, kind="html")
    sha = answer_evidence.read_file(form).sha256
    piece = EvidenceItem("independent", "iso.pdf", sha)
    questionnaires.record_answers(workspace, "acme", bank, [Answer("S1", 4, evidence=(piece,), channel="html")])
    assert [one.state for one in answer_evidence.pieces(workspace, "acme", bank)] == ["not arrived"]
    scored = questionnaires.score_vendor(workspace, "acme", bank)
    assert next(one.evidence for one in scored.questions if one.question_id == "S1") == "none"


def test_kinds_and_dates_that_the_buyer_gave_stay(workspace: Workspace, bank: Bank, tmp_path: Path) -> None:
    (tmp_path / "guide.pdf").write_bytes(b"rules")
    ours = answer_evidence.stored_piece(workspace, "document", tmp_path / "guide.pdf", None, date(2026, 12, 30))
    questionnaires.amend(workspace, "acme", bank, "S1", Amendment(level=4, evidence=(ours,)))
    form = tmp_path / "form.xlsx"
    with form.open("wb") as file:
        theirs = replace(ours, kind="independent", expires=None)
        write_form(
            bank, file, vendor="acme", created=datetime(2026, 3, 2, tzinfo=UTC),
            answers={"S1": Answer("S1", 4, text="certified", evidence=(theirs,))},
        )  # fmt: skip
    forms.import_form(workspace, "acme", bank, form)
    (kept,) = questionnaires.current_answers(workspace, "acme", bank)["S1"].evidence
    assert (kept.kind, kept.expires) == ("document", date(2026, 12, 30))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"changed_at": "0001-01-01T00:00:00+14:00"}, "no time at which this form could be filled"),
        ({"text": "\ud800x"}, "not a file of saved answers"),
    ],
)
def test_answers_that_would_break_what_reads_them(
    workspace: Workspace, bank: Bank, tmp_path: Path, fields: dict[str, Any], says: str
) -> None:
    record = {"schema": "vendoreval/form-answers/1", "form": identity(bank, "acme", "full"),
              "answers": {"G1": {"level": "4", "text": "x", **fields}}}  # fmt: skip
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(record), "utf-8")
    with pytest.raises(InputError, match=says):
        forms.import_form(workspace, "acme", bank, path)


def test_dates_and_figures_beyond_all_bounds_are_borne(workspace: Workspace, bank: Bank) -> None:
    far = EvidenceItem("document", "x.pdf", dated=date(9999, 12, 31), seen_by="ann")
    given = [
        Answer("G1", 3, evidence=(far,)),
        Answer("R3", 3, value="9" * 5000),
        Answer("E3", 3, value="9" * 400),
    ]
    questionnaires.record_answers(workspace, "acme", bank, given)
    assert questionnaires.score_vendor(workspace, "acme", bank).claimed > 0
    assert claimed_figures(bank, questionnaires.current_answers(workspace, "acme", bank)) == {}
