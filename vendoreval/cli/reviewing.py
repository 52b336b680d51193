"""vendoreval questionnaire: review, moderate: what people make of the answers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.answering import DEFAULT, Bank, QuestionId, Vendor
from vendoreval.cli.output import Json, counted, emit, note, say, table
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.questionnaires.bank import Bank as QuestionBank
    from vendoreval.questionnaires.reviews import Clarity as ClarityCode
    from vendoreval.questionnaires.reviews import Review
    from vendoreval.store.workspace import Workspace
    from vendoreval.workflow.questionnaires.reviewing import Shown


class Clarity(StrEnum):
    """How the vendor replied."""

    clear = "clear"
    ambivalent = "ambivalent"
    non_reply = "non_reply"


def add_to(app: typer.Typer) -> None:
    """Put the commands on the noun's door."""
    for command in (review, moderate):
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
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires, reviewing

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
        again = " --new-round" if new_round else ""
        return note(
            f"next: vendoreval questionnaire review {vendor} --reviewer {reviewer} --filled {sheet}{again}"
        )
    if filled:
        new, left, anew = reviewing.import_sheet(
            workspace, vendor, chosen, reviewer, filled, new_round=new_round
        )
        if json:
            return emit({"schema": "vendoreval/review-import/1", "vendor": vendor, "new": new,
                         "open": list(left), "answered_anew": list(anew)})  # fmt: skip
        if anew:
            say(f"Answered anew since this sheet was written, so not judged: {', '.join(anew)}.")
            note(
                f"Write a new one: vendoreval questionnaire review {vendor} --reviewer {reviewer} --sheet FILE"
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
    from vendoreval.workflow.questionnaires import reviewing

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
    from vendoreval.formats.forms.form_layout import piece_words
    from vendoreval.questionnaires.consistency import quote
    from vendoreval.questionnaires.reviews import Review
    from vendoreval.workflow.questionnaires import reviewing

    question = bank.question(question_id)
    answer = reviewing.answered(workspace, vendor, bank)[question_id]
    say("", f"{question.id}  {question.text}")
    for number, anchor in enumerate(question.levels):
        say(f"   {number}  {anchor}")
    say(f"The vendor: {quote(answer)}")
    for item in answer.evidence:
        say(f"   evidence: {piece_words(item)}")
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
    if not shown.judged:
        state = "not begun"
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
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires, reviewing

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    reviewing.moderate(workspace, vendor, chosen, question, level, rationale, person)
    if json:
        return emit({"schema": "vendoreval/moderation/1", "vendor": vendor, "question": question,
                     "level": level, "rationale": rationale})  # fmt: skip
    return say(f"{question} of {vendor} counts as level {level}.")
