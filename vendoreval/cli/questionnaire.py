"""vendoreval questionnaire: list, show, check, form, import, answer, score."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, facts, note, say, table
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.questionnaires.assessment import Assessment

app = typer.Typer(name="questionnaire", help="Question banks, forms, answers and scores.", no_args_is_help=True)


class Mode(StrEnum):
    """How many questions are asked: all, the core, or the five that matter most."""

    full = "full"
    core = "core"
    short = "short"


class State(StrEnum):
    """What an answer is, besides answered."""

    answered = "answered"
    declined = "declined"
    na = "na"
    unknown = "unknown"


Bank = Annotated[str, typer.Option(help="The question bank: its id or a TOML file.")]
Vendor = Annotated[str, typer.Argument(help="The vendor's id.")]
ModeOption = Annotated[Mode, typer.Option(help="full 45, core 40 or short 5 questions.")]
DEFAULT = "annotation-core"


@app.command("list")
def list_(json: Json = False) -> None:
    """List the question banks that ship with the program."""
    from vendoreval.workflow.questionnaires import list_banks

    banks = list_banks()
    if json:
        return emit([{"id": b.id, "version": b.version, "questions": len(b.questions)} for b in banks])
    return table(
        ["bank", "version", "title", "questions"],
        [(b.id, b.version, b.title, len(b.questions)) for b in banks],
        right=("questions",),
    )


@app.command()
def show(
    bank: Annotated[str, typer.Argument(help="The bank's id or file.")] = DEFAULT,
    mode: ModeOption = Mode.full,
    json: Json = False,
) -> None:
    """Show a bank's questions with their anchored levels."""
    from vendoreval.workflow.questionnaires import load_bank

    found = load_bank(bank)
    questions = found.asked(mode.value)
    if json:
        return emit(
            {
                "schema": "vendoreval/questionnaire-shown/1", "id": found.id, "version": found.version,
                "questions": [
                    {"id": q.id, "section": q.section, "text": q.text, "importance": q.importance,
                     "levels": list(q.levels), "knock_out_below": q.min_level}
                    for q in questions
                ],
            }
        )  # fmt: skip
    say(f"{found.title}, version {found.version}")
    for question in questions:
        say(f"\n{question.id} ({question.importance}) {question.text}")
        for level, text in enumerate(question.levels):
            say(f"   {level}  {text}")
    return None


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A bank as TOML.")], json: Json = False) -> None:
    """Check a question bank; errors come with their lines, all at once."""
    from vendoreval.workflow.questionnaires import check_bank

    bank = check_bank(file)
    if json:
        return emit({"schema": "vendoreval/questionnaire-check/1", "id": bank.id, "version": bank.version})
    return say(
        f"{bank.title} {bank.version}: {len(bank.questions)} questions in {len(bank.sections)} sections."
    )


@app.command()
def form(
    vendor: Vendor,
    out: Annotated[Path, typer.Option(help="Where to write the form (XLSX).")],
    bank: Bank = DEFAULT,
    mode: ModeOption = Mode.full,
    json: Json = False,
) -> None:
    """Write the form that the vendor fills in, without any weight."""
    from vendoreval.workflow import questionnaires, workspaces

    chosen = questionnaires.load_bank(bank)
    questionnaires.make_form(workspaces.open_workspace(), vendor, chosen, out, mode.value)
    if json:
        return emit({"schema": "vendoreval/form/1", "vendor": vendor, "file": str(out)})
    say(f"Wrote {out}. Send it to {vendor}.")
    return note(f"next: vendoreval questionnaire import {vendor} {out}")


@app.command("import")
def import_(
    vendor: Vendor,
    file: Annotated[Path, typer.Argument(help="The form as it came back (XLSX).")],
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Take a filled form in and show what changed."""
    from vendoreval.workflow import questionnaires, workspaces

    chosen = questionnaires.load_bank(bank)
    found, notes = questionnaires.import_form(workspaces.open_workspace(), vendor, chosen, file)
    if json:
        return emit(
            {"schema": "vendoreval/form-import/1", "vendor": vendor, "notes": list(notes),
             "changes": [{"question": c.question_id, "kind": c.kind} for c in found]}
        )  # fmt: skip
    table(["question", "what", "fields"], [(c.question_id, c.kind, ", ".join(c.fields)) for c in found])
    for text in notes:
        say(f"Note: {text}")
    return say(f"{len(found)} answers changed.")


@app.command()
def answer(
    vendor: Vendor,
    question: Annotated[str, typer.Argument(help="The question's id, such as G1.")],
    level: Annotated[int | None, typer.Option(min=0, max=4, help="The anchored level, 0 to 4.")] = None,
    state: Annotated[State, typer.Option(help="Anything but answered needs no level.")] = State.answered,
    text: Annotated[str, typer.Option(help="The answer in words.")] = "",
    reason: Annotated[str, typer.Option(help="Why the question does not apply (state na).")] = "",
    evidence: Annotated[list[str] | None, typer.Option(help="kind=name, e.g. document=guide.pdf.")] = None,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Record one answer; asks for the level when it is not given."""
    from vendoreval.questionnaires.answers import Answer, EvidenceItem
    from vendoreval.questionnaires.bank import EVIDENCE_KINDS
    from vendoreval.workflow import questionnaires, workspaces

    chosen = questionnaires.load_bank(bank)
    pieces = []
    for piece in evidence or []:
        kind, _, name = piece.partition("=")
        if kind not in EVIDENCE_KINDS or not name:
            raise UsageError(
                f"{piece!r} is no evidence.", remedy=f"Write KIND=NAME; kinds: {', '.join(EVIDENCE_KINDS)}."
            )
        pieces.append(EvidenceItem(kind, name))
    if level is None and state is State.answered:
        known = {q.id: q for q in chosen.questions}
        if question in known:
            say(known[question].text)
            for number, anchor in enumerate(known[question].levels):
                say(f"   {number}  {anchor}")
        level = typer.prompt("Level (0 to 4)", type=int)
    if level is not None and level not in range(5):
        raise UsageError(f"{level} is not a level.", remedy="Levels go from 0 to 4.")
    given = Answer(
        question, level if state is State.answered else None, state.value, text=text, na_reason=reason,
        evidence=tuple(pieces), channel="cli",
    )  # fmt: skip
    questionnaires.record_answers(workspaces.open_workspace(), vendor, chosen, [given])
    if json:
        return emit(given.to_json())
    return say(f"Recorded {question} for {vendor}.")


@app.command()
def score(vendor: Vendor, bank: Bank = DEFAULT, mode: ModeOption = Mode.full, json: Json = False) -> None:
    """Score the current answers: claimed and evidenced, coverage, knock-outs, red flags."""
    from vendoreval.workflow import questionnaires, workspaces

    chosen = questionnaires.load_bank(bank)
    found = questionnaires.score_vendor(workspaces.open_workspace(), vendor, chosen, mode.value)
    return emit(found.to_json()) if json else _print(vendor, found)


def _print(vendor: str, found: Assessment) -> None:
    def points(value: float | None) -> str:
        return "–" if value is None else f"{value:.1f}"

    facts(
        [
            ("vendor", vendor),
            ("status", found.status if found.ranked else f"{found.status}, not ranked"),
            ("claimed", f"{points(found.claimed)} of 100"),
            ("evidenced", f"{points(found.evidenced)} of 100"),
            ("coverage", f"{points(found.coverage)} %"),
        ]
    )
    table(
        ["section", "weight", "claimed", "evidenced"],
        [(s.title, s.weight, points(s.claimed), points(s.evidenced)) for s in found.sections],
        right=("weight", "claimed", "evidenced"),
    )
    for knock_out in found.knock_outs:
        say(f"Knock-out {knock_out.question_id}: level {knock_out.level}, needed {knock_out.min_level}.")
    for flag in found.flags:
        say(f"Red flag: {flag.what}")
    for follow in found.follow_ups[:10]:
        say(f"Ask in the interview ({follow.question_id}): {follow.ask}")
