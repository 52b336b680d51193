"""Write the questionnaire as a plain XLSX form: no macros, no weights, same input same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from vendoreval.formats.forms.form_layout import (
    COLUMNS,
    COMMITMENT_CHOICES,
    CONTACT,
    COVER,
    EVIDENCE_CHOICES,
    LEVEL_CHOICES,
    LISTS,
    STATE_CHOICES,
    addressed,
    applicable,
    asks,
    cell_values,
    identity,
    levels_text,
    question_text,
    row_height,
    sheet_name,
)
from vendoreval.formats.forms.xlsx_answers import read_form
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import Bank, Mode, Question, Section
from vendoreval.safe_text import is_risky

__all__ = ["read_form", "write_form"]

_LISTS = {
    "level": ("LevelChoices", (*LEVEL_CHOICES, *STATE_CHOICES)),
    "commitment": ("ContractChoices", tuple(COMMITMENT_CHOICES)),
    "evidence_kind": ("EvidenceChoices", tuple(EVIDENCE_CHOICES)),
}
_DATES = ("evidence_dated", "evidence_expires")
_FIRST_ROW = 4  # of the questions, 0-based: title, explanation, headings and hidden keys stand above
_LEVEL = [column.key for column in COLUMNS].index("level")
_DARK, _PALE, _FIELD, _GREY, _EDGE = "#1F3A5F", "#E8EEF5", "#FFFBE8", "#F2F2F2", "#B8C2CC"

_STEPS = (
    "There is one sheet for each section. Please fill the pale yellow cells only; everything else is locked "
    "so that we can read your answers back by program.",
    "For each question choose the level that describes what you do today for projects like ours. A level "
    "holds only if all of its text holds. In doubt choose the lower one: we hold answers against evidence.",
    "‘Not applicable’ needs a reason in the last column. You may also decline to answer, or say that you do "
    "not know.",
    "A question turns grey when an earlier answer leaves nothing to ask; it then counts as answered.",
    "Where we ask ‘In the contract?’, say whether you will put your answer into the contract.",
    "Name your evidence by its file name and send the files along with this form. Say when it was made and, "
    "for certificates, until when it is valid.",
    "Please do not delete rows or sheets. You may save the form with any spreadsheet program as XLSX.",
)


def write_form(
    bank: Bank,
    target: Path | str | IO[bytes],
    *,
    vendor: str,
    created: datetime,
    mode: Mode = "full",
    answers: Mapping[str, Answer] | None = None,
    facts: Mapping[str, bool] | None = None,
    name: str = "",
    due: date | None = None,
) -> None:
    """Write the form for `vendor` to a path or an open binary file.

    `answers` are filled in where given, to be corrected or completed. Weights, importance, knock-outs
    and red flags are nowhere in the file, nor are questions whose `applies_if` fact is stated to be
    false. `created` (aware) is the only time in it.
    """
    import xlsxwriter

    path = str(target) if isinstance(target, Path) else target
    book = xlsxwriter.Workbook(
        path, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": bank.title, "created": created.astimezone(UTC).replace(tzinfo=None)})
    known, bank = identity(bank, vendor, mode, facts), applicable(bank, facts or {})
    for key, value in known.items():
        book.set_custom_property(f"vendoreval {key}", value, "text")
    writer = _Writer(book, _formats(book), bank, mode, answers or {})
    cover = book.add_worksheet(COVER)
    ranges = [(section, *writer.section(section)) for section in bank.sections_of(mode)]
    writer.cover(cover, addressed(vendor, name, due), ranges)
    writer.lists(known)
    cover.activate()
    book.close()


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "Calibri", "font_size": 10.5, "valign": "top", "text_wrap": True}
    edged = {**base, "border": 1, "border_color": _EDGE}
    field = {**edged, "bg_color": _FIELD, "locked": False}
    kinds = {
        "plain": base,
        "title": {**base, "font_size": 18, "bold": True, "font_color": _DARK, "text_wrap": False},
        "lead": {**base, "font_color": "#444444", "text_wrap": False},
        "heading": {**base, "font_size": 12, "bold": True, "font_color": _DARK, "text_wrap": False},
        "header": {**edged, "bold": True, "font_color": "#FFFFFF", "bg_color": _DARK, "valign": "vcenter"},
        "cell": edged,
        "number": {**edged, "bold": True, "font_color": _DARK, "bg_color": _PALE},
        "count": {**edged, "align": "center"},
        "field": field,
        "risky": {**field, "quote_prefix": True},  # stays text even when it is edited
        "figure": {**field, "num_format": "@"},  # "97.5 %" stays text and does not become 0.975
        "choice": {**field, "bold": True},
        "date": {**field, "num_format": "yyyy-mm-dd", "align": "left"},
        "closed": {**edged, "bg_color": _GREY},
    }
    return {name: book.add_format(properties) for name, properties in kinds.items()}


@dataclass(frozen=True)
class _Writer:
    book: Any
    formats: Mapping[str, Any]
    bank: Bank
    mode: Mode
    answers: Mapping[str, Answer]

    def section(self, section: Section) -> tuple[str, int]:
        """Add the section's sheet; returns its name and the number of questions."""
        questions = self.bank.asked(self.mode, section.id)
        sheet = self.book.add_worksheet(sheet_name(section))
        for index, column in enumerate(COLUMNS):
            sheet.set_column(index, index, column.width, None, {"hidden": column.key == "id"})
            sheet.write_string(3, index, column.key)
            sheet.write_string(2, index, column.title, self.formats["header"])
        sheet.write_string(0, 1, f"{section.id}  {section.title}", self.formats["title"])
        lead = "Pale yellow cells are yours. Choose a level from the list, then explain and name your evidence."
        sheet.write_string(1, 1, lead, self.book.add_format({"font_color": "#444444", "font_size": 10.5}))
        sheet.set_row(0, 28)
        sheet.set_row(1, 18)
        sheet.set_row(2, 32)
        sheet.set_row(3, None, None, {"hidden": True})
        for offset, question in enumerate(questions):
            self._question(sheet, _FIRST_ROW + offset, question)
            self._grey_out(sheet, _FIRST_ROW + offset, question)
        self._finish(sheet, section, _FIRST_ROW + len(questions) - 1)
        return sheet.get_name(), len(questions)

    def _question(self, sheet: Any, row: int, question: Question) -> None:
        fixed = {
            "id": question.id,
            "number": question.id,
            "question": question_text(question),
            "levels": levels_text(question),
        }
        answer = self.answers.get(question.id)
        filled = cell_values(question, answer) if answer else {}
        texts = []
        for index, column in enumerate(COLUMNS):
            if not column.answer:
                text = fixed[column.key]
                sheet.write_string(
                    row, index, text, self.formats["number" if column.key == "number" else "cell"]
                )
                texts.append((text, column.width))
                continue
            value = filled.get(column.key, "")
            self._answer_cell(sheet, row, index, column.key, value, asks(question, column.key))
            texts.append((str(value), column.width))
        sheet.set_row(row, row_height(texts))

    def _grey_out(self, sheet: Any, row: int, question: Question) -> None:
        """Show by colour that a question is not asked, as long as another one is answered too low."""
        low = self._too_low(question)
        if low is None:
            return
        grey = self.book.add_format({"bg_color": _GREY, "font_color": "#8A939C"})
        sheet.conditional_format(
            row, 1, row, len(COLUMNS) - 1, {"type": "formula", "criteria": f"={low}", "format": grey}
        )

    def _too_low(self, question: Question) -> str | None:
        """A formula: whether the answer that a question presupposes is too low; None where there is no such."""
        needed = question.presupposes
        if needed is None or needed.question not in self.places:
            return None
        cell = self._level_cell(needed.question)
        return f'IF(LEFT({cell},6)="Level ",VALUE(MID({cell},7,1))<{needed.level},FALSE)'

    def _level_cell(self, question_id: str) -> str:
        name, row = self.places[question_id]
        return f"'{name}'!${_letter(_LEVEL)}${row + 1}"

    @property
    def places(self) -> dict[str, tuple[str, int]]:
        """The sheet and the row of each question."""
        return {
            question.id: (sheet_name(section), _FIRST_ROW + offset)
            for section in self.bank.sections_of(self.mode)
            for offset, question in enumerate(self.bank.asked(self.mode, section.id))
        }

    def _answer_cell(self, sheet: Any, row: int, index: int, key: str, value: object, is_open: bool) -> None:
        if not is_open:
            sheet.write_blank(row, index, None, self.formats["closed"])
            return
        kind = (
            "date" if key in _DATES else "choice" if key in _LISTS else "figure" if key == "value" else "field"
        )
        if isinstance(value, date):
            sheet.write_datetime(row, index, datetime(value.year, value.month, value.day), self.formats[kind])  # noqa: DTZ001
        elif value:
            kind = "risky" if is_risky(str(value)) else kind
            sheet.write_string(row, index, str(value), self.formats[kind])
        else:
            sheet.write_blank(row, index, None, self.formats[kind])
        if key in _LISTS:
            sheet.data_validation(row, index, row, index, _list_rule(key))
        elif key in _DATES:
            sheet.data_validation(row, index, row, index, _DATE_RULE)

    def _finish(self, sheet: Any, section: Section, last: int) -> None:
        sheet.freeze_panes(_FIRST_ROW, 3)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
        sheet.print_area(0, 0, last, len(COLUMNS) - 1)
        sheet.set_footer(f"&L{section.id} {section.title.replace('&', '&&')}&RPage &P of &N")
        sheet.set_tab_color(_DARK)
        sheet.hide_gridlines(2)
        sheet.set_zoom(90)
        sheet.protect("", _ALLOWED)

    def cover(self, sheet: Any, whom: str, ranges: Sequence[tuple[Section, str, int]]) -> None:
        """The first sheet: who, how to fill the form, and how far it is filled."""
        sheet.set_column(0, 0, 4, None, {"hidden": True})
        sheet.set_column(1, 1, 46)
        sheet.set_column(2, 3, 22)
        sheet.write_string(0, 1, self.bank.title, self.formats["title"])
        sheet.set_row(0, 30)
        sheet.write_string(1, 1, whom, self.formats["lead"])
        sheet.write_string(
            2, 1, f"Questionnaire {self.bank.id}, version {self.bank.version}", self.formats["lead"]
        )
        sheet.write_string(4, 1, "How to fill this form", self.formats["heading"])
        row = 5
        for number, step in enumerate(_STEPS, start=1):
            text = f"{number}.  {step}"
            sheet.merge_range(row, 1, row, 3, "", self.formats["plain"])
            sheet.write_string(row, 1, text, self.formats["plain"])
            sheet.set_row(row, row_height([(text, 90)], least=1))
            row += 1
        row = self._contact(sheet, row + 1)
        self._progress(sheet, row + 1, ranges)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.hide_gridlines(2)
        sheet.set_tab_color("#C8963E")
        sheet.protect("", _ALLOWED)

    def _contact(self, sheet: Any, row: int) -> int:
        sheet.write_string(row, 1, "Who answers", self.formats["heading"])
        for key, title in CONTACT.items():
            row += 1
            sheet.write_string(row, 0, key)
            sheet.write_string(row, 1, title, self.formats["cell"])
            sheet.merge_range(row, 2, row, 3, "", self.formats["field"])
        return row + 1

    def _progress(self, sheet: Any, row: int, ranges: Sequence[tuple[Section, str, int]]) -> None:
        sheet.write_string(row, 1, "Summary", self.formats["heading"])
        for index, title in enumerate(("Section", "Questions", "Answered"), start=1):
            sheet.write_string(row + 1, index, title, self.formats["header"])
        column = _letter(_LEVEL)
        first = row + 2
        for offset, (section, name, count) in enumerate(ranges):
            sheet.write_string(first + offset, 1, f"{section.id}  {section.title}", self.formats["cell"])
            sheet.write_number(first + offset, 2, count, self.formats["count"])
            cells = f"'{name}'!{column}{_FIRST_ROW + 1}:{column}{_FIRST_ROW + count}"
            # Counted by the spreadsheet; an empty cell may come back as empty text, hence not COUNTA.
            formula = f"=SUMPRODUCT(--(LEN({cells})>0))" + self._grey_and_empty(section)
            sheet.write_formula(first + offset, 3, formula, self.formats["count"], self._answered(section))
        last = first + len(ranges)
        sheet.write_string(last, 1, "All", self.formats["number"])
        sheet.write_number(last, 2, sum(count for _, _, count in ranges), self.formats["count"])
        done = sum(self._answered(section) for section, _, _ in ranges)
        sheet.write_formula(last, 3, f"=SUM(D{first + 1}:D{last})", self.formats["count"], done)

    def _grey_and_empty(self, section: Section) -> str:
        """What to add to a count of answers: one for each question that is grey and was left empty."""
        return "".join(
            f"+IF({low},IF(LEN({self._level_cell(question.id)})=0,1,0),0)"
            for question in self.bank.asked(self.mode, section.id)
            if (low := self._too_low(question))
        )

    def _answered(self, section: Section) -> int:
        """The same count for the answers that are filled in."""
        levels = {
            question.id: cell_values(question, self.answers[question.id]).get("level", "")
            for question in self.bank.asked(self.mode)
            if question.id in self.answers
        }

        def grey(question: Question) -> bool:
            needed = question.presupposes
            return needed is not None and str(levels.get(needed.question)) in LEVEL_CHOICES[: needed.level]

        return sum(bool(levels.get(q.id)) or grey(q) for q in self.bank.asked(self.mode, section.id))

    def lists(self, known: Mapping[str, str]) -> None:
        """The very hidden sheet: choices of the drop-downs, and the identity once more, because some
        programs drop custom properties when they save."""
        sheet = self.book.add_worksheet(LISTS)
        for column, (name, choices) in enumerate(_LISTS.values()):
            sheet.write_column(0, column, choices)
            letter = _letter(column)
            self.book.define_name(name, f"={LISTS}!${letter}$1:${letter}${len(choices)}")
        for row, (key, value) in enumerate(known.items()):
            sheet.write_string(row, len(_LISTS), key)
            sheet.write_string(row, len(_LISTS) + 1, value)
        sheet.very_hidden()


_ALLOWED = {"format_rows": True, "format_columns": True, "select_locked_cells": True}
_DATE_RULE = {
    "validate": "date",
    "criteria": ">",
    "value": date(1990, 1, 1),
    "error_title": "A date, please",
    "error_message": "Please enter a date, such as 2026-03-31.",
    "error_type": "warning",
}


def _list_rule(key: str) -> dict[str, str]:
    return {
        "validate": "list",
        "source": f"={_LISTS[key][0]}",
        "error_title": "Please choose from the list",
        "error_message": "This cell takes one of the choices of its list.",
    }


def _letter(column: int) -> str:
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[column]
