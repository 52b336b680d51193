"""The result of scoring one vendor's answers, as frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from vendoreval.questionnaires.bank import Mode
from vendoreval.questionnaires.worth import PilotFinding

Status = Literal["eligible", "waived", "not eligible"]


@dataclass(frozen=True)
class Waiver:
    """A buyer's decision to let a failed knock-out pass: who, why, and until when."""

    question_id: str
    person: str
    reason: str
    expires: date


@dataclass(frozen=True)
class QuestionScore:
    """One question's part in the scores.

    `level` is what the vendor claims (0 where nothing valid was said), `evidenced_level` what its
    evidence supports or what was measured, `strength` the worth of the best valid evidence. `share`
    is the question's per cent of the total score, 0 when it does not apply. `pilot` is what the latest
    pilot showed of it.
    """

    question_id: str
    section: str
    state: str
    applies: bool
    level: int
    evidenced_level: int
    evidence: str
    strength: float
    share: float
    pilot: PilotFinding | None = None


@dataclass(frozen=True)
class SectionScore:
    """A section's scores in per cent; None when no question of it applies."""

    id: str
    title: str
    weight: int
    claimed: float | None
    evidenced: float | None
    coverage: float | None
    capped_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnockOut:
    """A knock-out question that failed, the waiver that covers it, if one does, and why its level is so low
    where the vendor did not say so."""

    question_id: str
    level: int
    min_level: int
    waiver: Waiver | None = None
    because: str = ""

    def __str__(self) -> str:
        why = f" ({self.because})" if self.because else ""
        return f"{self.question_id}: level {self.level}{why}, at least {self.min_level} is required"


@dataclass(frozen=True)
class Flag:
    """Something a reviewer should look at. Kinds: see `flags.FLAGS`."""

    kind: str
    question_id: str | None
    what: str


@dataclass(frozen=True)
class FollowUp:
    """A question for the interview, and why it is put."""

    question_id: str
    ask: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Assessment:
    """Scores of one vendor's answers (record `vendoreval/assessment/1`); percentages are 0–100.

    `notes` say whose levels were scored, and what else a reader of the score must know.
    """

    bank: str
    version: str
    template: str
    weights: str
    mode: Mode
    status: Status
    ranked: bool
    claimed: float
    evidenced: float
    coverage: float
    sections: tuple[SectionScore, ...]
    questions: tuple[QuestionScore, ...]
    knock_outs: tuple[KnockOut, ...]
    flags: tuple[Flag, ...]
    follow_ups: tuple[FollowUp, ...]
    notes: tuple[str, ...] = ()

    @property
    def gap(self) -> float:
        """Points by which the claims exceed what evidence supports."""
        return self.claimed - self.evidenced

    def flags_by_kind(self) -> dict[str, list[str]]:
        """What red flags say, each with the questions that raise it: a vendor may raise dozens."""
        kinds: dict[str, list[str]] = {}
        for flag in self.flags:
            named = kinds.setdefault(flag.what, [])
            if flag.question_id:
                named.append(flag.question_id)
        return kinds

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "schema": "vendoreval/assessment/1",
            "bank": self.bank,
            "version": self.version,
            "template_sha256": self.template,
            "weights_sha256": self.weights,
            "mode": self.mode,
            "status": self.status,
            "ranked": self.ranked,
            "claimed": self.claimed,
            "evidenced": self.evidenced,
            "gap": self.gap,
            "coverage": self.coverage,
            "sections": [{**vars(row), "capped_by": list(row.capped_by)} for row in self.sections],
            "questions": [
                {**_renamed(row), "pilot": row.pilot.to_json() if row.pilot else None} for row in self.questions
            ],
            "knock_outs": [_knock_out(row) for row in self.knock_outs],
            "flags": [_renamed(row) for row in self.flags],
            "follow_ups": [{**_renamed(row), "reasons": list(row.reasons)} for row in self.follow_ups],
            "notes": list(self.notes),
        }


def _renamed(row: QuestionScore | Flag | FollowUp | KnockOut) -> dict[str, Any]:
    return {"question" if key == "question_id" else key: value for key, value in vars(row).items()}


def _knock_out(row: KnockOut) -> dict[str, Any]:
    waiver = row.waiver
    shown = (
        {"person": waiver.person, "reason": waiver.reason, "expires": waiver.expires.isoformat()}
        if waiver
        else None
    )
    return {**_renamed(row), "waiver": shown}
