"""vendoreval gold: add, show, list, commit, lint, seed, retire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.output import Json, counted, emit, facts, moment, note, say, table
from vendoreval.cli.reading import MAP, Images, Read, Sheet, VocBase, Wide, reading_options
from vendoreval.cli.writing import Link, TaskFormat, TaskImages
from vendoreval.errors import Exit

app = typer.Typer(no_args_is_help=True)
GoldId = Annotated[str, typer.Argument(help="The gold set's id.")]


@app.command()
def add(
    files: Annotated[
        list[Path], typer.Argument(help="Gold in files, a folder or an archive, in any format of deliveries.")
    ],
    id: Annotated[str, typer.Option("--id", help="An id for the gold set. Default: the file's name.")] = "",
    contract: Annotated[str, typer.Option(help="The contract it belongs to.")] = "",
    map: Annotated[list[str] | None, typer.Option("--map", help=MAP)] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", help="Take only rows with column=a,b, or with column!=a; not by their label."),
    ] = None,
    separator: Annotated[
        str, typer.Option(help=r"What stands between accepted answers, e.g. ';' or '\n'. Default: |.")
    ] = "",
    id_cut: Annotated[str, typer.Option(help='query: cut item ids at the "?", where signatures stand.')] = "",
    items: Annotated[
        Path | None, typer.Option(help="A file of all gold items: those without an answer hold nothing.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="csv, coco, yolo … Default: recognised.")] = "",
    read: Read = None,
    voc_base: VocBase = "",
    images: Images = None,
    wide: Wide = "",
    sheet: Sheet = "",
    json: Json = False,
) -> None:
    """Add a gold set; several accepted answers stand in a column 'accepted', separated by |."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold import adding

    record = adding.add_gold(
        workspaces.open_workspace(), files, gold_id=id, contract_id=contract, mapping=map or [],
        where=where or [], separator=separator, id_cut=id_cut, items=items, fmt=format,
        options=reading_options(read, voc_base, wide, sheet=sheet), images=images,
    )  # fmt: skip
    if json:
        return emit(record)
    say(f"Added gold set {record['gold']}: {counted(record['items'], 'item')}.")
    for text in record["notes"]:
        say(f"Note: {text}")
    return note(f"next: vendoreval gold commit {record['gold']} --out receipt.json")


@app.command()
def show(gold: GoldId, json: Json = False) -> None:
    """Show what is known of a gold set, without its answers."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims.gold_record import gold_record

    record = gold_record(workspaces.open_workspace(), gold)
    if json:
        return emit(record)
    return facts(
        (name.replace("_", " "), moment(value) if name.endswith("_at") else value)
        for name, value in record.items()
        if name != "schema"
    )


@app.command("list")
def list_(json: Json = False) -> None:
    """List all gold sets."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold import golds

    records = golds.list_golds(workspaces.open_workspace())
    if json:
        return emit(records)
    return table(
        ["gold", "contract", "items", "committed", "retired"],
        [
            (r["gold"], r["contract"], r["items"], moment(r["committed_at"]), moment(r["retired_at"]))
            for r in records
        ],
        right=("items",),
    )


@app.command()
def commit(
    gold: GoldId,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the receipt for the vendor. Default: receipt-GOLD.json.")
    ] = None,
    json: Json = False,
) -> None:
    """Commit to a gold set: salted leaves, a Merkle root, and a receipt without any label."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold import gold_lint, golds

    workspace = workspaces.open_workspace()
    out = out or Path(f"receipt-{gold}.json")
    receipt = golds.commit_gold(workspace, gold, out)
    for text in gold_lint.deliveries_before_commitment(workspace, gold):
        note(f"warning: {text}")
    if json:
        return emit(receipt)
    return say(
        f"Committed to {counted(receipt['items'], 'gold item')}.",
        f"Root {receipt['root']}",
        f"Send {out} to the vendor.",
    )


@app.command()
def lint(
    gold: GoldId,
    tasks: Annotated[
        Path | None, typer.Option(help="The tasks among which gold goes out, with a column item_id.")
    ] = None,
    json: Json = False,
) -> None:
    """Find what would give gold away: ids, columns, order, doubles, earlier use. Exit code 4 if anything."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold import gold_lint

    record = gold_lint.lint_gold(workspaces.open_workspace(), gold, tasks)
    if json:
        emit(record)
    else:
        _print_clues(record)
    raise typer.Exit(Exit.UNDECIDED if record["clues"] else Exit.FINE)


def _print_clues(record: dict[str, Any]) -> None:
    count = len(record["clues"])
    beside = "" if record["tasks"] is None else f" beside {record['tasks']:,} tasks"
    found = f"{count} clue{'s' if count > 1 else ''} to look at" if count else "nothing gives them away"
    say(f"{counted(record['items'], 'gold item')}{beside}: {found}.")
    for number, clue in enumerate(record["clues"], start=1):
        chance = "" if clue["p"] is None else f" (by chance: p = {clue['p']:.1g})"
        say("", f"{number}. {clue['what']}{chance}")
        for example in clue["examples"]:
            say(f"   {example}")
        say(f"   → {clue['remedy']}")


@app.command()
def seed(
    tasks: Annotated[Path, typer.Argument(help="The task list to send, with a column item_id.")],
    gold: Annotated[str, typer.Option(help="The gold set whose items are mixed in.")],
    rate: Annotated[str, typer.Option(help="Gold items as a share of all tasks, e.g. 0.05 or 5%.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the vendor's task list. Default: tasks-GOLD.csv.")
    ] = None,
    format: TaskFormat = "",
    images: TaskImages = None,
    link: Link = "",
    id: Annotated[str, typer.Option("--id", help="An id for the seeding. Default: from the gold set.")] = "",
    receipt: Annotated[
        Path | None, typer.Option(help="Where to write the receipt for the vendor. Default: beside the list.")
    ] = None,
    json: Json = False,
) -> None:
    """Mix gold items blind into a task list, under opaque keyed ids and in a keyed order."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries.task_files import Going
    from vendoreval.workflow.gold import gold_lint, seedings

    workspace = workspaces.open_workspace()
    warnings = gold_lint.warnings_before_seeding(workspace, gold)
    out = out or Path(f"tasks-{gold}.{'csv' if format in ('', 'csv') else 'json'}")
    record = seedings.seed_gold(
        workspace, tasks, gold, rate, out, seeding_id=id, receipt=receipt, going=Going(format, images, link)
    )
    for text in (*warnings, *record["notes"]):
        note(f"warning: {text}")
    if json:
        return emit(record)
    say(
        f"Wrote {record['tasks']:,} tasks, {record['gold_items']:,} of them gold, to {out}. "
        "The key stays in the workspace."
    )
    for file in record.get("beside", ()):
        say(f"Beside it: {file}.")
    say(f"Send the list together with its receipt {record['receipt']}: it fixes which tasks are gold.")
    return note(f"next: vendoreval delivery add FILES --seeding {record['seeding']} …")


@app.command()
def retire(gold: GoldId, json: Json = False) -> None:
    """Retire a gold set, for instance after its answers were revealed; it stays on record."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.gold import golds

    record = golds.retire_gold(workspaces.open_workspace(), gold)
    return emit(record) if json else say(f"Gold set {gold} is retired.")
