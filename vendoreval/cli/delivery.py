"""vendoreval delivery: add, check, show, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from vendoreval.cli.output import Json, emit, facts, note, say, table

app = typer.Typer(name="delivery", help="Deliveries as received from vendors.", no_args_is_help=True)
Files = Annotated[list[Path], typer.Argument(help="The delivered files: CSV, TSV, JSONL or Parquet (or .gz).")]
Contract = Annotated[str, typer.Option(help="The contract under which it was delivered.")]
Map = Annotated[list[str] | None, typer.Option("--map", help="role=column, e.g. label=answer.")]
Where = Annotated[list[str] | None, typer.Option("--where", help="Take only rows with column=value.")]
Items = Annotated[Path | None, typer.Option(help="The items that were sent: a file with a column item_id.")]
Format = Annotated[str, typer.Option("--format", help="csv, tsv, jsonl or parquet. Default: by file name.")]


@app.command()
def add(
    files: Files,
    contract: Contract,
    id: Annotated[
        str, typer.Option("--id", help="An id for the delivery. Default: the first file's name.")
    ] = "",
    map: Map = None,
    where: Where = None,
    items: Items = None,
    format: Format = "",
    seeding: Annotated[str, typer.Option(help="The seeding whose task ids the files carry.")] = "",
    json: Json = False,
) -> None:
    """Take a delivery in: count everything, refuse row by row with the reason, drop nothing silently."""
    from vendoreval.workflow import deliveries, workspaces

    record = deliveries.add_delivery(
        workspaces.open_workspace(), files, contract_id=contract, delivery_id=id, mapping=map or [],
        where=where or [], items=items, fmt=format or None, seeding=seeding,
    )  # fmt: skip
    if json:
        return emit(record)
    _print(record)
    return note(f"next: vendoreval audit run {record['delivery']} --gold GOLD")


@app.command()
def check(
    files: Files, contract: Contract, map: Map = None, where: Where = None, items: Items = None,
    format: Format = "", json: Json = False,
) -> None:  # fmt: skip
    """Show what taking a delivery in would find, without storing it."""
    from vendoreval.workflow import deliveries, workspaces

    record = deliveries.check_delivery(
        workspaces.open_workspace(), files, contract_id=contract, mapping=map or [], where=where or [],
        items=items, fmt=format or None,
    )  # fmt: skip
    return emit(record) if json else _print(record)


@app.command()
def show(delivery: Annotated[str, typer.Argument(help="The delivery's id.")], json: Json = False) -> None:
    """Show a delivery's counts, refusals and files."""
    from vendoreval.workflow import deliveries, workspaces

    record = deliveries.show_delivery(workspaces.open_workspace(), delivery)
    return emit(record) if json else _print(record)


@app.command("list")
def list_(json: Json = False) -> None:
    """List all deliveries."""
    from vendoreval.workflow import deliveries, workspaces

    rows = deliveries.list_deliveries(workspaces.open_workspace())
    if json:
        return emit(rows)
    return table(
        ["delivery", "contract", "labels", "items", "annotators", "received"],
        [(r["delivery"], r["contract"], r["rows"], r["items"], r["annotators"], r["received"]) for r in rows],
        right=("labels", "items", "annotators"),
    )


def _print(record: dict[str, Any]) -> None:
    intake = record["intake"]
    facts((name.replace("_", " "), value) for name, value in intake.items() if isinstance(value, int | str))
    for text in intake.get("notes", []):
        say(f"Note: {text}")
    refusals = intake.get("refusals", [])
    if refusals:
        table(
            ["file", "line", "refused because", "effect"],
            [(r["file"], r["line"], r["reason"], r["effect"]) for r in refusals[:10]],
            right=("line",),
        )
    if len(refusals) > 10:
        say(f"… and {len(refusals) - 10:,} more; --json prints them.")
