"""Signs of hesitation, as a list of flags with quotes. Their weight in the score is 0.

No study is known to us that delay or evasion predicts the quality of labels, so these are shown beside
the score, never in it. Delays are compared with this vendor's own median only; a form that comes back as
a file says nothing about time, and gives no delay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any, Literal

from vendoreval.questionnaires.answer_words import deferrals, hedges, pasted
from vendoreval.questionnaires.answers import Answer, history
from vendoreval.questionnaires.bank import Bank, Question
from vendoreval.questionnaires.business_hours import BusinessHours
from vendoreval.questionnaires.consistency import contradictions, quote
from vendoreval.questionnaires.promises import WORDS, claimed_figure, claimed_figures
from vendoreval.questionnaires.reviews import Review, clarity_codes

Severity = Literal["high", "medium", "low"]
KINDS = (
    "contradiction", "commitment_gap", "evidence", "revision", "clarification", "clarity", "call", "delay",
    "evidence_lag", "deferred", "pasted", "hedges",
)  # fmt: skip
# How a question was taken up in a live call, and which of these are signs.
CALLS: dict[str, tuple[Severity, str] | None] = {
    "call_answered": None,
    "call_looked_up": None,
    "call_handed_over": ("low", "Asked in a call, it was handed to somebody else."),
    "call_took_away": ("low", "Asked in a call, it was taken away."),
    "call_not_answered": ("medium", "Asked in a call, it was not answered."),
}
_ORDER: dict[str, int] = {"high": 0, "medium": 1, "low": 2}

DELAY_FACTOR = 3  # times the vendor's own median …
DELAY_DAYS = 2  # … and more than this many working days
MAX_ROUNDS = 2  # of clarification
MANY_PASTED = 3  # questions with one and the same text

# A figure in words that could be a term: "99.5 %", "within 5 days"; not "chapter 5".
_QUANTITY = re.compile(
    r"\d(?:[.,]\d+)?\s*(?:%|per\s?cent\b|(?:business |working )?(?:minutes?|hours?|days?|weeks?|months?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Contact:
    """One dated event with a vendor on one question.

    kind: asked, evidence_requested, evidence_received, evidence_refused, evidence_substituted (something
    else was sent), clarification, one of CALLS, vendor_comment (what the vendor says to a flag), shortlisted
    (question_id is empty).
    """

    kind: str
    question_id: str
    at: datetime
    quote: str = ""


@dataclass(frozen=True)
class Signal:
    """One flag; its kind is one of `KINDS`. `comment` is what the vendor says to flags on the question."""

    kind: str
    question_id: str
    severity: Severity
    what: str
    quote: str = ""
    comment: str = ""

    def to_json(self) -> dict[str, Any]:
        """The flag as plain JSON values; its weight in the score is always 0."""
        return {**{"question" if k == "question_id" else k: v for k, v in vars(self).items()}, "weight": 0}


def signals(
    bank: Bank,
    events: Sequence[Answer],
    contacts: Sequence[Contact] = (),
    reviews: Sequence[Review] = (),
    hours: BusinessHours | None = None,
) -> tuple[Signal, ...]:
    """All flags, the most severe first, then in the bank's order.

    `events` are all answer events, oldest first; `hours` the vendor's working hours (default: Monday to
    Friday, 9 to 17, UTC).
    """
    calendar = hours or BusinessHours()
    by_question = history(event for event in events if event.question_id in {q.id for q in bank.questions})
    current = {question: found[-1] for question, found in by_question.items()}
    found = [
        *_delays(bank, by_question, contacts, calendar),
        *_evidence(contacts, calendar),
        *_commitment_gaps(bank, current),
        *_clarifications(contacts),
        *_revisions(bank, by_question, contacts),
        *_contradictions(bank, current),
        *_clarity(reviews, current),
        *_calls(contacts),
        *_deferred(bank, current),
        *_pasted(bank, current),
        *_hedges(current),
    ]
    said = {one.question_id: one.quote for one in contacts if one.kind == "vendor_comment"}
    found = [replace(one, comment=said.get(one.question_id, "")) for one in found]
    place = {question.id: number for number, question in enumerate(bank.questions)}
    return tuple(
        sorted(found, key=lambda one: (_ORDER[one.severity], place.get(one.question_id, -1), one.kind))
    )


def _slow(lags: Mapping[str, float], calendar: BusinessHours) -> dict[str, str]:
    """Keys whose lag exceeds both the own median by the factor and the working days, with wording."""
    if not lags:
        return {}
    usual = median(lags.values())
    return {
        key: f"{lag / calendar.day:.1f} working days; this vendor's median is {usual / calendar.day:.1f}."
        for key, lag in lags.items()
        if lag > DELAY_FACTOR * usual and lag > DELAY_DAYS * calendar.day
    }


def _delays(
    bank: Bank,
    by_question: Mapping[str, Sequence[Answer]],
    contacts: Iterable[Contact],
    calendar: BusinessHours,
) -> Iterable[Signal]:
    asked = {contact.question_id: contact.at for contact in reversed(list(contacts)) if contact.kind == "asked"}
    by_type: dict[str, dict[str, float]] = {}
    for question in bank.questions:
        first = next(iter(by_question.get(question.id, ())), None)
        saved = (first.first_saved_at or first.answered_at) if first else None
        if first and saved and first.channel != "form" and question.id in asked:
            lag = calendar.between(asked[question.id], saved)
            by_type.setdefault(question.type, {})[question.id] = lag
    for lags in by_type.values():
        for question_id, words in _slow(lags, calendar).items():
            yield Signal(
                "delay", question_id, "low", f"Answered after {words}", quote(by_question[question_id][0])
            )


def _evidence(contacts: Sequence[Contact], calendar: BusinessHours) -> Iterable[Signal]:
    requested: dict[str, datetime] = {}
    lags: dict[str, float] = {}
    for contact in contacts:
        if contact.kind == "evidence_requested":
            requested.setdefault(contact.question_id, contact.at)
        elif contact.kind == "evidence_received" and contact.question_id in requested:
            lags.setdefault(contact.question_id, calendar.between(requested[contact.question_id], contact.at))
        elif contact.kind == "evidence_refused":
            yield Signal("evidence", contact.question_id, "high", "Evidence was refused.", contact.quote)
        elif contact.kind == "evidence_substituted":
            yield Signal("evidence", contact.question_id, "medium", "Something else was sent.", contact.quote)
    for question_id, words in _slow(lags, calendar).items():
        yield Signal("evidence_lag", question_id, "low", f"Evidence came after {words}")


def _commitment_gaps(bank: Bank, current: Mapping[str, Answer]) -> Iterable[Signal]:
    for question in bank.questions:
        answer = current.get(question.id)
        if question.type != "commit" or not answer or answer.commitment not in ("no", "changes"):
            continue
        if not (any(sign.isdigit() for sign in answer.value) or _QUANTITY.search(answer.text)):
            continue
        refused = answer.commitment == "no"
        what = (
            "Gives a figure and will not put it in the contract."
            if refused
            else "Gives a figure, with changes."
        )
        yield Signal("commitment_gap", question.id, "high" if refused else "medium", what, quote(answer))


def _clarifications(contacts: Sequence[Contact]) -> Iterable[Signal]:
    rounds: dict[str, list[Contact]] = {}
    for contact in contacts:
        if contact.kind == "clarification":
            rounds.setdefault(contact.question_id, []).append(contact)
    for question_id, found in rounds.items():
        if len(found) > MAX_ROUNDS:
            what = f"It took {len(found)} rounds to learn what is meant."
            yield Signal("clarification", question_id, "medium", what, found[-1].quote)


def _revisions(
    bank: Bank, by_question: Mapping[str, Sequence[Answer]], contacts: Iterable[Contact]
) -> Iterable[Signal]:
    shortlisted = min((contact.at for contact in contacts if contact.kind == "shortlisted"), default=None)
    for question in bank.questions:
        for before, after in pairwise(by_question.get(question.id, ())):
            weaker = _weakened(question, before, after)
            late = shortlisted and after.answered_at and after.answered_at > shortlisted
            change = f"{quote(before)} → {quote(after)}"
            if weaker and question.min_level is not None and late:
                what = f"A knock-out answer was weakened after shortlisting: {weaker}."
                yield Signal("revision", question.id, "high", what, change)
            elif weaker:
                yield Signal("revision", question.id, "medium", f"The answer was weakened: {weaker}.", change)
            elif _raised(before, after) and set(after.evidence) <= set(before.evidence):
                what = "The level was raised without new evidence."
                yield Signal("revision", question.id, "low", what, change)


def _raised(before: Answer, after: Answer) -> bool:
    return before.level is not None and (after.level or 0) > before.level


_FIRM = {"yes": 2, "changes": 1, "no": 0, None: 0}  # how firmly something is promised


def _weakened(question: Question, before: Answer, after: Answer) -> str:
    """What a later answer takes back: a level, the promise to make it a term, or part of a figure."""
    if before.level is not None and (after.level or 0) < before.level:
        return f"level {before.level} became {after.level if after.level is not None else after.state}"
    if question.type == "commit" and _FIRM[after.commitment] < _FIRM[before.commitment]:
        return "it is no longer offered as a term, or only with changes"
    first, then = claimed_figure(question, before), claimed_figure(question, after)
    better = WORDS.get(question.promise or "", ("", None))[1]
    if first is None or better is None or then == first:
        return ""
    if then is None:
        return "the figure was taken back" if not after.value.strip() else ""
    less = then < first if better == "more" else then > first
    return f"the figure went from {first:g} to {then:g}" if less else ""


def _contradictions(bank: Bank, current: Mapping[str, Answer]) -> Iterable[Signal]:
    for found in contradictions(bank.rules, current, claimed_figures(bank, current)):
        quotes = "; ".join(f"{question}: {text}" for question, text in found.quotes)
        yield Signal("contradiction", found.quotes[0][0], "high", found.says, quotes)


def _clarity(reviews: Iterable[Review], current: Mapping[str, Answer]) -> Iterable[Signal]:
    """Codes count only where at least two reviewers coded, and all of them say it was not clear."""
    for question_id, by_reviewer in clarity_codes(reviews).items():
        found = set(by_reviewer.values())
        if len(by_reviewer) > 1 and "clear" not in found:
            what = (
                "No reply, say all reviewers."
                if found == {"non_reply"}
                else "Not a clear reply, say all reviewers."
            )
            said = quote(current[question_id]) if question_id in current else ""
            yield Signal("clarity", question_id, "medium", what, said)


def _calls(contacts: Iterable[Contact]) -> Iterable[Signal]:
    """How each question was taken up in the last call about it."""
    for contact in {one.question_id: one for one in contacts if one.kind in CALLS}.values():
        sign = CALLS[contact.kind]
        if sign:
            yield Signal("call", contact.question_id, sign[0], sign[1], contact.quote)


def _deferred(bank: Bank, current: Mapping[str, Answer]) -> Iterable[Signal]:
    """Answers that are put off; those that should become a term, or are knock-outs, weigh more."""
    for question in bank.questions:
        answer = current.get(question.id)
        found = deferrals(" ; ".join((answer.value, answer.text, answer.note))) if answer else ()
        if answer and found:
            binding = question.type == "commit" or question.min_level is not None
            what = f"The answer is put off: {', '.join(found)}."
            yield Signal("deferred", question.id, "medium" if binding else "low", what, quote(answer))


def _pasted(bank: Bank, current: Mapping[str, Answer]) -> Iterable[Signal]:
    """One flag for each text that answers several questions, at the first of them."""
    texts = {one.id: current[one.id].text for one in bank.questions if one.id in current}
    for group in pasted(texts):
        what = f"The same text answers {len(group)} questions: {', '.join(group)}."
        said = " ".join(texts[group[0]].split())
        yield Signal("pasted", group[0], "medium" if len(group) >= MANY_PASTED else "low", what, said)


def _hedges(current: Mapping[str, Answer]) -> Iterable[Signal]:
    for question_id, answer in current.items():
        found = hedges(answer.text)
        if found:
            what = f"Hedging words: {', '.join(found)}."
            yield Signal("hedges", question_id, "low", what, " ".join(answer.text.split()))
