"""vendoreval claim: tasks for the rework, and the rework itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vendoreval.cli.output import Json, counted, emit, facts, note, say, table
from vendoreval.cli.reading import Images
from vendoreval.cli.writing import FORMATS, Link, print_written

SHOWN = 10


def add_to(app: typer.Typer) -> None:
    """Add the commands to the noun's own."""
    app.command("tasks")(tasks)
    app.command("rework")(rework)


def tasks(
    claim: Annotated[str, typer.Argument(help="The claim that asks for the rework.")],
    out: Annotated[Path, typer.Option(help="Where to write it.")],
    format: Annotated[str, typer.Option("--format", help=f"{FORMATS}. Default: by the file's ending.")] = "",
    annotator: Annotated[str, typer.Option(help="Only what this annotator has to mend.")] = "",
    images: Images = None,
    link: Link = "",
    payload: Annotated[
        Path | None, typer.Option(help="Rows with item_id and what people shall see of each item.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the defective items for the vendor's tool, with what was delivered and what is wrong with it.

    No gold answer stands in it. Beside it are written the reasons, line by line.
    """
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims.rework_tasks import write_rework

    record = write_rework(
        workspaces.open_workspace(), claim, out, format, annotator=annotator, images=images, link=link,
        payload=payload,
    )  # fmt: skip
    if json:
        return emit(record)
    items, lines = counted(record["tasks"], "item"), counted(record["lines"], "line")
    print_written(f"Wrote {items} with {lines} of the claim to {out}.", record)
    again = f"vendoreval delivery add FILES --rework-of {record['delivery']} --contract {record['contract']}"
    return note("Send it with its reasons. When it comes back:", f"next: {again}")


def rework(
    claim: Annotated[str, typer.Argument(help="The claim that asked for the rework.")],
    delivery: Annotated[str, typer.Argument(help="The delivery that came as the rework.")],
    audit: Annotated[
        str, typer.Option(help="The audit of the rework on fresh items. Default: the newest one.")
    ] = "",
    json: Json = False,
) -> None:
    """Judge a rework: were the named defects mended, did others appear, and how is the rest?"""
    from vendoreval.claims.pairing import MENDED
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims.reworking import judge_rework

    made = judge_rework(workspaces.open_workspace(), claim, delivery, audit)
    record = made.found.to_json()
    if json:
        return emit(record)
    facts(
        [
            ("rework", f"{delivery}, for claim {claim}, version {record['version']}"),
            ("outcome", record["outcome"]),
            ("audit", record["audit"]),
        ]
    )
    for text in record["sentences"]:
        say(text)
    left = [one for one in record["lines"] if one["state"] != MENDED]
    if left:
        table(
            ["line", "item", "what became of it", "argued about"],
            [(x["line"], x["item"], x["state"], "yes" if x["disputed"] else "no") for x in left[:SHOWN]],
            right=("line",),
        )
    if len(left) > SHOWN:
        say(f"… and {len(left) - SHOWN:,} more lines; --json prints all of them.")
    if made.claim.version > made.found.version:
        say(f"Claim {claim} is now version {made.claim.version}.")
    if not made.recorded:
        note("nothing new: this was recorded before")
    return note(*(f"next: {step}" for step in made.next_steps))
