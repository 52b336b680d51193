"""Rulings of the buyer by command and by sheet, the withdrawal of a claim, and its settlement."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import Cli
from tests.flows.dispute_story import moves_of, opened, rebut

pytestmark = pytest.mark.usefixtures("later")

WHY = ("--reason", "We looked again.")


@pytest.fixture
def boxes(tmp_path: Path) -> Cli:
    """A claim on boxes, of which the vendor rebutted ten lines."""
    cli = opened(tmp_path, "--task", "boxes")
    rebut(cli, "claim-1", range(1, 11))
    return cli


@pytest.fixture
def tweets(tmp_path: Path) -> Cli:
    return opened(tmp_path)


def test_lines_that_fall_make_the_next_version(boxes: Cli) -> None:
    told = boxes(
        "claim", "rule", "claim-1", "--lines", "1-3,7", "--withdrawn", *WHY, "--by", "Ann", "--json"
    ).json
    assert (told["before"]["version"], told["after"]["version"]) == (1, 2)
    assert (told["before"]["lines"], told["after"]["lines"]) == (217, 213)
    assert told["before"]["asked"] == "EUR 40.00"
    assert float(told["after"]["asked"].split()[1]) < 40
    assert {(one["line"], one["code"], one["by"]) for one in told["rulings"]} == {
        (line, "gold_wrong", "Ann") for line in (1, 2, 3, 7)
    }
    amend = [text for text in told["next"] if "gold amend" in text]
    assert len(amend) == 4
    assert all(text.startswith("vendoreval gold amend gold-1 --item ") for text in amend)
    shown = boxes("claim", "show", "claim-1", "--json").json
    struck = [(one["number"], one["why"], one["by"]) for one in shown["struck"]]
    assert struck == [(line, "We looked again.", "Ann") for line in (1, 2, 3, 7)]
    said = boxes("claim", "rule", "claim-1", "--line", "4", "--line", "5", "--upheld", *WHY).out
    assert "2 upheld" in said
    assert "awaiting ruling" in said


def test_a_ruling_that_changes_no_figure_makes_no_version(boxes: Cli) -> None:
    told = boxes("claim", "rule", "claim-1", "--line", "1", "--upheld", *WHY, "--json").json
    assert told["before"] == told["after"]
    told = boxes(
        "claim", "rule", "claim-1", "--line", "2", "--downgraded", "--severity", "minor", *WHY, "--json"
    ).json
    assert told["after"]["version"] == 2
    shown = boxes("claim", "show", "claim-1", "--json").json
    assert next(line["severity"] for line in shown["lines"] if line["number"] == 2) == "minor"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--line", "1", "--upheld"), "no reason"),
        (("--line", "1", "--upheld", "--withdrawn", *WHY), "one of --upheld"),
        (("--line", "1", *WHY), "one of --upheld"),
        (("--upheld", *WHY), "no ruling"),
        (("--line", "999", "--upheld", *WHY), "no line 999"),
        (("--lines", "9-3", "--upheld", *WHY), "smaller number first"),
        (("--lines", "1-9999999999999", "--upheld", *WHY), "names no lines"),
        (("--lines", "a,b", "--upheld", *WHY), "names no lines"),
        (("--line", "11", "--upheld", *WHY), "raised; it cannot be upheld"),
        (("--line", "1", "--downgraded", "--severity", "critical", *WHY), "minor"),
        (("--line", "1", "--upheld", "--severity", "minor", *WHY), "Only a line that is downgraded"),
        (("--line", "1", "--upheld", *WHY, "--sheet", "x.xlsx"), "do not go together"),
        (("--from", "nowhere.csv"), "no such file"),
    ],
)  # fmt: skip
def test_rulings_that_may_not_be_change_nothing(boxes: Cli, words: tuple[str, ...], said: str) -> None:
    before = boxes("claim", "show", "claim-1", "--json").json
    assert said in boxes("claim", "rule", "claim-1", *words, code=2).err
    assert boxes("claim", "show", "claim-1", "--json").json == before


def fill_csv(path: Path, by_line: dict[str, dict[str, str]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row | by_line.get(row["line"], {}) for row in rows)


def test_a_sheet_goes_out_and_comes_back_as_csv(boxes: Cli) -> None:
    assert boxes("claim", "rule", "claim-1", "--sheet", "rulings.csv", "--json").json["lines"] == 217
    path = boxes.folder / "rulings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        first = next(csv.DictReader(file))
    assert (first["line"], first["code"], first["vendor says"]) == (
        "1",
        "gold_wrong",
        "We are right on line 1.",
    )
    fill_csv(path, {
        "1": {"ruling": "Upheld", "reason": "It is an eosinophil.", "by": "Ann"},
        "2": {"ruling": "withdrawn", "reason": "=1+1"},
    })  # fmt: skip
    told = boxes("claim", "rule", "claim-1", "--from", "rulings.csv", "--by", "Bob", "--json").json
    assert [(one["line"], one["ruling"], one["by"], one["why"]) for one in told["rulings"]] == [
        (1, "upheld", "Ann", "It is an eosinophil."), (2, "withdrawn", "Bob", "=1+1"),
    ]  # fmt: skip


def written(cli: Cli, change: dict[tuple[int, str], Any]) -> Path:
    """The sheet as XLSX with cells changed, by line and column."""
    cli("claim", "rule", "claim-1", "--sheet", "rulings.xlsx")
    path = cli.folder / "rulings.xlsx"
    book = openpyxl.load_workbook(path)
    sheet: Any = book["Sheet"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    rows = {int(sheet.cell(row, columns["line"]).value): row for row in range(2, sheet.max_row + 1)}
    for (line, name), value in change.items():
        sheet.cell(rows[line], columns[name]).value = value
    book.save(path)
    return path


def test_a_sheet_comes_back_as_xlsx(boxes: Cli) -> None:
    written(boxes, {
        (3, "ruling"): "escalated", (3, "reason"): "Experts differ.",
        (4, "ruling"): "downgraded", (4, "reason"): "Near it.", (4, "severity"): "minor",
    })  # fmt: skip
    told = boxes("claim", "rule", "claim-1", "--from", "rulings.xlsx", "--json").json
    assert [(one["line"], one["ruling"]) for one in told["rulings"]] == [(3, "escalated"), (4, "downgraded")]


def test_whatever_is_wrong_in_a_sheet_is_named_by_its_cell(boxes: Cli) -> None:
    written(boxes, {
        (1, "ruling"): "guilty", (1, "reason"): "x", (2, "ruling"): "upheld", (3, "reason"): "and?",
        (4, "ruling"): "=A1", (5, "ruling"): "upheld", (5, "reason"): "y", (5, "line"): 1000,
        (6, "ruling"): "upheld", (6, "reason"): "y", (6, "severity"): "minor",
    })  # fmt: skip
    said = boxes("claim", "rule", "claim-1", "--from", "rulings.xlsx", code=2).err
    assert "6 problems" in said
    for text in (
        "cell J2: 'guilty' is no ruling", "cell K3: there is a ruling, but no reason",
        "cell J4: there is a reason, but no ruling", "cell J5: is a formula", "cell B6: '1000' is no line",
        "cell L7: only a line that is downgraded",
    ):  # fmt: skip
        assert text in said


def test_a_sheet_of_another_claim_is_refused(tweets: Cli) -> None:
    rebut(tweets, "claim-mturk", [1, 2])
    tweets("claim", "rule", "claim-mturk", "--sheet", "rulings.csv")
    fill_csv(tweets.folder / "rulings.csv", {"1": {"ruling": "upheld", "reason": "no"}})
    said = tweets("claim", "rule", "claim-crowdflower", "--from", "rulings.csv", code=2).err
    assert "is of claim 'claim-mturk'" in said


def test_rulings_come_from_json(boxes: Cli) -> None:
    listed = [
        {"line": 1, "ruling": "upheld", "reason": "no"},
        {"line": 2, "ruling": "withdrawn", "reason": "yes"},
    ]
    (boxes.folder / "rulings.json").write_text(json.dumps(listed))
    assert "1 upheld, 1 withdrawn" in boxes("claim", "rule", "claim-1", "--from", "rulings.json").out


def test_a_claim_is_taken_back(boxes: Cli) -> None:
    assert "for a reason" in boxes("claim", "withdraw", "claim-1", code=2).err
    told = boxes("claim", "withdraw", "claim-1", "--reason", "The gold was of another project.", "--json").json
    assert (told["stage"], told["after"]["state"]) == ("withdrawn", "withdrawn")
    assert (
        "takes no further move"
        in boxes("claim", "rule", "claim-1", "--line", "1", "--upheld", *WHY, code=2).err
    )
    assert boxes("claim", "list", "--json").json[0]["state"] == "withdrawn"
    assert moves_of(boxes, "claim-1")[-1].told == {"reason": "The gold was of another project."}


def test_a_settled_claim_is_settled_with_what_it_asks(tweets: Cli) -> None:
    lines = len(tweets("claim", "show", "claim-mturk", "--json").json["lines"])
    assert "still open" in tweets("claim", "settle", "claim-mturk", code=2).err
    rebut(tweets, "claim-mturk", range(1, lines + 1))
    tweets("claim", "rule", "claim-mturk", "--lines", f"1-{lines}", "--upheld", *WHY)
    more = tweets("claim", "settle", "claim-mturk", "--amount", "162.01", code=2).err
    assert "asks for USD 162.00 now, and not for USD 162.01" in more
    assert "no exact amount" in tweets("claim", "settle", "claim-mturk", "--amount", "1.005", code=2).err
    told = tweets("claim", "settle", "claim-mturk", "--how", "credit", "--reference", "CN-17", "--json").json
    assert told["told"] == {
        "minor": 16200, "currency": "USD", "how": "credit", "reference": "CN-17", "note": "",
    }  # fmt: skip
    assert told["after"]["state"] == "settled"
    assert [move.kind for move in moves_of(tweets, "claim-mturk")] == ["answered", "ruled", "settled"]
    assert "takes no further move" in tweets("claim", "settle", "claim-mturk", code=2).err


def test_open_lines_end_by_a_compromise_only(boxes: Cli) -> None:
    assert "still open" in boxes("claim", "settle", "claim-1", "--amount", "20", code=2).err
    words = ("--amount", "20", "--how", "payment", "--note", "Half, and no more.", "--json")
    told = boxes("claim", "settle", "claim-1", *words).json
    assert (told["told"]["minor"], told["told"]["note"]) == (2000, "Half, and no more.")


def test_waived_is_nothing(boxes: Cli) -> None:
    said = boxes("claim", "settle", "claim-1", "--how", "waived", "--amount", "5", "--note", "x", code=2).err
    assert "Waived means nothing" in said
    words = ("--how", "waived", "--amount", "0", "--note", "For good will.")
    assert "EUR 0.00 (waived)" in boxes("claim", "settle", "claim-1", *words).out
