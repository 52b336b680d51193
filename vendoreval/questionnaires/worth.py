"""What one answer is worth: its level as claimed, the level that evidence supports, and which pieces count.

The rules stand at the head of `scoring`, numbers 1 to 4.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Literal

from vendoreval.questionnaires.answers import Answer, EvidenceItem
from vendoreval.questionnaires.bank import EVIDENCE_KINDS, MAX_LEVEL, Question

Ground = Literal["there", "missing", "unknown"]
STRENGTH = {
    "none": Fraction(4, 10),
    "document": Fraction(7, 10),
    "demo": Fraction(85, 100),
    "independent": Fraction(9, 10),
    "measured": Fraction(1),
}
COMMITMENT_CEILING = {"yes": 4, "changes": 3, "no": 1, None: 1}  # silence promises no more than a refusal


@dataclass(frozen=True)
class PilotFinding:
    """What the latest pilot showed of one claim.

    `held`: True where it bore the claim out, so that evidence for it counts fully; False where the claim is
    worth `ceiling` at most; None where it could not tell.
    """

    source: str
    held: bool | None
    ceiling: int
    because: str
    dated: date

    def to_json(self) -> dict[str, Any]:
        """The finding as plain JSON values."""
        return {**vars(self), "dated": self.dated.isoformat()}


NO_PILOT: Mapping[str, PilotFinding] = {}


@dataclass(frozen=True)
class Judged:
    """A question with its answer and what both are worth."""

    question: Question
    answer: Answer
    applies: bool
    level: int  # as claimed
    proven: int  # as evidence supports or as measured
    best: str  # kind of the best valid evidence
    outdated: tuple[EvidenceItem, ...]
    missing: tuple[EvidenceItem, ...]
    ground: Ground = "there"  # whether what it presupposes is there
    pilot: PilotFinding | None = None
    refuted: int = MAX_LEVEL  # the level that the last audit left, although its measurement has grown old

    @property
    def idle(self) -> bool:
        """What it presupposes was answered too low, so there is nothing to ask."""
        return self.ground == "missing"

    @property
    def measured(self) -> bool:
        """Whether the level is one that an audit of ours gave."""
        return any(item.kind == "measured" for item in self.answer.evidence if item not in self.outdated)

    @property
    def cap(self) -> int:
        """The highest level that the latest pilot and the last audit leave room for."""
        return min(self.refuted, self.pilot.ceiling if self.contradicted and self.pilot else MAX_LEVEL)

    @property
    def contradicted(self) -> bool:
        """Whether the latest pilot showed less than is claimed."""
        return self.pilot is not None and self.pilot.held is False and self.level > self.pilot.ceiling

    @property
    def capped_by(self) -> str:
        """What leaves no more than the cap, in words."""
        return self.pilot.source if self.contradicted and self.pilot else "the last audit"

    @property
    def effective(self) -> int:
        """The level that knock-outs and caps look at."""
        return min(self.proven if self.measured else self.level, self.cap)

    @property
    def claimed(self) -> Fraction:
        return Fraction(self.level, MAX_LEVEL)

    @property
    def evidenced(self) -> Fraction:
        return Fraction(self.proven, MAX_LEVEL) * STRENGTH[self.best]

    @property
    def covered(self) -> bool:
        return self.idle or (self.answer.state == "answered" and self.answer.level is not None)


def judge_all(
    questions: Sequence[Question],
    answers: Mapping[str, Answer],
    facts: Mapping[str, bool],
    as_of: date | None = None,
    stored: Collection[str] | None = None,
    pilot: Mapping[str, PilotFinding] = NO_PILOT,
) -> tuple[Judged, ...]:
    """Questions with their current answers and what both are worth, in the order given."""
    asked = {question.id: question for question in questions}
    done: dict[str, Judged] = {}

    def of(question: Question) -> Judged:
        if question.id not in done:
            needed = asked.get(question.presupposes.question) if question.presupposes else None
            ground = ground_of(question, of(needed) if needed else None)
            answer = answers.get(question.id) or Answer(question.id, state="unanswered")
            found = _judge(question, answer, as_of, stored, pilot.get(question.id), ground)
            out = question.applies_if is not None and not facts.get(question.applies_if, True)
            done[question.id] = replace(found, applies=found.applies and not out)
        return done[question.id]

    return tuple(of(question) for question in questions)


def open_questions(
    questions: Sequence[Question], answers: Mapping[str, Answer], facts: Mapping[str, bool]
) -> tuple[str, ...]:
    """Ids of the questions that apply, are to be asked, and have no answer yet."""
    judged = judge_all(questions, answers, facts)
    return tuple(one.question.id for one in judged if one.applies and not one.idle and one.answer.is_open)


def silent_on_terms(questions: Sequence[Question], answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """Ids of the questions that ask for a term and whose answer does not say whether it is one."""
    ceiling = COMMITMENT_CEILING[None]
    return tuple(
        question.id
        for question in questions
        if question.type == "commit" and (answer := answers.get(question.id)) and answer.commitment is None
        if answer.state == "answered" and (answer.level or 0) > ceiling
    )


def _judge(
    question: Question, answer: Answer, as_of: date | None, stored: Collection[str] | None,
    pilot: PilotFinding | None, ground: Ground,
) -> Judged:  # fmt: skip
    level = 0
    if answer.state == "answered" and answer.level is not None and ground == "there":
        level = min(answer.level, _ceiling(question, answer))
    accepted = [item for item in answer.evidence if not item.rejected]
    outdated = tuple(item for item in accepted if is_outdated(item, question, as_of))
    valid = [item for item in accepted if item not in outdated and item.here(stored)]
    if ground != "there":
        valid, pilot = [], None
    best = max((item.kind for item in valid), key=EVIDENCE_KINDS.index, default="none")
    proven = _proven(question, level, best, valid)
    if pilot and pilot.held and _is_fresh(pilot, question, as_of):
        best = "measured"
    made = Judged(
        question=question,
        answer=answer,
        applies=not (answer.state == "na" and answer.na_approved),
        level=level,
        proven=proven,
        best=best,
        outdated=outdated,
        missing=tuple(item for item in accepted if not item.here(stored)),
        ground=ground,
        pilot=pilot,
        refuted=_refuted(accepted, outdated) if ground == "there" else MAX_LEVEL,
    )
    return replace(made, proven=min(proven, made.cap))


def _refuted(accepted: Sequence[EvidenceItem], outdated: Sequence[EvidenceItem]) -> int:
    """What the last measurement leaves of a claim once it is too old to prove it: time restores nothing."""
    last = next((item for item in reversed(accepted) if item.kind == "measured"), None)
    return MAX_LEVEL if last is None or last.level is None or last not in outdated else last.level


def _is_fresh(pilot: PilotFinding, question: Question, as_of: date | None) -> bool:
    """Whether a pilot is young enough to bear a claim out; one that cut a claim does so until the next."""
    age = question.evidence.max_age_days
    return as_of is None or age is None or _days_after(pilot.dated, age) >= as_of


def ground_of(question: Question, other: Judged | None) -> Ground:
    """Whether the answer that a question presupposes reaches its level: there, missing, or not known.

    `other` is that answer, None where it was not asked for; what counts is the level that it is worth, not
    the one that it claims. A question counts only where its ground is there. Else whoever calls the other
    question not applicable, or leaves it open, would gain.
    """
    needed = question.presupposes
    if needed is None or other is None or not other.applies:
        return "there"
    if other.ground != "there":
        return other.ground
    if other.answer.state != "answered" or other.answer.level is None:
        return "unknown"
    return "there" if other.effective >= needed.level else "missing"


def _ceiling(question: Question, answer: Answer) -> int:
    return COMMITMENT_CEILING[answer.commitment] if question.type == "commit" else MAX_LEVEL


def valid_until(item: EvidenceItem, question: Question | None) -> date | None:
    """The last day on which a piece counts: its expiry, or the age that the question allows."""
    age = question.evidence.max_age_days if question else None
    ends = [item.expires] if item.expires else []
    if age is not None and item.dated is not None:
        ends.append(_days_after(item.dated, age))
    return min(ends, default=None)


def _days_after(day: date, days: int) -> date:
    return day + timedelta(days=days) if (date.max - day).days > days else date.max


def renewed(item: EvidenceItem, evidence: Collection[EvidenceItem], question: Question | None) -> bool:
    """Whether a later piece of the same kind, or a stronger one, took the place of this one."""
    ends, rank = valid_until(item, question), EVIDENCE_KINDS.index(item.kind)
    return any(
        ends is not None and ((other_ends := valid_until(other, question)) is None or other_ends > ends)
        for other in evidence
        if other != item and not other.rejected and EVIDENCE_KINDS.index(other.kind) >= rank
    )


def is_outdated(item: EvidenceItem, question: Question, as_of: date | None) -> bool:
    """Whether a piece no longer counts on a day; None looks at no dates."""
    ends = valid_until(item, question)
    return as_of is not None and ends is not None and ends < as_of


def _proven(question: Question, level: int, best: str, valid: list[EvidenceItem]) -> int:
    """The level that evidence supports; one that an audit gave takes its place, and never exceeds the claim."""
    measured = [item.level for item in valid if item.kind == "measured" and item.level is not None]
    if measured:
        return min(level, measured[-1])  # the last measurement counts
    rank = EVIDENCE_KINDS.index(best)
    too_high = [
        needed
        for needed, kind in question.evidence.min_for_level.items()
        if needed <= level and EVIDENCE_KINDS.index(kind) > rank
    ]
    return max(min(too_high) - 1, 0) if too_high else level
