"""A vendor answers a claim on a sheet or a form: what is taken, and what is named and refused."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.browser import run_in_browser
from tests.conftest import Cli
from tests.flows.dispute_story import moves_of, opened

pytestmark = pytest.mark.usefixtures("later")

CLAIM = "claim-1"
AFTER = {"VENDOREVAL_NOW": "2026-05-03T09:00:00+00:00"}
Cells = Callable[[int, str], Any]


@pytest.fixture
def boxes(tmp_path: Path) -> Cli:
    cli = opened(tmp_path, "--task", "boxes")
    cli("claim", "sheet", CLAIM, "--out", "a.xlsx")
    return cli


def fill(cli: Cli, *cells: tuple[int, str, Any], name: str = "a.xlsx", save: str = "a.xlsx") -> Any:
    """Write values into cells of the sheet, by row and column; returns the sheet's book."""
    book = openpyxl.load_workbook(cli.folder / name)
    sheet: Any = book["Sheet"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row, column, value in cells:
        cell = sheet.cell(row, columns[column])
        cell.value = value
        if str(value).startswith("=1+1"):
            cell.data_type = "s"  # text, as in a cell that is kept as text
    book.save(cli.folder / save)
    return book


def respond(cli: Cli, file: str = "a.xlsx", *words: str) -> Any:
    return cli("claim", "respond", CLAIM, file, *words, "--json").json


def refused(cli: Cli, *cells: tuple[int, str, Any]) -> str:
    fill(cli, *cells)
    said = cli("claim", "respond", CLAIM, "a.xlsx", code=2).err
    assert moves_of(cli, CLAIM) == ()
    return said


REBUTTED = ((2, "position", "rebutted"), (2, "reason code", "gold_wrong"), (2, "text", "=1+1\nlook"))


def test_the_sheet_is_protected_and_says_how_to_answer(boxes: Cli) -> None:
    first = (boxes.folder / "a.xlsx").read_bytes()
    told = boxes("claim", "sheet", CLAIM, "--out", "a.xlsx", "--json").json
    assert (boxes.folder / "a.xlsx").read_bytes() == first
    assert (told["lines"], told["answered"], told["format"]) == (217, 0, "xlsx")
    book = openpyxl.load_workbook(boxes.folder / "a.xlsx")
    words = "\n".join(str(row[0]) for row in book["Read me first"].iter_rows(values_only=True))
    assert f"Answer by {told['answer_by']}." in words
    assert "a line that is not answered in time stays open" in words
    assert "gold_wrong: The reference answer is wrong." in words
    sheet: Any = book["Sheet"]
    assert sheet.protection.sheet
    columns = {cell.value: cell for cell in sheet[2]}
    heads = {cell.value: cell.column for cell in sheet[1]}
    locked = {name: sheet.cell(2, column).protection.locked for name, column in heads.items()}
    assert [name for name in locked if not locked[name]] == [
        "position", "reason code", "text", "guideline passage", "evidence files",
    ]  # fmt: skip
    assert columns
    assert sheet.max_row == 218
    assert book["_lists"].sheet_state == "veryHidden"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_answers_come_in_parts_with_evidence_and_stand_in_the_next_sheet(boxes: Cli) -> None:
    (boxes.folder / "shot.png").write_bytes(b"a picture")
    fill(boxes, *REBUTTED, (2, "evidence files", "shot.png"), (4, "position", "accepted"))
    tried = respond(boxes, "a.xlsx", "--check")
    assert (tried["recorded"], tried["stage"]) == (False, "awaiting ruling")
    assert moves_of(boxes, CLAIM) == ()
    told = respond(boxes, "a.xlsx", "--by", "Vera")
    assert told["recorded"]
    assert len(told["unanswered"]) == 215
    (move,) = moves_of(boxes, CLAIM)
    assert (move.by, len(move.source), move.late) == ("Vera", 64, False)
    first, second = move.positions
    assert (first.line, first.position, first.reason, first.text) == (1, "rebutted", "gold_wrong", "=1+1\nlook")
    assert list(first.evidence) == ["shot.png"]
    assert (second.line, second.position) == (3, "accepted")
    assert "stands already" in boxes("claim", "respond", CLAIM, "a.xlsx").out
    for suffix in ("xlsx", "csv"):
        boxes("claim", "sheet", CLAIM, "--out", f"b.{suffix}")
        again = respond(boxes, f"b.{suffix}")
        assert (again["recorded"], again["unchanged"]) == (False, [1, 3])
    (boxes.folder / "shot.png").unlink()  # what was sent before need not be sent again
    boxes("claim", "sheet", CLAIM, "--out", "b.xlsx")
    fill(boxes, (2, "text", "more"), (5, "position", "accepted"), name="b.xlsx", save="b.xlsx")
    assert [one["line"] for one in respond(boxes, "b.xlsx")["positions"]] == [1, 4]
    assert moves_of(boxes, CLAIM)[1].positions[0].evidence == first.evidence


def test_people_write_otherwise(boxes: Cli) -> None:
    book = fill(
        boxes, (2, "position", " We Agree. "), (3, "position", "Dispute"), (3, "reason code", "Gold wrong"),
        (4, "position", "no"), (4, "reason code", "The reference answer is wrong"), (5, "line", 4.0),
        (5, "position", "REBUTTED"), (5, "reason code", "severity_wrong: It is an error, but weighs less than "
        "the claim says."), (1, "reason code", "Reason"), (1, "evidence files", "EVIDENCE_FILES"),
    )  # fmt: skip
    book["Sheet"].delete_rows(10, 50)
    book["Sheet"].move_range("A2:P2", 400)
    book.save(boxes.folder / "a.xlsx")
    told = respond(boxes)
    said = {one["line"]: (one["position"], one["reason"]) for one in told["positions"]}
    assert said == {
        1: ("accepted", ""), 2: ("rebutted", "gold_wrong"), 3: ("rebutted", "gold_wrong"),
        4: ("rebutted", "severity_wrong"),
    }  # fmt: skip
    assert any("'Dispute' was read as rebutted" in note for note in told["notes"])


@pytest.mark.parametrize(
    ("cells", "where", "said"),
    [
        ([(3, "position", "partly")], "cell H3", "no position"),
        ([(3, "position", "rebutted")], "cell I3", "needs a reason code"),
        ([(3, "position", "rebutted"), (3, "reason code", "gold_wrong, severity_wrong")], "cell I3", "2 codes"),
        ([(3, "position", "rebutted"), (3, "reason code", "bad luck")], "cell I3", "no reason code"),
        ([(3, "position", "accepted"), (3, "reason code", "gold_wrong")], "cell I3", "accepted and yet"),
        ([(3, "text", "why?")], "cell H3", "is empty"),
        ([(3, "position", "accepted"), (3, "answer expected", "x")], "cell E3", "was changed to 'x'"),
        ([(3, "position", "accepted"), (3, "line", 5)], "cell A3", "the number was changed"),
        ([(3, "position", "accepted"), (3, "line", 999)], "cell A3", "no line of the claim"),
        ([(230, "position", "accepted"), (230, "line", 3)], "cell A230", "not of this claim"),
        ([(3, "position", "accepted"), (3, "claim", "other")], "cell A3", "not of this claim"),
        ([(3, "position", "=H4")], "cell H3", "formula without a value"),
        ([(3, "position", "accepted"), (3, "text", "x" * 9000)], "cell J3", "8,000"),
        ([*REBUTTED, (2, "evidence files", "no.png")], "cell L2", "no file 'no.png'"),
        ([*REBUTTED, (2, "evidence files", "../dispute/a.xlsx")], "cell L2", "no file"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named_by_its_cell(boxes: Cli, cells: Any, where: str, said: str) -> None:
    text = refused(boxes, *cells)
    assert where in text
    assert said in text


def test_all_problems_are_named_at_once(boxes: Cli) -> None:
    book = fill(boxes, (2, "position", "maybe"), (3, "position", "accepted"), (4, "position", "rebutted"))
    sheet: Any = book["Sheet"]
    for column in range(1, sheet.max_column + 1):
        sheet.cell(300, column).value = sheet.cell(3, column).value
    book.save(boxes.folder / "a.xlsx")
    said = boxes("claim", "respond", CLAIM, "a.xlsx", code=2).err
    assert "3 problems" in said
    assert "cell A300: line 2 stands here twice" in said


def test_a_link_is_no_evidence(boxes: Cli) -> None:
    (boxes.folder / "secret.png").symlink_to("/etc/hostname")
    assert "no file 'secret.png'" in refused(boxes, *REBUTTED, (2, "evidence files", "secret.png"))


def test_sheets_of_others_empty_ones_and_late_ones(boxes: Cli, tmp_path: Path) -> None:
    assert "holds no answer" in boxes("claim", "respond", CLAIM, "a.xlsx", code=2).err
    fill(boxes, *REBUTTED)
    late = boxes("claim", "respond", CLAIM, "a.xlsx", code=2, env=AFTER).err
    assert "--late" in late
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VENDOREVAL_NOW", AFTER["VENDOREVAL_NOW"])
        assert respond(boxes, "a.xlsx", "--late")["late"]
    assert moves_of(boxes, CLAIM)[0].late
    tweets = opened(tmp_path / "other")
    shutil.copy(boxes.folder / "a.xlsx", tweets.folder / "a.xlsx")
    said = tweets("claim", "respond", "claim-mturk", "a.xlsx", code=2).err
    assert "of claim 'claim-1', not of 'claim-mturk'" in said
    fill(boxes, *[(row, "record", "0" * 64) for row in range(2, 219)])
    said = boxes("claim", "respond", CLAIM, "a.xlsx", "--late", code=2, env=AFTER).err
    assert "not written from a version" in said
    assert "ends in .xlsx" in boxes("claim", "sheet", CLAIM, "--out", "a.pdf", code=2).err


def test_a_sheet_of_an_older_version(boxes: Cli) -> None:
    boxes("claim", "rule", CLAIM, "--line", "1", "--withdrawn", "--reason", "Gold is wrong.")
    boxes("claim", "rule", CLAIM, "--line", "2", "--downgraded", "--severity", "minor", "--reason", "Minor.")
    fill(boxes, *REBUTTED, (4, "position", "accepted"))
    told = respond(boxes)
    assert [one["line"] for one in told["positions"]] == [3]
    assert told["version"] == 1
    assert "Struck out since, so that no answer is needed: 1." in told["notes"]
    fill(boxes, (3, "position", "accepted"))
    assert "line 2 was ruled on already" in boxes("claim", "respond", CLAIM, "a.xlsx", code=2).err
    written = boxes("claim", "sheet", CLAIM, "--out", "b.xlsx", "--json").json
    assert (written["lines"], written["answered"]) == (215, 1)
    assert written["version"] > 1


def test_csv_with_semicolons_and_json_say_the_same(boxes: Cli) -> None:
    boxes("claim", "sheet", CLAIM, "--out", "a.csv")
    with (boxes.folder / "a.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {"position": "rebutted", "reason code": "gold_wrong", "text": "'=1+1"}
    rows[2] |= {"position": "accepted", "line": "3.0"}
    with (boxes.folder / "a.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    by_csv = respond(boxes, "a.csv", "--check")["positions"]
    assert (by_csv[0]["text"], by_csv[1]["line"]) == ("=1+1", 3)
    rows[0]["text"] = "=1+1"
    (boxes.folder / "a.json").write_text(json.dumps(rows))
    assert respond(boxes, "a.json", "--check")["positions"] == by_csv
    rows[2]["position"] = "perhaps"
    (boxes.folder / "a.json").write_text(json.dumps(rows))
    assert "entry 3, position" in boxes("claim", "respond", CLAIM, "a.json", code=2).err


AS_CSV = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,2"  # the second sheet


def by_libreoffice(folder: Path, name: str, target: str, out: str, *more: str) -> None:
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *more,
         "--convert-to", target, "--outdir", out, name],
        cwd=folder, check=True, capture_output=True, timeout=180,
    )  # fmt: skip


@pytest.mark.slow
def test_libreoffice_saves_the_sheet_again(boxes: Cli) -> None:
    fill(boxes, *REBUTTED, (4, "position", "accepted"), (3, "position", '="acc"&"epted"'))
    by_libreoffice(boxes.folder, "a.xlsx", "ods", "o")
    assert "no sheet" in boxes("claim", "respond", CLAIM, "o/a.ods", code=2).err
    by_libreoffice(boxes.folder, "o/a.ods", "xlsx", "again")
    told = respond(boxes, "again/a.xlsx", "--check")
    assert [(one["line"], one["position"]) for one in told["positions"]] == [
        (1, "rebutted"), (2, "accepted"), (3, "accepted"),
    ]  # fmt: skip
    assert told["positions"][0]["text"] == "=1+1\nlook"
    assert "cell H3 is a formula; its value 'accepted' was taken." in told["notes"]
    by_libreoffice(boxes.folder, "a.xlsx", AS_CSV, "c")
    (saved,) = (boxes.folder / "c").iterdir()
    assert respond(boxes, f"c/{saved.name}", "--check")["positions"] == told["positions"]


_DRIVER = r"""
addEventListener("load", async () => {
  const show = (id, textContent) => {
    document.body.append(Object.assign(document.createElement("pre"), {id, textContent}));
  };
  URL.createObjectURL = (blob) => { blob.text().then((text) => show("out", text)); return "#"; };
  const find = (selector) => document.querySelector(selector);
  const put = (selector, value) => {
    find(selector).value = value;
    find(selector).dispatchEvent(new Event("input", {bubbles: true}));
  };
  find('#line-1 input[value="rebutted"]').click();
  const wanting = find("#line-1 .missing").textContent;
  put("#line-1 select", "gold_wrong");
  put("#line-1 textarea", "<\/script> & =1+1");
  find("#on").click();
  find('#line-51 input[value="accepted"]').click();
  const drawn = document.querySelectorAll("article").length;
  find("#save").click();
  show("seen", JSON.stringify([wanting, drawn, find("#progress").textContent, find("#message").textContent,
    find("#page").textContent]));
});
"""


@pytest.mark.slow
def test_the_form_in_a_browser(boxes: Cli) -> None:
    boxes("claim", "sheet", CLAIM, "--out", "a.html")
    page = (boxes.folder / "a.html").read_text()
    assert "://" not in page.partition("<script")[0]
    shown = run_in_browser(page, _DRIVER, boxes.folder)
    wanting, drawn, progress, message, at = json.loads(shown["seen"])
    assert "needs a reason code" in wanting
    assert (drawn, progress, at) == (50, "2 of 217 lines answered", "page 2 of 5")
    assert message.startswith("Saved.")
    (boxes.folder / "back.json").write_text(shown["out"])
    first, second = respond(boxes, "back.json")["positions"]
    assert (first["line"], first["reason"], first["text"]) == (1, "gold_wrong", "</script> & =1+1")
    assert (second["line"], second["position"]) == (51, "accepted")
    boxes("claim", "sheet", CLAIM, "--out", "b.html")
    assert "=1+1" in (boxes.folder / "b.html").read_text()
