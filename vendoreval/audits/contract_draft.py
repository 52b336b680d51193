"""From answers to a first contract: what the vendor promised becomes clauses that an audit can measure.

Each clause says in a comment what it comes from, and what its sample can find out. Where the vendor said
nothing, or refused, the draft proposes what the buyer should ask for and says so: it is a draft to
negotiate, not a record of what was agreed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from textwrap import shorten
from typing import Any

from vendoreval.contracts.metrics import METRICS
from vendoreval.contracts.terms import Acceptance, Answers, Clause, Contract, Decision, Price, Remedy, Task
from vendoreval.contracts.writing import TO_SETTLE
from vendoreval.inference.power import power, sample_for_power
from vendoreval.questionnaires.answers import Answer
from vendoreval.questionnaires.bank import Bank, Question
from vendoreval.questionnaires.promises import Measured, claimed_figure, standing

ALPHA, BETA, POWER, FACTOR = Decimal("0.05"), Decimal("0.10"), 0.9, 2.0
FALLBACK = Decimal("0.95")  # CONVENTIONS §5.2: the general level of contracts
CLASS_GAP = Decimal("0.05")  # a floor by class lies 2 to 5 points below the whole
HIGHEST = Decimal("0.9999")
ROUNDS, REWORK_DAYS, WINDOW_DAYS, LONGEST_WINDOW = 2, 5, 10, 365
JUSTIFICATION = "A wrong label is worth nothing to us and its price was paid."
PLACEHOLDERS = ("first class", "second class")
NO_FIGURES: Mapping[str, Measured] = {}
CREDIT_CAP = Decimal("20")  # per cent of the delivery's price; credits of 5, 10 and 20 % are usual


@dataclass(frozen=True)
class Wanted:
    """What the answers cannot tell: the buyer's side of the draft."""

    contract_id: str
    vendor: str
    title: str
    currency: str
    task_type: str
    classes: tuple[str, ...]
    unit: str = "item"
    price: Decimal | None = None
    buyer: str = ""
    rule: str = "fixed"
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A proposed contract, comments by place (`contracts.writing`), and what is left to be settled."""

    contract: Contract
    comments: Mapping[str, tuple[str, ...]]
    open_points: tuple[str, ...]


@dataclass(frozen=True)
class _Said:
    """What a vendor said on one promise, in a few words for a comment, and what was measured of it since."""

    figure: Decimal | None
    words: str
    refused: bool
    measured: str = ""
    missed: bool = False


def draft_contract(
    bank: Bank, answers: Mapping[str, Answer], wanted: Wanted, measured: Mapping[str, Measured] = NO_FIGURES,
    surge: Mapping[str, Any] | None = None,
) -> Draft:  # fmt: skip
    """Propose a contract from a vendor's current answers; pure.

    `measured`: by pilot and audits so far; `surge`: what the surge of its latest pilot showed.
    """
    wanted = _with_classes(wanted)
    said = {}
    for question in bank.questions:
        if name := question.promise:
            claimed = claimed_figure(question, answers.get(question.id))
            found = _said(question, claimed, answers.get(question.id))
            said[name] = _held(name, found, claimed, measured.get(name), question.unit or "")
    nothing = _Said(None, "not asked", refused=False)
    comments: dict[str, tuple[str, ...]] = {}
    remedies = _remedies(wanted, said.get("rework", nothing), said.get("credit", nothing), comments)
    clauses = _clauses(wanted, said, nothing, remedies, comments)
    acceptance = _acceptance(said.get("acceptance_window", nothing), comments)
    contract = Contract(
        wanted.contract_id, wanted.vendor, wanted.title, wanted.currency,
        _task(wanted, clauses, comments),
        clauses,
        price=Price(wanted.price, wanted.unit) if wanted.price is not None else None,
        acceptance=acceptance,
        remedies=remedies,
        buyer=wanted.buyer,
    )  # fmt: skip
    open_points = (*_open(bank, answers, wanted, said), *_peaks(surge))
    comments[""] = (
        f"Draft from the answers of {wanted.vendor} to {bank.id} {bank.version}. Read every line, then:",
        "vendoreval contract check FILE",
        "",
        *(f"{TO_SETTLE}{point}" for point in open_points),
    )
    return Draft(contract, comments, open_points)


def _with_classes(wanted: Wanted) -> Wanted:
    """A classification needs classes; the ones put in here are to be replaced. To ask is an answer, too."""
    classes = wanted.classes
    if not classes and wanted.task_type == "classification":
        classes = PLACEHOLDERS
    return replace(wanted, classes=tuple(dict.fromkeys((*classes, *wanted.unsure))) if classes else classes)


def _task(wanted: Wanted, clauses: tuple[Clause, ...], comments: dict[str, tuple[str, ...]]) -> Task:
    """What is labelled. Agreement needs several labels an item, and accuracy then counts their majority."""
    several = wanted.task_type == "classification" and any(clause.metric == "alpha" for clause in clauses)
    if several:
        comments["task"] = (
            "Agreement was promised, so several people label each item, and all their labels are delivered.",
            "Accuracy counts the majority of an item; without several labels agreement is not run.",
        )
    answers: Answers = "consensus" if several else "each"
    return Task(wanted.task_type, wanted.classes, answers=answers, unsure=wanted.unsure)


def _said(question: Question, value: float | None, answer: Answer | None) -> _Said:
    if answer is None or answer.state in ("unanswered", "unknown"):
        return _Said(None, f"{question.id} was not answered", refused=False)
    if answer.state == "declined":
        return _Said(None, f"{question.id} was declined", refused=True)
    written = shorten(answer.value or answer.text, 60, placeholder=" …") or "no figure"
    said = f"{question.id} says: {written.rstrip('. ')}"
    if question.type == "commit":
        said += {
            "yes": ", to go into the contract", "changes": ", in the contract with changes",
            "no": ", NOT in the contract", None: ", silent on the contract",
        }[answer.commitment]  # fmt: skip
    figure = None if value is None else Decimal(str(value))
    return _Said(figure, said, refused=answer.commitment == "no")


def _held(name: str, said: _Said, claimed: float | None, seen: Measured | None, unit: str) -> _Said:
    """The saying with what was measured of it, such as "84.7 % (77.1 to 90.5 %) in pilot-1"."""
    if seen is None:
        return said
    value, *ends = (_figure(one, unit) for one in (seen.value, seen.low, seen.high) if one is not None)
    interval = f" ({ends[0]} to {ends[1]})" if len(ends) == 2 else ""
    words = f"{value}{interval}, {seen.n:,} {seen.of}, {seen.source}"
    return replace(said, measured=words, missed=standing(name, claimed, seen) == "missed")


def _figure(value: float, unit: str) -> str:
    return f"{value:.1f} %" if unit.startswith("%") else f"{value:.2f}"


def _clauses(
    wanted: Wanted,
    said: Mapping[str, _Said],
    nothing: _Said,
    remedies: tuple[Remedy, ...],
    comments: dict[str, tuple[str, ...]],
) -> tuple[Clause, ...]:
    promise = said.get("accuracy", nothing)
    level = _share(promise.figure)
    all_ids = tuple(remedy.id for remedy in remedies)
    items, _ = sample_for_power(Fraction(level), float(ALPHA), POWER, _factor(level))
    options = {"items": items} if wanted.rule == "fixed" else {}
    clauses = [
        Clause("accuracy", "accuracy", wanted.unit, "delivery", f"{level:f}",
               Decision(wanted.rule, ALPHA, BETA, options=options), all_ids)
    ]  # fmt: skip
    comments["clause.accuracy"] = (_source(promise, level), *_since(promise), *_what_it_catches(level, items))
    if len(wanted.classes) > 1 and wanted.task_type in METRICS["recall"].tasks:
        clauses.append(_floor(wanted, level, comments))
    agreement = said.get("agreement", nothing)
    if agreement.figure is not None and 0 < agreement.figure <= 1 and METRICS["alpha"].available:
        clauses.append(Clause("agreement", "alpha", "item", "delivery", f"{agreement.figure:f}",
                              Decision("claim", ALPHA, BETA), ("rework",)))  # fmt: skip
        comments["clause.agreement"] = (
            f"{agreement.words}.",
            *_since(agreement),
            "Krippendorff's alpha over items that several annotators answered, without their knowing which.",
        )
    clauses.append(
        Clause("completeness", "completeness", "item", "delivery", "0.99", Decision("claim", ALPHA, BETA),
               ("rework",))
    )  # fmt: skip
    comments["clause.completeness"] = ("Our proposal: items that come back without an answer are no delivery.",)
    return tuple(clauses)


def _floor(wanted: Wanted, level: Decimal, comments: dict[str, tuple[str, ...]]) -> Clause:
    floor = max(level - CLASS_GAP, Decimal("0.5"))
    needed, _ = sample_for_power(Fraction(floor), float(ALPHA), POWER, _factor(floor))
    comments["clause.class-floor"] = (
        "Our proposal: a floor for every class, five points below the whole, so that a rare class cannot hide",
        f"behind the average. {needed:,} gold items of a class prove twice the allowed errors 9 times in 10.",
    )
    decision = Decision("claim", ALPHA, BETA)
    return Clause("class-floor", "recall", wanted.unit, "class", f"{floor:f}", decision, ("rework",))


def _share(figure: Decimal | None) -> Decimal:
    """The promised accuracy as a threshold; perfection and nonsense become something that can be kept."""
    if figure is None or not 50 <= figure <= 100:
        return FALLBACK
    share = (figure / 100).normalize()
    return min(share, HIGHEST)


def _factor(level: Decimal) -> float:
    return min(FACTOR, 0.95 / float(1 - level))


def _source(promise: _Said, level: Decimal) -> str:
    if promise.figure is None or not 50 <= promise.figure <= 100:
        return f"{promise.words}, without a usable figure: {(100 * level).normalize():f} % is OUR proposal."
    return f"{promise.words}." + (" It was refused as a term: negotiate." if promise.refused else "")


def _since(promise: _Said) -> tuple[str, ...]:
    return (f"Measured so far: {promise.measured}.",) if promise.measured else ()


def _what_it_catches(level: Decimal, items: int) -> tuple[str, ...]:
    factor = _factor(level)
    rows = [
        f"{n:,} items {100 * power(n, Fraction(level), float(ALPHA), factor):.0f} %" for n in (200, 500, 1000)
    ]
    return (
        f"{items:,} audited items prove a breach 9 times in 10 at {factor:g} times the allowed errors.",
        f"Fewer catch less often: {', '.join(rows)}.",
    )


def _remedies(
    wanted: Wanted, rework: _Said, credit: _Said, comments: dict[str, tuple[str, ...]]
) -> tuple[Remedy, ...]:
    days = int(rework.figure) if rework.figure is not None and 1 <= rework.figure <= 60 else REWORK_DAYS
    found = [Remedy("rework", "rework", rounds=ROUNDS, deadline_days=days)]
    comments["remedy.rework"] = (f"{rework.words}.", "The whole delivery, and a fresh sample afterwards.")
    if wanted.price is not None:
        found.append(
            Remedy("credit", "credit", basis="lower_bound", excess_only=True, cap_percent=CREDIT_CAP,
                   deadline_days=20, justification=JUSTIFICATION)
        )  # fmt: skip
        comments["remedy.credit"] = (
            f"{credit.words}.",
            "Only wrong units that are proven, beyond those allowed.",
        )
    found.append(Remedy("termination", "termination"))
    comments["remedy.termination"] = ("Our proposal: the way out when rework fails.",)
    return tuple(found)


def _acceptance(window: _Said, comments: dict[str, tuple[str, ...]]) -> Acceptance:
    offered = int(window.figure) if window.figure is not None and window.figure >= 1 else None
    note = "Ten business days are OUR proposal; an audit takes time." if (offered or 0) < WINDOW_DAYS else ""
    comments["acceptance"] = tuple(line for line in (f"{window.words}.", note) if line)
    return Acceptance(min(max(offered or 0, WINDOW_DAYS), LONGEST_WINDOW), "not_accepted")


def _peaks(surge: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What to agree on for peaks, where the pilot's surge did not hold."""
    if surge is None or surge["standing"] == "held":
        return ()
    said = []
    if (one := surge["accuracy"]) and one["standing"] != "held":
        said.append(f"accuracy went from {100 * one['calm']:.1f} to {100 * one['surge']:.1f} %")
    if (one := surge["agreement"]) and one["standing"] != "held":
        said.append(f"alpha from {one['calm']:.2f} to {one['surge']:.2f}")
    if (one := surge["turnaround"]) and one["standing"] != "held":
        said.append(f"{100 * one['in_time']:.0f} % of the answers came in time")
    words = "" if surge["standing"] == "fell" else ", too few answers to call it a fall"
    return (
        f"peaks: in the pilot's surge {', '.join(said)}{words}. Agree on the most volume a day, or that every "
        "clause holds at peaks, too.",
    )


def _open(
    bank: Bank, answers: Mapping[str, Answer], wanted: Wanted, said: Mapping[str, _Said]
) -> tuple[str, ...]:
    points = [f"{found.words}; the draft asks for it all the same." for found in said.values() if found.refused]
    points += [
        f"{found.words}; measured: {found.measured}. Ask what will change."
        for found in said.values()
        if found.missed
    ]
    if wanted.price is None:
        points.append("no [price]: without it no credit can be computed.")
    if wanted.classes[:2] == PLACEHOLDERS:
        points.append("the classes of the task.")
    if wanted.task_type == "classification" and not wanted.unsure:
        points.append("task.unsure: the answer by which an annotator asks instead of guessing.")
    points += ["effective and ends.", "the guideline and its version.", "paragraph numbers (ref)."]
    changes = [
        question.id
        for question in bank.questions
        if (answer := answers.get(question.id)) and answer.commitment == "changes"
    ]
    if changes:
        points.append(f"answered 'yes, with changes': {', '.join(changes)}; ask which changes.")
    return tuple(points)
