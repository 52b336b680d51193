"""vendoreval questionnaire: answer, evidence: what the buyer records of a vendor."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, note, say, table
from vendoreval.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from vendoreval.questionnaires.answers import Answer, EvidenceItem
    from vendoreval.questionnaires.bank import Bank as QuestionBank
    from vendoreval.questionnaires.bank import Question
    from vendoreval.store.workspace import Workspace

DEFAULT = "annotation-core"
Bank = Annotated[str, typer.Option(help="The question bank: its id or a TOML file.")]
Vendor = Annotated[str, typer.Argument(help="The vendor's id.")]
QuestionId = Annotated[str, typer.Argument(help="The question's id, such as G1.")]
KINDS = ("document", "demo", "independent")


class State(StrEnum):
    """What an answer is."""

    answered = "answered"
    unanswered = "unanswered"
    declined = "declined"
    na = "na"
    unknown = "unknown"


class Commitment(StrEnum):
    """Whether the answer goes into the contract."""

    yes = "yes"
    changes = "changes"
    no = "no"


class Channel(StrEnum):
    """How the answer reached us."""

    cli = "cli"
    call = "call"
    mail = "mail"


class Kind(StrEnum):
    """What a piece of evidence is."""

    document = "document"
    demo = "demo"
    independent = "independent"


def add_to(app: typer.Typer) -> None:
    """Put the commands on the noun's door."""
    for command in (answer, evidence):
        app.command()(command)


def answer(
    vendor: Vendor,
    question: Annotated[
        str, typer.Argument(help="The question's id; without it every open one is asked.")
    ] = "",
    level: Annotated[int | None, typer.Option(min=0, max=4, help="The anchored level, 0 to 4.")] = None,
    state: Annotated[State | None, typer.Option(help="Anything but answered takes no level.")] = None,
    value: Annotated[str | None, typer.Option(help="The figure that the question asks for.")] = None,
    text: Annotated[str | None, typer.Option(help="The answer in words.")] = None,
    note_: Annotated[str | None, typer.Option("--note", help="A remark of yours; no form shows it.")] = None,
    commitment: Annotated[
        Commitment | None, typer.Option(help="Does it go into the contract: yes, with changes, no?")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why the question does not apply (state na).")] = None,
    approve: Annotated[bool, typer.Option("--approve", help="Approve that it does not apply.")] = False,
    evidence: Annotated[
        list[str] | None,
        typer.Option(help="[KIND=]FILE, stored by its hash; kinds: document, demo, independent."),
    ] = None,
    seen: Annotated[
        list[str] | None, typer.Option(help="KIND=NAME of what you saw yourself, such as demo=live-tour.")
    ] = None,
    measured: Annotated[
        list[str] | None,
        typer.Option(help="AUDIT=LEVEL: the level that your audit showed; it counts up to the claim."),
    ] = None,
    dated: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When the evidence was made.")
    ] = None,
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Until when the evidence is valid.")
    ] = None,
    channel: Annotated[Channel, typer.Option(help="How you learnt the answer.")] = Channel.cli,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Record an answer, or add to one: what you leave out stays as it is.

    Without a question every open question is asked in turn; each answer is kept at once.
    """
    from vendoreval.questionnaires.answers import Amendment
    from vendoreval.questionnaires.promises import readings
    from vendoreval.questionnaires.worth import silent_on_terms
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    if not question:
        return _ask_all(workspace, vendor, chosen, channel.value)
    current = questionnaires.current_answers(workspace, vendor, chosen)
    given = (level, state, value, text, note_, commitment, reason, evidence, seen, measured)
    if all(one is None for one in given) and not approve:
        made = _ask(workspace, vendor, chosen, question, channel.value)
        return emit(made.to_json()) if json and made else None
    if level is not None and state not in (None, State.answered):
        raise UsageError(f"An answer with a level is answered, not {state.value}.", remedy="Give one of both.")
    if level is None and state in (None, State.answered) and question not in current and not approve:
        note(f"No level was given for {question}; until one is set it counts as 0.")
    pieces = (
        *_stored(workspace, evidence or [], seen or [], dated, expires),
        *_measured(workspace, vendor, measured or []),
    )
    change = Amendment(
        level, state.value if state else None, value, text, note_, commitment.value if commitment else None,
        reason, approve, pieces, channel.value,
    )  # fmt: skip
    made = questionnaires.amend(workspace, vendor, chosen, question, change)
    if silent_on_terms(chosen.questions, {question: made}):
        note(
            f"Until --commitment says whether {question} goes into the contract, it counts as level 1 at most."
        )
    for told in readings(chosen, {question: made}) if value else ():
        note(told)
    return emit(made.to_json()) if json else say(f"Recorded {question} for {vendor}.")


def _stored(
    workspace: Workspace, files: Sequence[str], seen: Sequence[str], dated: datetime | None,
    expires: datetime | None,
) -> tuple[EvidenceItem, ...]:  # fmt: skip
    from vendoreval.workflow.questionnaires.answer_evidence import seen_piece, stored_piece

    made, ends = (moment.date() if moment else None for moment in (dated, expires))
    found = []
    for piece in files:
        kind, _, rest = piece.partition("=")
        kind, path = (kind, Path(rest)) if kind in KINDS and rest else ("document", Path(piece))
        found.append(stored_piece(workspace, kind, path, made, ends))
    for piece in seen:
        kind, _, name = piece.partition("=")
        if kind not in KINDS or not name:
            raise UsageError(
                f"{piece!r} is no evidence.", remedy=f"Write KIND=NAME; kinds: {', '.join(KINDS)}."
            )
        found.append(seen_piece(kind, name, made, ends))
    return tuple(found)


def _measured(workspace: Workspace, vendor: str, given: Sequence[str]) -> tuple[EvidenceItem, ...]:
    from vendoreval.workflow.questionnaires.answer_evidence import measured_piece

    found = []
    for piece in given:
        audit, _, level = piece.rpartition("=")
        if not audit or level not in ("0", "1", "2", "3", "4"):
            raise UsageError(f"{piece!r} is no measured level.", remedy="Write AUDIT=LEVEL, such as audit-1=2.")
        found.append(measured_piece(workspace, vendor, audit, int(level)))
    return tuple(found)


def _ask_all(workspace: Workspace, vendor: str, bank: QuestionBank, channel: str) -> None:
    from vendoreval.questionnaires.worth import judge_all
    from vendoreval.workflow.questionnaires import questionnaires

    current = questionnaires.current_answers(workspace, vendor, bank)
    asked = bank.asked(questionnaires.sent_mode(workspace, vendor, bank) or "full")
    open_ = [q for q in asked if q.id not in current or current[q.id].is_open]
    note(f"{len(open_)} of {len(asked)} questions are open. s skips one, q stops.")
    for question in open_:
        current = questionnaires.current_answers(workspace, vendor, bank)
        judged = {one.question.id: one for one in judge_all(asked, current, {})}
        if judged[question.id].idle:
            note(f"{question.id} is not asked: {question.presupposes.text if question.presupposes else ''}.")
        elif _ask(workspace, vendor, bank, question.id, channel) is None:
            break
    return say(f"What was answered is recorded for {vendor}.")


def _ask(
    workspace: Workspace, vendor: str, bank: QuestionBank, question_id: str, channel: str
) -> Answer | None:
    """Ask for one answer and record it; None when the person stops. Skipping gives the old answer back."""
    from vendoreval.errors import NotFound
    from vendoreval.questionnaires.answers import Amendment, Answer
    from vendoreval.workflow.questionnaires import questionnaires

    known = {question.id: question for question in bank.questions}
    if question_id not in known:
        raise NotFound("question", question_id, tuple(known))
    question = known[question_id]
    say("", f"{question.id}  {question.text}")
    for number, anchor in enumerate(question.levels):
        say(f"   {number}  {anchor}")
    try:
        word = _prompt_level()
        if word == "q":
            return None
        if word == "s":
            return Answer(question_id, state="unanswered")
        change = _details(question, word, channel)
    except typer.Abort:
        note("Stopped.")
        return None
    return questionnaires.amend(workspace, vendor, bank, question_id, Amendment(**change))  # type: ignore[arg-type]


_WORDS = {"n": State.na, "d": State.declined, "u": State.unknown}


def _prompt_level() -> str:
    choices = ("0", "1", "2", "3", "4", *_WORDS, "s", "q")
    ask = "Level 0 to 4, n not applicable, d declined, u unknown, s skip, q stop"
    word = str(typer.prompt(ask, err=True)).strip().lower()
    while word not in choices:
        note(f"{word!r} is none of these.")
        word = str(typer.prompt(ask, err=True)).strip().lower()
    return word


def _details(question: Question, word: str, channel: str) -> dict[str, object]:
    """What else there is to ask once the level or state is known."""
    change: dict[str, object] = {"channel": channel}
    if word in _WORDS:
        change["state"] = _WORDS[word].value
        if word == "n":
            change["na_reason"] = str(typer.prompt("Why does it not apply", err=True))
        return change
    change["level"] = int(word)
    if question.type == "commit":
        said = str(typer.prompt("In the contract: yes, changes, no, or empty", default="", err=True)).strip()
        if said in ("yes", "changes", "no"):
            change["commitment"] = said
    if question.unit:
        change["value"] = str(typer.prompt(f"Figure in {question.unit}", default="", err=True))
    change["text"] = str(typer.prompt("The answer in words", default="", err=True))
    return change


def evidence(
    vendor: Vendor,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to store; without any, all are listed.")
    ] = None,
    question: Annotated[str, typer.Option(help="The question, where no answer names the file.")] = "",
    kind: Annotated[Kind | None, typer.Option(help="What it is. Default: as the answer says.")] = None,
    dated: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When it was made.")] = None,
    expires: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Until when it is valid.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the file although another was named.")
    ] = False,
    reject: Annotated[str, typer.Option(help="The name of a piece that shall count as none.")] = "",
    accept: Annotated[str, typer.Option(help="The name of a piece that was rejected by mistake.")] = "",
    reason: Annotated[str, typer.Option(help="Why a piece is rejected; printed beside the score.")] = "",
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Store evidence files by their hash, reject what shows nothing, or list what became of all pieces.

    Exit code 5 when a stored file was lost or altered.
    """
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import answer_evidence, questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    if reject and not reason.strip():
        raise UsageError("A rejection needs a reason.", remedy="Give it with --reason.")
    if reject or accept:
        found = answer_evidence.accept(
            workspace, vendor, chosen, reject or accept, question or None, rejected=reason if reject else ""
        )
    elif files:
        tie = answer_evidence.Tie(
            question or None, kind.value if kind else None, _day(dated), _day(expires), replaces=replace
        )
        found = answer_evidence.attach(workspace, vendor, chosen, files, tie)
    else:
        found = answer_evidence.pieces(workspace, vendor, chosen)
    if json:
        emit({"schema": "vendoreval/evidence-files/1", "vendor": vendor,
              "pieces": [piece.to_json() for piece in found]})  # fmt: skip
    else:
        table(
            ["question", "name", "kind", "state", "valid until", "SHA-256"],
            [(p.question_id, p.item.name, p.item.kind, p.state + (", out of date" if p.outdated else ""),
              p.until, p.item.sha256[:12] or None) for p in found],
        )  # fmt: skip
    if any(piece.state in ("lost", "altered") for piece in found):
        raise typer.Exit(Exit.EVIDENCE)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
