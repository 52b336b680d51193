"""From answers to an assessment: claimed and evidenced scores, coverage, knock-outs, flags.

The rules, in the order in which they are applied (exact arithmetic; floats only in the result):

1. A question applies unless the buyer stated that its `applies_if` fact is false, or approved an
   N/A. An N/A that nobody approved stays in the denominator and scores 0, so it gains nothing.
   A question may presuppose that another one reaches a level, and counts 0 until it does. Where that one
   was answered lower there is nothing to ask, and the question counts as answered. So neither a low answer
   nor none excuses from anything.
2. Level L is 0–4, its score s = L/4. Unanswered, declined, unknown and unapproved N/A count 0. To a
   question of type "commit", a commitment "no" lets an answer count at most 1, "changes" at most 3:
   words outside the contract are not a promise.
3. Evidence has a strength ε by the kind of the best valid piece: none 0.4, document 0.7, live demo
   or sample of real work 0.85, independent 0.9, measured by a pilot or audit 1.0. A piece that has
   expired or is older than `max_age_days` on `as_of` counts as none, and so does a piece that was
   named and is not here.
4. In the evidenced score a level counts at most the highest level that its evidence supports: the
   highest l ≤ L such that no level up to l asks (`min_for_level`) for a stronger kind. Claiming more
   than one can show therefore never lowers the evidenced score, and never raises it either. The
   level that an audit gave takes L's place where it is lower.
   The latest pilot bears a claim out: then what supports it counts fully (ε = 1), and no higher level
   than evidence supports. Or it contradicts the claim: then a ceiling holds, whatever the claim or its
   evidence, until the next pilot, and nothing is gained. It is held against the answers as they are
   when they are scored, so that answering later, or lower, or not at all, evades nothing.
5. A section's score is Σ w·s / Σ w (claimed) or Σ w·s·ε / Σ w (evidenced) over its applicable
   questions; a failed cap limits both to its per cent. The total is the mean of the section
   scores by section weight, over the sections that the mode asks. Adding a question therefore never
   shifts another section.
6. Coverage is answered weight / applicable weight (question weights). Below 90 % there is no rank.
7. A knock-out fails when the level as in 2, an audit's level or the pilot's ceiling is below its minimum; no
   score mends it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.assessment import (
    Assessment,
    KnockOut,
    QuestionScore,
    SectionScore,
    Status,
    Waiver,
)
from vendoreval.questionnaires.bank import (
    Bank,
    Mode,
    Section,
    template_hash,
    weights_hash,
)
from vendoreval.questionnaires.flags import flags, follow_up, why_low
from vendoreval.questionnaires.worth import NO_PILOT, STRENGTH, Judged, PilotFinding, judge_all

MIN_COVERAGE = Fraction(9, 10)


def score(
    bank: Bank,
    answers: Mapping[str, Answer],
    mode: Mode = "full",
    *,
    facts: Mapping[str, bool] | None = None,
    waivers: Iterable[Waiver] = (),
    as_of: date | None = None,
    stored: Collection[str] | None = None,
    pilot: Mapping[str, PilotFinding] = NO_PILOT,
    unclear: Collection[str] = (),
) -> Assessment:
    """Score current answers (see `answers.fold`) by the rules at the head of this module.

    `facts` are the buyer's statements on the project for `applies_if`; a fact nobody stated counts
    as true, so that silence removes no question. `as_of` is the day on which evidence and waivers
    must still be valid; None looks at no dates. `stored` are the SHA-256 of the evidence files that
    arrived; None looks at no files. `pilot` is what the latest pilot showed, by question; `unclear` are
    questions whose reply no reviewer called clear. Answers to questions the mode does not ask are ignored.
    """
    judged = judge_all(bank.asked(mode), answers, facts or {}, as_of, stored, pilot)
    scored = [
        _section(section, [one for one in judged if one.question.section == section.id])
        for section in bank.sections_of(mode)
    ]
    weight = sum(section.weight for section in scored if section.claimed is not None)
    claimed = _mean([(section.weight, section.claimed) for section in scored])
    evidenced = _mean([(section.weight, section.evidenced) for section in scored])
    coverage = _coverage(judged)
    knock_outs = _knock_outs(judged, {waiver.question_id: waiver for waiver in waivers}, as_of)
    status = _status(knock_outs)
    return Assessment(
        bank=bank.id,
        version=bank.version,
        template=template_hash(bank),
        weights=weights_hash(bank),
        mode=mode,
        status=status,
        ranked=coverage >= MIN_COVERAGE and status != "not eligible",
        claimed=_percent(claimed),
        evidenced=_percent(evidenced),
        coverage=_percent(coverage),
        sections=tuple(_section_score(section) for section in scored),
        questions=tuple(_question_score(one, scored, weight) for one in judged),
        knock_outs=knock_outs,
        flags=flags(judged, claimed - evidenced),
        follow_ups=tuple(follow for one in judged if (follow := follow_up(one, unclear))),
    )


@dataclass(frozen=True)
class _Scored:
    """A section's exact scores; None when nothing of it applies."""

    section: Section
    applicable: int  # sum of question weights
    claimed: Fraction | None
    evidenced: Fraction | None
    coverage: Fraction | None
    capped_by: tuple[str, ...]

    @property
    def weight(self) -> int:
        return self.section.weight


def _section(section: Section, judged: list[Judged]) -> _Scored:
    counted = [one for one in judged if one.applies and one.question.weight]
    applicable = sum(one.question.weight for one in counted)
    if not applicable:
        return _Scored(section, 0, None, None, None, ())
    caps = [
        (one.question.id, Fraction(one.question.cap.percent, 100))
        for one in counted
        if one.question.cap and one.effective < one.question.cap.min_level
    ]
    limit = min((limit for _, limit in caps), default=Fraction(1))
    return _Scored(
        section,
        applicable,
        min(limit, _mean([(one.question.weight, one.claimed) for one in counted])),
        min(limit, _mean([(one.question.weight, one.evidenced) for one in counted])),
        _coverage(counted),
        tuple(question for question, _ in caps),
    )


def _coverage(judged: Iterable[Judged]) -> Fraction:
    applicable = [one for one in judged if one.applies]
    weight = sum(one.question.weight for one in applicable)
    covered = sum(one.question.weight for one in applicable if one.covered)
    return Fraction(covered, weight) if weight else Fraction(0)


def _mean(weighted: Sequence[tuple[int, Fraction | None]] | Sequence[tuple[int, Fraction]]) -> Fraction:
    present = [(weight, value) for weight, value in weighted if value is not None]
    total = sum(weight for weight, _ in present)
    return sum((weight * value for weight, value in present), Fraction(0)) / total if total else Fraction(0)


def _knock_outs(
    judged: Iterable[Judged], waivers: Mapping[str, Waiver], as_of: date | None
) -> tuple[KnockOut, ...]:
    found = []
    for one in judged:
        least = one.question.min_level
        if least is None or not one.applies or one.effective >= least:
            continue
        waiver = waivers.get(one.question.id)
        if waiver and as_of and waiver.expires < as_of:
            waiver = None
        found.append(KnockOut(one.question.id, one.effective, least, waiver, why_low(one)))
    return tuple(found)


def _status(knock_outs: tuple[KnockOut, ...]) -> Status:
    if any(failed.waiver is None for failed in knock_outs):
        return "not eligible"
    return "waived" if knock_outs else "eligible"


def _section_score(scored: _Scored) -> SectionScore:
    def percent(value: Fraction | None) -> float | None:
        return None if value is None else _percent(value)

    return SectionScore(
        id=scored.section.id,
        title=scored.section.title,
        weight=scored.section.weight,
        claimed=percent(scored.claimed),
        evidenced=percent(scored.evidenced),
        coverage=percent(scored.coverage),
        capped_by=scored.capped_by,
    )


def _question_score(one: Judged, scored: Iterable[_Scored], total: int) -> QuestionScore:
    section = next(part for part in scored if part.section.id == one.question.section)
    share = Fraction(0)
    if one.applies and section.applicable and total:
        share = Fraction(section.weight, total) * Fraction(one.question.weight, section.applicable)
    return QuestionScore(
        question_id=one.question.id,
        section=one.question.section,
        state="not asked" if one.idle and one.answer.state != "answered" else one.answer.state,
        applies=one.applies,
        level=one.level,
        evidenced_level=one.proven,
        evidence=one.best,
        strength=float(STRENGTH[one.best]),
        share=_percent(share),
        pilot=one.pilot,
    )


def _percent(value: Fraction) -> float:
    return float(100 * value)
