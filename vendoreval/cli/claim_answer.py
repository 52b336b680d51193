"""vendoreval claim: sheet, respond."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vendoreval.cli.output import Json, counted, emit, exactly, facts, note, say

ClaimId = Annotated[str, typer.Argument(help="The claim's id.")]


class SheetFormat(StrEnum):
    """How a sheet is written."""

    xlsx = "xlsx"
    csv = "csv"
    html = "html"


def add_to(app: typer.Typer) -> None:
    """Add the commands to the noun's own."""
    app.command()(sheet)
    app.command()(respond)


def sheet(
    claim: ClaimId,
    out: Annotated[Path, typer.Option(help="Where to write it: .xlsx, .csv or .html.")],
    format: Annotated[
        SheetFormat | None, typer.Option(help="Default: the file's ending. html is a form for the browser.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the sheet on which the vendor answers the claim, line by line."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims.sheets import write_claim_sheet

    kind = format.value if format else ""
    made = write_claim_sheet(workspaces.open_workspace(), claim, out, kind)
    if json:
        return emit(made.to_json())
    given = f", {made.answered:,} of them answered" if made.answered else ""
    say(f"Wrote {out} with {counted(len(made.asked.lines), 'line')} to answer{given}.")
    back = "the file that it saves" if made.format == "html" else str(out)
    note(f"Send it to {made.asked.claim.vendor}. When {back} comes back:")
    answers = "answers.json" if made.format == "html" else out
    return exactly(f"next: vendoreval claim respond {claim} {answers}")


def respond(
    claim: ClaimId,
    file: Annotated[
        Path, typer.Argument(help="The filled sheet (.xlsx, .csv), or what the form saved (.json).")
    ],
    by: Annotated[str, typer.Option(help="Who answers for the vendor. Default: the vendor's id.")] = "",
    evidence: Annotated[
        Path | None, typer.Option(help="The folder with the evidence files. Default: that of the sheet.")
    ] = None,
    late: Annotated[bool, typer.Option("--late", help="Take it after the deadline all the same.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say what would be taken; record nothing.")] = False,
    json: Json = False,
) -> None:
    """Take the vendor's answers to a claim, with the evidence files that they name."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims.answers import respond as take

    made = take(
        workspaces.open_workspace(), claim, file, by=by, evidence=evidence, late=late, check=check
    )  # fmt: skip
    if json:
        return emit(made.to_json())
    for text in made.read.notes:
        note(f"note: {text}")
    if not made.positions:
        return say(f"Nothing new in {file}: what it says of claim {claim} stands already.")
    verb = "Recorded" if made.recorded else "Would record"
    late_ = ", after the deadline" if made.late else ""
    say(f"{verb} answers to {counted(len(made.positions), 'line')} of claim {claim} by {made.by}{late_}.")
    claim_is = "the claim is" if made.recorded else "the claim would be"
    facts(
        [
            ("accepted", f"{len(made.lines('accepted')):,}"), ("rebutted", f"{len(made.lines('rebutted')):,}"),
            ("as before", f"{len(made.read.unchanged):,}"), ("not answered yet", f"{len(made.read.silent):,}"),
            ("evidence files", f"{len(made.evidence):,}"), (claim_is, made.after.dispute.stage),
        ]
    )  # fmt: skip
    if not made.recorded:
        return exactly(f"next: vendoreval claim respond {claim} {file}")
    return (
        exactly(f"next: vendoreval claim rule {claim} --sheet rulings.xlsx") if made.lines("rebutted") else None
    )
