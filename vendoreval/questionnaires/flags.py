"""What a reviewer should look at: red flags, why a level is low, and what to ask in the interview."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction

from vendoreval.questionnaires.assessment import Flag, FollowUp
from vendoreval.questionnaires.worth import Judged, renewed

MAX_GAP = 20  # points between claimed and evidenced
FOLLOW_UP_LEVEL = 2  # answers up to this level are taken up in the interview

FLAGS = {
    "gap": "talks better than it shows",
    "declined": "the vendor refused to answer",
    "contradicted": "a pilot or an audit showed less than is claimed",
    "unsupported": "the evidence does not support the level claimed",
    "outdated": "the evidence has expired or is too old",
    "missing": "evidence was named, and the file is not here",
    "rejected": "evidence that the buyer did not accept",
    "uncommitted": "a high level is claimed, and not for the contract",
    "not_approved": "called not applicable, and nobody has approved that",
    "no_ground": "a level is claimed although what the question presupposes is not there",
}


def flags(judged: Iterable[Judged], gap: Fraction) -> tuple[Flag, ...]:
    """All red flags; `gap` is how much the claimed score exceeds the evidenced one."""
    found = []
    if 100 * gap > MAX_GAP:
        found.append(Flag("gap", None, f"Claimed exceeds evidenced by {float(100 * gap):.0f} points."))
    for one in judged:
        if one.applies and one.idle:
            found.extend(_without_ground(one))
        elif one.applies:
            found.extend((*_state_flags(one), *_level_flags(one), *_piece_flags(one)))
    return tuple(found)


def _without_ground(one: Judged) -> Iterator[Flag]:
    if one.answer.state == "answered" and one.answer.level and one.question.presupposes:
        needed = one.question.presupposes
        what = f"Claims level {one.answer.level}, yet {needed.question} is below {needed.level}: it counts 0."
        yield Flag("no_ground", one.question.id, what)


def _state_flags(one: Judged) -> Iterator[Flag]:
    if one.answer.state == "declined":
        yield Flag("declined", one.question.id, "The vendor declined to answer.")
    if one.answer.state == "na":
        why = one.answer.na_reason.strip().rstrip(".") or "no reason given"
        yield Flag("not_approved", one.question.id, f"Called not applicable: {why}.")


def _level_flags(one: Judged) -> Iterator[Flag]:
    question, answer = one.question.id, one.answer
    if one.level > one.cap:
        what = f"Claims level {one.level}; {one.capped_by} leaves level {one.cap} at most."
        yield Flag("contradicted", question, what)
    elif one.proven < one.level and one.measured:
        yield Flag("contradicted", question, f"Claims level {one.level}; level {one.proven} was measured.")
    elif one.proven < one.level:
        what = "no valid evidence" if one.best == "none" else f"a piece of kind {one.best!r}"
        what = f"Claims level {one.level} with {what}; that supports level {one.proven}."
        yield Flag("unsupported", question, what)
    if answer.commitment in ("no", None) and one.level < (answer.level or 0):
        terms = "will not put it in the contract" if answer.commitment else "does not say whether as a term"
        yield Flag("uncommitted", question, f"Claims level {answer.level} and {terms}.")


def _piece_flags(one: Judged) -> Iterator[Flag]:
    for item in one.answer.evidence:
        if item.rejected:
            yield Flag("rejected", one.question.id, f"{item.name!r} was not accepted: {item.rejected}")
    for item in one.outdated:
        if renewed(item, [other for other in one.answer.evidence if other not in one.missing], one.question):
            continue
        yield Flag("outdated", one.question.id, f"{item.name!r} is no longer valid.")
    for item in one.missing:
        what = f"{item.name!r} is not here: it has not arrived, or was lost or changed since."
        yield Flag("missing", one.question.id, what)


def why_low(one: Judged) -> str:
    """Why a level counts for less than was said, in a few words; empty where it was said so."""
    answer, needed = one.answer, one.question.presupposes
    if one.idle and needed:
        return f"{needed.question} is below level {needed.level}, which this presupposes"
    if answer.state == "na":
        return "called not applicable, which nobody has approved"
    if answer.state != "answered" or answer.level is None:
        return {"declined": "declined", "unknown": "not known"}.get(answer.state, "not answered")
    if one.level > one.cap:
        return f"level {one.level} is claimed, {one.capped_by} showed less"
    if one.measured and one.proven < one.level:
        return f"level {one.level} is claimed, an audit showed less"
    if one.level < answer.level:
        terms = {
            "no": "the contract is refused",
            "changes": "in the contract only with changes",
        }.get(answer.commitment or "", "and not whether it goes into the contract")
        return f"level {answer.level} is claimed, {terms}"
    return ""


def follow_up(one: Judged, unclear: Collection[str] = ()) -> FollowUp | None:
    """What to take up about one answer in the interview; None where there is nothing.

    `unclear` are questions whose reply no reviewer called clear.
    """
    if not one.applies or one.idle:
        return None
    reasons = []
    if one.answer.state != "answered":
        reasons.append(
            {"na": "called not applicable", "unknown": "not known"}.get(one.answer.state, one.answer.state)
        )
    elif one.answer.level is None:
        reasons.append("answered in words, without a level")
    elif one.level <= FOLLOW_UP_LEVEL:
        reasons.append(f"level {one.level}")
    if one.question.id in unclear:
        reasons.append("no clear reply")
    if one.answer.state == "answered" and one.question.type == "commit" and one.answer.commitment is None:
        reasons.append("silent on the contract")
    if one.question.evidence.wanted and one.best == "none":
        reasons.append("no valid evidence" if one.outdated else "no evidence")
    ask = one.question.follow_up or one.question.text
    return FollowUp(one.question.id, ask, tuple(reasons)) if reasons else None
