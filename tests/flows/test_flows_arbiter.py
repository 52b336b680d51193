"""The blind arbiter: a sheet that names no party goes out, and comes back as rulings that anybody can check."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

from tests.conftest import Cli
from tests.flows.dispute_story import moves_of, opened, rebut
from vendoreval.claims.arbitration import misapplied
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.claims.disputes import load_dispute
from vendoreval.workflow.workspaces import open_workspace

pytestmark = pytest.mark.usefixtures("later")

PARTIES = ("cytolab", "example", "claim", "batch-1", "audit", "gold", "vendor", "deliver", "jo", "vera")
LINES = range(1, 9)


@pytest.fixture
def boxes(tmp_path: Path) -> Cli:
    """A claim on boxes of which eight lines are with the arbiter."""
    cli = opened(tmp_path, "--task", "boxes")
    escalate(cli, "claim-1", len(LINES))
    return cli


def escalate(cli: Cli, claim: str, count: int) -> None:
    rebut(cli, claim, range(1, count + 1))
    cli("claim", "rule", claim, "--lines", f"1-{count}", "--escalated", "--reason", "Experts differ.")


def key_of(cli: Cli, claim: str = "claim-1") -> dict[int, dict[str, Any]]:
    """What only the buyer knows: by case, the line and gold's letter."""
    workspace: Workspace = open_workspace(cli.folder)
    row = load_dispute(workspace, claim).rows[-1]
    assert row.private_sha
    key = json.loads(workspace.objects.read(row.private_sha))
    return {one["case"]: one for one in key["cases"]}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def decide(path: Path, by_case: dict[int, tuple[str, str]]) -> None:
    rows = rows_of(path)
    for row in rows:
        row["decision"], row["reason"] = by_case.get(int(row["case"]), ("", ""))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_both_answers_stand_there_and_the_key_says_which_is_golds(boxes: Cli) -> None:
    sent = boxes("claim", "arbitrate", "claim-1", "--out", "cases.csv", "--json").json
    assert sent["lines"] == list(LINES)
    key, claim = key_of(boxes), boxes("claim", "show", "claim-1", "--json").json
    lines = {line["number"]: line for line in claim["lines"]}
    found = rows_of(boxes.folder / "cases.csv")
    assert sorted(one["line"] for one in key.values()) == list(LINES)
    for row in found:
        case = key[int(row["case"])]
        line = lines[case["line"]]
        gold, given = (row["answer A"], row["answer B"])[:: 1 if case["gold"] == "A" else -1]
        for side, text in ((line["expected"], gold), (line["delivered"], given)):
            assert (
                text.startswith(f"There is “{side}” here: box ") if side else text == "There is nothing here."
            )
        assert row["item"] == line["item"]
        assert row["guideline"] == "lung-cells 1.0"


@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx"])
def test_nothing_in_the_file_names_a_party(boxes: Cli, name: str) -> None:
    boxes("claim", "arbitrate", "claim-1", "--out", name)
    data = (boxes.folder / name).read_bytes()
    parts = [data]
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert {info.date_time for info in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            parts = [packed.read(part) for part in packed.namelist() if "theme" not in part]
    for part in parts:
        text = part.decode().casefold()
        assert [word for word in PARTIES if word in text] == []


def test_names_within_an_items_id_are_blanked(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    cli = opened(tmp_path)
    escalate(cli, "claim-mturk", 3)
    item = cli("claim", "show", "claim-mturk", "--json").json["lines"][0]["item"]
    claimed = [line["item"] for line in cli("claim", "show", "claim-mturk", "--json").json["lines"][:3]]
    payload = "".join(f"{one},MTurk said: it rains at Example-Weather desk\n" for one in claimed)
    (cli.folder / "texts.csv").write_text(f"item_id,tweet\n{payload}")
    cli("claim", "arbitrate", "claim-mturk", "--out", "cases.csv", "--payload", "texts.csv")
    found = rows_of(cli.folder / "cases.csv")
    assert {row["tweet"] for row in found} == {"█████ said: it rains at ████████████████████"}
    assert item in {row["item"] for row in found}
    assert {row["answer A"] for row in found} <= {"0", "1", "2", "3", "4"}


def test_each_decision_comes_to_its_ruling(boxes: Cli) -> None:
    boxes("claim", "arbitrate", "claim-1", "--out", "cases.csv")
    key = key_of(boxes)
    case = {one["line"]: number for number, one in key.items()}
    golds = {line: f"{key[case[line]]['gold']} is right" for line in LINES}
    givens = {line: f"{'B' if key[case[line]]['gold'] == 'A' else 'A'} is right" for line in LINES}
    decide(boxes.folder / "cases.csv", {
        case[1]: (golds[1], "Plain."), case[2]: (givens[2].upper(), ""), case[3]: ("both", ""),
        case[4]: ("Neither is right.", "It is debris."), case[5]: ("cannot tell", "Blurred."),
    })  # fmt: skip
    told = boxes("claim", "arbitrate", "claim-1", "--answers", "cases.csv", "--by", "Prof. Q", "--json").json
    assert {one["line"]: (one["ruling"], one["code"], one["by"]) for one in told["rulings"]} == {
        1: ("upheld", "", "Prof. Q"),
        2: ("withdrawn", "gold_wrong", "Prof. Q"),
        3: ("withdrawn", "acceptable_alternative", "Prof. Q"),
        4: ("upheld", "", "Prof. Q"),
        5: ("withdrawn", "guideline_ambiguous", "Prof. Q"),
    }
    lines = {line["number"]: line for line in boxes("claim", "show", "claim-1", "--json").json["lines"]}
    assert told["doubtful"] == [lines[4]["item"]]
    assert {2, 3, 5}.isdisjoint(lines)
    assert "--line 2" in next(text for text in told["next"] if "gold amend" in text)
    assert told["stage"] == "with the arbiter"
    for line in (1, 4):  # the arbiter's word is the last, but the buyer may always give in
        boxes("claim", "rule", "claim-1", "--line", str(line), "--downgraded", "--reason", "x", code=2)
    boxes("claim", "rule", "claim-1", "--line", "4", "--withdrawn", "--reason", "Gold is doubtful as well.")


def test_what_was_sealed_is_opened_and_whoever_turns_it_round_is_found(boxes: Cli) -> None:
    boxes("claim", "arbitrate", "claim-1", "--out", "cases.csv", "--lines", "1,2")
    key = key_of(boxes)
    sealed = json.dumps(load_dispute(open_workspace(boxes.folder), "claim-1").dispute.moves[-1].to_json())
    assert not any(one["salt"] in sealed for one in key.values())
    decide(boxes.folder / "cases.csv", {1: ("A is right", ""), 2: ("B is right", "")})
    boxes("claim", "arbitrate", "claim-1", "--answers", "cases.csv", "--by", "Prof. Q")
    sent, back = moves_of(boxes, "claim-1")[-2:]
    assert misapplied(sent, back) == ()
    for change in ({"gold": "B"}, {"gold": "A"}, {"decision": "both are acceptable"}):
        turned = [{**one, **change} for one in back.told["opened"]]
        told = {**back.told, "opened": turned}
        if turned != back.told["opened"]:
            assert misapplied(sent, type(back)(**{**vars(back), "told": told}))
    assert misapplied(sent, type(back)(**{**vars(back), "told": {**back.told, "opened": []}}))


def test_a_sheet_comes_back_in_parts_and_through_another_program(boxes: Cli) -> None:
    boxes("claim", "arbitrate", "claim-1", "--out", "cases.xlsx")
    path = boxes.folder / "cases.xlsx"
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Sheet"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, columns["decision"]).value = "cannot tell"
    sheet.cell(9, columns["decision"]).value = "both are acceptable"
    sheet.delete_rows(4)
    book.save(path)
    subprocess.run(
        ["soffice", "--headless", "--convert-to", "xlsx", "--outdir", "again", path.name],
        cwd=boxes.folder, check=True, capture_output=True,
    )  # fmt: skip
    by = ("--by", "Prof. Q")
    told = boxes("claim", "arbitrate", "claim-1", "--answers", "again/cases.xlsx", *by, "--json").json
    assert sorted(one["code"] for one in told["rulings"]) == ["acceptable_alternative", "guideline_ambiguous"]
    again = boxes("claim", "arbitrate", "claim-1", "--answers", "again/cases.xlsx", *by, code=2).err
    assert "decided before" in again
    sheet.cell(2, columns["decision"]).value = "A is right"
    sheet.cell(3, columns["decision"]).value = "cannot tell"
    book.save(path)
    said = boxes("claim", "arbitrate", "claim-1", "--answers", "cases.xlsx", *by, code=2).err
    assert "case 1 was decided otherwise: cannot tell" in said
    sheet.cell(2, columns["decision"]).value = None
    book.save(path)
    told = boxes("claim", "arbitrate", "claim-1", "--answers", "cases.xlsx", *by, "--json").json
    assert len(told["rulings"]) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"decision": "C is right"}, "'C is right' is no decision"),
        ({"case": "99", "decision": "both"}, "99 is no case"),
        ({"case": "2", "decision": "both"}, "case 2 stands here twice"),
        ({"decision": "", "reason": "hm"}, "a reason, but no decision"),
        ({"sheet": "0123456789ab", "decision": "both"}, "rows of 2 sheets"),
    ],
)
def test_whatever_is_wrong_in_an_arbiters_sheet_is_named(boxes: Cli, change: dict[str, str], said: str) -> None:
    boxes("claim", "arbitrate", "claim-1", "--out", "cases.csv")
    path = boxes.folder / "cases.csv"
    decide(path, {2: ("both", "")})
    rows = rows_of(path)
    rows[0] |= change
    rows.sort(key=lambda row: row["decision"] != "both")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert said in boxes("claim", "arbitrate", "claim-1", "--answers", "cases.csv", "--by", "Q", code=2).err


def test_a_sheet_of_another_claim_and_an_empty_one_are_refused(tmp_path: Path) -> None:
    cli = opened(tmp_path)
    assert "No line of claim" in cli("claim", "arbitrate", "claim-mturk", "--out", "m.csv", code=2).err
    for claim in ("claim-mturk", "claim-crowdflower"):
        escalate(cli, claim, 2)
    cli("claim", "arbitrate", "claim-mturk", "--out", "m.csv")
    cli("claim", "arbitrate", "claim-crowdflower", "--out", "c.csv")
    answers = ("claim", "arbitrate", "claim-mturk", "--answers")
    assert "holds no decision" in cli(*answers, "m.csv", "--by", "Q", code=2).err
    decide(cli.folder / "c.csv", {1: ("both", "")})
    assert "was not written for claim" in cli(*answers, "c.csv", "--by", "Q", code=2).err
    assert "not said who decided" in cli(*answers, "c.csv", code=2).err
    assert "Say --out to write" in cli(*answers[:3], code=2).err


def test_pictures_stand_in_the_sheet_without_anything_of_their_files(boxes: Cli) -> None:
    items = [line["item"] for line in boxes("claim", "show", "claim-1", "--json").json["lines"][: len(LINES)]]
    (boxes.folder / "images").mkdir()
    for item in set(items):
        image = Image.effect_noise((1200, 1200), 40).convert("RGB")
        exif = image.getexif()
        exif[0x013B] = "Cytolab Ltd"  # the artist
        image.save(boxes.folder / "images" / item, "JPEG", exif=exif)
    boxes("claim", "arbitrate", "claim-1", "--out", "cases.xlsx", "--images", "images")
    with zipfile.ZipFile(boxes.folder / "cases.xlsx") as packed:
        pictures = [name for name in packed.namelist() if name.startswith("xl/media/")]
        assert len(pictures) == len(LINES)
        for name in packed.namelist():
            assert b"Cytolab" not in packed.read(name)
        for name in pictures:
            image = Image.open(io.BytesIO(packed.read(name)))
            assert image.width <= 840
            assert image.height <= 640
        drawn = packed.read("xl/drawings/drawing1.xml").decode()
    assert not [item for item in items if item in drawn]
    assert "holds no pictures" in boxes(
        "claim", "arbitrate", "claim-1", "--out", "cases.csv", "--images", "images", code=2
    ).err  # fmt: skip
