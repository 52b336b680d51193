"""The question bank: sections, questions with anchored levels, and the identity of a form."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import rfc8785

from vendoreval.questionnaires.consistency import Rule

Mode = Literal["full", "core", "short"]
CORE_BANK = "annotation-core"
MODES: tuple[Mode, ...] = ("full", "core", "short")  # the widest first

MAX_LEVEL = 4
# Weights of a question inside its section; a hidden weight of 0 means: asked for information only.
IMPORTANCE = {"critical": 20, "standard": 10, "minor": 5, "info": 0}
TYPES = (
    "yes_no",
    "single",
    "multi",
    "number",
    "percent",
    "money",
    "date",
    "duration",
    "table",
    "text",
    "file",
    "commit",
)
# Kinds of evidence, weakest first: what each is worth in the evidenced score is in `scoring`.
EVIDENCE_KINDS = ("none", "document", "demo", "independent", "measured")


@dataclass(frozen=True)
class Section:
    """A group of questions. Weights of all sections sum to 100; `standard` is the process standard."""

    id: str
    title: str
    weight: int
    standard: int | None = None


@dataclass(frozen=True)
class Cap:
    """A soft knock-out: below `min_level` the section scores at most `percent` of its points."""

    min_level: int
    percent: int


@dataclass(frozen=True)
class EvidenceWanted:
    """What should support an answer. `min_for_level` maps a level to the weakest kind it needs."""

    wanted: tuple[str, ...] = ()
    min_for_level: Mapping[int, str] = field(default_factory=dict)
    max_age_days: int | None = None


@dataclass(frozen=True)
class Presupposed:
    """What must be there for a question to make sense: another question at a level at least."""

    question: str
    level: int

    @property
    def text(self) -> str:
        """As it stands in a bank's `applies_if`."""
        return f"{self.question}.level >= {self.level}"


@dataclass(frozen=True)
class Question:
    """One question with its five anchored levels, 0 to 4.

    `min_level` is the knock-out (None: none). `applies_if` names a fact about the buyer's project,
    `presupposes` another answer without which there is nothing to ask.
    `promise` names what later audits or deliveries are held against. `unit` says that the answer
    contains a figure, and in what.
    """

    id: str
    section: str
    text: str
    why: str
    type: str
    importance: str
    levels: tuple[str, ...]
    min_level: int | None = None
    cap: Cap | None = None
    short: bool = False
    core: bool = True
    evidence: EvidenceWanted = EvidenceWanted()
    red_flags: tuple[str, ...] = ()
    follow_up: str = ""
    maps: Mapping[str, Any] = field(default_factory=dict)
    applies_if: str | None = None
    presupposes: Presupposed | None = None
    promise: str | None = None
    unit: str | None = None

    @property
    def weight(self) -> int:
        """Weight inside the section."""
        return IMPORTANCE[self.importance]


@dataclass(frozen=True)
class Bank:
    """A questionnaire of one version (document `vendoreval/questionnaire/1`)."""

    id: str
    version: str
    title: str
    locale: str
    license: str
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...] = ()
    source: str = field(default="", repr=False, compare=False)  # the TOML that it was read from

    def question(self, question_id: str) -> Question:
        """The question with this id; KeyError if there is none."""
        return {question.id: question for question in self.questions}[question_id]

    def asked(self, mode: Mode = "full", section: str | None = None) -> tuple[Question, ...]:
        """Questions of a mode in the bank's order: all, the core, or the short five."""
        return tuple(
            question
            for question in self.questions
            if (mode == "full" or (question.core if mode == "core" else question.short))
            and section in (None, question.section)
        )

    def sections_of(self, mode: Mode) -> tuple[Section, ...]:
        """Sections in which the mode asks at least one question."""
        used = {question.section for question in self.asked(mode)}
        return tuple(section for section in self.sections if section.id in used)


def mode_of(text: object) -> Mode:
    """The mode of a form by its name; the full one for a name that is none."""
    return next((mode for mode in MODES if mode == text), "full")


def template_hash(bank: Bank) -> str:
    """What the vendor is asked, as a hash: SHA-256 of the canonical JSON of ids, texts and levels.

    Weights, importance and knock-outs are left out, so that they may change without making forms
    that are under way unreadable (they are frozen on their own before answers are opened).
    """
    return _sha256(
        {
            "id": bank.id,
            "version": bank.version,
            "locale": bank.locale,
            "sections": [[section.id, section.title] for section in bank.sections],
            "questions": [
                [
                    q.id,
                    q.section,
                    q.type,
                    q.unit,
                    q.text,
                    list(q.levels),
                    list(q.evidence.wanted),
                    *((q.presupposes.text,) if q.presupposes else ()),
                ]
                for q in bank.questions
            ],
        }
    )


def weights_document(bank: Bank) -> bytes:
    """All that decides how answers are judged, as canonical JSON; it is kept when weights are frozen."""
    return rfc8785.dumps(
        {
            "template": template_hash(bank),
            "sections": {section.id: section.weight for section in bank.sections},
            "questions": [
                [
                    q.id,
                    q.weight,
                    q.min_level,
                    [q.cap.min_level, q.cap.percent] if q.cap else None,
                    {str(level): kind for level, kind in q.evidence.min_for_level.items()},
                    q.evidence.max_age_days,
                    q.presupposes.text if q.presupposes else q.applies_if,
                ]
                for q in bank.questions
            ],
        }
    )


def weights_hash(bank: Bank) -> str:
    """SHA-256 of `weights_document`: to be frozen before the answers are opened."""
    return hashlib.sha256(weights_document(bank)).hexdigest()


def _sha256(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
