"""The questionnaire by its commands: answered by options and by prompts, sent as forms, taken back in."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.browser import GUIDE, fill_in_browser
from tests.conftest import ROOT, Cli
from vendoreval.formats.forms.xlsx_form import read_form, write_form
from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.resources import resource
from vendoreval.workflow.context import now
from vendoreval.workflow.questionnaires.questionnaires import load_bank

FIXED = {"VENDOREVAL_NOW": "2026-03-02T09:00:00+00:00", "VENDOREVAL_ACTOR": "tester"}


@pytest.fixture
def acme(cli: Cli) -> Cli:
    cli("init")
    cli("vendor", "add", "acme")
    return cli


def test_answers_by_options(acme: Cli) -> None:
    (acme.folder / "guide.pdf").write_bytes(GUIDE)
    words = ("questionnaire", "answer", "acme")
    first = acme(*words, "G1", "--level", "3", "--evidence", "document=guide.pdf", "--dated", "2026-01-02",
                 "--expires", "2027-01-01", "--text", "see the file", "--json", env=FIXED).json  # fmt: skip
    assert first["evidence"][0]["expires"] == "2027-01-01"
    said = acme(*words, "C1", "--level", "4", "--value", "99 %", "--commitment", "no", "--note", "a call",
                "--channel", "call", "--json", env=FIXED).json  # fmt: skip
    assert (said["value"], said["commitment"], said["note"], said["channel"]) == (
        "99 %",
        "no",
        "a call",
        "call",
    )
    acme(*words, "R1", "--level", "2", "--seen", "demo=tour", env=FIXED)
    acme(*words, "S3", "--state", "na", "--reason", "no people in it", env=FIXED)
    assert acme(*words, "S3", "--approve", "--json", env=FIXED).json["na_approved"]
    assert "no such file" in acme(*words, "G2", "--evidence", "none.pdf", code=2).err
    assert "KIND=NAME" in acme(*words, "G2", "--seen", "measured=me", code=2).err
    pieces = acme("questionnaire", "evidence", "acme", "--json", env=FIXED).json["pieces"]
    assert [(p["question"], p["state"]) for p in pieces] == [("G1", "stored"), ("R1", "seen")]
    acme("questionnaire", "waive", "acme", "A1", "--reason", "new", "--expires", "2026-06-01", env=FIXED)
    acme("questionnaire", "fact", "personal_data", "no", env=FIXED)
    scored = acme("questionnaire", "score", "acme", "--json", env=FIXED).json
    assert {k["question"]: bool(k["waiver"]) for k in scored["knock_outs"]}["A1"]
    assert "S3" not in {k["question"] for k in scored["knock_outs"]}
    stored = acme.folder / "objects" / first["evidence"][0]["sha256"][:2] / first["evidence"][0]["sha256"][2:]
    stored.chmod(0o644)
    stored.write_bytes(b"changed")
    assert "altered" in acme("questionnaire", "evidence", "acme", code=5, env=FIXED).out


def test_answers_by_prompts(acme: Cli) -> None:
    typed = "3\nread it\nx\nn\nnot ours\nd\ns\nq\n"
    done = subprocess.run(
        [sys.executable, "-m", "vendoreval", "questionnaire", "answer", "acme"],
        cwd=acme.folder, input=typed, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "45 of 45 questions are open" in done.stderr
    assert "'x' is none of these" in done.stderr
    scored = acme("questionnaire", "score", "acme", "--json").json
    states = {one["question"]: (one["state"], one["level"]) for one in scored["questions"][:5]}
    assert states == {
        "G1": ("answered", 3), "G2": ("na", 0), "G3": ("declined", 0), "G4": ("unanswered", 0),
        "G5": ("unanswered", 0),
    }  # fmt: skip
    assert "Stopped." in acme("questionnaire", "answer", "acme", "G4").err  # nobody answers: nothing changes


def test_weights_cannot_be_changed_with_the_answers_in_sight(acme: Cli) -> None:
    text = (ROOT / "questionnaires" / "annotation-core.toml").read_text("utf-8")
    other = text.replace("weight = 18\nstandard = 1\n", "weight = 8\nstandard = 1\n", 1)
    other = other.replace("weight = 14\n", "weight = 24\n", 1)
    assert other != text
    (acme.folder / "other.toml").write_text(other, "utf-8")
    acme("questionnaire", "answer", "acme", "G1", "--level", "3", env=FIXED)
    assert "already" in acme("questionnaire", "freeze", code=2).err
    score = ("questionnaire", "score", "acme", "--bank", "other.toml")
    assert "weights differ from those that were frozen" in acme(*score, code=2).err
    freeze = ("questionnaire", "freeze", "--bank", "other.toml")
    assert "Say why" in acme(*freeze, code=2).err
    made = acme(*freeze, "--reason", "agreement matters more", "--json", env=FIXED).json
    assert made["weights_sha256"] == acme(*score, "--json", env=FIXED).json["weights_sha256"]
    note = "The weights were changed on 2026-03-02 by tester: agreement matters more"
    assert note in acme(*score, "--json", env=FIXED).json["notes"]


def test_facts_are_listed(acme: Cli) -> None:
    listed = acme("questionnaire", "fact", "--json").json["facts"]
    assert listed == [{"fact": "personal_data", "holds": None, "questions": ["S3"]}]
    assert "Does personal_data hold?" in acme("questionnaire", "fact", "personal_data", code=2).err
    assert "no" in acme("questionnaire", "fact", "personal_data", "no").out


@pytest.mark.slow
def test_the_html_form_from_filling_to_import(acme: Cli) -> None:
    made = acme(
        "questionnaire", "form", "acme", "--out", "form.html", "--due", "2026-03-20", "--json", env=FIXED
    )
    assert (made.json["format"], made.json["due"]) == ("html", "2026-03-20")
    saved, _ = fill_in_browser((acme.folder / "form.html").read_text("utf-8"), acme.folder)
    (acme.folder / "answers.json").write_text(saved, "utf-8")
    (acme.folder / "evidence").mkdir()
    (acme.folder / "evidence" / "guide.pdf").write_bytes(GUIDE)
    (acme.folder / "evidence" / "stray.pdf").write_bytes(b"nobody named me")
    words = ("questionnaire", "import", "acme", "answers.json", "--evidence", "evidence")
    taken = acme(*words, "--json").json
    assert [change["question"] for change in taken["changes"]] == ["A1", "C1", "G1", "S3"]
    assert [(p["name"], p["state"]) for p in taken["evidence"]] == [("guide.pdf", "stored")]
    assert "imported on" in acme(*words, code=2).err
    record = json.loads(saved)
    record["form"]["version"] = "0.9.0"
    (acme.folder / "old.json").write_text(json.dumps(record), "utf-8")
    assert (
        "is a form of annotation-core 0.9.0" in acme("questionnaire", "import", "acme", "old.json", code=2).err
    )
    again = acme("questionnaire", "form", "acme", "--out", "again.html", "--json").json
    assert again["format"] == "html"
    assert '"guide.pdf"' in (acme.folder / "again.html").read_text("utf-8")  # filled in as it is known


def _filled() -> dict[str, Answer]:
    """Every question answered with all that it asks, with text that spreadsheets like to change."""
    answers = {}
    for number, question in enumerate(load_bank().questions):
        pieces = (
            EvidenceItem(
                "independent", f"{question.id} a.pdf", dated=date(2026, 1, 31), expires=date(2027, 2, 28)
            ),
            EvidenceItem("independent", "=b.pdf", dated=date(2026, 1, 31), expires=date(2027, 2, 28)),
        )
        answers[question.id] = Answer(
            question.id, number % 5, value="0,50 % (n = 1.200)" if question.unit else "",
            text=("=1+1", "007", "1/2", "two\nlines", "ünï ‘quoted’ <b>&amp;</b>")[number % 5],
            note="-3", commitment="changes" if question.type == "commit" else None,
            evidence=pieces if question.evidence.wanted else (), channel="form", actor="acme",
        )  # fmt: skip
    answers["S3"] = Answer("S3", state="na", na_reason="+no people", channel="form", actor="acme")
    answers["M6"] = Answer("M6", state="declined", text="later", channel="form", actor="acme")
    return answers


def _by_libreoffice(file: Path, target: str) -> Path:
    """The file as LibreOffice saves it, in a folder beside it."""
    office = shutil.which("soffice")
    assert office, "forms are tested with LibreOffice; please install libreoffice-calc"
    out = file.parent / f"to-{target}"
    subprocess.run(
        [office, f"-env:UserInstallation={(file.parent / 'profile').as_uri()}", "--headless",
         "--convert-to", target, "--outdir", out, file],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    return out / f"{file.stem}.{target}"


@pytest.mark.slow
@pytest.mark.parametrize("through", ["xlsx", "ods"])
def test_forty_five_questions_survive_libreoffice(tmp_path: Path, through: str) -> None:
    bank, answers = load_bank(), _filled()
    write_form(bank, tmp_path / "form.xlsx", vendor="acme", created=now(), answers=answers)
    first = _by_libreoffice(tmp_path / "form.xlsx", through)
    back = first if through == "xlsx" else _by_libreoffice(first, "xlsx")
    read, notes = read_form(back, bank, vendor="acme")
    assert read == answers
    assert notes == ()


@pytest.mark.slow
@pytest.mark.parametrize(("level", "counted"), [("Level 0", 2), ("Level 1", 1), ("Not applicable", 1)])
def test_the_summary_counts_a_question_that_is_grey(tmp_path: Path, level: str, counted: int) -> None:
    """Without agreement measured (A1) there is no threshold to report (A2), so that both are done."""
    write_form(load_bank(), tmp_path / "form.xlsx", vendor="acme", created=now())
    book = load_workbook(tmp_path / "form.xlsx")
    for row in (row for sheet in book.worksheets for row in sheet.iter_rows()):
        if row[0].value == "A1":
            row[4].value = level
    book.save(tmp_path / "form.xlsx")  # without the numbers that were counted, so that they are counted anew
    shown = load_workbook(_by_libreoffice(tmp_path / "form.xlsx", "xlsx"), data_only=True)
    counts = {str(row[1].value)[:2]: row[3].value for row in shown["Read me first"].iter_rows(max_col=4)}
    assert (counts["A "], counts["Al"]) == (counted, counted)


def test_a_workspace_goes_on_with_the_bank_that_it_sent(cli: Cli) -> None:
    """A newer version of the program ships another bank; the tender that runs keeps its questions."""
    shipped = (resource("questionnaires") / "annotation-core.toml").read_text("utf-8")
    older = shipped.replace('version = "1.1.0"', 'version = "1.0.0"').replace("weight = 18", "weight = 17", 1)
    older = older.replace("weight = 10", "weight = 11", 1)
    (cli.folder / "older.toml").write_text(older, "utf-8")
    cli("init")
    cli("vendor", "add", "acme")
    cli("questionnaire", "form", "acme", "--out", "form.xlsx", "--bank", "older.toml")
    (cli.folder / "older.toml").unlink()
    cli("questionnaire", "answer", "acme", "G1", "--level", "3")
    scored = cli("questionnaire", "score", "acme", "--json").json
    assert scored["version"] == "1.0.0"
    assert [s["weight"] for s in scored["sections"]][:3] == [17, 14, 11]
    assert "Say why" in cli("questionnaire", "freeze", code=2).err
    cli("questionnaire", "freeze", "--reason", "the new questions are better")
    assert "has not answered annotation-core 1.1.0 yet" in cli("questionnaire", "score", "acme", code=2).err
    cli("questionnaire", "answer", "acme", "G1", "--level", "3")
    scored = cli("questionnaire", "score", "acme", "--json").json
    assert scored["version"] == "1.1.0"
    assert any("1.1.0 was taken" in note and "are better" in note for note in scored["notes"])
