"""vendoreval evidence: export, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vendoreval.cli.output import Json, emit, note, say

app = typer.Typer(name="evidence", help="Bundles that the other side can compute again.", no_args_is_help=True)


@app.command()
def export(
    audit: Annotated[str, typer.Argument(help="The audit's id, or that of the claim on it.")],
    out: Annotated[
        Path | None, typer.Option(help="Where to write the bundle (zip). Default: bundle-AUDIT.zip.")
    ] = None,
    json: Json = False,
) -> None:
    """Write an audit's bundle: contract, gold with its proofs, labels, result, claim and dispute, log."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.evidence import evidence

    out = out or Path(f"bundle-{audit}.zip")
    workspace = workspaces.open_workspace()
    audit = evidence.audit_of(workspace, audit)
    sha = evidence.export_bundle(workspace, audit, out)
    if json:
        emit({"schema": "vendoreval/exported/1", "audit": audit, "file": str(out), "sha256": sha})
    else:
        say(f"Wrote {out}", f"SHA-256 {sha}")
    note("note: the bundle reveals the gold answers of the audited items; the log says so.")


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="The bundle (zip).")],
    receipt: Annotated[
        list[Path] | None, typer.Option(help="A receipt that you were sent before; give each of them.")
    ] = None,
    delivered: Annotated[
        list[Path] | None, typer.Option(help="A file or folder as the vendor delivered it; give each of them.")
    ] = None,
    tasks: Annotated[Path | None, typer.Option(help="The task list as the vendor got it.")] = None,
    contract: Annotated[Path | None, typer.Option(help="The contract as it was signed.")] = None,
    seal: Annotated[Path | None, typer.Option(help="The seal that you made of what you delivered.")] = None,
    acknowledgement: Annotated[Path | None, typer.Option(help="What the buyer gave back for the seal.")] = None,
    claim: Annotated[
        list[Path] | None,
        typer.Option(help="A version of the claim that you were sent: its PDF or JSON; give each of them."),
    ] = None,
    answers: Annotated[
        list[Path] | None, typer.Option(help="A file of answers as you sent it; give each of them.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="A folder of the pictures, for sizes that the delivered files lack.")
    ] = None,
    json: Json = False,
) -> None:
    """Compute a bundle's result again; exit code 5 names the first thing that does not fit."""
    from vendoreval.workflow.evidence.evidence import Own, verify_file

    found = verify_file(
        bundle,
        Own(
            receipt or (), delivered or (), tasks, contract, seal, acknowledgement, images, claim or (),
            answers or (),
        ),
    )  # fmt: skip
    if json:
        return emit(found.to_json())
    for check in found.checks:
        say(f"✔ {check}")
    for what in found.not_shown.values():
        say(f"○ not shown: {what}")
    return say(*found.conclusion)
