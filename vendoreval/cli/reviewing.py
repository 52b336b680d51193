"""vendoreval questionnaire: review, moderate, contact, signals, promises: what people make of the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.answering import DEFAULT, Bank, QuestionId, Vendor
from vendoreval.cli.output import Json, counted, emit, note, percent, say, table
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vendoreval.questionnaires.bank import Bank as QuestionBank
    from vendoreval.questionnaires.promises import Promise
    from vendoreval.questionnaires.relating import Relation, VendorSigns
    from vendoreval.questionnaires.reviews import Clarity as ClarityCode
    from vendoreval.questionnaires.reviews import Review
    from vendoreval.store.workspace import Workspace
    from vendoreval.workflow.reviewing import Shown


class Contacted(StrEnum):
    """What happened between you and the vendor."""

    asked = "asked"
    evidence_requested = "evidence_requested"
    evidence_received = "evidence_received"
    evidence_refused = "evidence_refused"
    evidence_substituted = "evidence_substituted"
    clarification = "clarification"
    call_answered = "call_answered"
    call_looked_up = "call_looked_up"
    call_handed_over = "call_handed_over"
    call_took_away = "call_took_away"
    call_not_answered = "call_not_answered"
    vendor_comment = "vendor_comment"
    shortlisted = "shortlisted"


class Clarity(StrEnum):
    """How the vendor replied."""

    clear = "clear"
    ambivalent = "ambivalent"
    non_reply = "non_reply"


def add_to(app: typer.Typer) -> None:
    """Put the commands on the noun's door."""
    for command in (review, moderate, contact, signals, promises):
        app.command()(command)


def review(
    vendor: Vendor,
    question: Annotated[str, typer.Argument(help="The question; without it all open ones are asked.")] = "",
    reviewer: Annotated[str, typer.Option(help="Who judges.")] = "",
    level: Annotated[int | None, typer.Option(min=0, max=4, help="The level you give.")] = None,
    clarity: Annotated[Clarity | None, typer.Option(help="How clear the reply is.")] = None,
    rationale: Annotated[str, typer.Option(help="Why this level.")] = "",
    sheet: Annotated[Path | None, typer.Option(help="Write an XLSX sheet for this reviewer.")] = None,
    filled: Annotated[Path | None, typer.Option(help="Take a filled sheet of this reviewer in.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show the round, as far as you may see it.")] = False,
    close: Annotated[bool, typer.Option("--close", help="End the round: then all levels are shown.")] = False,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Close although levels are missing.")
    ] = False,
    new_round: Annotated[bool, typer.Option("--new-round", help="Review anew after a closed round.")] = False,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Judge a vendor's answers, blind to the other reviewers, and compare once the round is closed."""
    from vendoreval.questionnaires.reviews import Review
    from vendoreval.workflow import questionnaires, reviewing, workspaces

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    if show or close:
        shown = (
            reviewing.close_round(workspace, vendor, chosen, unfinished=unfinished)
            if close
            else reviewing.show_round(workspace, vendor, chosen, reviewer)
        )
        return emit(shown.to_json()) if json else _print(shown)
    if not reviewer:
        raise UsageError("Who judges?", remedy="Name the person with --reviewer.")
    if sheet:
        count = reviewing.write_sheet(workspace, vendor, chosen, reviewer, sheet)
        say(f"Wrote {sheet} with {count} answers to judge.")
        return note(f"next: vendoreval questionnaire review {vendor} --reviewer {reviewer} --filled {sheet}")
    if filled:
        new, left = reviewing.import_sheet(workspace, vendor, chosen, reviewer, filled, new_round=new_round)
        if json:
            return emit(
                {"schema": "vendoreval/review-import/1", "vendor": vendor, "new": new, "open": list(left)}
            )
        return say(f"{counted(new, 'level')} recorded; {counted(len(left), 'question')} left.")
    if question:
        if level is None:
            raise UsageError("Which level?", remedy="Give it with --level.")
        given = Review(question, reviewer, level, _code(clarity), rationale)
        reviewing.record_reviews(workspace, vendor, chosen, [given], new_round=new_round)
        if json:
            return emit({"schema": "vendoreval/review-recorded/1", "vendor": vendor, "question": question,
                         "reviewer": reviewer, "level": level, "clarity": given.clarity})  # fmt: skip
        return say(f"Recorded level {level} for {question} by {reviewer}.")
    return _ask_all(workspace, vendor, chosen, reviewer, new_round)


def _code(clarity: Clarity | None) -> ClarityCode | None:
    return None if clarity is None else clarity.value


def _ask_all(workspace: Workspace, vendor: str, bank: QuestionBank, reviewer: str, new_round: bool) -> None:
    from vendoreval.workflow import reviewing

    own = reviewing.own_reviews(workspace, vendor, bank, reviewer)
    open_ = [q for q in reviewing.answered(workspace, vendor, bank) if q not in own]
    note(f"{len(open_)} answers are to be judged by {reviewer}. s skips one, q stops.")
    for question in open_:
        try:
            given = _ask(workspace, vendor, bank, question, reviewer)
        except (typer.Abort, EOFError):
            note("Stopped.")
            break
        if given == "stop":
            break
        if not isinstance(given, str):
            reviewing.record_reviews(workspace, vendor, bank, [given], new_round=new_round)
            new_round = False
    return say("What was judged is recorded.")


def _ask(
    workspace: Workspace, vendor: str, bank: QuestionBank, question_id: str, reviewer: str
) -> Review | str:
    """Show one answer and ask for a judgement; "skip" or "stop" where none is given."""
    from vendoreval.questionnaires.consistency import quote
    from vendoreval.questionnaires.reviews import Review
    from vendoreval.workflow import reviewing

    question = bank.question(question_id)
    answer = reviewing.answered(workspace, vendor, bank)[question_id]
    say(f"\n{question.id}  {question.text}")
    for number, anchor in enumerate(question.levels):
        say(f"   {number}  {anchor}")
    say(f"The vendor: {quote(answer)}")
    for item in answer.evidence:
        say(f"   evidence: {item.name} ({item.kind})")
    word = _prompt("Level 0 to 4, s skip, q stop", ("0", "1", "2", "3", "4", "s", "q"))
    if word in ("s", "q"):
        return "skip" if word == "s" else "stop"
    codes: dict[str, ClarityCode] = {"c": "clear", "a": "ambivalent", "n": "non_reply"}
    clarity = codes[_prompt("Clear reply c, ambivalent a, no reply n", tuple(codes))]
    why = str(typer.prompt("Why", default="", show_default=False, err=True))
    return Review(question_id, reviewer, int(word), clarity, why)


def _prompt(ask: str, choices: tuple[str, ...]) -> str:
    while True:
        word = str(typer.prompt(ask, err=True)).strip().lower()
        if word in choices:
            return word
        note(f"{word!r} is none of these.")


def _print(shown: Shown) -> None:
    state = "closed" if shown.closed else "open: reviewers do not see each other's levels"
    say(f"Review of {shown.vendor}, {state}. {shown.to_judge} answers to judge.")
    table(["reviewer", "judged"], list(shown.judged.items()), right=("judged",))
    if not shown.closed:
        if shown.reviews:
            table(
                ["question", "your level", "clarity", "why"],
                [(r.question_id, r.level, r.clarity, r.rationale) for r in shown.reviews],
            )
        if shown.judged and all(done >= shown.to_judge for done in shown.judged.values()):
            note(f"All that reviewed are done; next: vendoreval questionnaire review {shown.vendor} --close")
        return None
    table(
        ["question", "levels", "spread", "state", "level", "why"],
        [(c.question_id, ", ".join(f"{name} {level}" for name, level in c.levels), c.spread, c.state, c.level,
          c.rationale) for c in shown.consensus],
    )  # fmt: skip
    agreement = shown.agreement
    if agreement and agreement.exact is not None and agreement.within_one is not None:
        alpha = "undefined" if agreement.alpha is None else f"{agreement.alpha:.2f}"
        say(
            f"On {agreement.questions} questions with two or more reviewers {agreement.exact:.0%} of the pairs "
            f"are equal, {agreement.within_one:.0%} at most one level apart; Krippendorff’s alpha {alpha}."
        )
    if shown.clarity_alpha is not None:
        say(f"Alpha of the codes for clear and unclear replies: {shown.clarity_alpha:.2f}.")
    waiting = [c.question_id for c in shown.consensus if c.level is None]
    if waiting:
        say(f"To be moderated before the score: {', '.join(waiting)}.")
        return note(
            f"next: vendoreval questionnaire moderate {shown.vendor} {waiting[0]} --level N --rationale WHY"
        )
    return note(f"next: vendoreval questionnaire score {shown.vendor}")


def moderate(
    vendor: Vendor,
    question: QuestionId,
    level: Annotated[int, typer.Option(min=0, max=4, help="The level that counts.")],
    rationale: Annotated[str, typer.Option(help="Why; it is kept with all single levels.")],
    person: Annotated[str, typer.Option(help="Who moderates. Default: you.")] = "",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Settle a level on which reviewers differ, after the round is closed."""
    from vendoreval.workflow import questionnaires, reviewing, workspaces

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    reviewing.moderate(workspace, vendor, chosen, question, level, rationale, person)
    if json:
        return emit({"schema": "vendoreval/moderation/1", "vendor": vendor, "question": question,
                     "level": level, "rationale": rationale})  # fmt: skip
    return say(f"{question} of {vendor} counts as level {level}.")


def contact(
    vendor: Vendor,
    kind: Annotated[Contacted, typer.Argument(help="What happened.")],
    question: Annotated[str, typer.Argument(help="The question it is about.")] = "",
    quote: Annotated[str, typer.Option(help="What was said, word for word.")] = "",
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="When, in UTC. Default: now."),
    ] = None,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Record an event with a vendor: a request, a refusal, a call, its comment on a flag, the shortlist."""
    from vendoreval.workflow import questionnaires, signs, workspaces

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    moment = at.replace(tzinfo=UTC) if at else None
    signs.record_contact(workspace, vendor, chosen, kind.value, question, quote, moment)
    if json:
        return emit(
            {"schema": "vendoreval/contact/1", "vendor": vendor, "kind": kind.value, "question": question}
        )
    return say(f"Recorded: {kind.value.replace('_', ' ')}{f', {question}' if question else ''}.")


def signals(
    vendor: Annotated[
        str, typer.Argument(help="The vendor; without it flags of all vendors are related to measured error.")
    ] = "",
    zone: Annotated[str, typer.Option(help="The vendor's time zone, for delays in working hours.")] = "UTC",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """List signs of hesitation with quotes; their weight in the score is 0."""
    from vendoreval.workflow import questionnaires, signs, workspaces

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    if not vendor:
        return _related(*signs.relate_signals(workspace, chosen), json=json)
    found = signs.vendor_signals(workspace, vendor, chosen, zone)
    if json:
        return emit({"schema": "vendoreval/signals/1", "vendor": vendor,
                     "signals": [one.to_json() for one in found]})  # fmt: skip
    if not found:
        return say("No sign of hesitation was found.")
    table(
        ["severity", "question", "sign", "what", "quote"],
        [(s.severity, s.question_id, s.kind.replace("_", " "), s.what, s.quote) for s in found],
    )
    for question, comment in {s.question_id: s.comment for s in found if s.comment}.items():
        say(f"The vendor on {question}: “{comment}”")
    return say("They do not count in the score. Ask before you conclude: small teams, holidays and a second "
               "language explain much.")  # fmt: skip


def _related(vendors: Sequence[VendorSigns], relations: Sequence[Relation], *, json: bool) -> None:
    if json:
        return emit({"schema": "vendoreval/signals-related/1", "vendors": [vars(one) for one in vendors],
                     "relations": [one.to_json() for one in relations]})  # fmt: skip
    table(
        ["sign", "vendors with", "without", "error with", "without", "difference, 95 %", ""],
        [
            (r.kind.replace("_", " "), r.with_flag, r.without, percent(r.error_with), percent(r.error_without),
             "–" if r.low is None else f"{percent(r.low)} to {percent(r.high)}", r.says)
            for r in relations
        ],
    )  # fmt: skip
    return say(f"Over {len(vendors)} vendors with answers and audits; every vendor counts once.")


def _claimed(promise: Promise) -> str:
    """What was said, with its unit where the vendor left it out."""
    if not promise.said:
        return f"level {promise.level}"
    unit = "%" if promise.unit.startswith("%") else "" if "," in promise.unit else promise.unit
    return promise.said if unit in promise.said else f"{promise.said} {unit}"


def promises(vendor: Vendor, bank: Bank = DEFAULT, json: Json = False) -> None:
    """Show what is claimed, what evidence supports, what the contract holds and what was measured."""
    from vendoreval.workflow import questionnaires, workspaces
    from vendoreval.workflow.promises import vendor_promises

    workspace = workspaces.open_workspace()
    found = vendor_promises(workspace, vendor, questionnaires.bank_of(workspace, bank))
    if json:
        return emit({"schema": "vendoreval/promises/1", "vendor": vendor,
                     "promises": [one.to_json() for one in found]})  # fmt: skip
    shown = [one for one in found if one.said or one.measured or one.contract]
    if not shown:
        return say(f"{vendor} gave no figure that could be held against a measurement.")
    table(
        ["promise", "claimed", "shown", "measured", "gap", "standing"],
        [
            (f"{p.question_id} {p.title}", _claimed(p),
             f"level {p.evidenced_level}, {p.evidence}",
             None if p.measured is None else f"{p.measured.value:.4g}",
             None if p.gap is None else f"{p.gap:+.4g}", p.standing)
            for p in shown
        ],
    )  # fmt: skip
    return say("Intervals, sources and what the contract holds: --json, or the scorecard.")
