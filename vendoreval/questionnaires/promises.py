"""Promises side by side: what the vendor claims, what its evidence supports, what was measured.

A promise is a question of the bank with `promise`; its claim is the figure in the answer. What was measured
comes from audits and deliveries, as values in the question's own unit, each with n and, where it is a
sample, its interval. The gap is measured less claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.assessment import Assessment
from vendoreval.questionnaires.bank import Bank, Question
from vendoreval.questionnaires.figures import figure, reading

# What is promised, in words, and which way is better for the buyer; None: no measurement can be held
# against it, such as capacity, of which a delivery shows only as much as was ordered.
WORDS: dict[str, tuple[str, Literal["more", "less"] | None]] = {
    "accuracy": ("accuracy guaranteed", "more"),
    "agreement": ("agreement between annotators", "more"),
    "escape_rate": ("errors left after review", "less"),
    "first_pass_acceptance": ("batches rejected", "less"),
    "escalation_rate": ("items flagged as unsure", None),
    "turnaround": ("time to answer a question", "less"),
    "capacity": ("volume a week", None),
    "rework": ("rework free of charge", "less"),
    "acceptance_window": ("acceptance window", "more"),
    "credit": ("credit after failed rework", None),
    "back_correction": ("earlier labels corrected", None),
    "blind_audit": ("blind control items and audits", None),
    "price_unit": ("payment by accepted unit", None),
    "pilot": ("paid blind pilot with the same team", None),
    "exit": ("hand-over at the end", "less"),
}
Standing = Literal["kept", "missed", "undecided", "measured", "not measured"]


@dataclass(frozen=True)
class Measured:
    """What was measured for a promise, in the unit of its question.

    `low` and `high` are the two-sided interval that the source gives, None where nothing was sampled; `n`
    is what was counted, `of` says in words what that is, and `source` names the audit or delivery.
    """

    value: float
    n: int
    of: str
    source: str
    low: float | None = None
    high: float | None = None
    unit: str = ""  # where the question asks for no figure


@dataclass(frozen=True)
class Promise:
    """One promise, side by side.

    `pieces` names the evidence that supports it and still counts. `claimed` is the figure as a number, None
    where the answer has none; `level` and `evidenced_level` are 0–4, `evidence` the kind of the best valid
    piece. `contract` says in words what the contract
    holds. Standing: kept or missed when the interval lies on one side of the claim, undecided when it
    holds the claim, measured when there is no figure to compare with.
    """

    name: str
    question_id: str
    title: str
    unit: str
    said: str
    claimed: float | None
    commitment: str | None
    level: int
    evidenced_level: int
    evidence: str
    pieces: tuple[str, ...]
    contract: str
    measured: Measured | None
    gap: float | None
    standing: Standing

    def to_json(self) -> dict[str, Any]:
        """The promise as plain JSON values."""
        shown = {"question" if key == "question_id" else key: value for key, value in vars(self).items()}
        measured = vars(self.measured) if self.measured else None
        return {**shown, "pieces": list(self.pieces), "measured": measured}


def promises(
    bank: Bank,
    answers: Mapping[str, Answer],
    assessment: Assessment,
    measured: Mapping[str, Measured],
    contract: Mapping[str, str],
    pieces: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Promise, ...]:
    """All promises of the bank that the vendor answered or that were measured, in the bank's order.

    `measured` and `contract` go by the promise's name, `pieces` of evidence by the question's id.
    """
    scores = {score.question_id: score for score in assessment.questions}
    found = []
    for question in bank.questions:
        name, answer = question.promise, answers.get(question.id)
        if name is None or question.id not in scores or (answer is None and name not in measured):
            continue
        score, seen = scores[question.id], measured.get(name)
        claimed = claimed_figure(question, answer)
        stands = standing(name, claimed, seen)
        gap = (
            seen.value - claimed if seen is not None and claimed is not None and stands != "measured" else None
        )
        found.append(
            Promise(
                name, question.id, WORDS.get(name, (name.replace("_", " "), None))[0], question.unit or "",
                answer.value if answer else "", claimed, answer.commitment if answer else None,
                score.level, score.evidenced_level, score.evidence,
                tuple((pieces or {}).get(question.id, ())), contract.get(name, ""), seen, gap, stands,
            )
        )  # fmt: skip
    return tuple(found)


def claimed_figure(question: Question, answer: Answer | None) -> float | None:
    """The figure in an answer, in the unit of its question; None where there is none."""
    number = figure(answer.value, question.unit or "") if answer and answer.state == "answered" else None
    if number is None:
        return None
    # A guaranteed accuracy written as 0.97 is a share; no vendor guarantees less than one per cent.
    is_share = question.promise == "accuracy" and (question.unit or "").startswith("%") and number <= 1
    in_per_cent = question.promise == "agreement" and 1 < number <= 100  # no coefficient is above 1
    return float(100 * number if is_share else number / 100 if in_per_cent else number)


def claimed_figures(bank: Bank, answers: Mapping[str, Answer]) -> dict[str, float]:
    """The figures in the answers, by question, each in the unit of its question."""
    found = {question.id: claimed_figure(question, answers.get(question.id)) for question in bank.questions}
    return {question: figure for question, figure in found.items() if figure is not None}


def readings(bank: Bank, answers: Mapping[str, Answer]) -> tuple[str, ...]:
    """How figures in answers were read, wherever they could be read in another way."""
    found = (
        (q.id, reading(answers[q.id].value, claimed_figure(q, answers[q.id]), q.unit))
        for q in bank.questions
        if q.unit and q.id in answers
    )
    return tuple(f"{question}: {told}" for question, told in found if told)


def standing(name: str, claimed: float | None, seen: Measured | None) -> Standing:
    """How the measurement stands to the claim; a value without interval counts as exact."""
    if seen is None:
        return "not measured"
    better = WORDS.get(name, ("", None))[1]
    if claimed is None or better is None:
        return "measured"
    low, high = (_clean(seen.value if end is None else end) for end in (seen.low, seen.high))
    claimed = _clean(claimed)
    if better == "less":
        low, high, claimed = -high, -low, -claimed
    return "kept" if low >= claimed else "missed" if high < claimed else "undecided"


def _clean(value: float) -> float:
    """Without the noise of binary fractions: 100 × (1 - 0.9) is 10, and equals a claim of 10."""
    return round(value, 9)
