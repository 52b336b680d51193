"""Commands without a noun: init, demo, doctor, status, due."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from shlex import quote
from shutil import which
from typing import Annotated

import typer

from vendoreval.cli.output import Json, emit, exactly, facts, note, say, table, verdict
from vendoreval.errors import Exit


class DemoTask(StrEnum):
    """The stories of the demo."""

    classification = "classification"
    boxes = "boxes"


def add_to(app: typer.Typer) -> None:
    """Put the commands on the front door."""
    for command in (init, demo, doctor, status, due):
        app.command()(command)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make it in.")] = Path(),
    json: Json = False,
) -> None:
    """Make a workspace in this folder."""
    from vendoreval.workflow.workspaces import init_workspace

    workspace = init_workspace(folder)
    if json:
        return emit({"schema": "vendoreval/workspace/1", "root": str(workspace.root)})
    say(f"Made a workspace in {workspace.root}.")
    return note('next: vendoreval vendor add acme --name "Acme Labels"')


def demo(
    folder: Annotated[Path, typer.Argument(help="A new folder for the demo's workspace.")] = Path(
        "vendoreval-demo"
    ),
    task: Annotated[
        DemoTask,
        typer.Option(help="What is labelled: tweets by two vendors, or boxes around cells with a rework."),
    ] = DemoTask.classification,
    json: Json = False,
) -> None:
    """Run the whole story on real labels, and leave the workspace to explore."""
    from vendoreval.workflow.demo import run_demo

    made = run_demo(folder, lambda step: note(f"… {step}"), task.value)
    if json:
        return emit(
            {"schema": "vendoreval/demo/1", "workspace": str(made.workspace), "verdicts": made.verdicts,
             "files": [str(file) for file in made.files]}
        )  # fmt: skip
    table(
        ["delivery" if task is DemoTask.boxes else "vendor", "verdict"],
        [(vendor, verdict(word)) for vendor, word in made.verdicts.items()],
    )
    if made.note:
        note(f"note: {made.note}")
    say("", f"Look at {made.workspace}:")
    for file in made.files:
        say(f"  {file.name}")
    say("", made.remark, "", "Try next:")
    exactly(f"  cd {quote(str(made.workspace.resolve()))}")
    for words in _TRY_NEXT[task]:
        exactly(f"  {_program()} {words}")
    return None


_TRY_NEXT = {
    DemoTask.classification: (
        "audit show audit-mturk",
        "questionnaire score crowdflower",
        "evidence verify bundle-mturk.zip",
        "vendor list",
    ),
    DemoTask.boxes: (
        "audit show audit-1",
        "claim show claim-1",
        "agreement show batch-1",
        "annotators show batch-1 --gold gold-1",
        "evidence verify bundle-1.zip",
    ),
}


def _program() -> str:
    """How this program is called from any folder: by its name where that is found, else by its place."""
    if which("vendoreval"):
        return "vendoreval"
    own = Path(sys.argv[0])
    return quote(str(own.resolve())) if own.name == "vendoreval" else f"{quote(sys.executable)} -m vendoreval"


def doctor(json: Json = False) -> None:
    """Say what is missing on this machine, and how to get it."""
    from vendoreval.workflow.doctor import examine

    found = examine()
    if json:
        emit([vars(part) for part in found])
    else:
        table(
            ["part", "state", "what to do"],
            [(p.name, f"{'✔' if p.fine else '✘' if p.needed else '–'} {p.state}", p.remedy) for p in found],
        )
    if not all(part.fine or not part.needed for part in found):
        raise typer.Exit(Exit.UNUSABLE)


def status(
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold all tables and objects against the log.")
    ] = False,
    expect: Annotated[
        list[str] | None,
        typer.Option(
            help="With --verify: a log's last hash as noted earlier, such as on a receipt; repeatable."
        ),
    ] = None,
    key: Annotated[
        str,
        typer.Option(help="With --verify: a key, by name or folder: the heads that it signed are compared."),
    ] = "",
    head: Annotated[
        list[Path] | None,
        typer.Option(help="With --verify: a head as `evidence sign --log` wrote it; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Show what the workspace holds, and check its log; exit code 5 where something does not fit."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.log.status import survey, unfinished

    if verify or expect or key or head:
        return _verify(expect or [], key, head or [], json)
    workspace = workspaces.open_workspace()
    found = survey(workspace)
    if json:
        return emit(found)
    facts((k.replace("_", " "), v) for k, v in found.items() if k != "schema")
    return note(*(f"note: {text}" for text in unfinished(workspace)))


def _verify(expect: list[str], key: str, files: list[Path], json: bool) -> None:
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.evidence.checkpoints import known_heads
    from vendoreval.workflow.log.log_check import check_workspace

    workspace = workspaces.open_workspace()
    known = known_heads(workspace, key, files)
    for word in known.notes:
        note(f"note: {word}")
    found = check_workspace(workspace, expect, known.heads)
    if json:
        emit(found.to_json())
    else:
        for check in found.checks:
            say(str(check))
            for one in check.misfits:
                say(f"    {one.where}: {one.what}.")
        if found.unnamed:
            note(
                f"note: nothing names {len(found.unnamed):,} objects. A killed command leaves some; an old "
                "database that was put back leaves those made since: check with --expect."
            )
        say(f"The log ends with {found.head}." if found.head else "The log cannot be read.")
    if not found.fits:
        raise typer.Exit(Exit.EVIDENCE)


def due(
    days: Annotated[int, typer.Option(min=0, help="How many days to look ahead.")] = 30,
    json: Json = False,
) -> None:
    """List what is due: forms, evidence and waivers that end, claims to answer, deliveries to judge."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.due.due import list_due

    found = list_due(workspaces.open_workspace(), days)
    if json:
        return emit({"schema": "vendoreval/due/1", "days": days, "due": [one.to_json() for one in found]})
    if not found:
        return say(f"Nothing is due within {days} days.")
    table(
        ["due", "state", "about", "who", "what"],
        [(one.due, one.state, one.subject, one.who, one.text) for one in found],
    )
    late = sorted({one.subject for one in found if one.remind})
    return say(f"Remind now: {', '.join(late)}.") if late else None
