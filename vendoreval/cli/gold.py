"""vendoreval gold: add, show, list, commit, seed, retire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vendoreval.cli.output import Json, emit, facts, note, say, table

app = typer.Typer(name="gold", help="Gold sets: reference labels with provenance.", no_args_is_help=True)
GoldId = Annotated[str, typer.Argument(help="The gold set's id.")]


@app.command()
def add(
    file: Annotated[Path, typer.Argument(help="Gold as CSV, TSV, JSONL or Parquet.")],
    id: Annotated[str, typer.Option("--id", help="An id for the gold set. Default: the file's name.")] = "",
    contract: Annotated[str, typer.Option(help="The contract it belongs to.")] = "",
    map: Annotated[list[str] | None, typer.Option("--map", help="role=column, e.g. label=answer.")] = None,
    json: Json = False,
) -> None:
    """Add a gold set; several accepted answers stand in a column 'accepted', separated by |."""
    from vendoreval.workflow import golds, workspaces

    record = golds.add_gold(
        workspaces.open_workspace(), file, gold_id=id, contract_id=contract, mapping=map or []
    )
    if json:
        return emit(record)
    say(f"Added gold set {record['gold']}: {record['items']:,} items.")
    for text in record["notes"]:
        say(f"Note: {text}")
    return note(f"next: vendoreval gold commit {record['gold']} --out receipt.json")


@app.command()
def show(gold: GoldId, json: Json = False) -> None:
    """Show what is known of a gold set, without its answers."""
    from vendoreval.workflow import golds, workspaces

    record = golds.show_gold(workspaces.open_workspace(), gold)
    if json:
        return emit(record)
    return facts((name.replace("_", " "), value) for name, value in record.items() if name != "schema")


@app.command("list")
def list_(json: Json = False) -> None:
    """List all gold sets."""
    from vendoreval.workflow import golds, workspaces

    records = golds.list_golds(workspaces.open_workspace())
    if json:
        return emit(records)
    return table(
        ["gold", "contract", "items", "committed", "retired"],
        [(r["gold"], r["contract"], r["items"], r["committed_at"], r["retired_at"]) for r in records],
        right=("items",),
    )


@app.command()
def commit(
    gold: GoldId,
    out: Annotated[Path, typer.Option(help="Where to write the receipt for the vendor.")],
    json: Json = False,
) -> None:
    """Commit to a gold set: salted leaves, a Merkle root, and a receipt without any label."""
    from vendoreval.workflow import golds, workspaces

    receipt = golds.commit_gold(workspaces.open_workspace(), gold, out)
    if json:
        return emit(receipt)
    return say(
        f"Committed to {receipt['items']:,} gold items.\nRoot {receipt['root']}\nSend {out} to the vendor."
    )


@app.command()
def seed(
    tasks: Annotated[Path, typer.Argument(help="The task list to send, with a column item_id.")],
    gold: Annotated[str, typer.Option(help="The gold set whose items are mixed in.")],
    rate: Annotated[str, typer.Option(help="Gold items as a share of all tasks, e.g. 0.05.")],
    out: Annotated[Path, typer.Option(help="Where to write the vendor's task list (CSV).")],
    id: Annotated[str, typer.Option("--id", help="An id for the seeding. Default: from the gold set.")] = "",
    json: Json = False,
) -> None:
    """Mix gold items blind into a task list, under opaque keyed ids and in a keyed order."""
    from vendoreval.workflow import seedings, workspaces

    record = seedings.seed_gold(workspaces.open_workspace(), tasks, gold, rate, out, seeding_id=id)
    if json:
        return emit(record)
    say(
        f"Wrote {record['tasks']:,} tasks, {record['gold_items']:,} of them gold, to {out}. "
        "The key stays in the workspace."
    )
    return note(f"next: vendoreval delivery add FILES --seeding {record['seeding']} …")


@app.command()
def retire(gold: GoldId, json: Json = False) -> None:
    """Retire a gold set, for instance after its answers were revealed; it stays on record."""
    from vendoreval.workflow import golds, workspaces

    record = golds.retire_gold(workspaces.open_workspace(), gold)
    return emit(record) if json else say(f"Gold set {gold} is retired.")
