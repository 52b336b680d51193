"""vendoreval delivery: add, seal, check, export, show, escalations, list."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.delivery_partition import PARTS
from vendoreval.cli.output import Json, emit, facts, note, percent, say, table
from vendoreval.cli.progress import Rows, shown
from vendoreval.cli.reading import (
    MAP,
    AnnotatorFrom,
    Dates,
    Images,
    Read,
    Sheet,
    VocBase,
    Wide,
    reading_options,
)
from vendoreval.cli.stating import Empty, InOrder, Labels, Unnamed, Wrong, stated_by
from vendoreval.cli.writing import FORMATS, Link

DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%dT%H:%M"

app = typer.Typer(no_args_is_help=True)
FILES = "The delivered files, a folder or an archive; formats: vendoreval delivery formats."
Files = Annotated[list[Path], typer.Argument(help=FILES)]
Contract = Annotated[str, typer.Option(help="The contract under which it was delivered.")]
Map = Annotated[list[str] | None, typer.Option("--map", help=MAP)]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="Take only rows with column=a,b, or with column!=a; empty and null are one."),
]
Ids = Annotated[
    Path | None, typer.Option("--ids", help="A crosswalk: a file with the columns delivered_id, item_id.")
]
IdCut = Annotated[str, typer.Option(help='query: cut item ids at the "?", where signatures stand.')]
Items = Annotated[
    Path | None,
    typer.Option(
        help="The items that were sent: a file with a column item_id. Of boxes, spans …, those without an "
        "answer hold nothing, where the files do not tell."
    ),
]
Format = Annotated[str, typer.Option("--format", help="csv, coco … Default: recognised.")]


@app.command()
def add(
    contract: Contract,
    files: Annotated[list[Path] | None, typer.Argument(help=FILES)] = None,
    again: Annotated[
        str, typer.Option(help="Instead of files: those of this delivery, as they came and when they came.")
    ] = "",
    id: Annotated[
        str, typer.Option("--id", help="An id for the delivery. Default: the first file's name.")
    ] = "",
    map: Map = None,
    where: Where = None,
    items: Items = None,
    format: Format = "",
    seeding: Annotated[str, typer.Option(help="The seeding whose task ids the files carry.")] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="No other part is to come: tasks without an answer are omissions.")
    ] = False,
    ordered: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], help="The day the work was ordered. Default: the seeding's or claim's."),
    ] = None,
    received: Annotated[
        datetime | None, typer.Option(formats=[DAY, MOMENT], help="When it came, in UTC. Default: now.")
    ] = None,
    rework_of: Annotated[str, typer.Option(help="The delivery that this one replaces.")] = "",
    seal: Annotated[
        Path | None, typer.Option(help="The vendor's seal that came along; other files are refused.")
    ] = None,
    acknowledge: Annotated[
        Path | None, typer.Option(help="Where to write the acknowledgement of the seal, for the vendor.")
    ] = None,
    labels: Labels = None,
    empty: Empty = None,
    wrong: Wrong = None,
    in_order: InOrder = False,
    unnamed: Unnamed = "",
    ids: Ids = None,
    id_cut: IdCut = "",
    read: Read = None,
    voc_base: VocBase = "",
    images: Images = None,
    wide: Wide = "",
    annotator_from: AnnotatorFrom = "",
    dates: Dates = "",
    sheet: Sheet = "",
    partitions: Annotated[
        str, typer.Option(help="Write partitions for other machines to this folder or URL, too.")
    ] = "",
    parts: Annotated[int, typer.Option(help="How many partitions.")] = PARTS,
    json: Json = False,
) -> None:
    """Take a delivery in: count everything, refuse row by row with the reason, drop nothing silently."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import dates as days
    from vendoreval.workflow.deliveries import deliveries, settling

    when = days.Dates(
        ordered.date() if ordered else None, received.replace(tzinfo=UTC) if received else None, rework_of
    )
    rows = Rows(files or [])
    with shown(rows.text, quiet=json):
        record = deliveries.add_delivery(
            workspaces.open_workspace(), files or [], contract_id=contract, delivery_id=id, again=again,
            mapping=map or [], where=where or [], items=items, fmt=format or None, seeding=seeding, dates=when,
            seal=seal, acknowledge=acknowledge, stated=stated_by(labels, empty, wrong, in_order, unnamed),
            ids=ids, id_cut=id_cut, complete=whole, images=images,
            options=reading_options(read, voc_base, wide, annotator_from, dates, sheet),
            partitions=partitions, parts=parts, progress=rows,
        )  # fmt: skip
    if json:
        return emit(record)
    _print(record)
    audit = f"vendoreval audit run {record['delivery']} --gold GOLD"
    return note(*(f"next: {step}" for step in settling.steps_for(record) or [audit]))


@app.command()
def seal(
    files: Annotated[list[Path], typer.Argument(help="The files that are about to be sent.")],
    out: Annotated[Path, typer.Option(help="Where to write the seal.")] = Path("seal.json"),
    receipt: Annotated[
        Path | None, typer.Option(help="The last receipt for gold that you hold from the buyer.")
    ] = None,
    json: Json = False,
) -> None:
    """The vendor's side, without a workspace: write down hashes and time of the files that are sent."""
    from vendoreval.workflow.deliveries.sealing import seal_files

    record = seal_files(files, out, receipt)
    if json:
        return emit(record)
    say(f"Sealed {len(files)} files in {out}.")
    return note("next: send the seal along, and ask for the acknowledgement")


@app.command()
def check(
    files: Files, contract: Contract, map: Map = None, where: Where = None, items: Items = None,
    format: Format = "", labels: Labels = None, empty: Empty = None, wrong: Wrong = None,
    in_order: InOrder = False, unnamed: Unnamed = "", ids: Ids = None, id_cut: IdCut = "",
    read: Read = None, voc_base: VocBase = "", images: Images = None, wide: Wide = "",
    annotator_from: AnnotatorFrom = "", dates: Dates = "", sheet: Sheet = "", json: Json = False,
) -> None:  # fmt: skip
    """Show what taking a delivery in would find, without storing it."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import deliveries

    record = deliveries.check_delivery(
        workspaces.open_workspace(), files, contract_id=contract, mapping=map or [], where=where or [],
        items=items, fmt=format or None, stated=stated_by(labels, empty, wrong, in_order, unnamed),
        ids=ids, id_cut=id_cut, images=images,
        options=reading_options(read, voc_base, wide, annotator_from, dates, sheet),
    )  # fmt: skip
    return emit(record) if json else _print(record)


@app.command()
def export(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    format: Annotated[str, typer.Option("--format", help=f"{FORMATS}. Default: by the file's ending.")] = "",
    items: Annotated[
        Path | None, typer.Option(help="Where to write who answered which item, and what is known of it.")
    ] = None,
    annotator: Annotated[str, typer.Option(help="Only this annotator's answers.")] = "",
    images: Images = None,
    link: Link = "",
    json: Json = False,
) -> None:
    """Write the labels of a delivery as rows or in the form of a tool; delivery add takes them again."""
    from vendoreval.cli.writing import print_written
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries.exporting import export_delivery

    record = export_delivery(
        workspaces.open_workspace(), delivery, out, format, items, annotator=annotator, images=images, link=link
    )
    if json:
        return emit(record)
    return print_written(f"Wrote {record['rows']:,} rows to {out}.", record)


@app.command()
def show(delivery: Annotated[str, typer.Argument(help="The delivery's id.")], json: Json = False) -> None:
    """Show a delivery's counts, refusals and files."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import listing

    record = listing.show_delivery(workspaces.open_workspace(), delivery)
    return emit(record) if json else _print(record)


@app.command()
def escalations(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    file: Annotated[
        Path | None, typer.Argument(help="A register: item_id, asked_at, answered_at, asked_by, decision …")
    ] = None,
    map: Map = None,
    format: Format = "",
    json: Json = False,
) -> None:
    """Take a register of questions in, or show what was escalated and how long answers took."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import escalations as register

    workspace = workspaces.open_workspace()
    record = (
        register.take_register(workspace, delivery, file, mapping=map or [], fmt=format or None)
        if file
        else register.show_register(workspace, delivery)
    )
    return emit(record) if json else _print_escalations(record)


@app.command("ids")
def ids_(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    gold: Annotated[str, typer.Option(help="The gold set to compare with. Default: the items sent.")] = "",
    out: Annotated[Path, typer.Option(help="Where to write the crosswalk (CSV).")] = Path("ids.csv"),
    json: Json = False,
) -> None:
    """Write ids that nearly match as a crosswalk, to be read through and given to delivery add --ids."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import crosswalks

    record = crosswalks.write_crosswalk(workspaces.open_workspace(), delivery, out, gold)
    if json:
        return emit(record)
    say(f"{record['pairs']:,} of {record['missing']:,} missing ids are nearly there; wrote them to {out}.")
    for example in record["examples"]:
        say(f"  {example}")
    return note(
        "Read them through. Where two ids are two items, leave item_id empty. Then: "
        f"vendoreval delivery add FILES … --ids {out}"
    )


@app.command("list")
def list_(json: Json = False) -> None:
    """List all deliveries."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries import listing

    rows = listing.list_deliveries(workspaces.open_workspace())
    if json:
        return emit(rows)
    return table(
        ["delivery", "contract", "rows", "items", "people", "received", "days", "stands"],
        [
            (r["delivery"], r["contract"], r["rows"], r["items"], r["annotators"], r["received"],
             r["business_days"], r["standing"].replace("_", " "))
            for r in rows
        ],
        right=("rows", "items", "people", "days"),
    )  # fmt: skip


@app.command()
def formats(json: Json = False) -> None:
    """List the formats that are read: how to export them, their task types, and options with their defaults."""
    from vendoreval.workflow.deliveries.known_formats import known_formats

    records = known_formats()
    if json:
        return emit(records)
    rows = records[-1]
    for record in records:
        types = (
            "every task type" if record["task_types"] == rows["task_types"] else ", ".join(record["task_types"])
        )
        say(f"{record['format']} ({' '.join(record['suffixes'])}): {types}")
        if record["export"]:
            say(f"  Export: {record['export']}.")
        common = [one for one in rows["options"] if record is not rows and one in record["options"]]
        for option in (one for one in record["options"] if one not in common):
            choices = f" ({', '.join(option['choices'])})" if option["choices"] else ""
            say(f"  --read {option['name']}={option['default']}: {option['meaning']}{choices}")
        if common:
            say("  and the options of rows, which stand last")
    return None


# What the counts of labels are where an answer is any number of parts: objects, spans, classes.
_OF_PARTS = {
    "rows_read": "parts read",
    "labels": "parts taken",
    "items_with_several_labels": "items with several answers",
    "repeated_labels": "repeated answers",
    "most_labels": "most units on an item",
    "labels_read_otherwise": "classes read otherwise",
}


def _print(record: dict[str, Any]) -> None:
    intake = record["intake"]
    words = _OF_PARTS if intake.get("sheets") else {}
    facts(
        (words.get(name, name.replace("_", " ")), value)
        for name, value in intake.items()
        if isinstance(value, int | str) and name != "schema"
    )
    if "standing" in record:
        say(f"The delivery was received on {record['received_at'][:10]}; {record['standing']['text']}.")
    for text in record.get("rework", {}).get("sentences", []):
        say(f"Rework: {text}")
    for text in intake.get("notes", []):
        say(f"Note: {text}")
    _print_open(intake)
    print_refusals(intake.get("refusals", []))


def _print_open(intake: dict[str, Any]) -> None:
    """What is no class, and what is unsettled."""
    unknown = intake.get("unknown_labels", [])
    if unknown:
        table(
            ["no class", "times", "nearest class", "first in"],
            [(u["label"], u["count"], u.get("nearest"), f"{u['file']}:{u['line']}") for u in unknown[:10]],
            right=("times",),
        )
    for one in intake.get("unsettled", []):
        say(f"Open ({one['kind']}): {one['text']}")
        for example in one["examples"]:
            say(f"  {example}")
        if one["remedy"]:
            say(f"  {one['remedy']}")


def print_refusals(refusals: list[dict[str, Any]]) -> None:
    if refusals:
        table(
            ["file", "line", "refused because", "effect"],
            [(r["file"], r["line"], r["reason"], r["effect"]) for r in refusals[:10]],
            right=("line",),
        )
    if len(refusals) > 10:
        say(f"… and {len(refusals) - 10:,} more; --json prints them.")


def _print_escalations(record: dict[str, Any]) -> None:
    counted = record["escalated"]
    if counted is None:
        say("Nothing could be escalated: no class for “cannot tell”, no column flagged, no register.")
    else:
        say(
            f"{counted['escalated']:,} of {counted['items']:,} items were escalated "
            f"({percent(counted['share'], 2)}): {counted['flagged']:,} flagged or answered “cannot tell”, "
            f"{counted['registered']:,} in the register."
        )
    if record["questions"]:
        table(
            ["answered by", "questions", "open", "median days", "longest"],
            [
                (t["answered_by"], t["asked"], t["open"], None if t["median"] is None else f"{t['median']:g}",
                 t["longest"])
                for t in record["times"]
            ],
            right=("questions", "open", "median days", "longest"),
        )  # fmt: skip
        say(f"{record['decided']:,} of {record['questions']:,} questions have a decision.")
    for one in record["open"]:
        say(f"Open for {one['business_days']} business days: {one['item_id']} {one['question']}".rstrip())
    for text in record["notes"]:
        say(f"Note: {text}")
    print_refusals(record["refusals"])
