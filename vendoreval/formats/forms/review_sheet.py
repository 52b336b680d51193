"""A reviewer's sheet as XLSX: what the vendor said beside the anchors, and cells for the own judgement.

It holds no other reviewer's levels and no weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.formats.forms.form_layout import LISTS, identity, levels_text, piece_words, row_height
from vendoreval.formats.forms.xlsx_book import Sheets, read_book, with_line_ends
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import MAX_LEVEL, Bank, Question
from vendoreval.questionnaires.consistency import quote
from vendoreval.questionnaires.reviews import Clarity, Review

SCHEMA = "vendoreval/review-sheet/1"
CLARITY: dict[str, Clarity] = {
    "Clear reply": "clear",
    "Ambivalent: vague, partial, beside the point": "ambivalent",
    "No reply": "non_reply",
}
_COLUMNS = (
    ("id", "Id", 6),
    ("question", "Question", 42),
    ("levels", "What the levels mean", 62),
    ("said", "What the vendor says", 50),
    ("level", "Your level", 10),
    ("clarity", "How clear is the reply?", 24),
    ("rationale", "Why", 40),
)
_LEVELS = tuple(str(level) for level in range(MAX_LEVEL + 1))
_FIRST = 3  # row of the first question, 0-based: title, headings and hidden keys stand above
_SEND_AGAIN = "Use the sheet that `vendoreval questionnaire review --sheet` wrote."


def write_review_sheet(
    bank: Bank, target: IO[bytes], *, vendor: str, reviewer: str, answers: Mapping[str, Answer],
    own: Iterable[Review], created: datetime,
) -> None:  # fmt: skip
    """Write the sheet for one reviewer: every question that the vendor answered, with the own reviews."""
    import xlsxwriter

    book: Any = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": bank.title, "created": created.astimezone(UTC).replace(tzinfo=None)})
    style = {
        name: book.add_format(
            {"font_name": "Calibri", "font_size": 10.5, "valign": "top", "text_wrap": True} | more
        )
        for name, more in _STYLES.items()
    }
    sheet = book.add_worksheet("Review")
    sheet.write_string(0, 1, f"Review of {vendor} by {reviewer}: {bank.title}", style["title"])
    for index, (key, title, width) in enumerate(_COLUMNS):
        sheet.set_column(index, index, width)
        sheet.write_string(1, index, title, style["header"])
        sheet.write_string(2, index, key)
    sheet.set_row(0, 24)
    sheet.set_row(2, None, None, {"hidden": True})
    mine = {review.question_id: review for review in own}
    asked = [q for q in bank.questions if q.id in answers and answers[q.id].state == "answered"]
    for offset, question in enumerate(asked):
        _row(sheet, _FIRST + offset, question, answers[question.id], mine.get(question.id), style)
    _lists(book, _identity(bank, vendor, reviewer))
    for column, name in ((4, "review_levels"), (5, "review_clarity")):
        rule = {"validate": "list", "source": f"={name}"}
        sheet.data_validation(_FIRST, column, _FIRST + max(len(asked), 1) - 1, column, rule)
    sheet.freeze_panes(_FIRST, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(1)
    sheet.fit_to_pages(1, 0)
    book.close()


def _lists(book: Any, known: Mapping[str, str]) -> None:
    """The very hidden sheet: identity, and the choices of the drop-downs, which may hold commas."""
    hidden = book.add_worksheet(LISTS)
    for row, pair in enumerate(known.items()):
        hidden.write_row(row, 0, pair)
    for column, name, choices in (("D", "review_levels", _LEVELS), ("E", "review_clarity", tuple(CLARITY))):
        hidden.write_column(f"{column}1", choices)
        book.define_name(name, f"={LISTS}!${column}$1:${column}${len(choices)}")
    hidden.very_hidden()


_STYLES: dict[str, dict[str, Any]] = {
    "title": {"font_size": 14, "bold": True, "text_wrap": False},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F"},
    "cell": {"border": 1, "border_color": "#B8C2CC", "quote_prefix": True},  # text even when it is edited
    "field": {"border": 1, "border_color": "#B8C2CC", "bg_color": "#FFFBE8", "quote_prefix": True},
}


def _row(sheet: Any, row: int, question: Question, answer: Answer, own: Review | None, style: Any) -> None:
    shown = (question.id, question.text, levels_text(question), _said(answer))
    for index, text in enumerate(shown):
        sheet.write_string(row, index, text, style["cell"])
    sheet.set_row(row, row_height((text, _COLUMNS[index][2]) for index, text in enumerate(shown)))
    words = {code: title for title, code in CLARITY.items()}
    given = (str(own.level), words[own.clarity] if own.clarity else "", own.rationale) if own else ("", "", "")
    for index, text in enumerate(given, start=4):
        sheet.write_string(row, index, text, style["field"])


def _said(answer: Answer) -> str:
    """What the vendor says, in the cell beside the anchors."""
    remark = [f"Remark: {answer.note}"] if answer.note else []
    evidence = [f"Evidence: {piece_words(item)}" for item in answer.evidence]
    return "\n".join([quote(answer), *remark, *evidence])


def _identity(bank: Bank, vendor: str, reviewer: str) -> dict[str, str]:
    return {**identity(bank, vendor, "full"), "schema": SCHEMA, "reviewer": reviewer}


def read_review_sheet(
    source: Path | bytes, bank: Bank, *, vendor: str, reviewer: str, answers: Mapping[str, Answer]
) -> tuple[tuple[Review, ...], tuple[str, ...], tuple[str, ...]]:
    """The judgements in a filled sheet, the ids of questions without a level, and of those that the vendor
    answered anew since the sheet was written (`answers` are the current ones): they were not judged.

    Raises InputError for a file that is no such sheet, or is one of another bank, vendor or reviewer;
    InvalidDocument for cells that cannot be read, all at once.
    """
    name, _, sheets = read_book(source)
    _check(name, sheets, _identity(bank, vendor, reviewer))
    known = {question.id for question in bank.questions}
    problems: list[Problem] = []
    reviews: dict[str, Review] = {}
    left: list[str] = []
    anew: list[str] = []
    for cells in _rows(sheets):
        question_id = _text(cells.get("id"))
        if question_id not in known or question_id in reviews:
            problems.append(Problem(0, question_id, "is no question of this bank, or stands here twice."))
        elif not _text(cells.get("level")):
            left.append(question_id)
        elif question_id not in answers or not _judges(cells, answers[question_id]):
            anew.append(question_id)
        else:
            try:
                reviews[question_id] = _review(question_id, reviewer, cells)
            except ValueError as error:
                problems.append(Problem(0, question_id, str(error)))
    if problems:
        raise InvalidDocument(name, tuple(problems))
    return tuple(reviews.values()), tuple(left), tuple(anew)


def _judges(cells: Mapping[str, Any], answer: Answer) -> bool:
    """Whether a row judges this answer: its first line says the same, whatever evidence came since."""
    return _text(cells.get("said")).partition("\n")[0].split() == quote(answer).split()


def _check(name: str, sheets: Sheets, ours: Mapping[str, str]) -> None:
    found = {_text(row[0]): _text(row[1]) for row in sheets.get(LISTS, []) if len(row) > 1}
    if found.get("schema") != SCHEMA:
        raise InputError("is not a reviewer's sheet.", file=name, remedy=_SEND_AGAIN)
    for key, what in (("vendor", "vendor"), ("reviewer", "reviewer"), ("version", "version")):
        if found.get(key) != ours[key]:
            raise InputError(
                f"is for {what} {found.get(key)!r}, not {ours[key]!r}.", file=name, remedy=_SEND_AGAIN
            )
    if found.get("template_sha256") != ours["template_sha256"]:
        raise InputError("was made from another text of the questions.", file=name, remedy=_SEND_AGAIN)


def _rows(sheets: Sheets) -> Iterable[Mapping[str, Any]]:
    """The cells of each question by column key; columns may have moved."""
    keys = {key for key, _, _ in _COLUMNS}
    for title, rows in sheets.items():
        columns: dict[int, str] = {}
        for cells in rows:
            if not columns:
                found = {cell.column: cell.value for cell in cells if cell.value in keys}
                columns = found if {"id", "level"} <= set(found.values()) else {}
            elif title != LISTS:
                by_key = {columns[cell.column]: cell for cell in cells if cell.column in columns}
                if _text(by_key.get("id")):
                    yield by_key


def _review(question_id: str, reviewer: str, cells: Mapping[str, Any]) -> Review:
    for key in ("level", "clarity", "rationale"):
        if key in cells and cells[key].data_type == "f":
            raise ValueError(f"the {key} is a formula; please type it.")
    level = re.sub(r"\.0+\Z", "", _text(cells["level"]))
    if level not in _LEVELS:
        raise ValueError(f"{level!r} is no level; levels go from 0 to {MAX_LEVEL}.")
    said = _text(cells.get("clarity"))
    if said and said not in CLARITY:
        raise ValueError(f"{said!r} is none of the list's choices.")
    clarity = CLARITY[said] if said else None
    return Review(question_id, reviewer, int(level), clarity, _text(cells.get("rationale")))


def _text(cell: Any) -> str:
    return "" if cell is None or cell.value is None else str(with_line_ends(cell.value)).strip()
