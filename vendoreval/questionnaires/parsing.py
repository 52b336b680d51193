"""Read a question bank from TOML, and report everything that is wrong with it at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from vendoreval.errors import InvalidDocument, Problem
from vendoreval.questionnaires.bank import (
    EVIDENCE_KINDS,
    IMPORTANCE,
    MAX_LEVEL,
    MODES,
    TYPES,
    Bank,
    Cap,
    EvidenceWanted,
    Presupposed,
    Question,
    Section,
)
from vendoreval.questionnaires.consistency import Rule, parse_condition
from vendoreval.tomlfile import Path, TomlDocument, parse_toml

SCHEMA = "vendoreval/questionnaire/1"

_BANK_KEYS = frozenset(
    {"schema", "id", "version", "title", "locale", "license", "section", "question", "consistency"}
)
_SECTION_KEYS = frozenset({"id", "title", "weight", "standard"})
_QUESTION_KEYS = frozenset(
    {"id", "section", "text", "why", "type", "importance", "levels", "knock_out", "cap", "short", "core"}
    | {"evidence", "red_flags", "follow_up", "maps", "applies_if", "promise", "unit"}
)
_EVIDENCE_KEYS = frozenset({"wanted", "min_for_level", "max_age_days"})
_T = TypeVar("_T")
_FACT = re.compile(r"[a-z][a-z0-9_]*\Z")
_PRESUPPOSED = re.compile(r"([A-Za-z][A-Za-z0-9_-]*)\.level >= ([1-4])\Z")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}\Z")


def parse_bank(text: str, name: str) -> Bank:
    """The bank in `text`; `name` is the file's name for messages.

    Raises InvalidDocument with all problems, each with its line and field.
    """
    reader = _Reader(parse_toml(text, name))
    data = reader.document.data
    reader.known((), data, _BANK_KEYS)
    if data.get("schema") != SCHEMA:
        reader.problem(("schema",), f"must be {SCHEMA!r}.")
    bank = Bank(
        id=reader.text((), data, "id"),
        version=reader.text((), data, "version"),
        title=reader.text((), data, "title"),
        locale=reader.text((), data, "locale", "en"),
        license=reader.text((), data, "license", ""),
        sections=tuple(reader.section(path, row) for path, row in reader.rows("section")),
        questions=tuple(reader.question(path, row) for path, row in reader.rows("question")),
        rules=tuple(reader.rule(path, row) for path, row in reader.rows("consistency", needed=False)),
        source=text,
    )
    _check_whole(reader, bank)
    if reader.problems:
        raise InvalidDocument(name, tuple(sorted(reader.problems)))
    return bank


def _check_whole(reader: _Reader, bank: Bank) -> None:
    """What only shows when all parts are seen together."""
    if not reader.problems and sum(section.weight for section in bank.sections) != 100:
        total = sum(section.weight for section in bank.sections)
        reader.problem(("section", 0, "weight"), f"the sections' weights sum to {total}, they must sum to 100.")
    _check_unique(reader, "section", [section.id for section in bank.sections])
    _check_unique(reader, "question", [question.id for question in bank.questions])
    known = {section.id for section in bank.sections}
    for index, question in enumerate(bank.questions):
        if question.section and question.section not in known:
            listed = ", ".join(sorted(known)) or "none"
            reader.problem(
                ("question", index, "section"), f"there is no section {question.section!r}; known: {listed}."
            )
    _check_unique(reader, "consistency", [rule.id for rule in bank.rules])
    asked = {question.id for question in bank.questions}
    for index, rule in enumerate(bank.rules):
        for unknown in sorted(set(rule.questions) - asked):
            reader.problem(("consistency", index, "all"), f"there is no question {unknown!r}.")
    _check_presupposed(reader, bank)
    for index, section in enumerate(bank.sections):
        if not any(question.section == section.id for question in bank.questions):
            reader.problem(("section", index, "id"), f"section {section.id!r} has no question.")


def _check_presupposed(reader: _Reader, bank: Bank) -> None:
    earlier: set[str] = set()
    for index, question in enumerate(bank.questions):
        needed = question.presupposes
        if needed and needed.question not in earlier:
            what = f"no question {needed.question!r} stands before this one, which presupposes it."
            reader.problem(("question", index, "applies_if"), what)
        for mode in MODES:  # a mode that asks a question asks what it presupposes
            ids = {asked.id for asked in bank.asked(mode)}
            if needed and needed.question in earlier and question.id in ids and needed.question not in ids:
                what = f"the mode {mode} asks this question and not {needed.question}, which it presupposes."
                reader.problem(("question", index, "applies_if"), what)
        earlier.add(question.id)


def _check_unique(reader: _Reader, kind: str, ids: Iterable[str]) -> None:
    first: dict[str, int] = {}
    for index, one in enumerate(ids):
        if one and one in first:
            line = reader.document.line(kind, first[one], "id")
            reader.problem((kind, index, "id"), f"{one!r} is used twice (first on line {line}).")
        first.setdefault(one, index)


class _Reader:
    """Takes typed fields out of a document and collects problems instead of stopping at the first."""

    def __init__(self, document: TomlDocument) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def problem(self, path: Path, what: str, remedy: str = "") -> None:
        name = [str(part + 1) if isinstance(part, int) else part for part in path]
        owner = self._owner(path)
        if owner:
            name[1] = owner
        self.problems.append(Problem(self.document.line(*path), ".".join(name) or "file", what, remedy))

    def _owner(self, path: Path) -> str | None:
        """The id of the section or question, which tells a person more than its position."""
        if len(path) > 1 and isinstance(path[1], int):
            rows = self.document.data.get(str(path[0]))
            if isinstance(rows, list) and isinstance(rows[path[1]], dict):
                found = rows[path[1]].get("id")
                return found if isinstance(found, str) and found else None
        return None

    def rows(self, key: str, needed: bool = True) -> list[tuple[Path, dict[str, Any]]]:
        found = self.document.data.get(key)
        if found is None and not needed:
            return []
        if not isinstance(found, list) or not found or not all(isinstance(row, dict) for row in found):
            self.problem((key,), f"at least one [[{key}]] is needed.")
            return []
        return [((key, index), row) for index, row in enumerate(found)]

    def known(self, path: Path, row: dict[str, Any], keys: frozenset[str]) -> None:
        from difflib import get_close_matches

        for key in sorted(row.keys() - keys):
            close = get_close_matches(key, keys, n=1)
            self.problem((*path, key), "is not a known field.", f"Did you mean {close[0]!r}?" if close else "")

    def _typed(self, path: Path, row: dict[str, Any], key: str, kind: type, what: str, default: Any) -> Any:
        if key not in row:
            if default is None:
                self.problem((*path, key), f"is missing; it must be {what}.")
            return kind() if default is None else default
        value = row[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.problem((*path, key), f"must be {what}, not {_shown(value)}.")
            return kind()
        return value

    def text(self, path: Path, row: dict[str, Any], key: str, default: str | None = None) -> str:
        value: str = self._typed(path, row, key, str, "text", default)
        if default is None and key in row and isinstance(row[key], str) and not value.strip():
            self.problem((*path, key), "must not be empty.")
        return value

    def optional(self, path: Path, row: dict[str, Any], key: str) -> str | None:
        return self.text(path, row, key) if key in row else None

    def flag(self, path: Path, row: dict[str, Any], key: str, default: bool) -> bool:
        value: bool = self._typed(path, row, key, bool, "true or false", default)
        return value

    def integer(self, path: Path, row: dict[str, Any], key: str, low: int, high: int) -> int:
        value: int = self._typed(path, row, key, int, f"a whole number from {low} to {high}", None)
        if isinstance(row.get(key), int) and not low <= value <= high:
            self.problem((*path, key), f"must lie between {low} and {high}, not {value}.")
        return value

    def texts(self, path: Path, row: dict[str, Any], key: str) -> tuple[str, ...]:
        value: list[Any] = self._typed(path, row, key, list, "a list of texts", [])
        if not all(isinstance(one, str) and one.strip() for one in value):
            self.problem((*path, key), "must be a list of texts, none of them empty.")
            return ()
        return tuple(value)

    def choice(self, path: Path, row: dict[str, Any], key: str, allowed: Iterable[str]) -> str:
        value = self.text(path, row, key)
        listed = tuple(allowed)
        if value and value not in listed:
            self.problem((*path, key), f"{value!r} is not allowed; choose one of {', '.join(listed)}.")
            return listed[0]
        return value or listed[0]

    def table(self, path: Path, row: dict[str, Any], key: str) -> dict[str, Any] | None:
        if key not in row:
            return None
        value: dict[str, Any] = self._typed(path, row, key, dict, "a table", None)
        return value

    def identifier(self, path: Path, row: dict[str, Any]) -> str:
        value = self.text(path, row, "id")
        if value and not _ID.match(value):
            self.problem((*path, "id"), f"{value!r} is no id: a letter first, then letters, digits, - or _.")
        return value

    def section(self, path: Path, row: dict[str, Any]) -> Section:
        self.known(path, row, _SECTION_KEYS)
        standard = self.integer(path, row, "standard", 1, 99) if "standard" in row else None
        return Section(
            id=self.identifier(path, row),
            title=self.text(path, row, "title"),
            weight=self.integer(path, row, "weight", 0, 100),
            standard=standard,
        )

    def question(self, path: Path, row: dict[str, Any]) -> Question:
        self.known(path, row, _QUESTION_KEYS)
        return Question(
            id=self.identifier(path, row),
            section=self.text(path, row, "section"),
            text=self.text(path, row, "text"),
            why=self.text(path, row, "why", ""),
            type=self.choice(path, row, "type", TYPES),
            importance=self.choice(path, row, "importance", IMPORTANCE),
            levels=self._levels(path, row),
            min_level=self._part(path, row, "knock_out", self._min_level),
            cap=self._part(path, row, "cap", self._cap),
            short=self.flag(path, row, "short", False),
            core=self.flag(path, row, "core", True),
            evidence=self._part(path, row, "evidence", self._evidence) or EvidenceWanted(),
            red_flags=self.texts(path, row, "red_flags"),
            follow_up=self.text(path, row, "follow_up", ""),
            maps=self.table(path, row, "maps") or {},
            **self._applies(path, row),
            promise=self.optional(path, row, "promise"),
            unit=self.optional(path, row, "unit"),
        )

    def rule(self, path: Path, row: dict[str, Any]) -> Rule:
        self.known(path, row, frozenset({"id", "all", "says"}))
        conditions = []
        for text in self.texts(path, row, "all"):
            try:
                conditions.append(parse_condition(text))
            except ValueError as error:
                self.problem((*path, "all"), str(error))
        if not row.get("all"):
            self.problem((*path, "all"), "is missing; it must be a list of conditions.")
        return Rule(self.identifier(path, row), tuple(conditions), self.text(path, row, "says"))

    def _applies(self, path: Path, row: dict[str, Any]) -> dict[str, Any]:
        """A fact on the project, or the level of another answer that the question presupposes."""
        text = self.optional(path, row, "applies_if")
        if text is None or _FACT.match(text):
            return {"applies_if": text}
        found = _PRESUPPOSED.match(text)
        if not found:
            what = f"{text!r} is neither a fact, such as personal_data, nor a level, such as 'A1.level >= 1'."
            self.problem((*path, "applies_if"), what)
            return {}
        return {"presupposes": Presupposed(found[1], int(found[2]))}

    def _levels(self, path: Path, row: dict[str, Any]) -> tuple[str, ...]:
        if "levels" not in row:
            self.problem((*path, "levels"), "is missing; it must be five texts, for levels 0 to 4.")
            return ()
        levels = self.texts(path, row, "levels")
        if levels and len(levels) != MAX_LEVEL + 1:
            self.problem((*path, "levels"), f"needs five texts, for levels 0 to 4, not {len(levels)}.")
        if len(set(levels)) != len(levels):
            self.problem((*path, "levels"), "has two levels with the same text.")
        return levels

    def _part(
        self, path: Path, row: dict[str, Any], key: str, build: Callable[[Path, dict[str, Any]], _T]
    ) -> _T | None:
        part = self.table(path, row, key)
        return None if part is None else build((*path, key), part)

    def _min_level(self, path: Path, part: dict[str, Any]) -> int:
        self.known(path, part, frozenset({"min_level"}))
        return self.integer(path, part, "min_level", 1, MAX_LEVEL)

    def _cap(self, path: Path, part: dict[str, Any]) -> Cap:
        self.known(path, part, frozenset({"min_level", "percent"}))
        return Cap(
            self.integer(path, part, "min_level", 1, MAX_LEVEL), self.integer(path, part, "percent", 0, 100)
        )

    def _evidence(self, path: Path, part: dict[str, Any]) -> EvidenceWanted:
        self.known(path, part, _EVIDENCE_KEYS)
        minimum: dict[int, str] = {}
        needs = self.table(path, part, "min_for_level") or {}
        inner = (*path, "min_for_level")
        for key in needs:
            if key not in {str(level) for level in range(MAX_LEVEL + 1)}:
                self.problem((*inner, key), f"{key!r} is no level; levels are 0 to {MAX_LEVEL}.")
                continue
            minimum[int(key)] = self.choice(inner, needs, key, EVIDENCE_KINDS)
        age = self.integer(path, part, "max_age_days", 1, 36_500) if "max_age_days" in part else None
        return EvidenceWanted(self.texts(path, part, "wanted"), minimum, age)


def _shown(value: Any) -> str:
    names = {str: "text", bool: "true or false", int: "a whole number", float: "a decimal number"}
    names |= {list: "a list", dict: "a table", date: "a date"}
    return names.get(type(value), type(value).__name__)
