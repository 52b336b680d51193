"""Several reviewers judge the same answers, blind to each other, then agree on one level.

Order of events: weights are frozen (by hash), answers are opened, each reviewer gives levels without
seeing the others', a moderator settles what differs. A spread of 2 levels or more cannot be settled
without a moderation and its rationale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from vendoreval.errors import Conflict
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import MAX_LEVEL, Bank, weights_hash

FORCED_SPREAD = 2
Clarity = Literal["clear", "ambivalent", "non_reply"]


@dataclass(frozen=True)
class Freeze:
    """The weights as they were fixed, and when."""

    weights_sha256: str
    at: datetime


@dataclass(frozen=True)
class Review:
    """One reviewer's judgement of one answer. `clarity` codes how the vendor replied.

    `outdated`: the vendor said something else since, so that it is no judgement of the current answer.
    """

    question_id: str
    reviewer: str
    level: int
    clarity: Clarity | None = None
    rationale: str = ""
    at: datetime | None = None
    outdated: bool = False


@dataclass(frozen=True)
class Moderation:
    """The level that was settled on, by whom and why; `outdated` as in a review."""

    question_id: str
    level: int
    rationale: str
    person: str
    at: datetime | None = None
    outdated: bool = False


@dataclass(frozen=True)
class Consensus:
    """What the reviewers made of a question; `outdated` where the answer that they judged is no longer given.

    state: "agreed" (one reviewer, or all the same), "close" (they differ by one level and the lower one
    counts until somebody moderates), "moderation needed" (no level yet), or "moderated".
    """

    question_id: str
    levels: tuple[tuple[str, int], ...]
    spread: int
    state: Literal["agreed", "close", "moderation needed", "moderated"]
    level: int | None
    rationale: str = ""
    outdated: bool = False


@dataclass(frozen=True)
class Agreement:
    """Agreement between reviewers on questions that at least two of them judged.

    `alpha` is Krippendorff's alpha with squared distances between levels; None when it is undefined
    (fewer than two such questions' worth of values, or every value the same).
    """

    questions: int
    exact: float | None
    within_one: float | None
    alpha: float | None


def check_frozen(bank: Bank, freeze: Freeze, opened_at: datetime) -> None:
    """Raises Conflict when weights changed after the freeze, or answers were opened before it."""
    if weights_hash(bank) != freeze.weights_sha256:
        raise Conflict(
            "The weights differ from those that were frozen.",
            remedy="Score with the frozen version of the questionnaire, or start the review again.",
        )
    if opened_at < freeze.at:
        raise Conflict(
            "Answers were opened before the weights were frozen.",
            remedy="Such a review is not blind; say so on the scorecard, or review again with other people.",
        )


def visible_to(reviewer: str, reviews: Iterable[Review], closed: bool) -> tuple[Review, ...]:
    """What a reviewer may see: the own reviews, and all of them once the round is closed."""
    return tuple(review for review in reviews if closed or review.reviewer == reviewer)


def consensus(reviews: Iterable[Review], moderations: Iterable[Moderation] = ()) -> dict[str, Consensus]:
    """One result for each reviewed question; of several reviews by one person the last counts.

    Raises ValueError for a level outside 0–4 or a moderation without a rationale.
    """
    last: dict[str, dict[str, Review]] = {}
    for review in reviews:
        _check_level(review.level)
        last.setdefault(review.question_id, {})[review.reviewer] = review
    settled = {moderation.question_id: moderation for moderation in moderations}
    for moderation in settled.values():
        _check_level(moderation.level)
        if not moderation.rationale.strip():
            raise ValueError(f"the moderation of {moderation.question_id} gives no rationale")
    return {question: _settle(question, given, settled.get(question)) for question, given in last.items()}


def _settle(question: str, by_reviewer: Mapping[str, Review], moderation: Moderation | None) -> Consensus:
    levels = tuple(sorted((name, review.level) for name, review in by_reviewer.items()))
    values = [level for _, level in levels]
    spread = max(values) - min(values)
    if moderation:
        return Consensus(
            question, levels, spread, "moderated", moderation.level, moderation.rationale, moderation.outdated
        )
    outdated = any(review.outdated for review in by_reviewer.values())
    if spread >= FORCED_SPREAD:
        return Consensus(question, levels, spread, "moderation needed", None, outdated=outdated)
    state: Literal["agreed", "close"] = "close" if spread else "agreed"
    return Consensus(question, levels, spread, state, min(values), outdated=outdated)


def with_reviewed_levels(answers: Mapping[str, Answer], reviewed: Mapping[str, Consensus]) -> dict[str, Answer]:
    """Answers with the reviewers' levels in place of the vendor's own.

    Only questions that the vendor answered change: a reviewer cannot answer for the vendor. Where the vendor
    has said something else since, the lower level counts, its own or theirs, until it is judged anew. Raises
    Conflict while a moderation is needed.
    """
    waiting = sorted(one.question_id for one in reviewed.values() if one.level is None)
    if waiting:
        raise Conflict(
            f"Reviewers differ by {FORCED_SPREAD} levels or more on {', '.join(waiting)}.",
            remedy="Moderate these questions first, each with a rationale.",
        )
    return {
        question: replace(answer, level=_level(answer, reviewed[question]))
        if question in reviewed and answer.state == "answered"
        else answer
        for question, answer in answers.items()
    }


def _level(answer: Answer, found: Consensus) -> int | None:
    if not found.outdated or found.level is None:
        return found.level
    return None if answer.level is None else min(answer.level, found.level)


def clarity_codes(reviews: Iterable[Review]) -> dict[str, dict[str, Clarity]]:
    """By question and reviewer how clear the reply was; the last code of a person counts."""
    codes: dict[str, dict[str, Clarity]] = {}
    for review in reviews:
        if review.clarity:
            codes.setdefault(review.question_id, {})[review.reviewer] = review.clarity
    return codes


def unclear_replies(reviews: Iterable[Review]) -> frozenset[str]:
    """Questions of which reviewers coded the reply, and none of them as clear."""
    codes = clarity_codes(review for review in reviews if not review.outdated)
    return frozenset(question for question, found in codes.items() if "clear" not in found.values())


def level_agreement(reviews: Iterable[Review]) -> Agreement:
    """How far reviewers agree on levels."""
    by_question: dict[str, dict[str, int]] = {}
    for review in reviews:
        by_question.setdefault(review.question_id, {})[review.reviewer] = review.level
    units = [list(levels.values()) for levels in by_question.values() if len(levels) > 1]
    pairs = [(a, b) for unit in units for i, a in enumerate(unit) for b in unit[i + 1 :]]
    return Agreement(
        questions=len(units),
        exact=_share([a == b for a, b in pairs]),
        within_one=_share([abs(a - b) <= 1 for a, b in pairs]),
        alpha=krippendorff_alpha(units, lambda a, b: (a - b) ** 2),
    )


def clarity_agreement(reviews: Iterable[Review]) -> float | None:
    """Krippendorff's alpha (nominal) of the clarity codes; None when it is undefined."""
    units = [list(codes.values()) for codes in clarity_codes(reviews).values()]
    return krippendorff_alpha(units, lambda a, b: int(a != b))


def krippendorff_alpha(units: Sequence[Sequence[Any]], distance: Callable[[Any, Any], int]) -> float | None:
    """1 − observed / expected disagreement over all pairs in units with at least two values.

    Krippendorff, Content Analysis (2018), ch. 12. Exact until the last step.
    """
    paired = [unit for unit in units if len(unit) > 1]
    values = [value for unit in paired for value in unit]
    total = len(values)
    expected = sum(distance(a, b) for a in values for b in values)
    if not expected:
        return None
    observed = sum(
        (Fraction(sum(distance(a, b) for a in unit for b in unit), len(unit) - 1) for unit in paired),
        Fraction(0),
    )
    return float(1 - observed * (total - 1) / expected)


def _share(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None


def _check_level(level: int) -> None:
    if not 0 <= level <= MAX_LEVEL:
        raise ValueError(f"level {level} is outside 0 to {MAX_LEVEL}")
