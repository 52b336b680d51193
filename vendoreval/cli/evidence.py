"""vendoreval evidence: export, verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.evidence_signing import TsaCertificate
from vendoreval.cli.output import Json, emit, note, say

if TYPE_CHECKING:
    from vendoreval.evidence.reveals import RevealVerification
    from vendoreval.evidence.verify import Verification
    from vendoreval.workflow.evidence.pdf_signatures import PdfVerification
    from vendoreval.workflow.evidence.verify_signed import RecordVerification

app = typer.Typer(no_args_is_help=True)


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
    bundle: Annotated[
        Path, typer.Argument(help="The bundle (zip), revealed gold items, a signed PDF or record.")
    ],
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
    signer: Annotated[
        list[Path] | None, typer.Option(help="NAME.public.json of one who must have signed; give each of them.")
    ] = None,
    tsa_certificate: TsaCertificate = None,
    head: Annotated[
        list[Path] | None,
        typer.Option(
            help="A signed head of the buyer's log, or a bundle that you got before; give each of them."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Compute a bundle's result again, or check what is signed; exit code 5 names what does not fit.

    Gold items that were revealed are held against --receipt. A signed PDF and a record with its signature
    beside it are checked for signatures and timestamps.
    """
    from vendoreval.workflow.evidence.verify_signed import (
        is_reveal_file,
        to_be_computed,
        verify_reveal_file,
        verify_signed,
    )
    from vendoreval.workflow.evidence.verifying import Own, verify_file

    if is_reveal_file(bundle):
        return _show(verify_reveal_file(bundle, receipt or (), signer or (), tsa_certificate), json)
    if not to_be_computed(bundle):
        return _show_signed(verify_signed(bundle, signer or (), tsa_certificate), bundle, json)
    found = verify_file(
        bundle,
        Own(
            receipt or (), delivered or (), tasks, contract, seal, acknowledgement, images, claim or (),
            answers or (), signer or (), tsa_certificate, head or (),
        ),
    )  # fmt: skip
    return _show(found, json)


def _show(found: Verification | RevealVerification, json: bool) -> None:
    if json:
        return emit(found.to_json())
    for check in found.checks:
        say(f"✔ {check}")
    for what in found.not_shown.values():
        say(f"○ not shown: {what}")
    return say(*found.conclusion)


def _show_signed(found: PdfVerification | RecordVerification, file: Path, json: bool) -> None:
    if json:
        return emit(found.to_json())
    for check in found.checks:
        say(f"✔ {check}")
    for what in found.not_shown:
        say(f"○ not shown: {what}")
    return say(f"{file.name} is as it was signed. SHA-256 {found.sha256}")
