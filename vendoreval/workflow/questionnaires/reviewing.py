"""Several people judge a vendor's answers, blind to each other; then the round is closed and settled."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendoreval.errors import Conflict, NotFound, UsageError
from vendoreval.formats.forms.review_sheet import read_review_sheet, write_review_sheet
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import Bank, weights_hash
from vendoreval.questionnaires.reviews import (
    Agreement,
    Consensus,
    Review,
    clarity_agreement,
    level_agreement,
    visible_to,
)
from vendoreval.store.questionnaire_tables import ModerationRow, ReviewRow, RoundRow
from vendoreval.store.tables import VendorRow
from vendoreval.store.transactions import Transaction
from vendoreval.store.workspace import Workspace
from vendoreval.workflow.context import actor, now
from vendoreval.workflow.files import write_whole
from vendoreval.workflow.questionnaires.judging import require_frozen, stated_facts
from vendoreval.workflow.questionnaires.questionnaires import current_answers
from vendoreval.workflow.questionnaires.review_rounds import Round, last_round, round_row


@dataclass(frozen=True)
class Shown:
    """What a person may see of a round (record `vendoreval/review/1`).

    While it is open, `reviews` holds the asking reviewer's own and there is no consensus.
    """

    vendor: str
    closed: bool
    weights: str
    judged: dict[str, int]  # reviewer -> questions judged
    to_judge: int
    reviews: tuple[Review, ...]
    consensus: tuple[Consensus, ...]
    agreement: Agreement | None
    clarity_alpha: float | None

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "vendoreval/review/1",
            "vendor": self.vendor,
            "closed": self.closed,
            "weights_sha256": self.weights,
            "questions": self.to_judge,
            "reviewers": [{"reviewer": name, "judged": n} for name, n in self.judged.items()],
            "reviews": [
                {
                    "question": r.question_id, "reviewer": r.reviewer, "level": r.level, "clarity": r.clarity,
                    "rationale": r.rationale, "at": r.at.isoformat() if r.at else None,
                }
                for r in self.reviews
            ],
            "consensus": [
                {
                    "question": c.question_id, "levels": dict(c.levels), "spread": c.spread, "state": c.state,
                    "level": c.level, "rationale": c.rationale, "outdated": c.outdated,
                }
                for c in self.consensus
            ],
            "agreement": vars(self.agreement) if self.agreement else None,
            "clarity_alpha": self.clarity_alpha,
        }  # fmt: skip


def answered(workspace: Workspace, vendor: str, bank: Bank) -> dict[str, Answer]:
    """Answers that can be judged, by question in the bank's order; not to questions that left the score."""
    current, facts = current_answers(workspace, vendor, bank), stated_facts(workspace, bank)
    return {
        q.id: current[q.id]
        for q in bank.questions
        if q.id in current and current[q.id].state == "answered" and facts.get(q.applies_if or "", True)
    }


def own_reviews(workspace: Workspace, vendor: str, bank: Bank, reviewer: str) -> dict[str, Review]:
    """What a reviewer has judged in the open round, by question; not where the vendor answered anew since."""
    found = last_round(workspace, vendor, bank)
    if found is None or found.closed:
        return {}
    own = {one.question_id: one for one in visible_to(reviewer, found.reviews, closed=False)}
    return {question: one for question, one in own.items() if not one.outdated}


def record_reviews(
    workspace: Workspace, vendor: str, bank: Bank, reviews: Sequence[Review], *, new_round: bool = False
) -> None:
    """Record judgements, opening a round with the first one.

    Raises NotFound; UsageError for a question that the vendor did not answer; Conflict when the weights
    are not the frozen ones or the round is closed (`new_round` opens another).
    """
    require_frozen(workspace, bank)
    known, ids = answered(workspace, vendor, bank), tuple(q.id for q in bank.questions)
    for review in reviews:
        if review.question_id not in ids:
            raise NotFound("question", review.question_id, ids)
        if review.question_id not in known:
            raise UsageError(
                f"{vendor} did not answer {review.question_id}, and a reviewer cannot answer for a vendor."
            )
        if not review.reviewer.strip():
            raise UsageError("A review needs its reviewer.", remedy="Name the person with --reviewer.")
    at = now()
    with workspace.write(actor(), at) as tx:
        row = _open(tx, vendor, bank, new_round)
        for review in reviews:
            tx.add(
                ReviewRow(
                    round_seq=row.seq or 0, question_id=review.question_id, reviewer=review.reviewer.strip(),
                    level=review.level, clarity=review.clarity, rationale=review.rationale, reviewed_at=at,
                )
            )  # fmt: skip
        names = sorted({review.reviewer.strip() for review in reviews})
        tx.event(
            "questionnaire.reviewed", vendor, {"round": row.seq, "reviewers": names, "levels": len(reviews)}
        )


def _open(tx: Transaction, vendor: str, bank: Bank, new_round: bool) -> RoundRow:
    tx.require(VendorRow, vendor, "vendor")
    row = round_row(tx, vendor, bank)
    if row is not None and row.closed_at is None:
        return row
    if row is not None and not new_round:
        raise Conflict(
            f"The review of {vendor} was closed on {row.closed_at:%Y-%m-%d}.",
            remedy="Settle levels with `questionnaire moderate`, or review anew with --new-round.",
        )
    return tx.add(
        RoundRow(
            vendor_id=vendor, questionnaire_id=bank.id, questionnaire_version=bank.version,
            weights_sha=weights_hash(bank), opened_at=now(),
        )
    )  # fmt: skip


def write_sheet(workspace: Workspace, vendor: str, bank: Bank, reviewer: str, out: Path) -> int:
    """Write a reviewer's XLSX sheet; returns how many questions it asks to judge."""
    require_frozen(workspace, bank)
    answers = answered(workspace, vendor, bank)
    if not answers:
        raise Conflict(f"{vendor} has not answered anything yet.", remedy="Import its form first.")
    buffer = io.BytesIO()
    own = own_reviews(workspace, vendor, bank, reviewer).values()
    write_review_sheet(
        bank, buffer, vendor=vendor, reviewer=reviewer, answers=answers, own=own, created=now()
    )  # fmt: skip
    write_whole(out, buffer.getvalue())
    return len(answers)


def import_sheet(
    workspace: Workspace, vendor: str, bank: Bank, reviewer: str, path: Path, *, new_round: bool = False
) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """Take a filled sheet in; returns how many judgements are new, the questions left open, and those that
    the vendor answered anew since the sheet was written."""
    reviews, left, anew = read_review_sheet(
        path, bank, vendor=vendor, reviewer=reviewer, answers=answered(workspace, vendor, bank)
    )
    own = own_reviews(workspace, vendor, bank, reviewer)
    fresh = [one for one in reviews if _said(one) != _said(own.get(one.question_id))]
    if fresh:
        record_reviews(workspace, vendor, bank, fresh, new_round=new_round)
    return len(fresh), left, anew


def _said(review: Review | None) -> tuple[object, ...]:
    return () if review is None else (review.level, review.clarity, review.rationale)


def close_round(workspace: Workspace, vendor: str, bank: Bank, *, unfinished: bool = False) -> Shown:
    """Close the open round: from now on everybody sees all levels, and no more can be added.

    Raises Conflict when there is no open round, or a reviewer has not judged every answered question
    (`unfinished` closes all the same).
    """
    found = last_round(workspace, vendor, bank)
    if found is None or found.closed:
        raise Conflict(f"There is no open review of {vendor}.")
    shown = show_round(workspace, vendor, bank)
    short = [f"{name} {shown.to_judge - n}" for name, n in shown.judged.items() if n < shown.to_judge]
    if short and not unfinished:
        raise Conflict(
            f"Of {shown.to_judge} questions some are not judged yet: {', '.join(short)}.",
            remedy="Let them finish, or close with --unfinished.",
        )
    at = now()
    with workspace.write(actor(), at) as tx:
        tx.update(found.row, closed_at=at)
        tx.event("questionnaire.review_closed", vendor, {"round": found.row.seq, "open": short})
    return show_round(workspace, vendor, bank)


def moderate(
    workspace: Workspace, vendor: str, bank: Bank, question: str, level: int, rationale: str, person: str = ""
) -> None:
    """Settle the level of a question after the round is closed, with a written reason.

    Raises Conflict while the round is open, NotFound for a question nobody reviewed, UsageError without
    a reason.
    """
    found = _closed(workspace, vendor, bank)
    known = tuple(found.consensus())
    if question not in known:
        raise NotFound("reviewed question", question, known)
    if not rationale.strip():
        raise UsageError("A moderation needs a reason.", remedy="Give it with --rationale.")
    at, who = now(), person.strip() or actor()
    with workspace.write(actor(), at) as tx:
        tx.add(
            ModerationRow(
                round_seq=found.row.seq or 0, question_id=question, level=level, rationale=rationale.strip(),
                person=who, moderated_at=at,
            )
        )  # fmt: skip
        tx.event("questionnaire.moderated", vendor, {"question": question, "level": level, "person": who})


def _closed(workspace: Workspace, vendor: str, bank: Bank) -> Round:
    found = last_round(workspace, vendor, bank)
    if found is None or not found.closed:
        raise Conflict(
            f"The review of {vendor} is not closed.",
            remedy="Close it first: vendoreval questionnaire review VENDOR --close",
        )
    return found


def show_round(workspace: Workspace, vendor: str, bank: Bank, reviewer: str = "") -> Shown:
    """What `reviewer` (or nobody in particular) may see of the newest round; raises NotFound."""
    to_judge = answered(workspace, vendor, bank)
    found = last_round(workspace, vendor, bank)
    if found is None:
        return Shown(vendor, False, weights_hash(bank), {}, len(to_judge), (), (), None, None)
    judged = {
        name: len(
            {r.question_id for r in found.reviews if r.reviewer == name and not r.outdated} & to_judge.keys()
        )
        for name in found.reviewers
    }
    seen = visible_to(reviewer, found.reviews, found.closed)
    order = {question.id: number for number, question in enumerate(bank.questions)}
    settled = sorted(found.consensus().values(), key=lambda one: order[one.question_id]) if found.closed else []
    return Shown(
        vendor, found.closed, found.row.weights_sha, judged, len(to_judge), seen, tuple(settled),
        level_agreement(found.reviews) if found.closed else None,
        clarity_agreement(found.reviews) if found.closed else None,
    )  # fmt: skip
