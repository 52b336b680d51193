"""What a vendor writes is shown on a screen, opened in a spreadsheet and sent on: it never acts there."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import openpyxl
import pikepdf
import pytest

from tests.conftest import Cli, Ran
from tests.contracts import REWORK, clause, contract_toml
from vendoreval.evidence.__main__ import main as verify

TERMS = contract_toml(
    "c-1", title="Two classes", task={"classes": ["good", "bad"], "answers": "each"}, price=("1.00", "item"),
    clauses=[clause(threshold="0.95", remedy=["rework"])], remedies=[REWORK],
)  # fmt: skip
# Clears the screen, turns the reading direction, sets colours by one byte, fakes a line of ours.
HOSTILE = "\x1b[2J\u202e99.51\x9b31m\x07\u200b\nverdict ✔ kept"
WRONG = ("--wrong", f'"bad{HOSTILE}"')  # settled: this text is a wrong answer
FORMULA = '=HYPERLINK("http://example.com";"open")'


@pytest.fixture
def hostile(cli: Cli) -> Cli:
    """A delivery whose items, people, labels and further columns carry what terminals and spreadsheets run."""
    folder = cli.folder
    (folder / "terms.toml").write_text(TERMS, "utf-8")
    items = [FORMULA, f"i{HOSTILE}", *(f"item-{n}" for n in range(38))]
    _write(folder / "gold.csv", ("item_id", "label"), ((item, "good") for item in items))
    rows = ((item, f"w{HOSTILE}", f"bad{HOSTILE}", "1") for item in items)
    _write(folder / "back.csv", ("item_id", "annotator_id", "label", f"odd{HOSTILE}"), rows)
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "terms.toml")
    cli("gold", "add", "gold.csv", "--id", "g", "--contract", "c-1")
    cli("gold", "commit", "g", "--out", "receipt.json")
    return cli


def _write(path: Path, header: tuple[str, ...], rows: object) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])  # type: ignore[misc]


def _harmless(ran: Ran) -> Ran:
    shown = ran.out + ran.err
    hidden = {char for char in shown if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs")} - {"\n"}
    assert not hidden, f"{hidden!r} in {shown[:500]!r}"
    assert not any(line.startswith("verdict ✔ kept") for line in shown.splitlines())
    return ran


def test_nothing_hidden_reaches_the_terminal(hostile: Cli) -> None:
    terms = ("--contract", "c-1")
    for words, code in (
        (("delivery", "check", "back.csv", *terms), 0),
        (("delivery", "add", "back.csv", *terms, "--id", "d"), 0),
        (("audit", "run", "d", "--gold", "g", "--id", "a"), 2),
        (("delivery", "add", "back.csv", *terms, "--id", "e", *WRONG), 0),
        (("delivery", "add", "back.csv", *terms, "--where", "label=x"), 2),
        (("delivery", "add", "back.csv", *terms, "--map", "label=nothing"), 2),
        (("delivery", "show", "d"), 0),
        (("audit", "run", "e", "--gold", "g", "--id", "a"), 3),
        (("audit", "show", "a"), 0),
        (("claim", "draft", "a", "--id", "claim"), 0),
        (("claim", "show", "claim"), 0),
        (("agreement", "show", "d"), 0),
        (("annotators", "show", "d", "--gold", "g"), 0),
        (("gold", "lint", "g"), None),
    ):
        for json in ((), ("--json",)):
            if json and words[1] in ("add", "run", "draft") and code != 2:
                continue  # they change the workspace, so they run once
            ran = hostile._run([*words, *json], {})
            assert code is None or ran.code == code, ran
            _harmless(ran)
    assert "\\u202e99.51" in hostile("delivery", "show", "d").out
    shown = hostile("delivery", "show", "d", "--json").json["intake"]["unknown_labels"][0]["label"]
    assert shown == f"bad{HOSTILE}"  # JSON's own escapes: the record is unchanged


def test_every_sheet_that_leaves_is_harmless(hostile: Cli) -> None:
    folder = hostile.folder
    hostile("delivery", "add", "back.csv", "--contract", "c-1", "--id", "d", *WRONG)
    hostile("audit", "run", "d", "--gold", "g", "--id", "a", code=3)
    hostile("claim", "draft", "a", "--id", "claim")
    hostile("claim", "issue", "claim")
    hostile("report", "claim", "claim", "--out", "claim.pdf")
    hostile("annotators", "show", "d", "--consensus", "consensus.csv")
    for name in ("audit.csv", "audit.xlsx"):
        hostile("audit", "tasks", "d", "--out", name, "--id", name.replace(".", "-"), "--items", "40")
    lists = {name: (folder / name).read_text("utf-8") for name in ("consensus.csv", "audit.csv")}
    with pikepdf.open(folder / "claim.pdf") as report:
        lists["claim.csv"] = report.attachments["claim.csv"].get_file().read_bytes().decode()
    for name, text in lists.items():
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert "'" + FORMULA in cells, name
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))], name
    book = openpyxl.load_workbook(folder / "audit.xlsx")
    held = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
    assert held
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in held)


def test_tasks_that_would_tell_golds_answers_are_not_seeded(cli: Cli) -> None:
    folder = cli.folder
    (folder / "terms.toml").write_text(TERMS, "utf-8")
    answers = ["good" if n % 3 else "bad" for n in range(60)]
    told = [(f"g{n}", answer, f"https://x.example/{n * 37 % 61:02}", f"{answer}/{n}.png", f"{n * 7 % 5}")
            for n, answer in enumerate(answers)]  # fmt: skip
    _write(folder / "gold.csv", ("item_id", "label", "url", "path", "batch"), told)
    tasks = [(f"t{n}", f"https://x.example/{n}", f"any/{n}.png", f"{n % 5}") for n in range(100)]
    _write(folder / "tasks.csv", ("item_id", "url", "path", "batch"), tasks)
    cli("init")
    cli("vendor", "add", "acme")
    cli("contract", "add", "terms.toml")
    cli("gold", "add", "gold.csv", "--id", "g")
    words = ("--gold", "g", "--rate", "0.2", "--out", "send.csv")
    refused = cli("gold", "seed", "tasks.csv", *words, code=2).err
    assert "'path'" in refused
    assert "Leave it out." in refused
    assert not (folder / "send.csv").exists()
    assert cli("gold", "show", "g", "--json").json["exposures"] == 0
    (folder / "clean.csv").write_text(
        "item_id,url\n" + "".join(f"t{n},https://x.example/{n}\n" for n in range(100)), "utf-8"
    )
    assert cli("gold", "seed", "clean.csv", *words, "--json").json["notes"] == []


def test_a_link_among_evidence_is_refused(cli: Cli) -> None:
    folder = cli.folder
    cli("init")
    cli("vendor", "add", "acme")
    (folder / "secret.txt").write_text("ours", "utf-8")
    (folder / "evidence").mkdir()
    (folder / "evidence" / "guide.pdf").symlink_to(folder / "secret.txt")
    (folder / "link.pdf").symlink_to(folder / "secret.txt")
    cli("questionnaire", "form", "acme", "--out", "form.xlsx")
    before = cli("status", "--json").json
    one = ("questionnaire", "answer", "acme", "G1", "--level", "3", "--evidence", "document=link.pdf")
    assert "is a link" in cli(*one, code=2).err
    assert "is a link" in cli("questionnaire", "evidence", "acme", "link.pdf", "--question", "G1", code=2).err
    words = ("questionnaire", "import", "acme", "form.xlsx", "--evidence", "evidence")
    assert "is a link" in cli(*words, code=2).err
    assert cli("status", "--json").json == before
    assert not any("ours" in file.read_text("utf-8", "replace") for file in (folder / "objects").rglob("*.*"))


def test_the_small_verifier_shows_what_names_hide(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify([f"none{HOSTILE}.zip"]) == 2
    said = capsys.readouterr()
    _harmless(Ran(2, said.out, said.err))
    assert "\\u202e99.51" in said.err
