"""The questionnaire as one HTML file that works offline, and the answers file that it saves."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from vendoreval.errors import InputError, InvalidDocument, Problem
from vendoreval.evidence.canonical import hash_of
from vendoreval.formats.forms.form_layout import (
    COMMITMENT_CHOICES,
    EVIDENCE_CHOICES,
    SEND_AGAIN,
    STATE_CHOICES,
    addressed,
    applicable,
    asked_by,
    asks,
    check_identity,
    identity,
)
from vendoreval.jsonfile import values
from vendoreval.questionnaires.answers import Answer, EvidenceItem, State
from vendoreval.questionnaires.bank import MAX_LEVEL, Bank, Mode, Question
from vendoreval.questionnaires.worth import open_questions
from vendoreval.received import read_bytes
from vendoreval.resources import resource

SCHEMA = "vendoreval/form-answers/1"
_FIRST_YEAR = 2000
_KEYS = ("level", "commitment", "value", "text", "note", "changed_at", "first_at")
_LEVELS = {str(level): level for level in range(MAX_LEVEL + 1)}


def html_form(
    bank: Bank,
    *,
    vendor: str,
    mode: Mode = "full",
    answers: Mapping[str, Answer] | None = None,
    facts: Mapping[str, bool] | None = None,
    name: str = "",
    due: date | None = None,
) -> str:
    """The form as HTML text: no network, no weights; same input, same text.

    Questions whose `applies_if` fact is stated to be false are left out. The page's policy allows its
    own script and style only, by their hashes.
    """
    data = _data(bank, vendor, mode, answers or {}, facts or {})
    data["id"] = hash_of(data)[:32]  # what a browser keeps a draft under
    texts = {"LOCALE": bank.locale, "TITLE": bank.title, "FOR": addressed(vendor, name, due)}
    return self_contained("form", texts, data)


def self_contained(
    name: str, texts: Mapping[str, str], data: Mapping[str, Any], css: Sequence[str] = ("form",)
) -> str:
    """The page of a template with texts, style, script and data in it; it allows nothing else to run or load.

    `css`: the templates whose styles it takes, one after the other.
    """
    templates = resource("templates")
    style = "".join((templates / one / "form.css").read_text(encoding="utf-8") for one in css)
    script = (templates / name / "form.js").read_text(encoding="utf-8")
    page = (templates / name / "form.html").read_text(encoding="utf-8")
    parts = {
        **{f"@{mark}@": html.escape(text) for mark, text in texts.items()},
        "@CSS_HASH@": _hash(style),
        "@JS_HASH@": _hash(script),
        "@CSS@": style,
        "@JS@": script,
        # Inside a script element only "<" could end it or open a comment.
        "@DATA@": json.dumps(data, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c"),
    }
    for mark, text in parts.items():
        page = page.replace(mark, text)
    return page


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _data(
    bank: Bank, vendor: str, mode: Mode, answers: Mapping[str, Answer], facts: Mapping[str, bool]
) -> dict[str, Any]:
    known, bank = identity(bank, vendor, mode, facts), applicable(bank, facts)
    asked = {question.id for question in bank.asked(mode)}
    return {
        "identity": known,
        "states": [[state, title] for title, state in STATE_CHOICES.items()],
        "commitments": [[key, title] for title, key in COMMITMENT_CHOICES.items()],
        "evidence_kinds": [[key, title] for title, key in EVIDENCE_CHOICES.items()],
        "sections": [
            {
                "id": section.id,
                "title": section.title,
                "questions": [
                    {
                        "id": question.id,
                        "text": question.text,
                        "levels": list(question.levels),
                        "commit": asks(question, "commitment"),
                        "unit": question.unit or "",
                        "wanted": list(question.evidence.wanted),
                        "only_if": _only_if(question, asked),
                    }
                    for question in bank.asked(mode, section.id)
                ],
            }
            for section in bank.sections_of(mode)
        ],
        "answers": {
            question.id: _filled(answers[question.id])
            for question in bank.asked(mode)
            if question.id in answers
        },
    }


def _only_if(question: Question, asked: set[str]) -> list[Any]:
    """The question of this form that decides whether this one is asked, and from which level on."""
    needed = question.presupposes
    return [needed.question, needed.level] if needed and needed.question in asked else []


def _filled(answer: Answer) -> dict[str, Any]:
    level = str(answer.level) if answer.level is not None else ""
    return {
        "level": answer.state if answer.state in STATE_CHOICES.values() else level,
        "commitment": answer.commitment or "",
        "value": answer.value,
        "text": answer.text,
        "note": answer.na_reason if answer.state == "na" else answer.note,
        "evidence": [
            {
                "kind": item.kind,
                "name": item.name,
                "sha256": item.sha256,
                "dated": item.dated.isoformat() if item.dated else "",
                "expires": item.expires.isoformat() if item.expires else "",
            }
            for item in answer.evidence
            if item.kind in EVIDENCE_CHOICES.values()
        ],
    }


def read_saved(
    source: Path | str | bytes, bank: Bank, *, vendor: str
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """Answers by question id from the file that the HTML form saved, and notes.

    `answered_at` is the time of the last change by the clock of the vendor's computer. Raises
    InputError for a file that is not such a file or belongs to another bank, version or vendor;
    InvalidDocument for answers that cannot be read, all at once.
    """
    name, record = _load(source)
    mode = check_identity(name, record["form"], bank, vendor)
    questions = asked_by(record["form"], bank, mode)
    who = record.get("respondent")
    given = [_plain(who.get(key, "")) for key in ("name", "role", "mail")] if isinstance(who, dict) else []
    actor = ", ".join(text for text in given if text) or vendor
    problems: list[Problem] = []
    answers: dict[str, Answer] = {}
    for question_id, raw in record["answers"].items():
        try:
            if question_id not in questions:
                raise ValueError("is not a question of this form.")
            answer = _answer(question_id, raw, actor)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            what = str(error) if isinstance(error, ValueError) else "cannot be read."
            problems.append(Problem(0, question_id, what))
            continue
        if answer:
            answers[question_id] = answer
    if problems:
        raise InvalidDocument(name, tuple(problems))
    return {key: answers[key] for key in questions if key in answers}, _notes(questions, answers)


def _load(source: Path | str | bytes) -> tuple[str, dict[str, Any]]:
    name = "answers" if isinstance(source, bytes) else Path(source).name
    data = source if isinstance(source, bytes) else read_bytes(Path(source))
    try:
        record = values(data)
    except ValueError as error:
        raise InputError("is not a file of saved answers.", file=name, remedy=SEND_AGAIN) from error
    shape = record if isinstance(record, dict) else {}
    if shape.get("schema") != SCHEMA or not all(
        isinstance(shape.get(key), dict) for key in ("form", "answers")
    ):
        raise InputError("is not a file of saved answers.", file=name, remedy=SEND_AGAIN)
    return name, shape


def _answer(question_id: str, raw: Mapping[str, Any], actor: str) -> Answer | None:
    texts = {key: _text(raw, key) for key in _KEYS}
    pieces = tuple(_evidence(piece) for piece in raw.get("evidence", []) if _text(piece, "name"))
    if not pieces and not any(texts[key] for key in ("level", "commitment", "value", "text", "note")):
        return None
    level, commitment = texts["level"], texts["commitment"]
    state: State = next((state for state in STATE_CHOICES.values() if state == level), "answered")
    if state == "answered" and level and level not in _LEVELS:
        raise ValueError(f"{level!r} is no level.")
    choice = next((one for one in COMMITMENT_CHOICES.values() if one == commitment), None)
    if commitment and choice is None:
        raise ValueError(f"{commitment!r} is no commitment.")
    return Answer(
        question_id=question_id,
        level=_LEVELS.get(level),
        state=state,
        value=texts["value"],
        text=texts["text"],
        note="" if state == "na" else texts["note"],
        commitment=choice,
        evidence=pieces,
        na_reason=texts["note"] if state == "na" else "",
        answered_at=_moment(texts["changed_at"]),
        first_saved_at=_moment(texts["first_at"]),
        channel="html",
        actor=actor,
    )


def _evidence(raw: Mapping[str, Any]) -> EvidenceItem:
    kind, sha256 = _text(raw, "kind") or "document", _text(raw, "sha256")
    if kind not in EVIDENCE_CHOICES.values():
        raise ValueError(f"{kind!r} is no kind of evidence.")
    if sha256 and (len(sha256) != 64 or set(sha256) - set("0123456789abcdef")):
        raise ValueError(f"{sha256!r} is no SHA-256.")
    dated, expires = (
        date.fromisoformat(found) if (found := _text(raw, key)) else None for key in ("dated", "expires")
    )
    return EvidenceItem(kind, _text(raw, "name"), sha256, dated, expires)


def _plain(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode().strip()


def _moment(text: str) -> datetime | None:
    moment = datetime.fromisoformat(text) if text else None
    if moment and moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone.")
    if moment and moment.year < _FIRST_YEAR:
        raise ValueError(f"{text!r} is no time at which this form could be filled.")
    return moment


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text.")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError(f"{key} holds signs that are no text.")
    return value.strip()


def _notes(questions: Mapping[str, Question], answers: Mapping[str, Answer]) -> tuple[str, ...]:
    notes = []
    left = [q for q in open_questions(tuple(questions.values()), answers, {}) if q not in answers]
    if left:
        notes.append(f"{len(left)} of {len(questions)} questions are open: {', '.join(left)}.")
    for answer in answers.values():
        if answer.state == "na" and not answer.na_reason:
            notes.append(f"{answer.question_id} is called not applicable without a reason.")
        if answer.state == "answered" and answer.level is None:
            notes.append(f"No level was chosen for {answer.question_id}; until one is set it counts as 0.")
    return tuple(notes)
