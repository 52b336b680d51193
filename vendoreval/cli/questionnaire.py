"""vendoreval questionnaire: list, show, check, form, import, score; `_DOORS` name the rest."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli import answering, judging, reviewing, signs
from vendoreval.cli.answering import DEFAULT, Bank, Vendor
from vendoreval.cli.output import Json, counted, emit, facts, note, say, table
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.questionnaires.answers import Change
    from vendoreval.questionnaires.assessment import Assessment
    from vendoreval.workflow.questionnaires.forms import Imported

app = typer.Typer(no_args_is_help=True)


class Mode(StrEnum):
    """How many questions are asked: all, the core, or the five that matter most."""

    full = "full"
    core = "core"
    short = "short"


class FormFormat(StrEnum):
    """The kind of form that goes out."""

    xlsx = "xlsx"
    html = "html"


_SHOWN = 10  # questions for the interview on the screen
_KINDS = {".xlsx": FormFormat.xlsx, ".html": FormFormat.html, ".htm": FormFormat.html}
ModeOption = Annotated[Mode, typer.Option(help="full 45, core 40 or short 5 questions.")]
SentMode = Annotated[
    Mode | None, typer.Option(help="Which questions count. Default: those of the widest form that was sent.")
]


@app.command("list")
def list_(json: Json = False) -> None:
    """List the question banks that ship with the program."""
    from vendoreval.workflow.questionnaires.questionnaires import list_banks

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
    from vendoreval.workflow.questionnaires.questionnaires import load_bank

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
        say("", f"{question.id} ({question.importance}) {question.text}")
        if question.presupposes:
            say(f"   only if {question.presupposes.text}")
        for level, text in enumerate(question.levels):
            say(f"   {level}  {text}")
    return None


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A bank as TOML.")], json: Json = False) -> None:
    """Check a question bank; errors come with their lines, all at once."""
    from vendoreval.workflow.questionnaires.questionnaires import check_bank

    bank = check_bank(file)
    if json:
        return emit({"schema": "vendoreval/questionnaire-check/1", "id": bank.id, "version": bank.version})
    return say(
        f"{bank.title} {bank.version}: {len(bank.questions)} questions in {len(bank.sections)} sections."
    )


@app.command()
def form(
    vendor: Vendor,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the form. Default: form-VENDOR, if there is none yet.")
    ] = None,
    format: Annotated[
        FormFormat | None, typer.Option("--format", help="Default: by the file's ending.")
    ] = None,
    due: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day it should be back. Default: in 10 business days."),
    ] = None,
    bank: Bank = DEFAULT,
    mode: ModeOption = Mode.full,
    json: Json = False,
) -> None:
    """Write the form that the vendor fills in, without any weight: XLSX, or one offline HTML file.

    It counts as sent now, and freezes the weights; `vendoreval due` lists it until it comes back.
    """
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import forms, questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    out = out or _unused(Path(f"form-{vendor}.{format or FormFormat.xlsx}"))
    kind = format or _KINDS.get(out.suffix.lower())
    if kind is None:
        raise UsageError(
            f"A form is XLSX or HTML, and {out.name!r} ends like neither.",
            remedy="Name a file that ends in .xlsx or .html, or say --format.",
        )
    day = forms.make_form(
        workspace, vendor, chosen, out, mode.value, kind=kind.value,
        due=due.date() if due else None,
    )  # fmt: skip
    if json:
        return emit({"schema": "vendoreval/form-made/1", "vendor": vendor, "file": str(out),
                     "format": kind.value, "due": day.isoformat()})  # fmt: skip
    say(f"Wrote {out}. Send it to {vendor}; it is due on {day}.")
    back = out.with_suffix(".json") if kind is FormFormat.html else out
    return note(f"next: vendoreval questionnaire import {vendor} {back}")


def _unused(out: Path) -> Path:
    """A default name; a file of that name may be the form as it came back, so it is never replaced."""
    if out.exists():
        raise UsageError(f"There is a file {out.name!r} already.", remedy="Name another one with --out.")
    return out


@app.command("import")
def import_(
    vendor: Vendor,
    file: Annotated[Path, typer.Argument(help="The form as it came back: XLSX, or the HTML form's JSON.")],
    evidence: Annotated[
        Path | None, typer.Option(help="A folder with the evidence files that the form names.")
    ] = None,
    bank: Bank = DEFAULT,
    json: Json = False,
) -> None:
    """Take a filled form in and show what changed."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import forms, questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    made = forms.import_form(workspace, vendor, chosen, file, evidence)
    if json:
        return emit(
            {"schema": "vendoreval/form-import/1", "vendor": vendor, "notes": list(made.notes),
             "changes": [{"question": c.question_id, "kind": c.kind,
                          "fields": {name: list(pair) for name, pair in c.fields.items()}}
                         for c in made.changes],
             "evidence": [piece.to_json() for piece in made.stored],
             "awaited": [piece.to_json() for piece in made.awaited],
             "open": list(made.open), "to_approve": list(made.to_approve)}
        )  # fmt: skip
    if made.changes:
        table(["question", "what", "fields"], [(c.question_id, c.kind, _changed(c)) for c in made.changes])
    for text in made.notes:
        say(f"Note: {text}")
    for piece in made.stored:
        say(f"Stored {piece.item.name} for {piece.question_id}.")
    say(f"{counted(len(made.changes), 'answer')} changed.")
    return _left(vendor, made)


def _left(vendor: str, made: Imported) -> None:
    """What is still to come, and the next step."""
    if made.open:
        note("The form stays due until these are answered; see: vendoreval due")
    if made.awaited:
        names = ", ".join(f"{piece.item.name} ({piece.question_id})" for piece in made.awaited)
        say(f"Named and not arrived: {names}.")
        note(f"next: vendoreval questionnaire evidence {vendor} FILE…")
    for question in made.to_approve:
        note(f"If it does not apply: vendoreval questionnaire answer {vendor} {question} --approve")
    if not made.open:
        note(f"next: vendoreval questionnaire review {vendor}, or: vendoreval questionnaire score {vendor}")


def _changed(change: Change) -> str:
    """What an answer changes: new ones by the names of their fields, others with before and after."""
    if change.kind == "new":
        return ", ".join(change.fields)
    return "; ".join(
        f"{name}: {before or 'nothing'} → {after or 'nothing'}"
        for name, (before, after) in change.fields.items()
    )


@app.command()
def score(vendor: Vendor, bank: Bank = DEFAULT, mode: SentMode = None, json: Json = False) -> None:
    """Score the current answers: claimed and evidenced, coverage, knock-outs, red flags."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.questionnaires import questionnaires

    workspace = workspaces.open_workspace()
    chosen = questionnaires.bank_of(workspace, bank)
    questionnaires.require_answers(workspace, vendor, chosen)
    found = questionnaires.score_vendor(workspace, vendor, chosen, mode.value if mode else None)
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
        waiver = knock_out.waiver
        waived = f" Waived by {waiver.person} until {waiver.expires}: {waiver.reason}" if waiver else ""
        say(f"Knock-out {knock_out}.{waived}")
    for text in found.notes:
        say(f"Note: {text}")
    for what, questions in found.flags_by_kind().items():
        named = f" ({', '.join(questions)})" if questions else ""
        say(f"Red flag: {what}{named}")
    for follow in found.follow_ups[:_SHOWN]:
        say(f"Ask in the interview ({follow.question_id}): {follow.ask}")
    if len(found.follow_ups) > _SHOWN:
        note(
            f"{len(found.follow_ups) - _SHOWN} more questions for the interview, and all answers: "
            f"vendoreval report questionnaire {vendor}"
        )


_DOORS = (answering, judging, reviewing, signs)
for door in _DOORS:
    door.add_to(app)
