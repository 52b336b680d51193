"""The questionnaire of one vendor: scores, promises, every answer by section, questions for the interview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vendoreval.evidence.canonical import canonical
from vendoreval.questionnaires.answers import Answer, Piece
from vendoreval.questionnaires.assessment import Assessment, QuestionScore, SectionScore, Waiver
from vendoreval.questionnaires.bank import MAX_LEVEL, Bank, Question
from vendoreval.questionnaires.promises import Promise
from vendoreval.questionnaires.reviews import Agreement, Consensus
from vendoreval.questionnaires.signals import Signal
from vendoreval.questionnaires.worth import COMMITMENT_CEILING, PilotFinding
from vendoreval.reports import parts
from vendoreval.reports.charts.sections import Sections
from vendoreval.reports.facts import Facts
from vendoreval.reports.first_page import answers
from vendoreval.reports.parts import Plain
from vendoreval.reports.promise_parts import COMMITMENTS, promise_rows, standings, tempered
from vendoreval.reports.report import Attached, Report
from vendoreval.reports.scorecard_view import points, section_bar
from vendoreval.reports.wording import count, day, joined, percent

_STATUS = {
    "eligible": ("kept", "✓", "Eligible"),
    "waived": ("inconclusive", "?", "Eligible by waiver"),
    "not eligible": ("breached", "✕", "Not eligible"),
}
_STATES = {
    "unanswered": "Not answered",
    "declined": "Declined to answer",
    "na": "Called not applicable",
    "unknown": "Said not to know",
}
_IMPORTANCE = {"critical": 0, "standard": 1, "minor": 2, "info": 3}


@dataclass(frozen=True)
class Told:
    """All that is known of one vendor's answers. `dates` are sentences on forms sent and returned."""

    bank: Bank
    answers: Mapping[str, Answer]
    assessment: Assessment
    pieces: tuple[Piece, ...] = ()
    promises: tuple[Promise, ...] = ()
    signals: tuple[Signal, ...] = ()
    consensus: tuple[Consensus, ...] = ()
    agreement: Agreement | None = None
    dates: tuple[str, ...] = ()


def questionnaire_view(told: Told, facts: Facts) -> Report:
    """The report of one vendor's questionnaire; pure."""
    found = told.assessment
    key, symbol, word = _STATUS[found.status]
    status = {"key": key, "symbol": symbol, "word": word}
    files = (Attached("questionnaire.json", _record(told), "Answers and scores, machine-readable", "Source"),)
    view = {
        "schema": "vendoreval/questionnaire_report/1",
        **parts.head(facts.vendor, "Questionnaire", f"{told.bank.id} {told.bank.version}", facts),
        "verdict": tempered(status, told.promises),
        "headline": _headline(found, judged=bool(told.consensus)),
        "figures": _figures(found),
        "answers": _answers(told),
        "bank": told.bank.title,
        "dates": list(told.dates),
        "notes": list(found.notes),
        "chart": Sections(
            "Scores by section", tuple(section_bar(one) for one in found.sections if one.claimed is not None),
            "as reviewers judge it" if told.consensus else "claimed by the vendor",
        ),
        "knock_outs": _knock_outs(told),
        "promises": promise_rows(told.promises),
        "promised": standings(told.promises),
        "sections": [_section(told, section) for section in found.sections],
        "follow_ups": _follow_ups(told),
        "signals": [_signal(signal) for signal in told.signals],
        "reviews": _reviews(told),
        "integrity": parts.integrity(facts, files)
        | {"hashes": [
            {"what": "Text of the questionnaire", "sha256": found.template},
            {"what": "Weights, as frozen", "sha256": found.weights},
            *facts.hashes.named(),
        ]},
    }  # fmt: skip
    return Report("questionnaire", facts.printed, view, files)


def _record(told: Told) -> bytes:
    return canonical(
        {
            "schema": "vendoreval/questionnaire_answers/1",
            "assessment": told.assessment.to_json(),
            "answers": [told.answers[q.id].to_json() for q in told.bank.questions if q.id in told.answers],
            "evidence": [piece.to_json() for piece in told.pieces],
            "promises": [promise.to_json() for promise in told.promises],
            "signals": [signal.to_json() for signal in told.signals],
        }
    )


def _headline(found: Assessment, *, judged: bool) -> str:
    failed = [one for one in found.knock_outs if one.waiver is None]
    if failed:
        names = joined(one.question_id for one in failed)
        start = f"{count(len(failed), 'knock-out')} not passed: {names}. "
    else:
        start = "All knock-outs are passed or waived. " if found.knock_outs else "All knock-outs are passed. "
    rank = "" if found.ranked else " The vendor is not ranked."
    who = "As reviewers judge it, the vendor describes" if judged else "The vendor claims"
    return (
        f"{start}{who} {points(found.claimed)} of all points; {points(found.evidenced)} are shown by "
        f"evidence.{rank}"
    )


def _figures(found: Assessment) -> list[Plain]:
    return [
        {"label": "Shown by evidence", "value": points(found.evidenced), "note": "of all points"},
        {"label": "Claimed", "value": points(found.claimed), "note": f"gap {found.gap:.0f} points"},
        {"label": "Answered", "value": points(found.coverage), "note": "of the questions’ weight"},
        {"label": "Red flags", "value": f"{len(found.flags)}", "note": "listed with their questions"},
    ]


def _answers(told: Told) -> list[list[str]]:
    found = told.assessment
    whose = "levels as reviewers judge them" if told.consensus else "the vendor’s own levels"
    ask = [one["question"] for one in _follow_ups(told)]
    asked = f"{count(len(ask), 'question')} for the interview, first {joined(ask[:3])}." if ask else "Nothing."
    waived = [one for one in found.knock_outs if one.waiver]
    until = [
        f"The waiver of {one.question_id} ends on {day(one.waiver.expires)}." for one in waived if one.waiver
    ]
    signs = count(len(told.signals), "sign") + " of hesitation, which count for nothing"
    return answers(
        f"These are {whose}; {points(found.evidenced)} of all points are shown by evidence. "
        f"{standings(told.promises)}",
        asked,
        " ".join([*told.dates, *until]) or "No date is set.",
        f"{_failed(found)}; {count(len(found.flags), 'red flag')}; {signs}.",
    )


def _failed(found: Assessment) -> str:
    if not found.knock_outs:
        return "No knock-out failed"
    waived = sum(one.waiver is not None for one in found.knock_outs)
    return (
        count(len(found.knock_outs), "knock-out")
        + " failed"
        + (f", {waived:,} of them waived" if waived else "")
    )


def _knock_outs(told: Told) -> list[Plain]:
    return [
        {
            "question": failed.question_id,
            "text": told.bank.question(failed.question_id).text,
            "level": str(failed).partition(": ")[2],
            "waiver": _waived(failed.waiver) if failed.waiver else "",
        }
        for failed in told.assessment.knock_outs
    ]


def _waived(waiver: Waiver) -> str:
    return f"Waived by {waiver.person} until {day(waiver.expires)}: {waiver.reason}"


def _section(told: Told, section: SectionScore) -> Plain:
    scores = [one for one in told.assessment.questions if one.section == section.id]
    asked = [one for one in scores if one.applies and one.state not in ("unanswered", "not asked")]
    idle = [one.question_id for one in scores if one.applies and one.state == "not asked"]
    silent = [one.question_id for one in scores if one.applies and one.state == "unanswered"]
    out = [one.question_id for one in scores if not one.applies]
    return {
        "id": section.id,
        "title": f"{section.id}  {section.title}",
        "summary": f"Weight {section.weight} of 100; {points(section.evidenced)} shown of "
        f"{points(section.claimed)} claimed.",
        "capped": f"Capped by {joined(section.capped_by)}." if section.capped_by else "",
        "questions": [_question(told, one) for one in asked],
        "idle": f"Not asked, since an earlier answer leaves nothing to ask: {joined(idle)}." if idle else "",
        "open": f"Not answered: {joined(silent)}." if silent else "",
        "out": f"Not applicable to this project: {joined(out)}." if out else "",
    }


def _question(told: Told, score: QuestionScore) -> Plain:
    question, answer = told.bank.question(score.question_id), told.answers[score.question_id]
    failed = any(one.question_id == question.id for one in told.assessment.knock_outs)
    return {
        "id": question.id,
        "text": question.text,
        "weight": question.importance + (", knock-out" if question.min_level is not None else ""),
        "failed": failed,
        "cells": ["shown" if n <= score.evidenced_level else "said" if n <= score.level else ""
                  for n in range(1, MAX_LEVEL + 1)],
        "levels": _levels(score),
        "anchor": "" if score.state != "answered" or answer.level is None else question.levels[score.level],
        "lines": [line for line in _lines(told, question, answer, score) if line[1]],
        "flags": [flag.what for flag in told.assessment.flags if flag.question_id == question.id],
    }  # fmt: skip


def _levels(score: QuestionScore) -> str:
    if score.state != "answered":
        return _STATES[score.state]
    return f"level {score.level}, shown {score.evidenced_level}"


def _tried(pilot: PilotFinding | None) -> str:
    """What the latest pilot showed of a claim."""
    if pilot is None:
        return ""
    words = {True: "borne out", False: f"level {pilot.ceiling} at most", None: "left open"}[pilot.held]
    return f"{pilot.source} of {day(pilot.dated)}: {words}. {pilot.because}"


def _lines(told: Told, question: Question, answer: Answer, score: QuestionScore) -> list[tuple[str, str]]:
    """What was said, as pairs of a word and a text; empty texts are left out by the caller."""
    unit = f" ({question.unit})" if question.unit else ""
    terms = COMMITMENTS[answer.commitment] if question.type == "commit" else ""
    if terms and answer.level is not None and answer.level > COMMITMENT_CEILING[answer.commitment]:
        terms += f", so that level {answer.level} as said does not count in full"
    return [
        ("In words", f"“{_one_line(answer.text)}”" if answer.text else ""),
        ("Figure", f"{answer.value}{unit}" if answer.value else ""),
        ("Commitment", terms if answer.state == "answered" else ""),
        ("Reason", answer.na_reason + (" (approved)" if answer.na_approved else "")),
        ("Remark", _one_line(answer.note)),
        ("Pilot", _tried(score.pilot)),
        ("Evidence", "; ".join(_piece(one) for one in told.pieces if one.question_id == question.id)),
        (
            "Reviewers",
            _settled(answer, next((c for c in told.consensus if c.question_id == question.id), None)),
        ),
        ("Recorded", _recorded(answer)),
    ]


def _piece(piece: Piece) -> str:
    item = piece.item
    words = [f"{item.name} ({item.kind})", f"rejected: {item.rejected}" if item.rejected else piece.state]
    if item.seen_by:
        words[1] = f"seen by {item.seen_by}"
    if item.dated:
        words.append(f"of {day(item.dated)}")
    if piece.until:
        words.append(f"{'was ' if piece.outdated else ''}valid until {day(piece.until)}")
    return ", ".join(words)


def _settled(answer: Answer, found: Consensus | None) -> str:
    if found is None:
        return ""
    given = ", ".join(
        [
            f"the vendor {'no level' if answer.level is None else answer.level}",
            *(f"{name} {level}" for name, level in found.levels),
        ]
    )
    counts = "to be moderated" if found.level is None else f"level {found.level} counts"
    if found.outdated and found.level is not None:
        counts = f"level {found.level} for an earlier answer; the lower level counts"
    return f"{given}; {counts}{f': {_one_line(found.rationale)}' if found.rationale else ''}"


def _recorded(answer: Answer) -> str:
    how = {"form": "XLSX form", "html": "HTML form", "cli": "recorded by the buyer"}.get(
        answer.channel, answer.channel
    )
    return ", ".join(part for part in (day(answer.answered_at), how, answer.actor) if part and part != "–")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _follow_ups(told: Told) -> list[Plain]:
    """Questions for the interview, critical ones first, otherwise in the bank's order."""
    order = {q.id: (_IMPORTANCE[q.importance], n) for n, q in enumerate(told.bank.questions)}
    ordered = sorted(told.assessment.follow_ups, key=lambda one: order[one.question_id])
    return [
        {"question": one.question_id, "ask": one.ask, "why": ", ".join(one.reasons)} for one in ordered
    ]  # fmt: skip


def _signal(signal: Signal) -> Plain:
    return {
        "sign": signal.kind.replace("_", " "),
        "question": signal.question_id,
        "severity": signal.severity,
        "what": signal.what,
        "quote": _one_line(signal.quote),
        "comment": _one_line(signal.comment),
    }


def _reviews(told: Told) -> str:
    """How far the reviewers agree, in one sentence; empty where there was no review."""
    found = told.agreement
    if found is None or found.exact is None or found.within_one is None:
        return ""
    alpha = "is undefined" if found.alpha is None else f"is {found.alpha:.2f}"
    return (
        f"{count(found.questions, 'question')} were judged twice or more. {percent(found.exact, digits=0)} "
        f"of the pairs gave the same level, {percent(found.within_one, digits=0)} levels at most one apart; "
        f"Krippendorff’s alpha {alpha}."
    )
