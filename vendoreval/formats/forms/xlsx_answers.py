"""Read a filled XLSX form back: is it ours, and what does it say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.formats.forms.form_layout import (
    COLUMNS,
    COMMITMENT_CHOICES,
    CONTACT,
    EVIDENCE_CHOICES,
    STATE_CHOICES,
    asked_by,
    asks,
    check_identity,
    question_text,
)
from vendoreval.formats.forms.xlsx_book import read_book, with_line_ends
from vendoreval.questionnaires.answers import Answer, EvidenceItem, State
from vendoreval.questionnaires.bank import MAX_LEVEL, Bank, Question
from vendoreval.questionnaires.worth import open_questions


def read_form(
    source: Path | str | bytes, bank: Bank, *, vendor: str
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """Answers by question id, and notes on what a person should know about the reading.

    Rows and columns may have moved, titles may be renamed, and any spreadsheet program may have saved
    the file. Questions left empty are not among the answers; a note lists them. `answered_at` is left
    to the caller, as the file does not say it.

    Raises InputError for a file that is no XLSX or is unsafe to open, a form of another bank, version
    or vendor, and missing, doubled or unknown rows; InvalidDocument for cells that cannot be read
    (all at once, each named).
    """
    name, properties, sheets = read_book(source)
    found = _identity(properties, sheets)
    mode = check_identity(name, found, bank, vendor)
    reader = _Reader(name, asked_by(found, bank, mode), _respondent(sheets) or vendor)
    for title, rows in sheets.items():
        reader.sheet(title, rows)
    return reader.finish()


# ------------------------------------------------------------------ is it ours


def _identity(properties: Mapping[str, str], sheets: Mapping[str, list[list[Any]]]) -> dict[str, str]:
    found = {
        key.removeprefix("vendoreval "): value
        for key, value in properties.items()
        if key.startswith("vendoreval ")
    }
    if found:
        return found
    return next(filter(None, map(_identity_rows, sheets.values())), {})


def _identity_rows(rows: list[list[Any]]) -> dict[str, str]:
    """The identity that stands in two columns of a sheet: a program may drop properties and rename sheets."""
    named = [{cell.column: str(cell.value) for cell in cells} for cells in rows]
    starts = (
        column for row in named for column, text in row.items()
        if text == "schema" and row.get(column + 1, "").startswith("vendoreval/")
    )  # fmt: skip
    start = next(starts, None)
    if start is None:
        return {}
    return {row[start]: row.get(start + 1, "") for row in named if start in row}


def _respondent(sheets: Mapping[str, list[list[Any]]]) -> str:
    """Who filled the form, from the cover."""
    found = {}
    for rows in sheets.values():
        for cells in rows:
            if cells[0].value in CONTACT and len(cells) > 2:
                found[cells[0].value] = _text(cells[-1].value)
    return ", ".join(found[key] for key in CONTACT if found.get(key))


# ------------------------------------------------------------------ what does it say


@dataclass
class _Reader:
    """Collects answers, notes and problems over all sheets."""

    name: str
    questions: Mapping[str, Question]
    actor: str
    answers: dict[str, Answer] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)  # question id -> where
    reworded: list[str] = field(default_factory=list)
    without_level: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def sheet(self, title: str, rows: list[list[Any]]) -> None:
        """Read one sheet; a sheet without a row of keys is not a section."""
        columns: dict[int, str] = {}
        for cells in rows:
            if not columns:
                columns = self._columns(title, cells)
                continue
            by_key = {columns[cell.column]: cell for cell in cells if cell.column in columns}
            if "id" in by_key and _text(by_key["id"].value):
                self._row(title, by_key)
            elif any(key in by_key for key in _ANSWER_KEYS):
                first = next(iter(by_key.values()))
                self._problem(title, first, "this row has answers, but its id is gone; please restore the row.")

    def _columns(self, title: str, cells: list[Any]) -> dict[int, str]:
        keys = {column.key for column in COLUMNS}
        columns = {cell.column: cell.value for cell in cells if cell.value in keys}
        if not {"id", "level"} <= set(columns.values()):
            return {}
        gone = [column.title for column in COLUMNS if column.answer and column.key not in columns.values()]
        if gone:
            listed = ", ".join(repr(one) for one in gone)
            self.problems.append(Problem(0, f"sheet {title!r}", f"these columns are gone: {listed}."))
        return columns

    def _row(self, title: str, cells: Mapping[str, Any]) -> None:
        question_id = _text(cells["id"].value)
        where = f"sheet {title!r}, row {cells['id'].row}"
        question = self.questions.get(question_id)
        if question is None:
            self._problem(title, cells["id"], f"{question_id!r} is not a question of this form.")
        elif question_id in self.seen:
            self._problem(
                title, cells["id"], f"{question_id} stands in the form twice (also {self.seen[question_id]})."
            )
        else:
            self.seen[question_id] = where
            if "question" in cells and _plain(cells["question"].value) != _plain(question_text(question)):
                self.reworded.append(question_id)
            if self._readable(title, question, cells):
                self._answer(title, question, cells)

    def _readable(self, title: str, question: Question, cells: Mapping[str, Any]) -> bool:
        fine = True
        for key in _ANSWER_KEYS & cells.keys():
            cell = cells[key]
            if cell.data_type == "f":
                self._problem(title, cell, f"{question.id} is answered by a formula; please type the answer.")
                fine = False
            elif cell.data_type == "e":
                self._problem(title, cell, f"{question.id} shows the error {cell.value}.")
                fine = False
        return fine

    def _answer(self, title: str, question: Question, cells: Mapping[str, Any]) -> None:
        values = {key: _text(cells[key].value) for key in _ANSWER_KEYS & cells.keys() if asks(question, key)}
        if "value" in values:
            values["value"] = _figure(cells["value"])
        if not any(values.values()):
            return
        state, level = self._level(title, cells)
        if level is None and state == "answered":
            self.without_level.append(question.id)
        note = values.get("note", "")
        self.answers[question.id] = Answer(
            question_id=question.id,
            level=level,
            state=state,
            value=values.get("value", ""),
            text=values.get("text", ""),
            note="" if state == "na" else note,
            commitment=self._choice(title, cells, "commitment", COMMITMENT_CHOICES)
            if values.get("commitment")
            else None,
            evidence=self._evidence(title, question, cells, values),
            na_reason=note if state == "na" else "",
            channel="form",
            actor=self.actor,
        )
        if state == "na" and not note:
            self.notes.append(f"{question.id} is called not applicable without a reason.")

    def _level(self, title: str, cells: Mapping[str, Any]) -> tuple[State, int | None]:
        text = _plain(cells["level"].value) if "level" in cells else ""
        if not text:
            return "answered", None
        for words, state in STATE_CHOICES.items():
            if text == words.casefold():
                return state, None
        found = re.match(r"(?:level\s*)?([0-9]+)(?:\.0+)?(?![0-9.]|,[0-9])", text)
        level = int(found.group(1)) if found else MAX_LEVEL + 1
        given = repr(_text(cells["level"].value))
        if found is None or level > MAX_LEVEL:
            self._problem(title, cells["level"], f"{given} is none of the list's choices.")
        elif any(int(other) != level for other in _LEVELS.findall(text[found.end() :])):
            self._problem(title, cells["level"], f"{given} names two levels; please keep one.")
        else:
            return "answered", level
        return "answered", None

    def _choice(self, title: str, cells: Mapping[str, Any], key: str, choices: Mapping[str, Any]) -> Any:
        text = _plain(cells[key].value)
        for words, meaning in choices.items():
            if text in (words.casefold(), meaning):
                return meaning
        self._problem(title, cells[key], f"{_text(cells[key].value)!r} is none of the list's choices.")
        return None

    def _evidence(
        self, title: str, question: Question, cells: Mapping[str, Any], values: Mapping[str, str]
    ) -> tuple[EvidenceItem, ...]:
        names = _names(values.get("evidence_names", ""))
        kind = "document"
        if values.get("evidence_kind"):
            kind = self._choice(title, cells, "evidence_kind", EVIDENCE_CHOICES) or kind
            if not names:
                self.notes.append(f"{question.id} gives a kind of evidence, but names none.")
        elif names:
            self.notes.append(
                f"{question.id} does not say what kind its evidence is; it was taken as a document."
            )
        dated, expires = (
            self._date(title, cells[key]) if values.get(key) else None
            for key in ("evidence_dated", "evidence_expires")
        )
        return tuple(EvidenceItem(kind, name, dated=dated, expires=expires) for name in names)

    def _date(self, title: str, cell: Any) -> date | None:
        if isinstance(cell.value, datetime):
            return cell.value.date()
        try:
            return date.fromisoformat(_text(cell.value)[:10])
        except ValueError:
            self._problem(title, cell, f"{_text(cell.value)!r} is no date; please write it as 2026-03-31.")
            return None

    def _problem(self, title: str, cell: Any, what: str) -> None:
        self.problems.append(Problem(0, f"sheet {title!r}, cell {cell.coordinate}", what))

    def finish(self) -> tuple[dict[str, Answer], tuple[str, ...]]:
        """Answers and notes, once it is certain that nothing is lost."""
        missing = [question for question in self.questions if question not in self.seen]
        if missing and not self.problems:
            raise InputError(
                f"lacks the rows of {_listed(missing)}; rows or sheets were deleted.",
                file=self.name,
                remedy="Nothing was imported. Restore the rows, or send the vendor a new form.",
            )
        if self.problems:
            raise InvalidDocument(self.name, tuple(self.problems))
        left = [
            q for q in open_questions(tuple(self.questions.values()), self.answers, {}) if q not in self.answers
        ]
        if left:
            self.notes.append(f"{len(left)} of {len(self.questions)} questions are open: {_listed(left)}.")
        if self.without_level:
            self.notes.append(
                f"No level was chosen for {_listed(self.without_level)}; until one is set it counts as 0."
            )
        if self.reworded:
            self.notes.append(
                f"The wording of {_listed(self.reworded)} differs from ours; the answers count for our wording."
            )
        return {key: self.answers[key] for key in self.questions if key in self.answers}, tuple(self.notes)


def _figure(cell: Any) -> str:
    """A figure as the vendor saw it: a cell in per cent holds 0.05 where 5 % is shown."""
    if isinstance(cell.value, int | float) and "%" in str(cell.number_format):
        return f"{100 * cell.value:.10g} %"
    return _text(cell.value)


def _names(text: str) -> list[str]:
    """File names, one a line; also behind a comma, where every part ends like a file."""
    names = [name.strip() for name in re.split(r"[\n;]", text) if name.strip()]
    parts = [[part.strip() for part in name.split(",")] for name in names]
    listed = [found if all(re.search(r"\.\w{2,5}\Z", part) for part in found) else [name]
              for name, found in zip(names, parts, strict=True)]  # fmt: skip
    return list(dict.fromkeys(part for found in listed for part in found))


_LEVELS = re.compile(rf"(?<![0-9.])[0-{MAX_LEVEL}](?![0-9])")  # levels, not years or figures
_ANSWER_KEYS = {column.key for column in COLUMNS if column.answer}


def _listed(ids: list[str]) -> str:
    return ", ".join(ids[:12]) + (f" and {len(ids) - 12} more" if len(ids) > 12 else "")


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(with_line_ends(value)).strip()


def _plain(value: object) -> str:
    return " ".join(_text(value).split()).casefold()
