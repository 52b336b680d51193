"""vendoreval audit nonce, draw, tasks, answers: a sample drawn after the delivery, judged by experts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendoreval.cli.output import Json, emit, note, say
from vendoreval.cli.reading import Images, Read
from vendoreval.cli.writing import Link, TaskFormat, TaskImages
from vendoreval.errors import UsageError

if TYPE_CHECKING:
    from vendoreval.audits.records import AuditResult

AuditId = Annotated[str, typer.Argument(help="The audit's id.")]


def add_to(app: typer.Typer) -> None:
    """Put the commands into the group of audits."""
    app.command("nonce")(nonce)
    app.command("announce")(announce)
    app.command("draw")(draw)
    app.command("tasks")(tasks)
    app.command("answers")(answers)


def nonce(
    after: Annotated[
        Path | None, typer.Option(help="The receipt of frozen scores that this nonce is made after.")
    ] = None,
    json: Json = False,
) -> None:
    """Make a secret text for a common seed, and the SHA-256 to give away before it is revealed."""
    from vendoreval.workflow.audits.draw_seeds import make_nonce

    made = make_nonce(after)
    if json:
        return emit(made)
    say(f"Keep this until both commitments are exchanged: {made['nonce']}")
    return say(f"Give this away now: {made['commitment']}")


def announce(
    contract: Annotated[str, typer.Option(help="The contract under which the draw will be made.")],
    source: Annotated[str, typer.Option(help="Where anybody can look the value up, e.g. a public beacon.")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day of the value, still to come.")],
    scores: Annotated[str, typer.Option(help="The audit whose frozen scores the draw will use.")] = "",
    out: Annotated[Path, typer.Option(help="Where to write the receipt for the vendor.")] = Path(
        "seed-receipt.json"
    ),
    json: Json = False,
) -> None:
    """Name the public value that will order a draw, before it is known; the vendor gets a receipt."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold import receipts

    made = receipts.announce_seed(workspaces.open_workspace(), contract, source, on.date(), out, scores)
    if json:
        return emit(made)
    say(f"Announced as receipt {made['number']}: {source} of {made['on']}.")
    say(f"Send {out} to the vendor.")
    subject = scores or "DELIVERY"
    return note(f"next: vendoreval audit tasks {subject} --seed VALUE --announced {made['number']} --out FILE")


def draw(
    file: Annotated[Path, typer.Argument(help="Rows with a column item_id, such as the delivered file.")],
    seed: Annotated[str, typer.Option(help="The seed that the audit names.")],
    take: Annotated[int, typer.Option(help="How many items. Default: all.", min=0)] = 0,
    stratum: Annotated[str, typer.Option(help="The stratum drawn from, with only its items in FILE.")] = "",
    json: Json = False,
) -> None:
    """Repeat an audit's draw from your own copy of the delivery; needs no workspace."""
    from vendoreval.cli.output import table
    from vendoreval.workflow.audits.sample_draws import draw_file

    record = draw_file(file, seed, take or None, stratum or None)
    if json:
        return emit(record)
    places = enumerate(record["drawn"], 1)
    return table(["place", "item", "ticket"], [(n, one["item"], one["ticket"][:16]) for n, one in places])


def tasks(
    subject: Annotated[
        str, typer.Argument(help="The delivery's id; with frozen scores, or --adjudicate, the audit's.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where to write the tasks (.csv, .xlsx, .json: Label Studio). Default: tasks-AUDIT.xlsx."
        ),
    ] = None,
    format: TaskFormat = "",
    images: TaskImages = None,
    link: Link = "",
    id: Annotated[str, typer.Option("--id", help="An id for the audit. Default: from the delivery.")] = "",
    items: Annotated[int, typer.Option(help="How many items. Default: the contract's design.", min=0)] = 0,
    seed: Annotated[str, typer.Option(help="A text both sides accept, e.g. a public beacon's value.")] = "",
    nonce: Annotated[list[str] | None, typer.Option(help="A party's revealed nonce; repeat.")] = None,
    commitment: Annotated[
        list[str] | None, typer.Option(help="The SHA-256 a party had committed to; same order.")
    ] = None,
    announced: Annotated[
        int, typer.Option(help="The receipt that named the source of --seed before it was known.", min=0)
    ] = 0,
    repeats: Annotated[int, typer.Option(help="Items that stand on the list a second time.", min=0)] = 0,
    auditors: Annotated[int, typer.Option(help="How many people must answer each item.", min=1, max=5)] = 1,
    payload: Annotated[Path | None, typer.Option(help="Rows with item_id and what auditors shall see.")] = None,
    strata: Annotated[Path | None, typer.Option(help="Rows with item_id and stratum of every item.")] = None,
    floor: Annotated[int, typer.Option(help="The fewest items of each stratum.", min=0)] = 0,
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="Write what a further expert shall decide blindly.")
    ] = False,
    json: Json = False,
) -> None:
    """Draw items of a delivery and write blind tasks for expert auditors.

    Of an audit whose scores are frozen (audit scores) it writes the next work list.
    """
    from vendoreval.cli.audit_scores import write_list
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.audits import frozen_scores, sample_draws, samples
    from vendoreval.workflow.audits.draw_seeds import Seeds
    from vendoreval.workflow.deliveries.task_files import Going

    workspace, going = workspaces.open_workspace(), Going(format, images, link)
    if not adjudicate and frozen_scores.frozen_row(workspace, subject):
        if id or items or strata or floor:
            raise UsageError("Scores and contract lay this draw out.", remedy="Leave out --items and --strata.")
        seeds = Seeds(seed, nonce or (), commitment or (), announced)
        return write_list(workspace, subject, out, seeds, repeats, auditors, payload, going, json=json)
    audit = subject if adjudicate else id or f"{subject}-sample"
    out = out or Path(f"{'adjudicate' if adjudicate else 'tasks'}-{audit}.xlsx")
    if adjudicate:
        record = samples.adjudication_tasks(workspace, subject, out, going)
        if json:
            return emit(record)
        return say(f"Wrote {record['tasks']:,} tasks for the adjudicator to {out}.")
    record = sample_draws.draw_sample(
        workspace, subject, audit, out, items=items,
        seeds=Seeds(seed, nonce or (), commitment or (), announced), repeats=repeats, auditors=auditors,
        payload=payload, strata=strata, floor=floor, going=going,
    )  # fmt: skip
    if json:
        return emit(record)
    say(
        f"Wrote {record['tasks']:,} tasks on {record['items']:,} of {record['population']:,} items to {out}, "
        f"{record['repeats']:,} of them repeats."
    )
    for beside in record["beside"]:
        say(f"Beside it: {beside}.")
    if record.get("left_out"):
        say(
            f"{record['left_out']:,} items were left out: this is a rework, and they were named or audited "
            "before. The sample speaks for the others."
        )
    say(f"Seed ({record['seed_source']}): {record['seed']}")
    if record["seed_from"] == "unproven":
        note(
            "warning: rules that walk along the draw will not be run, and a claim will cover the defects found "
            "only. Draw with --nonce and --commitment of both sides, or name the seed's source first: "
            "vendoreval audit announce"
        )
    answers = f"vendoreval audit answers {record['audit']}"
    if record["unit"] == "label":
        return note(f"next: fill {out} in, then: {answers} {out} --auditor NAME")
    return note(
        "next: have these items answered, named by task_id or item_id, in a tool or as rows, then: "
        f"{answers} FILE --items {_listed(record, out)} --auditor NAME"
    )


def _listed(record: dict[str, Any], out: Path) -> str:
    """The file of the tasks as rows."""
    return next((one for one in record["beside"] if one.endswith("-list.csv")), str(out))


def answers(
    audit: AuditId,
    file: Annotated[Path | None, typer.Argument(help="The filled task list. Without: how it stands.")] = None,
    auditor: Annotated[str, typer.Option(help="Who answered. Default: the file's column auditor.")] = "",
    adjudicator: Annotated[bool, typer.Option("--adjudicator", help="These answers decide.")] = False,
    finish: Annotated[bool, typer.Option("--finish", help="End the audit with what there is.")] = False,
    keep_open: Annotated[bool, typer.Option("--keep-open", help="Go on although it may stop.")] = False,
    items: Annotated[
        Path | None,
        typer.Option(help="Boxes, spans …: a file of the tasks done; without answer: nothing there."),
    ] = None,
    format: Annotated[
        str, typer.Option("--format", help="Boxes, spans …: csv, coco … Default: recognised.")
    ] = "",
    read: Read = None,
    images: Images = None,
    next: Annotated[
        Path | None,
        typer.Option("--next", help="Drawn by scores: write the next work list here, if one is due."),
    ] = None,
    payload: Annotated[Path | None, typer.Option(help="With --next: what auditors shall see.")] = None,
    json: Json = False,
) -> None:
    """Take auditors' answers in, in any order and any number of rounds; says whether the audit may stop."""
    from vendoreval.cli.audit import EXITS
    from vendoreval.errors import Exit
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.audits import samples
    from vendoreval.workflow.gold.reading import GoldReading

    workspace = workspaces.open_workspace()
    record, result = samples.answer_sample(
        workspace, audit, file, auditor=auditor, adjudicates=adjudicator, finish=finish,
        keep_open=keep_open or file is None,
        reading=GoldReading(fmt=format, options=read or [], images=images, items=items),
    )  # fmt: skip
    if next and record.get("list_answered") and not record["may_stop"]:
        from vendoreval.workflow.audits.active_lists import active_list

        record["next"] = active_list(workspace, audit, next, payload=payload)
    if json:
        emit(record)
    else:
        _print(record, result)
    if result is not None:
        raise typer.Exit(EXITS.get(result.verdict, Exit.UNDECIDED))


def _print(record: dict[str, Any], result: AuditResult | None) -> None:
    from vendoreval.cli.audit import print_result

    say(
        f"Took {record['taken']:,} answers in: {record['settled']:,} of {record['items']:,} items are settled, "
        f"{record['in_order']:,} without a gap from the beginning of the draw."
    )
    if record["disputed"]:
        say(
            f"Auditors differ on {record['disputed']:,} tasks: write them with `vendoreval audit tasks "
            f"{record['audit']} --adjudicate`."
        )
    if record["double"]:
        say(f"Answered twice: {record['double']:,} items, the same on {record['double_agreed']:,}.")
    if record["repeats"]:
        say(f"Repeated tasks: {record['repeats']:,}, the same answer on {record['repeats_agreed']:,}.")
    for finding in record["findings"] if result is None else ():  # else they stand below
        say(f"{finding['clause']}: {finding['reason']}")
    if result is not None:
        say("The audit is finished.", "")
        print_result(result)
    elif record["may_stop"]:
        say("The audit may stop: vendoreval audit answers " + record["audit"] + " --finish")
    elif "list" in record:
        _print_next(record)
    else:
        waiting = ", ".join(record["waiting"])
        say("The audit goes on." + (f" After the whole sample are read: {waiting}." if waiting else ""))


def _print_next(record: dict[str, Any]) -> None:
    """What comes next of an audit that draws by scores."""
    if "next" in record:
        return say(
            f"The audit goes on: work list {record['next']['list']} with {record['next']['tasks']:,} tasks."
        )
    if not record["list_answered"]:
        return say(f"The audit goes on: work list {record['list']} is not answered yet.")
    say(f"The audit goes on: work list {record['list']} is answered, and does not decide.")
    number = record["list"] + 1
    return note(f"next: vendoreval audit tasks {record['audit']} --out list-{number}.csv")
