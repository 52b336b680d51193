"""vendoreval claim: draft, issue, show, list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from vendoreval.cli.output import Json, emit, facts, note, say, table

if TYPE_CHECKING:
    from vendoreval.claims.records import Claim, ClaimLine

app = typer.Typer(name="claim", help="Rework claims from breached audits.", no_args_is_help=True)
ClaimId = Annotated[str, typer.Argument(help="The claim's id.")]
SHOWN = 10


@app.command()
def draft(
    audit: Annotated[str, typer.Argument(help="The breached audit's id.")],
    id: Annotated[str, typer.Option("--id", help="An id for the claim. Default: from the audit.")] = "",
    json: Json = False,
) -> None:
    """Draft a claim: one line a defect, the remedies with amounts, the deadlines."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import claims

    claim = claims.draft_claim(workspaces.open_workspace(), audit, id or None)
    if json:
        return emit(claim.to_json())
    _print(claim)
    return note(f"next: vendoreval claim issue {claim.id}")


@app.command()
def issue(claim: ClaimId, json: Json = False) -> None:
    """Freeze a draft as version 1, with the date by which the vendor must answer."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import claims

    issued = claims.issue_claim(workspaces.open_workspace(), claim)
    if json:
        return emit(issued.to_json())
    say(f"Issued claim {issued.id}, version {issued.version}. Answer by {issued.answer_by or 'no date set'}.")
    return note(f"next: vendoreval report claim {issued.id} --out {issued.id}.pdf")


@app.command()
def show(claim: ClaimId, json: Json = False) -> None:
    """Show a claim."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import claims

    workspace = workspaces.open_workspace()
    if json:
        return emit(claims.claim_record(workspace, claim))
    return _print(claims.load_claim(workspace, claim)[0])


@app.command("list")
def list_(json: Json = False) -> None:
    """List all claims."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import claims

    rows = claims.list_claims(workspaces.open_workspace())
    if json:
        return emit(
            [{"claim": r.id, "version": r.version, "audit": r.audit_id, "state": r.state} for r in rows]
        )
    return table(
        ["claim", "version", "audit", "state", "drafted"],
        [(r.id, r.version, r.audit_id, r.state, r.drafted_at.date().isoformat()) for r in rows],
        right=("version",),
    )


def _print(claim: Claim) -> None:
    facts(
        [
            ("claim", f"{claim.id}, version {claim.version}, {claim.state}"),
            ("audit", f"{claim.audit} of delivery {claim.delivery}"),
            ("vendor", claim.vendor),
            ("lines", f"{len(claim.lines):,} defects"),
            ("answer by", claim.answer_by),
        ]
    )
    for e in claim.extrapolations:
        reach = (
            f"; in the whole delivery about {e.estimate:,}, at least {e.at_least:,} (allowed {e.allowed:,})"
            if e.population > e.sample
            else f" (allowed {e.allowed:,})"
        )
        say(
            f"{e.clause}: {e.found:,} wrong of {e.sample:,} audited{reach}. {e.strikeouts:,} of the lines "
            "could be struck out before the breach is no longer proven."
        )
    table(
        ["remedy", "what is asked", "amount", "due"],
        [(d.remedy, d.text, d.amount, d.due) for d in claim.demands],
        right=("amount",),
    )
    _lines(claim.lines[:SHOWN])
    if len(claim.lines) > SHOWN:
        say(f"… and {len(claim.lines) - SHOWN:,} more lines; --json prints all of them.")
    for text in claim.notes:
        say(f"Note: {text}")


def _lines(lines: Sequence[ClaimLine]) -> None:
    if any(line.where for line in lines):
        from vendoreval.reports.line_words import line_words

        return table(
            ["line", "item", "annotator", "what is wrong"],
            [(line.number, line.shown, line.annotator, line_words(line)) for line in lines],
            right=("line",),
        )
    return table(
        ["line", "item", "expected", "delivered", "annotator", "severity", "clause"],
        [(x.number, x.shown, x.expected, x.delivered, x.annotator, x.severity, x.clause) for x in lines],
        right=("line",),
    )
