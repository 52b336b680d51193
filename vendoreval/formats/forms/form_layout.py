"""What the vendor's form is made of, for those who write it and those who read it back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil

from vendoreval.errors import InputError
from vendoreval.questionnaires.answers import Answer, Commitment, EvidenceItem, State
from vendoreval.questionnaires.bank import MAX_LEVEL, Bank, Mode, Question, Section, mode_of, template_hash

SCHEMA = "vendoreval/form/1"
COVER = "Read me first"
SEND_AGAIN = "Ask the vendor to fill the form that `vendoreval questionnaire form` wrote."
_LINE = 13.5  # points
LISTS = "_lists"  # very hidden: the drop-downs' choices and the form's identity


@dataclass(frozen=True)
class Column:
    """A column of a section sheet; `key` stands in a hidden row, so that titles may be renamed."""

    key: str
    title: str
    width: int  # in characters
    answer: bool = True


COLUMNS = (
    Column("id", "Id", 6, answer=False),
    Column("number", "No.", 6, answer=False),
    Column("question", "Question", 42, answer=False),
    Column("levels", "What the levels mean", 64, answer=False),
    Column("level", "Your level", 19),
    Column("commitment", "In the contract?", 15),
    Column("value", "Figure", 14),
    Column("text", "Your answer in words", 44),
    Column("evidence_kind", "Kind of evidence", 21),
    Column("evidence_names", "Evidence: file names, one a line", 30),
    Column("evidence_dated", "Evidence dated", 13),
    Column("evidence_expires", "Valid until", 13),
    Column("note", "Remark, or reason if not applicable", 30),
)

LEVEL_CHOICES = tuple(f"Level {level}" for level in range(MAX_LEVEL + 1))
STATE_CHOICES: dict[str, State] = {
    "Not applicable": "na",
    "We decline to answer": "declined",
    "We do not know": "unknown",
}
COMMITMENT_CHOICES: dict[str, Commitment] = {"Yes": "yes", "Yes, with changes": "changes", "No": "no"}
EVIDENCE_CHOICES = {
    "Document": "document",
    "Demo, sample of real work": "demo",
    "Independent certificate": "independent",
}
# Rows of the cover that the vendor fills, by hidden key.
CONTACT = {"respondent_name": "Name", "respondent_role": "Role", "respondent_mail": "E-mail"}


def applicable(bank: Bank, facts: Mapping[str, bool]) -> Bank:
    """The bank without the questions whose `applies_if` fact is stated to be false."""
    kept = tuple(q for q in bank.questions if not q.applies_if or facts.get(q.applies_if, True))
    return replace(bank, questions=kept)


def identity(bank: Bank, vendor: str, mode: Mode, facts: Mapping[str, bool] | None = None) -> dict[str, str]:
    """What ties a form to a bank's version, a vendor and a mode; and which questions it leaves out."""
    kept = {question.id for question in applicable(bank, facts or {}).questions}
    return {
        "schema": SCHEMA,
        "bank": bank.id,
        "version": bank.version,
        "template_sha256": template_hash(bank),
        "vendor": vendor,
        "mode": mode,
        "left_out": " ".join(question.id for question in bank.asked(mode) if question.id not in kept),
    }


def asked_by(found: Mapping[str, str], bank: Bank, mode: Mode) -> dict[str, Question]:
    """The questions of a form by id, by the identity that was `found` in it."""
    left_out = str(found.get("left_out", "")).split()
    return {question.id: question for question in bank.asked(mode) if question.id not in left_out}


def check_identity(name: str, found: Mapping[str, str], bank: Bank, vendor: str) -> Mode:
    """The mode of a form whose identity was `found` in file `name`; raises InputError if it is not ours."""
    if "template_sha256" not in found:
        raise InputError("is not a questionnaire form of vendoreval.", file=name, remedy=SEND_AGAIN)
    theirs = f"{found.get('bank')} {found.get('version')}"
    ours = identity(bank, vendor, "full")
    if theirs != f"{bank.id} {bank.version}":
        raise InputError(
            f"is a form of {theirs}; asked for was {bank.id} {bank.version}.",
            file=name,
            remedy="Import it with the questionnaire of its own version, or send the vendor a new form.",
        )
    if found["template_sha256"] != ours["template_sha256"]:
        raise InputError(
            f"was made from another text of {theirs}: questions or levels have changed since.",
            file=name,
            remedy="A changed bank needs a new version; send the vendor a new form.",
        )
    if found.get("vendor") != vendor:
        raise InputError(
            f"was written for vendor {found.get('vendor')!r}, not for {vendor!r}.",
            file=name,
            remedy=f"Import it for {found.get('vendor')!r}.",
        )
    return mode_of(found.get("mode"))


def asks(question: Question, key: str) -> bool:
    """Whether the answer column `key` is open for this question."""
    if key == "commitment":
        return question.type == "commit"
    if key == "value":
        return question.unit is not None
    if key.startswith("evidence"):
        return bool(question.evidence.wanted)
    return True


def addressed(vendor: str, name: str, due: date | None) -> str:
    """For whom a form is, and by when it should be back."""
    whom = f"{name} ({vendor})" if name and name != vendor else vendor
    return f"For: {whom}" + (f" · please send it back by {due}" if due else "")


def question_text(question: Question) -> str:
    """The question with the figure and the evidence it asks for."""
    parts = [question.text]
    if question.presupposes:
        parts.append(
            f"Only if {question.presupposes.question} is level {question.presupposes.level} or higher."
        )
    if question.unit:
        parts.append(f"Figure, one number in: {question.unit}")
    if question.evidence.wanted:
        parts.append(f"Evidence welcome: {'; '.join(question.evidence.wanted)}")
    return "\n\n".join(parts)


def levels_text(question: Question) -> str:
    """The five anchors, one a line."""
    return "\n".join(f"{level}  {anchor}" for level, anchor in enumerate(question.levels))


def piece_words(item: EvidenceItem) -> str:
    """A piece of evidence as a reviewer reads it: its name, kind, and whether it can be looked at."""
    state = ", rejected" if item.rejected else "" if item.sha256 or item.seen_by else ", not arrived"
    return f"{item.name} ({item.kind}{state})"


def row_height(texts: Iterable[tuple[str, int]], least: int = 3) -> float:
    """The height in points of a row whose cells hold wrapped texts, each in a column so many characters wide.

    No spreadsheet program sets it by itself for a file that it did not write.
    """
    needed = [sum(max(1, ceil(len(line) * 1.08 / width)) for line in text.split("\n")) for text, width in texts]
    return min(409, max(least, *needed) * _LINE + 6)  # words break early, hence 1.08; 409 is Excel's limit


def sheet_name(section: Section) -> str:
    """The section's sheet: at most 31 characters, cut between words, without signs Excel refuses."""
    name = re.sub(r"[\[\]:*?/\\']", " ", f"{section.id} {section.title}")
    if len(name) > 31:
        name = name[:32].rsplit(" ", 1)[0]
    return name[:31].strip()


def cell_values(question: Question, answer: Answer) -> dict[str, object]:
    """An answer as the cells of its row, by column key. What we measured ourselves is not shown."""
    level = next((title for title, state in STATE_CHOICES.items() if state == answer.state), "")
    if answer.state == "answered" and answer.level is not None:
        level = LEVEL_CHOICES[answer.level]
    shown = [item for item in answer.evidence if item.kind in EVIDENCE_CHOICES.values()]
    kinds = {kind: title for title, kind in EVIDENCE_CHOICES.items()}
    commitments = {kind: title for title, kind in COMMITMENT_CHOICES.items()}
    values = {
        "level": level,
        "commitment": commitments[answer.commitment] if answer.commitment else "",
        "value": answer.value,
        "text": answer.text,
        "evidence_kind": kinds[shown[0].kind] if shown else "",
        "evidence_names": "\n".join(item.name for item in shown),
        "evidence_dated": shown[0].dated if shown else None,
        "evidence_expires": shown[0].expires if shown else None,
        "note": answer.na_reason if answer.state == "na" else answer.note,
    }
    return {key: value for key, value in values.items() if value and asks(question, key)}
