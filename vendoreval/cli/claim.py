"""vendoreval claim: draft, issue, show, list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendoreval.cli.output import Json, counted, emit, facts, note, say, table

if TYPE_CHECKING:
    from vendoreval.claims.records import Claim, ClaimLine, Demand
    from vendoreval.workflow.claims.disputes import StoredDispute

app = typer.Typer(no_args_is_help=True)
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
def show(
    claim: ClaimId,
    version: Annotated[int, typer.Option(min=0, help="Which version. Default: the newest.")] = 0,
    json: Json = False,
) -> None:
    """Show a claim: what stands of it, whose turn it is, and how it came to that."""
    from vendoreval.claims.history import dispute_record
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import claims
    from vendoreval.workflow.claims.disputes import load_dispute

    workspace = workspaces.open_workspace()
    row = claims.claim_row(workspace, claim)
    dispute = load_dispute(workspace, claim) if row.issued_at else None
    if json:
        told = {"dispute": dispute_record(dispute.dispute, dispute.versions)} if dispute else {}
        return emit({**claims.claim_record(workspace, claim, version), "state": row.state, **told})
    _print(claims.load_claim(workspace, claim, version)[0])
    return _print_dispute(dispute) if dispute else None


@app.command("list")
def list_(json: Json = False) -> None:
    """List all claims, with where they stand and who must act next."""
    from vendoreval.workflow import workspaces
    from vendoreval.workflow.claims import claims
    from vendoreval.workflow.claims.disputes import load_dispute

    workspace = workspaces.open_workspace()
    found: list[dict[str, Any]] = []
    for row in claims.list_claims(workspace):
        known = load_dispute(workspace, row.id).dispute if row.issued_at else None
        turn = known.turns[0] if known and known.turns else None
        found.append(
            {
                "claim": row.id, "version": row.version, "audit": row.audit_id, "state": row.state,
                "stage": known.stage if known else row.state,
                "next": {"due": turn[0].isoformat(), "who": turn[1]} if turn else None,
            }
        )  # fmt: skip
    if json:
        return emit(found)
    return table(
        ["claim", "version", "audit", "stands", "next", "until"],
        [
            (
                one["claim"],
                one["version"],
                one["audit"],
                one["stage"],
                one["next"] and one["next"]["who"],
                one["next"] and one["next"]["due"],
            )
            for one in found
        ],
        right=("version",),
    )


def _print(claim: Claim) -> None:
    facts(
        [
            ("claim", f"{claim.id}, version {claim.version}, {claim.state}"),
            ("audit", f"{claim.audit} of delivery {claim.delivery}"),
            ("vendor", claim.vendor),
            ("lines", counted(len(claim.lines), "defect")),
            ("answer by", claim.answer_by),
        ]
    )
    from vendoreval.contracts.metrics import amount

    for e in claim.extrapolations:
        reach = (
            f"; in the whole delivery about {amount(e.estimate, e.unit)}, at least "
            f"{amount(e.at_least, e.unit)} (allowed {amount(e.allowed, e.unit)})"
            if e.population > e.sample
            else f" (allowed {amount(e.allowed, e.unit)})"
            if e.by_count
            else ""
        )
        spare = (
            "How far they are off decides, not how many they are."
            if not e.by_count
            else f"{e.strikeouts:,} of the lines could be struck out before the breach is no longer proven."
            if not e.by_scores
            else "After each ruling the draw is judged again."
        )
        name = e.clause if e.group is None else f"{e.clause} ({e.group})"
        say(f"{name}: {amount(e.found, e.unit)} wrong of {amount(e.sample, e.unit)} audited{reach}. {spare}")
    table(
        ["remedy", "what is asked", "amount", "due"],
        [(d.remedy, _condition(d) + d.text, d.amount, d.due) for d in claim.demands],
        right=("amount",),
    )
    _lines(claim.lines[:SHOWN])
    if len(claim.lines) > SHOWN:
        say(f"… and {len(claim.lines) - SHOWN:,} more lines; --json prints all of them.")
    for text in claim.notes:
        say(f"Note: {text}")


def _condition(demand: Demand) -> str:
    if not demand.after_rework:
        return ""
    rounds = "a rework fails" if demand.after_rework == 1 else f"{demand.after_rework} reworks fail"
    return f"Only if {rounds}: "


def _print_dispute(found: StoredDispute) -> None:
    """Where the dispute stands, its versions and its history."""
    from vendoreval.claims.history import lines_in_words, move_in_words
    from vendoreval.claims.sums import asked_now, conditional

    dispute = found.dispute
    say(f"The claim is {dispute.stage}. Lines: {lines_in_words(dispute)}.")
    for due, who, text in dispute.turns:
        say(f"{who.capitalize()}, until {due}: {text}")
    if len(found.versions) > 1:
        table(
            ["version", "verdict", "lines", "asked now", "if a rework fails"],
            [(v.version, v.verdict, len(v.lines), asked_now(v), conditional(v)) for v in found.versions],
            right=("version", "lines", "asked now", "if a rework fails"),
        )
    if dispute.moves:
        table(
            ["move", "day", "by", "what"],
            [(one.number, one.at.date(), one.by, move_in_words(one)) for one in dispute.moves],
            right=("move",),
        )


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
