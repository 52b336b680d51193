"""vendoreval claim: rework."""

from __future__ import annotations

from typing import Annotated

import typer

from vendoreval.cli.output import Json, emit, facts, note, say, table

SHOWN = 10


def add_to(app: typer.Typer) -> None:
    """Add the command to the noun's own."""
    app.command("rework")(rework)


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
