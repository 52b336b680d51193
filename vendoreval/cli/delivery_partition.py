"""vendoreval delivery: partition."""

from __future__ import annotations

from typing import Annotated

import typer

from vendoreval.cli.output import Json, emit, note, say

PARTS = 16


def add_to(app: typer.Typer) -> None:
    """Add the command to the noun's own."""
    app.command()(partition)


def partition(
    delivery: Annotated[str, typer.Argument(help="The delivery's id.")],
    to: Annotated[str, typer.Option(help="A folder or URL (s3://…) that all workers reach.")],
    parts: Annotated[int, typer.Option(help="How many; about one for every 5 million rows, or more.")] = PARTS,
    json: Json = False,
) -> None:
    """Write a delivery's labels by hash of the item, for workers on other machines (--executor dask://…)."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.deliveries.partitioning import partition as write

    record = write(workspaces.open_workspace(), delivery, to, parts)
    if json:
        return emit(record)
    say(f"Wrote {record['rows']:,} rows as {parts:,} partitions to {record['folder']}.")
    return note(f"next: vendoreval audit run {delivery} --gold GOLD --executor dask://HOST:PORT")
