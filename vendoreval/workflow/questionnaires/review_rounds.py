"""Rounds of reviews as they are stored, and what they make of a vendor's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vendoreval.questionnaires.answers import Answer, fold, says_the_same
from vendoreval.questionnaires.bank import Bank
from vendoreval.questionnaires.reviews import (
    Clarity,
    Consensus,
    Moderation,
    Review,
    consensus,
    with_reviewed_levels,
)
from vendoreval.store.questionnaire_tables import ModerationRow, ReviewRow, RoundRow
from vendoreval.store.transactions import Reader
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.questionnaires.answer_log import given_answers

_CLARITY: dict[str, Clarity] = {"clear": "clear", "ambivalent": "ambivalent", "non_reply": "non_reply"}


@dataclass(frozen=True)
class Round:
    """One round of reviews of one vendor's answers."""

    row: RoundRow
    reviews: tuple[Review, ...]
    moderations: tuple[Moderation, ...]

    @property
    def closed(self) -> bool:
        return self.row.closed_at is not None

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Everybody who gave a level, by name."""
        return tuple(sorted({review.reviewer for review in self.reviews}))

    def consensus(self) -> dict[str, Consensus]:
        """What the reviewers made of each question, moderations included."""
        return consensus(self.reviews, self.moderations)


def last_round(workspace: Workspace, vendor: str, bank: Bank, *, closed: bool = False) -> Round | None:
    """The newest round of a vendor's answers to this version of the bank, open or closed; or the newest that is
    closed, whose levels count until a later one is."""
    with workspace.read() as reader:
        row = round_row(reader, vendor, bank, closed=closed)
        if row is None:
            return None
        reviews = reader.all(ReviewRow, round_seq=row.seq)
        settled = reader.all(ModerationRow, round_seq=row.seq)
        given = given_answers(reader, vendor, bank)
    current = fold(answer for _, answer in given)

    def outdated(question: str, at: datetime) -> bool:
        """Whether the answer that was there at a moment is no longer the current one."""
        then = fold(answer for when, answer in given if when <= at and answer.question_id == question)
        return question in then and not says_the_same(then[question], current[question])

    return Round(
        row,
        tuple(
            Review(
                r.question_id, r.reviewer, r.level, _CLARITY[r.clarity] if r.clarity else None, r.rationale,
                r.reviewed_at, outdated(r.question_id, r.reviewed_at),
            )
            for r in reviews
        ),
        tuple(
            Moderation(
                m.question_id, m.level, m.rationale, m.person, m.moderated_at,
                outdated(m.question_id, m.moderated_at),
            )
            for m in settled
        ),
    )  # fmt: skip


def round_row(reader: Reader, vendor: str, bank: Bank, *, closed: bool = False) -> RoundRow | None:
    """The row of the newest round, or of the newest that is closed."""
    rows = reader.all(RoundRow, vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version)
    return next((row for row in reversed(rows) if row.closed_at or not closed), None)


def reviewed(
    answers: Mapping[str, Answer], found: Round | None, newest: Round | None
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """The answers with the levels of the last closed round, and notes that say whose levels they are.

    `newest` is the newest round, which may be open. Raises Conflict while a moderation is needed.
    """
    waiting: tuple[str, ...] = ()
    if newest and not newest.closed:
        waiting = (f"A review by {', '.join(newest.reviewers)} is open; the levels are those before it.",)
    if found is None:
        own = "The levels are the vendor’s own or those that were recorded with the answers."
        return dict(answers), waiting or (own,)
    names = ", ".join(found.reviewers)
    settled = found.consensus()
    moderated = sum(one.state == "moderated" for one in settled.values())
    anew = [question for question, one in settled.items() if one.outdated and question in answers]
    since = (
        f"Answered anew since the review: {', '.join(anew)}; the lower level counts until it is judged again.",
    )
    blind = ", blind to each other" if len(found.reviewers) > 1 else ""
    told = f"Levels of {len(settled)} answers were set by {names}{blind}, {moderated} of them by moderation."
    return with_reviewed_levels(answers, settled), (told, *(since if anew else ()), *waiting)
